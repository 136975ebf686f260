"""The filtered list as Atom."""

from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from policies.models import Revision
from tests.factories import LiveRevisionFactory

from .exported import ATOM, entries

pytestmark = pytest.mark.usefixtures("reference")


def test_feed_leaves_out_characters_that_xml_cannot_hold(client, synced):
    LiveRevisionFactory(title="A\x01\x08\x1fB\ufffe", summary="<b>\x0b&</b>")
    synced()
    (entry,) = entries(client.get("/policies/feed/"))
    assert entry.findtext(f"{ATOM}title") == "AB"
    assert entry.findtext(f"{ATOM}summary") == "&lt;b&gt;&amp;&lt;/b&gt;"


def test_feed_is_what_a_feed_reader_understands(client, synced):
    published = datetime(2025, 3, 1, 9, tzinfo=UTC)
    first = LiveRevisionFactory(
        title="1 < 2 & <b>bold</b>",
        summary="Fares <script>x</script> & “tolls”",
        language="ko",
        decided_at=published,
    )
    Revision.objects.update(state="superseded")
    again = LiveRevisionFactory(
        case=first.case,
        number=2,
        language="ar",
        title=first.title,
        summary=first.summary,
        decided_at=published + timedelta(days=9),
    )
    LiveRevisionFactory(title="Night buses", decided_at=published)
    synced()
    feed = feedparser.parse(client.get("/policies/feed/").content)
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == [first.title, "Night buses"]
    entry = feed.entries[0]
    assert (entry.title_detail.type, entry.title_detail.language) == ("text/plain", "ar")
    assert (entry.summary_detail.type, entry.summary_detail.language) == ("text/html", "ar")
    assert entry.summary == "Fares &lt;script&gt;x&lt;/script&gt; &amp; “tolls”"
    assert entry.published == "2025-03-01T09:00:00+00:00"
    assert entry.updated == "2025-03-10T09:00:00+00:00"
    assert feed.entries[1].title_detail.language == "en"
    assert again.case_id == first.case_id


def test_feed_has_the_fifty_published_last_of_one_day(client, synced):
    start = datetime(2026, 1, 1, 8, tzinfo=UTC)
    # Started last, published first: what an order by days would show before the others.
    for number in range(61):
        LiveRevisionFactory(
            title=f"Case {number}",
            start=f"{2099 - number}",
            decided_at=start + timedelta(minutes=number),
        )
    synced()
    found = [entry.findtext(f"{ATOM}title") for entry in entries(client.get("/policies/feed/"))]
    assert found == [f"Case {number}" for number in range(60, 10, -1)]


def test_feed_is_not_sent_again_until_it_changes(client, synced):
    case = LiveRevisionFactory(title="Night buses", targets=["11.2"]).case
    LiveRevisionFactory(title="Wetlands", targets=["11.5"])
    synced()
    first = client.get("/policies/feed/?goal=11")
    assert "Last-Modified" not in first.headers
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/policies/feed/?goal=11", headers=tag).status_code == 304
    case.live = None
    case.save()
    synced()
    later = client.get("/policies/feed/?goal=11", headers=tag)
    assert later.status_code == 200
    assert len(entries(later)) == 1


def test_feed_of_nothing_stays_the_same(client, synced):
    synced()
    first, second = client.get("/policies/feed/"), client.get("/policies/feed/")
    assert first.content == second.content
    assert entries(first) == []


@pytest.mark.parametrize("count", [1, 3])
def test_feed_asks_one_query_however_many_entries(client, synced, django_assert_num_queries, count):
    for number in range(count):
        LiveRevisionFactory(title=f"Case {number}", targets=["11.2", "6.1"])
    synced()
    with django_assert_num_queries(1):
        assert len(entries(client.get("/policies/feed/"))) == count
