"""Teams of members: who may act for a city, decided by its coordinators or the secretariat.

Every change locks the member first: of two people who decide at once one is served, and the other
is told what happened. Notices are written in the same transaction.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from members.errors import (
    AlreadyDecided,
    AlreadyInTeam,
    LastCoordinator,
    NotAllowed,
    PersonBlocked,
    ReasonRequired,
    TooManyToday,
)
from members.mail_domains import domain_of, is_public
from members.models import Event, Invitation, Member, Membership, Notice
from members.notices.notifications import address, notify, place_of, settle
from members.record import audit

from .leaders import coordinators, is_secretariat, leads, secretariat

Role, Status = Membership.Role, Membership.Status
CURRENT = (Status.REQUESTED, Status.ACTIVE)

# Nobody needs more; what lies above is a mistake or a robot.
MAX_REQUESTS_A_DAY = 5
# Of one person: each is a mail.
MAX_ROLES_A_DAY = 4


def suggested_member(email):
    """Return the one member that an e-mail address points to, or None.

    The domain of the address is that which the secretariat has set for the member or, where it is set
    for none, that of officials whom the secretariat let in: nothing that a team writes of itself counts,
    nor whom somebody of the team let in who came to work for the secretariat later.
    Domains of public mail providers, and those of several members, point to nobody.
    """
    domain = domain_of(email)
    if not domain or is_public(domain):
        return None
    of_decider = Membership.objects.filter(member=OuterRef("member"), user=OuterRef("decided_by"))
    let_in = Membership.objects.active().filter(
        ~Exists(of_decider),
        decided_by__is_staff=True,
        user__emailaddress__email__iendswith=f"@{domain}",
        user__emailaddress__verified=True,
    )
    found = set(Member.objects.filter(email_domain=domain)) or set(
        Member.objects.filter(pk__in=let_in.order_by().values("member"))
    )
    return found.pop() if len(found) == 1 else None


def known_domain(user, member):
    """Return the domain of a verified address of the person that is the member's own, or ""."""
    verified = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk")
    for email in verified.values_list("email", flat=True):
        if suggested_member(email) == member:
            return domain_of(email)
    return ""


# What other apps do once somebody has come into a team.
_on_joining = []


def do_on_joining(step):
    """Register a function of the person, the member, and the proposed member that it is in place of
    or None; called in the transaction of the change."""
    _on_joining.append(step)


def joined(membership, in_place_of=None):
    """Do what follows once somebody has come into a team, in place of one that was proposed."""
    for step in _on_joining:
        step(membership.user, membership.member, in_place_of)


@transaction.atomic
def request_membership(user, member, message=""):
    """Ask for ``user`` to join the team of ``member`` and return the request.

    The member's coordinators are told, or the secretariat where there is none. Raises
    ``AlreadyInTeam`` and ``TooManyToday``.
    """
    lock(member)
    current = Membership.objects.filter(user=user, member=member, status__in=CURRENT).first()
    if current and current.status == Status.ACTIVE:
        raise AlreadyInTeam(_("You are in the team of %(member)s already.") % {"member": member})
    if current:
        raise AlreadyInTeam(_("You have already asked to join %(member)s.") % {"member": member})
    a_day_ago = timezone.now() - timedelta(days=1)
    if user.memberships.filter(created_at__gt=a_day_ago).count() >= MAX_REQUESTS_A_DAY:
        raise TooManyToday(_("You have asked to join many teams today. Please go on tomorrow."))
    domain = known_domain(user, member)
    membership = Membership.objects.create(
        user=user, member=member, message=message, known_domain=domain
    )
    audit.record("membership-requested", membership, by=user, reason=message)
    leaders = coordinators(member)
    notify(
        Notice.Kind.MEMBERSHIP_REQUESTED,
        leaders or secretariat().exclude(pk=user.pk),
        address("my:request", membership.pk),
        member=member.name,
        person=user.get_full_name(),
        email=user.email,
        message=message,
        domain=domain,
        has_coordinator=bool(leaders),
    )
    return membership


def facts_of_mail(notice):
    """Return nothing new for the mail of a request to join; None where it no longer waits, or no longer
    for who gets the mail, which names an address."""
    _name, arguments = place_of(notice.path)
    request = Membership.objects.filter(pk=arguments.get("pk"), status=Status.REQUESTED).first()
    if request is None:
        return None
    decides = any(
        people.filter(pk=notice.recipient_id).exists()
        for people in (coordinators(request.member), secretariat())
    )
    return {} if decides else None


def approve(membership, by, note="", role=Role.OFFICIAL):
    """Let the person who asked into the team and return the membership as it is now.

    Raises ``NotAllowed``, ``AlreadyDecided``, and ``PersonBlocked``.
    """
    return _decide(membership, Status.ACTIVE, by, note, role)


def decline(membership, by, note):
    """Turn a request down with the reason and return the membership as it is now.

    Raises ``NotAllowed``, ``AlreadyDecided``, and ``ReasonRequired``.
    """
    if not note.strip():
        raise ReasonRequired(_("Give a reason."))
    return _decide(membership, Status.DECLINED, by, note, membership.role)


@transaction.atomic
def _decide(membership, status, by, note, role):
    lock(membership.member)
    membership = _current(membership)
    if membership.user_id == by.pk or not leads(by, membership.member):
        raise NotAllowed(_("You may not decide this request."))
    if membership.status != Status.REQUESTED:
        raise AlreadyDecided(what_happened(membership))
    if status == Status.ACTIVE:
        refuse_blocked(membership.user)
    membership.role = role
    _end(membership, status, by, note)
    decision = "approved" if status == Status.ACTIVE else "declined"
    audit.record(f"membership-{decision}", membership, by=by, reason=membership.note)
    if status == Status.ACTIVE:
        joined(membership)
    _tell_person(membership, by, decision)
    return membership


def what_happened(membership):
    """Return a sentence on the present state of a membership, for who wanted to decide it."""
    name = decided_by(membership) or _("Somebody else")
    if membership.status == Status.ACTIVE:
        return _("%(name)s has already approved this request.") % {"name": name}
    if membership.status == Status.DECLINED:
        return _("%(name)s has already declined this request.") % {"name": name}
    if membership.status == Status.ENDED:
        return _("This request or membership has ended.")
    return _("This request waits for a decision.")


def decided_by(membership):
    """Return what pages call who decided on a membership: somebody who is or was in the team by name, the
    secretariat as one; "" where the account is gone."""
    person = membership.decided_by
    if person is None:
        return ""
    own = person.memberships.filter(member=membership.member)
    was_in = own.filter(status__in=(Status.ACTIVE, Status.ENDED)).exists()
    return person.get_full_name() if was_in else _("The secretariat")


@transaction.atomic
def leave(membership, by, note=""):
    """End a membership, or take back a request, and return it as it is now.

    One may leave a team; its leaders may take others out of it. Where the last coordinator goes,
    the secretariat is told. Raises ``NotAllowed`` and ``AlreadyDecided``.
    """
    lock(membership.member)
    membership = _current(membership)
    own = membership.user_id == by.pk
    if not own and (membership.status == Status.REQUESTED or not leads(by, membership.member)):
        raise NotAllowed(_("You may not change this team."))
    if membership.status not in CURRENT:
        raise AlreadyDecided(what_happened(membership))
    asked_only = membership.status == Status.REQUESTED
    last = is_last_coordinator(membership)
    _end(membership, Status.ENDED, by, note)
    Invitation.objects.filter(invited_by=membership.user).end_without_right()
    audit.record("membership-ended", membership, by=by, reason=membership.note)
    if not own:
        _tell_person(membership, by, "ended")
    elif not asked_only:
        tell_team(membership, "left")
    if last:
        _tell_secretariat(membership)
    return membership


@transaction.atomic
def set_role(membership, role, by, note=""):
    """Give a person of the team another role, and return the membership as it is now.

    Raises ``NotAllowed``, ``AlreadyDecided`` for who is no longer in the team, ``PersonBlocked`` for who
    cannot sign in and would lead it, ``LastCoordinator`` when a coordinator would leave the team
    without one, and ``TooManyToday``; only the secretariat may do so.
    """
    lock(membership.member)
    membership = _current(membership)
    if not leads(by, membership.member):
        raise NotAllowed(_("You may not change this team."))
    if membership.status != Status.ACTIVE:
        raise AlreadyDecided(what_happened(membership))
    if membership.role == role:
        return membership
    if role == Role.COORDINATOR:
        refuse_blocked(membership.user)
    last = is_last_coordinator(membership)
    if last and not is_secretariat(by):
        raise LastCoordinator(
            _("A team needs a coordinator. Make somebody else a coordinator first.")
        )
    since = timezone.now() - timedelta(days=1)
    changes = Event.objects.filter(
        action="role-changed",
        subject_type=membership._meta.label_lower,
        subject_id=str(membership.pk),
        created_at__gt=since,
    )
    if changes.count() >= MAX_ROLES_A_DAY and not is_secretariat(by):
        raise TooManyToday(
            _("The role of %(name)s was changed often today. Please go on tomorrow.")
            % {"name": membership.user.get_full_name()}
        )
    membership.role = role
    membership.save(update_fields=["role"])
    Invitation.objects.filter(invited_by=membership.user).end_without_right()
    reason = f"{role}: {note}" if note else role
    audit.record("role-changed", membership, by=by, reason=reason)
    if membership.user_id != by.pk:
        notify(
            Notice.Kind.ROLE_CHANGED,
            [membership.user],
            address("my:team", membership.member.slug),
            member=membership.member.name,
            role=role,
            by=acting_name(by, membership.member),
        )
    if last:
        _tell_secretariat(membership)
    return membership


def refuse_blocked(user):
    """Raise ``PersonBlocked`` for an account that gets no rights now, because nobody can sign in to it."""
    if not user.is_active:
        raise PersonBlocked(_("The account of this person is blocked."))


def leave_all(user):
    """End every membership of a person whose account is about to be closed."""
    for membership in user.memberships.filter(status__in=CURRENT).select_related("member"):
        leave(membership, user)


def is_last_coordinator(membership):
    """Return whether its member would have no coordinator without it."""
    return (
        membership.status == Status.ACTIVE
        and membership.role == Role.COORDINATOR
        and not coordinators(membership.member).exclude(pk=membership.user_id).exists()
    )


def tell_team(membership, change):
    """Tell the other coordinators that somebody ``joined`` or ``left``."""
    notify(
        Notice.Kind.TEAM_CHANGED,
        coordinators(membership.member).exclude(pk=membership.user_id),
        address("my:team", membership.member.slug),
        member=membership.member.name,
        person=membership.user.get_full_name(),
        change=change,
    )


def _tell_secretariat(membership):
    notify(
        Notice.Kind.TEAM_CHANGED,
        secretariat(),
        address("my:team", membership.member.slug),
        member=membership.member.name,
        person=membership.user.get_full_name(),
        change="no-coordinator",
    )


def _tell_person(membership, by, decision):
    notify(
        Notice.Kind.MEMBERSHIP_DECIDED,
        [membership.user],
        address("my:home"),
        member=membership.member.name,
        decision=decision,
        role=membership.role,
        note=membership.note,
        by=acting_name(by, membership.member),
    )


def acting_name(by, member):
    """Return what a notice says of who acted: the name of a coordinator; "" for the secretariat,
    which speaks as one."""
    return by.get_full_name() if coordinators(member).filter(pk=by.pk).exists() else ""


def lock(member):
    """Make other changes of the member's team wait for the end of this transaction."""
    # Rows of other tables may go on pointing at the member meanwhile.
    Member.with_proposed.select_for_update(no_key=True).get(pk=member.pk)


def _current(membership):
    try:
        return Membership.objects.select_related("user", "member", "decided_by").get(
            pk=membership.pk
        )
    except Membership.DoesNotExist:
        raise AlreadyDecided(_("The person has closed the account meanwhile.")) from None


def _end(membership, status, by, note):
    membership.status, membership.note = status, note.strip()
    membership.decided_by, membership.decided_at = by, timezone.now()
    membership.save(update_fields=["status", "role", "note", "decided_by", "decided_at"])
    settle(address("my:request", membership.pk))
