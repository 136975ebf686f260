"""The columns of a workbook that can be brought in, and what each stands for in a line.

Columns that hold one value are called as in the files that readers take along. A list stands in one
cell: an entry a line, the parts of an entry in the order told here, with ``|`` between them.
"""

from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_lazy as _

from members.models import Member
from policies.content import fields
from policies.models.months import MonthField

TEXT, NUMBER, YEAR, MONTH, DATE, NAMES, TARGETS, ENTRIES = range(8)
BAR = "|"
PRIMARY = "primary_target"


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
        """How an entry of a list is written: "name | kind | role"."""
        return f" {BAR} ".join(key.name for key in self.keys)

    @property
    def choices(self):
        """The values that may stand in it, or in a part of its entries: {"stage": [...]}."""
        found = self.keys or ([fields.Key(self.name, self.field)] if self.field else [])
        return {
            key.name: [value for value, _label in key.field.choices]
            for key in found
            if key.field.choices
        }


def _kind(field):
    if isinstance(field, MonthField):
        return MONTH
    kind = field.get_internal_type()
    if kind in ("PositiveSmallIntegerField", "PositiveIntegerField"):
        return YEAR
    return {"DecimalField": NUMBER, "DateField": DATE}.get(kind, TEXT)


def _single(name, key, block=""):
    required = name in {"language", "title", "summary"}
    help_text = "" if key.field.choices else key.field.help_text
    return Column(
        name, block + key.name, _kind(key.field), key.field, help=help_text, required=required
    )


def _listed(name, rows, path=None):
    return Column(name, path or name, ENTRIES, keys=rows.keys)


@cache
def columns():
    """Every column in the order of the template, by name."""
    about_case = {key.name: key for key in fields.CASE}
    found = [
        _single("source_id", about_case["source_id"]),
        Column(
            "member_slug",
            "member",
            TEXT,
            help=_(
                "The last part of the address of the member’s page. Or leave it empty and fill in the next three."
            ),
        ),
        Column(
            "member",
            "member.name",
            TEXT,
            help=_("Name of the member; made where it is not there yet."),
        ),
        Column("country_code", "member.country", TEXT, help=_("Two capital letters (ISO 3166-1).")),
        Column("member_kind", "member.kind", TEXT, Member.kind.field),
        _single("provenance", about_case["provenance"]),
        _single("confirmed_on", about_case["confirmed_at"]),
        *(_single(key.name, key) for key in fields.TEXTS),
        Column("themes", "themes", NAMES, help=_("Slugs of one to three themes.")),
        Column(
            "targets",
            "targets",
            TARGETS,
            help=_(
                "Codes of one to seven targets, as text; after a bar, how the policy contributes."
            ),
        ),
        Column(
            PRIMARY,
            "targets.primary",
            TEXT,
            help=_("The code of the one among them that it serves most."),
        ),
        *(_single(f"budget_{key.name}", key, "budget.") for key in fields.BUDGET),
        _listed("budget_lines", fields.BUDGET_LINES, "budget.lines"),
        _listed("funding", fields.FUNDING, "budget.funding"),
        *(_single(f"staff_{key.name}", key, "manpower.") for key in fields.MANPOWER),
        _listed("roles", fields.ROLES, "manpower.roles"),
        _listed("stakeholders", fields.STAKEHOLDERS),
        *(_single(key.name, key) for key in fields.OTHERS),
        _listed("phases", fields.PHASES),
        _listed("indicators", fields.INDICATORS),
        _listed("sources", fields.SOURCES),
    ]
    return {column.name: column for column in found}


# Columns of the files for readers that follow from others, or that only the platform knows.
LEFT_OUT = frozenset(
    {
        "id",
        "url",
        "revision",
        "published_on",
        "country",
        "subregion",
        "population",
        "population_year",
        "goals",
        "duration_months",
    }
)


def place(path, letters):
    """Where the value at a ``path`` of a line stands, for people: "X funding, entry 2, amount".

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
        words.append(str(_("entry %(number)d")) % {"number": int(number) + 1})
        words += [part.removeprefix(".")] if part else []
    return ", ".join(words)
