"""A seminar: when and where in several clocks, its programme, the cases that it shows, its material."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exchange.models.querysets import writes_as
from policies.content import lists
from policies.views.files import send_document
from seminars.content import times
from seminars.content.ical import where
from seminars.content.json_ld import data_of
from seminars.content.rows import cases_of, counts
from seminars.forms.registration import RegistrationForm
from seminars.models import Registration, Seminar, SeminarMaterial

# Seconds. A material may be taken away.
PUBLIC_AGE = 60


@login_not_required
@never_cache
@require_safe
def seminar(request, pk, slug):
    """The page of a seminar; for who is registered with the place and, the day before, the link."""
    found = find(request, pk)
    if found.slug != slug:
        return redirect(found, permanent=True)
    return render(request, "seminars/detail.html", context_of(request, found))


def find(request, pk):
    """Return the seminar that the person may read, with its rows; 404 for others."""
    found = Seminar.objects.readable_by(request.user).with_rows().filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such seminar."))
    return found


def own_members(user):
    """Return the members in whose name a person may register, by name."""
    return writes_as(user).order_by("search_names")


def context_of(request, seminar, form=None):
    """Return what the page of a seminar shows to a person; ``form`` is one that was sent and refused."""
    user, mine = request.user, None
    if user.is_authenticated:
        mine = seminar.registrations.filter(user=user).exclude(state="cancelled").first()
        if form is None and mine is None and seminar.is_open:
            form = RegistrationForm(members=own_members(user), seminar=seminar)
    cases = cases_of(seminar)
    waits = mine and mine.state == Registration.State.WAITING
    taken, came = counts([seminar]).get(seminar.pk, (0, 0))
    return {
        "seminar": seminar,
        "days": times.days(seminar),
        "weekday": times.weekday(seminar),
        "hours": times.hours(seminar),
        "place_of_zone": times.zone_name(seminar),
        "where": where(seminar),
        "elsewhere": [] if seminar.is_over else times.elsewhere(seminar),
        "programme": [(times.item_times(seminar, item), item) for item in seminar.items.all()],
        "cases": lists.read([case.live_id for case in cases]),
        "goals": sorted({target.goal_id for target in seminar.targets.all()}),
        "places_left": None if seminar.seats is None else max(0, seminar.seats - taken),
        "took_part": seminar.took_part or came or None,
        "closes": times.moment(seminar, seminar.closes_at) if seminar.closes_at else "",
        "link_from": times.moment(seminar, seminar.link_from) if seminar.starts_at else "",
        "form": form,
        "mine": mine,
        "waits": waits,
        "sees_link": bool(mine) and not waits and seminar.link_is_shown,
        "data": data_of(seminar),
        "crumbs": [
            (_("Exchange"), reverse("exchange:home")),
            (_("Seminars"), reverse("seminars:list")),
        ],
    }


@login_not_required
@require_safe
def material(request, pk):
    """A stored file of a public seminar, as a download under the name that it had."""
    row = SeminarMaterial.objects.filter(pk=pk).exclude(file="").select_related("seminar").first()
    if row is None or row.seminar.state == Seminar.State.DRAFT:
        raise Http404(_("There is no such file."))
    headers = {"Cache-Control": f"public, max-age={PUBLIC_AGE}"}
    return send_document(request, row, headers)
