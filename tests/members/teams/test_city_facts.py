"""A team corrects what its city is compared by; the secretariat sees before and after."""

import pytest

from members.errors import NotAllowed
from members.models import Event, Member
from members.teams import city_facts
from tests.conftest import signed_in
from tests.factories import MemberFactory, UserFactory
from tests.members.team import coordinator_of, official_of, secretariat

pytestmark = pytest.mark.django_db

URL = "/my/teams/iloilo/facts/"
BEFORE = {
    "country": "PH",
    "population": 473_728,
    "population_year": None,
    "population_source": "GeoNames",
    "climate": "dry",
    "on_coast": None,
}
SENT = {
    "population": "457,626",
    "population_year": "2020",
    "population_source": "GeoNames",
    "climate": "tropical",
    "on_coast": "true",
}


@pytest.fixture
def city():
    return MemberFactory(name="Iloilo City", slug="iloilo", **BEFORE)


def facts_of(city):
    return Member.objects.values(*city_facts.FIELDS).get(pk=city.pk)


def test_team_corrects_its_city_and_the_record_has_before_and_after(client, city):
    person = official_of(city, name="Ana")
    client.force_login(person)

    answer = client.post(URL, SENT)

    assert (answer.status_code, answer["Location"]) == (302, "/my/teams/iloilo/#facts")
    assert facts_of(city) == {
        "population": 457_626,
        "population_year": 2020,
        # The figure is no longer that of GeoNames.
        "population_source": "Reported by the city",
        "climate": "tropical",
        "on_coast": True,
    }
    event = Event.objects.get()
    assert (event.action, event.subject, event.actor) == ("member-changed", "Iloilo City", person)
    assert event.reason == (
        "population: 473728 → 457626; year of the population: not reported → 2020; "
        "source of the population: GeoNames → Reported by the city; climate: Dry → Tropical; "
        "on the coast: not reported → yes"
    )
    # A second click changes and records nothing.
    client.post(URL, SENT | {"population_source": "Reported by the city"})
    assert Event.objects.count() == 1


def test_cities_like_it_and_the_estimate_follow(client, reference, city):
    MemberFactory(name="Makati", **BEFORE | {"climate": "tropical", "on_coast": True})
    client.force_login(coordinator_of(city))
    client.post(URL, SENT)

    [(heading, cities)] = client.get("/members/iloilo/like/").context["groups"]
    assert (heading, [each.member.name for each in cities]) == ("4 traits alike", ["Makati"])
    hint = client.get("/policies/estimate/?for=iloilo&target=11.2").content.decode()
    assert "457,626 people" in hint


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(client, city, subtests):
    client.force_login(official_of(city))
    for sent, field, message in [
        ({"population": "many"}, "population", "Write a number of people, for example 473728."),
        ({"population": "0"}, "population", "Write a number of people, for example 473728."),
        ({"population": "9" * 20}, "population", "Write a number of people, for example 473728."),
        ({"population": "45,76"}, "population", "Write a number of people, for example 473728."),
        ({"population_year": ""}, "population_year", "Say of which year the population is."),
        ({"population_year": "1"}, "population_year", "Write a year from 1900 to "),
        ({"population_year": "2999"}, "population_year", "Write a year from 1900 to "),
        ({"population_year": "now"}, "population_year", "Write a year, for example 2024."),
        ({"climate": "cold"}, "climate", "Select a valid choice."),
    ]:
        with subtests.test(sent=sent):
            answer = client.post(URL, SENT | sent)

            assert answer.status_code == 422
            form = answer.context["facts_form"]
            [error] = form.errors[field]
            assert error.startswith(message)
            # What was typed stays; what is on file is told as before.
            assert form["population"].value() == (SENT | sent)["population"]
            assert ("Climate", "Dry") in answer.context["facts"]
            assert (facts_of(city)["climate"], Event.objects.count()) == ("dry", 0)


@pytest.mark.parametrize("typed", ["457626", "457 626", "457.626", "４５７６２６", "४५७६२६"])
def test_population_is_understood_in_any_writing(client, city, typed):
    client.force_login(official_of(city))
    client.post(URL, SENT | {"population": typed})

    assert facts_of(city)["population"] == 457_626


def test_unknown_population_has_no_year_and_no_source(client, city):
    client.force_login(official_of(city))
    client.post(URL, SENT | {"population": "", "on_coast": "unknown"})

    assert facts_of(city) == {
        "population": None,
        "population_year": None,
        "population_source": "",
        "climate": "tropical",
        "on_coast": None,
    }


def test_nobody_else_sees_or_changes_it(client, city):
    client.force_login(official_of(MemberFactory()))

    assert client.post(URL, SENT).status_code == 404
    assert facts_of(city)["climate"] == "dry"
    assert "What your city is compared by" not in client.get("/members/iloilo/").content.decode()
    with pytest.raises(NotAllowed):
        city_facts.correct(city, {}, UserFactory())


def test_organisations_are_compared_with_none(client):
    institute = MemberFactory(slug="institute", kind="institute")
    client.force_login(official_of(institute))

    assert client.post("/my/teams/institute/facts/", SENT).status_code == 404
    assert "facts" not in client.get("/my/teams/institute/").context


def test_secretariat_corrects_it_too(city):
    client = signed_in(secretariat())
    client.post(URL, SENT)

    assert facts_of(city)["climate"] == "tropical"


def test_a_number_of_people_without_end_is_refused(client, city):
    client.force_login(coordinator_of(city))
    answer = client.post(URL, SENT | {"population": "000000000001" + "0" * 4400})
    assert (answer.status_code, facts_of(city)["population"]) == (422, 473_728)
