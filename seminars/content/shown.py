"""Which seminars showed a case. The page of a case asks only where one did."""

from django.db.models import Exists, OuterRef, Prefetch, Q

from seminars.models import Seminar, SeminarItem, SeminarMaterial

# What of a seminar a page of a case leads to.
TO_SEE = (SeminarMaterial.Kind.RECORDING, SeminarMaterial.Kind.SLIDES)


def of_case(case, path="case"):
    """Return the condition that a row shows a case, or one that was merged into it."""
    return Q(**{path: case}) | Q(**{f"{path}__merged_into": case})


def was_shown(case):
    """Return the expression of whether a public seminar shows the case at the path ``case``."""
    items = SeminarItem.objects.exclude(seminar__state="draft").order_by()
    return Exists(items.filter(of_case(OuterRef(case))))


def seminars_of(case):
    """Return the public seminars that show a case, the last first, each with what of it can be seen:
    ``to_see``."""
    shown = SeminarItem.objects.filter(of_case(case)).order_by().values("seminar")
    material = SeminarMaterial.objects.filter(kind__in=TO_SEE)
    rows = Seminar.objects.public().exclude(state=Seminar.State.CANCELLED).filter(pk__in=shown)
    return rows.prefetch_related(Prefetch("materials", material, to_attr="to_see")).order_by(
        "-day", "-pk"
    )
