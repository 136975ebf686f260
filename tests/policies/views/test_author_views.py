"""The way of a case through the pages of its authors: new, sections, preview, submit, afterwards."""

import re

import pytest
from django.urls import reverse

from policies.models import CaseStudy, Revision
from policies.workflow import authoring, moderation
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    UserFactory,
)
from tests.policies.authors import address, save
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def membership():
    return MembershipFactory(member__name="Surabaya")


@pytest.fixture
def official(client, membership):
    client.force_login(membership.user)
    return client


@pytest.fixture
def draft(membership):
    return RevisionFactory(case__member=membership.member, created_by=membership.user)


def overview(case):
    return reverse("policies:edit", args=[case.pk])


def begin(client, member, title="Night buses", **more):
    sent = {"member": member.pk, "title": title, "summary": "", "language": "en"} | more
    return client.post(reverse("policies:new"), sent)


def complete(revision):
    Revision.objects.filter(pk=revision.pk).update(
        challenge="No buses at night.",
        solution="Buses at night.",
        stage="completed",
        start="2013",
        budget_unavailable="Not public.",
        staff_unavailable="Not counted.",
        stakeholders_unavailable="Not recorded.",
    )


@pytest.mark.sqlite
def test_whole_way_from_nothing_to_the_moderators(reference, official, membership):
    answer = begin(official, membership.member)
    case = CaseStudy.objects.get()
    assert answer.url == overview(case)

    for slug, changes in {
        "basics": {"summary": "Buses through the night."},
        "challenge-solution": {"challenge": "No buses.", "solution": "Buses."},
        "targets-themes": {"themes": ["transport"], "contributions__0__target": "11.2"},
        "time": {"stage": "completed", "start": "2013-04", "end": "2015"},
        "budget": {"budget_amount": "13,000,000", "budget_currency": "usd", "budget_year": "2013"},
        "manpower": {"staff_fte": "7.5"},
        "stakeholders": {"stakeholders__0__name": "Riders"},
    }.items():
        answer = save(official, case, slug, **changes)
        assert (answer.status_code, answer.url) == (302, address(case, slug)), slug

    preview = official.get(reverse("policies:preview", args=[case.pk]))
    assert "Buses through the night." in preview.text
    assert 'content="noindex"' in preview.text

    answer = official.post(reverse("policies:submit", args=[case.pk]), follow=True)
    revision = case.revisions.get()
    assert revision.state == State.SUBMITTED
    assert (revision.budget_amount, revision.budget_usd) == (13_000_000, 13_000_000)
    assert "What happens now" in answer.text


def test_person_in_no_team_is_led_to_the_teams(client):
    client.force_login(UserFactory())
    assert client.get(reverse("policies:new")).url == "/my/teams/join/?for=publish"


def test_only_own_members_can_be_chosen(official):
    other = MemberFactory(name="Elsewhere")
    assert "Elsewhere" not in official.get(reverse("policies:new")).text
    answer = begin(official, other)
    assert answer.status_code == 422
    assert CaseStudy.objects.count() == 0


def test_new_without_a_title_keeps_what_was_typed(official, membership):
    answer = begin(official, membership.member, title="", summary="Buses <b>at</b> night")
    assert answer.status_code == 422
    assert "Buses &lt;b&gt;at&lt;/b&gt; night" in answer.text
    assert 'href="#id_title"' in answer.text


def test_double_click_on_begin_makes_one_draft(official, membership):
    first, second = (begin(official, membership.member) for _ in range(2))
    assert first.url == second.url
    assert CaseStudy.objects.count() == 1


def test_too_many_drafts_are_said(official, membership):
    for number in range(authoring.MAX_OPEN_DRAFTS):
        RevisionFactory(created_by=membership.user, title=f"Draft {number}")
    answer = begin(official, membership.member)
    assert answer.status_code == 422
    assert "You have 20 open drafts." in answer.text


def test_overview_lists_what_is_missing_with_links_and_reasons(reference, official, draft):
    text = official.get(overview(draft.case)).text
    assert f'href="{address(draft.case, "time")}#id_start"' in text
    assert "State when it started." in text
    assert "Tells a city whether it can afford the same." in text


def test_submit_is_refused_with_links_to_every_gap(reference, official, draft):
    answer = official.post(reverse("policies:submit", args=[draft.case_id]))
    assert answer.status_code == 422
    for slug, anchor in (
        ("challenge-solution", "id_challenge"),
        ("targets-themes", "rows-contributions"),
        ("targets-themes", "id_themes"),
        ("stakeholders", "rows-stakeholders"),
        ("budget", "id_budget_amount"),
    ):
        assert f'href="{address(draft.case, slug)}#{anchor}"' in answer.text
        assert f'id="{anchor}"' in official.get(address(draft.case, slug)).text
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_second_click_on_submit_is_told(reference, official, membership):
    draft = RevisionFactory(case__member=membership.member, targets=["11.2"], themes=["transport"])
    complete(draft)
    official.post(reverse("policies:submit", args=[draft.case_id]))
    answer = official.post(reverse("policies:submit", args=[draft.case_id]), follow=True)
    assert "This revision is already submitted." in answer.text
    assert draft.events.count() == 1


def seen_on(page):
    return re.search(r'name="(?:seen|number)" value="([^"]+)"', page).group(1)


def test_text_that_a_colleague_changed_is_read_before_it_is_submitted(
    reference, official, membership
):
    draft = RevisionFactory(case__member=membership.member, targets=["11.2"], themes=["transport"])
    complete(draft)
    review = address(draft.case, "review")
    seen = seen_on(official.get(review).text)
    save(official, draft.case, "basics", title="Day buses")
    submit = reverse("policies:submit", args=[draft.case_id])

    answer = official.post(submit, {"seen": seen})
    assert answer.status_code == 409
    assert "The text was changed after you opened this page." in answer.text
    assert "Day buses" in answer.text
    draft.refresh_from_db()
    assert draft.state == State.DRAFT

    official.post(submit, {"seen": seen_on(answer.text)})
    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


def test_membership_that_ended_before_the_submission_is_404(reference, official, membership):
    draft = RevisionFactory(case__member=membership.member, targets=["11.2"], themes=["transport"])
    complete(draft)
    membership.status = "ended"
    membership.save()
    for name in ("submit", "withdraw", "confirm", "edit"):
        assert official.post(reverse(f"policies:{name}", args=[draft.case_id])).status_code == 404
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


@pytest.mark.parametrize("number", ["", "x", "9" * 400, "-1", "٣"])
def test_number_that_is_none_withdraws_what_is_open(official, draft, number):
    official.post(reverse("policies:withdraw", args=[draft.case_id]), {"number": number})
    draft.refresh_from_db()
    assert draft.state == State.WITHDRAWN


def test_back_button_withdraws_no_newer_draft(official, draft):
    page = reverse("policies:withdraw", args=[draft.case_id])
    sent = {"number": seen_on(official.get(page).text)}
    official.post(page, sent)
    official.post(overview(draft.case))
    answer = official.post(page, sent, follow=True)
    assert "This revision is already withdrawn." in answer.text
    assert draft.case.revisions.get(number=2).state == State.DRAFT


def test_back_button_after_submit_keeps_what_was_typed(official, draft):
    moderation.submit(draft, by=draft.created_by)
    answer = official.post(address(draft.case, "basics"), {"title": "Typed afterwards"})
    assert answer.status_code == 409
    assert "Typed afterwards" in answer.text
    assert "It is with the moderators" in answer.text
    draft.refresh_from_db()
    assert draft.title == "Night buses"


def test_section_of_a_submission_leads_to_the_overview(official, draft):
    moderation.submit(draft, by=draft.created_by)
    assert official.get(address(draft.case, "basics")).url == overview(draft.case)


def test_withdrawn_submission_can_be_written_again(official, draft):
    moderation.submit(draft, by=draft.created_by)
    page = reverse("policies:withdraw", args=[draft.case_id])
    assert "Withdraw this text?" in official.get(page).text
    official.post(page)
    draft.refresh_from_db()
    assert draft.state == State.WITHDRAWN
    official.post(overview(draft.case))
    assert draft.case.revisions.get(number=2).state == State.DRAFT
    assert official.get(address(draft.case, "basics")).status_code == 200


def test_discarding_twice_is_told(official, draft):
    page = reverse("policies:withdraw", args=[draft.case_id])
    assert "Discard this draft?" in official.get(page).text
    official.post(page)
    answer = official.post(page, follow=True)
    assert "This revision is already withdrawn." in answer.text


def test_edit_of_a_public_case_leaves_the_public_text(synced, official, membership):
    live = LiveRevisionFactory(case__member=membership.member, title="Public text")
    page = official.get(overview(live.case))
    assert "open a draft beside the public text" in page.text
    assert live.case.revisions.count() == 1
    official.post(overview(live.case))
    save(official, live.case, "basics", title="New text")
    assert "Public text" in official.get(live.case.get_absolute_url()).text
    assert live.case.revisions.get(number=2).title == "New text"


def article(answer):
    found = re.search(r'<article class="article">(.*?)</article>', answer.text, re.DOTALL).group(1)
    # Only of a public case there are questions, adoptions, and others that are like it.
    of_exchange = r'<section aria-labelledby="(know-how|adopted-by)">.*?</section>\s*'
    found = re.sub(of_exchange, "", found, flags=re.DOTALL)
    return found.partition('<section aria-labelledby="similar">')[0].strip()


def test_preview_is_what_readers_will_see(reference, synced, official, draft):
    fill(draft, 3)
    PhotoFactory(revision=draft, caption="Line 3")
    AttachmentFactory(revision=draft)
    preview = article(official.get(reverse("policies:preview", args=[draft.case_id])))
    assert "Nobody could travel at night." in preview
    moderation.publish(draft, name="Secretariat")
    draft.case.refresh_from_db()
    assert article(official.get(draft.case.get_absolute_url())) == preview


def test_preview_of_a_changed_case_tells_what_changes(official, membership):
    live = LiveRevisionFactory(case__member=membership.member, title="Night buses")
    page = reverse("policies:preview", args=[live.case_id])
    told = "What this changes in the public text"
    assert told not in official.get(page).text
    official.post(overview(live.case))
    assert "Nothing yet: text, figures, rows" in official.get(page).text
    save(official, live.case, "basics", title="Day buses")
    text = official.get(page).text
    assert told in text
    assert "<del>Night </del><ins>Day </ins>buses" in text


def test_preview_of_a_first_draft_compares_nothing(official, draft):
    page = reverse("policies:preview", args=[draft.case_id])
    assert "What this changes" not in official.get(page).text


def test_confirm_stamps_the_case(official, membership):
    live = LiveRevisionFactory(case__member=membership.member, case__provenance="secretariat")
    page = reverse("policies:confirm", args=[live.case_id])
    assert "your city stands by it" in official.get(page).text
    official.post(page)
    live.case.refresh_from_db()
    assert live.case.confirmed_by == membership.user


@pytest.mark.parametrize(("provenance", "confirmed"), [("secretariat", True), ("city", False)])
def test_correcting_a_compiled_case_takes_it_over(synced, membership, provenance, confirmed):
    live = LiveRevisionFactory(case__member=membership.member, case__provenance=provenance)
    draft = authoring.open_draft(live.case, user=membership.user)
    moderation.submit(draft, by=membership.user)
    moderation.publish(draft, name="Secretariat")
    live.case.refresh_from_db()
    assert live.case.confirmed_by == (membership.user if confirmed else None)
    assert (live.case.confirmed_at is not None) == confirmed


def test_correction_by_the_secretariat_confirms_nothing(synced, membership):
    live = LiveRevisionFactory(case__member=membership.member, case__provenance="secretariat")
    draft = authoring.open_draft(live.case, user=membership.user)
    moderation.submit(draft, by=UserFactory(is_staff=True))
    moderation.publish(draft, name="Secretariat")
    live.case.refresh_from_db()
    assert live.case.confirmed_at is None


def test_text_that_became_public_meanwhile_is_read_before_it_is_confirmed(official, membership):
    live = LiveRevisionFactory(case__member=membership.member)
    page = reverse("policies:confirm", args=[live.case_id])
    sent = {"number": seen_on(official.get(page).text)}
    live.case.revisions.update(state=State.SUPERSEDED)
    LiveRevisionFactory(case=live.case)
    answer = official.post(page, sent, follow=True)
    assert "A newer text is public now." in answer.text
    live.case.refresh_from_db()
    assert live.case.confirmed_at is None
    official.post(page, {"number": seen_on(official.get(page).text)})
    live.case.refresh_from_db()
    assert live.case.confirmed_by == membership.user


def test_confirm_without_a_public_text_is_refused(official, draft):
    page = reverse("policies:confirm", args=[draft.case_id])
    assert official.get(page).url == overview(draft.case)
    answer = official.post(page, follow=True)
    assert "This case has no public text to confirm." in answer.text


def test_notes_are_kept_with_the_submission(official, draft):
    moderation.submit(draft, by=draft.created_by)
    page = reverse("policies:notes", args=[draft.case_id])
    answer = official.post(page, {"text": "The second <i>figure</i> is an estimate."}, follow=True)
    assert "The second &lt;i&gt;figure&lt;/i&gt; is an estimate." in answer.text
    note = draft.notes.get()
    assert (note.author, note.from_moderators) == (draft.created_by, False)


def test_second_click_on_a_note_writes_nothing(official, draft):
    moderation.submit(draft, by=draft.created_by)
    page = reverse("policies:notes", args=[draft.case_id])
    for text in ("An estimate.", "An estimate.", "Another one."):
        assert official.post(page, {"text": text}).status_code == 302
    assert [note.text for note in draft.notes.all()] == ["An estimate.", "Another one."]


@pytest.mark.parametrize("text", ["", " ", "x" * 5001])
def test_note_that_cannot_be_taken_is_kept(official, draft, text):
    moderation.submit(draft, by=draft.created_by)
    answer = official.post(reverse("policies:notes", args=[draft.case_id]), {"text": text})
    assert answer.status_code == 422
    assert text.strip() in answer.text
    assert draft.notes.count() == 0


def test_note_on_a_draft_is_refused_and_kept(official, draft):
    answer = official.post(reverse("policies:notes", args=[draft.case_id]), {"text": "Hello"})
    assert answer.status_code == 409
    assert "Hello" in answer.text


def test_reason_of_the_moderators_is_shown(official, draft):
    moderation.submit(draft, by=draft.created_by)
    moderation.request_changes(draft, name="Secretariat", note="Say what it cost.")
    assert "Say what it cost." in official.get(overview(draft.case)).text
    save(official, draft.case, "basics", summary="Corrected")
    draft.refresh_from_db()
    assert draft.summary == "Corrected"


PAGES = [
    *[("get", name) for name in ("edit", "preview", "submit", "withdraw", "confirm", "notes")],
    *[("post", name) for name in ("edit", "submit", "withdraw", "confirm", "notes")],
]


def test_case_does_not_exist_for_who_has_left_its_team(client, draft, membership):
    """Other roles are in tests/test_rights.py."""
    client.force_login(MembershipFactory(member=membership.member, status="ended").user)
    for method, name in PAGES:
        answer = getattr(client, method)(reverse(f"policies:{name}", args=[draft.case_id]))
        assert (method, name, answer.status_code) == (method, name, 404)
        assert "Night buses" not in answer.text
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_queries_of_the_overview_do_not_grow(
    reference, official, membership, django_assert_num_queries
):
    for rows in (1, 3):
        draft = RevisionFactory(
            case__member=membership.member,
            targets=["11.2", "9.1", "3.6"][:rows],
            themes=["transport", "housing", "energy"][:rows],
        )
        for number in range(rows):
            draft.joint_members.create(member=MemberFactory(), position=number)
            draft.stakeholders.create(name=f"Riders {number}", position=number)
            draft.sources.create(title=f"Report {number}", position=number)
        with django_assert_num_queries(OVERVIEW_QUERIES):
            official.get(overview(draft.case))


OVERVIEW_QUERIES = 23


@pytest.mark.parametrize("title", ["Edit", "preview", "NOTES"])
def test_title_does_not_hide_a_page(title):
    assert CaseStudy.slug_for(title) == f"{title.lower()}-policy"


def test_review_page_hints_at_what_helps_to_compare(official, draft):
    page = address(draft.case, "review")
    link = f'<li><a href="{address(draft.case, "basics")}">Scale</a>:'
    assert official.get(page).text.count(link) == 1
    Revision.objects.filter(pk=draft.pk).update(
        scale="city", people_served=9, contact_office="Transport department"
    )
    assert "What would help to compare it" not in official.get(page).text
