"""The filters of the list of needs and offers."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, ModelChoiceFilter

from exchange.models import Cooperation, CooperationForm
from members.models import Member
from policies.filters.strict import StrictFilterSet
from policies.models import Revision, Theme
from sdg.models import Goal, Target

MAX_WORDS = 8
IN = {"class": "in"}
# "Open" comes by itself.
STATES = [("open", _("Open")), ("over", _("Closed or ended")), ("all", _("Open or over"))]


class CooperationFilter(StrictFilterSet):
    """Narrows the public needs and offers; without a state only those that are open."""

    q = CharFilter(
        method="by_words",
        label=_("Words"),
        max_length=200,
        widget=forms.TextInput({"class": "in", "type": "search"}),
    )
    kind = ChoiceFilter(
        choices=Cooperation.Kind,
        label=_("Need or offer"),
        empty_label=_("Needs and offers"),
        widget=forms.Select(IN),
    )
    form = ChoiceFilter(
        field_name="forms__form",
        choices=CooperationForm.Form,
        label=_("Form of support"),
        empty_label=_("Any form"),
        widget=forms.Select(IN),
    )
    goal = ModelChoiceFilter(
        method="by_goal",
        queryset=Goal.objects.all(),
        label=_("Goal"),
        empty_label=_("All goals"),
        widget=forms.Select(IN),
    )
    target = ModelChoiceFilter(
        method="by_target",
        queryset=Target.objects.all(),
        label=_("Target"),
        widget=forms.HiddenInput,
    )
    theme = ModelChoiceFilter(
        field_name="themes",
        queryset=Theme.objects.all(),
        to_field_name="slug",
        label=_("Theme"),
        empty_label=_("All themes"),
        widget=forms.Select(IN),
    )
    language = ChoiceFilter(
        field_name="languages__language",
        choices=Revision.Language,
        label=_("Language"),
        empty_label=_("Any language"),
        widget=forms.Select(IN),
    )
    member = ModelChoiceFilter(
        queryset=Member.objects.all(),
        to_field_name="slug",
        label=_("City or organisation"),
        widget=forms.HiddenInput,
    )
    state = ChoiceFilter(
        method="by_state",
        choices=STATES[1:],
        label=_("State"),
        empty_label=STATES[0][1],
        widget=forms.Select(IN),
    )

    class Meta:
        model = Cooperation
        fields = []

    read_by_the_view = frozenset({"page"})

    def filter_queryset(self, queryset):
        found = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("state"):
            open_now = Cooperation.objects.open().order_by().values("pk")
            found = found.filter(pk__in=open_now)
        # The newest first; what is over, the last first.
        # One with two fitting targets stands there once.
        keys = found.order_by().values("pk")
        return queryset.filter(pk__in=keys).order_by("-opened_at", "-pk")

    def by_words(self, entries, name, value):
        """Return entries in which all the words occur, in title, text or the name of the member."""
        for word in value.split()[:MAX_WORDS]:
            entries = entries.filter(
                Q(title__icontains=word) | Q(text__icontains=word) | Q(member__name__icontains=word)
            )
        return entries

    def by_goal(self, entries, name, value):
        return entries.filter(targets__goal=value)

    def by_target(self, entries, name, value):
        return entries.filter(targets=value)

    def by_state(self, entries, name, value):
        if value == "over":
            open_now = Cooperation.objects.open().order_by().values("pk")
            return entries.exclude(pk__in=open_now)
        return entries

    @property
    def is_in_use(self):
        """Whether the address narrows the list, or tries to."""
        return any(self.data.get(name) for name in self.filters) or not self.is_valid()
