"""Two to four cases side by side."""

import csv
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.utils import timezone

from policies.content import comparison
from policies.models import Contribution, FundingSource, Revision, Stakeholder
from tests.factories import LiveRevisionFactory, RevisionFactory
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db

PAGE = "/policies/compare/"
FILE = "/policies/compare/export.csv"


def row(revisions, label):
    (found,) = [each for each in comparison.rows(revisions) if each.label == label]
    return found


def edges(cell):
    pieces = cell.bar.pieces
    return [(round(p.start, 1), round(p.start + p.width, 1), p.kind) for p in pieces]


def plain(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]).split())


def get(client, *revisions, path=PAGE):
    return client.get(path, {"case": [revision.case_id for revision in revisions]})


def test_cases_stand_side_by_side_in_the_order_of_the_address(client):
    first, second = LiveRevisionFactory(title="Trams"), LiveRevisionFactory(title="Ferries")
    answer = get(client, second, first)
    assert answer.status_code == 200
    assert '<h1 id="vs-title">2 policies side by side</h1>' in answer.text
    assert re.findall(r'class="case-title" href="[^"]+">(\w+)<', answer.text) == [
        "Ferries",
        "Trams",
    ]


def test_remove_link_leaves_the_others(client):
    revisions = [LiveRevisionFactory() for _ in range(3)]
    a, b, c = (revision.case_id for revision in revisions)
    page = get(client, *revisions).text
    assert re.findall(r'class="more no-print" href="([^"]+)"', page) == [
        f"{PAGE}?case={b}&amp;case={c}",
        f"{PAGE}?case={a}&amp;case={c}",
        f"{PAGE}?case={a}&amp;case={b}",
    ]
    assert f'href="{FILE}?case={a}&amp;case={b}&amp;case={c}"' in page
    assert f'href="{PAGE}?case={a}&amp;case={b}&amp;case={c}"' in page


def test_comparison_of_nothing_says_how_to_choose(client):
    LiveRevisionFactory(title="Trams")
    answer = client.get(PAGE)
    assert answer.status_code == 200
    said = plain(answer.text)
    assert "Tick two to four policies below, or in the list of all policies" in said
    assert "Newest policies" in said
    assert 'name="case" value="' in answer.text
    assert ">Trams</a>" in answer.text


def test_comparison_in_an_empty_library(client):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert '<form id="compare"' not in answer.text
    assert 'href="/policies/">Choose from the list of all policies' in answer.text


def test_comparison_of_one_offers_what_is_like_it(client, reference, synced):
    first = LiveRevisionFactory(title="Trams", targets=["11.2"], themes=["transport"])
    LiveRevisionFactory(title="Ferries", targets=["11.2"], themes=["transport"])
    synced()
    page = get(client, first).text
    assert f'<input type="hidden" name="case" value="{first.case_id}">' in page
    assert "Chosen so far: <b>Trams</b>" in page
    assert page.count('type="checkbox" name="case"') == 1
    assert ">Ferries</a>" in page


def test_wrong_address_is_refused_with_a_reason(client, subtests):
    for query, message in [
        ("case=1&case=2&case=3&case=4&case=5", "At most four policies can be compared at a time."),
        ("case=1&case=1", "The same policy is named twice."),
        ("case=1&case=01", "The same policy is named twice."),
        ("case=x", "A policy is named by its number, for example case=12."),
        ("case=", "A policy is named by its number, for example case=12."),
        ("case=-1", "A policy is named by its number, for example case=12."),
        ("case=1.5", "A policy is named by its number, for example case=12."),
        ("case=%00", "A policy is named by its number, for example case=12."),
        ("case=%D9%A1", "A policy is named by its number, for example case=12."),
        (f"case={'9' * 400}", "A policy is named by its number, for example case=12."),
    ]:
        for path in [PAGE, FILE]:
            with subtests.test(query=query, path=path):
                answer = client.get(f"{path}?{query}")
                assert answer.status_code == 400
                assert message in answer.text


@pytest.mark.parametrize("path", [PAGE, FILE])
def test_unknown_case_is_404_with_its_number(client, path):
    live = LiveRevisionFactory()
    answer = client.get(f"{path}?case={live.case_id}&case=1234567")
    assert answer.status_code == 404
    assert "There is no public policy with the number 1234567." in answer.text


@pytest.mark.parametrize("path", [PAGE, FILE])
def test_case_that_is_not_public_is_unknown(client, path):
    live, hidden = LiveRevisionFactory(), RevisionFactory(title="Secret")
    answer = get(client, live, hidden, path=path)
    assert answer.status_code == 404
    assert "Secret" not in answer.text


def test_draft_beside_a_public_text_stays_hidden(client):
    first, second = LiveRevisionFactory(), LiveRevisionFactory()
    RevisionFactory(case=first.case, title="Secret", summary="Secret", results="Secret")
    for path in (PAGE, FILE):
        answer = get(client, first, second, path=path)
        assert answer.status_code == 200
        assert b"Secret" not in answer.getvalue()


def test_file_of_fewer_than_two_is_refused(client):
    answer = get(client, LiveRevisionFactory(), path=FILE)
    assert answer.status_code == 400
    assert "Choose at least two policies to compare." in answer.text


def test_post_is_refused(client):
    assert client.post(PAGE).status_code == 405
    assert client.post(FILE).status_code == 405


def test_budgets_share_one_scale_and_the_unknown_is_no_zero():
    revisions = [
        LiveRevisionFactory(
            budget_amount=Decimal(amount), budget_currency="USD", budget_usd=Decimal(amount)
        )
        for amount in (1_000, 1_000_000)
    ]
    revisions.append(LiveRevisionFactory())
    revisions.append(LiveRevisionFactory(budget_amount=Decimal(5), budget_currency="VND"))
    found = row(revisions, "Budget")
    assert found.hint == "Bar: log scale, USD 100 to USD 1 million"
    assert edges(found.cells[0]) == [(0, 25, "known")]
    assert edges(found.cells[1]) == [(0, 100, "known")]
    assert (found.cells[2].gap, found.cells[2].bar) == ("Not reported", None)
    assert found.cells[3].value == "VND 5"
    assert found.cells[3].bar is None
    assert found.cells[3].detail.endswith("No bar: no amount in USD is known")


def test_budgets_without_any_dollars_have_no_scale():
    revisions = [LiveRevisionFactory(), LiveRevisionFactory(budget_unavailable="Secret books")]
    found = row(revisions, "Budget")
    assert found.hint == ""
    assert [cell.gap for cell in found.cells] == ["Not reported", "Not available: Secret books"]


def test_staff_shares_one_scale():
    revisions = [LiveRevisionFactory(staff_fte=n) for n in (5, None, 20, 0)]
    cells = row(revisions, "Staff").cells
    assert [edges(cells[place])[0][1] for place in (0, 2, 3)] == [25, 100, 0]
    assert (cells[1].gap, cells[1].bar) == ("Not reported", None)
    assert cells[3].value == "0 FTE"


def test_staff_that_nobody_counted_has_no_bar():
    cells = row([LiveRevisionFactory(), LiveRevisionFactory()], "Staff").cells
    assert [cell.bar for cell in cells] == [None, None]


def test_population_and_budget_a_resident_share_scales():
    revisions = [
        LiveRevisionFactory(budget_usd=Decimal(usd), scale="city", case__member__population=people)
        for usd, people in ((1000, 100), (1000, 200))
    ]
    revisions.append(LiveRevisionFactory(case__member__population=None))
    people = row(revisions, "Population").cells
    assert [edges(cell)[0][1] for cell in people[:2]] == [50, 100]
    assert people[2].gap == "Not reported"
    cells = row(revisions, "Budget per resident").cells
    assert [cell.value for cell in cells] == ["USD 10", "USD 5", ""]
    assert [edges(cell)[0][1] for cell in cells[:2]] == [100, 50]
    assert cells[2].gap == "Not computed: the population is not on file"


@time_machine.travel(datetime(2026, 7, 1, tzinfo=UTC), tick=False)
def test_durations_share_one_scale_with_today():
    revisions = [
        LiveRevisionFactory(start="2017", end="2018"),
        LiveRevisionFactory(start="2022"),
        LiveRevisionFactory(),
    ]
    assert timezone.localdate() == date(2026, 7, 1)
    found = row(revisions, "Duration")
    assert found.hint == "2017 to 2026; the line is today"
    assert edges(found.cells[0]) == [(0, 20, "known")]
    assert edges(found.cells[1]) == [(50, 60, "known"), (60, 100, "unknown")]
    assert [cell.bar.mark for cell in found.cells[:2]] == [95, 95]
    assert found.cells[2].gap == "Not reported"


def test_durations_that_are_over_have_no_today():
    revisions = [LiveRevisionFactory(start="1993", end="2006") for _ in range(2)]
    assert row(revisions, "Duration").hint == "1993 to 2006"


def test_durations_without_any_month():
    found = row([LiveRevisionFactory(), LiveRevisionFactory()], "Duration")
    assert (found.hint, [cell.bar for cell in found.cells]) == ("", [None, None])


def test_funding_in_parts():
    known = LiveRevisionFactory(budget_amount=Decimal(100), budget_currency="USD")
    FundingSource.objects.create(revision=known, name="City", kind="own-budget", amount=40)
    first, second = row([known, LiveRevisionFactory()], "Who pays").cells
    assert first.items == [("City", "USD 40 (40.0%)"), ("Rest", "USD 60 (60.0%)")]
    assert [kind for _left, _right, kind in edges(first)] == ["known", "unknown"]
    assert second.gap == "Not reported"
    kinds = row([known, LiveRevisionFactory()], "Kinds of funding").cells
    assert (kinds[0].detail, kinds[1].gap) == ("Own budget", "Not reported")


def test_funding_of_a_budget_of_zero_has_no_bar():
    revision = LiveRevisionFactory(budget_amount=Decimal(0), budget_currency="USD")
    FundingSource.objects.create(revision=revision, name="City", amount=0)
    assert row([revision, revision], "Who pays").cells[0].bar is None


def test_stakeholders_with_their_roles():
    revision = LiveRevisionFactory()
    Stakeholder.objects.create(revision=revision, name="A", role="Runs it", kind="private")
    Stakeholder.objects.create(revision=revision, name="B", kind="ngo", position=1)
    first, second = row([revision, LiveRevisionFactory()], "Stakeholders").cells
    assert (first.value, first.items) == ("2 named", [("A", "Runs it"), ("B", "NGO")])
    assert second.gap == "Not reported"


def test_long_text_is_cut_and_leads_on():
    long, short = LiveRevisionFactory(results="word " * 500), LiveRevisionFactory(results="Short.")
    first, second, third = row([long, short, LiveRevisionFactory()], "Results").cells
    assert len(first.text) == 700
    assert first.more == f"{long.case.get_absolute_url()}#results"
    assert (second.text, second.more) == ("Short.", "")
    assert third.gap == "Not reported"


def test_targets_that_are_shared_come_first(client, reference):
    first = LiveRevisionFactory(targets=["11.2", "1.4"])
    second = LiveRevisionFactory(targets=["9.1", "11.2"])
    assert [
        (served.target.code, served.answers) for served in comparison.targets([first, second])
    ] == [
        ("11.2", ["Yes, primary", "Yes"]),
        ("1.4", ["Yes", ""]),
        ("9.1", ["", "Yes, primary"]),
    ]
    page = get(client, first, second).text
    assert '<td class="has" data-g="11">Yes, primary</td>' in page
    assert page.count('<td class="same">No</td>') == 2


def test_cases_without_targets_have_no_such_part(client):
    page = get(client, LiveRevisionFactory(), LiveRevisionFactory()).text
    assert "SDG targets, shared ones first" not in page


def test_every_gap_of_the_page_is_hatched(client):
    page = get(client, LiveRevisionFactory(), LiveRevisionFactory()).text
    gaps = re.findall(r'<td class="unk"><span>([^<]+)</span></td>', page)
    # Stage, scale, people served, budget, basis, who pays, kinds, per resident, staff, volunteers,
    # duration, stakeholders, themes, indicators, results, lessons and conditions: unknown for both.
    assert len(gaps) == 2 * 19


def test_text_in_another_language_says_so(client, reference):
    first = fill(LiveRevisionFactory(language="ur", title="بس"))
    page = get(client, first, LiveRevisionFactory()).text
    assert 'lang="ur" dir="rtl">بس</a>' in page
    assert '<div lang="ur" dir="rtl"><p>Many people ride.</p></div>' in page
    assert '<span lang="ur" dir="rtl">Bus company</span>' in page


def test_hostile_text_is_escaped(client, reference):
    evil = '"><script>alert(1)</script>'
    first = fill(LiveRevisionFactory(title=evil, case__member__name=evil))
    Revision.objects.filter(pk=first.pk).update(results=evil, lessons=evil, budget_note=evil)
    for model in (Stakeholder, FundingSource):
        model.objects.update(name=evil)
    Contribution.objects.update(how=evil)
    page = get(client, first, LiveRevisionFactory()).text
    assert "<script>" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 5
    assert "<script>" not in get(client, first).text


def test_comparison_is_not_for_search_engines(client):
    pair = [LiveRevisionFactory(), LiveRevisionFactory()]
    noindex = '<meta name="robots" content="noindex">'
    assert noindex in get(client, *pair).text
    assert noindex not in client.get(PAGE).text


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize("path", [PAGE, FILE])
def test_queries_of_a_comparison(client, reference, django_assert_num_queries, path, number):
    revisions = [fill(LiveRevisionFactory(), 3) for _ in range(number)]
    keys = [revision.case_id for revision in revisions]
    with django_assert_num_queries(13):
        body = client.get(path, {"case": keys}).getvalue().decode()
    assert body.count("Runs the lines") == number * 3


def test_comparison_as_a_file(client, reference):
    first = fill(
        LiveRevisionFactory(
            title="=1+1",
            case__member__name="Busan",
            case__member__country="KR",
            case__member__population=2000,
        )
    )
    second = LiveRevisionFactory(case__member__population=None)
    answer = get(client, first, second, path=FILE)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="comparison.csv"'
    text = answer.getvalue().decode("utf-8-sig")
    lines = {line[0]: line[1:] for line in csv.reader(io.StringIO(text))}
    assert lines == {
        "Policy": ["'=1+1", "Night buses"],
        "Address": [
            f"http://localhost:8000/policies/{first.case_id}/",
            f"http://localhost:8000/policies/{second.case_id}/",
        ],
        "Revision": ["1", "1"],
        "Members": ["Busan", second.case.member.name],
        "Kind": ["Local government", "Local government"],
        "Countries or areas": ["Republic of Korea", "Indonesia"],
        "Population": ["2000", ""],
        "Year of the population": ["", ""],
        "Stage": ["Completed", ""],
        "Start": ["2013-04", ""],
        "End": ["2015-03", ""],
        "Duration in months": ["24", ""],
        "Budget": ["1000000.00", ""],
        "Currency": ["KRW", ""],
        "Budget year": ["2013", ""],
        "Fiscal year": ["", ""],
        "Basis of the budget": ["Spent", ""],
        "Exactness of the budget": ["", ""],
        "Scale": ["Whole city", ""],
        "People served": ["", ""],
        "Exactness of the people served": ["", ""],
        "Year of the staff numbers": ["", ""],
        "Sources": ["Report on the lines: https://www.transport.example/report", ""],
        "Contact office": ["", ""],
        "Page of the contact office": ["", ""],
        "Staff in heads": ["", ""],
        "Volunteers": ["", ""],
        "Budget scope": ["Total", ""],
        "Budget in USD": ["1000.00", ""],
        "Budget in USD per resident": ["0.50", ""],
        "Funding sources": [
            "City of Busan: KRW 250,000 (25.0%); Rest: KRW 750,000 (75.0%)",
            "",
        ],
        "Staff (FTE)": ["12.5", ""],
        "Stakeholders": ["Bus company: Runs the lines", ""],
        "Themes": ["Transport", ""],
        "Targets": ["11.2", ""],
        "Evidence": ["Measured", "No results reported"],
        "Indicators": ["Lines: 2 (2013) to 9 (2015)", ""],
        "Results": ["Many people ride.", ""],
        "Lessons": ["Start with two lines.", ""],
        "Conditions for transfer": ["A city needs data of calls.", ""],
    }


def test_comparison_is_a_workbook_too(client, reference):
    one = LiveRevisionFactory(
        title="=Taps",
        targets=["16.10"],
        start="2013-04",
        budget_amount=1_250_000,
        budget_currency="FJD",
        staff_fte="2.5",
    )
    other = LiveRevisionFactory(title="Buses")
    address = f"/policies/compare/export.xlsx?case={one.case_id}&case={other.case_id}"

    answer = client.get(address)

    assert answer["Content-Disposition"] == 'attachment; filename="comparison.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    assert book.sheetnames == ["Comparison", "About"]
    head, *lines = book["Comparison"].iter_rows(values_only=True)
    assert head == ("Policy", "=Taps", "Buses")
    facts = {label: values for label, *values in lines}
    assert [label for label, *_values in lines] == [
        label for label, *_values in comparison.table([one, other])
    ]
    assert (facts["Budget"], facts["Start"]) == ([1_250_000, None], ["2013-04", None])
    assert (facts["Staff (FTE)"], facts["Targets"]) == ([2.5, None], ["16.10", None])
    cited = dict(book["About"].iter_rows(max_col=2, values_only=True))
    assert f"/policies/{other.case_id}/night-buses/revisions/1/" in cited["Buses"]
    head = client.head(address)
    assert (head.getvalue(), head.has_header("Content-Length")) == (b"", False)
    assert address in client.get(address.replace("export.xlsx", "")).text.replace("&amp;", "&")


def test_facts_that_make_a_comparison_honest_have_rows():
    revision = LiveRevisionFactory(
        people_served=120_000,
        people_served_qualifier="about",
        people_served_note="Riders",
        staff_fte=2.5,
        staff_heads=4,
        staff_volunteers=6,
        staff_year=2024,
        contact_office="Transport office",
    )
    for position, title in enumerate(("Report", "News")):
        revision.sources.create(title=title, position=position)
    revision.phases.create(name="Trial", source_number=2)
    rows = [
        {"name": "Trips", "unit": "a day", "reporter": "funder", "series": "2012: 5; 2014: 9"},
        {"name": "Lines", "baseline": 2, "result": 9, "result_year": 2014},
        {"name": "Cover", "unit": "%", "series": "2012: 40"},
        {"name": "Noise", "reporter": "press"},
        {"name": "Stops", "result": 7, "result_qualifier": "at-least", "source_number": 2},
    ]
    for position, each in enumerate(rows):
        revision.indicators.create(position=position, **each)
    revisions = [revision, LiveRevisionFactory()]
    served, none = row(revisions, "People served").cells
    assert (served.value, served.items, none.gap) == (
        "about 120,000",
        [("Riders", "")],
        "Not reported",
    )
    contact, none = row(revisions, "Contact office").cells
    assert (contact.items, none.gap) == ([("Transport office", "")], "Not reported")
    staff, none = row(revisions, "Staff").cells
    assert (staff.value, none.gap) == ("2.5 FTE", "Not reported")
    assert staff.detail == "full-time equivalents. 4 people. Numbers of 2024"
    sources, none = row(revisions, "Sources").cells
    assert (sources.items, none.gap) == (
        [("Report", ""), ("News", "2 facts rest on it")],
        "Not reported",
    )
    volunteers, none = row(revisions, "Volunteers").cells
    assert (volunteers.detail, none.gap) == ("6", "Not reported")
    indicators, none = row(revisions, "Indicators").cells
    assert none.gap == "Not reported"
    assert indicators.items == [
        ("Trips", "5 (2012) to 9 (2014); a day; reported by: A funder"),
        ("Lines", "2 to 9 (2014)"),
        ("Cover", "40% (2012)"),
        ("Noise", "reported by: The press"),
        ("Stops", "at least 7"),
    ]
