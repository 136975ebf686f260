"""What the secretariat does with cases: features, merges, moves, compiles; and who may write them."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from members.models import Event, Notice
from members.notices.mail_texts import text_of
from policies.models import CaseStudy, Revision
from policies.workflow import authoring, curation, moderation, submission
from policies.workflow.errors import ActionRefused, ChangedMeanwhile, EditRefused, ReasonRequired
from tests.factories import (
    CaseStudyFactory,
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)
from tests.races import at_once, kinds, needs_two_connections

pytestmark = pytest.mark.django_db

State = Revision.State
SITE_URL = settings.SITE_URL


@pytest.fixture
def editor():
    return StaffFactory(groups=["Editors in chief"], name="Mina Park")


@pytest.fixture
def moderator():
    return StaffFactory(groups=["Moderators"], name="Joon Lee")


@pytest.fixture
def case():
    return LiveRevisionFactory(title="Night buses", case__slug="night-buses").case


@pytest.fixture
def kept():
    return LiveRevisionFactory(title="Buses at night", case__slug="buses-at-night").case


def recorded(action):
    return [
        (event.actor, event.subject_type, event.subject_id, event.reason)
        for event in Event.objects.filter(action=action)
    ]


# The home page


def test_case_is_featured_and_no_longer(case, editor):
    curation.feature(case, by=editor, reason="Awarded.")
    assert list(CaseStudy.objects.featured()) == [case]

    curation.unfeature(case, by=editor)
    assert list(CaseStudy.objects.featured()) == []

    key = str(case.pk)
    assert recorded("featured") == [(editor, "policies.casestudy", key, "Awarded.")]
    assert recorded("unfeatured") == [(editor, "policies.casestudy", key, "")]


def test_second_feature_is_told(case, editor):
    curation.feature(case, by=editor)
    with pytest.raises(ActionRefused, match="on the home page already"):
        curation.feature(case, by=editor)
    curation.unfeature(case, by=editor)
    with pytest.raises(ActionRefused, match="is not on the home page"):
        curation.unfeature(case, by=editor)
    assert len(recorded("featured")) == len(recorded("unfeatured")) == 1


def test_hidden_case_is_not_featured(editor):
    draft = RevisionFactory()
    with pytest.raises(ActionRefused, match="Only a public case"):
        curation.feature(draft.case, by=editor)


@pytest.mark.parametrize("act", ["feature", "unpublish", "merge", "move"])
def test_nothing_happens_to_a_case_that_somebody_else_has_changed(case, kept, editor, act):
    seen = curation.edition(case)
    curation.move_case(case, MemberFactory(), by=editor, reason="It is theirs.")
    acts = {
        "feature": lambda: curation.feature(case, by=editor, seen=seen),
        "unpublish": lambda: curation.unpublish(case, by=editor, reason="Why", seen=seen),
        "merge": lambda: curation.merge_cases(case, kept, by=editor, reason="Why", seen=seen),
        "move": lambda: curation.move_case(case, kept.member, by=editor, reason="Why", seen=seen),
    }
    with pytest.raises(ChangedMeanwhile, match="Somebody has changed this case"):
        acts[act]()
    case.refresh_from_db()
    assert (case.live_id, case.featured_at, case.merged_into) == (
        case.revisions.get().pk,
        None,
        None,
    )


# Unpublish and restore


def test_unpublish_and_restore(case, editor):
    text = case.live
    case = curation.unpublish(
        case, by=editor, reason="The city asked for it.", seen=curation.edition(case)
    )
    assert case.live_id is None
    case = curation.restore(
        case, text, by=editor, reason="It asked again.", seen=curation.edition(case)
    )
    assert case.live_id == text.pk
    assert list(text.events.values_list("to_state", "note")) == [
        ("unpublished", "The city asked for it."),
        ("published", "It asked again."),
    ]


def test_unpublish_what_is_not_public_is_told(editor):
    with pytest.raises(ActionRefused, match="not public"):
        curation.unpublish(RevisionFactory().case, by=editor, reason="Why")


def test_text_of_another_case_is_not_restored(case, kept, editor):
    with pytest.raises(ActionRefused, match="another case"):
        curation.restore(case, kept.live, by=editor, reason="Why")


# Merging


def test_merged_case_is_hidden_and_its_draft_withdrawn(case, kept, editor):
    official = MembershipFactory(member=case.member).user
    draft = RevisionFactory(case=case, title="Night buses, again")

    curation.merge_cases(case, kept, by=editor, reason="Told twice.")

    case.refresh_from_db()
    draft.refresh_from_db()
    assert (case.live_id, case.merged_into, draft.state) == (None, kept, State.WITHDRAWN)
    assert list(CaseStudy.objects.live()) == [kept]
    note = f"Merged into “Buses at night”, {SITE_URL}{kept.get_absolute_url()}\n\nTold twice."
    assert recorded("case-merged") == [(editor, "policies.casestudy", str(case.pk), note)]
    notices = Notice.objects.filter(recipient=official).order_by("pk")
    assert [(notice.kind, notice.context["note"]) for notice in notices] == [
        ("unpublished", note),
        ("withdrawn", note),
    ]


ADDRESSES = {
    "policies:case": {},
    "policies:history": {},
    "policies:case-jsonl": {},
    "policies:cite": {"form": "bib"},
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_address_of_a_merged_case_leads_to_the_kept_one(client, case, kept, editor, name):
    curation.merge_cases(case, kept, by=editor, reason="Told twice.")

    old = reverse(name, kwargs={"pk": case.pk, "slug": "night-buses", **ADDRESSES[name]})
    answer = client.get(old)
    new = reverse(name, kwargs={"pk": kept.pk, "slug": "buses-at-night", **ADDRESSES[name]})
    assert (answer.status_code, answer.url) == (301, new)
    assert client.get(new).status_code == 200


def test_short_address_and_revisions_of_a_merged_case_lead_to_the_kept_one(
    client, case, kept, editor
):
    curation.merge_cases(case, kept, by=editor, reason="Told twice.")

    base = case.get_absolute_url()
    for path in (f"/policies/{case.pk}/", f"{base}revisions/1/", f"{base}revisions/9/"):
        answer = client.get(path)
        assert (answer.status_code, answer.url) == (301, kept.get_absolute_url()), path


def test_merged_case_is_gone_while_the_kept_one_is_hidden(client, case, kept, editor):
    curation.merge_cases(case, kept, by=editor, reason="Told twice.")
    curation.unpublish(kept, by=editor, reason="A wrong figure.")

    base = case.get_absolute_url()
    for path in (base, f"/policies/{case.pk}/", f"{base}revisions/1/", f"{base}history/"):
        assert client.get(path).status_code == 410, path


def test_merged_case_is_nowhere_in_lists(
    client, reference, synced, case, kept, editor, django_capture_on_commit_callbacks
):
    synced()
    with django_capture_on_commit_callbacks(execute=True):
        curation.merge_cases(case, kept, by=editor, reason="Told twice.")

    for path in ("/policies/", "/policies/?q=night", "/policies/feed/", "/policies/export.csv"):
        body = client.get(path).getvalue().decode()
        assert ("Night buses" in body, "Buses at" in body) == (False, True), path
    assert client.get(f"/policies/compare/?case={case.pk}&case={kept.pk}").status_code == 404
    sitemap = client.get("/sitemap-policies.xml").text
    assert (f"/{case.pk}/night-buses/" in sitemap, f"/{kept.pk}/" in sitemap) == (False, True)


def test_cases_merged_before_lead_to_the_last_one(client, case, kept, editor):
    first = LiveRevisionFactory(title="Buses").case
    curation.merge_cases(first, case, by=editor, reason="Told twice.")
    curation.merge_cases(case, kept, by=editor, reason="Told thrice.")

    first.refresh_from_db()
    assert first.merged_into == kept
    assert client.get(first.get_absolute_url()).url == kept.get_absolute_url()


def test_circles_and_chains_are_refused(case, kept, editor):
    with pytest.raises(ActionRefused, match="into itself"):
        curation.merge_cases(case, case, by=editor, reason="Why")
    curation.merge_cases(case, kept, by=editor, reason="Told twice.")
    with pytest.raises(ActionRefused, match=f"merged into case {kept.pk} already"):
        curation.merge_cases(case, kept, by=editor, reason="Why")
    with pytest.raises(ActionRefused, match=f"choose case {kept.pk}"):
        curation.merge_cases(kept, case, by=editor, reason="Why")
    kept.refresh_from_db()
    assert (kept.merged_into, kept.live_id) == (None, kept.revisions.get().pk)


@pytest.mark.parametrize("reason", ["", "  "])
def test_merge_needs_a_reason_and_a_public_case(case, kept, editor, reason):
    with pytest.raises(ReasonRequired, match="Give a reason"):
        curation.merge_cases(case, kept, by=editor, reason=reason)
    with pytest.raises(ActionRefused, match="Only a public case"):
        curation.merge_cases(case, RevisionFactory().case, by=editor, reason="Why")
    assert list(CaseStudy.objects.live()) == [case, kept]


def test_draft_is_merged_into_a_public_case(kept, editor):
    draft = RevisionFactory(title="Buses, a draft")
    curation.merge_cases(draft.case, kept, by=editor, reason="Told twice.")
    draft.refresh_from_db()
    assert (draft.state, draft.case.merged_into) == (State.WITHDRAWN, kept)


def test_merged_case_is_not_written_any_more(client, case, kept, editor):
    official = MembershipFactory(member=case.member).user
    curation.merge_cases(case, kept, by=editor, reason="Told twice.")

    with pytest.raises(EditRefused, match=f"merged into case {kept.pk}"):
        authoring.open_draft(case, user=official)

    client.force_login(official)
    page = client.get(reverse("policies:edit", args=[case.pk])).text
    assert f'href="/policies/{kept.pk}/"' in page
    assert "Begin a new draft" not in page
    assert f'href="/policies/{kept.pk}/"' in client.get("/my/").text


def test_merge_is_undone(case, kept, editor):
    text = case.live
    curation.merge_cases(case, kept, by=editor, reason="Told twice.")

    curation.unmerge(case, by=editor, reason="They are two lines.")
    curation.restore(case, text, by=editor, reason="They are two lines.")

    assert list(CaseStudy.objects.live()) == [case, kept]
    key = str(case.pk)
    assert recorded("case-unmerged") == [(editor, "policies.casestudy", key, "They are two lines.")]
    with pytest.raises(ActionRefused, match="was not merged"):
        curation.unmerge(case, by=editor, reason="Why")


@needs_two_connections
@pytest.mark.django_db(transaction=True)
def test_two_cases_are_not_merged_into_each_other(case, kept):
    editor = UserFactory()
    outcomes = at_once(
        lambda: curation.merge_cases(case, kept, by=editor, reason="Why"),
        lambda: curation.merge_cases(kept, case, by=editor, reason="Why"),
    )
    assert kinds(outcomes) == ["ActionRefused", "CaseStudy"]
    assert CaseStudy.objects.live().count() == CaseStudy.objects.filter(merged_into=None).count()


# Moving


def test_moved_case_belongs_to_the_other_team(case, editor):
    CaseStudy.objects.filter(pk=case.pk).update(confirmed_at="2026-03-01")
    old = MembershipFactory(member=case.member).user
    new = MembershipFactory(member__name="Suva").user
    draft = RevisionFactory(case=case, state="submitted", submitted_at=timezone.now())
    member = new.memberships.get().member

    curation.move_case(case, member, by=editor, reason="The county runs it.")

    assert list(CaseStudy.objects.editable_by(old)) == []
    assert list(CaseStudy.objects.editable_by(new)) == [case]
    assert authoring.open_draft(case, user=new) == draft
    case.refresh_from_db()
    assert case.confirmed_at is None
    text = f"Moved from {old.memberships.get().member} to Suva.\n\nThe county runs it."
    assert recorded("case-moved") == [(editor, "policies.casestudy", str(case.pk), text)]
    told = {notice.recipient: notice for notice in Notice.objects.all()}
    assert {person: (notice.kind, notice.path) for person, notice in told.items()} == {
        old: ("note", "/my/"),
        new: ("note", f"/policies/{case.pk}/edit/"),
    }
    assert "> The county runs it." in text_of(told[old])[1]
    assert "Answer it here" not in text_of(told[old])[1]


def test_moved_case_is_found_with_the_other_member(
    client, reference, synced, case, editor, django_capture_on_commit_callbacks
):
    suva = MemberFactory(name="Suva", slug="suva", country="FJ")
    old = case.member
    # The search must follow the case, not the clock of the members.
    type(suva).objects.update(updated_at="2026-01-01T00:00Z")
    synced()
    with django_capture_on_commit_callbacks(execute=True):
        curation.move_case(case, suva, by=editor, reason="The county runs it.")

    for path in ("/policies/?member=suva", "/policies/?country=FJ", "/members/suva/"):
        assert "Night buses" in client.get(path).text, path
    for path in (f"/policies/?member={old.slug}", f"/members/{old.slug}/"):
        assert "Night buses" not in client.get(path).text, path


def test_move_to_the_same_member_is_told(case, editor):
    with pytest.raises(ActionRefused, match="already"):
        curation.move_case(case, case.member, by=editor, reason="Why")
    with pytest.raises(ReasonRequired, match="Give a reason"):
        curation.move_case(case, MemberFactory(), by=editor, reason="")
    assert recorded("case-moved") == []


def test_case_without_any_text_is_moved(editor):
    case, member = CaseStudyFactory(), MemberFactory()
    curation.move_case(case, member, by=editor, reason="Wrong city.")
    case.refresh_from_db()
    assert (case.member, Notice.objects.count()) == (member, 0)


# Compiling, and who may write what was compiled

BASICS = {"title": "Night buses", "summary": "Nine lines.", "language": "en"}


@pytest.fixture
def compiled(moderator):
    return curation.compile_case(MemberFactory(), by=moderator, reason="Award book 2026", **BASICS)


def test_compiled_case_is_the_secretariats(compiled, moderator):
    case = compiled.case
    assert (case.provenance, case.created_by, case.slug) == (
        "secretariat",
        moderator,
        "night-buses",
    )
    assert (compiled.number, compiled.state, compiled.summary) == (1, State.DRAFT, "Nine lines.")
    assert recorded("case-compiled") == [
        (moderator, "policies.casestudy", str(case.pk), "Award book 2026")
    ]


def test_second_click_gives_the_same_case(compiled, moderator):
    assert curation.compile_case(compiled.case.member, by=moderator, **BASICS) == compiled
    assert len(recorded("case-compiled")) == CaseStudy.objects.count() == 1


def may_write(user):
    return list(CaseStudy.objects.editable_by(user))


def test_compiled_case_is_written_by_moderators_and_the_team(compiled, moderator):
    official = MembershipFactory(member=compiled.case.member).user
    case = compiled.case
    colleague = StaffFactory(groups=["Moderators"])
    assert may_write(moderator) == may_write(colleague) == may_write(official) == [case]
    assert may_write(UserFactory()) == may_write(StaffFactory()) == []
    assert may_write(MembershipFactory().user) == []


def test_right_without_staff_is_no_right(compiled, moderator):
    moderator.is_staff = False
    assert may_write(moderator) == []


def test_cases_of_cities_are_written_by_their_teams_only(moderator):
    RevisionFactory()
    LiveRevisionFactory()
    administrator = UserFactory(is_staff=True, is_superuser=True)
    assert may_write(moderator) == may_write(administrator) == []


def test_confirmed_case_is_the_citys(compiled, moderator):
    CaseStudy.objects.update(confirmed_at="2026-03-01")
    assert may_write(moderator) == []


def test_case_handed_in_by_the_city_is_the_citys(compiled, moderator, monkeypatch):
    monkeypatch.setattr(submission, "missing", lambda _revision: [])
    official = MembershipFactory(member=compiled.case.member).user
    authoring.submit(compiled, user=official)
    moderation.request_changes(compiled, by=moderator, note="The year?")
    assert may_write(moderator) == []
    assert may_write(official) == [compiled.case]


@pytest.mark.parametrize("account", ["there", "gone"])
def test_draft_of_the_city_beside_a_compiled_text_is_the_citys(moderator, account):
    live = LiveRevisionFactory(case__provenance="secretariat")
    assert may_write(moderator) == [live.case]
    official = MembershipFactory(member=live.case.member).user
    draft = authoring.open_draft(live.case, user=official)
    if account == "gone":
        Revision.objects.filter(pk=draft.pk).update(created_by=None)

    assert may_write(moderator) == []
    with pytest.raises(EditRefused):
        authoring.save_section(
            draft, user=moderator, seen="", fingerprint=lambda _text: "", write=lambda _text: None
        )


def test_moderator_writes_and_hands_in_a_compiled_case(
    reference, client, compiled, moderator, django_capture_on_commit_callbacks
):
    client.force_login(moderator)
    case = compiled.case
    page = client.get(reverse("policies:edit", args=[case.pk]))
    assert "You write on behalf of" in page.text
    assert "Night buses" in client.get("/my/").text
    section = reverse("policies:section", args=[case.pk, "basics"])
    assert client.get(section).status_code == 200

    moderation.submit(compiled, by=moderator)

    assert list(Revision.objects.awaiting_review()) == [compiled]
    assert may_write(moderator) == [case]
    moderation.publish(compiled, by=moderator)
    assert may_write(moderator) == [case]
    assert "Night buses" not in client.get("/my/").text.partition('id="teams"')[0]


def test_moderator_does_not_confirm_for_the_city(client, moderator):
    live = LiveRevisionFactory(case__provenance="secretariat")
    client.force_login(moderator)
    assert "Confirm: still true" not in client.get(f"/policies/{live.case_id}/edit/").text
    address = reverse("policies:confirm", args=[live.case_id])
    assert client.get(address).url == f"/policies/{live.case_id}/edit/"

    client.post(address)

    live.case.refresh_from_db()
    assert live.case.confirmed_at is None


def test_who_compiled_and_decided_is_said_in_the_record(compiled, moderator):
    moderation.submit(compiled, by=moderator)
    moderation.publish(compiled, by=moderator)
    reasons = [reason for *_who, reason in recorded("published")]
    assert reasons == ["Submitted and decided by the same person."]


def test_decision_of_a_colleague_says_nothing_of_it(compiled, moderator):
    moderation.submit(compiled, by=moderator)
    moderation.publish(compiled, by=StaffFactory(groups=["Moderators"]), note="Good.")
    assert [reason for *_who, reason in recorded("published")] == ["Good."]
