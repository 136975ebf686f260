"""What a line means for the cases that are there, and the steps that write it."""

from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import chain

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from policies.content.fields import content_fields
from policies.models import CaseStudy, Revision
from policies.models.files import StoredFile
from policies.workflow import moderation

from .cleaning import Entry
from .lines import CASE_FIELDS, content, line_lists

# The name under which imported texts are published: no person decided on each of them.
DECIDER = "Secretariat"


class Action(Enum):
    """What is to be done with a line."""

    CREATE = auto()  # a case
    DRAFT = auto()  # a further revision of a case
    REWRITE = auto()  # the draft that an earlier import left
    PUBLISH = auto()  # that draft, as it is
    NOTHING = auto()


class LineRefused(Exception):
    """The line cannot be applied; ``field`` and ``message`` say why."""

    def __init__(self, path, message):
        super().__init__(message)
        self.field, self.message = path, message


@dataclass
class Step:
    """A line and what is to be done with it; ``known`` is None where its case is new."""

    entry: Entry
    action: Action
    known: "Known | None" = None
    case_changes: dict = field(default_factory=dict)


@dataclass
class Known:
    """A case with those of its revisions that a line is compared with; each may be None.

    ``last`` is the newest that the secretariat may see: of what a team has discarded without
    submitting it, nothing is compared, told or copied. ``number`` is that of the newest of all.
    """

    case: CaseStudy
    number: int = 0
    live: Revision | None = None
    open: Revision | None = None
    last: Revision | None = None


def known_cases(entries, *, with_revisions):
    """Return the ``Known`` cases that ``entries`` may mean, by number, in a fixed number of queries;
    the cases are locked.

    By its number alone nobody finds a text that a city has never shown.
    """
    source_ids = {entry.case.source_id for entry in entries} - {None}
    numbers = {entry.number for entry in entries} - {None}
    if not source_ids and not numbers:
        return {}
    shown = Revision.objects.known_to_secretariat().filter(case__in=numbers)
    named = Q(source_id__in=source_ids) | Q(pk__in=shown.values("case"))
    known = {case.pk: Known(case) for case in CaseStudy.objects.filter(named).select_for_update()}
    if known and with_revisions:
        _add_revisions(known)
    return known


def meant(entry, known, by_source_id):
    """Return the ``Known`` case that a line means, by its source id or by its number and address;
    None where it is new. Raises ``LineRefused`` where they contradict each other.
    """
    named, numbered = by_source_id.get(entry.case.source_id), known.get(entry.number)
    if named and numbered and named is not numbered:
        numbers = {"number": named.case.pk, "other": numbered.case.pk}
        raise LineRefused(
            "source_id",
            _("Case %(number)d has this source id, but the line has the number of case %(other)d.")
            % numbers,
        )
    found = named or numbered
    if numbered and not named:
        has = numbered.case.source_id
        if entry.case.source_id and has and has != entry.case.source_id:
            raise LineRefused(
                "source_id",
                _("Case %(number)d has the source id “%(name)s”.")
                % {"number": numbered.case.pk, "name": has},
            )
        if not entry.has_address and entry.member.pk != numbered.case.member_id:
            raise LineRefused(
                "id",
                _("Case %(number)d is one of another member. Leave “id” empty for a new case.")
                % {"number": numbered.case.pk},
            )
    return found


def _add_revisions(known):
    roles = []
    shown = Revision.objects.known_to_secretariat().filter(pk=OuterRef("pk"))
    revisions = Revision.objects.filter(case__in=known).annotate(is_shown=Exists(shown))
    columns = ("pk", "case_id", "number", "state", "is_shown")
    last = {}
    for key, case_id, number, state, is_shown in revisions.order_by("number").values_list(*columns):
        known[case_id].number = number
        if is_shown:
            last[case_id] = key
        if state in Revision.OPEN_STATES:
            roles.append((case_id, "open", key))
    roles += [(case_id, "last", key) for case_id, key in last.items()]
    roles += [(key, "live", each.case.live_id) for key, each in known.items() if each.case.live_id]
    wanted = {key for _case, _role, key in roles}
    found = Revision.objects.with_content().in_bulk(wanted)
    for case_id, role, key in roles:
        setattr(known[case_id], role, found[key])


def decide(entry, known, *, publish):
    """Return the ``Action`` for a line whose case is ``known``. Raises ``LineRefused``.

    A text that moderators refused or unpublished does not come back by importing it again,
    nor does a case that was merged into another one.
    """
    if known.case.merged_into_id:
        if _says_same(entry, known.last):
            return Action.NOTHING
        number = {"number": known.case.merged_into_id}
        raise LineRefused("source_id", _("The case was merged into case %(number)d.") % number)
    if entry.member.pk != known.case.member_id:
        raise LineRefused("member", _("The case belongs to another member; an import moves none."))
    if known.live and _says_same(entry, known.live):
        return Action.NOTHING
    if known.open is None:
        return Action.NOTHING if _says_same(entry, known.last) else Action.DRAFT
    # What is submitted is the moderators' to decide, and a draft that somebody has changed is theirs,
    # also once their account is gone.
    opened = known.open
    untouched = opened.is_imported and opened.version == 0
    is_ours = opened.state == Revision.State.DRAFT and untouched
    if _says_same(entry, known.open):
        return Action.PUBLISH if publish and is_ours else Action.NOTHING
    if not is_ours:
        number = {"number": known.open.number}
        raise LineRefused(
            "source_id", _("Revision %(number)d is being written or reviewed.") % number
        )
    return Action.REWRITE


def case_changes(entry, known, *, publish):
    """Return what a line changes of the case itself, as {attribute: value}.

    It is seen at once where the case is public, so then only ``publish`` changes it. A day on which a
    former text was confirmed is none of the text that took its place.
    """
    case, live = known.case, known.live
    if live and not publish:
        return {}
    given = entry.about_case.items()
    changes = {name: value for name, value in given if getattr(case, name) != value}
    if live and (day := changes.get("confirmed_at")):
        is_first = live.number == 1 and _says_same(entry, live)
        if not is_first and day < timezone.localdate(live.decided_at):
            del changes["confirmed_at"]
    return changes


def _says_same(entry, revision):
    return revision is not None and content(entry.revision, entry.rows) == content(revision)


WRITTEN = {Action.CREATE, Action.DRAFT, Action.REWRITE}


def write(steps, *, publish_at=None):
    """Carry out ``steps`` inside the caller's transaction; publish the texts where a time is given.

    Sets the case and the revision of each entry to those in the database.
    """
    by_action = {action: [] for action in Action}
    for step in steps:
        by_action[step.action].append(step)
    _create_cases([step.entry for step in by_action[Action.CREATE]])
    for step in steps:
        if step.known:
            step.entry.case = step.entry.revision.case = step.known.case
    _change_cases([step for step in steps if step.case_changes])
    _number(by_action[Action.DRAFT])
    new = [step.entry.revision for step in by_action[Action.CREATE] + by_action[Action.DRAFT]]
    for revision in new:
        revision.is_imported = True
    Revision.objects.bulk_create(new)
    _rewrite(by_action[Action.REWRITE])
    for line_list in line_lists():
        written = [
            step.entry.rows[line_list.related_name] for step in steps if step.action in WRITTEN
        ]
        line_list.model.objects.bulk_create(list(chain.from_iterable(written)))
    _copy_files(by_action[Action.DRAFT])
    for step in by_action[Action.PUBLISH]:
        step.entry.revision = step.known.open
    public = [step.entry.revision for step in steps if step.action is not Action.NOTHING]
    if publish_at and public:
        confirmed = {step.known.case.pk for step in steps if "confirmed_at" in step.case_changes}
        moderation.publish_all(public, name=DECIDER, at=publish_at, confirmed=confirmed)


def _create_cases(entries):
    for entry in entries:
        case = entry.case
        case.member = entry.member
        case.slug = CaseStudy.slug_for(entry.revision.title)
        entry.revision.case = case
    CaseStudy.objects.bulk_create([entry.case for entry in entries])


def _change_cases(steps):
    for step in steps:
        for name, value in step.case_changes.items():
            setattr(step.entry.case, name, value)
    CaseStudy.objects.bulk_update([step.entry.case for step in steps], CASE_FIELDS)


def _number(steps):
    """Number the further revisions of cases."""
    for step in steps:
        step.entry.revision.number = step.known.number + 1


def _rewrite(steps):
    """Give drafts another text; their photos and documents stay."""
    drafts = [step.known.open for step in steps]
    for line_list in line_lists() if drafts else ():
        line_list.model.objects.filter(revision__in=drafts).delete()
    names = [field.attname for field in content_fields()]
    for step in steps:
        draft, revision = step.known.open, step.entry.revision
        revision.pk, revision.number = draft.pk, draft.number
        # The version counts changes by people.
        revision.version, revision.updated_at = draft.version, timezone.now()
        revision.save(update_fields=[*names, "updated_at"])


def _copy_files(steps):
    """Copy what the file does not carry, photos and documents, from the text before."""
    for name, model in Revision.row_models().items():
        if not issubclass(model, StoredFile):
            continue
        rows = []
        for step in steps:
            before = step.known.live or step.known.last
            # Read with the case, so not asked for anew.
            for row in getattr(before, name).all() if before else ():
                if row.removed_on:
                    continue
                row.pk, row.revision = None, step.entry.revision
                rows.append(row)
        model.objects.bulk_create(rows)
