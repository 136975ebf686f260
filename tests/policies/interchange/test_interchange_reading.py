"""From bytes to JSON objects: what cannot be read is an error of its line, and of no other."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.interchange.reading import (
    MAX_LINE,
    Line,
    LineError,
    UnreadableLine,
    parse,
    read_lines,
    shown,
)


def read(data):
    return list(read_lines(io.BytesIO(data)))


def test_lines_are_numbered_from_one_and_blank_ones_skipped():
    assert read(b'{"a": 1}\n\n  \r\n{"b": 2}\r\n{"c": 3}') == [
        Line(1, b'{"a": 1}'),
        Line(4, b'{"b": 2}'),
        Line(5, b'{"c": 3}'),
    ]


def test_empty_file_has_no_lines():
    assert read(b"") == []


def test_mark_of_windows_programs_is_dropped_from_the_first_line_only():
    assert read(b"\xef\xbb\xbf{}\n\xef\xbb\xbf{}") == [Line(1, b"{}"), Line(2, b"\xef\xbb\xbf{}")]


def test_separators_of_unicode_do_not_end_a_line():
    text = '{"a": "one\u2028two\x85three"}'

    assert read(text.encode()) == [Line(1, text.encode())]
    assert parse(Line(1, text.encode())) == {"a": "one\u2028two\x85three"}


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_line_of_the_largest_size_is_read_and_a_longer_one_is_not(end):
    largest = b"x" * MAX_LINE

    assert read(largest + end) == [Line(1, largest)]
    assert read(largest + b"x" + end) == [Line(1, None)]


def test_line_after_one_that_is_too_long_is_read():
    assert read(b"x" * (3 * MAX_LINE) + b"\n{}\n") == [Line(1, None), Line(2, b"{}")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "The line is longer than 2000000 bytes."),
        (b'{"a": "\xff"}', "Not UTF-8 at byte 8."),
        (b"{", "Not JSON: Expecting property name enclosed in double quotes at character 2."),
        (b"{} {}", "Not JSON: Extra data at character 4."),
        (b"\x00", "Not JSON: Expecting value at character 1."),
        (b'{"a": "one\ttwo"}', "Not JSON: Invalid control character at character 11."),
        (b"[]", "The line must be a JSON object."),
        (b"null", "The line must be a JSON object."),
        (b'"text"', "The line must be a JSON object."),
        (b'{"a": NaN}', "Not JSON: NaN is no number."),
        (b'{"a": -Infinity}', "Not JSON: -Infinity is no number."),
        (b'{"a": 1, "a": 1}', "The key “a” is there twice."),
        (b'{"b": {"a": 1, "a": 2}}', "The key “a” is there twice."),
        (b'{"a": ' + b"9" * 5000 + b"}", "A number has too many digits."),
        (b'{"a": 1e99999999999999999999}', "1e99999999999999999999 is too large a number."),
        (b"[" * 100_000, "Lists and objects are nested too deeply."),
    ],
    ids=range(16),
)
def test_line_that_cannot_be_read_says_why(data, message):
    with pytest.raises(UnreadableLine) as raised:
        parse(Line(1, data))

    assert str(raised.value) == message


def test_numbers_keep_all_their_digits():
    data = parse(Line(1, b'{"a": 0.1234567890123456789, "b": 12345678901234567890}'))

    assert [str(data["a"]), data["b"]] == ["0.1234567890123456789", 12345678901234567890]


@given(st.binary())
def test_any_bytes_are_read_or_refused(data):
    for line in read_lines(io.BytesIO(data)):
        try:
            parsed = parse(line)
        except UnreadableLine:
            continue
        assert isinstance(parsed, dict)


def test_error_shows_line_field_and_message():
    assert str(LineError(12, "budget.amount", "Too much.")) == "line 12: budget.amount: Too much."
    assert str(LineError(12, "", "Not JSON.")) == "line 12: Not JSON."


def test_text_from_a_file_is_shown_short_and_harmless():
    assert shown("a\x1b[31m\nb") == "a\\x1b[31m\\nb"
    assert shown("Straße 서울") == "Straße 서울"
    assert shown("x" * 1000) == "x" * 300 + "…"
