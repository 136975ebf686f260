"""Lists with a thousand questions, and with ten thousand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exchange.models import (
    Addressee,
    Adoption,
    AdoptionReport,
    Advice,
    Cooperation,
    Question,
)
from exchange.urls.exchange import urlpatterns
from policies.content import summary
from policies.models import Revision
from tests.conftest import signed_in
from tests.factories import LiveRevisionFactory, MembershipFactory
from tests.sweeps import TIMES

pytestmark = pytest.mark.django_db
MANY = 1_000 * TIMES
LISTS = {
    *("home", "feed", "questions", "similar", "know-how", "adoptions", "adoptions-network"),
    *("cooperations", "network"),
}
FORMS = {"ask", "advise", "cooperation-new", "introduce"}
FILES = {"questions-csv", "know-how-csv", "adoptions-csv"}


@pytest.mark.sweep
def test_lists_ask_as_often_for_ten_thousand(client, reference, synced, moderator_client):
    """Sentence 30: each list page asks at most 8 queries; one’s own is eight lists on a page."""
    team = MembershipFactory()
    case = LiveRevisionFactory(targets=["11.2"]).case
    common = {"member": team.member, "author_name": "Somebody"}
    about = {"topic": "budget", "case": case}
    question = {"title": "What did it cost?", "opened_at": timezone.now(), **common, **about}
    Question.objects.bulk_create(Question(**question) for _number in range(MANY))
    Addressee.objects.bulk_create(
        Addressee(question_id=key, member=case.member)
        for key in Question.objects.values_list("pk", flat=True)
    )
    Advice.objects.bulk_create(
        Advice(text="Ask for the cost of cleaning.", question_id=key, **common, **about)
        for key in Question.objects.values_list("pk", flat=True)[: MANY // 10]
    )
    Advice.objects.filter(pk__in=Advice.objects.order_by("pk")[:30]).update(visibility="network")
    until = timezone.localdate() + timezone.timedelta(days=9)
    offer = {"kind": "offer", "title": "See it", "text": "At work.", "valid_until": until}
    Cooperation.objects.bulk_create(
        Cooperation(state="open", opened_at=timezone.now(), **offer, **common)
        for _number in range(MANY // 10)
    )
    Adoption.objects.bulk_create(
        Adoption(case=case, stage=stage, state="published", published_at=timezone.now(), **common)
        for stage in ("under-way", "considering")
        for _number in range(MANY // 20)
    )
    AdoptionReport.objects.bulk_create(
        AdoptionReport(adoption_id=key, date="2026", text="It runs.", amount=1, currency="USD")
        for key in Adoption.objects.values_list("pk", flat=True)
    )
    summary.rebuild(Revision.objects.live())
    client.get("/exchange/adoptions/")  # which reads the names of targets, once for a process
    official = signed_in(team.user)
    asked = {}
    for reader, address, queries in (
        (client, "/exchange/", 19),
        (client, "/exchange/feed/", 2),
        (client, "/exchange/questions/", 6),
        (client, f"/exchange/questions/?state=open&sort=waits&page={MANY // 25}", 6),
        (client, "/exchange/know-how/", 3),
        (client, "/exchange/know-how/?topic=budget&page=2", 4),
        (client, "/exchange/adoptions/", 4),
        (client, "/exchange/adoptions/?stage=under-way&sort=city&page=2", 4),
        (official, "/exchange/adoptions/network/", 7),
        (client, "/exchange/cooperation/", 7),
        (official, "/exchange/network/", 6),
        (official, "/exchange/ask/similar/?title=What+did+it+cost", 7),
        # Eight lists on a page.
        (official, "/my/exchange/", 14),
        (moderator_client, "/admin/exchange/question/", 8),
        (moderator_client, "/admin/exchange/addressee/?waits=letters", 8),
        (moderator_client, "/admin/exchange/advice/?waits=figures", 8),
        (moderator_client, "/admin/exchange/adoption/", 8),
        (moderator_client, "/admin/exchange/cooperation/", 8),
        (moderator_client, "/admin/exchange/introduction/", 8),
        (moderator_client, "/admin/exchange/flag/", 8),
    ):
        with CaptureQueriesContext(connection) as captured:
            answer = reader.get(address)
        assert answer.status_code == 200, address
        asked[address] = len(captured), queries
    assert {path: found for path, found in asked.items() if found[0] > found[1]} == {}
    listed = {address.partition("?")[0] for address in asked}
    assert {
        reverse(f"exchange:{each.name}") for each in urlpatterns if each.name in LISTS
    } <= listed
    assert f"{MANY:,} questions" in client.get("/exchange/questions/").text


def test_every_address_below_the_exchange_is_a_list_or_is_known_to_be_none():
    """A list that is added is counted above too; files are counted beside their lists."""
    without_number = {each.name for each in urlpatterns if "<" not in str(each.pattern)}
    assert without_number == LISTS | FORMS | FILES
