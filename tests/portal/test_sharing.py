"""What programs read of the pages: pictures and texts for links, data blocks, citations, feeds; each
read by a library that does nothing else."""

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import extruct
import feedparser
import pytest
import rispy
from citeproc.source.json import CiteProcJSON
from django.conf import settings
from PIL import Image
from pybtex.database import parse_string
from pyld import jsonld
from rdflib import SDO

from case_collections.models import Collection
from policies.content import share_card, summary
from policies.content.citations import bibtex, citation, csl, ris
from policies.models import Revision
from policies.views import cards
from tests.exchange.factories import AdviceFactory
from tests.factories import LiveRevisionFactory, PhotoFactory
from tests.policies.contents import fill
from tests.seminars.factories import SeminarFactory

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"
# The other vocabularies that our data blocks use, besides schema.org.
OTHERS = ("http://www.w3.org/", "http://purl.org/dc/terms/", "http://xmlns.com/foaf/")


@pytest.fixture(autouse=True)
def _cards(settings, tmp_path):
    settings.CARD_DIR = tmp_path / "cards"


@pytest.fixture
def full(reference, synced):
    revision = fill(
        LiveRevisionFactory(
            case__member__name="Busan",
            case__member__slug="busan",
            case__member__country="KR",
            decided_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        )
    )
    synced()
    return revision


def blocks(page):
    return extruct.extract(page, syntaxes=["json-ld"], errors="strict")["json-ld"]


def expanded(block):
    """A block with every name as an IRI; schema.org's own context is a vocabulary and no more."""
    local = {"@vocab": "https://schema.org/", "url": {"@type": "@id"}}

    def load(url, _options):
        assert url.startswith("https://schema.org")
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": local}}

    return jsonld.expand(block, {"documentLoader": load})


def terms(node):
    """Every property and type below a node of expanded JSON-LD."""
    if isinstance(node, list):
        return {term for each in node for term in terms(each)}
    if not isinstance(node, dict):
        return set()
    found = {name for name in node if not name.startswith("@")} | {*node.get("@type", ())}
    return found.union(*(terms(value) for value in node.values()))


def unknown_terms(page):
    """What the data blocks of a page say in words that schema.org does not have."""
    # "query-input" is Google's own addition to the vocabulary.
    known = {str(SDO) + name for name in SDO.__annotations__} | {f"{SDO}query-input"}
    said = {term for block in blocks(page) for term in terms(expanded(block))}
    assert said
    return {term for term in said if term not in known and not term.startswith(OTHERS)}


def test_data_blocks_are_in_terms_of_schema_org(client, full):
    kinds = {}
    for address in ("/", full.case.get_absolute_url(), "/sdgs/11.2/", "/members/busan/"):
        page = client.get(address).text
        assert unknown_terms(page) == set()
        kinds[address] = [block["@type"] for block in blocks(page)]
    assert list(kinds.values()) == [
        ["WebSite"],
        ["BreadcrumbList", "Report"],
        ["BreadcrumbList"],
        ["BreadcrumbList"],
    ]
    (site,) = blocks(client.get("/").text)
    assert site["potentialAction"]["target"]["urlTemplate"] == f"{SITE}/policies/?q={{words}}"
    assert site["publisher"]["@type"] == "Organization"
    way = blocks(client.get("/sdgs/11.2/").text)[0]["itemListElement"]
    assert [(step["position"], step["name"], step["item"]) for step in way] == [
        (1, "Home", f"{SITE}/"),
        (2, "Goals and targets", f"{SITE}/sdgs/"),
        (3, "Goal 11", f"{SITE}/sdgs/11/"),
    ]
    (about,) = expanded(blocks(client.get(full.case.get_absolute_url()).text)[1])[0][
        "https://schema.org/about"
    ]
    assert about["@id"] == "http://metadata.un.org/sdg/11.2"


def test_data_blocks_of_what_is_no_case_are_in_terms_of_schema_org(client, full):
    collection = Collection.objects.create(
        title="Buses", intro="Read first.", visibility="public", published_at=full.decided_at
    )
    collection.items.create(case=full.case, position=1)
    pages = {
        collection.get_absolute_url(): "CollectionPage",
        SeminarFactory(summary="What it costs.", targets=["11.2"]).get_absolute_url(): "Event",
        AdviceFactory(case=full.case, member=full.case.member).get_absolute_url(): "Article",
    }
    for address, kind in pages.items():
        page = client.get(address).text
        assert unknown_terms(page) == set()
        assert kind in {block["@type"] for block in blocks(page)}, address


def properties(page):
    found = extruct.extract(page, syntaxes=["opengraph"])["opengraph"][0]["properties"]
    return dict(found)


def test_every_public_page_has_a_picture_and_says_what_it_is(client, full):
    case = full.case.get_absolute_url()
    for address in ("/", "/policies/?q=bus", "/sdgs/11.2/", "/about/", case, f"{case}revisions/1/"):
        said = properties(client.get(address).text)
        assert {"og:title", "og:type", "og:url", "og:image", "og:description"} <= said.keys()
        assert said["og:image"].startswith(f"{SITE}/")
        assert client.get(said["og:image"].removeprefix(SITE)).status_code in {200, 404}
    said = properties(client.get("/about/").text)
    assert said["og:image"] == f"{SITE}/static/img/card.png"
    assert said["og:title"] == "About the platform – Urban SDG Knowledge Platform"
    # Pages for one person say nothing.
    assert "og:image" not in client.get("/accounts/login/").text
    assert "og:image" not in client.get("/nowhere/").text


def test_case_shows_its_photo_else_its_card(client, full):
    address = full.case.get_absolute_url()
    card = properties(client.get(address).text)["og:image"]
    assert card == f"{SITE}/policies/{full.case_id}/card-1.png"
    answer = client.get(card.removeprefix(SITE))
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "public, max-age=3600"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (1200, 630)
        strip = picture.convert("RGB")
        # Goal 11 in its colour, goal 1 not.
        assert strip.getpixel((720, 6)) == pytest.approx((253, 157, 36), abs=12)
        assert strip.getpixel((10, 6)) == pytest.approx((233, 237, 236), abs=12)
    again = client.get(card.removeprefix(SITE), headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304

    photo = PhotoFactory(revision=full, alt="A bus at night")
    summary.rebuild(Revision.objects.live())
    said = properties(client.get(address).text)
    assert said["og:image"] == f"{SITE}{photo.large_url}"
    assert said["og:image:alt"] == "A bus at night"


def test_card_is_drawn_once_and_of_public_texts_only(client, full, monkeypatch):
    drawn = []
    monkeypatch.setattr(share_card, "as_png", lambda card: drawn.append(card.title) or b"PNG")
    address = f"/policies/{full.case_id}/card-1.png"
    assert [client.get(address).content for _turn in range(2)] == [b"PNG", b"PNG"]
    assert drawn == [full.title]
    for other in ("card-2.png", "card-99999999999999999999.png"):
        assert client.get(f"/policies/{full.case_id}/{other}").status_code == 404
    # A folder that cannot be written to costs time, not the picture.
    settings.CARD_DIR = settings.BASE_DIR / "manage.py"
    assert client.get(address).content == b"PNG"


def test_card_of_a_text_of_which_something_was_taken_out_is_drawn_anew(client, full, settings):
    address = f"/policies/{full.case_id}/card-1.png"
    before = client.get(address)
    Revision.objects.filter(pk=full.pk).update(title="Night buses of [removed]")
    after = client.get(address, headers={"if-none-match": before["ETag"]})
    assert (after.status_code, after.content != before.content) == (200, True)
    # The old picture does not stay on the disk.
    assert len(list(settings.CARD_DIR.iterdir())) == 1


@pytest.mark.parametrize(
    "title",
    [
        "부산의 야간 버스",
        "ادارة المياه 2020 Water",
        "पानी",
        "ระบบขนส่งมวลชนกลางคืน",
        "x" * 200,
        "\u200b𓀀 𐎠",
    ],
)
def test_card_of_any_title_is_drawn(reference, title, settings, tmp_path):
    revision = LiveRevisionFactory(title=title, language="ar" if "ا" in title else "en")
    assert share_card.as_png(share_card.of_revision(revision)).startswith(b"\x89PNG")
    # Without any font on the machine too.
    settings.FONT_DIR = tmp_path
    share_card._font.cache_clear()
    try:
        assert share_card.as_png(share_card.of_revision(revision)).startswith(b"\x89PNG")
    finally:
        share_card._font.cache_clear()


def test_goals_targets_and_members_have_cards_of_their_own(client, full, monkeypatch):
    member = full.case.member
    pages = {
        "/sdgs/11/": ("/sdgs/11/card.png", "Goal 11: Sustainable cities and communities"),
        "/sdgs/11.2/": ("/sdgs/11.2/card.png", "Target 11.2: Public transport for all"),
        f"/members/{member.slug}/": (f"/members/{member.slug}/card.png", member.name),
    }
    cards, draw = [], share_card.as_png
    monkeypatch.setattr(share_card, "as_png", lambda card: cards.append(card) or draw(card))
    for page, (address, title) in pages.items():
        assert properties(client.get(page).text)["og:image"] == f"{SITE}{address}"
        answer = client.get(address)
        assert (answer["Content-Type"], answer["Cache-Control"]) == (
            "image/png",
            "public, max-age=3600",
        )
        assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
        assert client.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304
        assert cards[-1].title == title
    assert [len(card.goals) for card in cards] == [1, 1, len(cards[2].goals)]
    assert {fact.label: fact.value for fact in cards[1].facts} == {
        "Policies": "1",
        "Cities and organisations": "1",
        "Countries and areas": "1",
    }
    # No figure is nought; what is not there has no card.
    assert client.get("/sdgs/14.1/card.png").status_code == 200
    assert cards[-1].facts == []
    for address in ("/sdgs/18/card.png", "/sdgs/11.99/card.png", "/members/nobody/card.png"):
        assert client.get(address).status_code == 404


def test_text_names_what_to_cite_and_what_describes_it(client, full):
    Revision.objects.filter(pk=full.pk).update(state=Revision.State.SUPERSEDED)
    second = LiveRevisionFactory(case=full.case, title="Night buses again", targets=["11.2"])
    case = full.case.get_absolute_url()
    for address, number in ((case, 2), (f"{case}revisions/1/", 1), (f"{case}revisions/2/", 2)):
        answer = client.get(address)
        one = f"{case}revisions/{number}/"
        assert answer["Link"] == (
            f'<{SITE}{one}>; rel="cite-as", '
            f'<{one}cite.bib>; rel="describedby"; type="application/x-bibtex", '
            f'<{one}cite.json>; rel="describedby"; '
            'type="application/vnd.citationstyles.csl+json", '
            f'<{one}cite.ris>; rel="describedby"; type="application/x-research-info-systems"'
        )
        assert f'<meta name="citation_abstract_html_url" content="{SITE}{one}">' in answer.text
        assert '<meta name="citation_author" content="Busan">' in answer.text
        described = client.get(f"{one}cite.json", headers={"origin": "https://other.example"})
        assert json.loads(described.text)[0]["URL"] == SITE + one
        assert described["Access-Control-Allow-Origin"] == "*"
    assert second.number == 2
    for missing in (f"{case}revisions/3/cite.ris", f"/policies/9{'9' * 20}/x/revisions/1/cite.ris"):
        assert client.get(missing).status_code == 404


def test_citations_are_read_by_three_readers(reference):
    revision = LiveRevisionFactory(
        title="Buses & trams: 100% {electric}",
        case__member__name="Capital Development Authority, Islamabad",
        decided_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        doi="10.5072/x.1",
    )
    cited = citation(revision)

    (entry,) = parse_string(bibtex(cited), "bibtex").entries.values()
    (person,) = entry.persons["author"]
    assert str(person) == "{Capital Development Authority, Islamabad}"
    assert (entry.fields["year"], entry.fields["doi"]) == ("2026", "10.5072/x.1")

    (record,) = rispy.loads(ris(cited))
    assert record["authors"] == ["Capital Development Authority – Islamabad"]
    assert record["title"] == "Buses & trams: 100% {electric}"
    assert (record["doi"], record["year"]) == ("10.5072/x.1", "2026")

    (item,) = json.loads(csl(cited))
    source = CiteProcJSON([item])
    assert str(source[item["id"]].title) == "Buses & trams: 100% {electric}"
    assert [name.literal for name in source[item["id"]].author] == [
        "Capital Development Authority, Islamabad"
    ]


def test_feed_is_read_and_names_targets_as_the_united_nations_do(client, full):
    feed = feedparser.parse(client.get("/policies/feed/").content)
    assert not feed.bozo
    (entry,) = feed.entries
    assert [(tag.term, tag.scheme, tag.label) for tag in entry.tags] == [
        ("Goal 11", None, None),
        ("http://metadata.un.org/sdg/11.2", "http://metadata.un.org/sdg/", "11.2"),
    ]


def test_public_data_may_be_read_by_pages_of_other_sites(client, full):
    asked = {
        "origin": "https://other.example",
        "access-control-request-method": "GET",
        "access-control-request-headers": "if-none-match",
    }
    for address in ("/policies/export.csv", "/policies/feed/", "/sdgs/thesaurus.csv"):
        allowed = client.options(address, headers=asked)
        assert (allowed.status_code, allowed["Access-Control-Allow-Origin"]) == (204, "*")
        assert allowed["Access-Control-Allow-Methods"] == "GET, HEAD"
        given = client.get(address, headers={"origin": "https://other.example"})
        assert given["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in given
        assert client.post(address).status_code == 405


def test_member_whose_policy_names_no_goal_has_a_card(client, reference, synced):
    revision = LiveRevisionFactory()
    synced()
    answer = client.get(f"/members/{revision.case.member.slug}/card.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")


def test_threads_that_draw_the_same_card_write_each_its_own_file(settings, tmp_path, monkeypatch):
    """Who asks while two draw gets a whole picture, from whichever."""
    settings.CARD_DIR = tmp_path
    picture, both, written = b"\x89PNG" * 100, threading.Barrier(2, timeout=10), []
    monkeypatch.setattr(cards.share_card, "as_png", lambda _card: picture)

    def slowly(path, content):
        with path.open("wb") as file:
            both.wait()
            file.write(content)
        written.append(path.name)
        both.wait()

    monkeypatch.setattr(Path, "write_bytes", slowly)
    with ThreadPoolExecutor(2) as pool:
        drawn = [pool.submit(cards._picture, "1-goal-11-ab.png", "goal-11", None) for _ in range(2)]
        assert [each.result() for each in drawn] == [picture, picture]
    assert len(set(written)) == 2
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [
        ("1-goal-11-ab.png", picture)
    ]
