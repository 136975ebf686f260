"""What of collections goes with a case, for whoever takes something out of the case."""

from policies.workflow.related_rows import RelatedRows

from .models import Collection, CollectionItem, of_case


def related_to_case(case):
    """Return the collections that hold a case, with its notes there.

    What stands in private ones is not told of, nor what became of removed ones since: only the record
    of what they were goes with the case.
    """
    items = CollectionItem.objects.filter(of_case(case, "case"))
    private = Collection.objects.filter(visibility=Collection.Visibility.PRIVATE)
    shared = Collection.objects.exclude(visibility=Collection.Visibility.PRIVATE)
    holding = items.order_by().values("collection")
    return [
        RelatedRows(private.filter(pk__in=holding)),
        RelatedRows(shared.filter(pk__in=holding), ("title", "intro")),
        RelatedRows(items.filter(collection__in=shared), ("note",), part_of="collection"),
    ]
