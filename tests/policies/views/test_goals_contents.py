"""What the pages of goals and targets tell of cases, each test of its own, and of words."""

import json
import re

import pytest

from policies.content import experience
from policies.models import CaseStudy
from policies.workflow import moderation
from sdg.models import Goal, TargetText, Term
from tests.factories import MemberFactory, RevisionFactory

from .goal_pages import live, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_indexed", [True, False])
def test_coverage_counts_a_member_without_a_country_under_all(
    client, reference, synced, settings, tmp_path, is_indexed
):
    for country in ("ID", "FJ", ""):
        live(MemberFactory(country=country), "12.5")
    synced()
    if not is_indexed:
        settings.SEARCH_INDEX_DIR = tmp_path / "file"
        settings.SEARCH_INDEX_DIR.touch()

    context = client.get("/sdgs/coverage/").context

    assert context["total"] == 3
    assert [number for subregion, number in context["subregion_totals"]] == [1, 1]


def test_coverage_of_an_empty_library_says_so(client, reference, synced):
    synced()

    response = client.get("/sdgs/coverage/")

    assert (response.context["covered"], response.context["empty"]) == (0, 169)
    assert "No policy has been published yet." in text(response)


@pytest.mark.parametrize(
    ("number", "neighbours"), [(1, (None, 2)), (11, (10, 12)), (17, (16, None))]
)
def test_goal_links_to_the_ones_before_and_after(client, reference, number, neighbours):
    found = client.get(f"/sdgs/{number}/").context["neighbours"]

    assert (found["previous"], found["next"]) == tuple(
        number and Goal.objects.get(pk=number) for number in neighbours
    )


@pytest.mark.parametrize("path", ["/sdgs/0/", "/sdgs/18/", "/sdgs/99999999999999999999999/"])
def test_goal_unknown_is_not_found(client, reference, path):
    assert client.get(path).status_code == 404


def test_goal_with_leading_zeros_redirects(client, reference):
    response = client.get("/sdgs/011/")

    assert (response.status_code, response["Location"]) == (301, "/sdgs/11/")


def test_target_ignores_earlier_revisions(client, reference, synced):
    first = live(MemberFactory(slug="hanoi"), "4.1")
    moderation.publish(
        RevisionFactory(case=first.case, targets=["4.2"], title="Anew"), name="Secretariat"
    )
    synced()

    assert client.get("/sdgs/4.1/").context["counts"].total == 0
    assert client.get("/sdgs/4.2/").context["counts"].total == 1


@pytest.mark.parametrize(
    ("code", "neighbours"),
    [("1.1", (None, "1.2")), ("1.b", ("1.a", "2.1")), ("17.19", ("17.18", None))],
)
def test_target_links_to_the_ones_before_and_after(client, reference, code, neighbours):
    found = client.get(f"/sdgs/{code}/").context["neighbours"]

    assert tuple(found[name] and found[name].code for name in ("previous", "next")) == neighbours


@pytest.mark.parametrize("path", ["/sdgs/11.99/", "/sdgs/11.z/", "/sdgs/١١.٦/"])
def test_target_unknown_is_not_found(client, reference, path):
    assert client.get(path).status_code == 404


def test_target_tells_kinds_of_amounts_apart(client, reference, synced):
    hanoi, hue = MemberFactory(name="Hanoi"), MemberFactory(name="Hue", country="VN")
    money = {"budget_currency": "USD", "budget_year": 2020}
    first = live(hanoi, "6.1", budget_amount=1000, budget_usd=1000, budget_scope="total", **money)
    first.joint_members.create(member=hue)
    money |= {"budget_basis": "spent", "budget_qualifier": "about", "budget_fiscal_year": "2019/20"}
    live(hanoi, "6.1", budget_amount=10_000, budget_usd=10_000, budget_scope="total", **money)
    live(hue, "6.1", budget_amount=100_000, budget_usd=100_000, budget_scope="annual", **money)
    live(hue, "6.1", budget_amount=5_000_000, budget_currency="LAK", budget_scope="part")
    live(hue, "6.1")
    synced()

    response = client.get("/sdgs/6.1/")
    found = response.context["experience"]

    assert [
        (lane.label, [(dot.x, dot.amount.title) for dot in lane.dots]) for lane in found.lanes.lanes
    ] == [
        ("Total", [("0.0%", "1. Hanoi, Hue: USD 1,000"), ("50.0%", "2. Hanoi: USD 10,000")]),
        ("One year", [("100.0%", "3. Hue: USD 100,000")]),
    ]
    assert [str(tick.label) for tick in found.lanes.ticks] == ["1k", "10k", "100k"]
    assert [(row.number, row.stated, row.details) for row in found.amounts] == [
        (1, "USD 1,000", "Total; 2020; basis not reported"),
        (2, "about USD 10,000", "Total; 2019/20; spent"),
        (3, "about USD 100,000", "One year; 2019/20; spent"),
        (4, "LAK 5 million", "A part; year not reported; basis not reported"),
    ]
    drawn = [dot.amount.symbol for lane in found.lanes.lanes for dot in lane.dots]
    assert drawn == ["unsaid", "spent", "spent"]
    assert [(name, str(label)) for name, label in found.symbols] == [
        ("spent", "Spent"),
        ("unsaid", "Basis not reported"),
    ]
    assert "4 of 5 policies state an amount." in text(response)
    assert "Not converted: the year of the amount is not reported" in text(response)


def test_target_without_amounts_says_so(client, reference, synced):
    live(MemberFactory(), "6.1")
    synced()

    response = client.get("/sdgs/6.1/")

    assert "What it cost Not reported. The policy states no amount." in text(response)
    assert '<svg class="lane' not in response.content.decode()


def test_target_tells_what_cities_did_primary_targets_first(client, reference, synced):
    city = MemberFactory(name="Busan", country="KR")
    late = live(city, "6.1", title="Late", start="2020", stage="stopped", summary="A. It failed.")
    early = live(city, "6.1", title="Early", start="2001-04")
    beside = live(city, "6.2", "6.1", title="Beside", start="1990")
    late.contributions.update(how="Wells were dug.")
    early.indicators.create(
        name="Leaks", unit="%", baseline=40, baseline_year=2001, result=20, position=1
    )
    synced()

    deeds = client.get("/sdgs/6.1/").context["experience"].deeds

    assert [(deed.revision, deed.start, deed.how, deed.is_primary) for deed in deeds] == [
        (early, "April 2001", "", True),
        (late, "2020", "Wells were dug.", True),
        (beside, "1990", "", False),
    ]
    assert [deed.figure and (deed.figure.before, deed.figure.result) for deed in deeds] == [
        ("40%", "20%"),
        None,
        None,
    ]


def test_goal_counts_who_took_part_and_who_paid(client, reference, synced):
    first = live(MemberFactory(), "6.1")
    second = live(MemberFactory(), "6.2")
    for position, (revision, kind, engagement) in enumerate(
        [
            (first, "ngo", "leads"),
            (first, "ngo", "partner"),
            (second, "ngo", "informed"),
            (second, "media", ""),
            (second, "", "leads"),
        ]
    ):
        revision.stakeholders.create(kind=kind, engagement=engagement, position=position)
    first.funding_sources.create(kind="national", position=1)
    second.funding_sources.create(kind="", position=1)
    synced()

    response = client.get("/sdgs/6/")
    found = response.context["experience"]

    shares = [(each.slug, each.count, each.leads, each.percent) for each in found.participants]
    assert shares == [("ngo", 2, 1, "100.0%"), ("media", 1, 0, "50.0%")]
    assert [(each.slug, each.count) for each in found.payers] == [("national", 1)]
    assert found.without_payer.count == 1
    assert "NGO 2 of 2 1 leads" in text(response)
    assert 'href="/policies/?goal=6&amp;stakeholder=ngo"' in response.content.decode()


def test_target_gives_one_voice_a_member_the_stopped_first(client, reference, synced):
    talkative = MemberFactory()
    lessons = {"lessons": "- Ask first.\n- Then build."}
    live(talkative, "6.1", title="One", **lessons)
    live(talkative, "6.1", title="Two", **lessons)
    live(MemberFactory(), "6.1", title="Silent")
    live(MemberFactory(), "6.1", title="End", stage="stopped", lessons="", summary="A. It failed.")
    synced()

    voices = client.get("/sdgs/6.1/").context["experience"].voices

    assert [voice.text for voice in voices] == ["It failed.", "Ask first."]


def test_target_says_what_is_missing_most_first(client, reference, synced):
    whole = {
        "budget_amount": 5,
        "budget_currency": "USD",
        "budget_scope": "total",
        "staff_fte": 2,
        "start": "2001",
    }
    live(MemberFactory(), "6.1", **whole)
    live(MemberFactory(), "6.1", **whole | {"budget_scope": "part"})
    confirmed = live(MemberFactory(), "6.1", transferability="A river.", **whole)
    CaseStudy.objects.filter(pk=confirmed.case_id).update(confirmed_at="2026-01-01")
    synced()

    found = client.get("/sdgs/6.1/").context["experience"]

    assert [(gap.label, gap.count) for gap in found.gaps] == [
        ("Figure before and after", 3),
        ("Who leads", 3),
        ("Conditions for transfer", 2),
        ("Total cost", 1),
    ]
    assert found.confirmed == "1 of them has been confirmed by its city."


def test_sections_rest_on_a_bounded_number_of_policies(client, reference, synced, monkeypatch):
    monkeypatch.setattr(experience, "MOST", 2)
    for _case in range(3):
        live(MemberFactory(), "6.1")
    synced()

    response = client.get("/sdgs/6.1/")

    assert response.context["experience"].total == 2
    assert "What follows is about the newest 2 of 3 policies." in text(response)


@pytest.mark.parametrize("cases", [1, 3])
def test_queries_do_not_grow(client, reference, synced, django_assert_num_queries, cases, subtests):
    for _case in range(cases):
        live(MemberFactory(), "11.6", "11.1", "12.5", themes=["transport"])
    synced()
    for path, queries in [
        ("/sdgs/", 2),
        ("/sdgs/coverage/", 2),
        ("/sdgs/11/", 12),
        ("/sdgs/11.6/", 15),
        ("/sdgs/11.7/", 9),
    ]:
        with subtests.test(path=path):
            client.get(path)

            with django_assert_num_queries(queries):
                client.get(path)


@pytest.mark.parametrize("path", ["/sdgs/", "/sdgs/coverage/", "/sdgs/11/", "/sdgs/11.6/"])
def test_pages_refuse_other_methods(client, reference, path):
    assert client.post(path).status_code == 405


def test_target_shows_the_words_that_people_use(client, terms):
    content = client.get("/sdgs/11.6/").content.decode()

    assert re.findall(r'<dd lang="(\w+)" dir="auto">(.*?)</dd>', content) == [
        ("en", "rubbish · trash"),
        ("ko", "<b>대기와 폐기물</b>: 생활폐기물"),
        ("ur", "کوڑا"),
    ]
    assert "Written for this platform; not yet read by native speakers." in content
    assert "Words people use" not in client.get("/sdgs/11.7/").content.decode()


def test_thesaurus_is_exported_without_what_was_removed(client, terms, django_assert_num_queries):
    with django_assert_num_queries(3):
        table = client.get("/sdgs/thesaurus.csv").getvalue().decode("utf-8-sig")
    lines = client.get("/sdgs/thesaurus.jsonl").getvalue().decode()

    assert table.splitlines() == [
        "target,language,kind,text,read_by_native_speaker",
        "11.6,ko,label,대기와 폐기물,no",
        "11.6,en,term,rubbish,no",
        "11.6,en,term,trash,no",
        "11.6,ko,term,생활폐기물,no",
        "11.6,ur,term,کوڑا,no",
    ]
    assert [json.loads(line) for line in lines.splitlines()][1] == {
        "target": "11.6",
        "language": "en",
        "kind": "term",
        "text": "rubbish",
        "read_by_native_speaker": False,
    }


@pytest.mark.parametrize("path", ["thesaurus.xlsx", "thesaurus.", "thesaurus"])
def test_thesaurus_has_no_other_files(client, db, path):
    assert client.get(f"/sdgs/{path}").status_code == 404


@pytest.fixture
def terms(reference):
    for language, words in [
        ("en", "rubbish"),
        ("en", "trash"),
        ("ko", "생활폐기물"),
        ("ur", "کوڑا"),
    ]:
        Term.objects.create(target_id="11.6", language=language, text=words)
    Term.objects.create(target_id="11.6", language="en", text="litter", is_removed=True)
    TargetText.objects.create(target_id="11.6", language="ko", label="대기와 폐기물")
