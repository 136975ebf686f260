"""What a moderator would change in a text: proposed by moderators, accepted by the author.

Nobody but the city's team changes a city's text; what the secretariat compiled, and no city has
claimed, another person of it may correct. What is accepted for a public text is public at once, as a
new revision: two sides have agreed, so nobody accepts the own proposal. A correction records the
text before and after, and why; a field of the text by its name, "themes" as slugs and "targets" as
codes, one a line, in the order of the form.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.record import audit
from policies.content.diff import whole, words
from policies.content.fields import content_fields, is_prose, values_of
from policies.models import CaseStudy, Contribution, Correction, Revision, RevisionTheme, Theme
from sdg.models import Target

from . import authoring, moderation, notifications, screening
from .errors import AlreadyDecided, EditRefused

State = Correction.State
NAMES_LENGTH = Revision._meta.get_field("decided_by_name").max_length
LABELS = {
    field.name: field.verbose_name
    for field in content_fields()
    if is_prose(field) and not isinstance(field, models.URLField)
}
THEMES, TARGETS = "themes", "targets"
FIELDS = (*LABELS, THEMES, TARGETS)
# While a submission is in review.
CORRECTABLE = (Revision.State.SUBMITTED, Revision.State.CHANGES_REQUESTED)
# A correction of a public text that no city answers for so long lapses.
LAPSES_AFTER = timedelta(days=60)


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


def may_be_corrected(revision):
    """Return whether corrections of a revision can be proposed: it is in review, or public."""
    return revision.state in CORRECTABLE or revision.case.live_id == revision.pk


@transaction.atomic
def propose(revision, field, after, note="", *, by):
    """Save that ``by`` would have ``field`` of a text read ``after``; return the correction.

    ``after`` has passed the rules of the authors' form. The second of two clicks returns the
    correction of the first one. What is proposed for several fields is one proposal: its team is told
    once, and accepts all of it at once or a part. Raises ``ValidationError`` for what changes
    nothing; ``EditRefused`` when the text is neither in review nor public.
    """
    case = CaseStudy.objects.select_for_update().get(pk=revision.case_id)
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    revision.case = case
    if not may_be_corrected(revision):
        raise EditRefused(
            _("This revision is %(state)s and cannot be corrected now.")
            % {"state": revision.get_state_display().lower()}
        )
    if field not in FIELDS:
        raise ValidationError(_("Choose what is to be corrected."))
    before = current(revision, field)
    if after == before:
        raise ValidationError(_("That is what the text says already."))
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
        notifications.notify_of_correction(correction, _message([correction]))
    return correction


@dataclass(frozen=True)
class Proposal:
    """A correction that waits for the team, with the words added and removed marked."""

    correction: Correction
    label: str
    html: SafeString
    is_public: bool  # accepted, it is public at once

    @property
    def lapses_at(self):
        return self.correction.created_at + LAPSES_AFTER


def waiting(revisions):
    """Return what its team can decide on, as :class:`Proposal` lists by the key of each revision.

    These are the corrections of the revision while it is in review, and of the public text of its
    case.
    """
    open_ones = [each.pk for each in revisions if each.state in CORRECTABLE]
    shown = {each.case_id: each.pk for each in revisions}
    of_public = Q(revision__case__live=F("revision"), revision__case__in=shown)
    rows = Correction.objects.filter(Q(revision__in=open_ones) | of_public, state=State.PROPOSED)
    rows = list(rows.annotate(of_case=F("revision__case"), live=F("revision__case__live")))
    names = _names() if any(row.field in (THEMES, TARGETS) for row in rows) else {}
    found = {}
    for row in rows:
        tags = row.field in (THEMES, TARGETS)
        html = _tags(row, names) if tags else words(row.before, row.after)
        proposal = Proposal(row, label(row.field), html, row.live == row.revision_id)
        found.setdefault(shown[row.of_case], []).append(proposal)
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


def accept(correction, *, user):
    """Accept one correction, as :func:`accept_together` does several, and return it."""
    return accept_together([correction], user=user)[0]


@transaction.atomic
def accept_together(corrections, *, user):
    """Write proposed corrections into the text, on behalf of its team, and return them.

    Of a public text a new revision with them is public at once; a draft that is open gets them too.
    Where a field has been changed since, it is left as it is and its correction becomes outdated.
    Raises ``AlreadyDecided`` when somebody else decided one of them first, and ``EditRefused`` where it
    is the person's own proposal, or the person or the state of the submission no longer permits it:
    nothing is written then.
    """
    decided, accepted, written = [], {}, set()
    for each in corrections:
        correction, revision = _locked(each, user)
        if correction.by_id == user.pk:
            raise EditRefused(_("You have proposed this correction: somebody else accepts it."))
        place = revision.pk, correction.field
        is_same = current(revision, correction.field) == correction.before
        if place in written or not is_same or not _exist(correction):
            decided.append(_decided(correction, State.OUTDATED))
            continue
        written.add(place)
        accepted.setdefault(revision, []).append(correction)
    for revision, together in accepted.items():
        is_in_review = revision.state in CORRECTABLE
        text = (
            _corrected(revision, together) if is_in_review else _publish(revision, together, user)
        )
        for correction in together:
            correction.revision = text
            decided.append(_decided(correction, State.ACCEPTED, user))
        _tell(together, user)
    return decided


def _corrected(revision, corrections):
    """Write corrections into an open revision, and return that."""
    for correction in corrections:
        _write(revision, correction)
    revision = authoring.save_draft(revision)
    if revision.state == Revision.State.SUBMITTED:
        screening.screen(revision)
    return revision


def _write(revision, correction):
    if correction.field == THEMES:
        _write_themes(revision, correction.after.splitlines())
    elif correction.field == TARGETS:
        _write_targets(revision, correction.after.splitlines())
    else:
        setattr(revision, correction.field, correction.after)


def _publish(live, corrections, user):
    """Make a copy of the public text with corrections public, and return it."""
    case = live.case
    newest = case.revisions.order_by("-number").first()
    opened = case.revisions.filter(state__in=Revision.OPEN_STATES).first()
    text = Revision(case=case, number=newest.number + 1, created_by=user, **values_of(live))

    def write(revision):
        authoring.copy_rows(live, revision)
        for correction in corrections:
            _write(revision, correction)
        revision.save()

    of_city = CaseStudy.objects.of_team(user).filter(pk=case.pk).exists()
    with translation.override(settings.LANGUAGE_CODE):
        note = (
            _("A correction of the moderators that the city accepted: %(field)s")
            if of_city
            else _("A correction within the secretariat, which compiled this: %(field)s")
        ) % {"field": _labels(corrections)}
    names = ", ".join(dict.fromkeys(each.by_name for each in corrections))
    published = moderation.publish_corrected(
        case, text, write, by=user, proposed_by=names[:NAMES_LENGTH], note=note
    )
    # Or the open draft would bring the old words back.
    if opened:
        same = [each for each in corrections if current(opened, each.field) == each.before]
        if same:
            _corrected(Revision.objects.select_for_update().get(pk=opened.pk), same)
    return published


@transaction.atomic
def decline(correction, *, user):
    """Leave the text as it is, and return the correction; raises what :func:`accept` raises."""
    correction, _revision = _locked(correction, user)
    _decided(correction, State.DECLINED, user)
    _tell([correction], user)
    return correction


@transaction.atomic
def lapse(now=None):
    """End corrections of public texts that no city has answered for long; return how many."""
    before = (now or timezone.now()) - LAPSES_AFTER
    old = Correction.objects.filter(state=State.PROPOSED, created_at__lte=before)
    old = old.filter(revision__state=Revision.State.PUBLISHED)
    rows = list(old.select_for_update(of=("self",)).select_related("revision__case__member", "by"))
    for correction in rows:
        _tell([_decided(correction, State.LAPSED)])
    return len(rows)


def _locked(correction, user):
    # It may be about a later text of its case by now.
    correction = Correction.objects.select_related("revision").get(pk=correction.pk)
    _check_undecided(correction)
    public = (Revision.State.PUBLISHED,)
    revision = authoring.locked_draft(correction.revision, user, states=CORRECTABLE + public)
    correction = Correction.objects.select_for_update().get(pk=correction.pk)
    _check_undecided(correction)
    correction.revision = revision
    return correction, revision


def _check_undecided(correction):
    if correction.state != State.PROPOSED:
        raise AlreadyDecided(
            _("This correction is already %(state)s.")
            % {"state": correction.get_state_display().lower()}
        )


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
        action, name = f"correction-{state}", "" if user else _("Time limit")
        audit.record(
            action, correction.revision, by=user, name=name, reason=label(correction.field)
        )
        if user:
            notifications.settle_case(correction.revision.case_id, user)
    return correction


def _tell(corrections, user=None):
    """Tell what came of corrections that were decided together."""
    for by in {each.by for each in corrections}:
        of_one = [each for each in corrections if each.by == by]
        notifications.notify_of_correction(of_one[0], _message(of_one), user)


def _labels(corrections):
    return ", ".join(label(each.field) for each in corrections)


def _message(corrections):
    """Return what is told about corrections of one state, in the language of the site."""
    correction = corrections[0]
    with translation.override(settings.LANGUAGE_CODE):
        message = {
            State.PROPOSED: _(
                "A correction is proposed; you can accept it with one click: %(field)s"
            ),
            State.ACCEPTED: _("The correction is accepted: %(field)s"),
            State.DECLINED: _("The correction is declined: %(field)s"),
            State.LAPSED: _(
                "The correction has lapsed, because the city did not answer: %(field)s"
            ),
        }[correction.state] % {"field": _labels(corrections)}
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
