"""From the JSON object of a line to unsaved rows of the database, or to all that is wrong."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.models import Member
from policies.content import fields
from policies.content.exchange_rates import to_usd
from policies.models import CaseStudy, Contribution, Revision, RevisionTheme
from policies.models.case import MAX_TARGETS, MAX_THEMES
from policies.models.months import clean_period

from .reading import LineError, shown
from .values import clean, text

# More rows in one list are a mistake of the program that wrote the file.
MAX_ROWS = 500


@dataclass
class Entry:
    """A line without mistakes: a case with one revision and its lists, none of it saved."""

    line: int
    member: Member
    case: CaseStudy
    revision: Revision
    # What the line says of the case itself; what it leaves open is not here.
    about_case: dict
    rows: dict = field(default_factory=dict)


class Cleaner:
    """Reads one line. Afterwards ``errors`` holds everything that is wrong with it.

    ``members`` (a ``Directory``), ``themes`` by slug and ``targets`` by code are what it may name.
    """

    def __init__(self, line, *, members, themes, targets):
        self.line = line
        self.members, self.themes, self.targets = members, themes, targets
        self.errors = []

    def entry(self, data):
        """The ``Entry`` of a JSON object, or None where there are errors."""
        lists = {"themes", "targets", "stakeholders", "phases", "indicators", "sources"}
        allowed = {key.name for key in (*fields.CASE, *fields.TEXTS, *fields.OTHERS)}
        data = self._object(data, "", allowed | lists | {"member", "budget", "manpower"})
        case, revision = CaseStudy(provenance=CaseStudy.Provenance.SECRETARIAT), Revision(number=1)
        given = [key for key in fields.CASE if data.get(key.name) not in (None, "")]
        self._fill(case, given, data, "")
        self._fill(revision, (*fields.TEXTS, *fields.OTHERS), data, "")
        self._period(revision, "")
        entry = Entry(
            self.line,
            self._member(data.get("member")),
            case,
            revision,
            {key.attribute: getattr(case, key.attribute) for key in given},
        )
        self._themes(entry, data.get("themes"))
        self._targets(entry, data.get("targets"))
        self._budget(entry, data.get("budget"))
        manpower = self._block(data.get("manpower"), "manpower", fields.MANPOWER, {"roles"})
        self._fill(revision, fields.MANPOWER, manpower, "manpower.")
        self._rows(entry, fields.ROLES, manpower.get("roles"), "manpower.roles")
        for kind, name in [
            (fields.STAKEHOLDERS, "stakeholders"),
            (fields.PHASES, "phases"),
            (fields.INDICATORS, "indicators"),
            (fields.SOURCES, "sources"),
        ]:
            self._rows(entry, kind, data.get(name), name)
        return None if self.errors else entry

    def add(self, path, message):
        """Note that the value at ``path`` is wrong."""
        self.errors.append(LineError(self.line, path, shown(str(message))))

    # Shapes

    def _object(self, data, path, allowed):
        """``data`` where it is an object, else {}; notes keys that the format does not have."""
        if data is None:
            return {}
        if not isinstance(data, dict):
            self.add(path, _("This must be an object."))
            return {}
        for name in data:
            if name not in allowed:
                self.add(".".join(filter(None, [path, shown(name)])), _("Unknown key."))
        return data

    def _block(self, data, path, keys, others=()):
        return self._object(data, path, {key.name for key in keys}.union(others))

    def _list(self, data, path, most=MAX_ROWS):
        """``data`` where it is a list of at most ``most``, else []."""
        if data is None:
            return []
        if not isinstance(data, list):
            self.add(path, _("This must be a list."))
            return []
        if len(data) > most:
            self.add(path, _("At most %(count)d are allowed.") % {"count": most})
            return []
        return data

    # Values

    def _fill(self, instance, keys, data, prefix):
        """Set the fields of ``instance`` from the values in ``data``."""
        for key in keys:
            value = self._value(key.field, data.get(key.name), instance, prefix + key.name)
            setattr(instance, key.attribute, value)

    def _value(self, model_field, value, instance, path):
        try:
            return clean(model_field, value, instance)
        except ValidationError as error:
            self.add(path, " ".join(error.messages))
            return None if model_field.null else ""

    def _text(self, value, path):
        try:
            return text(value)
        except ValidationError as error:
            self.add(path, error.messages[0])
            return ""

    def _period(self, instance, prefix):
        if self._is_wrong(prefix + "start") or self._is_wrong(prefix + "end"):
            return
        try:
            clean_period(instance.start, instance.end)
        except ValidationError as error:
            self.add(prefix + "end", error.messages[0])

    def _missing(self, path, message):
        """Note that a value is missing, unless there is a wrong one."""
        if not self._is_wrong(path):
            self.add(path, message)

    def _is_wrong(self, path):
        return any(error.field == path for error in self.errors)

    # Parts of a line

    def _member(self, data):
        if data is None or data == "":
            self.add("member", _("This field cannot be blank."))
        elif isinstance(data, dict):
            return self._new_member(data)
        elif isinstance(data, str):
            member = self.members.called(data)
            if member:
                return member
            self.add(
                "member",
                _("There is no member “%(slug)s”; with its name, country and kind it is made.")
                % {"slug": shown(data)},
            )
        else:
            self.add("member", _("This must be a text or an object."))
        return None

    def _new_member(self, data):
        keys = fields.keys(Member, "name", "country", "kind")
        data = self._block(data, "member", keys)
        member = Member(status=Member.Status.LISTED)
        self._fill(member, keys, data, "member.")
        return self.members.same_as(member) or member

    def _themes(self, entry, data):
        rows = entry.rows[fields.THEMES.related_name] = []
        seen = set()
        for position, value in enumerate(self._list(data, "themes", MAX_THEMES)):
            path = f"themes[{position}]"
            theme = self.themes.get(self._name(value, path, self.themes, seen))
            rows.append(RevisionTheme(revision=entry.revision, theme=theme, position=position))

    def _targets(self, entry, data):
        rows = entry.rows[fields.TARGETS.related_name] = []
        seen, primary = set(), False
        for position, value in enumerate(self._list(data, "targets", MAX_TARGETS)):
            path = f"targets[{position}]"
            item = self._item(value, path, {"code", "primary", "how"})
            if item is None:
                continue
            row = Contribution(revision=entry.revision, position=position)
            row.target_id = self._name(item.get("code"), f"{path}.code", self.targets, seen)
            self._fill(row, fields.TARGETS.keys, item, f"{path}.")
            is_primary = item.get("primary")
            if not isinstance(is_primary, bool | None):
                self.add(f"{path}.primary", _("This must be true or false."))
            elif is_primary and primary:
                self.add(f"{path}.primary", _("Only one target can be the primary one."))
            elif is_primary:
                primary = True
                row.role = Contribution.Role.PRIMARY
            rows.append(row)

    def _name(self, value, path, known, seen):
        """A slug or code that must be among ``known`` and not yet ``seen``."""
        name = self._text(value, path)
        if self._is_wrong(path):
            return ""
        if not name:
            self.add(path, _("This field cannot be blank."))
        elif name not in known:
            self.add(path, _("There is no “%(name)s”.") % {"name": shown(name)})
        elif name in seen:
            self.add(path, _("“%(name)s” is there twice.") % {"name": name})
        seen.add(name)
        return name

    def _budget(self, entry, data):
        revision = entry.revision
        data = self._block(data, "budget", fields.BUDGET, {"lines", "funding"})
        self._fill(revision, fields.BUDGET, data, "budget.")
        if revision.budget_amount is not None and not revision.budget_currency:
            self._missing("budget.currency", _("Say in which currency the budget is."))
        if revision.budget_usd is not None and not revision.budget_usd_source:
            self._missing("budget.usd_source", _("Say who states the amount in USD."))
        if revision.budget_usd_source and revision.budget_usd is None:
            self._missing("budget.usd", _("A source is given, but no amount in USD."))
        if not self.errors and revision.budget_usd is None:
            self._convert(revision)
        self._rows(entry, fields.BUDGET_LINES, data.get("lines"), "budget.lines")
        self._rows(entry, fields.FUNDING, data.get("funding"), "budget.funding")

    def _convert(self, revision):
        """The amount in USD, where a rate is known."""
        amount = to_usd(revision.budget_amount, revision.budget_currency, revision.budget_year)
        usd = Revision.budget_usd.field
        try:
            revision.budget_usd = usd.clean(amount, revision)
        except ValidationError as error:
            self.add("budget.amount", error.messages[0])

    def _rows(self, entry, kind, data, path):
        rows = entry.rows[kind.related_name] = []
        for position, value in enumerate(self._list(data, path)):
            prefix = f"{path}[{position}]"
            item = self._item(value, prefix, {key.name for key in kind.keys})
            if item is None:
                continue
            row = kind.model(revision=entry.revision, position=position)
            self._fill(row, kind.keys, item, f"{prefix}.")
            if kind is fields.PHASES:
                self._period(row, f"{prefix}.")
            rows.append(row)

    def _item(self, value, path, allowed):
        """An object inside a list, or None where it is something else, noted already."""
        if isinstance(value, dict):
            return self._object(value, path, allowed)
        self.add(path, _("This must be an object."))
        return None
