"""What the secretariat decides on entries, and the flags by which the network calls for it.

An entry that is removed or hidden is 404 for the public, and its team goes on reading it with the
reason. Both can be undone; its address stays the same.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.models import Adoption, Advice, Cooperation, Flag, Question
from exchange.models.querysets import MODERATE, is_in_network, writes_as
from members.models import Member
from members.record import audit
from members.secretariat import acts_for_secretariat

from . import adoptions as adoption_steps
from . import advice as advice_steps
from . import cooperation as cooperation_steps
from . import questions as question_steps
from .entries import lock, lock_author, refuse_removed, refuse_too_many
from .errors import AlreadyThere, NotAllowed, ReasonRequired, StepRefused
from .notifications import notify_of_decision, notify_of_flag, settle_desk

# What can be flagged, removed and restored.
ENTRIES = {model._meta.label_lower: model for model in (Question, Advice, Adoption, Cooperation)}
# So many teams hide an entry until the secretariat has looked at it.
FLAGS_TO_HIDE = 2


@transaction.atomic
def approve(entry, *, by):
    """Show an entry that waited for a look to those whom it is for, and return it."""
    need_moderator(by)
    if isinstance(entry, Advice):
        entry = advice_steps.approve(entry, by=by)
        if not entry.replaces_id:
            question_steps.count_answer(entry, by=by)
    elif isinstance(entry, Question):
        entry = question_steps.approve(entry, by=by)
    elif isinstance(entry, Cooperation):
        entry = cooperation_steps.approve(entry, by=by)
    else:
        raise StepRefused(_("This does not wait for the secretariat."))
    audit.record("entry-approved", entry, by=by)
    settle_desk(entry)
    notify_of_decision(entry, "approved", "", by)
    return entry


@transaction.atomic
def refuse(entry, *, by, reason):
    """Say that an entry which waited is refused, with the reason its author reads."""
    need_moderator(by)
    _need(reason)
    if isinstance(entry, Advice):
        entry = advice_steps.refuse(entry, note=reason)
    else:
        entry = lock(entry)
        refuse_removed(entry)
        if entry.state != "checking":
            raise StepRefused(_("This does not wait for the secretariat."))
        entry.state, entry.decision_note = "refused", reason
        entry.save(update_fields=["state", "decision_note"])
    audit.record("entry-refused", entry, by=by, reason=reason)
    settle_desk(entry)
    notify_of_decision(entry, "refused", reason, by)
    return entry


@transaction.atomic
def remove(entry, *, by, reason):
    """Take an entry away from all but its team and the secretariat; the team reads the reason."""
    need_moderator(by)
    _need(reason)
    entry = lock(entry)
    if entry.removed_at:
        raise StepRefused(_("It is removed already."))
    _take_away(entry, by, reason)
    return entry


def _take_away(entry, by, reason):
    entry.removed_at, entry.removed_reason = timezone.now(), reason
    entry.save(update_fields=["removed_at", "removed_reason"])
    flags_on(entry).filter(decided_at=None).update(decided_by=by, decided_at=entry.removed_at)
    audit.record("entry-removed", entry, by=by, reason=reason)
    settle_desk(entry)
    notify_of_decision(entry, "removed", reason, by)


def remove_of_merged(member, *, by, reason):
    """Remove what one member cannot have, after it was merged with another: public adoptions of its own
    policy, and of two on one policy the compiled or later one. Called in the transaction of a merge."""
    rows = Adoption.objects.with_originals().filter(
        member=member, state=Adoption.State.PUBLISHED, removed_at=None
    )
    there = set()
    for adoption in sorted(rows, key=lambda row: (row.is_compiled, row.published_at, row.pk)):
        original = adoption.original
        is_own = adoption.origin == member
        if is_own or (original and original.pk in there):
            _take_away(adoption, by, reason)
        elif original:
            there.add(original.pk)


@transaction.atomic
def restore(entry, *, by, reason):
    """Bring back an entry that was removed, at the same address, with the reason.

    Raises ``AlreadyThere`` where the member has made another adoption of the same policy public since.
    """
    need_moderator(by)
    _need(reason)
    if isinstance(entry, Adoption):
        # Its team may be publishing the other one at this moment.
        Member.objects.select_for_update(no_key=True).get(pk=entry.member_id)
    entry = lock(entry)
    if not entry.removed_at:
        raise StepRefused(_("It is not removed."))
    if isinstance(entry, Adoption) and entry.state == Adoption.State.PUBLISHED:
        adoption_steps.refuse_own(entry.member, entry.original)
        _refuse_twin(entry)
    entry.removed_at, entry.removed_reason, entry.hidden_at = None, "", None
    entry.save(update_fields=["removed_at", "removed_reason", "hidden_at"])
    audit.record("entry-restored", entry, by=by, reason=reason)
    settle_desk(entry)
    notify_of_decision(entry, "restored", reason, by)
    return entry


@transaction.atomic
def flag(entry, *, by, reason, text=""):
    """Note that ``by`` finds something wrong with an entry, and return the flag.

    A team flags an entry once, and so does a person, in whatever team later. When two teams have, it
    is hidden until the secretariat has looked.
    """
    if not is_in_network(by):
        raise NotAllowed(_("Only people in the team of a city or organisation may flag entries."))
    # The entry itself first: two teams at the same moment are counted one after the other.
    entry = lock(entry)
    member = writes_as(by).exclude(pk=entry.member_id).order_by("pk").first()
    if member is None and not acts_for_secretariat(by, MODERATE):
        raise NotAllowed(_("This is of your own team: withdraw it, or give a newer text."))
    lock_author(by)
    refuse_too_many(
        Flag.objects.filter(by=by),
        settings.EXCHANGE_LIMITS["flags"],
        _("You have flagged as much as a person may in a day. Please write to the secretariat."),
    )
    mine = Q(by=by) | Q(member=member) if member else Q(by=by)
    before = flags_on(entry).filter(mine).first()
    if before:
        raise AlreadyThere(_("Your team has flagged this already; the secretariat looks."), before)
    made = Flag.objects.create(
        subject_type=entry._meta.label_lower,
        subject_id=entry.pk,
        by=by,
        member=member,
        reason=reason,
        text=text,
    )
    audit.record("entry-flagged", entry, by=by, reason=reason)
    teams = (
        flags_on(entry).filter(decided_at=None, member__isnull=False).values("member").distinct()
    )
    if not entry.hidden_at and teams.count() >= FLAGS_TO_HIDE:
        entry.hidden_at = timezone.now()
        entry.save(update_fields=["hidden_at"])
        audit.record("entry-hidden", entry, name=_("Two teams"))
    notify_of_flag(made, entry)
    return made


@transaction.atomic
def dismiss_flags(entry, *, by):
    """Say that nothing is wrong with an entry; what was hidden is shown again."""
    need_moderator(by)
    entry = lock(entry)
    open_flags = flags_on(entry).filter(decided_at=None)
    if not open_flags.update(decided_by=by, decided_at=timezone.now()):
        raise StepRefused(_("Somebody else has looked at these flags already."))
    entry.hidden_at = None
    entry.save(update_fields=["hidden_at"])
    audit.record("flags-dismissed", entry, by=by)
    settle_desk(entry)
    return entry


def flags_on(entry):
    """Return all flags on an entry."""
    return Flag.objects.filter(subject_type=entry._meta.label_lower, subject_id=entry.pk)


def entry_of(flag):
    """Return the entry that a flag is on; None where it is gone, or is a draft of its team again."""
    model = ENTRIES.get(flag.subject_type)
    known = model.objects.known_to_secretariat() if model else Flag.objects.none()
    return known.filter(pk=flag.subject_id).first()


def need_moderator(person):
    """Raise ``NotAllowed`` for anybody but who acts for the secretariat and may moderate."""
    if not acts_for_secretariat(person, MODERATE):
        raise NotAllowed(_("Only the secretariat may do this."))


def _refuse_twin(adoption):
    if there := adoption_steps.public_twin(adoption):
        message = _("%(member)s has a public entry on this policy already: remove that one first.")
        raise AlreadyThere(message % {"member": adoption.member}, there)


def _need(reason):
    if not reason.strip():
        raise ReasonRequired
