"""What a team says of its own member: what a city is compared by, and what its page says."""

import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from members.errors import NotAllowed
from members.models import Member, Notice, User
from members.notices.notifications import address, notify
from members.record import audit

from .leaders import leads

FIELDS = ("population", "population_year", "population_source", "climate", "on_coast")
OF_PAGE = ("about", "website", "contact_office", "contact_url")
# Whose figure a population is once a team has changed it, where the team names no source.
OWN_SOURCE = "Reported by the city"


@transaction.atomic
def correct(member, values, by):
    """Store what ``by`` says of a member and return whether anything differs from before; what is not
    named in ``values`` stays as it is.

    Before and after stand in the record. Raises ``NotAllowed`` for people outside of the team.
    """
    if not (leads(by, member) or Member.objects.of(by).contains(member)):
        raise NotAllowed
    found = Member.objects.select_for_update().get(pk=member.pk)
    if "population" in values:
        values = values | {"population_source": _source(found, values)}
    changes = [
        change_in_words(name, getattr(found, name), values[name])
        for name in values
        if getattr(found, name) != values[name]
    ]
    if not changes:
        return False
    for name in values:
        setattr(found, name, values[name])
    found.save(update_fields=[*values, "updated_at"])
    audit.record("member-changed", found, by=by, reason="; ".join(changes))
    return True


def change_in_words(name, before, after):
    """Return a change of one field of a member, as the record and the notice to its team have it."""
    return _("%(what)s: %(before)s → %(after)s") % {
        "what": Member._meta.get_field(name).verbose_name,
        "before": in_words(name, before),
        "after": in_words(name, after),
    }


def tell_team(member, changes, by):
    """Tell the team of a member what the secretariat changed in what it says of its city: ``changes``
    are lines of before and after."""
    team = User.objects.filter(
        memberships__in=member.memberships.active().order_by().values("pk"), is_active=True
    )
    notify(
        Notice.Kind.TEAM_CHANGED,
        team.exclude(pk=by.pk).distinct(),
        address("my:team", member.slug),
        member=member.name,
        person="",
        change="words",
        note="\n".join(changes),
    )


def in_words(name, value):
    """Return a value of a field in words, as the record has it."""
    if value in (None, ""):
        return _("not reported")
    if name == "photo":
        return _("a photo") if value else _("not reported")
    if name == "climate":
        return str(Member.Climate(value).label)
    if name == "on_coast":
        return _("yes") if value else _("no")
    return str(value)


def set_photo(member, picture, texts, by):
    """Show ``picture`` (:class:`citynet.uploads.images.Picture`) on the page of a member; None takes
    the photo away. ``texts`` are what it shows and its credit. Raises ``NotAllowed``."""
    name = ""
    if picture:
        name = default_storage.save(f"members/{uuid.uuid4().hex}.webp", ContentFile(picture.large))
    try:
        return correct(member, {"photo": name} | texts, by)
    except BaseException:
        if name:
            default_storage.delete(name)
        raise


def _source(member, values):
    """Return whose figure the population is: a new one is not that of the old source."""
    if values["population"] is None:
        return ""
    source = values.get("population_source", member.population_source)
    is_new = values["population"] != member.population
    return OWN_SOURCE if not source or (is_new and source == member.population_source) else source
