"""The interface for programs, and its description, which is held against what it answers."""

import re
from datetime import UTC, datetime

import pytest
from django.core.cache import cache, caches
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from policies.models import ReviewEvent, Revision
from policies.search.query import Answer
from policies.views.openapi import EXAMPLES
from tests.factories import LiveRevisionFactory, PhotoFactory
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


@pytest.fixture
def library(reference, synced):
    full = fill(
        LiveRevisionFactory(
            case__member__slug="busan",
            case__member__country="KR",
            decided_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        )
    )
    later = datetime(2026, 4, 1, tzinfo=UTC)
    others = [
        LiveRevisionFactory(title=f"Taps {number}", targets=["6.1"], decided_at=later)
        for number in range(3)
    ]
    synced()
    return full, *others


def description(client):
    return client.get("/api/openapi.json").json()


def mistakes_in(described, schema, data):
    """What of an answer is not as its description says; a property it does not name is wrong too."""
    closed = {
        name: part | ({"unevaluatedProperties": False} if name in ("Policy", "Target") else {})
        for name, part in described["components"]["schemas"].items()
    }
    checker = Draft202012Validator(schema | {"components": {"schemas": closed}})
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(data)]


def test_description_is_openapi_and_names_every_filter_once(client, reference):
    described = description(client)
    validate(described)
    parameters = described["paths"]["/api/policies/"]["get"]["parameters"]
    names = [each["name"] for each in parameters]
    assert names == [
        *("q", "goal", "target", "theme", "subregion", "country", "member", "kind", "population"),
        *("stage", "budget", "basis", "scale", "staff", "duration", "language", "evidence"),
        *("reporter", "provenance", "funding", "stakeholder", "meaning", "like", "budget_min"),
        *("budget_max", "staff_min", "staff_max", "start_from", "start_to", "unknown", "sort"),
        *("page", "per_page", "fields"),
    ]
    schemas = {each["name"]: each["schema"] for each in parameters}
    assert schemas["stage"]["items"]["enum"] == [
        *("planned", "under-way", "completed", "stopped", "none"),
    ]
    assert schemas["per_page"] == {"type": "integer", "minimum": 1, "maximum": 100}
    assert schemas["budget_max"] == {"type": "number", "minimum": 0}
    policy = described["components"]["schemas"]["Policy"]["properties"]
    assert policy["budget"]["properties"]["amount"]["type"] == ["string", "null"]
    row = policy["targets"]["items"]["properties"]
    assert row["primary"]["type"] == "boolean"


def test_examples_answer_as_they_are_described(client, library):
    described = description(client)
    asked = 0
    for name, path in (("policies", "/api/policies/"), ("targets", "/api/targets/")):
        answers = described["paths"][path]["get"]["responses"]
        schema = answers["200"]["content"]["application/json"]["schema"]
        for query in EXAMPLES[name]:
            answer = client.get(path + query)
            assert answer.status_code == 200, query
            assert mistakes_in(described, schema, answer.json()) == []
            asked += 1
    assert asked == 5
    whole = client.get("/api/policies/").json()
    schema = {"$ref": "#/components/schemas/Policy"}
    assert [mistakes_in(described, schema, each) for each in whole["results"]] == [[], [], [], []]
    # The guide for people shows the same examples.
    guide = client.get("/api/").text
    shown = re.findall(r'<a href="(/api/[^"]+)"><code>', guide)
    assert [address.replace("&amp;", "&") for address in shown] == [
        f"/api/{name}/{query}" for name, queries in EXAMPLES.items() for query in queries
    ]


def test_list_has_the_filters_of_the_page_and_its_own_pages(client, library):
    full, *others = library
    PhotoFactory(revision=full, alt="A bus")
    found = client.get("/api/policies/?goal=11").json()
    assert (found["count"], found["pages"], found["next"], found["previous"]) == (1, 1, None, None)
    (one,) = found["results"]
    assert {name: one[name] for name in ("id", "url", "page", "goals", "target_uris", "doi")} == {
        "id": full.case_id,
        "url": f"{SITE}/policies/{full.case_id}/",
        "page": SITE + full.case.get_absolute_url(),
        "goals": [11],
        "target_uris": ["http://metadata.un.org/sdg/11.2"],
        "doi": None,
    }
    assert [photo["alt"] for photo in one["photos"]] == ["A bus"]
    assert one == client.get(f"/api/policies/{full.case_id}/").json()

    seen, address = [], f"{SITE}/api/policies/?goal=6&per_page=2&fields=title"
    while address:
        page = client.get(address.removeprefix(SITE)).json()
        seen += page["results"]
        address = page["next"]
    assert sorted(each["id"] for each in seen) == sorted(each.case_id for each in others)
    assert seen[0].keys() == {"id", "title"}
    assert page["previous"] == f"{SITE}/api/policies/?goal=6&per_page=2&fields=title&page=1"


def test_what_is_not_understood_is_named(client, library, subtests):
    for query, parameter, said in [
        ("stage=x", "stage", "“x” is not a choice of “Stage”."),
        ("nope=1", "", "There is no filter named “nope”."),
        ("view=map", "", "There is no filter named “view”."),
        ("per_page=101", "per_page", "Ensure this value is less than or equal to 100."),
        ("per_page=%00", "per_page", "Enter a whole number."),
        ("page=0", "page", "The page is a number from 1 up."),
        ("page=99999999999999999999", "", ""),
        ("fields=title,<b>", "fields", "There is no field “<b>”."),
        ("budget_min=5&budget_max=1", "budget_max", "The upper end is below the lower end."),
    ]:
        with subtests.test(query=query):
            answer = client.get(f"/api/policies/?{query}")
            assert answer["Content-Type"] == "application/json"
            if not said:
                assert answer.status_code == 404
                continue
            assert answer.status_code == 400
            (mistake,) = answer.json()["mistakes"]
            assert (mistake["parameter"], mistake["message"].startswith(said)) == (parameter, True)


def test_policy_that_is_not_public_says_so(client, library):
    full, other, *_rest = library
    for pk in (0, 10**17, 10**30):
        answer = client.get(f"/api/policies/{pk}/")
        assert (answer.status_code, answer.json()) == (
            404,
            {"error": "There is no such public case."},
        )
    case = other.case
    case.live = None
    case.save()
    Revision.objects.filter(pk=other.pk).update(state=Revision.State.UNPUBLISHED)
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    ReviewEvent.objects.create(
        revision=other,
        actor_name="Mina",
        from_state="published",
        to_state="unpublished",
        public_reason="Asked for by the city.",
        created_at=moment,
    )
    answer = client.get(f"/api/policies/{case.pk}/")
    assert (answer.status_code, answer.json()) == (
        410,
        {
            "error": "This policy was unpublished.",
            "title": "Taps 0",
            "since": "2026-05-01T00:00:00+00:00",
            "reason": "Asked for by the city.",
        },
    )
    case.merged_into = full.case
    case.save()
    assert client.get(f"/api/policies/{case.pk}/").url == f"/api/policies/{full.case_id}/"


def test_same_limits_as_pages_and_open_to_other_sites(client, library, settings):
    settings.THROTTLES = True
    settings.THROTTLE_LIMITS = settings.THROTTLE_LIMITS | {"search": "2/60"}
    cache.clear()
    caches["reading"].clear()
    first = client.get("/api/policies/?per_page=1", headers={"origin": "https://other.example"})
    assert first["Access-Control-Allow-Origin"] == "*"
    client.get("/policies/")
    refused = client.get("/api/targets/")
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/json")
    assert int(refused["Retry-After"]) > 0


def test_without_an_index_nothing_is_narrowed(client, library, monkeypatch):
    nothing = Answer(total=0, ids=[], counts={}, available=False)
    monkeypatch.setattr("policies.views.api.ask", lambda _question: nothing)
    assert client.get("/api/policies/").json()["count"] == 4
    assert client.get(f"/api/policies/?page={10**30}").status_code in (400, 404)
    answer = client.get("/api/policies/?goal=6")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert answer.json() == {"error": "The search is being rebuilt. Please try again in a moment."}


def test_list_asks_as_often_for_one_as_for_three(client, library, django_assert_num_queries):
    # The names of targets are read now and then.
    client.get("/api/policies/?goal=6")
    for size in (1, 3):
        caches["pages"].clear()
        with django_assert_num_queries(16):
            client.get(f"/api/policies/?goal=6&per_page={size}")
