"""The home page: its figures are counted, its examples find something, its answer is conditional."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from policies.models import CaseStudy, Revision
from policies.workflow import moderation
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory, RevisionFactory

pytestmark = pytest.mark.django_db


def live(member, *targets, **fields):
    return LiveRevisionFactory(case=CaseStudyFactory(member=member), targets=targets, **fields)


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.fixture
def library(reference, synced):
    surabaya = MemberFactory(slug="surabaya", name="Surabaya")
    taipei = MemberFactory(slug="taipei", name="Taipei", country="TW")
    live(surabaya, "11.6", "12.5", title="Waste banks", start="2011", staff_heads=4)
    live(surabaya, "11.6", title="Night bus", start="2012", staff_note="Nine drivers")
    live(
        taipei,
        "13.1",
        title="Flood gates",
        start="2013",
        staff_volunteers=50,
        budget_amount=5000,
        budget_currency="USD",
        budget_usd=5000,
    )
    RevisionFactory(title="A draft", targets=["4.1"])
    synced()


def test_home_counts_the_library(client, library):
    words = text(client.get("/"))

    assert "policies from 2 cities and organisations in 1 country or area 3" in words
    assert "of 169 targets have at least one policy 3" in words
    assert "policies state an amount of money 1" in words
    assert "policies say something about their staff 2" in words


def test_home_counts_as_many_countries_as_the_filter_lists(client, library, synced):
    live(MemberFactory(country="KR"), "1.1", start="2010")
    synced()
    opened = "open=subregion-south-eastern-asia&open=subregion-eastern-asia"
    page = client.get(f"/policies/?{opened}").text

    assert client.get("/").context["countries"] == 2
    assert set(re.findall(r'name="country" value="(\w+)"', page)) == {"ID", "KR"}


def test_home_counts_anew_after_a_publication(client, library, django_capture_on_commit_callbacks):
    client.get("/")
    draft = RevisionFactory(
        case=CaseStudyFactory(member=MemberFactory()),
        targets=["4.1"],
        budget_amount=1,
        budget_currency="FJD",
    )

    with django_capture_on_commit_callbacks(execute=True):
        moderation.publish(draft, name="Secretariat")

    context = client.get("/").context
    assert (context["counts"].total, context["covered"]) == (4, 4)
    assert context["reported"]["money"] == 2


def test_home_draws_a_column_for_each_goal(client, library):
    columns = client.get("/").context["columns"]

    heights = {column["goal"].number: column["height"] for column in columns}
    assert len(columns) == 17
    assert (heights[11], heights[12], heights[4]) == ("78.0%", "39.0%", "0.0%")


def test_home_shows_a_tile_for_each_goal_and_one_for_all(client, library):
    content = client.get("/").content.decode()

    assert len(re.findall(r'<a class="tile" data-g="\d+" href="/sdgs/\d+/">', content)) == 17
    assert len(re.findall(r'<i( class="on")?></i>', content)) == 169
    assert content.count('<i class="on"></i>') == 3
    assert "3 with a policy, 166 empty" in text(client.get("/"))


def test_home_shows_the_newest_four(client, library, synced):
    member = MemberFactory()
    for year in (2014, 2015):
        live(member, "1.1", title=f"Of {year}", start=str(year))
    synced()

    revisions = client.get("/").context["revisions"]

    assert [revision.title for revision in revisions] == [
        "Of 2015",
        "Of 2014",
        "Flood gates",
        "Night bus",
    ]


def test_home_lists_members_with_live_cases(client, library):
    members = client.get("/").context["members"]

    assert [(member.slug, member.case_count) for member in members] == [
        ("surabaya", 2),
        ("taipei", 1),
    ]


def test_home_examples_all_find_something(client, library):
    response = client.get("/")

    assert [(str(label), url) for label, url in response.context["examples"]] == [
        ("bus", "/policies/?q=bus"),
        ("waste", "/policies/?q=waste"),
        ("flood", "/policies/?q=flood"),
        ("target 11.6", "/sdgs/11.6/"),
        ("under USD 1 million", "/policies/?budget=under-10k"),
    ]


def test_home_offers_staff_as_an_example_where_a_case_states_it(client, library, synced):
    live(MemberFactory(), "1.1", staff_fte=12)
    synced()

    assert client.get("/").context["examples"][-1] == (
        "states its staff",
        "/policies/?staff=5-20",
    )


def test_home_of_an_empty_library_has_no_examples(client, reference, synced):
    synced()

    response = client.get("/")

    assert (response.status_code, response.context["examples"]) == (200, [])
    assert "For example" not in text(response)


def test_home_works_before_anything_is_loaded(client, db):
    assert text(client.get("/")).count("0") > 0


def test_home_counts_in_the_database_without_an_index(client, library, settings, tmp_path):
    indexed = client.get("/").context
    settings.SEARCH_INDEX_DIR = tmp_path / "file"
    settings.SEARCH_INDEX_DIR.touch()

    context = client.get("/").context

    for name in ("reported", "countries", "covered", "empty", "members"):
        assert context[name] == indexed[name], name
    shown = [[each.pk for each in found["revisions"]] for found in (context, indexed)]
    assert shown[0] == shown[1]
    assert context["counts"].total == 3


def test_home_answers_not_modified_to_its_own_tag(client, library):
    first = client.get("/")

    again = client.get("/", headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_home_has_a_new_tag_after_a_publication(
    client, library, django_capture_on_commit_callbacks
):
    first = client.get("/")
    draft = RevisionFactory(case=CaseStudyFactory(member=MemberFactory()), targets=["4.1"])

    with django_capture_on_commit_callbacks(execute=True):
        moderation.publish(draft, name="Secretariat")

    again = client.get("/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


def test_home_reads_the_language_from_the_address_alone(client, library):
    first = client.get("/", headers={"accept-language": "fr"})

    again = client.get("/", headers={"accept-language": "ko", "if-none-match": first["ETag"]})

    assert again.status_code == 304


def test_home_sets_no_cookie(client, library):
    assert client.get("/").cookies == {}


@pytest.mark.parametrize("number", [1, 3])
def test_home_queries_do_not_grow(client, reference, synced, django_assert_num_queries, number):
    for _case in range(number):
        live(MemberFactory(), "11.6", "12.5", themes=["transport"])
    synced()
    client.get("/")

    with django_assert_num_queries(8):
        client.get("/")


def feature(*revisions):
    """Choose cases for the home page, one after the other."""
    for minute, revision in enumerate(revisions):
        at = datetime(2026, 11, 1, 9, minute, tzinfo=UTC)
        CaseStudy.objects.filter(pk=revision.case_id).update(featured_at=at)


def titles(client, section):
    return [revision.title for revision in client.get("/").context[section]]


def test_home_shows_nothing_chosen_where_nothing_is(client, library):
    assert titles(client, "featured") == []
    assert "Chosen by the secretariat" not in text(client.get("/"))
    assert len(titles(client, "revisions")) == 3


def test_home_shows_the_cases_chosen_last_once(client, reference, synced):
    cases = [
        live(MemberFactory(), "11.6", title=f"Case {n}", start=f"20{10 + n}") for n in range(9)
    ]
    synced()
    feature(cases[0], cases[8], cases[3], cases[7], cases[1])

    assert titles(client, "featured") == ["Case 1", "Case 7", "Case 3", "Case 8"]
    assert titles(client, "revisions") == ["Case 6", "Case 5", "Case 4", "Case 2"]
    words = text(client.get("/"))
    assert words.index("Chosen by the secretariat") < words.index("Newest policies")


def test_home_does_not_show_a_chosen_case_that_is_hidden(client, library):
    revision = Revision.objects.live().first()
    feature(revision)
    CaseStudy.objects.filter(pk=revision.case_id).update(live=None)

    assert titles(client, "featured") == []


@pytest.mark.parametrize("number", [1, 3])
def test_home_asks_as_much_for_chosen_cases(
    client, reference, synced, django_assert_num_queries, number
):
    cases = [live(MemberFactory(), "11.6", themes=["transport"]) for _case in range(4)]
    synced()
    feature(*cases[:number])
    client.get("/")

    with django_assert_num_queries(8):
        client.get("/")
