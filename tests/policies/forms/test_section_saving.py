"""Saving a section: two people at once, by itself, and whatever ends in the middle of an edit."""

import pytest
from django.test import Client
from django.urls import reverse

from policies.forms.editor import fingerprint
from policies.forms.registry import BY_SLUG
from policies.search import meaning
from tests.factories import MemberFactory, RevisionFactory
from tests.policies.authors import address, fields_of, save, section_of

from .sections import JSON

pytestmark = pytest.mark.django_db


# Two people, and one person in two tabs


def test_save_over_a_newer_text_shows_both_and_can_overwrite(official, draft):
    mine = section_of(official, draft.case, "basics", summary="Nine lines by us")
    save(official, draft.case, "basics", summary="Nine lines by them")

    answer = official.post(address(draft.case, "basics"), mine)

    assert answer.status_code == 409
    assert "<del>them</del><ins>us</ins>" in answer.text
    assert fields_of(answer)["summary"] == ["Nine lines by us"]
    draft.refresh_from_db()
    assert draft.summary == "Nine lines by them"
    official.post(address(draft.case, "basics"), fields_of(answer))
    draft.refresh_from_db()
    assert draft.summary == "Nine lines by us"


def test_rows_of_two_people_are_compared(official, draft):
    mine = section_of(official, draft.case, "stakeholders", stakeholders__0__name="Union")
    save(official, draft.case, "stakeholders", stakeholders__0__name="Riders")
    answer = official.post(address(draft.case, "stakeholders"), mine)
    assert answer.status_code == 409
    assert "<del>Riders</del><ins>Union</ins>" in answer.text


def test_colleague_in_another_section_is_no_conflict(official, draft):
    mine = section_of(official, draft.case, "lessons", lessons="Ask first")
    save(official, draft.case, "basics", summary="Theirs")
    assert official.post(address(draft.case, "lessons"), mine).status_code == 302
    draft.refresh_from_db()
    assert (draft.summary, draft.lessons) == ("Theirs", "Ask first")


def test_second_click_is_no_conflict(official, draft):
    sent = section_of(official, draft.case, "budget", budget_amount="5", budget_currency="USD")
    assert [official.post(address(draft.case, "budget"), sent).status_code for _ in "ab"] == [
        302
    ] * 2
    draft.refresh_from_db()
    assert draft.budget_amount == 5


# Saving by itself


def autosave(client, case, slug, **changes):
    return client.post(address(case, slug), section_of(client, case, slug, **changes), headers=JSON)


def test_autosave_tells_what_it_saved(official, draft):
    answer = autosave(official, draft.case, "basics", summary="By itself")
    draft.refresh_from_db()
    assert draft.summary == "By itself"
    told = answer.json()
    assert told.pop("message").startswith("Saved at ")
    seen = fingerprint(BY_SLUG["basics"], draft)
    assert told == {"state": "saved", "seen": seen, "doubts": {}, "understood": {}, "sums": {}}


def test_autosave_of_the_budget_tells_what_follows(official, draft):
    answer = autosave(official, draft.case, "budget", budget_amount="5", budget_currency="USD")
    assert [row["label"] for row in answer.json()["computed"]] == ["In US dollars", "Per resident"]


def test_autosave_of_a_wrong_answer_names_it(official, draft):
    answer = autosave(official, draft.case, "time", start="soon", end="4/2015")
    draft.refresh_from_db()
    assert (draft.start, draft.end) == ("", "2015-04")
    assert answer.status_code == 422
    assert answer.json() == {
        "state": "invalid",
        "seen": fingerprint(BY_SLUG["time"], draft),
        "understood": {"id_end": "= April 2015"},
        "sums": {},
        "message": "Saved, but for 1 answer that needs a correction.",
        "errors": [
            {"id": "id_start", "message": "Write a year (2013) or a year and month (2013-04)."}
        ],
    }


def test_autosave_over_a_newer_text_is_refused(official, draft):
    mine = section_of(official, draft.case, "basics", summary="Mine")
    save(official, draft.case, "basics", summary="Theirs")
    answer = official.post(address(draft.case, "basics"), mine, headers=JSON)
    assert (answer.status_code, answer.json()["state"]) == (409, "conflict")


def test_autosave_when_signed_out_tells_where_to_sign_in(official, draft):
    sent = section_of(official, draft.case, "basics", summary="Mine")
    official.logout()
    answer = official.post(address(draft.case, "basics"), sent, headers=JSON)
    told = answer.json()
    assert answer.status_code == 401
    assert (told["state"], told["login"]) == ("signed-out", reverse("account_login"))


def test_autosave_after_the_membership_ended(official, draft, membership):
    sent = section_of(official, draft.case, "basics", summary="Mine")
    membership.status = "ended"
    membership.save()
    answer = official.post(address(draft.case, "basics"), sent, headers=JSON)
    assert (answer.status_code, answer.json()["state"]) == (404, "gone")


# Whatever ends in the middle of an edit


def test_session_that_ended_keeps_what_was_typed(official, draft):
    sent = section_of(official, draft.case, "time", stage="planned", phases__0__name="A <phase>")
    official.logout()
    answer = official.post(address(draft.case, "time"), sent)
    assert answer.status_code == 401
    assert "Phase 1: Name" in answer.text
    assert "A &lt;phase&gt;" in answer.text
    again = fields_of(answer, None)
    assert again["phases-0-name"] == ["A <phase>"]
    official.force_login(draft.created_by)
    assert official.post(address(draft.case, "time"), again).status_code == 302
    assert draft.phases.get().name == "A <phase>"


def test_page_of_a_section_asks_to_sign_in(client, draft):
    answer = client.get(address(draft.case, "time"))
    assert answer.url == f"{reverse('account_login')}?next={address(draft.case, 'time')}"


@pytest.mark.parametrize("token", ["", "x" * 64, "short"])
def test_form_that_is_too_old_keeps_what_was_typed(membership, draft, token):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(membership.user)
    sent = section_of(strict, draft.case, "basics", summary="Typed long ago")
    sent["csrfmiddlewaretoken"] = token
    answer = strict.post(address(draft.case, "basics"), sent)
    assert answer.status_code == 403
    again = fields_of(answer, None)
    assert again["summary"] == ["Typed long ago"]
    assert strict.post(address(draft.case, "basics"), again).status_code == 302
    draft.refresh_from_db()
    assert draft.summary == "Typed long ago"


def test_autosave_of_an_old_form_gets_a_token_that_works(membership, draft):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(membership.user)
    sent = section_of(strict, draft.case, "basics", summary="Mine") | {"csrfmiddlewaretoken": "x"}
    told = strict.post(address(draft.case, "basics"), sent, headers=JSON).json()
    assert told["state"] == "expired"
    sent["csrfmiddlewaretoken"] = told["token"]
    assert strict.post(address(draft.case, "basics"), sent, headers=JSON).status_code == 200


def test_form_of_another_site_is_refused_and_not_shown(membership, draft):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(membership.user)
    sent = section_of(strict, draft.case, "basics", summary="Planted")
    answer = strict.post(
        address(draft.case, "basics"), sent, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert "Planted" not in answer.text


def test_membership_that_ended_keeps_what_was_typed(official, draft, membership):
    sent = section_of(official, draft.case, "basics", summary="Typed before")
    membership.status = "ended"
    membership.save()
    answer = official.post(address(draft.case, "basics"), sent)
    assert answer.status_code == 404
    assert "Typed before" in answer.text
    assert "Send it again" not in answer.text


def test_unknown_section_is_404(official, draft):
    assert official.get(address(draft.case, "nothing")).status_code == 404
    assert official.post(address(draft.case, "nothing"), {"a": "b"}).status_code == 404


def test_queries_of_a_section_do_not_grow(
    official, membership, django_assert_max_num_queries, monkeypatch
):
    # The thesaurus is read once in a while, not for a section: read now, and not again.
    monkeypatch.setattr(meaning, "CACHE_SECONDS", 3600)
    meaning.thesaurus()
    # Some of what follows is read once a process.
    official.get(address(RevisionFactory(case__member=membership.member).case, "targets-themes"))
    drafts = []
    for rows in (1, 3):
        draft = RevisionFactory(
            case__member=membership.member,
            targets=["11.2", "9.1", "3.6"][:rows],
            themes=["transport", "housing", "energy"][:rows],
        )
        for number in range(rows):
            draft.joint_members.create(member=MemberFactory(), position=number)
            for name in ("stakeholders", "phases", "indicators", "funding_sources"):
                getattr(draft, name).create(name=f"Row {number}", position=number)
        drafts.append(draft)
    for slug in BY_SLUG:
        counts = []
        for draft in drafts:
            with django_assert_max_num_queries(23) as captured:
                official.get(address(draft.case, slug))
            counts.append(len(captured))
        assert counts[0] == counts[1], slug
