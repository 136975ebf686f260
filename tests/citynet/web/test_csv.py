import csv
import io

import pytest
from django.test import RequestFactory

from citynet.web.csv import BYTE_ORDER_MARK, csv_response, guarded, joined, lines


def read(pieces):
    text = "".join(pieces)
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t1",
        "\r1",
        "  =1",
        "\u00a0=1",
        "\x00=1",
        "\ufeff=1",
        "\u200b=1",
        "＝1",
        "＋1",
        "－1",
        "＠a",
    ],
)
def test_text_that_looks_like_a_formula_is_quoted(text):
    assert guarded(text) == "'" + text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("- Two at first\n- nine later", "• Two at first\n• nine later"),
        ("  - cmd|' /C calc'!A0\n\n  + 2", "  • cmd|' /C calc'!A0\n\n  • 2"),
        ("+ 서울", "• 서울"),
        ("\n- one", "\n• one"),
        ("Two:\n- at first", "Two:\n- at first"),
    ],
)
def test_list_gets_bullets_that_are_no_minus(text, cell):
    assert guarded(text) == cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a;=cmd|'/c calc'!A0;b", "a;'=cmd|'/c calc'!A0;b"),
        ("Two lines\n  @SUM(A1)", "Two lines\n  '@SUM(A1)"),
        ("x;-cmd|y\r+cmd|z", "x;'-cmd|y\r'+cmd|z"),
        ("x;\t\uff1d1", "x;\t'\uff1d1"),
        ("\n=1", "'\n'=1"),
        ('x;"=1+1;b', "x;\"'=1+1;b"),
        ('x\n ""@SUM(A1);"-3";b', 'x\n ""\'@SUM(A1);"-3";b'),
        ("2019: -3; -5;+2.5\n-7", "2019: -3; -5;+2.5\n-7"),
        ("x; - y; + z", "x; - y; + z"),
    ],
)
def test_no_cell_begins_within_a_text_where_semicolons_part_cells(text, cell):
    assert guarded(text) == cell


@pytest.mark.parametrize("value", ["plan", "a=1", "1-2", "", " plain", "'=1", -5, 0, 2.5])
def test_other_values_stay_as_they_are(value):
    assert guarded(value) == value


def test_unknown_is_an_empty_cell():
    assert guarded(None) == ""


def test_file_reads_back_as_it_was_written():
    rows = [['a "b", c', "1\n2"], ["서울", -3], [None, "=x"]]
    assert read(lines(["name", "=value"], rows)) == [
        ["name", "'=value"],
        ['a "b", c', "1\n2"],
        ["서울", "-3"],
        ["", "'=x"],
    ]


def test_long_file_comes_in_pieces():
    pieces = list(lines(["n"], ([number] for number in range(100_000))))
    assert len(pieces) == 11
    assert max(map(len, pieces)) < 66_000
    assert read(pieces)[-1] == ["99999"]


def test_response_is_a_file_to_save():
    answer = csv_response(RequestFactory().get("/"), "cases.csv", ["a"], [[1]])
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cases.csv"'
    assert answer.getvalue() == b"\xef\xbb\xbfa\r\n1\r\n"


def test_head_request_reads_no_row():
    def rows():
        raise AssertionError("a row was read")
        yield

    answer = csv_response(RequestFactory().head("/"), "cases.csv", ["a"], rows())
    assert answer.getvalue() == b""
    assert not answer.has_header("Content-Length")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cases.csv"'


def test_short_lines_are_sent_in_pieces_and_none_is_lost():
    lines_ = [f"{number:05}\n" for number in range(30_000)]
    pieces = list(joined(lines_))
    assert "".join(pieces) == "".join(lines_)
    assert [len(piece) for piece in pieces] == [65_538, 65_538, 48_924]
