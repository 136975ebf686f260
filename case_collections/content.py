"""What is read of collections: their policies in order, and what search engines are told."""

from django.conf import settings

from policies.content import lists

from .models import CollectionItem


def items_of(collection):
    """Return its items in their order, each with its case and the one that this was merged into."""
    items = CollectionItem.objects.filter(collection=collection)
    return list(
        items.select_related("case__live", "case__member", "case__merged_into__live").order_by(
            "position", "pk"
        )
    )


def notes_of(items):
    """Return key of a live text -> note on it, in order; what is not public any more is left out, and
    of cases that were merged into one the first stands."""
    notes = {}
    for item in items:
        if item.live_id:
            notes.setdefault(item.live_id, item.note)
    return notes


def policies_of(items):
    """Return the (live revision, note) pairs of items, as lists show revisions."""
    notes = notes_of(items)
    return [(revision, notes[revision.pk]) for revision in lists.read(list(notes))]


def data_of(collection, policies):
    """Return a public collection in the terms of schema.org (CollectionPage)."""
    address = settings.SITE_URL + collection.get_absolute_url()
    data = {
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "@id": address,
        "url": address,
        "name": collection.title,
        "datePublished": collection.published_at.date().isoformat(),
        "dateModified": collection.changed_at.date().isoformat(),
        "hasPart": [
            {
                "@type": "CreativeWork",
                "@id": settings.SITE_URL + revision.case.get_absolute_url(),
                "name": revision.title,
                "inLanguage": revision.language,
            }
            for revision, _note in policies
        ],
    }
    if collection.intro:
        data["description"] = collection.intro
    if collection.member:
        data["author"] = {"@type": "Organization", "name": collection.member.name}
    return data
