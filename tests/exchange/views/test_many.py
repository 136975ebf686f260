"""Lists with ten thousand questions."""

import pytest
from django.utils import timezone

from exchange.models import Addressee, Advice, Cooperation, Question
from tests.conftest import signed_in
from tests.factories import LiveRevisionFactory, MembershipFactory

pytestmark = pytest.mark.django_db
MANY = 10_000


def test_lists_ask_as_often_for_ten_thousand(
    client, reference, moderator_client, django_assert_max_num_queries
):
    """Sentence 30: each list page asks at most 8 queries; one’s own, which is six lists on a page, 19."""
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
    official = signed_in(team.user)
    for reader, address, queries in (
        (client, "/exchange/questions/", 8),
        (client, "/exchange/questions/?state=open&sort=waits&page=400", 8),
        (client, "/exchange/know-how/", 8),
        (client, "/exchange/adoptions/", 8),
        (client, "/exchange/cooperation/", 8),
        (official, "/exchange/network/", 8),
        (official, "/my/exchange/", 20),
        (moderator_client, "/admin/exchange/question/", 8),
        (moderator_client, "/admin/exchange/addressee/?waits=letters", 8),
        (moderator_client, "/admin/exchange/advice/?waits=figures", 8),
    ):
        with django_assert_max_num_queries(queries):
            answer = reader.get(address)
        assert answer.status_code == 200, address
    assert "10,000 questions" in client.get("/exchange/questions/").text
