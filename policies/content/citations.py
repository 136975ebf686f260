"""How a revision is cited: in words, as BibTeX, as RIS, and as CSL-JSON.

A citation names one revision, whose text never changes, and its address.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from policies.models import CaseStudy

PUBLISHER = "CityNet Urban SDG Knowledge Platform"
# Characters that would end a line or are none: both formats are read line by line.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# A comma of any script with the blanks around it.
COMMA = re.compile("\\s*[,\uff0c\u060c\u3001]\\s*")
TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # Escaped braces would still be counted when the reader looks for the end of the value.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
    }
)


@dataclass(frozen=True)
class Citation:
    """The parts of a citation as plain text in one line each."""

    key: str
    # Name and country ("" where none is shown) of each member whose policy it is.
    authors: tuple[tuple[str, str], ...]
    title: str
    summary: str
    language: str
    number: int
    date: datetime
    url: str
    note: str
    doi: str = ""

    publisher = PUBLISHER

    @property
    def lasting(self):
        """Return the address to cite: that of its DOI, where it has one."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


def citation(revision):
    """Return the :class:`Citation` of a published revision."""
    case = revision.case
    note = f"Revision {revision.number}"
    if case.provenance == CaseStudy.Provenance.SECRETARIAT:
        note += ", compiled by the secretariat from public sources"
        if not case.confirmed_at:
            note += ", not yet confirmed by the city"
    return Citation(
        key=f"citynet-{case.pk}-{revision.number}",
        authors=tuple(
            (one_line(member.name), str(member.country_name)) for member in revision.members
        ),
        title=one_line(revision.title),
        summary=one_line(revision.summary),
        language=revision.language,
        number=revision.number,
        date=timezone.localtime(revision.decided_at),
        url=address(revision),
        note=note,
        doi=revision.doi,
    )


def address(revision):
    """Return the public address of a revision, the same whatever the reader's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + revision.get_absolute_url()


def lasting_address(case):
    """Return the public address of a case that stays the same when its title changes."""
    with translation.override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + reverse("policies:case-short", args=[case.pk])


def in_words(cited):
    """Return the citation as a sentence in the reader's language, its address at the end."""
    authors = [
        _("%(name)s, %(country)s") % {"name": name, "country": country} if country else name
        for name, country in cited.authors
    ]
    return _(
        "%(author)s. %(title)s. Urban SDG Knowledge Platform, CityNet, revision %(number)s, "
        "%(date)s. %(url)s"
    ) % {
        "author": _("; ").join(authors),
        "title": cited.title.rstrip("."),
        "number": str(cited.number),
        "date": date_format(cited.date, "DATE_FORMAT"),
        "url": cited.lasting,
    }


def bibtex(cited):
    """Return the citation as a BibTeX entry in UTF-8; each member is a corporate author."""
    fields = {
        "author": " and ".join(f"{{{tex(name)}}}" for name, _country in cited.authors),
        "title": f"{{{tex(cited.title)}}}",
        # Of an entry without a type of its own no style prints a publisher.
        "howpublished": tex(PUBLISHER),
        "year": str(cited.date.year),
        "url": cited.url,
        "note": tex(cited.note),
        "language": cited.language,
        **({"doi": tex(cited.doi)} if cited.doi else {}),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    lines.append(f"  month = {MONTHS[cited.date.month - 1]},")
    return "\n".join([f"@misc{{{cited.key},", *lines, "}", ""])


def ris(cited):
    """Return the citation as an RIS record: one tag a line, ended by carriage return and line
    feed.

    Programs part an author at the first comma into a person's names, and the format has no way to
    forbid it, so a dash stands there.
    """
    tags = (
        ("TY", "ELEC"),
        *(("AU", COMMA.sub(" – ", name)) for name, _country in cited.authors),
        ("TI", cited.title),
        ("AB", cited.summary),
        ("PB", PUBLISHER),
        ("PY", str(cited.date.year)),
        ("DA", f"{cited.date:%Y/%m/%d}"),
        ("LA", cited.language),
        ("N1", cited.note),
        *([("DO", cited.doi)] if cited.doi else []),
        ("UR", cited.url),
        ("ER", ""),
    )
    return "".join(f"{tag}  - {value}\r\n" for tag, value in tags)


def csl(cited):
    """Return the citation as CSL-JSON, which Zotero, pandoc and others read; each member is
    one name."""
    date = cited.date
    item = {
        "id": cited.key,
        "type": "webpage",
        "author": [{"literal": name} for name, _country in cited.authors],
        "title": cited.title,
        "abstract": cited.summary,
        "container-title": PUBLISHER,
        "publisher": PUBLISHER,
        "issued": {"date-parts": [[date.year, date.month, date.day]]},
        "language": cited.language,
        "note": cited.note,
        "URL": cited.url,
        **({"DOI": cited.doi} if cited.doi else {}),
    }
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


def one_line(text):
    """Return text without control characters and line ends."""
    return " ".join(CONTROL.sub(" ", text).split())


def tex(text):
    """Return text as TeX prints it."""
    return text.translate(TEX)
