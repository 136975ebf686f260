"""The lines of the format: which value stands under which key, and the line of a revision.

A value has the name of its model field. What is called otherwise, or stands in an object of its
own, is named here once; everything else follows from the models.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice

from django.db import models

from citynet.web import licence
from policies.content.citations import lasting_address
from policies.content.fields import content_fields, row_fields
from policies.content.values import empty, serialized
from policies.models import CaseStudy, Contribution, JointMember, Revision, RevisionTheme
from policies.models.files import StoredFile

# Fields of the case itself that a line may set.
CASE_FIELDS = ("source_id", "provenance", "confirmed_at", "synthetic")
# Fields whose names begin so stand, without that, in an object of this name.
BLOCKS = {"budget_": "budget", "staff_": "manpower"}
# Where a list stands that is called otherwise on a revision.
LISTS = {
    "theme_rows": "themes",
    "contributions": "targets",
    "budget_lines": "budget.lines",
    "funding_sources": "budget.funding",
    "staff_roles": "manpower.roles",
}
THEME, TARGET = RevisionTheme.theme.field, Contribution.target.field
JOINT = JointMember.member.field
# Lists whose rows are nothing but the name of something.
OF_NAMES = (RevisionTheme, JointMember)
ROLE = Contribution.role.field
# Fields of rows that are called otherwise.
NAMES = {TARGET: "code", ROLE: "primary"}
# Values that are not written as they are stored; relations by the name that people know.
VALUES = {
    THEME: lambda row: row.theme.slug,
    JOINT: lambda row: row.member.slug,
    ROLE: lambda row: row.role == Contribution.Role.PRIMARY,
}


@dataclass(frozen=True)
class Key:
    """A value in a line: its name in the object ``block`` ("" for the line), and its field."""

    name: str
    field: models.Field
    block: str = ""

    @property
    def path(self):
        """Where it stands: "title", "budget.amount"."""
        return f"{self.block}.{self.name}" if self.block else self.name

    @cached_property
    def attribute(self):
        return self.field.attname

    @cached_property
    def of(self):
        """A function that gives the value of a model as it stands in a line."""
        nothing, attribute = empty(self.field), self.attribute
        return VALUES.get(self.field) or (
            lambda instance: serialized(getattr(instance, attribute), nothing)
        )


@dataclass(frozen=True)
class LineList:
    """A list in a line: its name in the object ``block``, and the keys of each object in it.

    ``related_name`` is what its rows, of class ``model``, are called on a revision.
    """

    name: str
    model: type[models.Model]
    related_name: str
    keys: tuple[Key, ...]
    block: str = ""

    @property
    def path(self):
        """Where it stands: "sources", "budget.lines"."""
        return f"{self.block}.{self.name}" if self.block else self.name

    def of(self, rows):
        """Return the rows as they stand in a line; of a name that is its slug alone."""
        if self.model in OF_NAMES:
            return [self.keys[0].of(row) for row in rows]
        return [values(row, self.keys) for row in rows]


@cache
def case_keys():
    """Return the keys of what a line says of the case itself."""
    return keys(CaseStudy, *CASE_FIELDS)


@cache
def parts():
    """Return every key and list of a line that is a revision's own, in their order.

    Values outside the objects come first, then the lists, with the values of an object before its
    lists. A value that is named after a list, as "stakeholders_unavailable" is, stands behind it.
    """
    keys = [_key(field) for field in content_fields()]
    lists = [_line_list(*each) for each in Revision.row_models().items()]
    lists = [line_list for line_list in lists if not issubclass(line_list.model, StoredFile)]
    behind = {line_list.name: f"{line_list.name}_" for line_list in lists}
    found = [k for k in keys if not k.block and not k.name.startswith(tuple(behind.values()))]
    for line_list in lists:
        if line_list.block not in {part.block for part in found}:
            found += [key for key in keys if key.block == line_list.block]
        found.append(line_list)
        found += [k for k in keys if not k.block and k.name.startswith(behind[line_list.name])]
    return tuple(found)


def _line_list(related_name, model):
    block, _dot, name = LISTS.get(related_name, related_name).rpartition(".")
    keys = [Key(NAMES.get(field, field.name), field) for field in row_fields(model)]
    return LineList(name, model, related_name, tuple(keys), block)


def line_lists():
    """Return the lists among the parts."""
    return [part for part in parts() if isinstance(part, LineList)]


def keys(model, *names):
    """Return keys that are called like the fields of ``model``."""
    return tuple(Key(name, model._meta.get_field(name)) for name in names)


def _key(field):
    for beginning, block in BLOCKS.items():
        if field.name.startswith(beginning):
            return Key(field.name.removeprefix(beginning), field, block)
    return Key(field.name, field)


# What an exported line says beside its content. The first two identify the case where it comes back
# to the site that it is from; the others are not read.
IDENTITY = ("id", "url")
ABOUT = ("revision", "published_at", "first_published_at", "licence")
# What apps that policies must not know have of cases: name -> function that is given numbers of cases
# and returns number -> [{"id": …, "url": …}]. Registered in ``AppConfig.ready``; an import leaves it
# where it is, as it has a place of its own.
LINKED = {}
AT_ONCE = 200


def records(revisions):
    """Yield the lines of public ``revisions``, each with what it needs to stand alone: number and
    address of its case, which revision it is, its dates and its licence; and what is ``LINKED``.

    For revisions from ``with_content()`` and ``with_first_published()`` only the latter asks the
    database, once for ``AT_ONCE`` of them.
    """
    revisions = iter(revisions)
    while part := list(islice(revisions, AT_ONCE)):
        cases = [revision.case_id for revision in part]
        linked = {name: read(cases) for name, read in LINKED.items()}
        for revision in part:
            of_case = {name: found.get(revision.case_id, []) for name, found in linked.items()}
            yield _record(revision) | of_case


def _record(revision):
    name, address = licence.name_and_address()
    about = {
        "revision": revision.number,
        "published_at": revision.decided_at.isoformat(),
        "first_published_at": revision.first_published.isoformat(),
        "licence": address or name or None,
    }
    return _identity(revision.case) | about | row(revision)


def identified(revision):
    """Return the line of any ``revision`` with number and address of its case, so that an import
    knows it again."""
    return _identity(revision.case) | row(revision)


def _identity(case):
    return {"id": case.pk, "url": lasting_address(case)}


def row(revision):
    """Return the line of ``revision``, as a dict ready for JSON.

    Asks the database nothing when the revision comes from ``Revision.objects.with_content()``.
    """
    case = revision.case
    about_case = values(case, case_keys())
    synthetic = about_case.pop("synthetic")
    return {
        "source_id": about_case.pop("source_id"),
        "member": case.member.slug,
        **about_case,
        **content(revision),
        **({"synthetic": True} if synthetic else {}),
    }


def content(revision, rows=None):
    """Return the part of the line that is the revision's own.

    ``rows`` has the lists by their names on the revision where they are not saved yet. An amount
    in USD is there only where a source states it: the others follow from amount and year.
    """
    line = {}
    for part in parts():
        if isinstance(part, Key):
            value = part.of(revision)
        elif rows is None:
            value = part.of(getattr(revision, part.related_name).all())
        else:
            value = part.of(rows[part.related_name])
        holder = line.setdefault(part.block, {}) if part.block else line
        holder[part.name] = value
    if not revision.budget_usd_source:
        line["budget"]["usd"] = None
    return line


def values(instance, keys):
    """Return the values of ``instance`` by the names that they have in a line."""
    return {key.name: key.of(instance) for key in keys}
