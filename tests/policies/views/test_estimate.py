"""The page and the file of what it would take, and the library's cities like one."""

import csv
import io
import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlparse

import pytest
from django.urls import reverse

from policies.filters import estimate as filters
from policies.models import FundingSource, Stakeholder
from policies.search.query import UNAVAILABLE
from policies.views import estimate as views
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory
from tests.sweeps import some

pytestmark = pytest.mark.django_db

URL = "/policies/estimate/"
SAME = {"country": "PH", "climate": "tropical", "on_coast": True, "population": 100_000}
SPENT = {
    "budget_basis": "spent",
    "budget_scope": "total",
    "budget_currency": "USD",
    "budget_year": 2020,
}


@pytest.fixture
def asker(reference):
    return MemberFactory(name="Iloilo City", slug="iloilo", **SAME | {"population": 473_728})


def policy(usd, member=None, **fields):
    case = CaseStudyFactory(member=member or MemberFactory(**SAME))
    stated = {"budget_amount": usd, "budget_usd": usd, "scale": "city", "targets": ["11.2"]}
    return LiveRevisionFactory(case=case, **(SPENT | stated | fields))


def text(response):
    html = re.sub(r"<(svg|option)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    return re.sub(r" ([.,:;)])", r"\1", words).replace("( ", "(")


def rows_of(response):
    lines = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(lines)))


def test_page_says_what_can_be_compared_and_why_the_others_cannot(client, asker):
    """Sentence 25."""
    for usd in (1_000_000, 2_000_000, 3_000_000):
        policy(usd)
    policy(5, budget_scope="part")
    policy(5, budget_usd=None, budget_year=None, budget_currency="PHP")
    policy(None)
    policy(9, targets=["12.5"])

    page = text(client.get(URL, {"target": "11.2", "for": "iloilo"}))

    assert "6 policies are on target 11.2. 3 state an amount that can be compared" in page
    assert (
        "Part of the cost, not counted: 1; No year, so no rate to US dollars: 1; No amount: 1"
        in page
    )
    assert "Too few for a range. 3 amounts on target 11.2" in page
    assert "Lowest reported" not in page
    assert "All of goal 11 3 to compare" in page


def test_h1_every_number_leads_to_exactly_its_policies(client, asker):
    for number in range(1, 8):
        policy(1_000_000 * number)
    html = client.get(URL, {"target": "11.2", "for": "iloilo"}).content.decode()

    lines = set(re.findall(r'<tr role="row" id="(amount-\d+)"', html))
    assert lines == {f"amount-{number}" for number in range(1, 8)}
    # No link of the page leads to a line that is not there.
    anchors = set(re.findall(r'href="#([^"]+)"', html))
    assert anchors <= set(re.findall(r'id="([^"]+)"', html))
    [per_resident] = re.findall(r"Per resident, 7 of 7.*?</p>", html, flags=re.DOTALL)
    assert set(re.findall(r'href="#(amount-\d+)"', per_resident)) == lines


def test_seven_whole_city_policies_are_scaled_to_the_city(client, asker):
    """Sentence 26."""
    for number in range(1, 8):
        policy(1_000_000 * number)
    page = text(client.get(URL, {"target": "11.2", "for": "iloilo"}))

    assert "Lowest reported of 7 USD 1 million" in page
    assert "Middle value of 7 USD 4 million" in page
    assert "For Iloilo City USD 4.7 million to USD 33 million" in page
    assert "Per resident, 7 of 7 that reached the whole city: lowest reported USD 10" in page
    assert re.search(r"by what money buys in each country: PHP [\d.]+ million to PHP [\d.]+ ", page)
    assert "7 amounts on target 11.2: the lowest reported is USD 1 million" in page


def test_ticking_four_of_seven_keeps_the_result_with_all(client, asker):
    """Sentence 27."""
    keys = [policy(1_000_000 * number).case_id for number in range(1, 8)]
    page = text(client.get(URL, {"target": "11.2", "for": "iloilo", "case": keys[:4]}))

    ticked, everything = page.split("All 7 comparable amounts")
    assert "Only the 4 that you ticked" in ticked
    assert "Middle value" not in ticked
    assert "Middle value of 7 USD 4 million" in everything


def test_ceiling_is_answered_with_a_count(client, asker):
    for number in range(1, 6):
        policy(1_000_000 * number)
    address = {"target": "11.2", "for": "iloilo", "ceiling": "2.5 million", "currency": "USD"}
    page = text(client.get(URL, address))

    assert "Against your ceiling of USD 2.5 million A count, not a chance" in page
    assert "2 of 5" in page.split("Against your ceiling of")[1]


def test_cities_like_it_are_counted_and_the_others_are_named(client, asker):
    near, far = MemberFactory(**SAME | {"population": 400_000}), MemberFactory(country="JP")
    policy(1_000_000, near)
    policy(2_000_000, far)
    response = client.get(URL, {"target": "11.2", "for": "iloilo", "like": "3"})

    page = text(response)
    assert "1 of 2 are of cities close to Iloilo City." in page
    assert "Not among the cities close to yours: 1" in page
    assert "/policies/?target=11.2&amp;like=iloilo" in response.content.decode()


def test_long_groups_are_opened_one_at_a_time(client, asker, monkeypatch):
    monkeypatch.setattr(views, "MANY", 1)
    policy(1)
    policy(None, title="Silent"), policy(5, budget_scope="part", title="Partial")
    address = f"{URL}?target=11.2&show=no-amount"

    html = client.get(URL, {"target": "11.2"}).content.decode()
    assert f'<a href="{address.replace("&", "&amp;")}#g-no-amount">No amount</a>' in html
    listed = re.findall(r"<li><span><a href=[^>]+>(Silent|Partial)</a>", html.split('id="cost"')[0])
    assert listed == []
    html = client.get(address).content.decode().split('id="cost"')[0]
    assert '<details class="facet group" id="g-no-amount" open>' in html
    assert re.findall(r"<li><span><a href=[^>]+>(Silent|Partial)</a>", html) == ["Silent"]
    # It is no part of the question.
    assert "show=" not in client.get(address).context["address"]


def test_words_find_the_class_as_the_library_does(client, asker, synced):
    policy(1_000_000, title="Zebra paths")
    policy(2_000_000, title="Zebra paths by night", targets=["12.5"])
    policy(3_000_000, title="Tramway")
    synced()

    found = client.get(URL, {"q": "zebra paths", "for": "iloilo"})
    listed = client.get("/policies/", {"q": "zebra paths"})
    assert {figure.revision.title for figure in found.context["estimate"].figures} == {
        revision.title for revision in listed.context["page"].object_list
    }
    page = text(found)
    assert "2 policies are on what is found by “zebra paths”." in page
    assert listed.context["estimate"] == f"{URL}?q=zebra+paths"
    assert found.context["library"] == "/policies/?q=zebra+paths"

    both = client.get(URL, {"q": "zebra paths", "target": "11.2"})
    assert [figure.usd for figure in both.context["estimate"].figures] == [1_000_000]
    assert "Without the words 2 to compare" in text(both)


def test_words_that_find_too_many_have_to_be_narrowed_down(client, asker, synced, monkeypatch):
    for module in (views, filters):
        monkeypatch.setattr(module, "MOST_POLICIES", 1)
    policy(1, title="Bus"), policy(2, title="Bus")
    synced()

    assert "Narrow it down" in text(client.get(URL, {"q": "bus"}))


def test_words_without_an_index_are_not_counted_as_nothing(client, asker, monkeypatch):
    monkeypatch.setattr(filters, "ask", lambda _question: UNAVAILABLE)

    for address in (URL, "/policies/estimate.csv"):
        response = client.get(address, {"q": "bus"})
        assert response.status_code == 503
        assert "The library cannot be searched just now." in text(response)


def test_scale_leaves_others_out_by_name(client, asker, synced):
    for usd, scale in ((1, "city"), (2, "site"), (3, "")):
        policy(usd, scale=scale)
    synced()
    response = client.get(URL, {"target": "11.2", "scale": "city"})

    page = text(response)
    assert "3 policies are on target 11.2. 1 states an amount that can be compared" in page
    assert "Another scale than you asked for: 1; Scale not reported: 1" in page
    assert "1 amount on target 11.2, scale: whole city:" in page
    assert "Any scale 3 to compare" in page
    assert response.context["library"] == "/policies/?target=11.2&scale=city"
    listed = client.get("/policies/?target=11.2&scale=city").context
    assert (listed["total"], listed["estimate"]) == (1, f"{URL}?target=11.2&scale=city")
    assert [
        row["why_not"]
        for row in rows_of(client.get("/policies/estimate.csv?target=11.2&scale=none"))
    ] == ["", "Another scale than you asked for", "Another scale than you asked for"]


def test_cases_chosen_one_by_one_are_led_to_all_on_their_target(client, asker):
    chosen = [policy(1_000_000 * number).case_id for number in range(1, 4)]
    policy(9_000_000)
    response = client.get(URL, {"case": chosen[:2], "for": "iloilo"})

    page = text(response)
    assert "2 policies are on what you chose one by one." in page
    assert "You chose these policies yourself." in page
    [(label, address, count)] = response.context["offers"]
    assert (label, count) == ("All of target 11.2, yours ticked", 4)
    assert "Only the 2 that you ticked" in text(client.get(address))


def test_ceiling_is_a_line_through_the_dots(client, asker):
    policy(1_000_000), policy(2_000_000)
    address = {"target": "11.2", "ceiling": "100,000,000", "currency": "USD"}
    response = client.get(URL, address)

    picture = response.context["picture"]
    assert (picture.limit.x, picture.ticks[-1].label) == ("100.0%", "100m")
    assert response.content.decode().count('class="cap"') == 2  # in the lane and in the legend
    assert 'class="cap"' not in client.get(URL, {"target": "11.2"}).content.decode()


def test_two_cities_with_the_most_in_common_can_be_asked(client, asker):
    _far, near, _next = (
        policy(n, MemberFactory(name=name, **SAME | more))
        for n, name, more in (
            (1, "Seoul", {"country": "KR", "climate": "continental"}),
            (2, "Makati", {"population": 470_000}),
            (3, "Naga", {"population": 300_000}),
        )
    )
    policy(4, asker), policy(5, near.case.member)
    found = client.get(URL, {"target": "11.2", "for": "iloilo"}).context["estimate"].to_ask

    assert [(figure.member.name, address[:19]) for figure, address in found] == [
        ("Makati", "/exchange/ask/?case"),
        ("Naga", "/exchange/ask/?case"),
    ]


def test_who_took_part_who_paid_and_what_went_wrong(client, asker):
    stopped = policy(1, stage="stopped", lessons="- Ask the drivers first.\nMore.")
    Stakeholder.objects.create(revision=stopped, kind="ngo", name="Riders")
    FundingSource.objects.create(
        revision=stopped, name="Bank", kind="development-bank", state="withdrawn"
    )
    page = text(client.get(URL, {"target": "11.2"}))

    assert "NGO 1 of 1" in page
    assert "From 1 of 1 money was withdrawn" in page
    assert "Ask the drivers first." in page


def test_wrong_question_is_said_beside_its_field_and_nothing_is_counted(client, asker, subtests):
    for query, name, message in [
        ("target=99.9", "target", "“99.9” is not a target. Write its number, for example 11.2."),
        (
            "target=1.1&target=1.2&target=1.3&target=1.4",
            "target",
            "At most 3 can be asked for at a time.",
        ),
        ("goal=18", "goal", "A goal is a number from 1 to 17."),
        ("goal=²", "goal", "A goal is a number from 1 to 17."),
        ("theme=magic", "theme", "“magic” is not a theme."),
        ("target=11.2&case=x", "case", "A policy is named by its number, for example case=12."),
        (
            "target=11.2&for=Iloilu%01%20Citi",
            "for",
            "No member is known as “Iloilu Citi”.",
        ),
        (
            "target=11.2&for=Ilolo",
            "for",
            "No member is known as “Ilolo”. Did you mean Iloilo City?",
        ),
        ("target=11.2&population=-4", "population", None),
        ("target=11.2&population=0", "population", "Write a number of people, for example 473728."),
        ("target=11.2&country=ZZ", "country", "“ZZ” is no country or area."),
        (
            "target=11.2&for=iloilo&country=PH",
            "country",
            "Name a member, or give population and country: not both.",
        ),
        ("target=11.2&ceiling=lots&currency=USD", "ceiling", None),
        (
            "target=11.2&ceiling=0&currency=USD",
            "ceiling",
            "Write an amount above 0, of at most 15 digits.",
        ),
        ("target=11.2&ceiling=5", "currency", "Choose the currency of the ceiling."),
        (
            "target=11.2&ceiling=5&currency=ZZZ",
            "currency",
            "There is no exchange rate of “ZZZ” on file.",
        ),
        (
            "target=11.2&like=3",
            "like",
            "Name a member whose population is on file to choose cities like it.",
        ),
        (
            "target=11.2&like=9",
            "like",
            "Only “3” can be written here: cities with three traits alike.",
        ),
        ("target=11.2&show=all", "show", "“all” is not one of the choices."),
        ("target=11.2&scale=town", "scale", "“town” is not one of the choices."),
        (f"q={'a' * 501}", "q", "Write at most 500 characters (now 501)."),
        ("targt=11.2", "", "There is no filter named “targt”."),
    ]:
        with subtests.test(query=query):
            for address in (URL, "/policies/estimate.csv"):
                response = client.get(f"{address}?{query}")

                assert response.status_code == 400
                assert "estimate" not in response.context
                found = dict(response.context["mistakes"][::-1])
                assert name in found
                assert message in (None, found[name])


HOSTILE = ["<script>", "\x00", "9" * 400, "\u202eabc", "%", "1e999", "NaN", "٣٫٥"]
NAMES = [
    *("target", "goal", "theme", "case", "for", "population", "country", "ceiling", "currency"),
    *("like", "scale", "show", "q"),
]


@pytest.mark.sweep
@pytest.mark.parametrize(("place", "name"), [*enumerate(NAMES)])
def test_hostile_input_is_never_an_error_of_ours(client, asker, place, name):
    for value in some(HOSTILE, 3, place):
        response = client.get(URL, {"theme": "transport"} | {name: value})

        assert response.status_code in (200, 302, 400), value
        shown = response.content.decode().split("</head>")[1].split("<footer")[0]
        assert "<script>" not in shown


def test_what_was_typed_stays_in_the_form(client, asker):
    html = client.get(URL, {"target": "11.2", "for": "Ilo Ilo", "ceiling": "much"}).content.decode()

    assert 'value="Ilo Ilo"' in html
    assert 'value="much"' in html
    assert re.search(r'name="target" value="11.2" checked', html)


def test_name_of_a_city_leads_to_the_address_that_can_be_shared(client, asker):
    response = client.get(URL, {"target": "11.2", "for": "Iloilo City", "ceiling": "1,000,000"})

    assert response.status_code == 302
    assert parse_qs(urlparse(response["Location"]).query) == {
        "target": ["11.2"],
        "for": ["iloilo"],
        "ceiling": ["1000000"],
        "currency": ["PHP"],
    }
    assert client.get(response["Location"]).status_code == 200


def test_another_city_is_given_by_population_and_country(client, reference):
    for number in range(1, 6):
        policy(1_000_000 * number)
    page = text(client.get(URL, {"target": "11.2", "population": "50,000", "country": "FJ"}))

    assert "For your city USD 500,000 to USD 2.5 million" in page


def test_without_a_target_the_page_asks_for_one(client, reference):
    page = text(client.get(URL))

    assert "Which target?" in page
    assert client.get("/policies/estimate.csv").status_code == 400


def test_nothing_on_a_target_offers_wider_classes_and_takes_none(client, asker):
    policy(1_000_000, targets=["11.6"])
    page = text(client.get(URL, {"target": "11.2"}))

    assert "No policy in this library is on target 11.2." in page
    assert "All of goal 11 1 to compare" in page


def test_too_many_policies_have_to_be_narrowed_down(client, asker, monkeypatch):
    monkeypatch.setattr(views, "MOST_POLICIES", 1)
    policy(1), policy(2)

    assert "Narrow it down" in text(client.get(URL, {"target": "11.2"}))
    assert client.get("/policies/estimate.csv", {"target": "11.2"}).status_code == 400


def test_h2_file_has_every_policy_and_every_reason(client, asker):
    policy(2_000_000, title="=SUM(A1)")
    policy(1_000_000)
    policy(5, budget_scope="part")
    policy(None)
    rows = rows_of(client.get("/policies/estimate.csv", {"target": "11.2", "for": "iloilo"}))

    assert [(row["compared"], row["why_not"], row["usd"]) for row in rows[:2]] == [
        ("yes", "", "1000000"),
        ("yes", "", "2000000"),
    ]
    assert sorted(row["why_not"] for row in rows[2:]) == [
        "No amount",
        "Part of the cost, not counted",
    ]
    assert rows[1]["title"] == "'=SUM(A1)"
    assert (rows[0]["usd_per_resident"], rows[0]["income"]) == ("10", "alike")


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(client, asker, synced, django_assert_max_num_queries, count, subtests):
    for number in range(1, count + 1):
        policy(number, themes=["transport"], title="Buses")
    synced()
    client.get(URL, {"q": "buses"})  # which reads the thesaurus, once for a process
    for more in [
        {},
        {"like": "3"},
        {"theme": "transport"},
        {"theme": "transport", "like": "3"},
        {"q": "buses", "like": "3", "scale": "city"},
    ]:
        with subtests.test(more=more):
            with django_assert_max_num_queries(8):
                response = client.get(URL, {"target": "11.2", "for": "iloilo", **more})
            assert response.context["estimate"].total == count


@pytest.mark.parametrize(("query", "columns"), [({}, 6), ({"for": "iloilo"}, 7)])
def test_lines_of_a_basis_are_as_wide_as_their_table(client, asker, query, columns):
    policy(1)
    page = client.get(URL, {"target": "11.2", **query}).text
    head = page[page.index("<thead") : page.index("</thead>")]
    assert head.count("<th ") == columns
    assert re.findall(r'colspan="(\d)"', page) == [str(columns)]


def test_h16_page_prints_with_its_date_and_address(client, asker, settings):
    policy(1)
    page = text(client.get(URL, {"target": "11.2"}))

    assert f"at {settings.SITE_URL}/policies/estimate/?target=11.2" in page


def test_search_behind_it_can_be_saved(client, asker):
    policy(1)
    page = client.get(URL, {"target": "11.2", "for": "iloilo", "scale": "city"}).text
    assert f'href="{reverse("my-alerts:save")}?target=11.2&amp;scale=city"' in page


def test_pages_lead_to_the_estimate(client, asker, synced):
    case = policy(1, themes=["transport"]).case
    synced()

    for address, query in (
        ("/", ""),
        ("/sdgs/11.2/", "?target=11.2"),
        ("/sdgs/11/", "?goal=11"),
        (case.get_absolute_url(), "?target=11.2"),
        ("/policies/?theme=transport&amp;target=11.2", "?target=11.2&amp;theme=transport"),
    ):
        html = client.get(unescape(address)).content.decode()
        assert f'href="{URL}{query}"' in html, address


def test_list_that_no_estimate_can_name_has_no_link(client, asker, synced, subtests):
    policy(1, themes=["transport"], title="Bus", stage="planned")
    synced()
    for query in [
        "",
        "q=bus&meaning=no",
        "theme=transport&stage=planned",
        "target=none",
        "stage=planned",
    ]:
        with subtests.test(query=query):
            assert client.get(f"/policies/?{query}").context["estimate"] == ""


def test_list_of_cities_like_one_leads_to_the_same_estimate(client, asker, synced):
    policy(1, MemberFactory(**SAME | {"population": 400_000}))
    synced()

    address = client.get("/policies/?target=11.2&like=iloilo").context["estimate"]
    assert address == f"{URL}?target=11.2&for=iloilo&like=3"
    assert client.get(address).context["estimate"].total == 1


def test_library_is_narrowed_to_cities_like_one(client, asker, synced):
    """Sentence 28: the filter, and the exports with it."""
    near = MemberFactory(name="Naga", **SAME | {"population": 400_000})
    policy(1, near, title="Near")
    policy(2, MemberFactory(country="JP"), title="Far")
    policy(3, asker, title="Own")
    synced()

    response = client.get("/policies/", {"like": "iloilo"})
    assert [each.title for each in response.context["page"].object_list] == ["Near"]
    [pill] = response.context["active_filters"]
    assert (pill.label, pill.address) == ("Cities like Iloilo City (1)", "/policies/")
    for label, address in response.context["exports"]:
        assert address.endswith("?like=iloilo"), label
    titles = [row["title"] for row in rows_of(client.get("/policies/export.csv?like=iloilo"))]
    assert titles == ["Near"]


def test_city_without_close_ones_finds_nothing_rather_than_all(client, asker, synced):
    policy(1, MemberFactory(country="JP"))
    synced()

    response = client.get("/policies/", {"like": "iloilo"})
    assert response.context["total"] == 0
    assert response.context["searches_without_one_filter"] == [
        ("Cities like Iloilo City (0)", "/policies/", 1)
    ]


@pytest.mark.parametrize(
    ("slug", "message"),
    [
        ("nowhere", "“nowhere” is not a member."),
        ("small", "The population of Small is not on file, so no city can be said to be like it."),
    ],
)
def test_wrong_city_in_the_library_is_refused(client, asker, synced, slug, message):
    MemberFactory(name="Small", slug="small", population=None)
    synced()

    response = client.get("/policies/", {"like": slug})
    assert response.status_code == 400
    assert message in text(response)


def test_long_lists_of_staff_and_time_are_opened_one_at_a_time(client, asker, monkeypatch):
    monkeypatch.setattr(views, "MANY", 2)
    monkeypatch.setattr(views, "FIRST", 1)
    for number in range(1, 4):
        policy(number, title=f"Done {number}", stage="completed", start="2020", end="2021")
        policy(number, title=f"Going {number}", stage="under-way", start="2020", staff_fte=number)

    def listed(query, names):
        page = client.get(f"{URL}?target=11.2{query}").text
        staff = page[page.index('id="staff"') : page.index('id="who"')]
        return staff, re.findall(rf">({names} \d)<", staff)

    staff, shown = listed("", "Going")
    assert shown == []
    assert f'<a href="{URL}?target=11.2&amp;show=so-far#l-so-far">3 others are' in staff
    assert f'<a href="{URL}?target=11.2&amp;show=people#l-people">Show all 3</a>' in staff
    assert f'<a href="{URL}?target=11.2&amp;show=lengths#l-lengths">Show all 3</a>' in staff
    assert [row.split("<")[0] for row in staff.split('<th scope="row">')[1:]] == [
        "3 FTE",
        "2 years",
    ]
    staff, shown = listed("&show=so-far", "Going")
    assert sorted(shown) == ["Going 1", "Going 2", "Going 3"]
    assert '<details id="l-so-far" open>' in staff
    staff, _shown = listed("&show=people", "Going")
    assert [row.split("<")[0] for row in staff.split('<th scope="row">')[1:]] == [
        *("3 FTE", "2 FTE", "1 FTE", "2 years"),
    ]


def test_answer_stands_where_the_forms_lead(client, asker):
    """By keyboard: after submitting one is at the answer, and not in front of the navigation."""
    policy(1)
    html = client.get(URL, {"target": "11.2", "for": "iloilo"}).text
    assert f'<form action="{URL}#rests" class="asks">' in html
    assert f'<form id="chosen" action="{URL}#words"' in html
    assert {'<h2 id="rests" tabindex="-1">', '<h2 id="words" tabindex="-1">'} <= set(
        re.findall(r"<h2 [^>]+>", html)
    )


def test_city_of_which_nobody_knows_the_size_reads_what_that_means(client, reference):
    MemberFactory(name="Auckland", slug="auckland", population=None)
    policy(5, member=MemberFactory(**SAME | {"population": None}), scale="")
    page = text(client.get(URL, {"target": "11.2", "for": "auckland"}))
    assert (
        "The population of Auckland is not on file: nothing is computed for its residents." in page
    )
    page = client.get(URL, {"target": "11.2", "country": "NZ"}).text
    assert "You gave no population: nothing is computed for the residents of your city." in page
    # Whom the amount is for is not what is missing: nobody is asked for it.
    assert "gap=budget" not in page


def test_where_nothing_can_be_compared_it_says_why_and_whom_to_ask(client, asker):
    policy(5, budget_scope="part")
    response = client.get(URL, {"target": "11.2", "for": "iloilo"})
    assert "None of them states an amount that can be compared. Why: Part of the cost" in text(
        response
    )
    response = client.get(URL, {"target": "16.7", "for": "iloilo"})
    assert "No policy in this library is on target 16.7." in text(response)
    assert '<a href="/exchange/ask/?target=16.7" rel="nofollow">Ask other cities about target' in (
        response.text
    )


def test_long_table_shows_the_smallest_of_each_basis_and_leads_to_the_others(
    client, asker, monkeypatch
):
    """H1: a number whose line is on the page of all amounts leads there."""
    monkeypatch.setattr(views, "LONG_TABLE", 6)
    monkeypatch.setattr(views, "LINES", 2)
    spent = [policy(usd * 1_000_000, title=f"Spent {usd}") for usd in range(1, 7)]
    policy(9_000_000, title="Planned 9", budget_basis="planned")
    policy(3_000_000, title="Yearly 3", budget_scope="annual")

    def table(query=""):
        page = client.get(f"{URL}?target=11.2{query}").text
        return page, re.findall(r'<tr role="row" id="amount-(\d)">', page)

    page, lines = table()
    whole = f"{URL}?target=11.2&amp;show=total"
    assert lines == ["1", "2", "7", "8"]
    assert f'<a class="no-print" href="{whole}#amount-3">Show all 6</a>' in page
    assert "Spent: 6 amounts" in page
    assert "Shown are the 2 smallest of 6." in page
    # Of the lowest the line is here, that of the highest and of most dots is not.
    assert '<dd><a href="#amount-1">' in page
    assert f'<dd><a href="{whole}#amount-6">' in page
    dots = [f"{'' if number in (1, 2, 7) else whole}#amount-{number}" for number in range(1, 8)]
    drawn = page[page.index('<div class="lanes">') : page.index("</table>")]
    assert re.findall(r'<a href="([^"]+)" tabindex="-1">', drawn) == dots

    page, lines = table("&show=total")
    assert lines == [str(number) for number in range(1, 9)]
    assert whole not in page
    # What is ticked and not shown goes along with the next tick.
    page, lines = table(f"&case={spent[0].case_id}&case={spent[5].case_id}")
    kept = re.findall(r'<input type="hidden" name="case" value="(\d+)">', page)
    assert kept == [str(spent[5].case_id)]
    assert f'name="case" value="{spent[0].case_id}" form="chosen" checked' in page


def test_many_old_confirmations_are_counted_and_opened(client, asker, settings):
    """H16: each is named, also of many."""
    for number in range(1, 12):
        shown = policy(number)
        shown.case.confirmed_at = date(2020, 1, 1)
        shown.case.save()
        label = f"Confirmed by their cities more than a year ago ({number}):"
        if number in (10, 11):
            page = client.get(URL, {"target": "11.2", "theme": "", "q": "", "scale": "city"}).text
            assert (f"<summary>{label}</summary>" in page) == (number > 10)
            assert label in page
