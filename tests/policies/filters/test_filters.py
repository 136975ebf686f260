from decimal import Decimal

import pytest
from django.http import QueryDict

from policies.filters.active import active_filters, in_words, searches_without_one_filter
from policies.filters.library import LibraryFilter
from tests.factories import LiveRevisionFactory, MemberFactory, ThemeFactory

pytestmark = pytest.mark.usefixtures("reference")


def form_of(query):
    form = LibraryFilter(QueryDict(query))
    form.is_valid()
    return form


def errors_of(query):
    """Parameter -> its messages."""
    return {name: list(messages) for name, messages in form_of(query).errors.items()}


def test_empty_address_asks_for_everything():
    form = form_of("")
    question = form.question()
    assert form.errors == {}
    assert (question.words, question.chosen, question.ranges) == ("", {}, {})
    assert (question.sort, question.offset, question.limit) == ("newest", 0, 20)
    assert not form.is_narrowed
    assert form.address() == "/policies/"


def test_empty_parameters_of_the_plain_form_count_as_absent():
    form = form_of("q=&goal=&budget_min=&budget_max=&start_from=&sort=&view=&page=")
    assert form.errors == {}
    assert form.values == {}


def test_address_gives_a_question():
    form = form_of(
        "q=plan&goal=11&goal=6&target=12.5&budget_min=1000&budget_max=2000.50&staff_max=5"
        "&start_from=2010&sort=budget&view=table&page=3"
    )
    question = form.question()
    assert form.errors == {}
    assert question.words == "plan"
    assert question.chosen == {"goal": ("6", "11"), "target": ("12.5",)}
    assert question.ranges == {
        "budget": (Decimal(1000), Decimal("2000.50")),
        "staff": (None, Decimal(5)),
        "start": (2010, None),
    }
    assert (question.sort, question.offset, question.limit) == ("budget", 40, 20)
    assert form.view_name == "table"


def test_addresses_have_one_order_whatever_was_typed():
    one = form_of("page=2&sort=staff&goal=11&country=FJ&goal=6&q=%20water%0A%20plan&budget_min=1e3")
    other = form_of("budget_min=1000.00&q=water+plan&country=FJ&goal=6&goal=11&sort=staff&page=2")
    expected = "q=water+plan&goal=6&goal=11&country=FJ&budget_min=1000&sort=staff"
    assert one.query() == other.query() == expected
    assert one.query(page=("3",)) == expected + "&page=3"
    assert one.query(goal=("6",), sort=()) == "q=water+plan&goal=6&country=FJ&budget_min=1000"


@pytest.mark.parametrize(
    ("query", "sort"),
    [
        ("", "newest"),
        ("q=plan", "relevance"),
        ("sort=relevance", "newest"),
        ("q=plan&sort=relevance", "relevance"),
        ("q=plan&sort=newest", "newest"),
        ("sort=documented", "documented"),
    ],
)
def test_sort_without_words_is_never_the_best_match(query, sort):
    assert form_of(query).sort_order == sort


@pytest.mark.parametrize("query", ["q=plan&sort=relevance", "sort=newest", "view=list", "page=1"])
def test_defaults_are_left_out_of_addresses(query):
    values = form_of(query).values
    assert set(values) <= {"q"}


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("goal=18", {"goal": ["“18” is not a choice of “Goal”."]}),
        ("goal=11&goal=x", {"goal": ["“x” is not a choice of “Goal”."]}),
        ("goal=011", {"goal": ["“011” is not a choice of “Goal”."]}),
        ("target=11.99", {"target": ["“11.99” is not a choice of “Target”."]}),
        ("theme=nonsense", {"theme": ["“nonsense” is not a choice of “Theme”."]}),
        ("country=XX", {"country": ["“XX” is not a choice of “Country or area”."]}),
        ("country=TW", {"country": ["“TW” is not a choice of “Country or area”."]}),
        ("country=fj", {"country": ["“fj” is not a choice of “Country or area”."]}),
        ("member=nowhere", {"member": ["“nowhere” is not a choice of “Member”."]}),
        ("language=none", {"language": ["“none” is not a choice of “Language”."]}),
        ("budget=1-2", {"budget": ["“1-2” is not a choice of “Budget”."]}),
        ("stage=a%00b%0Ac", {"stage": ["“a b c” is not a choice of “Stage”."]}),
        (
            "budget_min=10,000",
            {"budget_min": ["Write a number without separators, for example 250000."]},
        ),
        (
            "budget_min=NaN",
            {"budget_min": ["Write a number without separators, for example 250000."]},
        ),
        (
            "staff_max=Infinity",
            {"staff_max": ["Write a number without separators, for example 250000."]},
        ),
        ("staff_min=-1", {"staff_min": ["Write a number from 0 up."]}),
        ("start_from=2013-04", {"start_from": ["Write a year from 1900 to 2099."]}),
        ("start_to=99", {"start_to": ["Write a year from 1900 to 2099."]}),
        (
            "budget_min=2&budget_max=1",
            {"budget_max": ["The upper end is below the lower end."]},
        ),
        (
            "start_from=2020&start_to=2019",
            {"start_to": ["The upper end is below the lower end."]},
        ),
        ("sort=price", {"sort": ["“price” is not one of the choices."]}),
        ("view=cards", {"view": ["“cards” is not one of the choices."]}),
        ("page=0", {"page": ["The page is a number from 1 up."]}),
        ("page=two", {"page": ["The page is a number from 1 up."]}),
        ("page=-1", {"page": ["The page is a number from 1 up."]}),
        ("page=1.5", {"page": ["The page is a number from 1 up."]}),
        ("goals=11", {"__all__": ["There is no filter named “goals”."]}),
        ("q=" + "x" * 501, {"q": ["Write at most 500 characters (now 501)."]}),
    ],
)
def test_what_is_not_understood_is_named(query, errors):
    assert errors_of(query) == errors


def test_all_mistakes_are_named_at_once():
    assert set(errors_of("goal=99&budget_min=x&sort=y&z=1")) == {
        "goal",
        "budget_min",
        "sort",
        "__all__",
    }


@pytest.mark.parametrize("name", ["1e999999999", "9" * 400])
def test_huge_number_is_a_mistake(name):
    assert set(errors_of(f"budget_min={name}")) == {"budget_min"}


@pytest.mark.parametrize("name", ["utm_source", "fbclid", "gclid", "mc_cid"])
def test_marks_of_newsletters_are_ignored(name):
    form = form_of(f"{name}=abc&goal=11")
    assert form.errors == {}
    assert form.query() == "goal=11"


def test_control_characters_in_words_count_as_blanks():
    assert form_of("q=a%00b%1F%0D%0Ac%C2%85d").words == "a b c d"


def test_words_of_500_characters_are_searched():
    assert form_of("q=" + "é" * 500).words == "é" * 500


def test_last_of_a_repeated_single_parameter_counts():
    form = form_of("q=one&q=two&budget_min=1&budget_min=2")
    assert form.words == "two"
    assert form.question().ranges == {"budget": (Decimal(2), None)}


def test_value_chosen_twice_counts_once():
    assert form_of("goal=11&goal=11").chosen == {"goal": ("11",)}


def test_not_reported_can_be_chosen():
    assert form_of("budget=none&goal=none").chosen == {"goal": ("none",), "budget": ("none",)}


def test_members_stand_in_the_order_of_their_names():
    MemberFactory(slug="suva", name="Suva")
    MemberFactory(slug="nadi", name="Nadi")
    form = form_of("member=suva&member=nadi")
    assert form.chosen == {"member": ("nadi", "suva")}
    assert [each.label for each in active_filters(form)] == ["Member: Nadi", "Member: Suva"]


def test_queryset_holds_what_the_index_found_on_this_page(synced):
    revisions = [LiveRevisionFactory(title=f"Ferries {n}", targets=["11.2"]) for n in range(2)]
    LiveRevisionFactory(title="Trams", targets=["11.2"])
    synced()
    assert set(LibraryFilter(QueryDict("q=ferries")).qs) == set(revisions)
    assert list(LibraryFilter(QueryDict("q=ferries&page=2")).qs) == []


@pytest.mark.parametrize("query", ["goal=99", "colour=red", "budget_min=x"])
def test_queryset_of_what_is_not_understood_is_empty(synced, query):
    LiveRevisionFactory()
    synced()
    assert list(LibraryFilter(QueryDict(query)).qs) == []


def test_each_active_filter_leads_to_the_list_without_it():
    form = form_of("q=plan&goal=6&goal=11&country=FJ&budget_min=5&budget_max=9&sort=staff&page=2")
    assert [(each.label, each.address) for each in active_filters(form)] == [
        ("“plan”", "/policies/?goal=6&goal=11&country=FJ&budget_min=5&budget_max=9&sort=staff"),
        (
            "Goal 6: Clean water and sanitation",
            "/policies/?q=plan&goal=11&country=FJ&budget_min=5&budget_max=9&sort=staff",
        ),
        (
            "Goal 11: Sustainable cities and communities",
            "/policies/?q=plan&goal=6&country=FJ&budget_min=5&budget_max=9&sort=staff",
        ),
        (
            "Country or area: Fiji",
            "/policies/?q=plan&goal=6&goal=11&budget_min=5&budget_max=9&sort=staff",
        ),
        (
            "Budget: USD 5 to USD 9",
            "/policies/?q=plan&goal=6&goal=11&country=FJ&sort=staff",
        ),
    ]


@pytest.mark.parametrize(
    ("query", "phrase"),
    [
        ("", ""),
        ("q=plan", "“plan”"),
        ("goal=6&goal=11", "Goal 6 or Goal 11"),
        ("q=plan&goal=11&target=12.5", "“plan”, Goal 11, Target 12.5"),
        ("country=FJ&staff=under-5", "Fiji, Staff: Under 5"),
        ("budget=none", "Budget: Not reported"),
        ("theme=transport&stage=completed", "Transport, Completed"),
        ("budget_min=10000", "Budget: USD 10,000 or more"),
        ("staff_max=2.5", "Staff: 2.5 FTE or less"),
        ("start_from=2010", "Start: 2010 or later"),
        ("start_to=2010", "Start: 2010 or earlier"),
        ("start_from=2010&start_to=2012", "Start: 2010 to 2012"),
        (
            "q=plan&goal=1&country=FJ&stage=planned&language=en",
            "“plan”, Goal 1, Fiji, 2 more filters",
        ),
        ("q=plan&goal=1&country=FJ&stage=planned", "“plan”, Goal 1, Fiji, Planned"),
    ],
)
def test_search_in_words(query, phrase):
    ThemeFactory(slug="transport")
    assert in_words(form_of(query)) == phrase


def test_each_filter_can_be_left_out():
    form = form_of("q=plan&goal=6&goal=11&start_from=2010")
    found = [
        (label, address, question) for label, address, question in searches_without_one_filter(form)
    ]
    assert [(label, address) for label, address, question in found] == [
        ("“plan”", "/policies/?goal=6&goal=11&start_from=2010"),
        ("Goal 6 or Goal 11", "/policies/?q=plan&start_from=2010"),
        ("Start: 2010 or later", "/policies/?q=plan&goal=6&goal=11"),
    ]
    assert [(q.words, q.chosen, q.ranges, q.limit) for label, address, q in found] == [
        ("", {"goal": ("6", "11")}, {"start": (2010, None)}, 0),
        ("plan", {}, {"start": (2010, None)}, 0),
        ("plan", {"goal": ("6", "11")}, {}, 0),
    ]
