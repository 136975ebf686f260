"""Months that may be known only by their year."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from policies.models import months

MONTHS = st.one_of(
    st.integers(1900, 2099).map(str),
    st.tuples(st.integers(1900, 2099), st.integers(1, 12)).map(
        lambda pair: f"{pair[0]}-{pair[1]:02}"
    ),
)


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        ("2013-04", "2013-04", 1),
        ("2013-04", "2014-03", 12),
        ("2003", "2005", 36),
        ("2013", "2013", 12),
        ("2013-04", "2013", 9),
        ("2013", "2013-04", 4),
        ("2013", "", None),
        ("", "2013", None),
    ],
)
def test_duration_months(start, end, length):
    assert months.duration_months(start, end) == length


@given(MONTHS, MONTHS)
def test_duration_is_positive_whenever_the_end_is_not_before_the_start(start, end):
    assume(end >= start or start.startswith(end))
    assert months.duration_months(start, end) >= 1


@pytest.mark.usefixtures("translated")
@pytest.mark.parametrize(
    ("language", "month", "label"),
    [
        ("en", "2013-04", "April 2013"),
        ("fr", "2013-04", "avril 2013"),
        ("en", "2013", "2013"),
        ("en", "", ""),
        ("en", "soon", ""),
    ],
)
def test_label_is_in_the_readers_language(language, month, label):
    with translation.override(language):
        assert months.label(month) == label


@pytest.mark.parametrize(("month", "year"), [("2013-04", 2013), ("2013", 2013), ("", None)])
def test_year_of(month, year):
    assert months.year_of(month) == year


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2566", "Write the year of the common era: 2566 of the Buddhist era is 2023."),
        ("2566-04", "Write the year of the common era: 2566 of the Buddhist era is 2023."),
        ("1402", "1402 is a year of another calendar. Write that of the common era."),
        ("2924", "Write a year from 1900 to 2099."),
        ("2013-13", "Write a year (2013) or a year and month (2013-04)."),
        ("soon", "Write a year (2013) or a year and month (2013-04)."),
    ],
)
def test_year_of_another_calendar_is_named(text, message):
    with pytest.raises(ValidationError) as refusal:
        months.validate_month(text)
    assert refusal.value.messages == [message]
    if text.isdecimal():
        with pytest.raises(ValidationError) as refusal:
            months.YearField().clean(int(text), None)
        assert refusal.value.messages == [message]
