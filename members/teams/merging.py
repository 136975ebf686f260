"""Making one member of two that are the same organisation."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.errors import InvalidMember, ReasonRequired
from members.models import FormerAddress, Member, Membership
from members.notices.notifications import address, notify
from members.record import audit

from .memberships import CURRENT, Role, Status

# Called with (member, by, reason) after a merge, for rows that two members may have, and one may not.
_AFTERWARDS = []

# What is taken from the double where the kept member has nothing; each group is taken as a whole.
FILLED = (
    ("local_name",),
    ("country",),
    ("latitude", "longitude"),
    ("geoname_id",),
    ("population", "population_year", "population_source"),
    ("joined",),
    ("website",),
    ("email_domain",),
    ("about",),
    ("photo",),
)


@transaction.atomic
def merge(double, kept, *, by, reason):
    """Let ``kept`` take the place of ``double``, which is deleted. Return the kept member.

    Cases, people, invitations and evidence move; what the kept member does not say of itself it
    takes over; the public addresses of the double lead to it. Raises ``ReasonRequired``, and
    ``InvalidMember`` for one and the same member and where one of them is gone.
    """
    if not reason.strip():
        raise ReasonRequired(_("Give a reason."))
    if double.pk == kept.pk:
        raise InvalidMember(_("A member cannot be merged with itself."))
    # In one order, so that two people who merge the same pair do not wait for each other for ever.
    locked = Member.objects.select_for_update().filter(pk__in=[double.pk, kept.pk])
    locked = {member.pk: member for member in locked.order_by("pk")}
    if len(locked) < 2:  # noqa: PLR2004 - the two
        raise InvalidMember(_("One of the two members is no longer there."))
    double, kept = locked[double.pk], locked[kept.pk]
    # The name of a member stands in the record for ever, as it is public anyway.
    why = f"{double.name} ({double.slug}): {reason}"
    moved = _move_people(double, kept, by, why)
    _move_rest(double, kept)
    _fill(double, kept)
    slug = double.slug
    double.delete()
    FormerAddress.objects.create(slug=slug, member=kept)
    kept.save()
    audit.record("member-merged", kept, by=by, reason=why)
    for step in _AFTERWARDS:
        step(kept, by=by, reason=why)
    for membership in moved:
        if membership.status == Status.ACTIVE:
            notify(
                "role-changed",
                [membership.user],
                address("my:team", kept.slug),
                member=kept.name,
                role=membership.role,
                by="",
            )
        else:
            notify(
                "membership-decided",
                [membership.user],
                address("my:home"),
                member=kept.name,
                former=double.name,
                decision="moved",
                by="",
            )
    return kept


def register_after_merge(step):
    """Have ``step(member, by=…, reason=…)`` called in the transaction of each merge, with the member that
    is kept."""
    _AFTERWARDS.append(step)


def what_moves(double):
    """Return what hangs on a member, as (name in plural, number) of what there is any of."""
    found = []
    for relation in Member._meta.related_objects:
        model = relation.related_model
        number = model._base_manager.filter(**{relation.field.name: double}).count()
        if number:
            found.append((model._meta.verbose_name_plural, number))
    return found


def _move_people(double, kept, by, why):
    """Bring memberships over, one a person, and record what changes for whom. Return those of the
    double that go on, as memberships or requests, of ``kept``."""
    there = {
        membership.user_id: membership
        for membership in kept.memberships.filter(status__in=CURRENT).select_related("user")
    }
    moved = []
    for membership in double.memberships.filter(status__in=CURRENT).select_related("user"):
        other = there.get(membership.user_id)
        stays = membership
        if other is not None:
            ends, stays = sorted([membership, other], key=_rank)
            ends.status, ends.decided_by, ends.decided_at = Status.ENDED, by, timezone.now()
            ends.save(update_fields=["status", "decided_by", "decided_at"])
            audit.record("membership-ended", ends, by=by, reason=why)
        if stays is membership:
            stays.member = kept
            stays.save(update_fields=["member"])
            if stays.status == Status.ACTIVE:
                audit.record("role-changed", stays, by=by, reason=f"{stays.role}: {why}")
        if stays is membership or stays.status == Status.REQUESTED:
            moved.append(stays)
    double.memberships.update(member=kept)
    return moved


def _rank(membership):
    """Return what a membership is worth: more rights are worth more."""
    return membership.status == Status.ACTIVE, membership.role == Role.COORDINATOR


def _move_rest(double, kept):
    known = set(kept.evidence.values_list("url", "statement"))
    for evidence in double.evidence.all():
        if (evidence.url, evidence.statement) in known:
            evidence.delete()
    for relation in Member._meta.related_objects:
        if relation.related_model is not Membership:
            name = relation.field.name
            relation.related_model._base_manager.filter(**{name: double}).update(**{name: kept})


def _fill(double, kept):
    # Whoever looks for the double by any of its names finds the kept member.
    names = [*kept.other_names.splitlines(), *double.names]
    kept.other_names = "\n".join(dict.fromkeys(name for name in names if name != kept.name))
    for group in FILLED:
        if not any(getattr(kept, name) for name in group):
            for name in group:
                setattr(kept, name, getattr(double, name))
