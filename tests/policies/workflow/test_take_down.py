"""Content that is taken out of every text of a case: what stands in its place, and what is left."""

import datetime
import re

import pytest
import time_machine
from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse

from members.models import Event, Notice
from members.notices.mail_texts import text_of
from members.notices.notifications import address, notify
from policies import interchange
from policies.models import Attachment, CaseStudy, Correction, Photo, Revision, Source
from policies.search import index
from policies.search.query import ask
from policies.search.questions import Question
from policies.workflow import authoring, curation, moderation, notifications, removal
from policies.workflow.errors import ActionRefused, ReasonRequired
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MembershipFactory,
    PhotoFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 12, 3, 9, tzinfo=datetime.UTC)
SECRET = "Kim Min-ji, 12 Canal Road"
MARK = "[Removed on 3 December 2026: A private address]"


@pytest.fixture
def editor():
    return StaffFactory(groups=["Editors in chief"])


@pytest.fixture
def case(reference, editor):
    """A public case with a former text, and an open draft of its team; all name a person."""
    membership = MembershipFactory()
    texts = {"solution": f"Ask {SECRET}.", "title": "Night buses"}
    former = LiveRevisionFactory(
        case__member=membership.member, targets=["11.2"], themes=["transport"], **texts
    )
    Source.objects.create(revision=former, title=f"Letter of {SECRET}", url="https://a.org/1")
    PhotoFactory(revision=former, caption="A driver", alt="A face", credit="Kim")
    AttachmentFactory(revision=former, caption="The list of names")
    draft = authoring.open_draft(former.case, user=membership.user)
    moderation.publish(draft, by=editor)
    authoring.open_draft(draft.case, user=membership.user)
    index.sync()
    return CaseStudy.objects.get(pk=former.case_id)


def texts(case):
    return list(case.revisions.order_by("number").values_list("state", "solution"))


@time_machine.travel(NOW, tick=False)
def test_passage_is_replaced_in_all_texts(case, editor, django_capture_on_commit_callbacks):
    draft = case.revisions.get(state="draft")
    Correction.objects.create(revision=draft, field="solution", before=SECRET, by_name="Mina")
    version = draft.version
    assert ask(Question(words='"Canal Road"')).total == 1
    with django_capture_on_commit_callbacks(execute=True):
        removal.take_down_passage(case, SECRET, by=editor, reason="A private address")
    assert texts(case) == [
        ("superseded", f"Ask {MARK}."),
        ("published", f"Ask {MARK}."),
        ("draft", f"Ask {MARK}."),
    ]
    assert {*Source.objects.values_list("title", "url")} == {
        (f"Letter of {MARK}", "https://a.org/1")
    }
    assert Correction.objects.get().before == MARK
    draft.refresh_from_db()
    assert draft.version == version + 1
    live = Revision.objects.live().with_rows().get()
    assert SECRET not in str(interchange.row(live))
    assert [ask(Question(words=f'"{words}"')).total for words in ("Canal Road", "night buses")] == [
        0,
        1,
    ]
    event = Event.objects.get(action="passage-removed")
    assert (event.actor, event.reason) == (editor, "A private address")
    assert SECRET not in str(Event.objects.values())


@time_machine.travel(NOW, tick=False)
def test_passage_of_a_title_leaves_the_address_too(case, editor):
    Revision.objects.filter(live_of=case).update(title="Buses of Kim Min-ji")
    case.slug = "buses-of-kim-min-ji"
    case.save()
    curation.feature(case, by=editor)
    team = MembershipFactory(member=case.member).user
    event = case.live.events.last()
    event.note = "It names Kim Min-ji"
    notifications.notify_of_event(event)
    removal.take_down_passage(case, "Kim Min-ji", field="title", by=editor, reason="Private")
    case.refresh_from_db()
    kept = [*Event.objects.values_list("subject", flat=True)]
    kept += [str(each) for each in Notice.objects.values_list("context", "path")]
    assert [each for each in kept if re.search("(?i)kim", each)] == []
    assert Notice.objects.filter(recipient=team).last().path == case.get_absolute_url()
    assert case.live.title == "Buses of [Removed on 3 December 2026: Private]"
    assert case.slug == "buses-of-removed-on-3-december-2026-private"
    # The other fields were not meant.
    assert SECRET in case.live.solution


def test_passage_of_a_title_leaves_notices_to_other_members_too(case, editor):
    title = "Tiến’s plan of “night” buses, 0901 234"
    case.revisions.update(title=title)
    facts = {"member": "Naga", "title": title, "adoptions": [{"title": title, "path": "/x/"}]}
    others = {"member": "Naga", "title": "Another text of 0901 234"}
    for each in (facts, others):
        notify("adoption-new", [UserFactory()], "/exchange/", **each)
    removal.take_down_passage(case, "0901 234", by=editor, reason="A telephone number")
    kept = [row.context for row in Notice.objects.filter(kind="adoption-new").order_by("pk")]
    new = case.revisions.first().title
    assert "[Removed on" in new
    assert kept == [facts | {"title": new, "adoptions": [{"title": new, "path": "/x/"}]}, others]


def test_same_words_elsewhere_stay_when_a_title_changes(case, editor):
    title = "Plan of 0901 234"
    case.revisions.update(title=title)
    other = LiveRevisionFactory(title=title)
    cases = [
        {"title": title, "path": address("policies:case", each.pk, each.slug)}
        for each in (case, other.case)
    ]
    places = [
        ("note", address("policies:edit", case.pk), {"title": title, "by": title}),
        ("note", address("policies:edit", other.case_id), {"title": title}),
        ("submitted", address("admin:policies_revision_review", case.live_id), {"title": title}),
        ("submitted", address("admin:policies_revision_review", other.pk), {"title": title}),
        ("team-changed", "/my/", {"member": title, "person": title}),
        ("reminder", "/my/", {"cases": cases}),
    ]
    for kind, path, facts in places:
        notify(kind, [UserFactory()], path, **facts)
    keys = [*Notice.objects.order_by("pk").values_list("pk", flat=True)][-len(places) :]
    removal.take_down_passage(case, "0901 234", by=editor, reason="A telephone number")
    contexts = [Notice.objects.get(pk=key).context for key in keys]
    rows = [row for each in contexts for row in each.get("cases", [each])]
    assert [[name for name in row if row[name] == title] for row in rows] == [
        *(["by"], ["title"], [], ["title"]),
        *(["member", "person"], [], ["title"]),
    ]


def test_passage_of_a_title_leaves_what_was_noted_on_merged_cases(editor):
    kept = LiveRevisionFactory(title="Buses of Kim Min-ji", case__slug="buses-of-kim-min-ji").case
    official = MembershipFactory()
    double = LiveRevisionFactory(title="Night lines", case__member=official.member)
    draft = authoring.open_draft(double.case, user=official.user)
    curation.merge_cases(double.case, kept, by=editor, reason="The same")
    removal.take_down_passage(kept, "Kim Min-ji", by=editor, reason="Private")
    kept.refresh_from_db()
    notes = [*double.events.values_list("note", flat=True), draft.events.get().note]
    notes += Event.objects.exclude(action="passage-removed").values_list("reason", flat=True)
    notes += [each["note"] for each in Notice.objects.values_list("context", flat=True)]
    link = settings.SITE_URL + kept.get_absolute_url()
    assert "kim" not in link
    assert {*notes} == {f"Merged into “{kept.live.title}”, {link}\n\nThe same"}
    assert len(notes) == 2 + 3 + 2


def test_title_of_a_case_that_is_off_the_site_leaves_the_address_too(case, editor, client):
    Revision.objects.filter(live_of=case).update(title="Buses of Kim Min-ji")
    case.slug = "buses-of-kim-min-ji"
    case.save()
    curation.unpublish(case, by=editor, reason="Asked for")
    removal.take_down_passage(case, "Kim Min-ji", by=editor, reason="Private")
    case.refresh_from_db()
    assert case.slug.startswith("buses-of-removed-on")
    answer = client.get(case.get_absolute_url())
    assert (answer.status_code, "Kim" in answer.text) == (410, False)
    # Lists of names are kept with a text, also while it is not public.
    assert "Kim" not in str(Revision.objects.exclude(list_summary={}).values("list_summary"))


def test_other_title_keeps_the_address(case, editor):
    Revision.objects.filter(live_of=case).update(title="Buses at night")
    slug = case.slug
    removal.take_down_passage(case, SECRET, by=editor, reason="Private")
    case.refresh_from_db()
    assert case.slug == slug


def test_team_is_told(case, editor):
    team = MembershipFactory(member=case.member).user
    photo = Photo.objects.get(revision__live_of=case)
    removal.take_down_file(photo, by=editor, reason="No consent")
    removal.take_down_passage(case, SECRET, by=editor, reason="A private address")
    told = Notice.objects.filter(recipient=team).order_by("pk")
    assert [(each.kind, each.context["note"]) for each in told] == [
        ("content-removed", "No consent"),
        ("content-removed", "A private address"),
    ]
    subject, body = text_of(told[0])
    assert subject == "Taken out of a case study: Night buses"
    assert "taken a photo out" in body
    assert "> No consent" in body
    assert f"/policies/{case.pk}/edit/" in body
    assert Notice.objects.filter(recipient=editor, kind="content-removed").count() == 0


def test_what_only_a_draft_says_is_not_found_out(case, editor, client):
    case.revisions.filter(state="draft").update(challenge="Nobody knows of tariffs")
    with pytest.raises(ActionRefused):
        removal.take_down_passage(case, "tariffs", by=editor, reason="Private")
    assert case.revisions.filter(challenge__contains="tariffs").count() == 1
    draft = case.revisions.get(state="draft")
    PhotoFactory(revision=draft, caption="A secret plan")
    moderation.withdraw(draft, by=MembershipFactory(member=case.member).user)
    client.force_login(editor)
    page = client.get(reverse("admin:policies_casestudy_take-down", args=[case.pk])).text
    assert "A driver" in page
    assert "A secret plan" not in page


def test_page_names_the_notes_that_still_hold_the_passage(case, editor, client):
    live = case.live
    live.notes.create(author_name="Ani", text=f"Is {SECRET} right?")
    other = LiveRevisionFactory(challenge=f"Asked by {SECRET}")
    client.force_login(editor)
    address = reverse("admin:policies_casestudy_take-down", args=[case.pk])
    sent = {"what": "passage", "passage": SECRET, "reason": "Private", "field": ""}
    answer = client.post(address, sent, follow=True)
    assert f"on revision {live.number}; Case {other.case_id}." in answer.text


def test_passage_that_stands_nowhere_is_refused(case, editor):
    with pytest.raises(ActionRefused):
        removal.take_down_passage(case, "Kim Min-Ji", by=editor, reason="Private")
    with pytest.raises(ReasonRequired):
        removal.take_down_passage(case, SECRET, by=editor, reason=" ")
    assert Event.objects.filter(action="passage-removed").count() == 0


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("model", "action", "kind"),
    [(Photo, "photo-removed", "photo"), (Attachment, "file-removed", "attachment")],
)
def test_file_is_gone_and_its_place_says_so(
    case, editor, client, django_capture_on_commit_callbacks, model, action, kind
):
    public = model.objects.get(revision__live_of=case)
    column = "image" if model is Photo else "file"
    names = [getattr(public, column).name, *([public.small.name] if model is Photo else [])]
    address = public.small_url if model is Photo else public.url
    assert client.get(address).getvalue()
    with django_capture_on_commit_callbacks(execute=True):
        removal.take_down_file(public, by=editor, reason="No consent")
    rows = list(model.objects.order_by("pk").values("revision__state", column, "caption", "size"))
    assert rows == [
        {"revision__state": state, column: "", "caption": "", "size": 0}
        for state in ("superseded", "published")
    ]
    assert [name for name in names if default_storage.exists(name)] == []
    answer = client.get(address)
    assert (answer.status_code, answer.text) == (410, "Removed on 3 December 2026: No consent")
    for page in (case.get_absolute_url(), f"{case.get_absolute_url()}revisions/1/"):
        text = client.get(page).text
        assert "Removed on 3 December 2026: No consent" in text
        assert address not in text
    assert client.get(f"{case.get_absolute_url()}history/").status_code == 200
    event = Event.objects.get(action=action)
    assert (event.actor, event.reason) == (editor, "No consent")
    # The next draft does not copy the empty place.
    moderation.withdraw(case.revisions.get(state="draft"), by=editor)
    case.refresh_from_db()
    draft = authoring.open_draft(case, user=MembershipFactory(member=case.member).user)
    assert getattr(draft, f"{kind}s").count() == 0


def test_only_editors_in_chief_take_content_down(case, client):
    address = reverse("admin:policies_casestudy_take-down", args=[case.pk])
    page = reverse("admin:policies_casestudy_change", args=[case.pk])
    for group, status in (("Moderators", 403), ("Editors in chief", 200)):
        client.force_login(StaffFactory(groups=[group]))
        assert client.get(address).status_code == status
        assert (address in client.get(page).text) is (status == 200)


def test_page_takes_down_what_is_chosen(case, client, editor):
    client.force_login(editor)
    address = reverse("admin:policies_casestudy_take-down", args=[case.pk])
    photo = Photo.objects.get(revision__live_of=case)
    form = client.get(address).context["form"]
    assert [key for key, _label in form.fields["what"].choices][:2] == [
        "passage",
        f"photo-{photo.pk}",
    ]
    sent = {"what": "passage", "reason": "Private", "field": ""}
    for wrong, field in (
        (sent, "passage"),
        (sent | {"passage": "Kim", "reason": "Kim asked"}, "reason"),
        (sent | {"passage": "Kim", "what": "photo-0"}, "what"),
    ):
        answer = client.post(address, wrong)
        assert (answer.status_code, [*answer.context["form"].errors]) == (422, [field])
    answer = client.post(address, sent | {"passage": "nothing of the kind"})
    assert answer.status_code == 409
    assert "nothing of the kind" in answer.text
    assert client.post(address, sent | {"passage": SECRET}).status_code == 302
    assert Revision.objects.filter(solution__contains="Canal").count() == 0
    sent = {"what": f"photo-{photo.pk}", "reason": "No consent"}
    assert client.post(address, sent).status_code == 302
    assert Photo.objects.exclude(image="").count() == 0
