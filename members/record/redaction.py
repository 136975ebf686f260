"""Taking a person's name out of texts."""

import json
import re

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast, Lower
from django.utils import translation
from django.utils.translation import gettext as _

from members.models import Event, Invitation, Notice, User

from . import names_in_text


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
    """Return every e-mail address that is known to be the person's, in lower case: also the former ones
    at which the person accepted an invitation, as far as they are nobody else's now.

    One that was typed and never confirmed is nobody's.
    """
    accepted = user.events.filter(action="invitation-accepted").values_list("subject_id", flat=True)
    invited = Invitation.objects.filter(pk__in=list(accepted)).values_list("email", flat=True)
    addresses = _proven(User.objects.filter(pk=user.pk))
    former = set(map(str.lower, invited)) - addresses
    return sorted(addresses | (former - _proven(User.objects.exclude(pk=user.pk), former)))


def _proven(people, among=None):
    """Return the addresses of ``people`` that none of them has yet to confirm; only those ``among``."""
    rows = EmailAddress.objects.annotate(spelt=Lower("email"))
    unconfirmed = rows.filter(user=OuterRef("pk"), spelt=OuterRef("spelt"), verified=False)
    # An account that the secretariat has made has no row of its address.
    signed_up = people.annotate(spelt=Lower("email")).exclude(Exists(unconfirmed))
    confirmed = rows.filter(user__in=people.values("pk"), verified=True)
    found = [signed_up, confirmed]
    if among is not None:
        found = [each.filter(spelt__in=among) for each in found]
    return {address for each in found for address in each.values_list("spelt", flat=True)}


# What people write in notices, and what they are called there.
WORDS_IN_NOTICES = ("person", "email", "by", "note", "message")


class Redactor:
    """Writes ``label`` wherever the name or an address of ``user`` stands, as a word of its own.

    What a word is depends on the script (``names_in_text``): where words are written onto a name, the
    name goes and they stay; where words are not parted, a name is found among other letters.

    Not found are a name in another spelling or script; one with vowel signs that it is stored without;
    one whose own end changes before an ending (Tamil சுந்தரம், சுந்தரத்தை); a short one before a long
    ending; in Latin and Cyrillic letters one in small letters with an ending; and one of a single word in
    small letters in a text that has capitals.
    """

    def __init__(self, user, label, words=None):
        """``words`` are the name and the addresses, where not all of them are to be taken out."""
        self.label = label
        self.words = words or [*addresses_of(user), user.email, *filter(None, [user.name])]
        self.is_small = user.name.islower()
        forms = sorted({names_in_text.composed(word) for word in self.words}, key=len, reverse=True)
        patterns = map(names_in_text.pattern, forms)
        self.pattern = re.compile("|".join(patterns), re.IGNORECASE)

    def text(self, text):
        """Return ``text`` without the person; in JSON that is kept as text, in each of its values."""
        if text[:1] in ("[", "{"):
            try:
                value = json.loads(text)
            except ValueError:
                value = None
            if isinstance(value, list | dict):
                redacted = self.value(value)
                return text if redacted == value else json.dumps(redacted)
        composed, parts, done = names_in_text.composed(text), [], 0
        start = 0
        while found := self.pattern.search(composed, start):
            place = found.span()
            if names_in_text.is_word(composed, *place) and self._names(composed, place):
                parts += [composed[done : found.start()], self.label]
                start = done = found.end()
            else:
                start = found.start() + 1
        return "".join([*parts, composed[done:]]) if parts else text

    def _names(self, text, place):
        """Return whether what was found is meant as a name. "an" is no An: where a text has capitals, a
        name of one word has one, unless the person writes it without."""
        found = text[slice(*place)]
        if self.is_small or not found[0].islower() or not found.isalpha():
            return True
        return not any(map(str.isupper, text))

    def value(self, value):
        """Return a JSON value with the names taken out, however deep they stand."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(part) for part in value]
        if isinstance(value, dict):
            return {key: self.value(part) for key, part in value.items()}
        return value

    def rows(self, rows, *fields):
        """Rewrite the fields (text or JSON) of those of ``rows`` that name the person."""
        for row in self._found(rows, fields):
            for field in fields:
                value = self.value(getattr(row, field))
                setattr(row, field, _fitting(value, row, field))
            row.save(update_fields=fields)

    def notices(self, rows, words=WORDS_IN_NOTICES, about=None):
        """Take the names out of the ``words`` of notices: of all ``rows``, or of those of them that the
        function ``about`` says yes to. What else a notice is made of is read by programs."""
        for notice in self._found(rows, ["context"]):
            context = {
                key: self.value(value) if key in words else value
                for key, value in notice.context.items()
            }
            if context != notice.context and (about is None or about(notice)):
                Notice.objects.filter(pk=notice.pk).update(context=context)

    def events(self, events, *fields):
        """Take the names out of texts of the record, of which nothing else can be changed."""
        for event in self._found(events, fields):
            texts = {
                field: _fitting(self.text(getattr(event, field)), event, field) for field in fields
            }
            Event.objects.filter(pk=event.pk).forget(**texts)

    def _found(self, rows, fields):
        found = Q()
        for field in fields:
            rows = rows.annotate(**{f"{field}_as_text": Cast(field, TextField())})
            for spelling in names_in_text.spellings(self.words):
                found |= Q(**{f"{field}_as_text__icontains": spelling})
        return rows.filter(found)


def _fitting(value, row, field):
    """Return a value as long as its field takes: the label may be longer than the name."""
    return value[: row._meta.get_field(field).max_length] if isinstance(value, str) else value
