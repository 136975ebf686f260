"""Fixtures that any test may ask for."""

import gc

import pytest
from django.core.management import call_command
from django.test import Client

from policies.search import index
from tests.factories import StaffFactory


def pytest_collection_finish():
    """Tests live as long as the process too: see ``CitynetConfig.ready``."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    """Each test has its own uploads and search index, so that tests can run side by side."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SEARCH_INDEX_DIR = tmp_path / "index"


@pytest.fixture
def reference(db):
    """The 17 goals, 169 targets and ten themes."""
    call_command("load_reference", verbosity=0)


@pytest.fixture
def synced(db):
    """Bring the search index in step with the database: ``synced()`` after making live revisions."""
    return index.sync


def signed_in(person):
    """A client of its own for ``person``, who is its ``.person``."""
    client = Client()
    client.force_login(person)
    client.person = person
    return client


@pytest.fixture
def moderator_client(db):
    """A moderator with a second factor; the person is ``moderator_client.person``."""
    return signed_in(StaffFactory(groups=["Moderators"]))


@pytest.fixture
def editor_client(db):
    """An editor in chief with a second factor; the person is ``editor_client.person``."""
    return signed_in(StaffFactory(groups=["Editors in chief"]))


@pytest.fixture
def administrator_client(db):
    """A superuser with a second factor; the person is ``administrator_client.person``."""
    return signed_in(StaffFactory(is_superuser=True))
