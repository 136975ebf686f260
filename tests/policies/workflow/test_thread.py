"""One thread a case for both sides, texts that are kept, and what came of a request."""

import pytest
from django.urls import reverse

from policies.models import Phase, RequestedText, Revision
from policies.workflow import authoring, moderation, reviewing, thread
from policies.workflow.errors import EditRefused
from tests.factories import LiveRevisionFactory, MembershipFactory, PhotoFactory, UserFactory
from tests.policies.admin.review_screen import address, text

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def live(reference):
    return LiveRevisionFactory(title="Night buses", targets=["11.2"], themes=["transport"])


@pytest.fixture
def official(live):
    return MembershipFactory(member=live.case.member, user__name="Ani").user


@pytest.fixture
def team(client, official):
    client.force_login(official)
    return client


def edited(case, user, title):
    draft = authoring.open_draft(case, user=user)
    Revision.objects.filter(pk=draft.pk).update(title=title)
    return Revision.objects.get(pk=draft.pk)


def overview(case):
    return reverse("policies:edit", args=[case.pk])


@pytest.mark.parametrize("end", ["withdrawn", "rejected", "discarded"])
def test_kept_text_is_listed_and_can_be_gone_on_from(reference, team, official, live, end):
    draft = edited(live.case, official, "Day and night buses")
    if end == "discarded":
        moderation.withdraw(draft, by=official)
    else:
        moderation.submit(draft, by=official)
        if end == "withdrawn":
            moderation.withdraw(draft, by=official)
        else:
            moderation.reject(draft, by=UserFactory(), note="Not now.")
    page = team.get(overview(live.case))
    assert [each.title for each in page.context["kept"]] == ["Day and night buses"]
    preview = f"{reverse('policies:preview', args=[live.case_id])}?number={draft.number}"
    assert preview in page.text
    shown = team.get(preview)
    assert "<del>Night buses</del>" not in shown.text
    assert "<ins>Day and night buses</ins>" in shown.text or "Day and night" in shown.text
    answer = team.post(overview(live.case), {"number": draft.number})
    assert (answer.status_code, answer.url) == (302, overview(live.case))
    opened = live.case.revisions.get(state=State.DRAFT)
    assert (opened.title, opened.number) == ("Day and night buses", draft.number + 1)
    assert [row.target_id for row in opened.contributions.all()] == ["11.2"]
    # While a draft is open, another one cannot take its place unseen.
    with pytest.raises(EditRefused, match="Another draft"):
        authoring.open_draft(live.case, user=official, number=draft.number)


@pytest.mark.parametrize("number", ["1", "99", "", "x", "9" * 400, "²"])
def test_only_kept_texts_of_the_case_are_gone_on_from(team, live, number):
    team.post(overview(live.case), {"number": number})
    assert live.case.revisions.count() == 1
    where = reverse("policies:preview", args=[live.case_id])
    assert team.get(where, {"number": number}).status_code == 404


def test_both_sides_read_one_thread_over_all_rounds(team, official, live, moderator_client):
    mina = moderator_client.person
    discarded = edited(live.case, official, "A private idea")
    moderation.withdraw(discarded, by=official)
    draft = edited(live.case, official, "Better buses")
    moderation.submit(draft, by=official)
    moderation.request_changes(draft, by=mina, note="Say what it cost.")
    authoring.add_note(live.case, user=official, text="From which year?")
    reviewing.write_note(draft, "Of 2013.", by=mina)
    moderation.submit(draft, by=official)
    moderation.reject(draft, by=mina, note="No sources.")
    said = [
        (3, "Submitted", False, ""),
        (3, "Changes requested", True, "Say what it cost."),
        (3, "Note from the author", False, "From which year?"),
        (3, "Note to the author", True, "Of 2013."),
        (3, "Submitted", False, ""),
        (3, "Rejected", True, "No sources."),
    ]

    def of(entries):
        return [(each.number, each.what, each.from_moderators, each.text) for each in entries]

    assert of(thread.of_desk(live.case)) == said
    assert of(thread.of_team(live.case)) == [(2, "Withdrawn", False, ""), *said]
    page = text(team.get(overview(live.case)).text)
    assert "Requests, notes and decisions" in page
    assert "Changes requested The moderators" in page
    assert mina.get_full_name() not in page
    assert "Nothing has been written yet" not in page
    desk = text(moderator_client.get(address(draft)).text)
    assert "Note from the author Ani" in desk
    assert "From which year?" in desk


def test_desk_sees_what_changed_since_its_request(official, live, moderator_client):
    draft = edited(live.case, official, "Better buses")
    PhotoFactory(revision=draft, caption="A stop")
    Phase.objects.create(revision=draft, name="Trial", start="2013-04", position=0)
    moderation.submit(draft, by=official)
    moderation.request_changes(draft, by=moderator_client.person, note="When did it end?")
    draft.phases.update(end="2013-08")
    Revision.objects.filter(pk=draft.pk).update(summary="One line less.")
    draft.photos.all().delete()
    moderation.submit(draft, by=official)
    page = moderator_client.get(address(draft))
    changes = page.context["answered"]
    assert [each.label for each in changes] == ["Summary", "Phases", "Photos"]
    assert changes[1].changed == ["Trial, April 2013<ins>, August 2013</ins>"]
    assert "What changed since changes were asked for" in page.text
    # The text of then is kept no longer than it is needed.
    moderation.reject(Revision.objects.get(pk=draft.pk), by=official, note="No.")
    assert not RequestedText.objects.exists()


def test_nothing_changed_since_the_request_is_said(official, live, moderator_client):
    draft = edited(live.case, official, "Better buses")
    moderation.submit(draft, by=official)
    moderation.request_changes(draft, by=moderator_client.person, note="More.")
    moderation.submit(draft, by=official)
    page = moderator_client.get(address(draft))
    assert page.context["answered"] == []
    assert "Nothing was changed since" in page.text


def test_who_waits_for_a_team_is_told_so(client, live):
    waiting = MembershipFactory(member=live.case.member, status="requested").user
    client.force_login(waiting)
    page = client.get(reverse("policies:new"), follow=True).text
    assert f"Your request to join {live.case.member} waits. You may write at once" in page
    assert "team of your city or organisation; then you can begin" not in page


def test_restore_says_what_is_public_now(editor_client, live):
    live.case.revisions.create(number=9, state=State.SUPERSEDED, title="Old", summary="", decided_at=live.decided_at, decided_by_name="Mina")  # fmt: skip
    where = f"/admin/policies/casestudy/{live.case_id}/restore/"
    assert "What is public now is superseded" in editor_client.get(where).text
    moderation.unpublish(live, by=editor_client.person, note="Wrong.")
    page = editor_client.get(where).text
    assert "What is public now is superseded" not in page
    assert "Nothing of the case is public now" in page
    merge = editor_client.get(f"/admin/policies/casestudy/{live.case_id}/merge/").text
    assert "its public text is unpublished" not in merge
