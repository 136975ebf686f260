"""Corrections that moderators propose and the team of the case accepts or declines."""

import pytest
from django.urls import reverse

from members.models import Event, Notice
from members.notices.mail_texts import text_of
from policies.models import Correction, Revision
from policies.workflow import authoring, corrections, moderation
from policies.workflow.errors import AlreadyDecided, EditRefused
from tests.factories import MembershipFactory, RevisionFactory, StaffFactory, ThemeFactory
from tests.policies.contents import fill
from tests.races import at_once, kinds, needs_two_connections

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def moderator():
    return StaffFactory(name="Mina", groups=["Moderators"])


@pytest.fixture
def official():
    return MembershipFactory(user__name="Ani").user


@pytest.fixture
def submitted(reference, official):
    member = official.memberships.get().member
    revision = RevisionFactory(case__member=member, title="Night buzes", created_by=official)
    fill(revision, times=2)
    Revision.objects.filter(pk=revision.pk).update(title="Night buzes", summary="Nine lines.")
    return moderation.submit(revision, by=official)


@pytest.fixture
def typo(submitted, moderator):
    return corrections.propose(submitted, "title", "Night buses", "A typo.", by=moderator)


def recorded(action):
    return list(Event.objects.filter(action=action).values_list("actor__name", "reason"))


def test_accepted_correction_is_written_into_the_submission(typo, official, submitted):
    decided = corrections.accept(typo, user=official)

    assert (decided.state, decided.decided_at is None) == ("accepted", False)
    revision = Revision.objects.get(pk=submitted.pk)
    assert (revision.title, revision.summary) == ("Night buses", "Nine lines.")
    assert (revision.state, revision.version) == (State.SUBMITTED, submitted.version + 1)
    assert authoring.edition(revision) != authoring.edition(submitted)
    assert moderation.publish(revision, by=StaffFactory()).case.slug == "night-buses"
    assert recorded("correction-accepted") == [("Ani", "Title")]


def test_correction_is_accepted_while_changes_are_asked_for(typo, official, submitted, moderator):
    moderation.request_changes(submitted, by=moderator, note="The year?")

    corrections.accept(typo, user=official)

    submitted.refresh_from_db()
    assert (submitted.title, submitted.state) == ("Night buses", State.CHANGES_REQUESTED)


def test_declined_correction_leaves_the_text(typo, official, submitted):
    assert corrections.decline(typo, user=official).state == "declined"
    revision = Revision.objects.get(pk=submitted.pk)
    assert (revision.title, revision.version) == ("Night buzes", submitted.version)
    assert recorded("correction-declined") == [("Ani", "Title")]


@pytest.mark.parametrize("answer", [corrections.accept, corrections.decline])
def test_second_answer_is_told(typo, official, answer):
    corrections.accept(typo, user=official)
    with pytest.raises(AlreadyDecided, match="already accepted"):
        answer(typo, user=official)
    assert len(recorded("correction-accepted")) == 1
    assert recorded("correction-declined") == []


def test_correction_of_a_text_that_says_something_else_is_outdated(typo, official, submitted):
    Revision.objects.filter(pk=submitted.pk).update(title="Buses at night")

    assert corrections.accept(typo, user=official).state == "outdated"

    submitted.refresh_from_db()
    assert submitted.title == "Buses at night"
    assert recorded("correction-accepted") == []


def test_change_of_another_field_makes_nothing_outdated(typo, official, submitted):
    Revision.objects.filter(pk=submitted.pk).update(summary="Ten lines.")
    assert corrections.accept(typo, user=official).state == "accepted"


@pytest.mark.parametrize("decide", [moderation.reject, moderation.withdraw])
def test_correction_of_a_text_that_is_no_longer_open_is_refused(typo, official, submitted, decide):
    decide(submitted, name="Mina", note="Because.")
    with pytest.raises(EditRefused, match="cannot be changed now"):
        corrections.accept(typo, user=official)
    assert corrections.waiting([Revision.objects.get(pk=submitted.pk)]) == {}


def test_correction_is_for_the_team(typo, moderator):
    for stranger in (MembershipFactory().user, moderator):
        with pytest.raises(EditRefused):
            corrections.accept(typo, user=stranger)
    assert Correction.objects.get().state == "proposed"


def test_themes_are_corrected(submitted, official, moderator):
    before = corrections.current(submitted, "themes").splitlines()
    after = ["energy", before[0]]
    tags = corrections.propose(submitted, "themes", "\n".join(after), by=moderator)

    corrections.accept(tags, user=official)

    assert corrections.current(submitted, "themes").splitlines() == after
    assert list(submitted.theme_rows.values_list("position", flat=True)) == [0, 1]


def test_correction_to_a_theme_that_is_gone_is_outdated(submitted, official, moderator):
    noise = ThemeFactory(slug="noise")
    tags = corrections.propose(submitted, "themes", "noise", by=moderator)
    before = corrections.current(submitted, "themes")
    noise.delete()

    assert corrections.accept(tags, user=official).state == "outdated"

    assert corrections.current(submitted, "themes") == before


def test_targets_that_stay_keep_what_is_said_of_them(submitted, official, moderator):
    rows = list(submitted.contributions.values_list("target_id", "role", "how"))
    assert [role for _code, role, _how in rows] == ["primary", "secondary"]
    after = ["4.1", rows[1][0]]
    tags = corrections.propose(submitted, "targets", "\n".join(after), by=moderator)

    corrections.accept(tags, user=official)

    found = submitted.contributions.values_list("target_id", "role", "how", "position")
    assert list(found) == [("4.1", "primary", "", 0), (rows[1][0], "secondary", rows[1][2], 1)]


def test_primary_target_stays_the_primary_one(submitted, official, moderator):
    codes = corrections.current(submitted, "targets").splitlines()
    tags = corrections.propose(submitted, "targets", "\n".join([*codes[::-1], "4.1"]), by=moderator)

    corrections.accept(tags, user=official)

    roles = dict(submitted.contributions.values_list("target_id", "role"))
    assert roles == {codes[0]: "primary", codes[1]: "secondary", "4.1": "secondary"}


def notices(person):
    return list(Notice.objects.filter(recipient=person, kind="note").order_by("pk"))


def test_both_sides_are_told(typo, submitted, official, moderator):
    corrections.propose(submitted, "summary", "Nine lines!", by=moderator)
    (told,) = notices(official)
    assert told.path == f"/policies/{submitted.case_id}/edit/#corrections"
    assert "> A correction is proposed; you can accept it with one click: Title" in text_of(told)[1]
    assert "> A typo." in text_of(told)[1]

    corrections.accept(typo, user=official)

    (heard,) = notices(moderator)
    assert "> The correction is accepted: Title" in text_of(heard)[1]
    assert "Ani has written a note" in text_of(heard)[1]
    assert heard.path == reverse("admin:policies_revision_review", args=[submitted.pk])


def test_declined_correction_is_told(typo, official, moderator):
    corrections.decline(typo, user=official)
    assert [notice.context["note"] for notice in notices(moderator)] == [
        "The correction is declined: Title"
    ]


def test_who_decides_no_more_is_not_told(typo, official, moderator):
    moderator.groups.clear()
    corrections.decline(typo, user=official)
    assert notices(moderator) == []


# The pages


@pytest.fixture
def page(client, official):
    client.force_login(official)
    return client


def overview(revision):
    return reverse("policies:edit", args=[revision.case_id])


def decide(page, correction, answer="accept", **more):
    address = reverse("policies:correction", args=[correction.revision.case_id, correction.pk])
    return page.post(address, {"answer": answer, **more}, follow=True)


@pytest.mark.parametrize("where", ["overview", "my"])
def test_correction_is_shown_with_its_words(page, typo, submitted, where):
    text = page.get("/my/" if where == "my" else overview(submitted)).text
    assert "Night <del>buzes</del><ins>buses</ins>" in text
    assert "A typo." in text
    assert reverse("policies:correction", args=[submitted.case_id, typo.pk]) in text


def test_tags_are_shown_by_name(page, submitted, moderator):
    corrections.propose(submitted, "themes", "social-inclusiveness-and-well-being", by=moderator)
    stays, goes = submitted.targets.order_by("contributions__position")
    come = submitted.targets.model.objects.get(code="4.1")
    corrections.propose(submitted, "targets", f"{stays.code}\n4.1", by=moderator)
    text = page.get(overview(submitted)).text
    assert "<ins>Social Inclusiveness and Well-being</ins>" in text
    assert (
        f"{stays.code} {stays.label}<br><del>{goes.code} {goes.label}</del>"
        f"<br><ins>4.1 {come.label}</ins>"
    ) in text


def test_one_click_takes_a_correction_over(page, typo, submitted):
    answer = decide(page, typo)
    assert answer.redirect_chain == [(f"{overview(submitted)}#corrections", 302)]
    assert "The correction is in the text: Title." in answer.text
    submitted.refresh_from_db()
    assert submitted.title == "Night buses"
    assert "Accept it" not in answer.text


def test_second_click_is_told(page, typo):
    decide(page, typo)
    assert "This correction is already accepted." in decide(page, typo).text


def test_own_page_is_where_one_comes_back_to(page, typo):
    answer = decide(page, typo, "decline", then="my")
    assert answer.redirect_chain == [("/my/", 302)]
    assert "The text stays as it is: Title." in answer.text


def test_outdated_correction_is_told(page, typo, submitted):
    Revision.objects.filter(pk=submitted.pk).update(title="Buses at night")
    assert "the text says something else by now (Title)" in decide(page, typo).text


@pytest.mark.parametrize("answer", ["", "publish"])
def test_other_answers_change_nothing(page, typo, answer):
    decide(page, typo, answer)
    assert Correction.objects.get().state == "proposed"


def test_address_is_opened_without_changing_anything(page, typo, submitted):
    address = reverse("policies:correction", args=[submitted.case_id, typo.pk])
    assert page.get(address).url == f"{overview(submitted)}#corrections"
    assert Correction.objects.get().state == "proposed"


def test_correction_of_another_case_is_unknown(page, submitted, typo):
    other = RevisionFactory(case__member=submitted.case.member)
    address = reverse("policies:correction", args=[other.case_id, typo.pk])
    assert page.post(address, {"answer": "accept"}).status_code == 404
    assert Correction.objects.get().state == "proposed"


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(page, submitted, moderator, django_assert_num_queries, count):
    for number in range(count):
        Correction.objects.create(
            revision=submitted, field="themes", before="x", after=f"{number}", by_name="Mina"
        )
    with django_assert_num_queries(OVERVIEW_QUERIES):
        page.get(overview(submitted))


OVERVIEW_QUERIES = 26


@needs_two_connections
@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts(typo, official):
    outcomes = at_once(
        lambda: corrections.accept(typo, user=official),
        lambda: corrections.decline(typo, user=official),
    )
    assert kinds(outcomes) == ["AlreadyDecided", "Correction"]
    accepted = Correction.objects.get().state == "accepted"
    assert Revision.objects.get().title == ("Night buses" if accepted else "Night buzes")
