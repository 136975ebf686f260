"""Saving, following, renewing, stopping; and telling people what is new, in one mail a person."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.models import Notice, User
from members.notices.notifications import address, notify

from . import news
from .models import GOOD_FOR, MAX_FOLLOWED, MAX_SEARCHES, Follow, SavedSearch, Watch

KINDS = (SavedSearch, Follow, Watch)
# Of each search or case so many are named; there is a link to all.
SHOWN = 10
STOP = "alerts-stop"


class TooMany(Exception):
    """The person has as many as there may be; the text says so."""


@transaction.atomic
def save_search(user, *, query, name, every):
    """Save a search for ``user``, or change what is saved of the same one; return it."""
    _lock(user)
    found = SavedSearch.objects.filter(user=user, query=query).first()
    if found is None:
        if SavedSearch.objects.filter(user=user).count() >= MAX_SEARCHES:
            raise TooMany(
                _("You have %(number)d saved searches, which is the most: delete one first.")
                % {"number": MAX_SEARCHES}
            )
        found = SavedSearch(user=user, query=query)
    found.name, found.every = name, every
    renew(found)
    return found


@transaction.atomic
def follow(user, case):
    """Let ``user`` follow a case; return the :class:`Follow`, that which there is already."""
    _lock(user)
    found = Follow.objects.filter(user=user, case=case).first()
    if found is None:
        if Follow.objects.filter(user=user).count() >= MAX_FOLLOWED:
            raise TooMany(
                _("You follow %(number)d policies, which is the most: end one first.")
                % {"number": MAX_FOLLOWED}
            )
        found = Follow.objects.create(user=user, case=case)
    return found


@transaction.atomic
def watch(user, kinds):
    """Let ``user`` be told of these kinds of news, and of no others."""
    _lock(user)
    Watch.objects.filter(user=user).exclude(kind__in=kinds).delete()
    there = set(Watch.objects.filter(user=user).values_list("kind", flat=True))
    for kind in kinds:
        if kind not in there:
            Watch.objects.create(user=user, kind=kind)


def renew(alert):
    """Save an alert as wanted for another year. What was published while it paused is not told."""
    if alert.paused_at:
        alert.told_until = timezone.now()
    alert.renewed_at, alert.paused_at = timezone.now(), None
    alert.save()


def token_of(user):
    """Return the token with which mails about news of ``user`` are stopped without signing in."""
    return signing.dumps(user.pk, salt=STOP)


def person_of(token):
    """Return the person of a token; None where it is not one of ours, or the account is gone."""
    try:
        return User.objects.filter(pk=signing.loads(token, salt=STOP), is_active=True).first()
    except signing.BadSignature:
        return None


@transaction.atomic
def stop(user, *, stopped=True):
    """Send ``user`` no mail about news any more, or send it again."""
    user = User.objects.select_for_update().get(pk=user.pk)
    muted = [kind for kind in user.muted if kind != Notice.Kind.ALERT]
    user.muted = [*muted, Notice.Kind.ALERT.value] if stopped else muted
    user.save(update_fields=["muted"])


def headers_of_mail(notice):
    """Return the headers by which mail programs stop the alerts with a button (RFC 8058)."""
    link = settings.SITE_URL + address("my-alerts:stop", token_of(notice.recipient))
    return {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def send(now):
    """Tell everybody what is new, each in one notice; return how many people that were.

    Weekly alerts are told with the first run of a week, monthly ones with the first of a month's first
    week: so all of a person go together. A second run does nothing.
    """
    keys = set()
    for model in KINDS:
        rows = model.objects.filter(paused_at=None, user__is_active=True)
        rows = rows.filter(told_until__lt=_week_of(now))
        keys |= {row.user_id for row in rows.iterator() if _is_due(row, now)}
    return sum(_send_to(key, now) for key in sorted(keys))


def _week_of(now):
    """Return when the week of ``now`` began: Monday, 0:00 UTC."""
    day = now - timedelta(days=now.weekday())
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _is_due(alert, now):
    since = _week_of(now)
    every = getattr(alert, "every", SavedSearch.Every.WEEK)
    if every == SavedSearch.Every.NEVER:
        return False
    if every == SavedSearch.Every.MONTH:
        since = since.replace(day=1)
    return alert.told_until < since


@transaction.atomic
def _send_to(key, now):
    user = User.objects.select_for_update().filter(pk=key, is_active=True).first()
    if user is None or Notice.Kind.ALERT in user.muted:
        return 0
    with translation.override(settings.LANGUAGE_CODE):
        sections, ended = _news_of(user, now)
    if not sections and not ended:
        return 0
    notify(Notice.Kind.ALERT, [user], address("my-alerts:home"), sections=sections, ended=ended)
    return 1


def _news_of(user, now):
    """Return what is new for a person, by alert, and the names of alerts that now pause."""
    sections, ended = [], []
    for model in KINDS:
        for alert in model.objects.filter(user=user, paused_at=None):
            if not _is_due(alert, now):
                continue
            try:
                found = _of_alert(alert, now)
            except news.NoAnswer:
                continue
            if found:
                sections.append(
                    {
                        "alert": _key(alert),
                        "items": found[:SHOWN],
                        "more": max(0, len(found) - SHOWN),
                    }
                )
            alert.told_until = now
            if alert.renewed_at + GOOD_FOR <= now or found is None:
                alert.paused_at = now
                ended.append(_key(alert))
            alert.save(update_fields=["told_until", "paused_at"])
    return sections, ended


def _of_alert(alert, now):
    if isinstance(alert, SavedSearch):
        return news.of_search(alert, alert.told_until, now)
    if isinstance(alert, Follow):
        return news.of_case(alert.case, alert.told_until, now)
    return news.of_watch(alert, alert.told_until, now)


def _key(alert):
    return [alert._meta.model_name, alert.pk]


def facts_of_mail(notice):
    """Return what the mail of an alert says, of what is public when it goes out; None where that is
    nothing, or its alerts are deleted. See ``settings.READ_WHEN_MAILED``."""
    with translation.override(settings.LANGUAGE_CODE):
        sections = [
            section for each in notice.context["sections"] if (section := _section(notice, **each))
        ]
        alerts = [_alert(notice, *key) for key in notice.context["ended"]]
        ended = [_name(alert) for alert in alerts if alert and alert.paused_at]
    return {"sections": sections, "ended": ended} if sections or ended else None


def _alert(notice, kind, key):
    """Return an alert of the person; None where it was deleted."""
    models = {model._meta.model_name: model for model in KINDS}
    return models[kind].objects.filter(pk=key, user=notice.recipient).first()


def _section(notice, alert, items, more):
    alert = _alert(notice, *alert)
    found = [each for kind, key in items if (each := news.title_and_address(kind, key))]
    if alert is None or not found:
        return None
    return {
        "title": _name(alert),
        "items": [{"title": _one_line(title), "path": path} for title, path in found],
        "more": more,
        "path": alert.get_absolute_url() if isinstance(alert, SavedSearch) else "",
    }


def _name(alert):
    """Return what an alert is called in mails: a followed case by its title, while it is public."""
    if not isinstance(alert, Follow):
        return _one_line(alert)
    case = news.shown(alert.case)
    return _one_line(case.live.title) if case else _("A policy that is not public")


def _one_line(text):
    return " ".join(str(text).split())


def _lock(user):
    User.objects.select_for_update().get(pk=user.pk)
