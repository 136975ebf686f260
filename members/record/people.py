"""What all apps together know about a person: for the download, the trail, and the deletion.

Each module in ``settings.PERSONAL_DATA`` has ``export(user)``, ``trail(user)`` and ``forget(user)``.
"""

from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from members.models import Invitation, Member

from . import audit
from .redaction import addresses_of


def data_of(user):
    """Return all that is stored about a person, by subject, without secrets."""
    data = {}
    for module in _modules():
        data |= module.export(user)
    return data


@transaction.atomic
def export_data(user, by):
    """Return ``data_of(user)`` for ``by`` to download, and record that."""
    data = data_of(user)
    audit.record("personal-data-exported", user, by=by)
    return data


def trail_of(user):
    """Return what a person did and what was done to the person: admin template -> rows, newest first."""
    trail = {}
    for module in _modules():
        trail |= module.trail(user)
    return trail


@transaction.atomic
def delete_account(user, by=None):
    """Delete a person. What they published stays, without their name.

    ``by`` is who does it, where that is not the person.
    """
    audit.record("account-deleted", user, by=by or user)
    addresses = addresses_of(user)
    for module in _modules():
        module.forget(user)
    # They tell former addresses of the person, which all modules look for.
    Invitation.objects.filter(email__in=addresses).delete()
    proposed = Member.with_proposed.filter(is_proposed=True, proposed_as__user=user)
    provisional = list(proposed.values_list("pk", flat=True))
    user.delete()
    # They are free now: what the person wrote for them went with the account.
    Member.with_proposed.filter(pk__in=provisional).delete()


def _modules():
    return map(import_module, settings.PERSONAL_DATA)


def rows(queryset, *related, without=()):
    """Return rows as plain values, the oldest first: every column of the model but keys.

    ``related`` are paths to columns of related rows, ``without`` columns that are secret or only
    for the portal's own work.
    """
    columns = [
        field.name
        for field in queryset.model._meta.concrete_fields
        if not (field.primary_key or field.is_relation or field.name in without)
    ]
    return list(queryset.order_by("pk").values(*related, *columns))


def rows_begun(made, readable, *related, without=()):
    """Return what a person ``made``, as :func:`rows` does where it is ``readable`` for the person now.

    What colleagues write on is their team's: of the others there is only that the person began them.
    """
    is_readable = Q(pk__in=readable.order_by().values("pk"))
    began = made.exclude(is_readable).order_by("pk").values("member__name", "created_at")
    return [*rows(made.filter(is_readable), *related, without=without), *began]
