"""What of collections goes with a case, for whoever takes something out of the case."""

from django.db.models import Q

from policies.workflow.related_rows import RelatedRows

from .models import Collection, CollectionItem, of_case


def related_to_case(case):
    """Return the collections that hold a case, with its notes there; what is private is not told of."""
    known = Collection.objects.filter(
        ~Q(visibility=Collection.Visibility.PRIVATE) | Q(removed_at__isnull=False)
    )
    items = CollectionItem.objects.filter(of_case(case, "case"), collection__in=known)
    collections = known.filter(pk__in=items.order_by().values("collection"))
    return [
        RelatedRows(collections, ("title", "intro")),
        RelatedRows(items, ("note",), part_of="collection"),
    ]
