"""Fixtures that any test may ask for."""

import pytest
from django.core.management import call_command

from policies.search import index


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
