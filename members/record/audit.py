"""The record of who did what: written in the transaction of the change it tells of."""

from citynet.web.client_address import client_address
from members.models.event import ACTIONS, Event

SUBJECT_LENGTH = Event._meta.get_field("subject").max_length


def record(action, subject, *, by=None, name="", reason="", called=""):
    """Add an entry to the record and return it.

    ``action`` is one of ``ACTIONS``; ``subject`` any saved object. ``name`` says who acted where
    that was no person with an account; ``called`` what the subject is called, where its own name is
    not for the record.
    """
    event = _event(action, subject, by, name, reason, called)
    event.save()
    return event


def record_all(action, subjects, *, by=None, name="", reason=""):
    """Add an entry for each of many subjects, in few queries."""
    events = [_event(action, subject, by, name, reason) for subject in subjects]
    Event.objects.bulk_create(events, batch_size=500)


def _event(action, subject, by, name, reason, called=""):
    if action not in ACTIONS:
        raise ValueError(f"There is no action {action}.")
    return Event(
        actor=by,
        actor_name=name or (by.get_full_name() if by else ""),
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject=(called or str(subject))[:SUBJECT_LENGTH],
        reason=reason,
        address=client_address.get(),
    )
