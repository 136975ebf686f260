"""Forms of adoptions."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.models import Adoption, AdoptionChange, AdoptionIndicator, AdoptionReport
from exchange.models.adoptions import FINAL_STAGES, Stage
from exchange.steps.adoptions import CHANGE, EDITABLE, MAX_CHANGES
from policies.forms.base import CleanedByFields, row_set
from policies.forms.fields import hint
from policies.models import CaseStudy

MAX_INDICATORS = 5
WORDS_LENGTH = 500


class AdoptForm(forms.Form):
    """ "We want to do this too": how far the city is, and what interests it."""

    stage = forms.ChoiceField(
        label=_("How far are you?"), choices=Stage.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What interests you most?"),
        max_length=WORDS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "In a sentence or two. If you decided against it or stopped, say why: it is the rarest "
            "knowledge."
        ),
    )
    member = forms.ModelChoiceField(
        label=_("In whose name?"), queryset=None, empty_label=None, help_text=_("Your city.")
    )

    def __init__(self, data=None, *, members, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["member"].queryset = members
        self.fields["member"].initial = members.first()

    def clean_words(self):
        return self.cleaned_data["words"].replace("\r\n", "\n").strip()

    def clean(self):
        data = super().clean()
        if data.get("stage") in FINAL_STAGES and not data.get("words", "-"):
            self.add_error("words", _("Give the reason in a sentence."))
        return data


class AdoptionForm(CleanedByFields):
    """What was kept; the changes are rows below it."""

    own_case = forms.ModelChoiceField(
        label=_("Your own case, where it is in this library"),
        queryset=CaseStudy.objects.none(),
        required=False,
        empty_label=_("None"),
    )

    class Meta(CleanedByFields.Meta):
        model = Adoption
        fields = ["stage", *(name for name in EDITABLE if name != "own_case")]
        widgets = {"interest": forms.Textarea(attrs={"rows": 3, "dir": "auto"})}
        help_texts = {
            "kept": hint(
                _("What you adopted as it was, at most 1,000 characters."),
                _("“One council of all offices that touch the river.”"),
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        own = CaseStudy.objects.live().filter(member=self.instance.member_id)
        self.fields["own_case"].queryset = own.select_related("live")
        self.fields["own_case"].initial = self.instance.own_case_id
        self.fields["own_case"].label_from_instance = lambda case: case.live.title
        if not own.exists():
            del self.fields["own_case"]
        if self.instance.reports.exists():
            # It is that of the newest report.
            del self.fields["stage"]

    def clean(self):
        data = super().clean()
        stage = data.get("stage") or self.instance.stage
        if stage in FINAL_STAGES and not data.get("reason", "-"):
            self.add_error("reason", _("Give the reason in a sentence."))
        return data

    @property
    def facts(self):
        """What was typed, with what the form does not show as it is."""
        kept = {name: getattr(self.instance, name) for name in EDITABLE}
        return kept | {"stage": ""} | self.cleaned_data


class ChangeForm(CleanedByFields):
    class Meta(CleanedByFields.Meta):
        model = AdoptionChange
        fields = [*CHANGE]


class ReportForm(CleanedByFields):
    """How it stands; the figures that were measured are rows below it."""

    reason = forms.CharField(
        label=_("Why it was stopped or decided against"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed only then: it is the rarest knowledge."),
    )

    class Meta(CleanedByFields.Meta):
        model = AdoptionReport
        fields = [
            *("date", "stage", "reason", "compared", "text", "amount", "currency", "amount_year"),
            *("amount_basis", "staff_fte", "months", "source_url"),
        ]
        help_texts = {
            "date": hint(_("The month that the report is about."), "2026-11"),
            "text": hint(
                _("What went well, what did not, what you would do in another way."),
                _("“We would ask the vendors before the works, not after.”"),
            ),
            "compared": _("Your own judgement, beside what the original reports."),
        }

    field_order = Meta.fields

    def __init__(self, *args, adoption, **kwargs):
        super().__init__(*args, **kwargs)
        self.adoption = adoption
        self.fields["stage"].required = True
        self.fields["stage"].choices = [("", _("Choose")), *Stage.choices]
        self.initial |= {"stage": adoption.stage, "date": f"{timezone.localdate():%Y-%m}"}

    def clean(self):
        data = super().clean()
        if data.get("stage") in FINAL_STAGES and not (
            data.get("reason", "-") or self.adoption.reason
        ):
            self.add_error("reason", _("Give the reason in a sentence."))
        if data.get("amount") is not None and not data.get("currency") and "currency" in data:
            self.add_error("currency", _("Give the currency of the amount."))
        return data


class IndicatorForm(CleanedByFields):
    class Meta(CleanedByFields.Meta):
        model = AdoptionIndicator
        fields = ["name", "unit", "baseline", "baseline_year", "value", "year"]


ChangeRows = row_set(ChangeForm, MAX_CHANGES)
IndicatorRows = row_set(IndicatorForm, MAX_INDICATORS)


class OriginForm(forms.Form):
    """What the city whose policy it is says to an adoption."""

    act = forms.ChoiceField(
        label=_("What do you say?"),
        choices=[
            ("confirm", _("It is so")),
            ("note", _("A note")),
            ("dispute", _("This is not so: the secretariat should decide")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    note = forms.CharField(
        label=_("In your words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At most 500 characters. Everybody reads it. A dispute needs its reason."),
    )

    def clean(self):
        data = super().clean()
        if data.get("act") in ("note", "dispute") and not data.get("note", "-").strip():
            self.add_error("note", _("Write what you have to say."))
        return data
