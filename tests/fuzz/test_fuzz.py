"""Some requests of the fuzz (``make fuzz``), so that it keeps running."""

import pytest

from tests.addresses import make_world
from tests.fuzz import report, requests
from tests.sweeps import TIMES

pytestmark = pytest.mark.django_db

NUMBER = 20 * TIMES


@pytest.mark.sweep
def test_fuzz_asks_the_same_things_again_and_finds_no_error(reference):
    world = make_world()
    first, second = (requests.run(world, NUMBER, seed=7) for _turn in range(2))
    assert first.total == NUMBER
    asked = [
        [row[1:] for rows in each.by_name.values() for row in rows] for each in (first, second)
    ]
    assert asked[0] == asked[1]
    assert first.failures == [], report.table(first)
