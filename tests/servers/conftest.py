"""One site of several machines for all tests that need one: starting it takes longer than they do."""

import shutil
import tempfile
from pathlib import Path

import pytest

from . import site as sites


@pytest.fixture(scope="session")
def whole_site():
    if sites.REDIS is None:
        pytest.skip("No redis-server or valkey-server is installed.")
    # Not below pytest's own folder, which the user of PostgreSQL may not enter.
    folder = Path(tempfile.mkdtemp(prefix="site"))
    folder.chmod(0o755)
    site = sites.Site(folder)
    try:
        site.start()
        yield site
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def site(whole_site):
    """The site, all of it up, public pages read from the replica."""
    whole_site.wait_for_replica()
    return whole_site
