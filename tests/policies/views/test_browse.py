"""The list of policies as a visitor gets it."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from html import escape, unescape

import pytest
from django.conf import settings
from django.test import Client

from members.models import FormerAddress
from policies.models import FundingSource, Indicator, Stakeholder
from policies.workflow import themes
from tests.factories import (
    CaseStudyFactory,
    LiveRevisionFactory,
    MemberFactory,
    RevisionFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def make(synced):
    """``make(title, targets, **fields)`` publishes a case; ``make.done()`` indexes all of them."""

    days = itertools.count()

    def publish(title, targets=("11.2",), *, member=None, themes=("transport",), **fields):
        case = CaseStudyFactory(**({"member": member} if member else {}))
        decided_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=next(days))
        return LiveRevisionFactory(
            case=case,
            title=title,
            targets=targets,
            themes=themes,
            decided_at=decided_at,
            **fields,
        )

    publish.done = synced
    return publish


def titles(answer):
    """Titles of the cases on the page, in order."""
    found = re.findall(r'class="case-title"[^>]*><a href="[^"]*">(.*?)</a>', answer.text)
    return [unescape(re.sub("<.*?>", "", title)) for title in found]


def text_of(answer, pattern):
    """The text of the first element whose opening tag matches, with blanks in a row as one."""
    found = re.search(rf"<(\w+)[^>]*{pattern}[^>]*>(.*?)</\1>", answer.text, re.DOTALL)
    return " ".join(unescape(re.sub("<.*?>", "", found[2])).split()) if found else None


def choices(answer, name):
    """Value -> number read beside it, of the offered choices of a facet."""
    pattern = (
        rf'name="{name}" value="([^"]+)"( checked)?> .*?'
        r'<span class="n">([\d,]+)<span class="vh"> match'
    )
    return {value: int(n) for value, checked, n in re.findall(pattern, answer.text)}


def test_list_shows_live_cases_newest_first(client, make):
    make("Older")
    make("Newer")
    RevisionFactory(title="Draft")
    make.done()
    answer = client.get("/policies/")
    assert answer.status_code == 200
    assert titles(answer) == ["Newer", "Older"]
    assert text_of(answer, 'role="status"') == "2 policies in the library"


def test_goal_and_target_together_give_cases_that_serve_both(client, make):
    make("Both", ["11.2", "12.5"])
    make("Goal only", ["11.6"])
    make("Target only", ["12.5"])
    make.done()
    answer = client.get("/policies/?goal=11&target=12.5")
    assert titles(answer) == ["Both"]
    assert text_of(answer, 'role="status"') == "1 policy matches Goal 11, Target 12.5"


def test_choices_of_one_facet_widen(client, make):
    make("Eleven", ["11.2"])
    make("Six", ["6.1"])
    make("One", ["1.1"])
    make.done()
    assert titles(client.get("/policies/?goal=6&goal=11")) == ["Six", "Eleven"]


def test_counts_are_what_adding_a_choice_would_give(client, make):
    make("A", ["11.2"], stage="completed")
    make("B", ["11.6"], stage="planned")
    make("C", ["6.1"], stage="planned")
    make.done()
    answer = client.get("/policies/?goal=11")
    assert choices(answer, "goal") == {"6": 1, "11": 2}
    assert choices(answer, "stage") == {"planned": 1, "completed": 1}
    assert choices(answer, "target") == {"11.2": 1, "11.6": 1}


def test_choice_without_a_case_is_offered_only_while_it_is_chosen(client, make):
    make("A", ["11.2"])
    make.done()
    assert "8" not in choices(client.get("/policies/"), "goal")
    answer = client.get("/policies/?goal=8&goal=11")
    assert choices(answer, "goal") == {"8": 0, "11": 1}
    assert 'name="goal" value="8" checked' in answer.text


def test_not_reported_is_a_choice(client, make):
    make("Known", budget_amount=5, budget_currency="USD", budget_usd=5)
    make("Unknown")
    make.done()
    answer = client.get("/policies/?budget=none")
    assert titles(answer) == ["Unknown"]
    assert choices(answer, "budget") == {"under-10k": 1, "none": 1}
    assert '<span class="nr">Not reported</span>' in answer.text


def test_cases_without_target_or_country_are_found(client, make):
    make("Neither", [], member=MemberFactory(name="Network", country=""))
    make("Both")
    make.done()
    answer = client.get("/policies/")
    assert choices(answer, "goal") == {"11": 1, "none": 1}
    assert choices(answer, "subregion") == {"south-eastern-asia": 1, "none": 1}
    assert titles(client.get("/policies/?goal=none&subregion=none")) == ["Neither"]
    answer = client.get("/policies/?target=none")
    assert titles(answer) == ["Neither"]
    assert 'name="target" value="none" checked' in answer.text


def test_choice_stays_open_where_it_is_chosen(client, make):
    make("A", ["11.2", "6.1"])
    make.done()
    answer = client.get("/policies/?country=ID&target=11.2")
    assert parts(answer) == ["goal-6"]
    assert choices(answer, "target") == {"11.2": 1}
    assert choices(answer, "country") == {"ID": 1}
    assert re.findall(r'<details class="facet" open>\s*<summary>(.*?)</summary>', answer.text) == [
        "Goal and target",
        "Theme",
        "Subregion and country",
        "Stage",
        "Budget in USD",
    ]


def parts(answer):
    """The parts of the filters that a button asks for."""
    return re.findall(r'<button class="\w+" name="open" value="(.*?)"', answer.text)


def test_every_choice_is_one_button_away(client, make, subtests):
    make("A", ["11.2", "6.1", "11.6"])
    make.done()
    for query, left_out, targets, countries in [
        ("", ["goal-6", "goal-11", "subregion-south-eastern-asia"], [], []),
        ("open=goal-6", ["goal-11", "subregion-south-eastern-asia"], ["6.1"], []),
        ("goal=6", ["goal-11", "subregion-south-eastern-asia"], ["6.1"], []),
        ("target=11.2", ["goal-6", "subregion-south-eastern-asia"], ["11.2", "11.6"], []),
        ("country=ID", ["goal-6", "goal-11"], [], ["ID"]),
        (
            "subregion=south-eastern-asia&open=goal-6&open=goal-11",
            [],
            ["6.1", "11.2", "11.6"],
            ["ID"],
        ),
        # What no case has, and what is given twice.
        (
            "open=goal-1&open=goal-6&open=goal-6",
            ["goal-11", "subregion-south-eastern-asia"],
            ["6.1"],
            [],
        ),
    ]:
        with subtests.test(query=query):
            answer = client.get(f"/policies/?{query}")
            assert parts(answer) == left_out
            assert list(choices(answer, "target")) == targets
            assert list(choices(answer, "country")) == countries
            asked = re.findall(r'<input type="hidden" name="open" value="(.*?)">', answer.text)
            assert asked == list(dict.fromkeys(re.findall(r"open=([\w-]+)", query)))


def test_part_of_the_filters_is_opened_with_what_is_ticked(client, make):
    make("A", ["11.2", "6.1"])
    make.done()
    answer = client.get("/policies/?q=&theme=transport&goal=6")
    button = re.search(r'<button class="unfold" name="open" value="goal-11".*?>', answer.text)[0]
    # A button of the form sends all that is ticked with it, and leads back to where it stood.
    assert 'formaction="/policies/#goal-11"' in button
    assert 'id="goal-11"' in answer.text
    sent = "q=&theme=transport&goal=6&open=goal-11"
    answer = client.get(f"/policies/?{sent}&budget_min=&budget_max=")
    assert answer["Location"] == "/policies/?goal=6&theme=transport&open=goal-11"
    opened = client.get(answer["Location"])
    assert choices(opened, "target") == {"11.2": 1, "6.1": 1}
    assert '<details class="side-panel no-print" open>' in opened.text
    # What is shown whole is no part of the search.
    assert "open=" not in re.sub(r"<form id=.filters.*?</form>", "", opened.text, flags=re.DOTALL)


def test_members_with_most_cases_come_first_and_all_on_request(client, make):
    few = [
        MemberFactory(name=f"City {letter}", slug=f"city-{letter}") for letter in "abcdefghijklm"
    ]
    for member in few:
        make(member.name, member=member)
    make("Another of the last", member=few[-1])
    make.done()
    answer = client.get("/policies/")
    assert list(choices(answer, "member")) == [f"city-{letter}" for letter in "abcdefghijkm"]
    assert parts(answer)[-1] == "member"
    assert "All 13 members</button>" in answer.text
    answer = client.get("/policies/?open=member")
    assert list(choices(answer, "member")) == [f"city-{letter}" for letter in "abcdefghijklm"]
    assert "member" not in parts(answer)
    assert re.search(r'<details class="facet" open>\s*<summary>Member</summary>', answer.text)


def test_part_of_the_filters_that_there_is_not_is_named(client, make):
    make.done()
    answer = client.get("/policies/?open=goal-18")
    assert answer.status_code == 400
    assert "“goal-18” is no part of the filters." in answer.text


def test_exact_ranges_include_both_ends_and_leave_out_the_unknown(client, make):
    for amount in (99, 100, 200, 201):
        make(f"USD {amount}", budget_amount=amount, budget_currency="USD", budget_usd=amount)
    make("Unknown")
    make.done()
    answer = client.get("/policies/?budget_min=100&budget_max=200&sort=budget")
    assert titles(answer) == ["USD 100", "USD 200"]
    assert text_of(answer, 'role="status"') == "2 policies match Budget: USD 100 to USD 200"


def test_start_range(client, make):
    make("Early", start="2009-12")
    make("In", start="2010")
    make("Unknown")
    make.done()
    assert titles(client.get("/policies/?start_from=2010&start_to=2012")) == ["In"]


def test_words_are_marked_in_title_and_summary(client, make):
    make("Water plan", summary="Planning <b>water</b>.")
    make.done()
    answer = client.get("/policies/?q=water")
    assert "<mark>Water</mark> plan</a>" in answer.text
    assert "Planning &lt;b&gt;<mark>water</mark>&lt;/b&gt;." in answer.text
    assert text_of(answer, 'role="status"') == "1 policy matches “water”"


def test_forgiven_typo_is_said(client, make):
    make("Wetlands against floods")
    make.done()
    answer = client.get("/policies/?q=wetlnads")
    assert titles(answer) == ["Wetlands against floods"]
    assert (
        "No policy has the words “wetlnads”. Showing results for <b>“wetlands”</b>." in answer.text
    )
    assert "<mark>Wetlands</mark> against floods" in answer.text
    assert 'name="q" type="search" value="wetlnads"' in answer.text


def test_goals_targets_and_members_are_listed_above_the_cases(client, make):
    make("Anything", member=MemberFactory(name="Suva", slug="suva"))
    make.done()
    answer = client.get("/policies/?q=suva")
    also = re.search(r'<nav class="also".*?</nav>', answer.text, re.DOTALL)[0]
    assert re.findall(r'<a href="(.*?)">(.*?)</a>', also) == [("/members/suva/", "Suva")]
    assert '<nav class="also"' not in client.get("/policies/?goal=11").text


def test_active_filters_remove_one_choice_each(client, make):
    make("A")
    make.done()
    answer = client.get("/policies/?q=night&goal=11&goal=6&view=table")
    found = re.findall(
        r'<a class="active-filter" href="(.*?)">(.*?) <span aria-hidden', answer.text
    )
    assert [(unescape(address), label) for address, label in found] == [
        ("/policies/?goal=6&goal=11&view=table", "“night”"),
        ("/policies/?q=night&goal=11&view=table", "Goal 6: Clean water and sanitation"),
        ("/policies/?q=night&goal=6&view=table", "Goal 11: Sustainable cities and communities"),
    ]
    assert '<a href="/policies/">Remove all</a>' in answer.text


def test_pager_keeps_the_query_in_one_order(client, make):
    for number in range(45):
        make(f"Case {number:02}")
    make.done()
    answer = client.get("/policies/?page=2&sort=documented&utm_source=x&goal=11&q=&country=ID")
    assert len(titles(answer)) == 20
    links = [
        unescape(link) for link in re.findall(r'<a href="([^"]*)" rel="(?:prev|next)', answer.text)
    ]
    query = "?goal=11&country=ID&sort=documented"
    assert links == [query, f"{query}&page=3"]
    assert "21 to 40 of 45" in answer.text
    assert (
        f'rel="canonical" href="{settings.SITE_URL}/policies/?goal=11&amp;country=ID' in answer.text
    )


def test_pages_show_every_case_once(client, make):
    for number in range(45):
        make(f"Case {number:02}")
    make.done()
    pages = [titles(client.get(f"/policies/?page={page}&sort=budget")) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert len({title for page in pages for title in page}) == 45


def test_page_beyond_the_last_is_not_found(client, make, subtests):
    make("A")
    make.done()
    for page in ["2", "3", "51", "99999999", "9" * 400]:
        with subtests.test(page=page):
            assert client.get(f"/policies/?page={page}").status_code == 404


def test_what_is_not_understood_gives_400_and_no_results(client, make, subtests):
    make("A case")
    make.done()
    for query, message in [
        ("goal=18", "“18” is not a choice of “Goal”."),
        ("target=1.99", "“1.99” is not a choice of “Target”."),
        ("theme=<b>", "“<b>” is not a choice of “Theme”."),
        ("subregion=mars", "“mars” is not a choice of “Subregion”."),
        ("country=XX", "“XX” is not a choice of “Country or area”."),
        ("member=nowhere", "“nowhere” is not a choice of “Member”."),
        ("kind=x", "“x” is not a choice of “Kind of member”."),
        ("stage=x", "“x” is not a choice of “Stage”."),
        ("language=xx", "“xx” is not a choice of “Language”."),
        ("budget=x", "“x” is not a choice of “Budget”."),
        ("staff=x", "“x” is not a choice of “Staff”."),
        ("duration=x", "“x” is not a choice of “Duration”."),
        ("population=x", "“x” is not a choice of “Population”."),
        ("funding=x", "“x” is not a choice of “Funding”."),
        ("stakeholder=x", "“x” is not a choice of “Stakeholders”."),
        ("evidence=x", "“x” is not a choice of “Evidence”."),
        ("provenance=x", "“x” is not a choice of “Provenance”."),
        ("budget_min=x", "Write a number without separators, for example 250000."),
        ("budget_max=-5", "Write a number from 0 up."),
        ("staff_min=1e400", "Ensure that there are no more than 9 digits in total."),
        ("staff_max=x", "Write a number without separators, for example 250000."),
        ("start_from=1066", "Write a year from 1900 to 2099."),
        ("start_to=now", "Write a year from 1900 to 2099."),
        ("budget_min=9&budget_max=1", "The upper end is below the lower end."),
        ("sort=price", "“price” is not one of the choices."),
        ("view=grid", "“grid” is not one of the choices."),
        ("page=0", "The page is a number from 1 up."),
        ("page=x", "The page is a number from 1 up."),
        ("colour=red", "There is no filter named “colour”."),
    ]:
        with subtests.test(query=query):
            answer = client.get(f"/policies/?{query}")
            assert answer.status_code == 400
            assert titles(answer) == []
            assert message in unescape(text_of(answer, 'role="alert"'))
            assert "A case" not in answer.text


def test_message_stands_beside_the_field_that_keeps_what_was_typed(client, make):
    make("A case", stage="completed")
    make.done()
    answer = client.get("/policies/?q=plan&budget_min=10,000&stage=completed&goal=99&staff_max=7")
    assert answer.status_code == 400
    assert (
        '<p class="err" id="error-budget_min">'
        "Write a number without separators, for example 250000.</p>"
    ) in answer.text
    field = re.search(r'<input[^>]*name="budget_min"[^>]*>', answer.text)[0]
    assert 'value="10,000"' in field
    assert 'aria-invalid="true" aria-describedby="error-budget_min"' in field
    assert text_of(answer, 'id="error-goal"') == "“99” is not a choice of “Goal”."
    assert 'name="q" type="search" value="plan"' in answer.text
    assert 'name="staff_max" value="7"' in answer.text
    assert 'name="stage" value="completed" checked' in answer.text
    assert 'href="/policies/?q=plan&amp;stage=completed&amp;staff_max=7"' in answer.text


def test_too_many_words_are_kept_as_far_as_the_field_goes(client, make):
    make.done()
    answer = client.get("/policies/", {"q": "\x00é" * 300 + "<" * 400})
    assert answer.status_code == 400
    assert text_of(answer, 'id="error-q"') == "Write at most 500 characters (now 999)."
    value = unescape(re.search(r'name="q" type="search" value="([^"]*)"', answer.text)[1])
    assert len(value) == 500
    assert value.startswith("é é é")


def test_control_characters_count_as_blanks(client, make):
    make("Night buses")
    make.done()
    answer = client.get("/policies/", {"q": "night\x00\x1b\nbuses"})
    assert titles(answer) == ["Night buses"]
    assert 'value="night buses"' in answer.text


def test_operators_are_words(client, make, subtests):
    make("Night buses")
    make.done()
    for words in ["title:secret", '"unclosed', "((", "AND OR NOT", "* -", "a:b^9~2[1 TO 2]", "\\"]:
        with subtests.test(words=words):
            answer = client.get("/policies/", {"q": words})
            assert answer.status_code == 200
            assert f'value="{escape(words)}"' in answer.text


def test_empty_result_says_which_filter_to_drop(client, make):
    make("Night buses", ["11.2"])
    make.done()
    answer = client.get("/policies/?q=buses&goal=14")
    assert text_of(answer, 'role="status"') == "0 policies match “buses”, Goal 14"
    found = re.findall(
        r'<a href="([^"]*)">Without (.*?)</a></span> <span class="n">(\d+)', answer.text
    )
    assert [(unescape(link), label, n) for link, label, n in found] == [
        ("/policies/?goal=14", "“buses”", "0"),
        ("/policies/?q=buses", "Goal 14", "1"),
    ]


def test_empty_library_says_so(client, make):
    make.done()
    answer = client.get("/policies/")
    assert answer.status_code == 200
    assert "The library has no policies yet." in answer.text


def test_sort_offers_the_best_match_only_with_words(client, make):
    make("A")
    make.done()
    options = r'<option value="(\w+)"( selected)?>'
    assert re.findall(options, client.get("/policies/").text)[0] == ("newest", " selected")
    assert re.findall(options, client.get("/policies/?q=a").text)[0] == ("relevance", " selected")


def test_sort_form_keeps_the_search(client, make):
    make("A")
    make.done()
    answer = client.get("/policies/?goal=11&view=table&goal=6")
    hidden = re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)">', answer.text)
    assert hidden == [("view", "table"), ("goal", "6"), ("goal", "11"), ("view", "table")]


def test_form_with_empty_fields_leads_to_the_plain_address(client, db):
    query = "q=&goal=11&goal=6&budget_min=&budget_max=5.0&staff_min=&start_to=&sort=&page=2"
    answer = client.get(f"/policies/?{query}")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "/policies/?goal=6&goal=11&budget_max=5&page=2"
    assert client.get("/policies/?budget_min=").headers["Location"] == "/policies/"
    assert client.get("/policies/?budget_min=&goal=99").status_code == 400


def test_table_shows_the_facts_and_the_gaps(client, make):
    make(
        "Known",
        stage="completed",
        start="2010",
        end="2011",
        budget_amount=1_250_000,
        budget_currency="KRW",
        budget_usd=1000,
        staff_fte="2.5",
    )
    make("Unknown")
    make.done()
    answer = client.get("/policies/?view=table")
    assert titles(answer) == []
    rows = re.findall(r"<tr>\s*<th scope=\"row\".*?</tr>", answer.text, re.DOTALL)
    assert ["Unknown" in row for row in rows] == [True, False]
    assert rows[0].count('class="unk') == 6
    cells = [
        unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<span>(.*?)</span>", rows[1])
    ]
    assert cells == ["KRW 1.25 million", "1,000", "2.5 FTE", "2010–2011", "Not reported"]


def test_map_shows_the_members_of_the_result(client, make):
    make("Here", ["11.2"], member=MemberFactory(name="Suva", slug="suva", country="FJ"))
    make("There", ["6.1"], member=MemberFactory(name="Seoul", slug="seoul", country="KR"))
    make.done()
    answer = client.get("/policies/?view=map&goal=11")
    assert re.findall(r"<title>(.*?)</title><circle", answer.text) == ["Suva: 1 policy"]
    places = re.search(r'<ul class="places rolls".*?</ul>', answer.text, re.DOTALL)[0]
    assert re.findall(r'<a href="(.*?)">(.*?)</a>', places) == [
        ("/policies/?goal=11&amp;member=suva&amp;view=map", "Suva")
    ]
    assert titles(answer) == ["Here"]
    chosen = client.get("/policies/?view=map&member=seoul")
    assert re.findall(r"<title>(.*?)</title><circle", chosen.text) == ["Seoul: 1 policy"]


def test_boxes_for_comparison_belong_to_their_form(client, make):
    revision = make("A")
    make.done()
    answer = client.get("/policies/")
    assert f'name="case" value="{revision.case_id}" form="compare"' in answer.text
    assert '<form id="compare" action="/policies/compare/"' in answer.text


def test_every_export_has_a_link_with_the_same_filter(client, make):
    make("A")
    make.done()
    answer = client.get("/policies/?sort=budget&view=table&goal=11")
    query = "?goal=11&amp;sort=budget"
    for address in ("export.csv", "export.jsonl", "export.xlsx", "feed/"):
        assert f'href="/policies/{address}{query}"' in answer.text


def test_head_says_what_is_listed(client, make):
    make("A")
    make.done()
    answer = client.get("/policies/?goal=11")
    assert answer.text.count("<title>Goal 11: policies – Urban SDG Knowledge Platform</title>") == 1
    assert 'name="robots"' not in answer.text
    deep = client.get("/policies/?goal=11&country=ID")
    assert '<meta name="robots" content="noindex, follow">' in deep.text


def test_case_that_is_no_longer_live_is_not_shown(client, make):
    gone, kept = make("Gone"), make("Kept")
    make.done()
    type(gone.case).objects.filter(pk=gone.case_id).update(live=None)
    assert titles(client.get("/policies/")) == ["Kept"]
    assert titles(client.get("/policies/?q=gone")) == []
    assert kept.title == "Kept"


@pytest.fixture
def broken_index(settings, tmp_path):
    """No index can be read or written."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    settings.SEARCH_INDEX_DIR = blocked / "index"


def test_without_an_index_the_whole_library_is_still_listed(client, make, broken_index):
    make("Older")
    make("Newer")
    answer = client.get("/policies/")
    assert answer.status_code == 200
    assert titles(answer) == ["Newer", "Older"]
    assert "The search is being rebuilt." in answer.text
    assert client.get("/policies/?view=map").status_code == 200
    assert client.get("/policies/?page=2").status_code == 404


@pytest.mark.parametrize("query", ["q=buses", "goal=11", "budget_min=1"])
def test_without_an_index_nothing_is_shown_for_a_filter(client, make, broken_index, query):
    make("Night buses")
    answer = client.get(f"/policies/?{query}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert titles(answer) == []
    assert "Nothing is shown rather than policies that do not match." in answer.text


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_one_query_however_many_rows(
    client, make, django_assert_num_queries, count, subtests
):
    for number in range(count):
        revision = make(f"Case {number}", ["11.2", "9.1"], themes=["transport", "housing"])
        Stakeholder.objects.create(revision=revision, name="Buses Ltd", role="runs", position=0)
        FundingSource.objects.create(revision=revision, name="City", position=0)
        Indicator.objects.create(revision=revision, name="Riders", result=5, position=0)
    make.done()
    for query in ["", "?q=case&goal=11", "?view=table", "?q=case&theme=transport"]:
        with subtests.test(query=query):
            # Names are read now and then; those to suggest once for each state of the index.
            client.get(f"/policies/{query}")
            with django_assert_num_queries(1):
                answer = client.get(f"/policies/{query}")
            assert answer.text.count("Compare") > count


@pytest.mark.parametrize("count", [1, 3])
def test_map_asks_one_query_more_however_many_members(
    client, make, django_assert_num_queries, count
):
    for number in range(count):
        make(f"Case {number}")
    make.done()
    # What each process reads now and then is read.
    client.get("/policies/")
    with django_assert_num_queries(2):
        client.get("/policies/?view=map")


def test_page_is_the_same_for_everybody_and_has_a_tag(make):
    make("A")
    make.done()
    first = Client().get("/policies/?goal=11")
    assert not first.cookies
    again = Client().get("/policies/?goal=11", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    make("B")
    make.done()
    later = Client().get("/policies/?goal=11", headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200


def test_suggestions_as_json(client, make):
    make("Suva bus lanes", member=MemberFactory(name="Suva", slug="suva", country="FJ"))
    make.done()
    answer = client.get("/policies/suggest/?q=suv")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    found = answer.json()
    assert [(row["kind"], row["label"], row["detail"]) for row in found["suggestions"]] == [
        ("member", "Suva", "Fiji"),
        ("case", "Suva bus lanes", "Suva"),
    ]
    assert found["suggestions"][0]["url"] == "/members/suva/"
    assert found["message"] == "2 suggestions"


@pytest.mark.parametrize("query", ["", "?q=", "?q=%00%20"])
def test_no_words_give_no_suggestions(client, make, query):
    make.done()
    found = client.get(f"/policies/suggest/{query}").json()
    assert found == {"suggestions": [], "message": "0 suggestions"}


def test_too_long_words_for_suggestions_are_refused(client, make):
    make.done()
    answer = client.get("/policies/suggest/", {"q": "x" * 501})
    assert answer.status_code == 400
    assert answer.json() == {"error": "Write at most 500 characters (now 501)."}


@pytest.mark.parametrize("path", ["/policies/", "/policies/suggest/"])
def test_only_reading_is_allowed(client, db, path):
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("page", ["", "export.csv", "feed/"])
def test_former_slug_of_a_member_leads_to_the_present_one(client, db, page):
    member, other = MemberFactory(), MemberFactory()
    FormerAddress.objects.create(slug="old-name", member=member)

    answer = client.get(
        f"/policies/{page}", {"member": ["old-name", member.slug, other.slug], "q": "bus & tram"}
    )

    assert answer.status_code == 301
    assert answer.url == (
        f"/policies/{page}?member={member.slug}&member={other.slug}&q=bus+%26+tram"
    )


@pytest.mark.parametrize("page", ["", "export.csv", "feed/"])
def test_former_slug_of_a_theme_leads_to_the_one_that_stays(client, db, page):
    first, second, kept = (ThemeFactory(slug=slug) for slug in ("trams", "buses", "transport"))
    FormerAddress.objects.create(slug="old-name", member=MemberFactory(slug="suva"))
    editor = UserFactory()
    themes.merge(first, second, by=editor, reason="Both mean the same.")
    themes.merge(second, kept, by=editor, reason="Both mean the same.")

    answer = client.get(f"/policies/{page}", {"theme": ["trams", "buses"], "member": "old-name"})

    assert answer.status_code == 301
    assert answer.url == f"/policies/{page}?theme=transport&member=suva"


def test_slug_that_two_themes_had_leads_where_the_last_one_went(client, db):
    first, last, editor = ThemeFactory(slug="transport"), ThemeFactory(slug="roads"), UserFactory()
    themes.merge(ThemeFactory(slug="trams"), first, by=editor, reason="Both mean the same.")
    themes.merge(ThemeFactory(slug="trams"), last, by=editor, reason="Rails are roads.")

    assert client.get("/policies/", {"theme": "trams"}).url == "/policies/?theme=roads"


def test_former_slug_beside_a_mistake_is_no_way_round_it(client, db):
    FormerAddress.objects.create(slug="old-name", member=MemberFactory())

    answer = client.get("/policies/", {"member": ["old-name", "nobody"]}, follow=True)

    assert answer.status_code == 400


def test_list_says_which_cases_have_all_words_and_where_the_others_begin(client, make):
    for title in ("Composting at school", "Composting at home", "Parks", "Reefs", "Taxes"):
        make(title)
    make.done()
    answer = client.get("/policies/?q=composting+school")
    assert text_of(answer, 'role="status"') == (
        "2 policies: 1 policy has all your words, 1 more has some"
    )
    before, after = answer.text.split('<p class="turn">')
    assert "at school</a>" in before or "school</mark></a>" in before
    assert "<mark>Composting</mark> at home" in after


def test_sentence_offers_its_limits_and_applies_none(client, make):
    make("Against floods")
    make("Parks")
    make("Reefs")
    make.done()
    answer = client.get("/policies/", {"q": "something against floods under one million dollars"})
    assert titles(answer) == ["Against floods"]
    assert "Not applied: choose them below." in answer.text
    assert (
        'href="/policies/?q=something+against+floods+under+one+million+dollars&amp;budget_max=1000000"'
    ) in answer.text


def test_question_without_known_words_is_answered_by_target_and_can_be_taken_back(
    client, make, thesaurus
):
    make("Fee by volume", targets=["12.5"])
    make("Reefs", targets=["14.2"])
    make.done()
    words = "%EC%93%B0%EB%A0%88%EA%B8%B0+%EC%A2%85%EB%9F%89%EC%A0%9C"
    answer = client.get(f"/policies/?q={words}")
    assert titles(answer) == ["Fee by volume"]
    assert "No policy has these words." in answer.text
    assert "Your question was read as Korean." in answer.text
    assert '“<bdi lang="ko">종량제 봉투</bdi>”' in answer.text
    assert "Found because it serves <b>12.5</b> Less waste" in " ".join(answer.text.split())
    assert f'href="/policies/?q={words}&amp;meaning=no"' in answer.text
    assert titles(client.get(f"/policies/?q={words}&meaning=no")) == []
    exported = client.get(f"/policies/export.csv?q={words}").getvalue().decode()
    assert ("Fee by volume" in exported, "Reefs" in exported) == (True, False)
    assert client.get(f"/policies/export.csv?q={words}&meaning=no").getvalue().count(b"\n") == 1


def test_card_shows_where_the_words_stand_that_its_title_and_summary_lack(
    client, make, thesaurus, django_assert_max_num_queries
):
    make("Scholarships", ["4.3"], solution="Children of <garbage> collectors came.", language="ur")
    row = make("Clean streets", ["11.6"], themes=["solid-waste"])
    Stakeholder.objects.create(revision=row, name="Garbage collectors of the port", position=0)
    make("Garbage trucks", ["11.6"], results="More garbage was collected.")
    make("Fee by volume", ["12.5"])
    for title in ("Parks", "Reefs", "Taxes", "Bridges"):
        make(title)
    make.done()
    client.get("/policies/?q=garbage")
    with django_assert_max_num_queries(5):
        answer = client.get("/policies/?q=garbage")

    cards = {
        re.sub("<.*?>", "", title): " ".join(re.findall(r'<p class="because">(.*?)</p>', rest))
        for title, rest in re.findall(
            r'class="case-title"[^>]*><a [^>]*>(.*?)</a>(.*?)</article>', answer.text, re.DOTALL
        )
    }
    assert cards == {
        "Garbage trucks": "",
        "Clean streets": 'Stakeholders: <span lang="en" dir="ltr">'
        "<mark>Garbage</mark> collectors of the port</span>",
        "Fee by volume": "Found because it serves <b>12.5</b> Less waste",
        "Scholarships": 'What was done: <span lang="ur" dir="rtl">Children of &lt;<mark>garbage</mark>&gt;'
        " collectors came.</span>",
    }
    assert text_of(answer, 'class="turn"') == (
        "From here on: your word in passing, or a target that comes near to it."
    )
    assert "because" not in client.get("/policies/?q=garbage&view=table").text
