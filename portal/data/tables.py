"""Which tables there are, and what their columns are.

The columns of the policies are those of the CSV file (``policies.interchange.spreadsheet``), so the
Frictionless description, schema.org's and DCAT's all follow from them.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.content import columns as exchange_columns
from policies.interchange import columns, spreadsheet
from sdg.models import UN_SDG, Target

CSV = "text/csv"
# Kind of a column -> its type by the Frictionless Table Schema. Codes of targets are texts: 16.10
# would become 16.1.
TYPES = {
    columns.NUMBER: {"type": "number"},
    columns.WHOLE: {"type": "integer"},
    columns.YEAR: {"type": "year"},
    columns.DATE: {"type": "date"},
    columns.TRUTH: {"type": "boolean"},
    columns.MONTH: {
        "type": "string",
        "constraints": {"pattern": r"(19|20)[0-9]{2}(-M(0[1-9]|1[0-2]))?"},
    },
    columns.TARGETS: {
        "type": "string",
        "constraints": {"pattern": r"SDG [0-9]{1,2}\.([0-9]{1,2}|[a-d])(; SDG [0-9.a-d]+)*"},
    },
}
TARGET_COLUMNS = {
    "code": ({"type": "string"}, "Number of the target, a text: 16.10 is not 16.1."),
    "uri": ({"type": "string", "format": "uri"}, "Its identifier by the United Nations."),
    "goal": ({"type": "integer"}, "Number of its goal."),
    "goal_title": ({"type": "string"}, "Short title of the goal."),
    "kind": ({"type": "string"}, "Whether it is an outcome or a means of implementation."),
    "label": ({"type": "string"}, "Short label of the target in our own words."),
    "text": ({"type": "string"}, "Wording of the resolution A/RES/70/1."),
}
THESAURUS_COLUMNS = {
    "target": ({"type": "string"}, "Number of the target."),
    "language": ({"type": "string"}, "Language of the words, ISO 639."),
    "kind": (
        {"type": "string"},
        "Whether it is our label of the target or a term of the thesaurus.",
    ),
    "text": ({"type": "string"}, "The words."),
    "read_by_native_speaker": (
        {"type": "string"},
        "Whether a native speaker has read them: yes or no.",
    ),
}


@dataclass(frozen=True)
class Table:
    """A file of the library: its name, what is in it, where it is had now, and its columns."""

    name: str
    title: str
    path: str
    media_type: str
    fields: list
    key: str = ""
    # Whether it is in the file of a month. What cities ask and advise is not: its team may take it back
    # any day, and copies that stay as they are would go on saying it.
    is_of_month: bool = True


def tables():
    """Return the files of the whole library as it is now."""
    return [
        Table(
            "policies",
            _("All policies, a row each"),
            reverse("policies:export", args=["csv"]),
            CSV,
            [
                {
                    "name": column.name,
                    "description": str(column.meaning),
                    **TYPES.get(column.kind, {"type": "string"}),
                }
                for column in spreadsheet.columns()
            ],
            "id",
        ),
        Table(
            "targets",
            _("The 169 targets with their goals"),
            reverse("data-targets"),
            CSV,
            _fields(TARGET_COLUMNS),
            "code",
        ),
        Table(
            "thesaurus",
            _("The words that people use for each target, in fifteen languages"),
            reverse("sdg:thesaurus", args=["csv"]),
            CSV,
            _fields(THESAURUS_COLUMNS),
        ),
        *(
            Table(name, title, reverse(address), CSV, fields, is_of_month=False)
            for name, title, address, fields in exchange_columns.tables()
        ),
    ]


def _fields(described):
    return [
        {"name": name, "description": meaning, **kind}
        for name, (kind, meaning) in described.items()
    ]


def target_rows():
    """Yield a row for each target, in the order of the resolution."""
    for target in Target.objects.select_related("goal"):
        yield (
            *(target.code, UN_SDG + target.code, target.goal_id, target.goal.title),
            *(target.kind, target.label, target.text),
        )
