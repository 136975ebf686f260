"""Taking a person's name out of texts."""

import json
import re

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import translation
from django.utils.translation import gettext as _

from members.models import Event


def former_colleague(member=None):
    """Return what is written in place of the name of somebody who acted for ``member``."""
    # Stored in the database, so in the language of the site, not of who happens to ask.
    with translation.override(settings.LANGUAGE_CODE):
        if member is None:
            return _("Former colleague")
        return _("Former colleague of %(member)s") % {"member": member.name}


def former_moderator():
    """Return what is written in place of the name of somebody who decided for the secretariat."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Former moderator")


def addresses_of(user):
    """Return every e-mail address of a person, in lower case."""
    addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return sorted({user.email.lower(), *map(str.lower, addresses)})


class Redactor:
    """Writes ``label`` wherever the name or an address of ``user`` stands."""

    def __init__(self, user, label):
        self.label = label
        words = [*addresses_of(user), *filter(None, [user.name])]
        # In JSON that is kept as text, other scripts are escaped.
        escaped = [json.dumps(word)[1:-1] for word in words]
        self.words = sorted({*words, *escaped}, key=len, reverse=True)
        self.pattern = re.compile(
            rf"(?<!\w)(?:{'|'.join(map(re.escape, self.words))})(?!\w)", re.IGNORECASE
        )

    def text(self, text):
        # Not a template for re: a member's name may hold a backslash.
        return self.label.join(self.pattern.split(text))

    def value(self, value):
        """Return the same for a value of JSON, however deep."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(part) for part in value]
        if isinstance(value, dict):
            return {key: self.value(part) for key, part in value.items()}
        return value

    def rows(self, rows, *fields):
        """Rewrite the fields (text or JSON) of those of ``rows`` in which the person stands."""
        for row in self._found(rows, fields):
            for field in fields:
                setattr(row, field, self.value(getattr(row, field)))
            row.save(update_fields=fields)

    def events(self, events, *fields):
        """The same for texts of the record, of which nothing else can be changed."""
        for event in self._found(events, fields):
            texts = {field: self.text(getattr(event, field)) for field in fields}
            Event.objects.filter(pk=event.pk).forget(**texts)

    def _found(self, rows, fields):
        found = Q()
        for field in fields:
            rows = rows.annotate(**{f"{field}_as_text": Cast(field, TextField())})
            for word in self.words:
                found |= Q(**{f"{field}_as_text__icontains": word})
        return rows.filter(found)
