"""What pages of the exchange have in common: who may act, and why somebody may not yet."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.models.querysets import MODERATE, writes_as
from members.models import Member
from members.secretariat import acts_for_secretariat


def posted(request):
    """Return what was sent, for a form; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def is_moderator(user):
    """Return whether ``user`` acts for the secretariat and may moderate the exchange."""
    return acts_for_secretariat(user, MODERATE)


def own_members(user):
    """Return the members in whose name ``user`` may write, by name; for the secretariat all."""
    rows = Member.objects.all() if is_moderator(user) else writes_as(user)
    return rows.order_by("search_names")


def join_first(request, title):
    """The page for people without a team: why one is needed, and the way into one."""
    asked = request.user.memberships.filter(status="requested").select_related("member").first()
    context = {
        "title": title,
        "asked": asked,
        "crumbs": [(_("Exchange"), reverse("exchange:home"))],
    }
    return render(request, "exchange/join_first.html", context, status=403)
