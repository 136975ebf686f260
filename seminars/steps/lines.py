"""Seminars that were compiled from public sources, read from the lines of a file."""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Member
from members.record import audit
from policies.models import CaseStudy, Theme
from sdg.models import Target
from seminars.models import Seminar, SeminarHost, SeminarItem, SeminarMaterial, SeminarSource

SECRETARIAT = "Secretariat"
TEXTS = (
    *("source_id", "title", "kind", "mode", "day", "time_zone", "place", "country", "summary"),
    "caveat",
)
ROWS = {
    "hosts": (SeminarHost, ("name",)),
    "items": (SeminarItem, ("title", "speaker")),
    "materials": (SeminarMaterial, ("kind", "title", "url")),
    "sources": (SeminarSource, ("title", "url", "accessed")),
}


@transaction.atomic
def load(line, *, by=None):
    """Make the seminar of a line public, as held and compiled by the secretariat; return it.

    Return None where there is one with its source id: what is there already stays as it is. Raises
    ``ValidationError`` with the place of what is wrong.
    """
    if not line.get("source_id"):
        raise ValidationError(_("A seminar in a file needs a source_id."))
    if Seminar.objects.filter(source_id=line["source_id"]).exists():
        return None
    seminar = Seminar(
        **{name: line.get(name) or "" for name in TEXTS},
        registration=Seminar.RegistrationWay.NONE,
        state=Seminar.State.HELD,
        is_compiled=True,
    )
    if line.get("last_day"):
        seminar.whole_days = True
        seminar.starts_at = _midnight(line["day"], seminar)
        seminar.ends_at = _midnight(line["last_day"], seminar) + timedelta(days=1)
    seminar.full_clean()
    seminar.save()
    seminar.targets.set(_all(Target, "code", line.get("targets", ())))
    seminar.themes.set(_all(Theme, "name", line.get("themes", ())))
    for name, (model, texts) in ROWS.items():
        for position, values in enumerate(line.get(name, ())):
            row = model(seminar=seminar, position=position)
            for text in texts:
                setattr(row, text, values.get(text, ""))
            if values.get("member"):
                row.member = _member(values["member"])
            if values.get("case"):
                # A case that is not in this library is named by its words alone.
                row.case = CaseStudy.objects.filter(source_id=values["case"]).first()
            row.full_clean()
            row.save()
    audit.record("seminar-compiled", seminar, by=by, name="" if by else SECRETARIAT)
    return seminar


def _midnight(day, seminar):
    try:
        return datetime.combine(date.fromisoformat(day), time(), seminar.zone)
    except ValueError as error:
        raise ValidationError(_("“%(day)s” is no day.") % {"day": day}) from error


def _all(model, name, values):
    """Return the rows with these values; raise ``ValidationError`` for one that there is not."""
    found = {getattr(row, name): row for row in model.objects.filter(**{f"{name}__in": values})}
    for value in values:
        if value not in found:
            raise ValidationError(
                _("There is no %(kind)s “%(value)s”.")
                % {"kind": model._meta.verbose_name, "value": value}
            )
    return list(found.values())


def _member(slug):
    member = Member.objects.at(slug).first()
    if member is None:
        raise ValidationError(_("There is no member “%(slug)s”.") % {"slug": slug})
    return member
