"""What of seminars goes with a case, for whoever takes something out of the case."""

from django.db.models import Q

from policies.workflow.related_rows import RelatedRows
from seminars.models import Seminar, SeminarItem, SeminarMaterial


def related_to_case(case):
    """Return the seminars that show a case, with their programme and material."""
    about = Q(case=case) | Q(case__merged_into=case)
    shown = SeminarItem.objects.filter(about).order_by().values("seminar")
    return [
        RelatedRows(Seminar.objects.filter(pk__in=shown), ("title", "summary", "caveat")),
        RelatedRows(
            SeminarItem.objects.filter(seminar__in=shown), ("title", "speaker"), part_of="seminar"
        ),
        RelatedRows(
            SeminarMaterial.objects.filter(seminar__in=shown), ("title",), part_of="seminar"
        ),
    ]
