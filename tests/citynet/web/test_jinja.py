"""The templates of the second engine: escaped, strict, and seen by makemessages."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.utils import translation
from django.utils.translation import template as translated
from jinja2 import UndefinedError

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates/jinja2").rglob("*.html"))


def render(source, **values):
    return engines["jinja2"].from_string(source).render(values)


def test_values_are_escaped():
    assert render("{{ name }}", name="<b>") == "&lt;b&gt;"


def test_unknown_name_is_an_error():
    with pytest.raises(UndefinedError, match="'nobody' is undefined"):
        render("{{ nobody }}")


@pytest.mark.usefixtures("translated")
def test_numbers_are_those_of_the_reader():
    with translation.override("de"):
        assert render("{{ 1234567|number }}") == "1.234.567"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_makemessages_sees_every_text(path):
    source = path.read_text()
    texts = re.findall(r"""_\("([^"]*)""", re.sub(r"{#.*?#}", "", source, flags=re.DOTALL))
    seen = re.findall(r"""_\("([^"]*)"\)""", translated.templatize(source))
    assert seen == texts
