"""Typos and tags that a moderator would change: proposed by moderators, accepted by the author.

Nobody but the city's team changes a city's text. A correction records the text before and after,
and why; a field of the text by its name, "themes" as slugs and "targets" as codes, one a line, in
the order of the form.
"""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.record import audit
from policies.content.diff import tokens, whole, words
from policies.content.fields import content_fields, is_prose
from policies.models import CaseStudy, Contribution, Correction, Revision, RevisionTheme, Theme
from sdg.models import Target

from . import authoring, notifications, screening
from .errors import AlreadyDecided, EditRefused

State = Correction.State
LABELS = {
    field.name: field.verbose_name
    for field in content_fields()
    if is_prose(field) and not isinstance(field, models.URLField)
}
THEMES, TARGETS = "themes", "targets"
FIELDS = (*LABELS, THEMES, TARGETS)
# While a submission is in review.
CORRECTABLE = (Revision.State.SUBMITTED, Revision.State.CHANGES_REQUESTED)
# Words that a correction may take out and put in; whoever would change more asks for changes.
MOST_WORDS = 20


def label(field):
    """Return the name of a correctable field, for people."""
    return {THEMES: _("Themes"), TARGETS: _("Targets")}.get(field) or str(capfirst(LABELS[field]))


def choices():
    """Return what can be corrected, as (field, label)."""
    return [(name, label(name)) for name in FIELDS]


def current(revision, field):
    """Return the value of a correctable field, as a correction records it."""
    if field == THEMES:
        return "\n".join(row.theme.slug for row in revision.theme_rows.select_related("theme"))
    if field == TARGETS:
        return "\n".join(row.target_id for row in revision.contributions.all())
    return getattr(revision, field)


@transaction.atomic
def propose(revision, field, after, note="", *, by):
    """Save that ``by`` would have ``field`` of a submission read ``after``; return the correction.

    ``after`` has passed the rules of the authors' form. The second of two clicks returns the
    correction of the first one. Raises ``ValidationError`` for what changes nothing and for a
    rewrite; ``EditRefused`` when the submission is no longer open.
    """
    CaseStudy.objects.select_for_update().get(pk=revision.case_id)
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    if revision.state not in CORRECTABLE:
        raise EditRefused(
            _("This revision is %(state)s and cannot be corrected now.")
            % {"state": revision.get_state_display().lower()}
        )
    if field not in FIELDS:
        raise ValidationError(_("Choose what is to be corrected."))
    before = current(revision, field)
    if after == before:
        raise ValidationError(_("That is what the text says already."))
    if field in LABELS and _words_changed(before, after) > MOST_WORDS:
        raise ValidationError(
            _(
                "That is more than a correction: at most %(most)d words may come and go. Ask for "
                "changes instead, and the city will write them."
            )
            % {"most": MOST_WORDS}
        )
    proposed = revision.corrections.filter(state=Correction.State.PROPOSED, field=field)
    twin = proposed.filter(before=before, after=after).first()
    if twin:
        return twin
    correction = Correction(
        revision=revision,
        field=field,
        before=before,
        after=after,
        note=note,
        by=by,
        by_name=by.get_full_name(),
    )
    correction.full_clean(exclude=["by"])
    correction.save()
    audit.record("correction-proposed", revision, by=by, reason=f"{label(field)}\n{note}".strip())
    others = revision.corrections.filter(state=State.PROPOSED).exclude(pk=correction.pk)
    if not others.exists():
        # Several at once are one matter, told once.
        notifications.notify_of_correction(correction, _message(correction))
    return correction


@dataclass(frozen=True)
class Proposal:
    """A correction that waits for the team, with the words added and removed marked."""

    correction: Correction
    label: str
    html: SafeString


def waiting(revisions):
    """Return the :class:`Proposal` list of each revision that its team can decide on, by its key."""
    open_ones = [each.pk for each in revisions if each.state in CORRECTABLE]
    rows = list(Correction.objects.filter(revision__in=open_ones, state=State.PROPOSED))
    names = _names() if any(row.field in (THEMES, TARGETS) for row in rows) else {}
    found = {}
    for row in rows:
        tags = row.field in (THEMES, TARGETS)
        html = _tags(row, names) if tags else words(row.before, row.after)
        proposal = Proposal(row, label(row.field), html)
        found.setdefault(row.revision_id, []).append(proposal)
    return found


def _tags(correction, names):
    """Return themes or targets, one a line: those removed, kept and added."""
    before, after = correction.before.splitlines(), correction.after.splitlines()
    marked = [(tag, tag if tag in after else "") for tag in before]
    marked += [("", tag) for tag in after if tag not in before]
    pairs = [(names.get(old, old), names.get(new, new)) for old, new in marked]
    lines = [old if old == new else whole(old, new) for old, new in pairs]
    return format_html_join("\n", "{}", ((line,) for line in lines))


def _names():
    """Return slug -> name of every theme, and code -> code and label of every target."""
    targets = Target.objects.values_list("code", "label")
    return dict(Theme.objects.values_list("slug", "name")) | {
        code: f"{code} {text}" for code, text in targets
    }


@transaction.atomic
def accept(correction, *, user):
    """Write a proposed correction into the text, on behalf of its team, and return the correction.

    Where the field has been changed since, nothing is written and the correction is returned as
    outdated. Raises ``AlreadyDecided`` when somebody else decided first, and ``EditRefused`` when the
    person or the state of the submission no longer permits it.
    """
    correction, revision = _locked(correction, user)
    if current(revision, correction.field) != correction.before or not _exist(correction):
        return _decided(correction, State.OUTDATED)
    if correction.field == THEMES:
        _write_themes(revision, correction.after.splitlines())
    elif correction.field == TARGETS:
        _write_targets(revision, correction.after.splitlines())
    else:
        setattr(revision, correction.field, correction.after)
    correction.revision = authoring.save_draft(revision)
    if revision.state == Revision.State.SUBMITTED:
        screening.screen(revision)
    return _decided(correction, State.ACCEPTED, user)


@transaction.atomic
def decline(correction, *, user):
    """Leave the text as it is, and return the correction; raises what :func:`accept` raises."""
    correction, _revision = _locked(correction, user)
    return _decided(correction, State.DECLINED, user)


def _locked(correction, user):
    revision = authoring.locked_draft(correction.revision, user, states=CORRECTABLE)
    correction = Correction.objects.select_for_update().get(pk=correction.pk)
    if correction.state != State.PROPOSED:
        raise AlreadyDecided(
            _("This correction is already %(state)s.")
            % {"state": correction.get_state_display().lower()}
        )
    correction.revision = revision
    return correction, revision


def _exist(correction):
    """Return whether all tags of a correction still exist: a theme may be gone since."""
    tags = correction.after.splitlines()
    if correction.field == THEMES:
        return Theme.objects.filter(slug__in=tags).count() == len(tags)
    return True


def _decided(correction, state, user=None):
    correction.state, correction.decided_at = state, timezone.now()
    correction.save(update_fields=["state", "decided_at"])
    if state != State.OUTDATED:
        action = f"correction-{state}"
        audit.record(action, correction.revision, by=user, reason=label(correction.field))
        notifications.settle_case(correction.revision.case_id, user)
        notifications.notify_of_correction(correction, _message(correction), user)
    return correction


def _message(correction):
    """Return what is told about a correction, in the language of the site."""
    with translation.override(settings.LANGUAGE_CODE):
        message = {
            State.PROPOSED: _(
                "A correction is proposed; you can accept it with one click: %(field)s"
            ),
            State.ACCEPTED: _("The correction is accepted: %(field)s"),
            State.DECLINED: _("The correction is declined: %(field)s"),
        }[correction.state] % {"field": label(correction.field)}
    note = correction.note if correction.state == State.PROPOSED else ""
    return f"{message}\n\n{note}".strip()


def _write_themes(revision, slugs):
    themes = {theme.slug: theme for theme in Theme.objects.filter(slug__in=slugs)}
    revision.theme_rows.all().delete()
    RevisionTheme.objects.bulk_create(
        RevisionTheme(revision=revision, theme=themes[slug], position=position)
        for position, slug in enumerate(slugs)
    )


def _write_targets(revision, codes):
    """Replace the targets; those kept retain their role and text, and one is the primary one."""
    kept = {row.target_id: row for row in revision.contributions.all()}
    rows = [
        Contribution(
            revision=revision,
            target_id=code,
            position=position,
            **({"role": kept[code].role, "how": kept[code].how} if code in kept else {}),
        )
        for position, code in enumerate(codes)
    ]
    if not any(row.role == Contribution.Role.PRIMARY for row in rows):
        rows[0].role = Contribution.Role.PRIMARY
    revision.contributions.all().delete()
    Contribution.objects.bulk_create(rows)


def _words_changed(before, after):
    """Return how many words were added or removed, wherever they are."""
    old, new = (
        Counter(word.strip() for word in tokens(text) if not word.isspace())
        for text in (before, after)
    )
    return max((old - new).total(), (new - old).total())
