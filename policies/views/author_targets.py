"""Targets by words, code and goal, for the picker of a section."""

from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from policies.workflow import target_suggestions
from sdg.models import Goal

GOALS = frozenset(map(str, range(1, 18)))


@never_cache
@require_safe
def targets(request):
    """Targets by words, code and goal, for the picker."""
    found = target_suggestions.find(
        request.GET.get("q", "")[:200], goal_number(request.GET.get("goal"))
    )
    answer = [
        {
            "code": target.code,
            "goal": target.goal_id,
            "label": target.label,
            "text": target.text,
        }
        for target in found
    ]
    return JsonResponse({"targets": answer, "message": found_message(len(answer))})


def goal_number(text):
    """Return the number of a goal that was typed, or None."""
    return int(text) if text in GOALS else None


def found_message(count):
    """Return in words how many targets were found."""
    return (
        _("No target was found. Try another word, or choose a goal.")
        if not count
        else _("Targets found: %(count)d") % {"count": count}
    )


def goals():
    """Return the goals for the picker's list."""
    return Goal.objects.order_by("number")
