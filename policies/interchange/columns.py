"""The columns of a workbook that can be imported.

Columns that hold one value are called like the model field. A list stands in one cell: an entry a
line, the parts of an entry in the order of the model's fields, with ``|`` between them.
"""

from dataclasses import dataclass
from functools import cache

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Member
from policies.models import Contribution, JointMember, RevisionTheme
from policies.models.months import MonthField, YearField

from .lines import OF_NAMES, Key, case_keys, parts

TEXT, NUMBER, WHOLE, YEAR, MONTH, DATE, TRUTH, NAMES, TARGETS, ENTRIES = range(10)
# How a field is written in a cell; a kind stands before those that it is one of.
KINDS = (
    (MonthField, MONTH),
    (YearField, YEAR),
    (models.DecimalField, NUMBER),
    (models.IntegerField, NUMBER),
    (models.DateField, DATE),
    (models.BooleanField, TRUTH),
)
BAR = "|"
PRIMARY = "primary_target"
# Columns that are called otherwise than the field or the list, by where their value stands in a line.
NAMES_OF = {"confirmed_at": "confirmed_on", "budget.lines": "budget_lines"}
SLUGS = {
    RevisionTheme: gettext_lazy("Slugs of one to three themes."),
    JointMember: gettext_lazy(
        "Of a joint case: the last parts of the addresses of the pages of its further members."
    ),
}
# Without these a row is no case.
REQUIRED = {"language", "title", "summary"}
# Columns of the files for readers that follow from others, or that only the platform knows.
LEFT_OUT = frozenset(
    {
        "revision",
        "published_on",
        "first_published_on",
        "country",
        "subregion",
        "population",
        "population_year",
        "goals",
        "funding_sources",
        "duration_months",
        "target_uris",
        "doi",
    }
)


@dataclass(frozen=True)
class Column:
    """A column: its name, where its value stands in a line, how a cell is read.

    ``keys`` are the parts of an entry of a list, ``field`` the model field behind a single value.
    """

    name: str
    path: str
    kind: int
    field: object = None
    keys: tuple = ()
    help: str = ""
    required: bool = False

    @property
    def parts(self):
        """Return how an entry of a list is written: "name | kind | role"."""
        return f" {BAR} ".join(key.name for key in self.keys)

    @property
    def label(self):
        """Return what the site calls it, or "" where that is not one field."""
        return self.field.verbose_name if self.field is not None else ""

    @property
    def choices(self):
        """Return the values that may stand in it, or in a part of its entries: {"stage": [...]}."""
        found = self.keys or ([Key(self.name, self.field)] if self.field else [])
        return {
            key.name: [value for value, _label in key.field.choices]
            for key in found
            if key.field.choices
        }


@cache
def columns():
    """Return every column in the order of the template, by name."""
    source_id, *about_case = case_keys()
    found = [_single(source_id), *_of_member(), *map(_single, about_case)]
    for part in parts():
        found += [_single(part)] if isinstance(part, Key) else _of_list(part)
    return {column.name: column for column in found}


# How offices call the columns of a member.
USUAL_NAMES = {
    "city": "member",
    "municipality": "member",
    "organisation": "member",
    "organization": "member",
    "kind": "member_kind",
    "theme": "themes",
    "target": "targets",
    "sdg target": "targets",
    "sdg targets": "targets",
}
IDENTITY = ("id", "url")
# Lists that the files for readers join in a cell each, which says less than the list.
JOINED = {"stakeholders", "indicators", "sources"}


def folded(name):
    """Return the name of a column or sheet without what people write now so, now otherwise."""
    return " ".join(name.replace("_", " ").replace("-", " ").split()).casefold()


def names_of_columns(heads):
    """Return what each head of a sheet stands for: the name of a column, by name or label in any
    case; "" where there is none; an unknown one as it is."""
    known = USUAL_NAMES | {
        folded(str(each.label)): each.name for each in columns().values() if each.label
    }
    known |= {folded(name): name for name in (*columns(), *LEFT_OUT, *IDENTITY)}
    names = [known.get(folded(head), head) for head in heads]
    if "country_code" not in names:
        names = ["country_code" if name == "country" else name for name in names]
    return names


def kind_of(field):
    """Return how the values of a field are written in a cell."""
    return next((kind for kind_of_field, kind in KINDS if isinstance(field, kind_of_field)), TEXT)


def _single(key):
    field = key.field
    kind = kind_of(field)
    name = NAMES_OF.get(key.path, field.name)
    help_text = "" if field.choices else field.help_text
    return Column(name, key.path, kind, field, help=help_text, required=key.path in REQUIRED)


def _of_member():
    return [
        Column(
            "member_slug",
            "member",
            TEXT,
            help=gettext_lazy(
                "The last part of the address of the member’s page. Or leave it empty and fill in "
                "the next three."
            ),
        ),
        Column(
            "member",
            "member.name",
            TEXT,
            help=gettext_lazy("Name of the member; made where it is not there yet."),
        ),
        Column(
            "country_code",
            "member.country",
            TEXT,
            help=gettext_lazy("Two capital letters (ISO 3166-1)."),
        ),
        Column("member_kind", "member.kind", TEXT, Member.kind.field),
        Column(
            "member_is_new",
            "member.new",
            TRUTH,
            help=gettext_lazy("true: it is another member than those of nearly the same name."),
        ),
    ]


def _of_list(line_list):
    name = NAMES_OF.get(line_list.path, line_list.name)
    if line_list.model in OF_NAMES:
        return [Column(name, line_list.path, NAMES, help=SLUGS[line_list.model])]
    if line_list.model is not Contribution:
        return [Column(name, line_list.path, ENTRIES, keys=line_list.keys)]
    # The primary target has a column of its own.
    entry = tuple(key for key in line_list.keys if key.name != "primary")
    codes = gettext_lazy(
        "Codes of one to seven targets, as text; after a bar, how the policy contributes."
    )
    primary = gettext_lazy("The code of the one among them that it serves most.")
    return [
        Column(name, line_list.path, TARGETS, keys=entry, help=codes),
        Column(PRIMARY, f"{line_list.path}.primary", TEXT, help=primary),
    ]


def place(path, letters):
    """Return where the value at a ``path`` of a line stands: "X funding, entry 2, amount".

    ``letters`` has the letter of each column by its name.
    """
    head, _bracket, rest = path.partition("[")
    known = columns()
    found = next((column for column in known.values() if column.path == head), None)
    if head == "member":
        found = known["member_slug" if "member_slug" in letters else "member"]
    if rest.endswith(".primary"):
        found, rest = known[PRIMARY], ""
    if found is None:
        return path
    words = [f"{letters[found.name]} {found.name}" if found.name in letters else found.name]
    number, _bracket, part = rest.partition("]")
    if number:
        words.append(_("entry %(number)d") % {"number": int(number) + 1})
        words += [part.removeprefix(".")] if part else []
    return ", ".join(words)
