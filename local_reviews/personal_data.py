"""What local reviews say of who wrote them. See ``settings.PERSONAL_DATA``."""

from members.models import Event, Member, Notice
from members.notices.notifications import address
from members.record.redaction import WORDS_IN_NOTICES, Redactor, former_colleague
from members.teams.personal_data import former_name

from .models import LocalReview

LABEL = LocalReview._meta.label_lower
WRITTEN = ("local-review-added", "local-review-changed")


def export(user):
    """Return nothing: reviews are their members', and the record has who entered and changed them."""
    return {}


def trail(user):
    """Return nothing: what a person did to reviews is on record."""
    return {}


def forget(user):
    """Take the name of ``user`` out of the reviews that the person entered or changed, and out of what was
    recorded and told of them."""
    acts = user.events.filter(subject_type=LABEL, action__in=WRITTEN)
    keys = set(acts.values_list("subject_id", flat=True))
    written = LocalReview.objects.filter(pk__in=[*map(int, keys)])
    for member in Member.objects.filter(pk__in=written.order_by().values("member")):
        redactor = Redactor(user, former_name(user, member))
        redactor.rows(written.filter(member=member), "title", "note")
    redactor = Redactor(user, former_colleague())
    record = Event.objects.filter(subject_type=LABEL, subject_id__in=keys)
    # Notices of what was deleted lead to the list of all, and know it by its title.
    titles = list(record.values_list("subject", flat=True))
    told = Notice.objects.filter(path=address("local-reviews:list"), context__title__in=titles)
    redactor.notices(told, (*WORDS_IN_NOTICES, "title"))
    redactor.events(record, "subject", "reason")
