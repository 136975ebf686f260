"""Pages of know-how: the list, one piece of advice, giving and changing it."""

import json
import re

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from exchange.models import Advice, Question
from policies.models import Revision
from tests.conftest import signed_in
from tests.exchange.factories import AdviceFactory, QuestionFactory
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TEXT = "Cleaning was a third of the whole cost, and nobody had planned for it."
NEPALI = "सरसफाइको लागत कुल खर्चको एक तिहाइ थियो, र कसैले योजना बनाएको थिएन।"


@pytest.fixture
def official():
    """Somebody of whose entries one was approved before."""
    membership = MembershipFactory(member__name="Kathmandu")
    AdviceFactory(author=membership.user, member=membership.member, topic="results-and-monitoring")
    return membership


def page(client, address, status=200):
    caches["pages"].clear()
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def form(**changes):
    return {
        "text": TEXT,
        "topic": "budget",
        "language": "en",
        "visibility": "public",
        "amount_basis": "",
    } | changes


def test_an_empty_list_has_a_sentence_and_an_act_and_no_zero(client, reference):
    shown = page(client, reverse("exchange:know-how"))
    main = shown[shown.index("<main") : shown.index("</main")]
    assert "Nobody has advised yet" in main
    assert f'href="{reverse("exchange:advise")}"' in main
    assert not re.search(r">\s*0\b", main)


def test_the_list_is_narrowed_by_each_filter(client, reference):
    live = LiveRevisionFactory(targets=["11.6"], title="Compost for all")
    about_case = AdviceFactory(
        case=live.case, text="Begin with the markets, not with homes at all."
    )
    own_target = AdviceFactory(topic="manpower", targets=["11.2"], language="ne", text=NEPALI)
    neither = AdviceFactory(
        topic="time-frame", text="Half a year is lost while one waits for land."
    )
    given = {"case": about_case, "target": own_target, "neither": neither}
    for query, expected in {
        "": ["case", "target", "neither"],
        "?topic=manpower": ["target"],
        "?target=11.6": ["case"],
        "?target=11.2": ["target"],
        "?goal=11": ["case", "target"],
        "?language=ne": ["target"],
        f"?member={neither.member.slug}": ["neither"],
        "?q=markets": ["case"],
        "?q=compost": ["case"],
        "?q=सरसफाइको": ["target"],
        "?q=elephants": [],
    }.items():
        shown = page(client, reverse("exchange:know-how") + query)
        found = [name for name, each in given.items() if each.get_absolute_url() in shown]
        assert (query, found) == (query, expected)
    shown = page(client, reverse("exchange:know-how") + "?target=99.9", status=400)
    assert "There is no such target" in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_asks_as_often_for_three_as_for_one(
    client, reference, django_assert_max_num_queries, rows
):
    for _each in range(rows):
        case = LiveRevisionFactory().case
        AdviceFactory(case=case, question=QuestionFactory(case=case))
    caches["pages"].clear()
    with django_assert_max_num_queries(5):
        client.get(reverse("exchange:know-how"))


def test_an_answer_in_nepali_stands_with_its_figures_and_english(client, reference, official):
    """Sentence 6: the answer, its English and its date, on its page and on that of the case."""
    live = LiveRevisionFactory(case__member=official.member)
    asker = MemberFactory(name="Da Nang")
    question = QuestionFactory(case=live.case, topic="budget", member=asker)
    answer = AdviceFactory(
        question=question,
        case=live.case,
        member=official.member,
        author=official.user,
        text=NEPALI,
        language="ne",
        topic="budget",
        amount=38_000_000,
        currency="NPR",
        amount_year=2023,
        amount_basis="spent",
    )
    colleague = signed_in(official.user)
    done = colleague.post(
        reverse("exchange:english", args=["know-how", answer.pk]), {"english": TEXT}
    )
    assert done.status_code == 302
    answer.refresh_from_db()
    for address in (answer.get_absolute_url(), live.case.get_absolute_url()):
        shown = page(client, address)
        assert f'<div class="prose" lang="ne" dir="ltr"><p>{NEPALI}</p></div>' in shown
        assert f'<div class="prose" lang="en" dir="ltr"><p>{TEXT}</p></div>' in shown
        assert "English by Kathmandu, " in shown
        assert "NPR 38 million <small>2023, spent</small>" in shown
        assert "older than the original" not in shown
        assert "Kathmandu answers Da Nang" in shown
        assert official.user.name not in shown
        assert official.user.email not in shown
    assert (
        colleague.post(
            reverse("exchange:advice-replace", args=[answer.pk]),
            form(text=NEPALI * 2, language="ne", english=TEXT),
        ).status_code
        == 302
    )
    newer = Advice.objects.get(replaces=answer)
    for address in (newer.get_absolute_url(), live.case.get_absolute_url()):
        assert "The English text is older than the original." in page(client, address)
    # The old one stays readable, with a link forward, and is on no list.
    assert newer.get_absolute_url() in page(client, answer.get_absolute_url())
    assert answer.get_absolute_url() not in page(client, live.case.get_absolute_url())


def test_the_public_is_not_led_to_an_older_answer_of_the_network(client, reference, official):
    older = AdviceFactory(visibility="network", member=official.member, question=QuestionFactory())
    newer = AdviceFactory(replaces=older, question=older.question, member=official.member)
    type(older).objects.filter(pk=older.pk).update(state="replaced")
    for reader, is_led in ((client, False), (signed_in(official.user), True)):
        for address in (newer.get_absolute_url(), older.question.get_absolute_url()):
            shown = page(reader, address)
            assert (f'href="{older.get_absolute_url()}"' in shown) == is_led


def test_a_figure_does_not_change_the_case_and_opens_its_draft(client, reference, official):
    """Sentence 7."""
    live = LiveRevisionFactory(case__member=official.member, budget_amount=None, staff_fte=None)
    answer = AdviceFactory(case=live.case, amount=500, currency="NPR", people_fte=6)
    other = signed_in(MembershipFactory().user)
    for reader in (client, other):
        shown = page(reader, answer.get_absolute_url())
        assert "These figures are not in the case yet." in shown
        assert "Put this into the case" not in shown
    team = signed_in(official.user)
    shown = page(team, answer.get_absolute_url())
    assert "Put this into the case: the amount" in shown
    assert "Put this into the case: the people" in shown
    address = reverse("exchange:advice-into-case", args=[answer.pk])
    done = team.post(address, {"figure": "people"})
    assert done.url == f"/policies/{live.case_id}/edit/manpower/#id_staff_fte"
    draft = page(team, done.url)
    assert "The answer says: Amount: NPR 500; People: 6 full-time equivalents." in draft
    assert 'id="id_staff_fte"' in draft
    live.refresh_from_db()
    assert (live.budget_amount, live.staff_fte) == (None, None)
    assert Revision.objects.filter(case=live.case).count() == 2
    for reader in (other, signed_in(StaffFactory(groups=["Moderators"]))):
        assert "Put this into the case" not in page(reader, answer.get_absolute_url())
        assert reader.post(address, {"figure": "people"}).status_code == 404
        assert reader.post(address, {"settle": "1"}).status_code == 404
    team.post(address, {"settle": "1"})
    assert "not in the case yet" not in page(team, answer.get_absolute_url())


def test_what_is_in_the_case_is_not_missing(client, reference):
    live = LiveRevisionFactory(budget_amount=500, budget_currency="NPR")
    answer = AdviceFactory(case=live.case, amount=500, currency="NPR")
    assert "not in the case yet" not in page(client, answer.get_absolute_url())


def test_words_of_a_question_find_its_answers_while_everybody_reads_it(client):
    question = QuestionFactory(title="Who runs the ferries?")
    answer = AdviceFactory(question=question)
    gone = timezone.now()
    for facts in (
        {},
        {"visibility": "network"},
        {"state": "refused"},
        {"hidden_at": gone},
        {"removed_at": gone},
    ):
        plain = {"visibility": "public", "hidden_at": None, "removed_at": None, "state": "open"}
        Question.objects.update(**plain | facts)
        caches["pages"].clear()
        found = client.get(f"{reverse('exchange:know-how')}?q=FERRIES").context["page"].object_list
        assert list(found) == ([] if facts else [answer]), facts


def test_a_note_for_the_network_is_on_no_public_page(client, reference, official):
    """Sentence 8: 404 for visitors and people without a team; a colleague of any team reads it."""
    live = LiveRevisionFactory(targets=["11.6"])
    secret = "We paid twice for the same survey, and told nobody."
    note = AdviceFactory(case=live.case, text=secret, visibility="network", targets=["11.6"])
    alone, network = signed_in(UserFactory()), signed_in(official.user)
    for address in (
        reverse("home"),
        reverse("exchange:home"),
        reverse("exchange:know-how"),
        f"{reverse('exchange:know-how')}?q=survey",
        f"{reverse('exchange:know-how')}?member={note.member.slug}",
        live.case.get_absolute_url(),
        reverse("sdg:target", args=["11.6"]),
        reverse("sdg:goal", args=[11]),
        note.member.get_absolute_url(),
        reverse("policies:feed"),
        reverse("policies:export", args=["jsonl"]),
        "/sitemap.xml",
    ):
        caches["pages"].clear()
        for reader in (client, alone):
            answer = reader.get(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            shown = body.decode()
            assert secret[:20] not in shown, address
            assert note.get_absolute_url() not in shown, address
    assert "Members of the network read more here." in page(client, live.case.get_absolute_url())
    for name in ("advice", "advice-cite"):
        arguments = [note.pk] if name == "advice" else [note.pk, "bib"]
        address = reverse(f"exchange:{name}", args=arguments)
        assert client.get(address).status_code == 404
        assert alone.get(address).status_code == 404
        assert network.get(address).status_code == 200
    assert secret in page(network, note.get_absolute_url())
    assert secret in page(network, reverse("exchange:network"))
    assert client.get(reverse("exchange:network")).status_code == 302
    assert "Join your city’s team" in page(alone, reverse("exchange:network"), status=403)
    # A page that not everybody may read is for no search engine.
    assert "application/ld+json" not in page(network, note.get_absolute_url())


def test_giving_advice(client, reference, official):
    """Sentence 13, on the page: an e-mail address is refused, and nothing typed is lost."""
    address = reverse("exchange:advise")
    assert client.get(address).status_code == 302
    assert "Join your city’s team" in page(signed_in(UserFactory()), address, status=403)
    team = signed_in(official.user)
    sent = form(member=official.member.pk, targets="11.2, 11.06", amount="PHP 3.2 million")
    refused = team.post(address, sent | {"text": TEXT + " maria@iloilo.example"})
    shown = refused.content.decode()
    assert refused.status_code == 422
    assert "put us in touch" in shown
    assert f"{TEXT} maria@iloilo.example</textarea>" in shown
    done = team.post(address, sent)
    given = Advice.objects.latest("pk")
    assert done.url == given.get_absolute_url()
    assert (given.amount, given.currency, given.state) == (3_200_000, "PHP", "published")
    assert sorted(target.code for target in given.targets.all()) == ["11.2", "11.6"]
    for wrong, said in [
        ({"targets": ""}, "Name at least one target"),
        ({"targets": "99.9"}, "There is no target 99.9"),
        ({"targets": "11.1 11.2 11.3 11.4"}, "at most three"),
        ({"amount": "5", "currency": ""}, "Give the currency of the amount"),
        ({"member": MemberFactory().pk}, "not one of the available choices"),
        ({"text": "Too short."}, "30"),
    ]:
        answer = team.post(address, sent | wrong)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), wrong


def test_advice_on_a_case_needs_no_target(reference, official):
    case = LiveRevisionFactory().case
    address = f"{reverse('exchange:advise')}?case={case.pk}"
    team = signed_in(official.user)
    assert case.live.title in page(team, address)
    team.post(address, form(member=official.member.pk))
    assert Advice.objects.latest("pk").case == case
    assert team.get(f"{reverse('exchange:advise')}?case=x").status_code == 404


def test_the_secretariat_says_where_it_comes_from(reference):
    moderator = signed_in(StaffFactory(groups=["Moderators"]))
    member = MemberFactory(name="Surabaya")
    address = reverse("exchange:advise")
    sent = form(member=member.pk, targets="11.6")
    assert moderator.post(address, sent).status_code == 422
    done = moderator.post(address, sent | {"source": "E-mail of 3 December 2026"})
    assert "Passed on by the secretariat: E-mail of 3 December 2026" in page(moderator, done.url)


def test_it_can_be_cited_and_search_engines_read_question_and_answer(client, reference):
    member = MemberFactory(name="Kathmandu", country="NP")
    question = QuestionFactory(title="What did the chargers cost?")
    answer = AdviceFactory(member=member, question=question, text=TEXT)
    shown = page(client, answer.get_absolute_url())
    data = json.loads(re.findall(r'ld\+json">(.*?)</script>', shown)[-1])
    asked = data["mainEntity"]
    assert (data["@type"], asked["@type"], asked["name"]) == (
        "QAPage",
        "Question",
        "What did the chargers cost?",
    )
    assert (asked["suggestedAnswer"]["text"], asked["suggestedAnswer"]["author"]["name"]) == (
        TEXT,
        "Kathmandu",
    )
    cited = client.get(reverse("exchange:advice-cite", args=[answer.pk, "ris"])).content.decode()
    assert "AU  - Kathmandu\r\n" in cited
    assert "TI  - Answer to “What did the chargers cost?”\r\n" in cited
    unasked = AdviceFactory(text=TEXT)
    data = re.findall(r'ld\+json">(.*?)</script>', page(client, unasked.get_absolute_url()))
    assert json.loads(data[-1])["@type"] == "Article"


def test_hostile_text_is_shown_as_text_and_links_are_not_followed(client, reference):
    text = '<script>alert(1)</script> see https://a.example/x?y=1&z="2". And javascript:alert(2)'
    answer = AdviceFactory(text=text, english="</div><b>x", language="ar")
    shown = page(client, answer.get_absolute_url())
    assert "<script>alert" not in shown
    assert "<b>x" not in shown
    link = "https://a.example/x?y=1&amp;z="
    assert f'<a href="{link}" rel="ugc nofollow noopener">{link}</a>&#34;2&#34;.' in shown
    assert 'href="javascript' not in shown
    assert 'lang="ar" dir="rtl"' in shown


def test_its_team_corrects_withdraws_and_confirms(client, reference, official):
    team = signed_in(official.user)
    mine = AdviceFactory(author=official.user, member=official.member)
    changed = form(text=TEXT + " Twice.")
    team.post(reverse("exchange:advice-correct", args=[mine.pk]), changed)
    assert TEXT + " Twice." in page(client, mine.get_absolute_url())
    team.post(reverse("exchange:advice-confirm", args=[mine.pk]))
    assert "Confirmed on " in page(client, mine.get_absolute_url())
    team.post(reverse("exchange:advice-withdraw", args=[mine.pk]))
    assert client.get(mine.get_absolute_url()).status_code == 404
    assert "Your team has withdrawn it." in page(team, mine.get_absolute_url())


def test_what_is_removed_is_404_and_its_author_reads_why(client, reference, official):
    """Sentence 14."""
    mine = AdviceFactory(
        author=official.user,
        member=official.member,
        removed_at="2026-11-30T10:00Z",
        removed_reason="It names a private person.",
    )
    assert client.get(mine.get_absolute_url()).status_code == 404
    assert "It names a private person." in page(signed_in(official.user), mine.get_absolute_url())


def test_flagging(client, reference, official):
    other = AdviceFactory()
    address = reverse("exchange:flag", args=["know-how", other.pk])
    assert client.get(address).status_code == 302
    team = signed_in(official.user)
    assert team.post(address, {"reason": ""}).status_code == 422
    assert team.post(address, {"reason": "wrong", "text": "It is a third."}).status_code == 302
    again = team.post(address, {"reason": "wrong", "text": "It is a third."})
    assert "Your team has flagged this already" in again.content.decode()
