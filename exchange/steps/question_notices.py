"""Who is told of a question and of what becomes of it. Mails carry the whole text, and no address."""

from django.conf import settings
from django.db.models import Q
from django.utils import translation

from exchange.content.figures import figures
from exchange.models import Addressee
from exchange.models.querysets import MODERATE, writes_as
from members.models import Membership, Notice, User
from members.notices.notifications import address, notify, settle
from members.secretariat import acts_for_secretariat
from policies.models import Revision

from .notifications import coordinators, secretariat, text_of

Kind = Notice.Kind
# What calls for an answer.
ASKING = (Kind.QUESTION_ASKED, Kind.QUESTION_WAITING)


def notify_asked(question, addressees, by):
    """Tell those who are asked, once each, and the secretariat of the members that have no team."""
    told = {by.pk} if by else set()
    without_team = []
    for addressee in addressees:
        people = _asked(question, addressee.member)
        if not people:
            without_team.append(addressee.member.name)
        # Somebody may be in two of the teams.
        notify(
            Kind.QUESTION_ASKED,
            [person for person in people if person.pk not in told],
            _path(question),
            asked=addressee.member.name,
            **_facts(question),
        )
        told |= {person.pk for person in people}
    if without_team:
        notify(
            Kind.QUESTION_ASKED,
            [person for person in secretariat(by) if person.pk not in told],
            _path(question),
            asked=", ".join(without_team),
            for_secretariat=True,
            **_facts(question),
        )


def notify_answered(question, advice, by):
    """Tell who asked that there is an answer, with the whole of it."""
    message = advice.text
    if advice.english:
        message += f"\n\n{advice.english}"
    notify(
        Kind.QUESTION_ANSWERED,
        _told(question, by, advice),
        _path(question),
        title=question.title,
        advice=advice.pk,
        member=advice.member.name,
        figures=_figures(advice),
        passed_on=advice.source if advice.passed_on else "",
        message=message,
    )


def notify_declined(question, addressee, by):
    """Tell who asked that a member does not answer, and why."""
    notify(
        Kind.QUESTION_ANSWERED,
        _told(question, by),
        _path(question),
        title=question.title,
        member=addressee.member.name,
        declined=_in_language_of_site(addressee.get_declined_reason_display),
        message=addressee.declined_text,
    )


def notify_reminded(question, addressee, days):
    """Remind the team that is asked, and who took the question; ``days`` since it was asked."""
    people = {person.pk: person for person in _asked(question, addressee.member)}
    taken_by = addressee.taken_by
    if taken_by and taken_by.memberships.active().filter(member=addressee.member).exists():
        people[taken_by.pk] = taken_by
    notify(
        Kind.QUESTION_WAITING,
        people.values(),
        _path(question),
        asked=addressee.member.name,
        days=days,
        **_facts(question),
    )


def notify_waits(question, days):
    """Tell the secretariat that nobody has answered for too long."""
    notify(
        Kind.QUESTION_WAITING,
        secretariat(),
        _path(question),
        days=days,
        for_secretariat=True,
        **_facts(question),
    )


def notify_next(question, members, days):
    """Tell who asked which members could be asked next."""
    notify(
        Kind.QUESTION_WAITING,
        [person for person in _askers(question) if _stands_for(person, question)],
        _path(question),
        days=days,
        for_asker=True,
        next=", ".join(member.name for member in members),
        **_facts(question),
    )


def notify_closed(question, by, people, **facts):
    """Tell ``people`` that a question is closed, and why."""
    notify(
        Kind.QUESTION_CLOSED,
        [person for person in people if person != by],
        _path(question),
        title=question.title,
        member=question.member.name,
        reason=question.closed_reason,
        **facts,
    )


def settle_asked(question, member, by):
    """Mark as read what told the team of ``member`` that it is asked: one of them acts on it, or ``by``
    of the secretariat does. Who is asked for another member too still is."""
    asked = User.objects.filter(_in_team(member__pk=member.pk))
    others = question.addressees.filter(state=Addressee.State.ASKED).exclude(member=member)
    still = User.objects.filter(_in_team(member__in=others.values("member")))
    people = asked.exclude(pk__in=still.values("pk")).values("pk")
    settle(_short_path(question), kind__in=ASKING, recipient__in=people)
    if acts_for_secretariat(by, MODERATE):
        settle_waiting(question)


def settle_waiting(question):
    """Mark as read what called the secretariat and the askers to a question that waited."""
    people = [*secretariat(), *_askers(question)]
    settle(_short_path(question), kind__in=ASKING, recipient__in=people)


def settle_answered(question):
    """Mark as read what told the askers of answers, and of whom to ask next: they have acted on it."""
    kinds = (Kind.QUESTION_ANSWERED, Kind.QUESTION_WAITING)
    settle(_short_path(question), kind__in=kinds, recipient__in=_askers(question))


def settle_closed(question):
    """Mark as read what called for an answer to a question that has ended."""
    settle(_short_path(question), kind__in=ASKING)


def askers(question):
    """Return who is told of what becomes of a question: who asked it, and their coordinators."""
    return _told(question)


def asked(question, addressees):
    """Return who was told that the members of ``addressees`` are asked."""
    people = {}
    for addressee in addressees:
        people |= {person.pk: person for person in _asked(question, addressee.member)}
    return list(people.values())


def _asked(question, member):
    """Return the coordinators of a member, or its whole team where nobody coordinates it, and of its
    people those who wrote the case."""
    team = User.objects.filter(
        is_active=True,
        memberships__member=member,
        memberships__status=Membership.Status.ACTIVE,
    ).distinct()
    people = {person.pk: person for person in coordinators(member) or team}
    if question.case_id:
        wrote = Revision.objects.citable().filter(case=question.case_id).values("created_by")
        people |= {person.pk: person for person in team.filter(pk__in=wrote)}
    return list(people.values())


def _told(question, by=None, advice=None):
    """Return the askers without ``by``. Whoever asked it and has left the team since is among them only
    while the person may read the question, and the ``advice`` to it."""
    entries = [question, advice] if advice else [question]
    return [
        person
        for person in _askers(question)
        if person != by and (_stands_for(person, question) or _reads(person, entries))
    ]


def _stands_for(person, question):
    """Return whether ``person`` is in the team that asks, or in the secretariat."""
    in_team = writes_as(person).filter(pk=question.member_id)
    return in_team.exists() or secretariat().filter(pk=person.pk).exists()


def _reads(person, entries):
    return all(
        type(entry).objects.readable_by(person).filter(pk=entry.pk).exists() for entry in entries
    )


def _askers(question):
    people = {person.pk: person for person in coordinators(question.member)}
    author = question.author
    if author and author.is_active:
        people[author.pk] = author
    return list(people.values())


def _facts(question):
    live = question.case and question.case.live
    return {
        "title": question.title,
        "member": question.member.name,
        "by": "" if question.passed_on else question.author_name,
        "case": live.title if live else "",
        "message": "\n\n".join(filter(None, [text_of(question), question.english])),
    }


def _figures(advice):
    """Return the figures of an answer in words; "" where it states none."""
    with translation.override(settings.LANGUAGE_CODE):
        return "; ".join(
            f"{label}: {value} {detail}".strip() for label, value, detail in figures(advice)
        )


def _in_team(**member):
    active = {"status": Membership.Status.ACTIVE, **member}
    return Q(**{f"memberships__{name}": value for name, value in active.items()})


def _short_path(question):
    """Return how the addresses of a question begin, whatever its title."""
    return address("exchange:question-short", question.pk)


def _path(question):
    return address("exchange:question", question.pk, question.slug)


def _in_language_of_site(get):
    with translation.override(settings.LANGUAGE_CODE):
        return str(get())
