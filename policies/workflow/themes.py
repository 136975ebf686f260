"""Changes of the network's themes by the secretariat; no case ever loses its theme.

Themes are part of the search index, so it is synchronized after each change. In a large library that
takes a minute, during which searches find the cases as they were before.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.record import audit
from policies.content import summary
from policies.models import FormerTheme, RevisionTheme, Theme
from policies.search import index

from .errors import ActionRefused, ReasonRequired


@transaction.atomic
def add(theme, *, by):
    """Save a new theme, and return it."""
    theme.save()
    return _changed("theme-added", theme, by, "")


@transaction.atomic
def change(theme, *, by, reason=""):
    """Save name, description and position of a theme, and return it; its slug, used in URLs, stays."""
    old = Theme.objects.select_for_update().get(pk=theme.pk)
    theme.save(update_fields=["name", "description", "position"])
    renamed = _("%(old)s → %(new)s") % {"old": old.name, "new": theme.name}
    reason = "\n".join(filter(None, [renamed if old.name != theme.name else "", reason]))
    return _changed("theme-changed", theme, by, reason)


def rename(theme, name, *, by, reason=""):
    """Rename a theme, and return it."""
    theme.name = name
    return change(theme, by=by, reason=reason)


@transaction.atomic
def merge(theme, into, *, by, reason):
    """Replace ``theme`` by ``into`` in every text, public or not, and return ``into``.

    A text with both keeps one, at the position of the first of them. Afterwards ``theme`` is deleted,
    and addresses of lists with its slug, or with one that led to it, lead to ``into``.
    """
    if not reason.strip():
        raise ReasonRequired
    if theme.pk == into.pk:
        raise ActionRefused(_("A theme cannot be merged into itself."))
    locked = Theme.objects.select_for_update().filter(pk__in=[theme.pk, into.pk])
    locked = {each.pk: each for each in locked.order_by("pk")}
    if len(locked) < len({theme.pk, into.pk}):
        raise ActionRefused(_("Somebody has merged or deleted one of these themes meanwhile."))
    theme, into = locked[theme.pk], locked[into.pk]
    for removed, kept in ((theme, into), (into, theme)):
        before = RevisionTheme.objects.filter(
            theme=kept, revision=OuterRef("revision"), position__lt=OuterRef("position")
        )
        RevisionTheme.objects.filter(Exists(before), theme=removed).delete()
    RevisionTheme.objects.filter(theme=theme).update(theme=into)
    _move_others(theme, into)
    FormerTheme.objects.filter(theme=theme).update(theme=into)
    # The slug may have been that of an earlier theme, which was merged too.
    FormerTheme.objects.bulk_create(
        [FormerTheme(slug=theme.slug, theme=into)],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=["theme"],
    )
    note = _("%(old)s → %(new)s") % {"old": theme.name, "new": into.name}
    audit.record("theme-merged", theme, by=by, reason=f"{note}\n{reason}")
    theme.delete()
    summary.rebuild(into.revisions.live())
    transaction.on_commit(index.sync_soon, robust=True)
    return into


def _move_others(theme, into):
    """Replace a theme in the lists of other apps, which know no order."""
    for relation in Theme._meta.related_objects:
        if relation.many_to_many and relation.through._meta.auto_created:
            rows, whose = relation.through._base_manager, relation.field.m2m_field_name()
            both = rows.filter(theme=into).values(whose)
            rows.filter(theme=theme).exclude(**{f"{whose}__in": both}).update(theme=into)


@transaction.atomic
def delete(theme, *, by):
    """Delete a theme that no text has; raise ``ActionRefused`` for all others."""
    theme = Theme.objects.select_for_update().filter(pk=theme.pk).first()
    if theme is None:
        raise ActionRefused(_("Somebody has deleted the theme already."))
    if uses := theme.revisions.count():
        message = ngettext(
            "%(count)d text has this theme: merge it into another one instead.",
            "%(count)d texts have this theme: merge it into another one instead.",
            uses,
        )
        raise ActionRefused(message % {"count": uses})
    audit.record("theme-deleted", theme, by=by)
    theme.delete()
    transaction.on_commit(index.sync_soon, robust=True)


def _changed(action, theme, by, reason):
    audit.record(action, theme, by=by, reason=reason)
    transaction.on_commit(index.sync_soon, robust=True)
    return theme
