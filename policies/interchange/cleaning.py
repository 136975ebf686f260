"""From the JSON object of a line to unsaved rows of the database, or to all that is wrong."""

import re
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.models import Member
from members.names import tidy
from policies.content.exchange_rates import to_usd
from policies.content.values import clean, text
from policies.models import (
    CaseStudy,
    Contribution,
    FundingSource,
    JointMember,
    Phase,
    Revision,
    RevisionTheme,
)
from policies.models.case import MAX_TARGETS, MAX_THEMES
from policies.models.months import clean_fiscal_year, clean_period

from .lines import (
    ABOUT,
    BLOCKS,
    IDENTITY,
    LINKED,
    ROLE,
    TARGET,
    LineList,
    case_keys,
    keys,
    line_lists,
    parts,
)
from .reading import LineError, shown
from .understanding import money, target_code, theme_slug, understood

# Says of a member that it is another one than those of nearly its name.
NEW = "new"
NUMBER = re.compile("[0-9]{1,18}", re.ASCII)
# The path of a case on this site, with or without its title.
OWN_ADDRESS = re.compile(r"(?:/[a-z]{2,3}(?:-[a-z]+)?)?/policies/([0-9]{1,18})(?:[/?#]|$)")
LARGEST_NUMBER = 10**18
# More rows in one list are a mistake of the program that wrote the file.
MAX_ROWS = 500
MAX_ROWS_OF = {RevisionTheme: MAX_THEMES, Contribution: MAX_TARGETS}


@dataclass
class Entry:
    """A line without mistakes: a case with one revision and its lists, none of it saved."""

    line: int
    member: Member
    case: CaseStudy
    revision: Revision
    # What the line says of the case itself; what it leaves open is not here.
    about_case: dict
    # The number of the case that it says it is, with the address on this site or without.
    number: int | None = None
    has_address: bool = False
    rows: dict = field(default_factory=dict)


class Cleaner:
    """Reads one line. Afterwards ``errors`` holds everything that is wrong with it.

    ``members`` (a ``Directory``), ``themes`` by slug and ``targets`` by code are what it may name.
    A line that ``is_typed`` comes from cells that people filled in, in their own way.
    """

    def __init__(self, line, *, members, themes, targets, is_typed=False):
        self.line, self.is_typed = line, is_typed
        self.members, self.themes, self.targets = members, themes, targets
        self.errors = []
        self.is_from_here, self.written_currency = False, ""

    def entry(self, data):
        """Return the ``Entry`` of a JSON object, or None where there are errors."""
        case, revision = CaseStudy(provenance=CaseStudy.Provenance.SECRETARIAT), Revision(number=1)
        holders = self._objects(data)
        number = self._number(data)
        given = [key for key in case_keys() if data.get(key.name) not in (None, "")]
        self._fill(case, given, data, "")
        about_case = {key.attribute: getattr(case, key.attribute) for key in given}
        member = self._member(data.get("member"))
        entry = Entry(
            self.line, member, case, revision, about_case, number, has_address=self.is_from_here
        )
        for part in parts():
            value = holders[part.block].get(part.name)
            if isinstance(part, LineList):
                entry.rows[part.related_name] = self._rows(revision, part, value)
            else:
                self._set(revision, part, value, part.path)
        self._joint(entry)
        self._source_numbers(entry)
        self._period(revision, "")
        self._fiscal_year(revision, "budget.", "budget_year", "budget_fiscal_year")
        self._budget(revision)
        return None if self.errors else entry

    def add(self, path, message):
        """Note that the value at ``path`` is wrong."""
        self.errors.append(LineError(self.line, path, shown(str(message))))

    # Shapes

    def _object(self, data, path, allowed):
        """Return ``data`` where it is an object, else {}; notes keys that the format does not
        have."""
        if data is None:
            return {}
        if not isinstance(data, dict):
            self.add(path, _("This must be an object."))
            return {}
        for name in data:
            if name not in allowed:
                self.add(".".join(filter(None, [path, shown(name)])), _("Unknown key."))
        return data

    def _objects(self, data):
        """Return the line and each object in it that holds values of the revision, by its name."""
        allowed = {block: set() for block in ("", *BLOCKS.values())}
        for part in parts():
            allowed[part.block].add(part.name)
        allowed[""] |= {key.name for key in case_keys()} | {"member", *BLOCKS.values()}
        allowed[""] |= {*IDENTITY, *ABOUT, *LINKED}
        found = {"": self._object(data, "", allowed.pop(""))}
        return found | {
            block: self._object(data.get(block), block, names) for block, names in allowed.items()
        }

    def _list(self, data, path, most=MAX_ROWS):
        """Return ``data`` where it is a list of at most ``most``, else []."""
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
            self._set(instance, key, data.get(key.name), prefix + key.name)

    def _set(self, instance, key, value, path):
        try:
            if self.is_typed and isinstance(value, str) and value.strip():
                if key.field is Revision.budget_amount.field:
                    value, self.written_currency = money(value)
                else:
                    value = understood(key.field, value)
            value = clean(key.field, value, instance)
        except ValidationError as error:
            self.add(path, " ".join(error.messages))
            value = None if key.field.null else ""
        setattr(instance, key.attribute, value)

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

    def _fiscal_year(self, instance, prefix, year="year", fiscal_year="fiscal_year"):
        """Set the year in which a fiscal year begins, where only that one is given."""
        if self._is_wrong(prefix + "year") or self._is_wrong(prefix + "fiscal_year"):
            return
        try:
            found = clean_fiscal_year(getattr(instance, year), getattr(instance, fiscal_year))
        except ValidationError as error:
            self.add(prefix + "fiscal_year", error.messages[0])
        else:
            setattr(instance, year, found)

    def _joint(self, entry):
        """Check that the member of the case is not among the further ones."""
        for row in entry.rows["joint_members"]:
            if entry.member and row.member_id and row.member_id == entry.member.pk:
                name = {"name": shown(entry.member.slug)}
                path = f"joint_members[{row.position}]"
                self.add(path, _("“%(name)s” is there twice.") % name)

    def _source_numbers(self, entry):
        """Check that rows rest on sources that are there."""
        if self._is_wrong("sources"):
            return
        most = len(entry.rows["sources"])
        for line_list in line_lists():
            for row in entry.rows[line_list.related_name]:
                number = getattr(row, "source_number", None)
                if number is not None and number > most:
                    path = f"{line_list.path}[{row.position}].source_number"
                    self.add(path, _("There is no source %(number)d.") % {"number": number})

    def _missing(self, path, message):
        """Note that a value is missing, unless there is a wrong one."""
        if not self._is_wrong(path):
            self.add(path, message)

    def _is_wrong(self, path):
        return any(error.field == path for error in self.errors)

    # Parts of a line

    def _number(self, data):
        """Return the number of the case that a line says it is, or None; that of another site says
        nothing here."""
        number, url = data.get("id"), self._text(data.get("url"), "url").strip()
        address = OWN_ADDRESS.match(url.removeprefix(settings.SITE_URL))
        self.is_from_here = bool(url.startswith(settings.SITE_URL) and address)
        if url and not self.is_from_here:
            return None
        if isinstance(number, str) and NUMBER.fullmatch(number.strip()):
            number = int(number)
        is_number = isinstance(number, int) and not isinstance(number, bool)
        if number not in (None, "") and not (is_number and 0 < number < LARGEST_NUMBER):
            self.add("id", _("This is no number of a case. Leave it empty for a new case."))
            return None
        if self.is_from_here:
            of_address = int(address[1])
            if number not in (None, "", of_address):
                self.add(
                    "id", _("The address is that of case %(number)d.") % {"number": of_address}
                )
            return of_address
        return number or None

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
        member_keys = keys(Member, "name", "country", "kind")
        data = self._object(data, "member", {NEW, *(key.name for key in member_keys)})
        member = Member(status=Member.Status.LISTED)
        self._fill(member, member_keys, data, "member.")
        member.name = tidy(member.name)
        if same := self.members.same_as(member):
            return same
        if data.get(NEW) not in (None, True, False):
            self.add("member.new", _("This must be true or false."))
        elif not data.get(NEW) and (near := self.members.near(member)):
            # Two members of nearly one name are asked about, never made silently.
            self.add(
                "member.name",
                _("Did you mean %(names)s? Name it, or say with “new” that it is another one.")
                % {"names": shown(", ".join(near))},
            )
        else:
            self.members.expect(member)
        return member

    def _rows(self, revision, line_list, data):
        """Return the rows of a list, unsaved; values that no list may have twice are looked
        after."""
        rows, seen = [], set()
        most = MAX_ROWS_OF.get(line_list.model, MAX_ROWS)
        for position, value in enumerate(self._list(data, line_list.path, most)):
            path = f"{line_list.path}[{position}]"
            row = line_list.model(revision=revision, position=position)
            if line_list.model is RevisionTheme:
                if isinstance(value, str):
                    value = self._theme_slug(value)  # noqa: PLW2901 - as it is called now
                row.theme = self.themes.get(self._name(value, path, self.themes, seen))
            elif line_list.model is JointMember:
                row.member = self._joint_member(value, path, seen)
            elif isinstance(value, dict):
                self._row(row, line_list, value, f"{path}.", seen)
            else:
                self.add(path, _("This must be an object."))
                continue
            rows.append(row)
        return rows

    def _joint_member(self, value, path, seen):
        """Return a further member of a joint case by its slug, each once; None where it is wrong."""
        member = self.members.called(value) if isinstance(value, str) else None
        slug = member.slug if member else self._text(value, path)
        if self._is_wrong(path):
            return None
        if not member:
            self.add(path, _("There is no member “%(slug)s”.") % {"slug": shown(slug)})
        elif slug in seen:
            self.add(path, _("“%(name)s” is there twice.") % {"name": slug})
        seen.add(slug)
        return member

    def _theme_slug(self, value):
        """Return the slug of the theme that a slug leads to, or a name in a cell; what leads nowhere
        as it is."""
        value = theme_slug(self.themes, value) if self.is_typed else value
        known = self.themes.get(value)
        return known.slug if known else value

    def _row(self, row, line_list, data, prefix, seen):
        self._object(data, prefix.removesuffix("."), {key.name for key in line_list.keys})
        for key in line_list.keys:
            value, path = data.get(key.name), prefix + key.name
            if key.field is TARGET:
                if self.is_typed and isinstance(value, str):
                    value = target_code(value)
                row.target_id = self._name(value, path, self.targets, seen)
            elif key.field is ROLE:
                row.role = self._role(value, path, seen)
            else:
                self._set(row, key, value, path)
        if isinstance(row, Phase):
            self._period(row, prefix)
        elif isinstance(row, FundingSource):
            self._fiscal_year(row, prefix)

    def _role(self, value, path, seen):
        """Return the role of a target; ``seen`` notes that there is a primary one."""
        if not isinstance(value, bool | None):
            self.add(path, _("This must be true or false."))
        elif value and ROLE in seen:
            self.add(path, _("Only one target can be the primary one."))
        elif value:
            seen.add(ROLE)
            return Contribution.Role.PRIMARY
        return Contribution.Role.SECONDARY

    def _name(self, value, path, known, seen):
        """Return a slug or code that must be among ``known`` and not yet ``seen``."""
        name = self._text(value, path)
        if self._is_wrong(path):
            return ""
        if not name:
            self.add(path, _("This field cannot be blank."))
        elif name not in known:
            self.add(path, _unknown(name, known))
        elif name in seen:
            self.add(path, _("“%(name)s” is there twice.") % {"name": name})
        seen.add(name)
        return name

    def _budget(self, revision):
        """Check what the amounts need beside them, and convert the budget."""
        written = self.written_currency
        if written and revision.budget_currency not in ("", written):
            codes = {"written": written, "code": revision.budget_currency}
            message = _("The amount is written in %(written)s, and the currency is %(code)s.")
            self.add("budget.amount", message % codes)
        elif written and not self._is_wrong("budget.currency"):
            revision.budget_currency = written
        if revision.budget_amount is not None and not revision.budget_currency:
            self._missing("budget.currency", _("Choose the currency of the budget."))
        if revision.budget_usd is not None and not revision.budget_usd_source:
            if self.is_from_here or revision.budget_usd == _converted(revision):
                # What was worked out here is worked out again.
                revision.budget_usd = None
            else:
                self._missing("budget.usd_source", _("Name who states the amount in USD."))
        if revision.budget_usd_source and revision.budget_usd is None:
            self._missing("budget.usd", _("A source is given, but no amount in USD."))
        if not self.errors and revision.budget_usd is None:
            self._convert(revision)

    def _convert(self, revision):
        """Work out the amount in USD, where a rate is known."""
        usd = Revision.budget_usd.field
        try:
            revision.budget_usd = usd.clean(_converted(revision), revision)
        except ValidationError as error:
            self.add("budget.amount", error.messages[0])


def _unknown(name, known):
    """Return what is said of a theme or target that there is none of, with those that there are."""
    if isinstance(known, dict):
        # Themes by their slugs; those that they had formerly lead on and are not named.
        known = {theme.slug for theme in known.values()}
        names = {"name": shown(name), "names": ", ".join(sorted(known))}
        return _("There is no “%(name)s”. There are: %(names)s.") % names
    goal = [code for code in known if code.startswith(name.partition(".")[0] + ".")]
    if goal:
        names = {"name": shown(name), "names": ", ".join(sorted(goal))}
        return _("There is no “%(name)s”. Of this goal there are: %(names)s.") % names
    return _(
        "There is no “%(name)s”. Write the code of one of the 169 targets, from 1.1 to 17.19: 11.6, 16.b."
    ) % {"name": shown(name)}


def _converted(revision):
    """Return the budget in USD where a rate is known, else None."""
    return to_usd(revision.budget_amount, revision.budget_currency, revision.budget_year)
