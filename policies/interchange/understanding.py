"""What people write into the cells of a workbook, as a line of the interchange format has it.

A program that writes JSON Lines writes values; people write the labels that the site shows them,
thousands marks, names of months. What can be read in two ways is asked about.
"""

import re
from functools import lru_cache

from django.db import models
from django.utils import translation

from members.countries import countries_named
from members.models import Member
from policies.content import parsing
from policies.content.values import plain
from policies.models import Revision
from policies.models.months import MonthField, YearField

from .columns import folded

# Months as the CSV file and statistical offices write them: 2013-M04.
SDMX_MONTH = re.compile(r"([0-9]{4})-M([0-9]{2})", re.ASCII)
TARGET = re.compile(r"(?:sdg|target|t)?\s*([0-9]{1,2}\.[0-9a-z]{1,2})", re.IGNORECASE)


def understood(field, text):
    """Return what a text in a cell says for ``field``, as a value that a line may have there.

    Raises ``ValidationError`` where it can be read in two ways, or not at all. What only the rules of
    the field can judge comes back as it is.
    """
    if field is Member.country.field:
        codes = countries_named(text)
        return codes[0] if len(codes) == 1 else text.strip().upper()
    if field is Revision.budget_currency.field:
        return parsing.currency(text)
    if field.choices:
        return labelled(field).get(folded(text), text.strip())
    for kind, read in READERS.items():
        if isinstance(field, kind):
            return read(field, text.strip())
    return text


def money(text):
    """Return the amount that a text in a cell says, as a line has it, and its currency or ""."""
    found = parsing.amount(text)
    return plain(found.value), found.currency


def theme_slug(themes, text):
    """Return the slug of the theme that a text names by slug or name; an unknown text as it is.

    ``themes`` are those that a line may name, by slug.
    """
    names = {folded(each.name): each.slug for each in themes.values()}
    slugs = {folded(slug): theme.slug for slug, theme in themes.items()}
    return (names | slugs).get(folded(text), text.strip())


def target_code(text):
    """Return the code in "SDG 11.B"; what has none as it is."""
    found = TARGET.fullmatch(text.strip())
    return found[1].lower() if found else text.strip()


def labelled(field):
    """Return the values of a field by themselves and by their labels, here and in English."""
    return _labelled(field, translation.get_language())


@lru_cache(maxsize=200)
def _labelled(field, language):
    found = {}
    for spoken in ("en", language):
        with translation.override(spoken):
            found |= {folded(str(label)): value for value, label in field.flatchoices if value}
    return found | {folded(str(value)): value for value, _label in field.flatchoices if value}


def _month(_field, text):
    return parsing.month(SDMX_MONTH.sub(r"\1-\2", text))


READERS = {
    MonthField: _month,
    YearField: lambda _field, text: parsing.year(text),
    models.DecimalField: lambda field, text: plain(parsing.number(text, field.decimal_places)),
    models.DateField: lambda _field, text: parsing.date(text).isoformat(),
    models.URLField: lambda _field, text: parsing.link(text),
    models.IntegerField: lambda _field, text: parsing.whole(text),
}
