"""What every template keeps to."""

import re
from html import unescape

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
COMMENT = re.compile(r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}", re.DOTALL)
TRANSLATED = re.compile(r"\{% blocktranslate.*?\{% endblocktranslate %\}", re.DOTALL)
# Blocks that stand inside a tag of their parent.
ATTRIBUTE = re.compile(r"\{% block \w*(?:class|current|type) %\}.*?\{% endblock", re.DOTALL)
CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<(code|kbd)>.*?</\1>|<!doctype html>", re.DOTALL)
# Tags, the attributes that people read taken out before.
TAG = re.compile(r"<[^>]*>", re.DOTALL)
READ = re.compile(r'\b(?:alt|aria-label|placeholder|title)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")
# Names of things, the same in every language.
NAMES = {"BibTeX", "CSV", "CityNet", "GeoNames", "JSON", "Lines", "ODT", "RIS", "UTC", "XLSX"}


def bare_words(text):
    """The words of a template that are not translated."""
    for pattern in (COMMENT, ATTRIBUTE, TRANSLATED, CODE):
        text = pattern.sub(" ", text)
    read = " ".join(READ.findall(text))
    return set(WORD.findall(unescape(TAG.sub(" ", text) + " " + read))) - NAMES


def read(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def test_every_word_can_be_translated():
    found = {name: bare_words(read(name)) for name in TEMPLATES}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>Hello {{ name }}</p>", {"Hello"}),
        ('<img alt="A bus" class="wide">', {"bus"}),
        ('<p>{% translate "Hello" %} <code>q</code></p>', set()),
        ("{% blocktranslate trimmed %}Hello{% endblocktranslate %}", set()),
    ],
)
def test_bare_words_are_found(text, words):
    assert bare_words(text) == words


# Numbers of rows; those of goals and fields have no thousands.
KEY = re.compile(r"\{\{ ?[\w.]*\b(?:pk|case_id|member_id|user_id|revision_id) ?\}\}")


def test_no_number_of_a_row_is_written_with_a_comma():
    """1032 in an address would be written 1,032: it needs ``|plain``."""
    found = {name: KEY.findall(read(name)) for name in TEMPLATES if not name.startswith("jinja2/")}
    assert {name: keys for name, keys in found.items() if keys} == {}
