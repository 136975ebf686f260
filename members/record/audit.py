"""The record of who did what: written in the transaction of the change it tells of."""

from contextvars import ContextVar

from django.utils.translation import gettext_lazy as _

from members.models import Event

SUBJECT_LENGTH = Event._meta.get_field("subject").max_length

# Address of the client whose request is being answered; commands have none.
client_address = ContextVar("client_address", default=None)

# Everything that is recorded, and what it is called.
ACTIONS = {
    "submitted": _("Submitted"),
    "published": _("Published"),
    "changes-requested": _("Changes requested"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
    "superseded": _("Superseded"),
    "unpublished": _("Unpublished"),
    "restored": _("Restored"),
    "assigned": _("Assigned"),
    "assessed": _("Assessed"),
    "correction-proposed": _("Correction proposed"),
    "correction-accepted": _("Correction accepted"),
    "correction-declined": _("Correction declined"),
    "featured": _("Featured"),
    "unfeatured": _("No longer featured"),
    "case-merged": _("Case merged"),
    "case-unmerged": _("Merge of a case undone"),
    "case-moved": _("Case moved"),
    "case-compiled": _("Case compiled"),
    "theme-added": _("Theme added"),
    "theme-changed": _("Theme changed"),
    "theme-merged": _("Theme merged"),
    "theme-deleted": _("Theme deleted"),
    "membership-requested": _("Membership requested"),
    "membership-approved": _("Membership approved"),
    "membership-declined": _("Membership declined"),
    "membership-ended": _("Membership ended"),
    "role-changed": _("Role changed"),
    "invitation-sent": _("Invitation sent"),
    "invitation-revoked": _("Invitation revoked"),
    "invitation-accepted": _("Invitation accepted"),
    "member-proposed": _("Member proposed"),
    "member-proposal-declined": _("Proposed member declined"),
    "member-proposal-taken-back": _("Proposed member taken back"),
    "member-added": _("Member added"),
    "member-changed": _("Member changed"),
    "member-merged": _("Member merged"),
    "member-deleted": _("Member deleted"),
    "rights-changed": _("Rights changed"),
    "account-blocked": _("Account blocked"),
    "account-unblocked": _("Account unblocked"),
    "second-factor-removed": _("Second factor removed"),
    "account-deleted": _("Account deleted"),
    "personal-data-exported": _("Personal data exported"),
    "library-imported": _("Library imported"),
    "library-exported": _("Library exported"),
}


def record(action, subject, *, by=None, name="", reason=""):
    """Add an entry to the record and give it.

    ``action`` is one of ``ACTIONS``; ``subject`` any saved object. ``name`` says who acted where
    that was no person with an account.
    """
    event = _event(action, subject, by, name, reason)
    event.save()
    return event


def record_all(action, subjects, *, by=None, name="", reason=""):
    """The same for many subjects, in few queries; nothing is given back."""
    events = [_event(action, subject, by, name, reason) for subject in subjects]
    Event.objects.bulk_create(events, batch_size=500)


def _event(action, subject, by, name, reason):
    if action not in ACTIONS:
        raise ValueError(f"Nobody knows the action {action}.")
    return Event(
        actor=by,
        actor_name=name or (by.get_full_name() if by else ""),
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject=str(subject)[:SUBJECT_LENGTH],
        reason=reason,
        address=client_address.get(),
    )
