"""The disk of the index is full or read-only: people publish and search on, and it mends itself."""

import pytest
from django.core.management import CommandError, call_command

from policies.models import Revision
from policies.search import index
from policies.workflow import moderation
from tests.disks import FAULTS, disk
from tests.factories import RevisionFactory

from .library import live_case, titles

pytestmark = pytest.mark.django_db(transaction=True)

SIZE = 2_000_000  # bytes


@pytest.fixture
def small(settings, tmp_path):
    with disk(tmp_path / "small", SIZE) as made:
        settings.SEARCH_INDEX_DIR = made.path / "index"
        yield made


def publish(title):
    draft = RevisionFactory(title=title)
    return moderation.publish(draft, name="Secretariat")


@pytest.mark.parametrize("fault", FAULTS)
def test_people_publish_and_read_on_and_it_mends_itself(client, small, reference, fault):
    live_case("Parks")
    index.sync()
    # It was open before: a process that begins on a read-only disk cannot open it.
    assert titles("parks") == ["Parks"]
    FAULTS[fault](small)

    new = publish("Trams")

    assert Revision.objects.get(pk=new.pk).state == Revision.State.PUBLISHED
    assert client.get(new.case.get_absolute_url()).status_code == 200
    assert client.get("/policies/", {"q": "parks"}).status_code == 200
    assert titles("parks") == ["Parks"]
    health = client.get("/healthz")
    assert health.status_code == 503
    assert health.json()["index"] == {"live": 2, "indexed": 1}

    small.mend()
    # What the timer does.
    call_command("sync_search", verbosity=0)
    assert sorted(titles()) == ["Parks", "Trams"]
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("fault", FAULTS)
def test_next_publication_is_found_and_the_timer_mends_the_rest(small, reference, fault):
    live_case("Parks")
    index.sync()
    FAULTS[fault](small)
    publish("Trams")
    small.mend()

    publish("Buses")

    assert "Buses" in titles()
    call_command("sync_search", verbosity=0)
    assert sorted(titles()) == ["Buses", "Parks", "Trams"]


@pytest.mark.parametrize("fault", FAULTS)
def test_pages_answer_where_no_index_can_be_made(client, small, reference, fault):
    live_case("Parks")
    FAULTS[fault](small)

    for address in ("/", "/policies/", "/policies/?q=parks", "/sdgs/", "/policies/export.csv"):
        assert client.get(address).status_code in (200, 503), address
    assert client.get("/healthz").status_code == 503

    small.mend()
    index._repaired.clear()
    client.get("/policies/")
    assert titles("parks") == ["Parks"]


@pytest.mark.parametrize("fault", FAULTS)
def test_command_says_that_it_failed(small, reference, fault):
    live_case("Parks")
    FAULTS[fault](small)

    with pytest.raises((index.IndexDamaged, OSError, CommandError)):
        call_command("sync_search", verbosity=0)
