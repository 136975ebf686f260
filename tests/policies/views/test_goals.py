"""The pages of goals and targets, and the coverage matrix, of one small library."""

import re

import pytest

from policies.content import summary
from policies.models import Revision
from policies.search import index
from sdg.models import Target
from tests.factories import CaseStudyFactory, MemberFactory, RevisionFactory

from .goal_pages import live, text

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def library(shared):
    """Four live cases of two members, and a draft that must not count."""
    with shared.made():
        surabaya = MemberFactory(name="Surabaya", slug="surabaya")
        suva = MemberFactory(name="Suva", slug="suva", country="FJ")
        live(surabaya, "11.6", "12.5", title="Waste banks", start="2019")
        live(surabaya, "11.6", "12.5", "1.5", title="Compost", start="2020")
        live(suva, "11.6", "11.1", title="Drains", start="2021")
        live(suva, "11.1", title="Homes", start="2022")
        RevisionFactory(case=CaseStudyFactory(member=suva), targets=["4.1"], title="A draft")
        summary.rebuild(Revision.objects.live())
        index.sync()


def test_goals_lists_all_targets_with_counts(client, library):
    response = client.get("/sdgs/")

    counts = {
        target.code: target.case_count
        for goal in response.context["goals"]
        for target in goal.rows
        if target.case_count
    }
    assert len(re.findall(r'<a class="chip"', response.content.decode())) == 169
    assert counts == {"1.5": 1, "11.1": 2, "11.6": 3, "12.5": 2}
    assert response.context["total"] == 4


def test_goals_counts_a_case_once_a_goal(client, library):
    response = client.get("/sdgs/")

    counts = {goal.number: goal.case_count for goal in response.context["goals"]}
    assert {number: n for number, n in counts.items() if n} == {1: 1, 11: 4, 12: 2}


def test_goals_names_what_is_covered(client, library):
    response = client.get("/sdgs/")

    assert (response.context["covered"], response.context["empty"]) == (4, 165)
    assert "4 policies, 2 of 10 targets" in text(response)


def test_pages_count_in_the_database_without_an_index(client, library, settings, tmp_path):
    paths = ["/sdgs/", "/sdgs/coverage/", "/sdgs/11/", "/sdgs/11.6/"]
    indexed = {path: client.get(path).content for path in paths}
    # A file where the folder of the index should be: it can be neither read nor repaired.
    settings.SEARCH_INDEX_DIR = tmp_path / "file"
    settings.SEARCH_INDEX_DIR.touch()

    assert {path: client.get(path).content for path in paths} == indexed


def test_coverage_has_a_cell_for_each_target(client, library):
    content = client.get("/sdgs/coverage/").content.decode()

    cells = re.findall(r'<li><a class="cell( x\d)?" data-g="(\d+)"', content)
    assert len(cells) == 169
    assert [cell for cell in cells if cell[0]] == [
        (" x1", "1"),
        (" x2", "11"),
        (" x2", "11"),
        (" x2", "12"),
    ]


def test_coverage_tells_outcomes_from_means(client, library):
    context = client.get("/sdgs/coverage/").context

    assert context["outcomes"] == {"total": 107, "covered": 4}
    assert context["means"] == {"total": 62, "covered": 0}


def test_coverage_counts_by_goal_and_subregion(client, library):
    context = client.get("/sdgs/coverage/").context

    rows = {
        goal.number: [number for subregion, number, heat in goal.by_subregion]
        for goal in context["goals"]
        if goal.case_count
    }
    assert [subregion.slug for subregion in context["subregions"]] == [
        "south-eastern-asia",
        "melanesia",
    ]
    assert rows == {1: [1, 0], 11: [2, 2], 12: [2, 0]}
    assert [number for subregion, number in context["subregion_totals"]] == [2, 2]


def test_coverage_leads_to_the_list_of_a_cell(client, library):
    content = client.get("/sdgs/coverage/").content.decode()

    assert 'href="/policies/?goal=12&amp;subregion=south-eastern-asia"' in content


def test_goal_shows_its_targets_members_and_newest_cases(client, library):
    response = client.get("/sdgs/12/")

    context = response.context
    assert context["counts"].total == 2
    assert [revision.title for revision in context["revisions"]] == ["Compost", "Waste banks"]
    assert [(member.slug, member.case_count) for member in context["members"]] == [("surabaya", 2)]
    assert {target.code: target.case_count for target in context["targets"]}["12.5"] == 2
    assert "“Ensure sustainable consumption and production patterns”" in text(response)


def test_goal_without_a_case_says_so(client, library):
    response = client.get("/sdgs/4/")

    assert "No policy in this library names a target of goal 4." in text(response)
    assert 'href="/policies/?goal=4"' not in response.content.decode()


def test_target_shows_wording_kind_and_cases(client, library):
    response = client.get("/sdgs/11.1/")

    assert [revision.title for revision in response.context["revisions"]] == ["Homes", "Drains"]
    assert f"“{Target.objects.get(pk='11.1').text}”" in text(response)
    assert "Kind of target Outcome" in text(response)


def test_target_lists_members_that_serve_it(client, library):
    members = client.get("/sdgs/11.6/").context["members"]

    assert [(member.slug, member.case_count) for member in members] == [
        ("surabaya", 2),
        ("suva", 1),
    ]


def test_target_lists_targets_served_together(client, library):
    together = client.get("/sdgs/11.6/").context["together"]

    assert [(target.code, target.shared) for target in together] == [
        ("12.5", 2),
        ("1.5", 1),
        ("11.1", 1),
    ]


def test_target_without_a_case_offers_the_nearest(client, library):
    response = client.get("/sdgs/11.7/")

    assert [target.code for target in response.context["nearest"]] == ["11.6", "11.1"]
    assert [revision.title for revision in response.context["goal_revisions"]] == [
        "Homes",
        "Drains",
        "Compost",
        "Waste banks",
    ]
    assert "No policy in this library names target 11.7." in text(response)


def test_target_of_a_goal_without_a_case_says_so(client, library):
    response = client.get("/sdgs/4.1/")

    assert "No target of goal 4 has a policy yet." in text(response)
