"""The sitemap and robots.txt carry the public address and the dates of changes."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from tests.exchange.factories import (
    AdoptionFactory,
    AdviceFactory,
    CooperationFactory,
    QuestionFactory,
)
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory, RevisionFactory
from tests.seminars.factories import SeminarFactory

pytestmark = pytest.mark.django_db
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PUBLISHED = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def address(settings):
    settings.SITE_URL = "https://policies.example"


def urls(client, path):
    """Address -> day of the last change, of a sitemap."""
    root = ET.fromstring(client.get(path).content)  # noqa: S314 - our own answer
    return {
        item.find(f"{NAMESPACE}loc").text: getattr(item.find(f"{NAMESPACE}lastmod"), "text", None)
        for item in root
    }


def test_index_lists_the_parts_at_the_public_address(client):
    assert list(urls(client, "/sitemap.xml")) == [
        "https://policies.example/sitemap-pages.xml",
        "https://policies.example/sitemap-policies.xml",
        "https://policies.example/sitemap-goals.xml",
        "https://policies.example/sitemap-targets.xml",
        "https://policies.example/sitemap-members.xml",
        "https://policies.example/sitemap-questions.xml",
        "https://policies.example/sitemap-know-how.xml",
        "https://policies.example/sitemap-adoptions.xml",
        "https://policies.example/sitemap-cooperation.xml",
        "https://policies.example/sitemap-seminars.xml",
        "https://policies.example/sitemap-collections.xml",
    ]


def test_index_names_every_page_of_a_long_part(client, monkeypatch):
    monkeypatch.setattr("portal.sitemaps.MemberSitemap.limit", 2)
    MemberFactory.create_batch(3)

    assert list(urls(client, "/sitemap.xml"))[4:6] == [
        "https://policies.example/sitemap-members.xml",
        "https://policies.example/sitemap-members.xml?p=2",
    ]
    assert len(urls(client, "/sitemap-members.xml?p=2")) == 1


def test_policies_are_the_live_ones_with_the_day_of_publication(client, reference):
    revision = LiveRevisionFactory(decided_at=PUBLISHED)
    RevisionFactory(case=CaseStudyFactory())

    address = f"https://policies.example/policies/{revision.case_id}/night-buses/"
    assert urls(client, "/sitemap-policies.xml") == {address: "2026-03-04"}


def test_goals_and_targets_have_the_day_of_their_newest_case(client, reference):
    LiveRevisionFactory(targets=["11.6"], decided_at=PUBLISHED)

    goals = urls(client, "/sitemap-goals.xml")
    targets = urls(client, "/sitemap-targets.xml")

    assert (len(goals), len(targets)) == (17, 169)
    assert {url: day for url, day in goals.items() if day} == {
        "https://policies.example/sdgs/11/": "2026-03-04"
    }
    assert {url: day for url, day in targets.items() if day} == {
        "https://policies.example/sdgs/11.6/": "2026-03-04"
    }


def test_members_have_the_day_of_their_last_change(client, reference, time_machine_now):
    suva = MemberFactory(slug="suva")
    busan = MemberFactory(slug="busan")
    later = datetime(2026, 9, 9, tzinfo=UTC)
    LiveRevisionFactory(case=CaseStudyFactory(member=suva), decided_at=later)
    LiveRevisionFactory(case=CaseStudyFactory(member=busan), decided_at=PUBLISHED)

    assert urls(client, "/sitemap-members.xml") == {
        "https://policies.example/members/suva/": "2026-09-09",
        "https://policies.example/members/busan/": "2026-06-01",
    }


@pytest.fixture
def time_machine_now(time_machine):
    time_machine.move_to(datetime(2026, 6, 1, tzinfo=UTC))


def test_pages_are_listed_with_the_newest_publication(client, reference):
    LiveRevisionFactory(decided_at=PUBLISHED)

    assert urls(client, "/sitemap-pages.xml") == {
        "https://policies.example/": "2026-03-04",
        "https://policies.example/policies/": "2026-03-04",
        "https://policies.example/sdgs/": "2026-03-04",
        "https://policies.example/sdgs/coverage/": "2026-03-04",
        "https://policies.example/members/": "2026-03-04",
        "https://policies.example/exchange/": None,
        "https://policies.example/exchange/questions/": None,
        "https://policies.example/exchange/know-how/": None,
        "https://policies.example/exchange/adoptions/": None,
        "https://policies.example/exchange/cooperation/": None,
        "https://policies.example/seminars/": None,
        "https://policies.example/sdgs/reviews/": None,
        "https://policies.example/collections/": None,
        "https://policies.example/about/": None,
        "https://policies.example/publish/": None,
        "https://policies.example/review/": None,
        "https://policies.example/news/": None,
        "https://policies.example/calls/": None,
        "https://policies.example/accessibility/": None,
        "https://policies.example/codebook/": None,
        "https://policies.example/data/": None,
        "https://policies.example/api/": None,
    }


def test_exchange_lists_what_everybody_may_read(client, time_machine_now):
    """Nothing for the network, nothing that waits or is over."""
    question = QuestionFactory()
    advice = AdviceFactory()
    adoption = AdoptionFactory()
    offer = CooperationFactory()
    seminar = SeminarFactory()
    SeminarFactory(state="draft")
    for factory, facts in (
        (QuestionFactory, {"visibility": "network"}),
        (QuestionFactory, {"state": "checking"}),
        (AdviceFactory, {"visibility": "network"}),
        (AdviceFactory, {"state": "replaced"}),
        (AdoptionFactory, {"stage": "considering"}),
        (AdoptionFactory, {"state": "draft"}),
        (CooperationFactory, {"state": "ended"}),
        (CooperationFactory, {"removed_at": PUBLISHED}),
    ):
        factory(**facts)
    for part, entry in (
        ("questions", question),
        ("know-how", advice),
        ("adoptions", adoption),
        ("cooperation", offer),
        ("seminars", seminar),
    ):
        address = f"https://policies.example{entry.get_absolute_url()}"
        assert urls(client, f"/sitemap-{part}.xml") == {address: "2026-06-01"}, part


@pytest.mark.parametrize(
    "path", ["/sitemap-nothing.xml", "/sitemap-goals.xml?p=2", "/sitemap-goals.xml?p=x"]
)
def test_part_that_does_not_exist_is_not_found(client, reference, path):
    assert client.get(path).status_code == 404


EXCHANGE = ("questions", "know-how", "adoptions", "cooperation", "seminars")


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(client, reference, django_assert_num_queries, number, subtests):
    for _case in range(number):
        LiveRevisionFactory(case=CaseStudyFactory(), targets=["11.6"])
        for factory in (
            *(QuestionFactory, AdviceFactory, AdoptionFactory, CooperationFactory),
            SeminarFactory,
        ):
            factory()
    for part in ["policies", "goals", "targets", "members", *EXCHANGE]:
        number_of_queries = django_assert_num_queries(3 if part in ("goals", "targets") else 2)
        with subtests.test(part=part), number_of_queries:
            client.get(f"/sitemap-{part}.xml")


def test_robots_names_the_sitemap_and_what_to_leave_alone(client):
    response = client.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode() == (
        "User-agent: *\n"
        "Disallow: /admin/\n"
        "Disallow: /policies/suggest/\n"
        "Disallow: /policies/export.\n"
        "Disallow: /policies/compare/\n"
        "\n"
        "Sitemap: https://policies.example/sitemap.xml\n"
    )
