"""What seminars store about a person. See ``settings.PERSONAL_DATA``."""

from members.models import Event, Notice
from members.notices.notifications import leads_to
from members.record.people import rows
from members.record.redaction import WORDS_IN_NOTICES, Redactor, former_moderator
from seminars.models import Registration, Seminar

from .registrations import fill_places

# By which acts somebody of the secretariat writes of a seminar, and in which texts.
WRITTEN = ("seminar-written", "seminar-announced", "seminar-changed", "seminar-cancelled")
TEXTS = ("summary", "for_whom", "fee", "caveat", "cancelled_reason")


def export(user):
    """Return the seminars that ``user`` registered for, as plain values."""
    mine = Registration.objects.filter(user=user)
    return {"seminars": rows(mine, "seminar__title", "member__name")}


def trail(user):
    """Return nothing: to come to a seminar is no act that the secretariat looks into."""
    return {}


def forget(user):
    """Give back the places of ``user``, and take the name out of what the person wrote of seminars for the
    secretariat. The registrations themselves go with the account.

    Who speaks at a seminar stays in its programme, whoever wrote that.
    """
    _forget_in_texts(user)
    rows = Registration.objects.filter(user=user, state__in=Registration.TOLD)
    for row in rows.select_related("seminar"):
        row.state = Registration.State.CANCELLED
        row.save(update_fields=["state"])
        fill_places(row.seminar)


def _forget_in_texts(user):
    label = Seminar._meta.label_lower
    acts = user.events.filter(subject_type=label, action__in=WRITTEN)
    keys = set(acts.values_list("subject_id", flat=True))
    redactor = Redactor(user, former_moderator())
    redactor.rows(Seminar.objects.filter(pk__in=[*map(int, keys)]), *TEXTS)
    redactor.events(Event.objects.filter(subject_type=label, subject_id__in=keys), "reason")
    pages = {"seminars:detail": keys}
    told = Notice.objects.filter(kind=Notice.Kind.SEMINAR_CHANGED)
    redactor.notices(told, WORDS_IN_NOTICES, lambda notice: leads_to(notice.path, pages))
