"""Saved searches, followed cases, and the weekly mail of what is new."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client

from alerts import steps
from alerts.models import MAX_SEARCHES, Follow, SavedSearch, Watch
from members.models import Notice
from members.notices.delivery import deliver
from members.notices.mail_texts import text_of
from members.record import people
from policies.search import index
from tests.conftest import signed_in
from tests.exchange.factories import AdoptionFactory, AdviceFactory, CooperationFactory
from tests.factories import LiveRevisionFactory, MembershipFactory, UserFactory
from tests.seminars.factories import SeminarFactory

pytestmark = pytest.mark.django_db
# A Wednesday; the Monday after it.
SAVED, MONDAY = datetime(2026, 12, 2, 9, tzinfo=UTC), datetime(2026, 12, 7, 6, 50, tzinfo=UTC)
BETWEEN = datetime(2026, 12, 4, 9, tzinfo=UTC)


@pytest.fixture
def at():
    with time_machine.travel(SAVED, tick=False) as clock:
        yield clock


def publish(title, when, **facts):
    revision = LiveRevisionFactory(title=title, decided_at=when, **facts)
    index.sync()
    return revision


def run(clock, when):
    """Run the timer at a moment; return the texts of the notices that it wrote."""
    clock.move_to(when)
    before = set(Notice.objects.values_list("pk", flat=True))
    call_command("send_alerts", verbosity=0)
    return [text_of(row)[1] for row in Notice.objects.exclude(pk__in=before).order_by("pk")]


def titles(text):
    return re.findall(r"^- (.*)$", text, re.MULTILINE)


# Sentence 24.
def test_a_saved_search_mails_what_was_published_since_with_all_else_in_one_mail(at, reference):
    old = publish("Old tram", SAVED - timedelta(days=1), targets=["11.2"])
    membership = MembershipFactory()
    user = membership.user
    steps.save_search(user, query="target=11.2", name="Transport", every="week")
    steps.save_search(user, query="q=waste", name="Waste", every="month")
    steps.follow(user, old.case)
    other = publish("Bus lanes", BETWEEN, targets=["11.2"], case__member__name="Hue")
    publish("Waste fee", BETWEEN, targets=["12.5"])
    # A new text of an old case is no new case.
    advice = AdviceFactory(case=old.case, member__name="Suva", topic="budget")
    type(advice).objects.update(text_changed_at=BETWEEN)
    AdviceFactory(case=old.case, visibility="network")
    AdoptionFactory(case=old.case, member__name="Naga", published_at=BETWEEN)
    (text,) = run(at, MONDAY)
    assert titles(text) == [
        "Bus lanes, Hue",
        "Suva advises on budget: Old tram",
        "Naga adopts it: Old tram",
    ]
    assert f"http://localhost:8000{other.case.get_absolute_url()}" in text
    # Twice tells nothing twice, and a week without news nothing.
    assert run(at, MONDAY + timedelta(hours=1)) == []
    assert run(at, MONDAY + timedelta(days=7)) == []
    # The monthly one with the first of the weeks that begin in a month.
    (text,) = run(at, datetime(2027, 1, 4, 6, 50, tzinfo=UTC))
    assert titles(text)[0].startswith("Waste fee, ")


# Sentence 24.
def test_the_button_of_the_mail_program_stops_it_without_signing_in(at, reference):
    user = UserFactory()
    steps.save_search(user, query="", name="All", every="week")
    publish("Bus lanes", BETWEEN)
    run(at, MONDAY)
    assert deliver().sent == 1
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    visitor = Client(enforce_csrf_checks=True)
    # Programs that look into mails stop nothing.
    assert "Send me no more of it" in visitor.get(path).content.decode()
    user.refresh_from_db()
    assert user.muted == []
    assert visitor.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert visitor.post(path).status_code == 200
    user.refresh_from_db()
    assert user.muted == ["alert"]
    assert visitor.post(path[:-2] + "x/").status_code == 404
    publish("More bus lanes", MONDAY + timedelta(days=1))
    assert run(at, MONDAY + timedelta(days=7)) == []
    assert SavedSearch.objects.get().name == "All"
    signed_in(user).post("/my/alerts/mail/")
    user.refresh_from_db()
    assert user.muted == []


# Sentence 24.
def test_after_a_year_it_asks_pauses_and_goes_on_when_renewed(at, reference):
    user = UserFactory()
    search = steps.save_search(user, query="", name="All", every="week")
    (text,) = run(at, SAVED + timedelta(days=370))
    assert (titles(text), "They pause until you say" in text) == (["All"], True)
    publish("While it paused", SAVED + timedelta(days=375))
    assert run(at, SAVED + timedelta(days=380)) == []
    client = signed_in(user)
    assert "Pauses: do you still want it?" in client.get("/my/alerts/").content.decode()
    client.post(f"/my/alerts/search/{search.pk}/renew/")
    publish("Afterwards", SAVED + timedelta(days=382))
    (text,) = run(at, SAVED + timedelta(days=390))
    assert [title.partition(",")[0] for title in titles(text)] == ["Afterwards"]


def test_needs_that_fit_and_seminars_on_own_targets_are_told_to_who_asked(at, reference):
    membership = MembershipFactory()
    publish(
        "Bus lanes", SAVED - timedelta(days=9), case__member=membership.member, targets=["11.2"]
    )
    mine = {
        "kind": "need",
        "forms": ["study-visit"],
        "targets": ["11.2"],
        "valid_until": MONDAY.date() + timedelta(days=90),
    }
    CooperationFactory(member=membership.member, **mine, opened_at=SAVED - timedelta(days=9))
    assert run(at, MONDAY - timedelta(days=1)) == []
    steps.watch(membership.user, ["matches", "seminars"])
    CooperationFactory(title="Old", **(mine | {"kind": "offer"}), opened_at=SAVED)
    CooperationFactory(
        title="See our buses", member__name="Hue", **(mine | {"kind": "offer"}), opened_at=MONDAY
    )
    SeminarFactory(title="Buses", targets=["11.2"], announced_at=MONDAY)
    SeminarFactory(title="Waste", targets=["12.5"], announced_at=MONDAY)
    # A search without mails of its own says what one wants to hear of, too.
    steps.save_search(membership.user, query="goal=13", name="Climate", every="never")
    SeminarFactory(title="Heat", targets=["13.1"], announced_at=MONDAY)
    SeminarFactory(title="Earlier", targets=["11.2"], announced_at=SAVED)
    (text,) = run(at, MONDAY + timedelta(days=7))
    assert titles(text) == ["See our buses, Hue", "Buses", "Heat"]


def test_a_search_is_saved_once_under_its_one_address_and_changed(at, reference):
    user = UserFactory()
    client = signed_in(user)
    page = client.get("/my/alerts/save/?target=11.2&sort=newest&page=2&utm_source=x")
    assert page.context["form"]["name"].value() == "Target 11.2"
    for every in ("week", "never"):
        client.post("/my/alerts/save/?page=3&target=11.2", {"name": "Transport", "every": every})
    row = SavedSearch.objects.get()
    assert (row.query, row.every, row.user) == ("target=11.2", "never", user)
    publish("Bus lanes", BETWEEN, targets=["11.2"])
    assert run(at, MONDAY) == []
    client = signed_in(user)
    client.post(f"/my/alerts/searches/{row.pk}/", {"name": "<b>Buses</b>", "every": "week"})
    assert "&lt;b&gt;Buses&lt;/b&gt;" in client.get("/my/alerts/").content.decode()
    answer = client.post(f"/my/alerts/searches/{row.pk}/", {"name": "", "every": "hourly"})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"name", "every"})
    for query in ("target=99.9", "colour=red", "q=" + "x" * 3000):
        assert client.get(f"/my/alerts/save/?{query}").status_code == 404
    SavedSearch.objects.bulk_create(
        SavedSearch(user=user, query=f"q={number}", name="x") for number in range(MAX_SEARCHES - 1)
    )
    answer = client.post("/my/alerts/save/?q=one+more", {"name": "x", "every": "week"})
    assert (answer.status_code, SavedSearch.objects.count()) == (409, MAX_SEARCHES)


def test_alerts_are_the_own_ones_and_go_with_the_account(at, reference):
    case = publish("Bus lanes", SAVED).case
    user, other = UserFactory(), UserFactory()
    client = signed_in(user)
    client.post(f"/my/alerts/follow/{case.pk}/")
    client.post(f"/my/alerts/follow/{case.pk}/")
    client.post("/my/alerts/", {"kinds": ["seminars"]})
    steps.save_search(user, query="", name="All", every="week")
    row = Follow.objects.get()
    assert Client().get(f"/my/alerts/follow/{case.pk}/")["Location"].startswith("/accounts/login/")
    stranger = signed_in(other)
    for act in ("delete", "renew"):
        assert stranger.post(f"/my/alerts/case/{row.pk}/{act}/").status_code == 404
    assert client.post("/my/alerts/", {"kinds": ["gossip"]}).status_code == 422
    data = people.data_of(user)
    assert data["saved_searches"][0]["name"] == "All"
    assert data["followed_cases"][0]["case_id"] == case.pk
    assert data["watched_news"][0]["kind"] == "seminars"
    client.post(f"/my/alerts/case/{row.pk}/delete/")
    assert not Follow.objects.exists()
    people.delete_account(user)
    assert not SavedSearch.objects.exists()
    assert not Watch.objects.exists()


def test_of_a_followed_case_that_is_gone_nothing_is_told(at, reference):
    revision = publish("Bus lanes", SAVED - timedelta(days=2))
    user = UserFactory()
    steps.follow(user, revision.case)
    AdoptionFactory(case=revision.case, published_at=BETWEEN)
    revision.case.live = None
    revision.case.save()
    assert run(at, MONDAY) == []
    assert "A policy that is not public now" in signed_in(user).get("/my/alerts/").content.decode()


def test_public_pages_lead_to_saving_and_following(reference):
    case = publish("Bus lanes", SAVED, targets=["11.2"]).case
    assert (
        f'href="/my/alerts/follow/{case.pk}/"'
        in Client().get(case.get_absolute_url()).content.decode()
    )
    found = Client().get("/policies/?target=11.2").content.decode()
    assert 'href="/my/alerts/save/?target=11.2"' in found
    assert 'href="/policies/feed/?target=11.2"' in found


def test_the_page_asks_as_many_queries_for_three_as_for_one(
    reference, django_assert_max_num_queries
):
    user = UserFactory()
    client = signed_in(user)
    client.get("/my/alerts/")
    for number in range(3):
        steps.follow(user, LiveRevisionFactory().case)
        steps.save_search(user, query=f"q={number}", name="x", every="week")
        with django_assert_max_num_queries(9):
            client.get("/my/alerts/")


def test_one_case_too_many_is_refused_and_the_timer_says_how_many_it_told(
    at, reference, monkeypatch, capsys
):
    user = MembershipFactory().user
    one, other = (publish(title, BETWEEN).case for title in ("One", "Other"))
    monkeypatch.setattr(steps, "MAX_FOLLOWED", 1)
    client = signed_in(user)
    client.post(f"/my/alerts/follow/{one.pk}/")
    page = client.post(f"/my/alerts/follow/{other.pk}/", follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "You follow this policy.",
        "You follow 1 policies, which is the most: end one first.",
    ]
    assert [str(follow) for follow in Follow.objects.all()] == [str(one)]
    Follow.objects.all().delete()
    steps.save_search(user, query="", name="All", every="week")
    # Where the index does not answer, nothing is told and the search is looked at again.
    at.move_to(MONDAY)
    with monkeypatch.context() as away:
        away.setattr(index, "reader", lambda: None)
        call_command("send_alerts")
    assert capsys.readouterr().out == "0 people told what is new\n"
    publish("Three", MONDAY)
    at.move_to(MONDAY + timedelta(hours=1))
    call_command("send_alerts")
    assert capsys.readouterr().out == "1 people told what is new\n"
