"""Seminars as lists show them."""

from dataclasses import dataclass

from django.db.models import Count, Q, prefetch_related_objects

from seminars.models import Registration, Seminar, SeminarMaterial

from . import times

MAX_CASES = 4


@dataclass(frozen=True)
class SeminarRow:
    """A seminar, with what of it has to be computed for a list."""

    seminar: Seminar
    box: tuple  # day, month and year
    weekday: str
    hours: tuple | None
    days: str
    place_of_zone: str
    cases: list
    further: int
    places_left: int | None
    took_part: int | None
    without_recording: bool


def rows(seminars):
    """Return a :class:`SeminarRow` for each of a list of seminars."""
    prefetch_related_objects(seminars, *Seminar.objects.all().for_lists())
    taken = counts(seminars)
    return [_row(each, *taken.get(each.pk, (0, 0))) for each in seminars]


def counts(seminars):
    """Return key -> (places taken, people who came) of seminars; one query."""
    states = Registration.State
    found = (
        Registration.objects.filter(seminar__in=[each.pk for each in seminars])
        .order_by()
        .values("seminar")
        .annotate(
            taken=Count("pk", filter=Q(state__in=Registration.WITH_PLACE)),
            came=Count("pk", filter=Q(state=states.CAME)),
        )
    )
    return {each["seminar"]: (each["taken"], each["came"]) for each in found}


def cases_of(seminar):
    """Return the public cases that a seminar shows, each once."""
    shown = (item.shown_case for item in seminar.items.all())
    return list({case.pk: case for case in shown if case}.values())


def _row(seminar, taken, came):
    cases = cases_of(seminar)
    kinds = {material.kind for material in seminar.materials.all()}
    return SeminarRow(
        seminar=seminar,
        box=times.day_of_box(seminar),
        weekday=times.weekday(seminar),
        hours=times.hours(seminar),
        days=times.days(seminar),
        place_of_zone=times.zone_name(seminar),
        cases=cases[:MAX_CASES],
        further=max(0, len(cases) - MAX_CASES),
        places_left=None if seminar.seats is None else max(0, seminar.seats - taken),
        took_part=seminar.took_part or came or None,
        without_recording=bool(kinds) and SeminarMaterial.Kind.RECORDING not in kinds,
    )


def coming(limit):
    """Return the next public seminars, without those that are cancelled; one query."""
    found = Seminar.objects.coming().filter(state=Seminar.State.ANNOUNCED)
    return list(found[:limit])
