"""The data block for search engines."""

import json
import re
from datetime import UTC, datetime

import pytest

from citynet.templatetags.ui import json_ld
from policies.models import Revision
from tests.factories import LiveRevisionFactory
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def block(client, revision):
    way, found = map(json.loads, BLOCK.findall(client.get(revision.case.get_absolute_url()).text))
    assert way["@type"] == "BreadcrumbList"
    return found


def test_block_of_a_full_case(client, reference):
    revision = fill(
        LiveRevisionFactory(
            case__member__name="Busan",
            case__member__slug="busan",
            case__member__country="KR",
            case__member__latitude="35.10278",
            case__member__longitude="129.04028",
            decided_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        )
    )
    url = f"http://localhost:8000{revision.case.get_absolute_url()}"
    target = revision.contributions.get().target
    assert block(client, revision) == {
        "@context": "https://schema.org",
        "@type": "Report",
        "@id": url,
        "url": url,
        "headline": "Night buses",
        "name": "Night buses",
        "abstract": "Buses through the night on nine lines.",
        "inLanguage": "en",
        "author": {
            "@type": "Organization",
            "name": "Busan",
            "url": "http://localhost:8000/members/busan/",
        },
        "publisher": {
            "@type": "Organization",
            "@id": "http://localhost:8000/#publisher",
            "name": "CityNet Urban SDG Knowledge Platform",
            "url": "http://localhost:8000",
        },
        "datePublished": "2026-03-01T09:00:00+00:00",
        "dateModified": "2026-03-01T09:00:00+00:00",
        "version": "1",
        "identifier": f"{url}revisions/1/",
        "isAccessibleForFree": True,
        "keywords": ["Transport"],
        "about": [
            {
                "@type": "DefinedTerm",
                "@id": "http://metadata.un.org/sdg/11.2",
                "termCode": "11.2",
                "name": target.label,
                "description": target.text,
                "url": "http://localhost:8000/sdgs/11.2/",
                "inDefinedTermSet": {
                    "@type": "DefinedTermSet",
                    "@id": "http://metadata.un.org/sdg/",
                    "name": "Sustainable Development Goals, A/RES/70/1",
                },
            }
        ],
        "spatialCoverage": {
            "@type": "Place",
            "name": "Busan",
            "address": {"@type": "PostalAddress", "addressCountry": "KR"},
            "geo": {"@type": "GeoCoordinates", "latitude": 35.10278, "longitude": 129.04028},
        },
        "isBasedOn": [
            {
                "@type": "CreativeWork",
                "name": "Report on the lines",
                "url": "https://www.transport.example/report",
            }
        ],
        "temporalCoverage": "2013-04/2015-03",
    }


def test_block_of_an_empty_case_says_no_more_than_is_known(client):
    revision = LiveRevisionFactory(
        case__member__country="", case__member__latitude=None, case__member__longitude=None
    )
    found = block(client, revision)
    assert found["spatialCoverage"] == {"@type": "Place", "name": revision.case.member.name}
    assert {"keywords", "about", "isBasedOn", "temporalCoverage"} & set(found) == set()


def test_open_period_is_open_in_the_block(client):
    revision = LiveRevisionFactory(start="2013-04")
    assert block(client, revision)["temporalCoverage"] == "2013-04/.."


def test_first_publication_is_kept(client):
    first = LiveRevisionFactory(decided_at=datetime(2025, 1, 1, tzinfo=UTC))
    Revision.objects.filter(pk=first.pk).update(state=Revision.State.SUPERSEDED)
    second = LiveRevisionFactory(case=first.case, decided_at=datetime(2026, 1, 1, tzinfo=UTC))
    found = block(client, second)
    assert found["datePublished"] == "2025-01-01T00:00:00+00:00"
    assert found["dateModified"] == "2026-01-01T00:00:00+00:00"
    assert found["version"] == "2"


def test_hostile_title_cannot_end_the_block(client):
    evil = "</script><b>&amp;<!--"
    revision = LiveRevisionFactory(title=evil)
    page = client.get(revision.case.get_absolute_url()).text
    assert evil not in page
    assert block(client, revision)["headline"] == evil


def test_block_escapes_what_html_reads():
    assert json_ld({"a": "<&>"}) == (
        '<script type="application/ld+json">{"a": "\\u003C\\u0026\\u003E"}</script>'
    )


def test_social_properties(client):
    revision = LiveRevisionFactory(title='Night "buses" & more')
    page = client.get(revision.case.get_absolute_url()).text
    url = f"http://localhost:8000{revision.case.get_absolute_url()}"
    member, site = revision.case.member.name, "Urban SDG Knowledge Platform"
    for line in (
        '<meta property="og:type" content="article">',
        f'<meta property="og:title" content="Night &quot;buses&quot; &amp; more, {member} – {site}">',
        f'<meta property="og:url" content="{url}">',
        f'<link rel="canonical" href="{url}">',
    ):
        assert page.count(line) == 1


def test_block_names_the_licence_where_there_is_one(client, reference, settings):
    revision = LiveRevisionFactory()
    assert "license" not in block(client, revision)

    settings.CONTENT_LICENCE = "CC BY 4.0 https://licences.example.org/by/"
    assert block(client, revision)["license"] == "https://licences.example.org/by/"
