"""The filters of the list of seminars."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, ModelChoiceFilter

from policies.filters.strict import StrictFilterSet
from sdg.models import Goal
from seminars.models import Seminar

IN = {"class": "in"}
WHEN = [("coming", _("Coming")), ("held", _("Held"))]


class SeminarFilter(StrictFilterSet):
    """Narrows the public seminars by kind and goal; ``when`` says which of the two lists is shown."""

    when = ChoiceFilter(method="by_when", choices=WHEN, label=_("When"), widget=forms.HiddenInput)
    kind = ChoiceFilter(
        choices=Seminar.Kind, label=_("Kind"), empty_label=_("All kinds"), widget=forms.Select(IN)
    )
    goal = ModelChoiceFilter(
        method="by_goal",
        queryset=Goal.objects.all(),
        label=_("Goal"),
        empty_label=_("All goals"),
        widget=forms.Select(IN),
    )

    class Meta:
        model = Seminar
        fields = []

    read_by_the_view = frozenset({"page"})

    def by_when(self, seminars, name, value):
        """Return all: the view shows the list that is asked for."""
        return seminars

    def by_goal(self, seminars, name, value):
        return seminars.filter(targets__goal=value).distinct()
