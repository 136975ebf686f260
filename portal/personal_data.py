"""What texts of pages store about a person. See ``settings.PERSONAL_DATA``."""

from members.record.people import rows
from members.record.redaction import former_moderator

from .models import PageText


def export(user):
    """Return the texts of pages that ``user`` wrote, as plain values."""
    return {"page_texts": rows(PageText.objects.filter(by=user))}


def trail(user):
    """Return nothing: each change of a text is an event of the record, where it stands already."""
    return {}


def forget(user):
    """Write a role where the name of ``user`` stood; what was on a page stays as it was read."""
    PageText.objects.filter(by=user).update(by_name=former_moderator())
