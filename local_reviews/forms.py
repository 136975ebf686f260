from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, ModelChoiceFilter, NumberFilter

from exchange.content.contact_details import contact_details
from exchange.steps.entries import contact_details_message
from members.models import Member
from policies.filters.strict import StrictFilterSet
from policies.models import Revision
from policies.models.months import FIRST_YEAR, LAST_YEAR
from sdg.models import Goal

from .models import LocalReview

IN = {"class": "in"}


class ReviewFilter(StrictFilterSet):
    """Narrows the local reviews."""

    kind = ChoiceFilter(
        choices=LocalReview.Kind,
        label=_("Kind"),
        empty_label=_("All kinds"),
        widget=forms.Select(IN),
    )
    goal = ModelChoiceFilter(
        field_name="goals",
        queryset=Goal.objects.all(),
        label=_("Goal"),
        empty_label=_("All goals"),
        widget=forms.Select(IN),
    )
    year = NumberFilter(
        label=_("Year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.NumberInput(IN),
    )
    member = ModelChoiceFilter(
        queryset=Member.objects.all(),
        to_field_name="slug",
        label=_("City or organisation"),
        widget=forms.HiddenInput,
    )

    class Meta:
        model = LocalReview
        fields = []

    read_by_the_view = frozenset({"page"})


class DeleteForm(forms.Form):
    """Why the secretariat deletes the local review of a team, which reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 3}))


class ReviewForm(forms.ModelForm):
    """A local review; ``members`` are those that the person may write for."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=Revision.Language.choices, required=False
    )

    class Meta:
        model = LocalReview
        fields = [
            *(
                "member",
                "title",
                "kind",
                "year",
                "url",
                "languages",
                "goals",
                "published_on",
                "note",
            )
        ]
        widgets = {
            "goals": forms.CheckboxSelectMultiple,
            "note": forms.Textarea({"rows": 3}),
            "published_on": forms.DateInput({"type": "date"}),
        }

    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Of the report itself, or of its own page."),
    )

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members
        for field in self.fields.values():
            field.show_hidden_initial = self.instance.pk is not None

    def save_over(self, current):
        """Save what was touched; the rest stays as it is in ``current``, the row of now, which somebody
        else may have changed since the page was read."""
        for name in set(self.fields) - set(self.changed_data):
            if name == "goals":
                self.cleaned_data[name] = list(current.goals.all())
            else:
                setattr(self.instance, name, getattr(current, name))
        if "url" not in self.changed_data:
            self.instance.url_is = current.url_is
        return self.save()

    def clean(self):
        data = super().clean()
        for name in {"title", "note"} & set(self.changed_data):
            if found := contact_details(data.get(name) or ""):
                self.add_error(name, contact_details_message(found))
        # What a city enters itself is the report; an announcement was found by the secretariat.
        if "url" in self.changed_data:
            self.instance.url_is = LocalReview.UrlIs.REPORT if data.get("url") else ""
        return data
