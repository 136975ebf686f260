"""What a question may be about, whom it may be put to, and how often."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.models import Addressee, Question
from exchange.models.questions import MAX_ADDRESSEES, MAX_TARGETS
from members.models import Member
from members.names import fold

from .entries import lock_author, refuse_too_many
from .errors import AlreadyAsked, ExchangeError, StepRefused, TooManyToday

State, Closed = Question.State, Question.Closed

# The same question to the same member is not put again for so long.
ASKED_LATELY = timedelta(days=30)


def need_subject(case, targets):
    """Raise ``ExchangeError`` for a question about nothing, about too much, or about a case that is not
    public."""
    if case is not None and not case.live_id:
        raise StepRefused(_("This case study is not public: nobody can be asked about it."))
    if case is None and not targets:
        raise ExchangeError(_("Name a case study or at least one target."))
    if len(targets) > MAX_TARGETS:
        raise ExchangeError(_("Name at most three targets."))


def chosen_members(member, addressees, case):
    """Return the pairs of members to ask and why, each once. Raises ``ExchangeError`` for none and for
    more than five."""
    chosen = {}
    if case is not None and case.member_id != member.pk:
        chosen[case.member_id] = (case.member, _("The case is its own."))
    for each, reason in addressees:
        if each.pk == member.pk:
            raise ExchangeError(_("A member does not ask itself."))
        chosen.setdefault(each.pk, (each, reason))
    if not chosen:
        raise ExchangeError(_("Choose at least one member to ask."))
    if len(chosen) > MAX_ADDRESSEES:
        raise ExchangeError(
            _("Choose at most five members to ask; these are %(count)d.") % {"count": len(chosen)}
        )
    return list(chosen.values())


def limit_person(author, chosen):
    """Raise ``TooManyToday`` where ``author`` has asked, or a member was asked, as much as one may in a day.

    ``chosen`` are pairs of a member and why it is asked.
    """
    lock_author(author)
    limit = settings.EXCHANGE_LIMITS["questions"]
    refuse_too_many(
        Question.objects.filter(author=author),
        limit,
        ngettext(
            "A person may ask %(count)d question a day. Please ask the next one tomorrow.",
            "A person may ask %(count)d questions a day. Please ask the next one tomorrow.",
            limit,
        )
        % {"count": limit},
    )
    limit_members([member for member, _reason in chosen])


def limit_members(members):
    """Raise ``TooManyToday`` where a member was asked as much as one may be in a day."""
    keys = sorted(member.pk for member in members)
    # In one order, so that two people who ask the same members do not wait for each other.
    list(
        Member.objects.select_for_update(no_key=True, of=["self"])
        .filter(pk__in=keys)
        .order_by("pk")
    )
    since = timezone.now() - timedelta(days=1)
    limit = settings.EXCHANGE_LIMITS["questions_to_a_member"]
    for member in members:
        if Addressee.objects.filter(member=member, asked_at__gt=since).count() >= limit:
            raise TooManyToday(
                _(
                    "%(member)s was asked as much today as one team can answer. Take it out, or ask "
                    "tomorrow."
                )
                % {"member": member}
            )


def refuse_asked_before(author, title, members):
    """Raise ``AlreadyAsked`` where a question of this title, which ``author`` may read, was put to one of
    ``members`` lately."""
    lately = (
        Question.objects.readable_by(author)
        .filter(
            addressees__member__in=members,
            created_at__gt=timezone.now() - ASKED_LATELY,
            removed_at=None,
        )
        .exclude(state=State.REFUSED)
        .exclude(closed_reason=Closed.WITHDRAWN)
    )
    folded = fold(title)
    for question in lately.order_by("pk").distinct():
        if fold(question.title) == folded:
            raise AlreadyAsked(question)
