"""Whatever is sent to the pages of authors is saved or answered by a message, never by an error."""

import itertools

import pytest
from django.http import QueryDict
from django.urls import reverse

from policies import interchange
from policies.forms.editor import Editor, fingerprint
from policies.forms.registry import BY_SLUG
from policies.models import CaseStudy, Revision
from tests.factories import MembershipFactory, RevisionFactory
from tests.policies.authors import address, fields_of
from tests.sweeps import TIMES, some

pytestmark = [pytest.mark.django_db, pytest.mark.sweep]

NASTY = [
    "\x00",
    "\ud7ff\uffff",
    "\r\n\t\x1b[0m",
    "../../etc/passwd",
    "<script>alert(1)</script>{{ 7*7 }}{% now %}",
    "مدينة \u202e🏙️👩‍🚒 ga\u0301tos",
    "x" * 5_001,
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "0x10",
    "2013-99",
    "javascript:alert(1)",
]


@pytest.fixture
def official(client):
    membership = MembershipFactory()
    client.force_login(membership.user)
    client.member = membership.member
    return client


@pytest.fixture
def draft(official):
    return RevisionFactory(case__member=official.member)


def filled_with(section, *values):
    """A form in which the fields of a section, and of one row of each list, hold ``values`` in turn."""
    names = [*section.form.base_fields]
    sent = {}
    for kind in section.lists:
        sent |= {f"{kind.name}-TOTAL_FORMS": "1", f"{kind.name}-INITIAL_FORMS": "0"}
        names += [f"{kind.name}-0-{name}" for name in kind.form.base_fields]
    return sent | dict(zip(names, itertools.cycle(values)))


def fillings(number):
    """What the fields of a form hold in turn: each time all values, but not each in every field."""
    if TIMES > 1:
        return [[value] for value in NASTY]
    start = 3 * number % len(NASTY)
    return [NASTY[start:] + NASTY[:start]]


def test_any_value_in_any_field_is_answered(reference, official, draft, subtests):
    for number, (slug, section) in enumerate(BY_SLUG.items()):
        for values in fillings(number):
            with subtests.test(slug=slug, values=values):
                seen = fingerprint(section, Revision.objects.get(pk=draft.pk))
                sent = filled_with(section, *values) | {"seen": seen}
                answer = official.post(address(draft.case, slug), sent)
                problems = (answer.context or {}).get("problems")
                assert (answer.status_code, bool(problems)) in {(302, False), (422, True)}
    assert "\x00" not in str(interchange.row(Revision.objects.with_content().get(pk=draft.pk)))
    for name in ("edit", "preview"):
        page = official.get(reverse(f"policies:{name}", args=[draft.case_id]))
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_any_button_of_a_row_is_answered(reference, official, draft):
    rows = []
    for value in NASTY:
        sent = QueryDict(mutable=True)
        sent.update(filled_with(BY_SLUG["stakeholders"], value))
        for row in (value, f"add:{value}", f"remove:stakeholders:{value}", f"up:{value}:{value}"):
            editor, _place = Editor.typed(BY_SLUG["stakeholders"], draft, sent, row)
            assert [form["name"].value() for form in editor.lists[0].rows.forms] == [value]
            rows.append((sent.dict(), row))
    for sent, row in some(rows, 19):
        answer = official.post(address(draft.case, "stakeholders"), sent | {"row": row})
        assert answer.status_code == 200
    assert not draft.stakeholders.exists()


@pytest.mark.parametrize("value", some(NASTY, 5, 1))
def test_any_value_where_a_case_begins_is_answered(official, value):
    member = str(official.member.pk)
    where = reverse("policies:new")
    for sent in (
        {"member": value, "title": "Night buses", "summary": "", "language": "en"},
        {"member": member, "title": value, "summary": value, "language": "en"},
        {"member": member, "title": "Night buses", "summary": "", "language": value},
    ):
        # A form that was taken leads to the draft.
        answer = official.post(where, sent, follow=True)
        assert answer.status_code in {200, 422}
    assert CaseStudy.objects.exclude(member=official.member).count() == 0


@pytest.mark.parametrize("value", some(NASTY, 7, 2))
def test_any_value_in_small_forms_is_answered(official, draft, value):
    photo = reverse("policies:file-add", args=[draft.case_id, "photos"])
    assert official.post(photo, {"alt": value, "upload": value}).status_code == 422
    for name in ("submit", "withdraw", "confirm", "notes"):
        where = reverse(f"policies:{name}", args=[draft.case_id])
        sent = {"seen": value, "number": value, "text": value}
        assert official.post(where, sent).status_code in {302, 409, 422}
    picker = official.get(reverse("policies:targets"), {"q": value, "goal": value})
    assert picker.status_code == 200


def test_print_of_no_text_is_a_conflict_and_loses_nothing(official, draft, subtests):
    for seen in ["", "x" * 5000, "\x00", "24 hexadecimal digits"]:
        with subtests.test(seen=seen):
            sent = {"title": "Mine", "summary": "", "language": "en", "seen": seen}
            answer = official.post(address(draft.case, "basics"), sent)
            assert answer.status_code == 409
            assert fields_of(answer)["title"] == ["Mine"]
            draft.refresh_from_db()
            assert draft.title == "Night buses"
