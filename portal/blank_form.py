"""The blank form of a case: what the pages of the form ask, to print or to fill in elsewhere.

It is read from the forms themselves, so that a new field is asked here too.
"""

import io
from dataclasses import dataclass

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from odfdo import Document, Header, Paragraph, Table

from policies.forms.registry import SECTIONS
from policies.models import Revision

# What has to be there before a case can be submitted (``policies.workflow.submission``), by section.
NEEDED = {
    "basics": gettext_lazy("Yes"),
    "challenge-solution": gettext_lazy("Yes"),
    "targets-themes": gettext_lazy("Yes"),
    "time": gettext_lazy("Stage and start"),
    **dict.fromkeys(("budget", "manpower", "stakeholders"), gettext_lazy("Or why not")),
}
# What each section asks, in a sentence, and what it is good to have at hand.
ASKS = {
    "basics": (gettext_lazy("Title, two or three sentences that say it all, language"), ""),
    "challenge-solution": (
        gettext_lazy("The problem; what was done, and how"),
        gettext_lazy("The decision of the council, a project report"),
    ),
    "targets-themes": (
        gettext_lazy("One to seven of the 169 targets, one of them the primary one; a theme"),
        gettext_lazy("Nothing: they are proposed from your words"),
    ),
    "time": (
        gettext_lazy("How far it is, start, end, parts"),
        gettext_lazy("Dates of decision, works, opening"),
    ),
    "budget": (
        gettext_lazy("Amount, currency, year, planned or spent, what it covers; who paid"),
        gettext_lazy("The line of the city budget, the final account"),
    ),
    "manpower": (
        gettext_lazy("Full-time equivalents; roles, people, months"),
        gettext_lazy("The organisation chart of the office"),
    ),
    "stakeholders": (
        gettext_lazy("Who took part, with what role"),
        gettext_lazy("Agreements, minutes of the steering group"),
    ),
    "results": (
        gettext_lazy("What came of it, before and after, also what failed"),
        gettext_lazy("Counts, surveys, an evaluation"),
    ),
    "lessons": (gettext_lazy("What you know now; what another city needs first"), ""),
    "files": (
        gettext_lazy("Where readers can check it; what it looks like"),
        gettext_lazy("Addresses of public pages; photos that you may publish"),
    ),
}
BLANK_ROWS = 3
PROSE = 300  # characters from which an answer gets a block instead of a line
# More values than these are no list to tick on paper.
MAX_TICKS = 14
COLUMN_BREAKS = 7  # columns that fit beside each other on a page


@dataclass(frozen=True)
class Question:
    """A field: its label, what a good answer is, the values it may have, and how much room it needs."""

    label: str
    help: str
    choices: list[str]
    is_long: bool


@dataclass(frozen=True)
class QuestionList:
    """A list of rows, with the questions that each row answers."""

    label: str
    help: str
    most: int
    questions: list[Question]

    @property
    def columns(self):
        """Return the labels of the columns that fit on a page."""
        return [question.label for question in self.questions[:COLUMN_BREAKS]]

    @property
    def rows(self):
        return range(BLANK_ROWS)


@dataclass(frozen=True)
class Part:
    """A section of the form."""

    slug: str
    label: str
    help: str
    needed: str
    asks: str
    ready: str
    questions: list[Question]
    lists: list[QuestionList]


def parts():
    """Return the sections of the form with all that they ask, in the order of its pages."""
    return [
        Part(
            section.slug,
            str(section.label),
            str(section.help),
            str(NEEDED.get(section.slug, "")),
            *map(str, ASKS[section.slug]),
            [_question(field) for field in section.form(instance=Revision()).visible_fields()],
            [
                QuestionList(
                    str(kind.label),
                    str(kind.help),
                    kind.most,
                    [_question(field) for field in kind.form().visible_fields()],
                )
                for kind in section.lists
            ],
        )
        for section in SECTIONS
    ]


def _question(bound):
    field = bound.field
    choices = [str(label) for value, label in getattr(field, "choices", ()) if value]
    most = field.widget.attrs.get("data-most") or 0
    return Question(
        str(bound.label),
        " ".join(strip_tags(str(bound.help_text)).split()),
        choices if len(choices) <= MAX_TICKS else [],
        most > PROSE,
    )


def document():
    """Return the blank form as an OpenDocument text, which every word processor opens."""
    book = Document("text")
    body = book.body
    body.clear()
    body.append(Header(1, _("A policy of your city: blank form")))
    body.append(
        Paragraph(_("What you leave out is shown to readers as “Not reported”, never guessed."))
    )
    for number, part in enumerate(parts(), start=1):
        body.append(Header(2, f"{number}. {part.label}"))
        body.append(Paragraph(part.help))
        needed = part.needed or _("If known")
        body.append(Paragraph(_("Needed to submit: %(what)s") % {"what": needed}))
        for question in part.questions:
            _add_question(body, question)
        for each in part.lists:
            _add_list(body, each)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _add_question(body, question):
    body.append(Header(3, question.label))
    body.append(Paragraph(question.help))
    for choice in question.choices:
        body.append(Paragraph(f"☐ {choice}"))
    if not question.choices:
        body.append(Paragraph("…"))
        if question.is_long:
            body.append(Paragraph(""))
            body.append(Paragraph(""))


def _add_list(body, each):
    body.append(Header(3, each.label))
    body.append(Paragraph(each.help))
    body.append(Paragraph(_("At most %(most)d rows.") % {"most": each.most}))
    labels = [question.label for question in each.questions]
    table = Table(each.label, width=len(labels), height=BLANK_ROWS + 1)
    table.set_row_values(0, labels)
    body.append(table)
    for question in each.questions:
        choices = f" ({'; '.join(question.choices)})" if question.choices else ""
        body.append(Paragraph(f"{question.label}: {question.help}{choices}"))
