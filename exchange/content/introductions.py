"""What an introduction is about, and the two people's addresses, which are kept nowhere else than in
their accounts."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.models import Introduction
from exchange.models.querysets import writes_as
from members.models import Member, User

State = Introduction.State


@dataclass(frozen=True)
class Contact:
    """A person that another one has agreed to be put in touch with."""

    person: User
    member: Member


def subject_of(introduction):
    """Return the need or offer, the advice or the adoption that an introduction is about."""
    return introduction.cooperation or introduction.advice or introduction.adoption


def kind_of(introduction):
    """Return what it is about, as texts ask for it: "need", "offer", "advice" or "adoption"."""
    if introduction.cooperation_id:
        return introduction.cooperation.kind
    return "advice" if introduction.advice_id else "adoption"


def title_of(introduction):
    """Return what that is called: of an adoption, the title of its original."""
    adoption = introduction.adoption
    if adoption is None:
        return str(subject_of(introduction))
    live = adoption.case.live if adoption.case_id else None
    return live.title if live else adoption.original_title or str(adoption)


def titles_for(introductions, user):
    """Return number of each of ``introductions`` -> what it is about is called for ``user``, who may not
    be able to read it any more: then it has no name. One query a kind of subject."""
    subjects = {each.pk: subject_of(each) for each in introductions}
    readable = set()
    for model in {type(subject) for subject in subjects.values()}:
        keys = [subject.pk for subject in subjects.values() if type(subject) is model]
        found = model.objects.readable_by(user).filter(pk__in=keys).values_list("pk", flat=True)
        readable |= {(model, key) for key in found}
    return {
        each.pk: title_of(each)
        if (type(subjects[each.pk]), subjects[each.pk].pk) in readable
        else _("An entry that is not shown any more")
        for each in introductions
    }


def contact_for(introduction, user):
    """Return the :class:`Contact` that an accepted introduction gives ``user``, or None.

    Only the two people get one, each the other's, for ``EXCHANGE_DAYS["addresses"]`` days and while
    both still stand for their members.
    """
    if introduction.state != State.ACCEPTED or addresses_end(introduction) <= timezone.localdate():
        return None
    asked, decided = introduction.from_user, introduction.decided_by
    other = {introduction.from_user_id: decided, introduction.decided_by_id: asked}.get(user.pk)
    if other is None or not other.is_active:
        return None
    if not (
        stands_for(asked, introduction.from_member) and stands_for(decided, introduction.to_member)
    ):
        return None
    is_asker = user.pk == introduction.from_user_id
    return Contact(other, introduction.to_member if is_asker else introduction.from_member)


def stands_for(person, member):
    """Return whether ``person`` is in the team of ``member``, or in the secretariat, which acts for
    members that have none."""
    return person.is_staff or writes_as(person).contains(member)


def addresses_end(introduction):
    """Return the first day on which an accepted introduction no longer shows addresses."""
    return timezone.localdate(introduction.decided_at) + days("addresses")


def lapses_on(introduction):
    """Return the day on which an introduction lapses that nobody decides on."""
    return timezone.localdate(introduction.created_at) + days("lapse")


def facts_of_mail(notice):
    """Return what the mail of an accepted introduction says of both people; None where one of them has
    left since: the portal, or the team. See ``settings.READ_WHEN_MAILED``."""
    rows = Introduction.objects.select_related(
        "from_user", "decided_by", "from_member", "to_member"
    )
    introduction = rows.filter(pk=notice.context.get("introduction")).first()
    if introduction is None or notice.recipient is None:
        return None
    contact = contact_for(introduction, notice.recipient)
    if contact is None:
        return None
    own = notice.recipient
    own_member = introduction.from_member
    if own.pk != introduction.from_user_id:
        own_member = introduction.to_member
    return {
        "other_name": contact.person.get_full_name(),
        "other_member": contact.member.name,
        "other_email": contact.person.email,
        "own_name": own.get_full_name(),
        "own_member": own_member.name,
        "own_email": own.email,
    }


def days(name):
    """Return the ``timedelta`` of one of ``settings.EXCHANGE_DAYS``, by its name."""
    return timedelta(days=settings.EXCHANGE_DAYS[name])
