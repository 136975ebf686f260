"""The profile of a member."""

import re
from html import unescape

import pytest

from members.models import Member, MemberEvidence
from policies.models import Indicator, StaffRole
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory, RevisionFactory

pytestmark = pytest.mark.django_db


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def live(member, *targets, **fields):
    return LiveRevisionFactory(case=CaseStudyFactory(member=member), targets=targets, **fields)


def test_profile_shows_live_cases_newest_start_first(client, reference, synced):
    suva = MemberFactory(slug="suva", name="Suva", country="FJ")
    live(suva, "11.1", title="Homes", start="2010")
    live(suva, "11.1", title="Drains", start="2023-05")
    live(MemberFactory(), "11.1", title="Elsewhere")
    RevisionFactory(case=CaseStudyFactory(member=suva), title="A draft")
    synced()

    response = client.get("/members/suva/")

    assert [revision.title for revision in response.context["revisions"]] == ["Drains", "Homes"]
    assert "2010 to 2023 by start year" in text(response)


def test_profile_shows_which_goals_and_targets_are_served(client, reference, synced):
    suva = MemberFactory(slug="suva")
    live(suva, "11.1", "11.5")
    live(suva, "11.1", "6.2")
    synced()

    context = client.get("/members/suva/").context

    assert [(goal.number, goal.case_count, goal.share) for goal in context["goals"]] == [
        (6, 1, "50.0%"),
        (11, 2, "100.0%"),
    ]
    assert [target.code for target in context["targets"]] == ["6.2", "11.1", "11.5"]


def test_profile_counts_what_cases_report(client, reference, synced):
    suva = MemberFactory(slug="suva")
    live(suva, "11.1", budget_amount=1, budget_currency="FJD")
    live(suva, "11.1", staff_note="Two officers, part of their time")
    with_roles = live(suva, "11.1")
    StaffRole.objects.create(revision=with_roles, role="Engineer")
    StaffRole.objects.create(revision=with_roles, role="Planner", position=1)
    synced()

    reported = client.get("/members/suva/").context["reported"]

    assert reported == {"money": 1, "staff": 2, "first": None, "last": None}


def test_profile_counts_kinds_of_evidence(client, reference, synced):
    suva = MemberFactory(slug="suva")
    measured = live(suva, "11.1")
    Indicator.objects.create(revision=measured, name="Floods", evidence="measured")
    live(suva, "11.1")
    synced()

    evidence = client.get("/members/suva/").context["evidence_of_results"]

    assert [(str(label), value, number) for label, value, number in evidence] == [
        ("Measured", "measured", 1),
        ("Not reported", "none", 1),
    ]


def test_profile_states_facts_with_their_source(client, db):
    MemberFactory(
        slug="suva",
        country="FJ",
        population=77_366,
        population_year=2007,
        population_source="GeoNames",
        latitude="-18.14161",
        longitude="178.44149",
        website="https://suva.example/",
    )

    response = client.get("/members/suva/")

    assert "Population 77,366 GeoNames, 2007" in text(response)
    assert "Latitude -18.14°, longitude 178.44°" in text(response)
    assert "Subregion Melanesia" in text(response)
    assert '<a href="https://suva.example/" rel="nofollow">' in response.content.decode()


def test_profile_says_what_is_not_reported(client, db):
    MemberFactory(slug="suva", population=None, latitude=None, longitude=None)

    words = text(client.get("/members/suva/"))

    assert "Population Not reported" in words
    assert "Place Not reported" in words
    assert "Joined Not reported" in words


def test_profile_links_to_the_evidence_of_membership(client, db):
    member = MemberFactory(slug="suva")
    MemberEvidence.objects.create(
        member=member, statement="Attended", year=2009, url="https://example.org/list"
    )

    response = client.get("/members/suva/")

    assert "Full member (according to a source of 2009)" in text(response)
    assert "Attended (2009)." in text(response)
    assert '<a href="https://example.org/list" rel="nofollow">' in response.content.decode()


def test_profile_of_a_listed_one_says_that_it_is_no_known_member(client, db):
    MemberFactory(slug="suva", name="Suva", status=Member.Status.LISTED)

    words = text(client.get("/members/suva/"))

    assert "Suva is not known to be a member of CityNet." in words
    assert "according to a source" not in words


def test_profile_without_a_country_label_shows_the_name_alone(client, db):
    MemberFactory(slug="taipei", name="Taipei", country="TW")

    words = text(client.get("/members/taipei/"))

    assert "Taiwan" not in words
    assert "Country or area" not in words


def test_profile_without_cases_says_so(client, db):
    MemberFactory(slug="suva", name="Suva")

    response = client.get("/members/suva/")

    assert "No policy of Suva is in this library yet." in text(response)
    assert 'href="/policies/?member=suva"' not in response.content.decode()


def test_profile_shows_twenty_cases_and_leads_to_the_rest(client, reference, synced):
    suva = MemberFactory(slug="suva")
    for _case in range(21):
        live(suva, "11.1")
    synced()

    response = client.get("/members/suva/")

    assert len(response.context["revisions"]) == 20
    assert "All 21 policies" in text(response)


def test_profile_escapes_what_people_wrote(client, db):
    MemberFactory(slug="suva", name="<b>Suva</b>", about="<script>1</script>")

    content = client.get("/members/suva/").content.decode()

    assert "<script>" not in content
    assert "<b>Suva</b>" not in content


def test_profile_unknown_is_not_found(client, db):
    assert client.get("/members/atlantis/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_profile_queries_do_not_grow(client, reference, synced, django_assert_num_queries, number):
    suva = MemberFactory(slug="suva")
    for _case in range(number):
        live(suva, "11.6", "12.5", themes=["transport"])
        MemberEvidence.objects.create(member=suva, statement="Named", url="https://example.org/")
    synced()
    client.get("/members/suva/")

    with django_assert_num_queries(11):
        client.get("/members/suva/")
