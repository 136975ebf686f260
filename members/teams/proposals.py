"""Cities and organisations that are not listed yet: proposed by a person, decided by moderators.

Until it is decided the proposal has a provisional member that nobody else sees, so that its person may
write cases.
"""

import uuid
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from citynet.web.text import address_part
from members.errors import AlreadyDecided, InvalidMember, NotAllowed, ReasonRequired, TooManyToday
from members.mail_domains import own_domain, website_domain
from members.models import FormerAddress, Member, MemberProposal, Membership, Notice, User
from members.names import core, fold
from members.notices.notifications import address, notify, place_of, settle
from members.record import audit
from members.secretariat import acts_for_secretariat

from . import memberships
from .leaders import secretariat
from .memberships import MAX_REQUESTS_A_DAY, Role, Status, joined, lock, refuse_blocked

State = MemberProposal.State
# Shorter words of a name ("City", "of") are in many names.
MIN_WORD_LENGTH = 5
MAX_SIMILAR = 10


@transaction.atomic
def propose(user, *, kind, name, country, website, message=""):
    """Ask for a member that is not listed, and for a place in its team; return the proposal.

    The secretariat is told. The second of two clicks returns the first proposal. Raises ``TooManyToday``
    for who asks too often.
    """
    User.objects.select_for_update().get(pk=user.pk)
    twin = user.proposals.filter(state=State.PROPOSED, name__iexact=name, country=country).first()
    if twin:
        return twin
    a_day_ago = timezone.now() - timedelta(days=1)
    if user.proposals.filter(created_at__gt=a_day_ago).count() >= MAX_REQUESTS_A_DAY:
        raise TooManyToday(_("You have asked for many members today. Please go on tomorrow."))
    facts = {"kind": kind, "name": name, "country": country, "website": website}
    provisional_member = Member.objects.create(
        slug=f"proposed-{uuid.uuid4().hex}",
        status=Member.Status.LISTED,
        is_proposed=True,
        **facts,
    )
    proposal = MemberProposal.objects.create(
        user=user, message=message, provisional_member=provisional_member, **facts
    )
    audit.record("member-proposed", proposal, by=user, reason=message)
    notify(
        Notice.Kind.MEMBERSHIP_REQUESTED,
        secretariat().exclude(pk=user.pk),
        _desk(proposal),
        member=name,
        person=user.get_full_name(),
        email=user.email,
        message=message,
        has_coordinator=False,
        is_new=True,
    )
    return proposal


def _desk(proposal):
    """Return where the secretariat decides on a proposal."""
    return address("admin:members_memberproposal_decide", proposal.pk)


def facts_of_mail(notice):
    """Return nothing new for the mail of a proposal, or of a request to join; None where it no longer
    waits, or no longer for who gets the mail. See ``settings.READ_WHEN_MAILED``."""
    name, arguments = place_of(notice.path)
    if name != "admin:members_memberproposal_decide":
        return memberships.facts_of_mail(notice)
    waiting = MemberProposal.objects.filter(pk=arguments["pk"], state=State.PROPOSED)
    decides = secretariat().filter(pk=notice.recipient_id)
    return {} if waiting.exists() and decides.exists() else None


def decide(proposal, *, by, decision, slug, status, role, note, known=None):
    """Do what was decided: "new", "known" (as the member ``known``) or "decline".

    Raises a ``MembersError``.
    """
    if decision == "new":
        approve(proposal, by=by, slug=slug, status=status, role=role, note=note)
    elif decision == "known":
        approve_as(proposal, known, by=by, role=role, note=note)
    else:
        decline(proposal, by=by, note=note)


def suggested_slug(proposal):
    """Return an address for the proposed member that leads nowhere yet; "" for names that give
    none."""
    first = address_part(proposal.name, 90)
    slug, number = first, 1
    while slug and _leads_somewhere(slug):
        number += 1
        slug = f"{first}-{number}"
    return slug


def _leads_somewhere(slug):
    return (
        Member.objects.filter(slug=slug).exists()
        or FormerAddress.objects.filter(slug=slug).exists()
    )


def similar(proposal):
    """Return up to ten members that the proposal may mean, by the name or by the website; the most
    likely first."""
    words = core(fold(proposal.name))
    found = Q()
    for word in [" ".join(words), *(word for word in words if len(word) >= MIN_WORD_LENGTH)]:
        found |= Q(pk__in=Member.objects.named(word).values("pk"))
    if domain := website_domain(proposal.website):
        found |= Q(website__icontains=domain)
    likely = Member.objects.near(proposal.name)
    return list(dict.fromkeys([*likely, *Member.objects.filter(found)[:MAX_SIMILAR]]))[:MAX_SIMILAR]


@transaction.atomic
def approve(proposal, *, by, slug, status, role=Role.COORDINATOR, note=""):
    """Make a member of a proposal, with the person in its team, and return the member.

    Raises ``NotAllowed``, ``AlreadyDecided`` and ``PersonBlocked``.
    """
    proposal = _undecided(proposal, by)
    refuse_blocked(proposal.user)
    member = proposal.provisional_member or Member()
    member.slug, member.status, member.is_proposed = slug, status, False
    for name in ("kind", "name", "country", "website"):
        setattr(member, name, getattr(proposal, name))
    # The secretariat has seen it, and who has proposed it.
    member.email_domain = own_domain(proposal.website)
    try:
        member.full_clean()
    except ValidationError as error:  # somebody has taken the address meanwhile
        raise InvalidMember(" ".join(error.messages)) from error
    member.save()
    audit.record("member-added", member, by=by, reason=note)
    membership = Membership.objects.create(
        user=proposal.user,
        member=member,
        role=role,
        status=Status.ACTIVE,
        message=proposal.message,
        note=note,
        decided_by=by,
        decided_at=timezone.now(),
    )
    audit.record("membership-approved", membership, by=by, reason=note)
    joined(membership)
    # It is provisional no longer.
    proposal.provisional_member = None
    _decide(proposal, State.APPROVED, by, note, member, role)
    return member


@transaction.atomic
def approve_as(proposal, member, *, by, role=Role.OFFICIAL, note=""):
    """Let the person into the team of ``member``, which is what the proposal means; return the proposal.

    Raises ``NotAllowed``, ``AlreadyDecided`` and ``PersonBlocked``.
    """
    proposal = _undecided(proposal, by)
    refuse_blocked(proposal.user)
    mine = member.memberships.filter(user=proposal.user)
    membership = mine.filter(status__in=[Status.REQUESTED, Status.ACTIVE]).first() or Membership(
        user=proposal.user, member=member, message=proposal.message
    )
    if membership.status != Status.ACTIVE or membership.pk is None:
        membership.role, membership.status, membership.note = role, Status.ACTIVE, note
        membership.decided_by, membership.decided_at = by, timezone.now()
        membership.save()
        audit.record("membership-approved", membership, by=by, reason=note)
    joined(membership, in_place_of=proposal.provisional_member)
    _delete_provisional_member(proposal)
    _decide(proposal, State.APPROVED, by, note, member, membership.role)
    return member


@transaction.atomic
def decline(proposal, *, by, note):
    """Turn a proposal down with the reason, and return it.

    Raises ``NotAllowed``, ``AlreadyDecided``, and ``ReasonRequired``.
    """
    if not note.strip():
        raise ReasonRequired(_("Give a reason."))
    proposal = _undecided(proposal, by)
    _delete_provisional_member(proposal)
    return _decide(proposal, State.DECLINED, by, note, None, "")


@transaction.atomic
def take_back(proposal, user):
    """Withdraw one's own proposal, and return it. Raises ``AlreadyDecided``."""
    proposal = _locked(proposal)
    if proposal.state != State.PROPOSED:
        if proposal.state == State.TAKEN_BACK:
            raise AlreadyDecided(_("You have taken this proposal back already."))
        raise AlreadyDecided(_("The secretariat has decided on this proposal already."))
    proposal.state, proposal.decided_at = State.TAKEN_BACK, timezone.now()
    proposal.save(update_fields=["state", "decided_at"])
    _delete_provisional_member(proposal)
    settle(_desk(proposal))
    audit.record("member-proposal-taken-back", proposal, by=user)
    return proposal


def _delete_provisional_member(proposal):
    """Delete the provisional member of a proposal, unless cases of its person hang on it."""
    if proposal.provisional_member_id is None:
        return
    try:
        with transaction.atomic():
            Member.with_proposed.get(pk=proposal.provisional_member_id).delete()
    except ProtectedError:
        return
    proposal.provisional_member = None


def what_happened(proposal):
    """Return a sentence on the present state of a proposal, for who wanted to decide it."""
    name = proposal.decided_by.get_full_name() if proposal.decided_by else _("Somebody else")
    if proposal.state == State.APPROVED:
        return _("%(name)s has already approved this proposal.") % {"name": name}
    if proposal.state == State.DECLINED:
        return _("%(name)s has already declined this proposal.") % {"name": name}
    if proposal.state == State.TAKEN_BACK:
        return _("The person has taken this proposal back.")
    return _("This proposal waits for a decision.")


def may_decide(by, proposal):
    """Return whether ``by`` may decide a proposal; nobody decides their own."""
    return acts_for_secretariat(by, "members.add_member") and proposal.user_id != by.pk


def _undecided(proposal, by):
    proposal = _locked(proposal)
    if not may_decide(by, proposal):
        raise NotAllowed(_("You may not decide this proposal."))
    if proposal.state != State.PROPOSED:
        raise AlreadyDecided(what_happened(proposal))
    if proposal.provisional_member_id:
        # No case is begun for it between here and the end.
        lock(proposal.provisional_member)
    return proposal


def _locked(proposal):
    try:
        return (
            MemberProposal.objects.select_for_update(of=["self"])
            .select_related("user", "decided_by")
            .get(pk=proposal.pk)
        )
    except MemberProposal.DoesNotExist:
        raise AlreadyDecided(_("The person has closed the account meanwhile.")) from None


def _decide(proposal, state, by, note, member, role):
    proposal.state, proposal.member, proposal.note = state, member, note.strip()
    proposal.decided_by, proposal.decided_at = by, timezone.now()
    proposal.save(
        update_fields=["state", "member", "provisional_member", "note", "decided_by", "decided_at"]
    )
    settle(_desk(proposal))
    if state == State.DECLINED:
        audit.record("member-proposal-declined", proposal, by=by, reason=proposal.note)
    notify(
        Notice.Kind.MEMBERSHIP_DECIDED,
        [proposal.user],
        address("my:home"),
        member=member.name if member else proposal.name,
        decision="approved" if state == State.APPROVED else "declined",
        role=role,
        note=proposal.note,
        by="",
    )
    return proposal
