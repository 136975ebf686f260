import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_requests_yet():
    """Limits count requests in the cache: each test starts with none."""
    cache.clear()
