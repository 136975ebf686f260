"""What stands in a cell of a workbook is read as people write it."""

import pytest

from policies.interchange.cells import CellError, _truth


@pytest.mark.parametrize(
    ("found", "expected"),
    [("TRUE", True), (" yes ", True), (1, True), (False, False), ("no", False), ("0", False)],
)
def test_truth_is_read(found, expected):
    assert _truth(None, found) is expected


def test_no_truth_is_refused():
    with pytest.raises(CellError, match="true or false"):
        _truth(None, "perhaps")
