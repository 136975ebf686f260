"""Steps of an adoption: from "we want to do this too" to reports, and what the original city says.

A report is never changed; the stage of an adoption is that of its newest one. Whose policy it is
may confirm it, add a note, or dispute it, which the secretariat decides.
"""

import hashlib

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exchange.models import (
    Adoption,
    AdoptionChange,
    AdoptionIndicator,
    AdoptionReport,
    AdoptionSource,
)
from exchange.models.adoptions import FINAL_STAGES, Stage
from exchange.models.querysets import MODERATE, writes_as
from members.models import Member, Notice
from members.notices.notifications import address, notify, settle
from members.record import audit
from members.secretariat import acts_for_secretariat
from policies.models import CaseStudy
from policies.workflow.notifications import writers

from .entries import lock, need_team, need_voice, refuse_contact_details, refuse_removed
from .errors import (
    AlreadyThere,
    ChangedMeanwhile,
    ExchangeError,
    NotAllowed,
    ReasonRequired,
    StepRefused,
)
from .notifications import coordinators, secretariat, team_of

MAX_CHANGES = 12
# What may be edited of an adoption; its stage only as long as there is no report.
EDITABLE = ("learned_by", "interest", "kept", "reason", "started", "own_case")
CHANGE = ("aspect", "kind", "what", "reason", "when")
INDICATOR_TEXTS = ("name", "unit")
# What the original city said of a text goes, or is called older, once that text is another.
OF_ORIGIN = ("confirmed_by_origin_at", "origin_note_is_older")


@transaction.atomic
def begin(author, member, case, *, stage, words, learned_by=""):
    """Return the new draft of a team that wants to do what ``case`` did.

    ``words`` say what interests them or, where it is decided against or stopped, why.
    """
    need_team(author, member)
    refuse_contact_details(words)
    # Two colleagues who say so at the same moment come one after the other.
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if case.live_id is None:
        raise StepRefused(_("This case is not public any more."))
    refuse_own(member, case)
    there = Adoption.objects.readable_by(author).about_case(case)
    there = there.filter(member=member, removed_at=None).first()
    if there:
        message = _("%(member)s has said so already.") % {"member": member}
        raise AlreadyThere(message, there)
    if stage not in Stage.values:
        raise ExchangeError(_("Say how far you are."))
    is_final = stage in FINAL_STAGES
    if is_final and not words.strip():
        raise ReasonRequired
    adoption = Adoption.objects.create(
        author=author,
        author_name=author.get_full_name(),
        member=member,
        case=case,
        revision=case.live,
        stage=stage,
        learned_by=learned_by,
        interest="" if is_final else words,
        reason=words if is_final else "",
    )
    _record("adoption-begun", adoption, author)
    return adoption


@transaction.atomic
def publish(adoption, *, by):
    """Make a draft public: a claim of its team about itself. The original city is told.

    Raises ``AlreadyThere`` where the secretariat has entered the same from public sources meanwhile.
    """
    Member.objects.select_for_update(no_key=True).get(pk=adoption.member_id)
    adoption = lock(adoption)
    need_voice(by, adoption)
    refuse_removed(adoption)
    if adoption.state != Adoption.State.DRAFT:
        raise ChangedMeanwhile(_("It is public already."))
    if adoption.case and adoption.original_text is None:
        raise StepRefused(_("This case is not public any more."))
    refuse_own(adoption.member, adoption.original)
    if there := public_twin(adoption):
        message = _(
            "There is a public entry of %(member)s on this policy already. Go on with that one, and "
            "delete this draft."
        )
        raise AlreadyThere(message % {"member": adoption.member}, there)
    adoption.state = Adoption.State.PUBLISHED
    adoption.published_at = timezone.now()
    _claim(adoption, by)
    adoption.save(update_fields=["state", "published_at", "provenance"])
    audit.record("adoption-published", adoption, by=by)
    _tell_origin(adoption, by)
    return adoption


def refuse_own(member, case):
    """Raise ``ExchangeError`` where ``case``, if it is one of the library, is of ``member``."""
    live = case and case.live
    if case and (member == case.member or (live and member in live.further_members)):
        raise ExchangeError(_("A member cannot adopt its own policy."))


def public_twin(adoption):
    """Return the public entry of the same member on the same case; None where there is none."""
    if adoption.original is None:
        return None
    same = Adoption.objects.about_case(adoption.original).exclude(pk=adoption.pk)
    public = same.filter(state=Adoption.State.PUBLISHED, removed_at=None)
    return public.filter(member=adoption.member_id).first()


@transaction.atomic
def delete_draft(adoption, *, by):
    """Delete a draft that its team gives up."""
    adoption = lock(adoption)
    need_voice(by, adoption)
    refuse_removed(adoption)
    if adoption.state != Adoption.State.DRAFT:
        raise StepRefused(_("It is public: write in a report how it ended."))
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("Draft deleted")
    _record("adoption-changed", adoption, by, reason)
    adoption.delete()


def as_shown(adoption):
    """Return what may be edited of an adoption, to find out whether a colleague was quicker."""
    facts = adoption.changes.model.objects.filter(adoption=adoption).values_list(*CHANGE)
    names = ("own_case_id" if name == "own_case" else name for name in EDITABLE)
    written = repr(([getattr(adoption, name) for name in names], list(facts)))
    return hashlib.sha256(written.encode()).hexdigest()


@transaction.atomic
def edit(adoption, *, by, facts, changes, shown):
    """Write ``facts`` and the rows of ``changes`` (dicts) into an adoption.

    ``shown`` is what :func:`as_shown` returned when the form was opened. Raises ``ChangedMeanwhile``
    where somebody has saved it since.
    """
    adoption = lock(adoption)
    need_voice(by, adoption)
    refuse_removed(adoption)
    if shown != as_shown(adoption):
        raise ChangedMeanwhile(
            _("A colleague has changed this in the meantime. Below is what you wrote.")
        )
    texts = (facts["kept"], facts["interest"], facts["reason"], *(row["what"] for row in changes))
    refuse_contact_details(*texts)
    if len(changes) > MAX_CHANGES:
        raise ExchangeError(_("At most %(count)d changes fit.") % {"count": MAX_CHANGES})
    own = facts.get("own_case")
    if own and own.member_id != adoption.member_id:
        raise ExchangeError(_("This is not a case of %(member)s.") % {"member": adoption.member})
    for name in EDITABLE:
        setattr(adoption, name, facts[name])
    _claim(adoption, by)
    fields = [*EDITABLE, "provenance", *OF_ORIGIN]
    stage = adoption.stage
    if facts.get("stage") and not adoption.reports.exists():
        adoption.stage = facts["stage"]
        fields.append("stage")
    if adoption.is_final and not adoption.reason.strip():
        raise ReasonRequired
    adoption.changes.all().delete()
    AdoptionChange.objects.bulk_create(
        AdoptionChange(adoption=adoption, position=position, **row)
        for position, row in enumerate(changes)
    )
    if stage != adoption.stage or shown != as_shown(adoption):
        _outdate_origin(adoption)
    adoption.save(update_fields=fields)
    _record("adoption-changed", adoption, by)
    return adoption


@transaction.atomic
def report(adoption, *, by, facts, indicators=(), reason=""):
    """Add a report with ``facts`` (fields of it) and rows of ``indicators``; return it.

    An adoption that stops, or is decided against, needs its ``reason``.
    """
    adoption = lock(adoption)
    need_voice(by, adoption)
    refuse_removed(adoption)
    named = [indicator.get(name, "") for indicator in indicators for name in INDICATOR_TEXTS]
    refuse_contact_details(facts["text"], reason, *named)
    if not facts.get("source_url") and not writes_as(by).contains(adoption.member):
        raise ExchangeError(_("Name a public source: you are not in the team of this member."))
    new = AdoptionReport.objects.create(adoption=adoption, by=by, **facts)
    AdoptionIndicator.objects.bulk_create(
        AdoptionIndicator(report=new, position=position, **row)
        for position, row in enumerate(indicators)
    )
    if reason and reason != adoption.reason:
        adoption.reason = reason
        _outdate_origin(adoption)
    _claim(adoption, by)
    take_stage(adoption)
    if adoption.is_final and not adoption.reason.strip():
        raise ReasonRequired
    adoption.save(update_fields=["stage", "reason", "provenance", *OF_ORIGIN])
    _record("adoption-reported", adoption, by)
    _settle_due(adoption)
    return new


def _claim(adoption, by):
    """Make an adoption, not yet saved, its city's own where its team writes in it."""
    if writes_as(by).contains(adoption.member):
        adoption.provenance = CaseStudy.Provenance.CITY


def _outdate_origin(adoption):
    """Note, unsaved, that the original city has not seen what an adoption says now."""
    adoption.confirmed_by_origin_at = None
    adoption.origin_note_is_older = bool(adoption.origin_note)


def _record(action, adoption, by, reason=""):
    """Record a step of a team. The secretariat reads the record, and neither member nor original of a
    draft, which is its team's own."""
    called = ""
    if adoption.state == Adoption.State.DRAFT:
        with translation.override(settings.LANGUAGE_CODE):
            called = _("Draft of adoption %(number)s") % {"number": adoption.pk}
    audit.record(action, adoption, by=by, reason=reason, called=called)


def _settle_due(adoption):
    """Mark as read what asked the team for this report; for several at once, when all are there."""
    settle(address("exchange:adoption-report", adoption.pk))
    own = Adoption.objects.filter(member=adoption.member, reminded_at__isnull=False)
    reported = own.annotate(last=Max("reports__created_at")).values_list("reminded_at", "last")
    day = timezone.localdate
    if all(last and day(last) >= day(asked) for asked, last in reported):
        of_team = {"kind": Notice.Kind.ADOPTION_DUE, "recipient__in": team_of(adoption.member)}
        settle(address("my-exchange:home"), **of_team)


def take_stage(adoption):
    """Give an adoption, not yet saved, the stage of its newest report that says one."""
    newest = adoption.reports.exclude(stage="").order_by("date", "pk").last()
    if newest:
        adoption.stage = newest.stage


def speaks_for_origin(user, adoption):
    """Return whether ``user`` may confirm, note or dispute: people of the member whose policy it is."""
    members = {adoption.origin and adoption.origin.pk}
    if text := adoption.original_text:
        members |= {member.pk for member in text.further_members}
    return writes_as(user).filter(pk__in=members - {None, adoption.member_id}).exists()


@transaction.atomic
def confirm(adoption, *, by, note="", shown=""):
    """Confirm an adoption for the original city, with a note if it likes.

    ``shown`` is what :func:`as_shown` returned when the page was opened, "" where that is not known, here
    and where it adds a note or disputes. Raises ``ChangedMeanwhile`` where it reads otherwise now.
    """
    adoption = _locked_for_origin(adoption, by, shown)
    adoption.confirmed_by_origin_at = timezone.now()
    # Who confirms withdraws the own dispute.
    adoption.disputed_at = adoption.dispute_decided_at = None
    adoption.dispute_decision = ""
    return _answered(adoption, by, note, "adoption-confirmed", "confirmed")


@transaction.atomic
def add_note(adoption, *, by, note, shown=""):
    """Add a note of the original city, in the place of an earlier one."""
    if not note.strip():
        raise ExchangeError(_("Write the note."))
    adoption = _locked_for_origin(adoption, by, shown)
    if adoption.is_disputed:
        raise StepRefused(_("The secretariat has yet to decide on the dispute."))
    return _answered(adoption, by, note, "adoption-noted", "noted")


@transaction.atomic
def dispute(adoption, *, by, note, shown=""):
    """Dispute an adoption for the original city: until the secretariat has decided, the entry says so."""
    if not note.strip():
        raise ReasonRequired
    adoption = _locked_for_origin(adoption, by, shown)
    if adoption.is_disputed:
        raise ChangedMeanwhile(_("It is disputed already; the secretariat decides."))
    adoption.disputed_at = timezone.now()
    adoption.dispute_decided_at = adoption.confirmed_by_origin_at = None
    adoption.dispute_decision = ""
    adoption = _answered(adoption, by, note, "adoption-disputed", "disputed")
    team = team_of(adoption.member)
    desk = [person for person in secretariat(by) if person not in team]
    facts = {"act": "disputed", "note": note, "for_secretariat": True}
    _tell(Notice.Kind.ADOPTION_ANSWERED, adoption, desk, by, **facts)
    return adoption


@transaction.atomic
def decide_dispute(adoption, *, by, decision, stays):
    """Decide a dispute, with the reason in ``decision``: the entry stays, or is taken away."""
    if not acts_for_secretariat(by, MODERATE):
        raise NotAllowed(_("Only the secretariat may do this."))
    if not decision.strip():
        raise ReasonRequired
    adoption = lock(adoption)
    refuse_removed(adoption)
    if not adoption.is_disputed:
        raise ChangedMeanwhile(_("This dispute is decided already."))
    is_adopter = writes_as(by).contains(adoption.member)
    if is_adopter or speaks_for_origin(by, adoption):
        raise NotAllowed(
            _("You are in the team of one of the two: somebody else of the secretariat decides.")
        )
    adoption.dispute_decided_at = timezone.now()
    adoption.dispute_decision = decision
    fields = ["dispute_decided_at", "dispute_decision"]
    if not stays:
        adoption.removed_at, adoption.removed_reason = timezone.now(), decision
        fields += ["removed_at", "removed_reason"]
        audit.record("entry-removed", adoption, by=by, reason=decision)
    adoption.save(update_fields=fields)
    audit.record("dispute-decided", adoption, by=by, reason=decision)
    settle(address("exchange:adoption", adoption.pk), recipient__in=secretariat())
    told = [*team_of(adoption.member), *_people_of_origin(adoption)]
    _tell(Notice.Kind.ADOPTION_ANSWERED, adoption, told, by, act="decided", note=decision)
    return adoption


@transaction.atomic
def enter(adoption, *, by, is_new, has_new_report, has_other_words=False):
    """Record what the secretariat has entered or changed in the admin, rows included.

    Where it ``has_other_words`` now, the original city has not confirmed them.
    """
    if not acts_for_secretariat(by, MODERATE):
        raise NotAllowed(_("Only the secretariat may do this."))
    if adoption.is_compiled and not AdoptionSource.objects.filter(adoption=adoption).exists():
        raise ExchangeError(_("Name a public source."))
    if has_new_report:
        take_stage(adoption)
        adoption.save(update_fields=["stage"])
    if has_other_words:
        _outdate_origin(adoption)
        adoption.save(update_fields=OF_ORIGIN)
    audit.record("adoption-published" if is_new else "adoption-changed", adoption, by=by)
    if is_new:
        _tell_origin(adoption, by)


def _locked_for_origin(adoption, by, shown):
    adoption = lock(adoption)
    if adoption.state != Adoption.State.PUBLISHED or adoption.removed_at:
        raise StepRefused(_("This entry is not public any more."))
    if not speaks_for_origin(by, adoption):
        raise NotAllowed(_("Only the city whose policy it is may do this."))
    if shown not in ("", as_shown(adoption)):
        raise ChangedMeanwhile(
            _("%(member)s has changed this in the meantime. Please read it again.")
            % {"member": adoption.member}
        )
    return adoption


def _answered(adoption, by, note, action, act):
    """Save what the original city says; tell the adopter's team."""
    refuse_contact_details(note)
    if note.strip():
        adoption.origin_note, adoption.origin_note_is_older = note, False
    adoption.save()
    audit.record(action, adoption, by=by)
    settle(address("exchange:adoption", adoption.pk), kind=Notice.Kind.ADOPTION_NEW)
    told = team_of(adoption.member)
    _tell(Notice.Kind.ADOPTION_ANSWERED, adoption, told, by, act=act, note=note)
    return adoption


def _tell_origin(adoption, by):
    told = _people_of_origin(adoption)
    words = adoption.reason if adoption.is_final else adoption.interest or adoption.kept
    _tell(Notice.Kind.ADOPTION_NEW, adoption, told, by, act=adoption.stage, note=words)


def _tell(kind, adoption, people, by, **facts):
    told = {person.pk: person for person in people if person.pk != by.pk}
    notify(
        kind,
        told.values(),
        address("exchange:adoption", adoption.pk),
        member=adoption.member.name,
        origin=adoption.origin.name if adoption.origin else "",
        title=adoption.title,
        **facts,
    )


def _people_of_origin(adoption):
    """Return who leads the original city's team, and who writes its case."""
    if adoption.origin is None:
        return []
    people = [*coordinators(adoption.origin)]
    if adoption.original_text:
        people += writers(adoption.original_text)
    return people
