"""The only module that changes collections: making, changing, sharing, filling and deleting them."""

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exchange.models.querysets import MODERATE
from exchange.steps.entries import need_team
from members.models import Notice, User
from members.notices.notifications import address, notify
from members.record import audit
from members.secretariat import acts_for_secretariat

from .models import MAX_COLLECTIONS, MAX_ITEMS, Collection, CollectionItem

Visibility = Collection.Visibility


class CollectionError(Exception):
    """It cannot be done; the text says why."""


def _lock(collection):
    """Return the collection as it is now, locked until the end of the transaction."""
    rows = Collection.objects.select_for_update(of=["self"])
    return get_object_or_404(rows, pk=collection.pk)


def _lock_own(collection, by):
    """Return the collection as it is now, locked. Raises ``Http404`` for who may change it no more: the
    place in the team may have ended since the page was asked for."""
    current = _lock(collection)
    if not Collection.objects.editable_by(by).filter(pk=current.pk).exists():
        raise Http404(_("There is no such collection."))
    return current


@transaction.atomic
def save(collection, *, by, visibility, items=()):
    """Save a collection as it is, with what may be read by whom now, and its ``items``, (item, is kept)
    pairs in any order. What happens to a public one is on record.

    Raises :class:`CollectionError` for who shares what the secretariat has removed, and ``NotAllowed``
    for who, also of the secretariat, gives it to a member without being in its team.
    """
    current = None
    if collection.pk is None:
        _need_room(by)
        was, stays, called = Visibility.PRIVATE, False, ""
    else:
        current = _lock_own(collection, by)
        was, stays, called = current.visibility, current.is_ones_own, current.title
        _keep_removed(collection, current, visibility)
    if collection.member and collection.member_id != (current and current.member_id):
        need_team(by, collection.member)
    if visibility == Visibility.PUBLIC and not collection.published_at:
        collection.published_at = timezone.now()
    collection.visibility = visibility
    # Taken from a team or the secretariat it is whose act that was, not of who once began it.
    if collection.pk is None or (collection.is_ones_own and not stays):
        collection.owner = by
    collection.save()
    for item, is_kept in items:
        if is_kept:
            item.save(update_fields=["note", "position"])
        else:
            item.delete()
    _renumber(collection)
    if Visibility.PUBLIC in {was, visibility}:
        # What it is called from now on may be for a team or person alone.
        called = "" if visibility == Visibility.PUBLIC else called
        audit.record(_action(was, visibility), collection, by=by, called=called)
    return collection


def _keep_removed(collection, current, visibility):
    """Let what the secretariat decided stand, also where that was while the form was open."""
    collection.removed_at = current.removed_at
    collection.removed_reason = current.removed_reason
    if current.removed_at and visibility != Visibility.PRIVATE:
        raise CollectionError(
            _(
                "The secretariat has removed it: “%(reason)s” It can be shared again once the "
                "secretariat has lifted that; write to it when it is mended."
            )
            % {"reason": current.removed_reason}
        )


def _action(was, visibility):
    if was == visibility:
        return "collection-changed"
    return "collection-public" if visibility == Visibility.PUBLIC else "collection-closed"


def _need_room(user):
    User.objects.select_for_update().get(pk=user.pk)
    if Collection.objects.filter(owner=user).count() >= MAX_COLLECTIONS:
        raise CollectionError(
            _("You have %(number)d collections, which is the most: delete one first.")
            % {"number": MAX_COLLECTIONS}
        )


def _renumber(collection):
    """Count the places of the items from 1 on; of two at one place the one that was there first."""
    items = list(collection.items.order_by("position", "pk"))
    for place, item in enumerate(items, start=1):
        item.position = place
    CollectionItem.objects.bulk_update(items, ["position"])


@transaction.atomic
def put_in(collection, cases, *, by):
    """Put ``cases`` at the end of a collection, each once; return how many are new in it."""
    collection = _lock_own(collection, by)
    there = set(collection.items.values_list("case", flat=True))
    new = [case for case in cases if case.pk not in there]
    if len(there) + len(new) > MAX_ITEMS:
        raise CollectionError(
            _("A collection holds %(most)d policies at most; this one has %(number)d.")
            % {"most": MAX_ITEMS, "number": len(there)}
        )
    CollectionItem.objects.bulk_create(
        CollectionItem(collection=collection, case=case, position=len(there) + place)
        for place, case in enumerate(new, start=1)
    )
    if new:
        collection.save(update_fields=["changed_at"])
        if collection.is_public:
            audit.record("collection-changed", collection, by=by)
    return len(new)


@transaction.atomic
def delete(collection, *, by):
    """Delete a collection."""
    collection = _lock_own(collection, by)
    if collection.is_public:
        audit.record("collection-deleted", collection, by=by)
    collection.delete()


@transaction.atomic
def remove(collection, *, by, reason):
    """Let only the owner and the team read what was shared; they are told the reason."""
    if not acts_for_secretariat(by, MODERATE):
        raise CollectionError(_("Only the secretariat may do this."))
    collection = _lock(collection)
    if collection.visibility == Visibility.PRIVATE:
        raise CollectionError(_("It is not shared."))
    collection.visibility = Visibility.PRIVATE
    collection.removed_at, collection.removed_reason = timezone.now(), reason
    if not (collection.member_id or collection.owner_id):
        collection.owner = by
    collection.save()
    audit.record("collection-closed", collection, by=by, reason=reason)
    _tell(collection, by, "removed", reason)
    return collection


@transaction.atomic
def lift(pk, *, by, reason):
    """Let the owner and the team share again what was removed; they are told the ``reason``. The
    secretariat reads nothing of what it has become since, nor does the record."""
    if not acts_for_secretariat(by, MODERATE):
        raise CollectionError(_("Only the secretariat may do this."))
    removed = Collection.objects.select_for_update(of=["self"]).filter(removed_at__isnull=False)
    collection = removed.filter(pk=pk).first()
    if collection is None:
        raise CollectionError(_("It is not removed any more."))
    collection.removed_at, collection.removed_reason = None, ""
    collection.save(update_fields=["removed_at", "removed_reason"])
    with translation.override(settings.LANGUAGE_CODE):
        called = _("Collection %(number)s") % {"number": pk}
    audit.record("entry-restored", collection, by=by, reason=reason, called=called)
    _tell(collection, by, "lifted", reason)


def _tell(collection, by, decision, reason):
    notify(
        Notice.Kind.ENTRY_REMOVED,
        [person for person in _people(collection) if person != by],
        address("my-collections:edit", collection.pk),
        title=collection.title,
        decision=decision,
        note=reason,
    )


def _people(collection):
    if collection.member_id is None:
        return [collection.owner]
    team = User.objects.filter(
        memberships__member=collection.member_id, memberships__status="active", is_active=True
    )
    return list(team.distinct().order_by("pk"))
