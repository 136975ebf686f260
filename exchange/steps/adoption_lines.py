"""Adoptions that the secretariat compiled, read from the lines of a file."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.content.adoption_lines import FIELDS
from exchange.models import (
    Adoption,
    AdoptionChange,
    AdoptionIndicator,
    AdoptionReport,
    AdoptionSource,
)
from members.models import Member
from members.record import audit
from policies.content.values import clean
from policies.models import CaseStudy

LISTS = {"changes": AdoptionChange, "sources": AdoptionSource}
SECRETARIAT = "Secretariat"


@transaction.atomic
def load(line, *, by=None):
    """Make the adoption of a line public, as compiled by the secretariat; return it.

    Return None where there is one with its source id: what is there already stays as it is. Raises
    ``ValidationError`` with the place of what is wrong.
    """
    if not line.get("source_id"):
        raise ValidationError(_("An adoption in a file needs a source_id."))
    if Adoption.objects.filter(source_id=line["source_id"]).exists():
        return None
    adoption = Adoption(
        member=_member(line["member"]),
        original_member=_member(line["original_member"]) if line.get("original_member") else None,
        author=by,
        author_name=by.get_full_name() if by else "",
        provenance=CaseStudy.Provenance.SECRETARIAT,
        state=Adoption.State.PUBLISHED,
        published_at=timezone.now(),
    )
    # A case that is not in this library is named by its title.
    adoption.case = CaseStudy.objects.filter(source_id=line.get("case") or "").first()
    adoption.revision = adoption.case.live if adoption.case else None
    _fill(adoption, line).save()
    for name, model in LISTS.items():
        model.objects.bulk_create(
            _fill(model(adoption=adoption, position=position), values)
            for position, values in enumerate(line.get(name, []))
        )
    for values in line.get("reports", []):
        report = _fill(AdoptionReport(adoption=adoption, by=by), values)
        report.save()
        AdoptionIndicator.objects.bulk_create(
            _fill(AdoptionIndicator(report=report, position=position), each)
            for position, each in enumerate(values.get("indicators", []))
        )
    audit.record("adoption-published", adoption, by=by, name="" if by else SECRETARIAT)
    return adoption


def _member(slug):
    member = Member.objects.at(slug).first()
    if member is None:
        raise ValidationError(_("There is no member “%(slug)s”.") % {"slug": slug})
    return member


def _fill(row, values):
    """Return a row with its values from a line."""
    for field in FIELDS[type(row)]:
        try:
            setattr(row, field.name, clean(field, values.get(field.name), row))
        except ValidationError as error:
            raise ValidationError(
                [f"{field.name}: {message}" for message in error.messages]
            ) from error
    return row
