"""Which seminars showed a case. The page of a case asks only where one did."""

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q

from seminars.models import Seminar, SeminarItem, SeminarMaterial

# What of a seminar a page of a case leads to.
TO_SEE = (SeminarMaterial.Kind.RECORDING, SeminarMaterial.Kind.SLIDES)
OF_MATERIAL = ("pk", "kind", "url")


def of_case(case, path="case"):
    """Return the condition that a row shows a case, or one that was merged into it."""
    return Q(**{path: case}) | Q(**{f"{path}__merged_into": case})


def was_shown(case):
    """Return the expression of whether a public seminar shows the case at the path ``case``."""
    items = SeminarItem.objects.exclude(seminar__state="draft").order_by()
    return Exists(items.filter(of_case(OuterRef(case))))


def seminars_of(case):
    """Return the public seminars that show a case, the last first, each with what of it can be seen:
    ``to_see``; in one query."""
    shown = SeminarItem.objects.filter(of_case(case)).order_by().values("seminar")
    rows = Seminar.objects.public().exclude(state=Seminar.State.CANCELLED).filter(pk__in=shown)
    # A line for each material.
    of_it = FilteredRelation("materials", condition=Q(materials__kind__in=TO_SEE))
    rows = rows.annotate(of_it=of_it).annotate(
        **{f"material_{name}": F(f"of_it__{name}") for name in OF_MATERIAL}
    )
    found = {}
    for row in rows.order_by("-day", "-pk", "of_it__position", "of_it__pk"):
        seminar = found.setdefault(row.pk, row)
        seminar.to_see = getattr(seminar, "to_see", [])
        if row.material_pk:
            parts = {name: getattr(row, f"material_{name}") for name in OF_MATERIAL}
            seminar.to_see.append(SeminarMaterial(**parts))
    return list(found.values())
