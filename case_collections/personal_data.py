"""What collections store about a person. See ``settings.PERSONAL_DATA``."""

from django.db.models import Q

from members.models import Event, Member, Notice
from members.notices.notifications import address
from members.record.people import rows, rows_begun
from members.record.redaction import (
    WORDS_IN_NOTICES,
    Redactor,
    former_colleague,
    former_moderator,
)
from members.teams.personal_data import former_name, teams_of

from .models import Collection, CollectionItem


def export(user):
    """Return the collections that ``user`` made, with their policies, as plain values."""
    made = Collection.objects.filter(owner=user)
    readable = Collection.objects.readable_by(user)
    items = CollectionItem.objects.filter(
        collection__owner=user, collection__in=readable.order_by().values("pk")
    )
    return {
        "collections": rows_begun(made, readable, "member__name", without=("key",)),
        "collected_policies": rows(items, "collection__title", "case_id"),
    }


def trail(user):
    """Return the public collections that a person made: admin template -> rows, newest first."""
    return {"admin/case_collections/trail.html": Collection.objects.public().filter(owner=user)}


def forget(user):
    """Delete what is the person's alone; take the name out of what teams and the secretariat keep."""
    written = Collection.objects.filter(pk__in=_written(user))
    _forget_in_record(user)
    own = written.filter(owner=user, member=None)
    own.exclude(visibility=Collection.Visibility.PUBLIC).delete()
    for member in [None, *Member.objects.filter(collections__in=written).distinct()]:
        kept = written.filter(member=member)
        redactor = Redactor(user, former_name(user, member) if member else former_moderator())
        redactor.rows(kept, "title", "intro", "removed_reason")
        redactor.rows(CollectionItem.objects.filter(collection__in=kept), "note")
        pages = [address("my-collections:edit", key) for key in kept.values_list("pk", flat=True)]
        told = Notice.objects.filter(path__in=pages)
        redactor.notices(told, (*WORDS_IN_NOTICES, "title"))


def _written(user):
    """Return the keys of the collections that the person made or may have written in. What is not public
    the team changes without a record."""
    changed = user.events.filter(
        subject_type=Collection._meta.label_lower,
        action__in=["collection-public", "collection-changed"],
    )
    keys = [int(key) for key in changed.values_list("subject_id", flat=True)]
    part = Q(owner=user) | Q(member__in=list(teams_of(user))) | Q(pk__in=keys)
    rows = Collection.objects.filter(part)
    return list(rows.order_by().values_list("pk", flat=True))


def _forget_in_record(user):
    """Take the name out of the record of, and reasons noted on, collections that the person wrote or
    decided on. Called before those are deleted that go with the account."""
    redactor = Redactor(user, former_colleague())
    label = Collection._meta.label_lower
    keys = set(map(str, _written(user)))
    decided = {*user.events.filter(subject_type=label).values_list("subject_id", flat=True)}
    of_others = Collection.objects.exclude(owner=user).filter(pk__in=[*map(int, decided)])
    redactor.rows(of_others, "removed_reason")
    record = Event.objects.filter(subject_type=label)
    redactor.events(record.filter(subject_id__in=keys | decided), "reason")
    redactor.events(record.filter(subject_id__in=keys), "subject")
