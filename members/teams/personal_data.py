"""What accounts, teams and notices know about a person. See ``settings.PERSONAL_DATA``."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from members.models import Event, Invitation, Member, MemberProposal, Membership, Notice, User
from members.models.event import ACTIONS_OF_SECRETARIAT
from members.notices.notifications import address, notices_of
from members.record.people import rows
from members.record.redaction import Redactor, addresses_of, former_colleague, former_moderator

from . import memberships

# What the record has of teams.
OF_TEAMS = ("members.membership", "members.memberproposal")
# What is called as a person wrote or is called; elsewhere a name is the text of a case, or of a seminar.
CALLED_BY_PEOPLE = (
    *("members.user", "members.membership", "members.memberproposal", "members.invitation"),
    *("exchange.question", "exchange.advice", "exchange.adoption", "exchange.cooperation"),
    *("exchange.introduction", "collections.collection", "seminars.registration"),
)


def export(user):
    """Return all rows about ``user`` as plain values, without secrets.

    Other people are in it only where a notice told ``user`` of them.
    """
    return _account(user) | _teams(user) | _record(user)


def _account(user):
    return {
        "account": {
            "email": user.email,
            "name": user.name,
            "created_at": user.date_joined,
            "last_login": user.last_login,
            "notices_without_mail": user.muted,
            "secretariat": user.is_staff,
        },
        "email_addresses": list(
            user.emailaddress_set.order_by("email").values("email", "verified", "primary")
        ),
        "second_factors": [
            {
                "kind": factor.type,
                "name": str(factor),
                "created_at": factor.created_at,
                "last_used_at": factor.last_used_at,
            }
            for factor in Authenticator.objects.filter(user=user).order_by("pk")
        ],
        "sessions": rows(UserSession.objects.filter(user=user), without=("session_key", "data")),
    }


def _teams(user):
    """Return memberships, invitations and proposals; of other people's only what ``user`` did."""
    return {
        "memberships": rows(user.memberships.all(), "member__name"),
        "memberships_decided": _values(
            Membership.objects.filter(decided_by=user),
            *("member__name", "role", "status", "note", "decided_at"),
        ),
        "invitations_sent": _values(
            Invitation.objects.filter(invited_by=user),
            *("member__name", "role", "created_at", "accepted_at", "revoked_at", "ended_at"),
        ),
        "invitations_received": rows(
            Invitation.objects.filter(email__in=addresses_of(user)),
            "member__name",
            without=("token_hash",),
        ),
        "members_proposed": rows(user.proposals.all()),
        "proposals_decided": _values(
            MemberProposal.objects.filter(decided_by=user),
            *("name", "state", "note", "decided_at"),
        ),
    }


def _record(user):
    return {
        "notices": rows(notices_of(user), without=("attempts", "next_attempt_at", "last_error")),
        "secretariat_log": _values(
            LogEntry.objects.filter(user=user),
            *("action_time", "content_type__model", "object_id", "action_flag"),
        ),
        # What the subjects are called is left out: it may be the name of somebody else.
        "record_by": rows(user.events.all(), without=("actor_name", "subject")),
        "record_about": _values(
            events_about(user).exclude(actor=user),
            *("action", "subject_type", "subject_id", "reason", "created_at"),
        ),
    }


def _values(queryset, *names):
    return list(queryset.order_by("pk").values(*names))


def trail(user):
    """Return what teams and the record know a person did: admin template -> rows, newest first."""
    return {
        "admin/members/user/trail/memberships.html": Membership.objects.filter(
            Q(user=user) | Q(decided_by=user)
        )
        .select_related("user", "member", "decided_by")
        .order_by("-created_at", "-pk"),
        "admin/members/user/trail/events.html": (
            user.events.all() | events_about(user)
        ).select_related("actor"),
    }


def events_about(user):
    """Return entries of the record whose subject is the person, a membership of theirs or an
    invitation."""
    about = Q(subject_type="members.user", subject_id=str(user.pk))
    for kind, subjects in (
        ("members.membership", user.memberships.all()),
        ("members.memberproposal", user.proposals.all()),
        ("members.invitation", Invitation.objects.filter(email__in=addresses_of(user))),
    ):
        keys = [str(pk) for pk in subjects.values_list("pk", flat=True)]
        about |= Q(subject_type=kind, subject_id__in=keys)
    return Event.objects.filter(about)


def forget(user):
    """End the person's memberships and sessions, and take the name out of what stays.

    Teams that lose their last coordinator are made known to the secretariat. Addresses, second
    factors, invitations and own notices go with the account itself.
    """
    teams = teams_of(user)
    memberships.leave_all(user)
    for session in UserSession.objects.filter(user=user):
        session.end()
    part = Q(member__in=teams) | Q(decided_by=user)
    in_teams = Membership.objects.filter(part).exclude(user=user)
    proposed = MemberProposal.objects.filter(part).exclude(user=user)
    redactor = Redactor(user, former_colleague())
    # Before the rows go by whose numbers the record knows the person.
    _forget_in_record(user, redactor, teams, in_teams, proposed)
    addresses = addresses_of(user)
    # What was mailed about the account itself went to its address, confirmed or not.
    own_account = Q(kind=Notice.Kind.ACCOUNT_CHANGED, email__iexact=user.email)
    mailed = Q(email__in=addresses) | own_account
    Notice.objects.filter(mailed, recipient=None).delete()
    # A name may be somebody else's, or a word like any other. So it is taken out where the person took
    # part, and there alone.
    redactor.notices(Notice.objects.filter(_told_of(user, teams, addresses)))
    redactor.rows(in_teams, "message", "note")
    redactor.rows(proposed, "message", "note")
    redactor.rows(_log_about(user, teams, in_teams, proposed), "object_repr", "change_message")
    if addresses:
        _forget_addresses(user, addresses)


def _forget_in_record(user, redactor, teams, in_teams, proposed):
    """Take the name out of what the record says of the person, of what the person did, and of the
    memberships and proposals in which the person took part."""
    redactor.events(events_about(user), "subject", "reason")
    redactor.events(user.events.filter(subject_type__in=CALLED_BY_PEOPLE), "subject")
    redactor.events(user.events.all(), "reason")
    for kind, rows_of in zip(OF_TEAMS, (in_teams, proposed), strict=True):
        keys = map(str, rows_of.values_list("pk", flat=True))
        redactor.events(Event.objects.filter(subject_type=kind, subject_id__in=keys), "reason")
    for_secretariat = user.events.filter(action__in=ACTIONS_OF_SECRETARIAT)
    if not teams.exists() and was_of_secretariat(user):
        # Who was in no team did for the secretariat what teams do, too.
        for_secretariat = user.events.all()
    for_secretariat.forget(actor_name=former_moderator(), address=None)
    others = user.events.exclude(pk__in=for_secretariat.values("pk"))
    others.forget(actor_name=former_colleague(), address=None)


def _forget_addresses(user, addresses):
    """Take the person's addresses out of what is noted on teams, wherever: they are nobody else's."""
    redactor = Redactor(user, former_colleague(), words=addresses)
    redactor.events(Event.objects.filter(subject_type__in=OF_TEAMS), "reason")
    redactor.notices(Notice.objects.all())
    redactor.rows(Membership.objects.exclude(user=user), "message", "note")
    redactor.rows(MemberProposal.objects.exclude(user=user), "message", "note")
    redactor.rows(LogEntry.objects.exclude(user=user), "object_repr", "change_message")


def former_name(user, member):
    """Return what is written in place of the name of ``user``, who acted for ``member``: of the secretariat
    unless in its team. The memberships have not been ended yet."""
    if was_of_secretariat(user) and not teams_of(user).filter(pk=member.pk).exists():
        return former_moderator()
    return former_colleague(member)


def was_of_secretariat(user):
    """Return whether the person is of the secretariat, or has decided for it."""
    return user.is_staff or user.events.filter(action__in=ACTIONS_OF_SECRETARIAT).exists()


def teams_of(user):
    """Return the members in whose teams the person is or was; not those that the person only asked."""
    mine = user.memberships.all()
    keys = [str(key) for key in mine.values_list("pk", flat=True)]
    approved = Event.objects.filter(
        action="membership-approved", subject_type="members.membership", subject_id__in=keys
    )
    accepted = user.events.filter(action="invitation-accepted")
    invited = Invitation.objects.filter(pk__in=list(accepted.values_list("subject_id", flat=True)))
    was_in = mine.filter(
        Q(status=Membership.Status.ACTIVE)
        | Q(pk__in=list(approved.values_list("subject_id", flat=True)))
        | Q(member__in=invited.values("member"))
        | Q(member__in=user.proposals.values("member"))
    )
    return Member.objects.filter(pk__in=list(was_in.values_list("member", flat=True)))


def _told_of(user, teams, addresses):
    """Return the condition that a notice is about the person's teams, requests or proposals."""
    requests = user.memberships.values_list("pk", flat=True)
    proposed = user.proposals.values_list("pk", flat=True)
    pages = [address("my:request", key) for key in requests]
    pages += [address("admin:members_memberproposal_decide", key) for key in proposed]
    return (
        Q(context__member__in=list(teams.values_list("name", flat=True)))
        | Q(context__email__in=addresses)
        | Q(path__in=pages)
    )


def _log_about(user, teams, in_teams, proposed):
    """Return what others did in the admin to the person, the person's teams, and who is in them."""
    about = Q(pk=None)
    for rows_of in (
        *(User.objects.filter(pk=user.pk), user.memberships.all(), user.proposals.all()),
        *(teams, in_teams, proposed),
    ):
        kind = ContentType.objects.get_for_model(rows_of.model)
        keys = map(str, rows_of.order_by().values_list("pk", flat=True))
        about |= Q(content_type=kind, object_id__in=list(keys))
    return LogEntry.objects.filter(about).exclude(user=user)
