"""What city officials do with their cases: start, write, submit, withdraw, confirm.

Every function checks again, inside its transaction, that the person still belongs to the member's
team: a membership may end between opening a form and sending it.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member, MemberProposal, Membership, User
from members.secretariat import acts_for_secretariat
from members.teams import memberships
from policies.content.fields import values_of
from policies.models import CaseStudy, ReviewNote, Revision, UpdateRequest

from . import confirmation, moderation, notifications, submission
from .errors import EditConflict, EditRefused, IncompleteSubmission, TooManyDrafts

# More open drafts of one person are a mistake or a robot.
MAX_OPEN_DRAFTS = 20
# The same case or note by the same person within this time is a double click.
DUPLICATE_WINDOW = timedelta(minutes=1)

Provenance = CaseStudy.Provenance

# The states in which the text can be changed and submitted.
WRITABLE = (Revision.State.DRAFT, Revision.State.CHANGES_REQUESTED)
# Texts that never became public; their team can go on from them.
KEPT = (Revision.State.WITHDRAWN, Revision.State.REJECTED)


@transaction.atomic
def start_case(*, user, member, **content):
    """Create a case of ``member`` with a first draft by ``user``, and return the draft.

    Who has asked to join the team writes alone until it has decided. Raises ``EditRefused`` for
    another member's case and ``TooManyDrafts``.
    """
    held_by = _holder(user, member)
    draft = recent_draft(user, member, content, Provenance.CITY)
    if draft is None:
        _check_drafts(user)
        draft = first_draft(user, member, Provenance.CITY, content, held_by=held_by)
    return draft


def writable_members(user):
    """Return the members for which ``user`` may begin a case: those whose team the person is in or
    has asked to join, and those that the person has proposed."""
    current = (Membership.Status.ACTIVE, Membership.Status.REQUESTED)
    of_user = Membership.objects.filter(user=user, status__in=current)
    proposed = user.proposals.filter(state=MemberProposal.State.PROPOSED)
    return Member.with_proposed.filter(
        Q(pk__in=of_user.values("member")) | Q(pk__in=proposed.values("provisional_member"))
    )


def _holder(user, member):
    """Return ``user`` where the team has not accepted the person yet, None where it has.

    Raises ``EditRefused`` for who is not in the team and has not asked. The member is locked first,
    so that no decision comes between.
    """
    try:
        memberships.lock(member)
    except Member.DoesNotExist:
        raise EditRefused(_("It was decided meanwhile: choose the member again.")) from None
    if Member.objects.of(user).contains(member):
        return None
    if not writable_members(user).filter(pk=member.pk).exists():
        raise EditRefused(_("You are not in the team of %(member)s.") % {"member": member})
    return user


def hand_to_team(user, member, in_place_of=None):
    """Give what ``user`` wrote alone for ``member`` to its team, which the person has joined; also
    what the person wrote for the proposed member that it is ``in_place_of``."""
    held = CaseStudy.objects.filter(held_by=user, member__in=[member, in_place_of or member])
    held.update(held_by=None, member=member)


@transaction.atomic
def change_member(case, *, user, member):
    """Let a case that ``user`` writes alone be that of another ``member``, and return the case.

    Raises ``EditRefused``.
    """
    case = _locked(case.pk, user)
    if case.held_by_id != user.pk:
        raise EditRefused(
            _("This case belongs to the team of %(member)s.") % {"member": case.member}
        )
    case.held_by, case.member = _holder(user, member), member
    case.save(update_fields=["held_by", "member"])
    return case


def recent_draft(user, member, content, provenance):
    """Return the draft that ``user`` has just started with the same ``content``, or None.

    Locks the user, so that the second of two clicks waits and finds what the first one created.
    """
    User.objects.select_for_update().get(pk=user.pk)
    return Revision.objects.filter(
        created_by=user,
        case__member=member,
        case__provenance=provenance,
        state=Revision.State.DRAFT,
        created_at__gte=timezone.now() - DUPLICATE_WINDOW,
        **content,
    ).first()


def first_draft(user, member, provenance, content, held_by=None):
    """Create a case with its first draft, and return the draft."""
    slug = CaseStudy.slug_for(content["title"])
    case = CaseStudy.objects.create(
        member=member, slug=slug, provenance=provenance, created_by=user, held_by=held_by
    )
    return Revision.objects.create(case=case, number=1, created_by=user, **content)


@transaction.atomic
def open_draft(case, *, user, number=None):
    """Return the open revision of a case, or a new draft that copies its public or newest text.

    With a ``number`` the draft copies that text, one of ``KEPT``. The public still reads the live
    revision. Raises ``EditRefused`` and ``TooManyDrafts``.
    """
    case = _locked(case.pk, user)
    revisions = case.revisions.order_by("-number")
    opened = revisions.filter(state__in=Revision.OPEN_STATES).first()
    if opened and number is None:
        return opened
    if opened:
        raise EditRefused(
            _("Another draft of this case is open. Withdraw it first, then go on from this text.")
        )
    if case.merged_into_id:
        raise EditRefused(
            _("This case was merged into case %(number)s.") % {"number": case.merged_into_id}
        )
    _check_drafts(user)
    _claim(case, user)
    newest = revisions.first()
    source = case.live or newest
    if number is not None:
        source = revisions.filter(number=number, state__in=KEPT).first()
        if source is None:
            raise EditRefused(_("There is no such text of this case."))
    draft = Revision(case=case, number=newest.number + 1, created_by=user, **values_of(source))
    draft.save()
    copy_rows(source, draft)
    return draft


def copy_rows(source, draft):
    """Copy every row of one revision to another; files are shared, because they never change."""
    for name, model in Revision.row_models().items():
        # What was taken down from a text is not part of the next one.
        rows = [row for row in getattr(source, name).all() if not getattr(row, "removed_on", None)]
        for row in rows:
            row.pk = None
            row._state.adding = True
            row.revision = draft
        model.objects.bulk_create(rows)


@transaction.atomic
def save_section(revision, *, user, seen, fingerprint, write):
    """Save one section of an open revision and return the revision.

    ``fingerprint(revision)`` identifies what the section holds; ``seen`` is its value when the form
    was opened. ``write(revision)`` stores the section. Raises ``EditConflict`` when the section holds
    something else now, and ``EditRefused`` when the person or the state no longer permits it.
    """
    revision = locked_draft(revision, user)
    if fingerprint(revision) != seen:
        raise EditConflict(revision)
    write(revision)
    return save_draft(revision)


def save_draft(revision):
    """Save what was changed in a locked draft, and return it."""
    revision.version += 1
    revision.save()
    return revision


def locked_draft(revision, user, states=WRITABLE):
    """Return an open revision, locked until the end of the transaction.

    Raises ``EditRefused`` when ``user`` or the state no longer permits changes.
    """
    case = _locked(revision.case_id, user)
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    revision.case = case
    if revision.state not in states:
        raise EditRefused(
            _("This revision is %(state)s and cannot be changed now.")
            % {"state": revision.get_state_display().lower()}
        )
    _claim(case, user)
    return revision


def edition(revision):
    """Return a short text that differs once anybody has changed the open draft."""
    # An import may replace a draft that nobody has changed, which leaves the version as it was.
    return f"{revision.number}.{revision.version}.{revision.updated_at.timestamp()}"


@transaction.atomic
def submit(revision, *, user, seen=""):
    """Submit a revision to the moderators and return it as it is now.

    Nobody can change it between the check and the move: both happen under the lock that every save
    takes. ``seen`` is the :func:`edition` that the person has read, "" where that is not known.
    Raises ``IncompleteSubmission``, ``EditConflict`` when somebody has changed the text since,
    ``EditRefused``, also while the person writes alone, and ``TransitionRefused`` when somebody acted
    first.
    """
    case = _locked(revision.case_id, user)
    if case.held_by_id:
        sentence = _("You can submit it as soon as the team of %(member)s has taken you in.")
        if case.member.is_proposed:
            sentence = _("You can submit it as soon as the secretariat has added %(member)s.")
        raise EditRefused(sentence % {"member": case.member})
    revision = Revision.objects.with_content().get(pk=revision.pk)
    if revision.state in WRITABLE:
        if submission.missing(revision):
            raise IncompleteSubmission(revision)
        if seen not in ("", edition(revision)):
            raise EditConflict(revision)
    _claim(case, user)
    return moderation.submit(revision, by=user)


@transaction.atomic
def withdraw(revision, *, user):
    """Withdraw an open revision and return it as it is now.

    Raises ``EditRefused``, and ``TransitionRefused`` when it is no longer open.
    """
    _locked(revision.case_id, user)
    return moderation.withdraw(revision, by=user)


@transaction.atomic
def confirm_still_true(case, *, user, number=""):
    """Record that the city confirms its public text today, and return the case.

    ``number`` is that of the revision that the person has read, "" where it is not known. Raises
    ``EditRefused``, also when another text has become public since.
    """
    case = _locked(case.pk, user)
    _need_team(case, user)
    if not case.live_id:
        raise EditRefused(_("This case has no public text to confirm."))
    if number not in ("", str(case.live.number)):
        raise EditRefused(_("A newer text is public now. Read that one, then confirm it."))
    case.confirmed_at, case.confirmed_by = timezone.localdate(), user
    case.save(update_fields=["confirmed_at", "confirmed_by"])
    confirmation.answer_update_request(case, UpdateRequest.Answer.CONFIRMED, by=user)
    notifications.settle_case(case.pk, user)
    return case


@transaction.atomic
def answer_update_request(case, *, user, text):
    """Answer the moderators' request to update a public case in words, and return it.

    Raises ``EditRefused`` where none is open (any more), and for who is not in the team.
    """
    case = _locked(case.pk, user)
    _need_team(case, user)
    answer = UpdateRequest.Answer.WORDS
    request = confirmation.answer_update_request(case, answer, by=user, text=text)
    if request is None:
        raise EditRefused(_("This request was answered meanwhile."))
    request.case = case
    notifications.settle_case(case.pk, user)
    notifications.notify_of_update_answer(request)
    return request


@transaction.atomic
def add_note(case, *, user, text):
    """Write a note to the moderators on the open submission of a case, and return the note.

    The second of two clicks returns the note of the first one. Raises
    ``EditRefused`` when nothing of the case is with the moderators.
    """
    case = _locked(case.pk, user)
    asked = (Revision.State.SUBMITTED, Revision.State.CHANGES_REQUESTED)
    revision = case.revisions.filter(state__in=asked).first()
    if revision is None:
        raise EditRefused(_("Notes belong to a submission, and nothing of this case is submitted."))
    since = timezone.now() - DUPLICATE_WINDOW
    twin = revision.notes.filter(author=user, text=text, created_at__gte=since).first()
    if twin:
        return twin
    note = ReviewNote.objects.create(
        revision=revision, author=user, author_name=user.get_full_name(), text=text
    )
    notifications.settle_case(case.pk, user)
    notifications.notify_of_note(note)
    return note


def _locked(pk, user):
    """Return the case, locked; raise ``EditRefused`` where ``user`` may not write it now."""
    case = CaseStudy.objects.select_for_update().get(pk=pk)
    if not CaseStudy.objects.editable_by(user).filter(pk=pk).exists():
        if case.claimed_at and acts_for_secretariat(user, "policies.add_casestudy"):
            sentence = _("The team of %(member)s has claimed this case and writes it itself now.")
            raise EditRefused(sentence % {"member": case.member})
        raise EditRefused(_("You are no longer in the team of this case's member."))
    if case.held_by_id and Member.objects.of(user).contains(case.member):
        # The person came into the team in another way than by a decision, as when members merge.
        case.held_by = None
        case.save(update_fields=["held_by"])
    return case


def _need_team(case, user):
    """Raise ``EditRefused`` unless ``user`` speaks for the city of ``case``; the secretariat writes what it
    compiled, but does not answer itself in the name of a city."""
    if not CaseStudy.objects.of_team(user).filter(pk=case.pk).exists():
        raise EditRefused(_("Only the team of %(member)s can do this.") % {"member": case.member})


def _claim(case, user):
    """Note that a compiled case is its team's own now, where ``user`` writes for the team: the secretariat
    reads what it writes only once it is submitted."""
    if case.claimed_at or case.provenance != Provenance.SECRETARIAT:
        return
    if CaseStudy.objects.of_team(user).filter(pk=case.pk).exists():
        case.claimed_at = timezone.now()
        case.save(update_fields=["claimed_at"])


def _check_drafts(user):
    open_drafts = Revision.objects.filter(created_by=user, state__in=Revision.OPEN_STATES)
    if open_drafts.count() >= MAX_OPEN_DRAFTS:
        raise TooManyDrafts(
            _("You have %(count)s open drafts. Submit or withdraw one before you start another.")
            % {"count": MAX_OPEN_DRAFTS}
        )
