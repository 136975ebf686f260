"""One figure over several years, as people write it."""

import pytest
from django.core.exceptions import ValidationError

from policies.models import series


def test_a_series_is_kept_in_the_order_of_time():
    assert series.normal("2014 = 1,250.50\n2012: -0; 2013\t7") == "2012: 0; 2013: 7; 2014: 1250.5"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "“soon” is not a year with a value. Write them so: 2018: 12.5; 2019: 14"),
        ("1899: 1", "Write years from 1900 to 2099."),
        ("2100: 1", "Write years from 1900 to 2099."),
        ("2018: 1; 2018: 1", "The year 2018 is there twice."),
        (
            "2018: 1.23456",
            "At most 15 digits, and four after the point, can be kept of a value.",
        ),
        (
            "2018: 10000000000000000",
            "At most 15 digits, and four after the point, can be kept of a value.",
        ),
        ("; ".join(f"{year}: 1" for year in range(1900, 1961)), "At most 60 years fit here."),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_may_be_written(text, message):
    with pytest.raises(ValidationError) as refused:
        series.normal(text)
    assert refused.value.messages == [message]
