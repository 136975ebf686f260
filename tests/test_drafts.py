"""What a city has not submitted is nowhere in the secretariat; what the session gives ends with it."""

import re
import time

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from members.accounts.middleware import SIGNED_IN_AT
from members.models import Event, User
from members.secretariat import acts_for_secretariat
from policies.models import CaseStudy, Revision
from policies.workflow import authoring, curation, moderation
from policies.workflow.errors import EditRefused
from tests.addresses import names, of_secretariat
from tests.conftest import signed_in
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SECRET = "Zebrafish"


@pytest.fixture
def official():
    return MembershipFactory().user


@pytest.fixture
def city(official):
    return official.memberships.get().member


@pytest.fixture
def drafts(city, official):
    """Drafts that nobody has submitted: a first one, one beside a public text, one taken back."""
    first = authoring.start_case(user=official, member=city, title=SECRET, summary=SECRET)
    live = LiveRevisionFactory(case__member=city, title="Public", case__slug="public")
    beside = RevisionFactory(case=live.case, title=f"{SECRET} beside", created_by=official)
    back = authoring.start_case(user=official, member=city, title=f"{SECRET} back", summary="Short")
    authoring.withdraw(back, user=official)
    again = RevisionFactory(title="Handed in", case__member=city, created_by=official)
    moderation.withdraw(moderation.submit(again, by=official), by=official)
    later = authoring.open_draft(again.case, user=official)
    authoring.save_section(
        later,
        user=official,
        seen="",
        fingerprint=lambda _revision: "",
        write=lambda revision: setattr(revision, "title", f"{SECRET} later"),
    )
    return [first, beside, Revision.objects.get(pk=back.pk), Revision.objects.get(pk=later.pk)]


def pages_of(draft, person):
    """Every page of the secretariat about the case, the draft and its people, by number too."""
    for name in names():
        if of_secretariat(name) and name.endswith("_changelist"):
            yield reverse(name)
            yield f"{reverse(name)}?q={SECRET}"
            yield f"{reverse(name)}?state=all"
    of_case = [name for name in names() if name.startswith("admin:policies_casestudy_")]
    for name in of_case:
        if name not in ("admin:policies_casestudy_changelist", "admin:policies_casestudy_add"):
            yield reverse(name, args=[draft.case_id])
    for page in ("review", "preview", "change", "history"):
        yield reverse(f"admin:policies_revision_{page}", args=[draft.pk])
    for model, key in ((Revision, draft.pk), (CaseStudy, draft.case_id)):
        kind = ContentType.objects.get_for_model(model)
        yield reverse("admin:view_on_site", args=[kind.pk, key])
    yield reverse("admin:members_user_trail", args=[person.pk])
    yield reverse("admin:members_member_delete", args=[draft.case.member_id])
    for name in ("statistics", "statistics-csv", "exports"):
        yield reverse(f"secretariat:{name}")
    for name in ("edit", "preview"):
        yield reverse(f"policies:{name}", args=[draft.case_id])


def status(client, page, method="get"):
    answer = getattr(client, method)(page)
    # A file is sent to its end.
    answer.getvalue()
    return answer.status_code


def test_nothing_that_was_not_submitted_is_shown_to_the_secretariat(drafts, official):
    client = signed_in(StaffFactory(is_superuser=True))
    # Many are of all drafts.
    for page in dict.fromkeys(page for draft in drafts for page in pages_of(draft, official)):
        answer = client.get(page)
        shown = answer.getvalue().decode()
        # The page says again what was looked for.
        shown = re.sub(f'(value="|q=|q%3D){SECRET}', "", shown)
        told = shown + answer.get("Location", "")
        assert SECRET.lower() not in told.lower(), page
    for name in ("cases", "texts", "people"):
        answer = client.post(reverse("secretariat:export", args=[name]))
        assert SECRET.lower() not in answer.getvalue().decode().lower()
    record = client.post(reverse("admin:members_event_export"))
    assert SECRET.lower() not in record.getvalue().decode().lower()


def test_search_of_cases_finds_titles_that_may_be_seen_only(drafts):
    client = signed_in(StaffFactory(groups=["Moderators"]))
    page = reverse("admin:policies_casestudy_changelist")
    found = {
        words: [case.pk for case in client.get(page, {"q": words}).context["cl"].result_list]
        for words in ("public", SECRET, "handed in")
    }
    _first, beside, _back, later = drafts
    assert found == {"public": [beside.case_id], SECRET: [], "handed in": [later.case_id]}


def test_files_of_drafts_are_for_the_team_and_of_submissions_for_both(drafts, official):
    first = drafts[0]
    photo, file = PhotoFactory(revision=first), AttachmentFactory(revision=first)
    addresses = [
        reverse("policies:photo", args=[photo.pk, "small"]),
        reverse("policies:attachment", args=[file.pk]),
    ]
    team, desk = signed_in(official), signed_in(StaffFactory(groups=["Moderators"]))
    assert [status(team, each) for each in addresses] == [200, 200]
    assert [status(desk, each) for each in addresses] == [404, 404]
    moderation.submit(first, by=official)
    assert [status(desk, each) for each in addresses] == [200, 200]


def test_address_follows_the_title_when_it_is_submitted_and_stays_once_public(official, city):
    draft = authoring.start_case(user=official, member=city, title="First", summary="S")
    Revision.objects.filter(pk=draft.pk).update(title="Second")
    assert CaseStudy.objects.get(pk=draft.case_id).slug == "first"
    moderation.submit(draft, by=official)
    assert CaseStudy.objects.get(pk=draft.case_id).slug == "second"
    moderation.publish(draft, by=StaffFactory())
    moderation.unpublish(Revision.objects.get(pk=draft.pk), by=StaffFactory(), note="Wrong.")
    other = authoring.open_draft(draft.case, user=official)
    Revision.objects.filter(pk=other.pk).update(title="Third")
    moderation.submit(other, by=official)
    assert CaseStudy.objects.get(pk=draft.case_id).slug == "second"


def test_secretariat_sees_what_it_compiles_itself(city):
    editor = StaffFactory(groups=["Editors in chief"])
    draft = curation.compile_case(city, by=editor, title="Compiled", summary="S", language="en")
    assert [*Revision.objects.known_to_secretariat()] == [draft]
    assert [*CaseStudy.objects.editable_by(editor)] == [draft.case]
    answer = signed_in(editor).get(reverse("policies:edit", args=[draft.case_id]))
    assert answer.status_code == 200


def renamed(draft, official):
    return authoring.save_section(
        draft,
        user=official,
        seen="",
        fingerprint=lambda _revision: "",
        write=lambda revision: setattr(revision, "title", SECRET),
    )


@pytest.mark.parametrize("of_secretariat_too", [False, True])
def test_what_a_team_writes_into_a_compiled_case_is_its_own(city, of_secretariat_too):
    """Whoever of the team works for the secretariat too, or comes to do so later."""
    editor = StaffFactory(groups=["Editors in chief"])
    writer = StaffFactory(groups=["Moderators"]) if of_secretariat_too else UserFactory()
    MembershipFactory(member=city, user=writer)
    first = curation.compile_case(city, by=editor, title="Compiled", summary="S", language="en")
    live = LiveRevisionFactory(case__member=city, case__provenance="secretariat", title="Public")
    later = authoring.open_draft(live.case, user=writer)
    for draft in (first, later):
        renamed(draft, writer)
    User.objects.filter(pk=writer.pk).update(is_staff=True)
    assert [*Revision.objects.known_to_secretariat()] == [live]
    assert [*CaseStudy.objects.editable_by(editor)] == []
    told = signed_in(writer).get(reverse("policies:preview", args=[first.case_id])).text
    export = signed_in(editor).post(reverse("secretariat:export", args=["cases"]))
    exported = export.getvalue().decode()
    assert "Only your team can see it" in told
    assert ("Public" in exported, SECRET in exported) == (True, False)
    with pytest.raises(EditRefused, match="has claimed this case"):
        renamed(first, editor)


def test_drafts_stay_with_their_team_when_the_case_is_moved(drafts, official, city):
    _first, beside, _back, later = drafts
    other = MembershipFactory().user
    for draft in (beside, later):
        curation.move_case(
            CaseStudy.objects.get(pk=draft.case_id),
            other.memberships.get().member,
            by=StaffFactory(),
            reason="It is theirs.",
        )
    moved = CaseStudy.objects.editable_by(other)
    texts = Revision.objects.filter(case__in=moved).order_by("title")
    assert [*texts.values_list("title", flat=True)] == ["Handed in", "Public"]
    own = Revision.objects.filter(case__in=CaseStudy.objects.editable_by(official))
    assert {*own.values_list("title", flat=True)} == {draft.title for draft in drafts}


def test_record_names_no_draft_that_was_taken_back(drafts):
    assert [*Event.objects.filter(subject__icontains=SECRET)] == []
    back = Event.objects.filter(action="withdrawn").last()
    assert back.subject == f"Draft of case {drafts[2].case_id}"


def weak_sessions():
    """Sessions of a superuser that give nothing: without a factor, of another day, or of unknown age."""
    client = signed_in(StaffFactory(is_superuser=True, second_factor=False))
    yield "no factor at all", client
    for what, session in (
        ("factor not given in this session", {"account_authentication_methods": []}),
        ("13 hours old", {SIGNED_IN_AT: time.time() - 13 * 60 * 60}),
        ("of unknown age", {SIGNED_IN_AT: None}),
        ("factor of somebody else", {"account_authentication_methods_user": "0"}),
    ):
        client = signed_in(StaffFactory(is_superuser=True))
        changed = client.session
        changed.update(session)
        changed.save()
        yield what, client
    client = signed_in(StaffFactory(is_superuser=True))
    client.person.authenticator_set.all().delete()
    yield "factor given up since", client


def test_weak_session_gives_no_right_of_the_secretariat_anywhere(official, city):
    editor = StaffFactory(is_superuser=True)
    compiled = curation.compile_case(city, by=editor, title="Compiled", summary="S", language="en")
    submitted = moderation.submit(RevisionFactory(case__member=city), by=official)
    photo = PhotoFactory(revision=submitted)
    pages = {
        "compiled case": reverse("policies:edit", args=[compiled.case_id]),
        "section": reverse("policies:section", args=[compiled.case_id, "basics"]),
        "file": reverse("policies:photo", args=[photo.pk, "large"]),
        "requests": reverse("my:requests"),
        "team": reverse("my:team", args=[city.slug]),
        "queue": reverse("admin:policies_revision_changelist"),
        "people": reverse("secretariat:exports"),
    }
    strong = signed_in(editor)
    assert {status(strong, page) for page in pages.values()} == {200}
    for what, client in weak_sessions():
        for name, page in pages.items():
            assert status(client, page) in (302, 404), (what, name)
            assert status(client, page, "post") in (302, 401, 404, 405), (what, name)


def test_person_who_came_by_no_request_has_no_right_of_the_secretariat():
    person = User.objects.get(pk=StaffFactory(is_superuser=True).pk)
    assert not acts_for_secretariat(person)
    assert [*CaseStudy.objects.editable_by(person)] == []


# Where staff are told apart outside of the pages of the secretariat, and why.
ASKS_STAFF = {
    "exchange/content/introductions.py": "the secretariat stands for cities without a team",
    "exchange/content/mailed.py": "a mail to a moderator, when nobody has signed in",
    "members/accounts/middleware.py": "what the session of staff is worth",
    "members/secretariat.py": "the predicate",
    "members/accounts/views.py": "staff hand over their rights before they delete their account",
    "members/notices/forms.py": "the weekly digest is for staff",
    "members/teams/personal_data.py": "one's own data",
    "policies/interchange/import_runs.py": "asked by pages of the secretariat alone",
    "policies/workflow/notifications.py": "a mail to the moderator who compiled a case",
}


def test_staff_is_given_more_by_the_predicate_only():
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for app in {label.partition(".")[0] for label in settings.INSTALLED_APPS}
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "admin" not in (*path.parts, path.stem)
        and re.search(r"has_perm\(|\.is_staff", path.read_text())
    }
    assert found == {*ASKS_STAFF}
