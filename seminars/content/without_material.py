"""Seminars that were held and have left nothing here: work for the secretariat's desk."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.content.desk import Kind
from seminars.models import Seminar, SeminarMaterial

# Slides, recording and minutes are promised within so many days.
PATIENCE = timedelta(days=14)


def without_material(rows, now=None):
    """Return those of ``rows`` (seminars) that ended 14 days ago or more, and have no material.

    Those that were only compiled are left out: the secretariat did not hold them.
    """
    before = (now or timezone.now()) - PATIENCE
    material = SeminarMaterial.objects.filter(seminar=OuterRef("pk"))
    held = Seminar.objects.held().order_by().values("pk")
    rows = rows.filter(pk__in=held, is_compiled=False, ends_at__lte=before)
    return rows.filter(~Exists(material))


KIND = Kind("seminars-without-material", _("Seminars without material"), Seminar, "ends_at")
