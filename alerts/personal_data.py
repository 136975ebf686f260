"""What alerts store about a person. See ``settings.PERSONAL_DATA``."""

from members.record.people import rows

from .models import Follow, SavedSearch, Watch


def export(user):
    """Return what ``user`` wants to be told of, as plain values."""
    return {
        "saved_searches": rows(SavedSearch.objects.filter(user=user)),
        "followed_cases": rows(Follow.objects.filter(user=user), "case_id"),
        "watched_news": rows(Watch.objects.filter(user=user)),
    }


def trail(user):
    """Return nothing: what somebody wants to read is no act."""
    return {}


def forget(user):
    """Do nothing: all of it goes with the account."""
