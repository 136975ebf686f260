"""Marks in titles and summaries."""

import html
import re

import pytest
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from policies.search.query import highlight


@pytest.mark.parametrize(
    ("content", "words", "marked"),
    [
        ("Composting at home", "composted", "<mark>Composting</mark> at home"),
        ("Buses, buses!", "bus", "<mark>Buses</mark>, <mark>buses</mark>!"),
        ("The city's parks", "city", "The <mark>city&#x27;s</mark> parks"),
        ("Bicycles of Malmö", "malmo", "Bicycles of <mark>Malmö</mark>"),
        ("Bicycles of Malmo", "MALMÖ", "Bicycles of <mark>Malmo</mark>"),
        ("Waste sorting", '"waste sorting"', "<mark>Waste</mark> <mark>sorting</mark>"),
        ("Waste sorting", "waste -sorting", "<mark>Waste</mark> sorting"),
        ("Car-free days", "car", "<mark>Car</mark>-free days"),
        ("e‐bus→tram", "tram", "e‐bus→<mark>tram</mark>"),
        ("What to do with the waste", "the waste", "What to do with the <mark>waste</mark>"),
        ("서울특별시의 버스", "서울 버스", "<mark>서울</mark>특별시의 <mark>버스</mark>"),
        ("<b>bus</b> & tram", "bus", "&lt;b&gt;<mark>bus</mark>&lt;/b&gt; &amp; tram"),
        ("<script>", "", "&lt;script&gt;"),
        ("mark amp lt", "amp", "mark <mark>amp</mark> lt"),
        ("", "bus", ""),
        ("bus", "!!!", "bus"),
        ("a.*b", ".*", "a.*b"),
    ],
)
def test_matching_words_are_marked(content, words, marked):
    assert highlight(content, words) == marked


@given(st.text(max_size=60), st.text(max_size=20))
def test_marked_text_is_the_escaped_text_with_marks(content, words):
    marked = highlight(content, words)

    assert isinstance(marked, SafeString)
    assert html.unescape(re.sub("</?mark>", "", marked)) == html.unescape(html.escape(content))


@given(st.text(alphabet="abé 서<&-'\"", max_size=30), st.text(alphabet='abé 서-"', max_size=8))
def test_nothing_but_marks_is_markup(content, words):
    bare = highlight(content, words).replace("<mark>", "").replace("</mark>", "")

    assert not re.search("[<>\"']", bare)
