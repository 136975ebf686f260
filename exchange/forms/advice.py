"""Forms of advice: giving it, correcting and replacing it, its English text, and flagging an entry."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from exchange.content.contact_details import contact_details
from exchange.models import Advice, Flag, Topic, Visibility
from exchange.models.questions import MAX_TARGETS
from exchange.steps.advice import FIGURES
from exchange.steps.entries import contact_details_message
from members.models import Member
from policies.content import languages
from policies.forms.base import CleanedByFields
from policies.forms.fields import hint
from sdg.models import Target, plain_code

MAX_ENGLISH = 4000


class AdviceForm(CleanedByFields):
    """The text of advice with its topic, its figures, its language and who may read it."""

    english = forms.CharField(
        label=_("English text"),
        required=False,
        max_length=MAX_ENGLISH,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "en"}),
        help_text=_(
            "Only if you have one: it is shown beside the original. A colleague or the secretariat may "
            "add it later."
        ),
    )

    class Meta(CleanedByFields.Meta):
        model = Advice
        fields = ["text", "topic", "language", *FIGURES, "visibility"]
        labels = {
            "text": _("What you know"),
            "language": _("Language of the text"),
            "amount": _("Amount"),
            "amount_year": _("Year of the amount"),
            "amount_basis": _("Planned or spent"),
            "amount_covers": _("What the amount covers"),
            "people_fte": _("People, in full-time equivalents (FTE)"),
            "months": _("Duration in months"),
            "visibility": _("Who may read it"),
        }
        help_texts = {
            "text": _(
                "From 30 to 4,000 characters, in your own language if you like. No addresses and no "
                "telephone numbers: readers ask to be put in touch."
            ),
            "topic": _("Under which word others look for it."),
            "amount": hint(_("Only if you state one; it may carry its currency."), "3.2 million"),
            "currency": hint(_("The code of the currency."), "PHP"),
            "amount_year": hint(_("The year in whose money it is."), "2025"),
            "amount_covers": hint(
                _("So that nobody takes a part for the whole."), _("“1.2 km: lighting, cleaning.”")
            ),
            "people_fte": hint(_("Two half-time posts are one."), "6"),
            "months": hint(_("From the beginning of the work to its end."), "18"),
        }
        widgets = {"visibility": forms.RadioSelect}

    def __init__(self, *args, in_network=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["visibility"].choices = Visibility.choices
        if in_network:
            # What was asked in the network is answered there.
            del self.fields["visibility"]

    def clean(self):
        data = super().clean()
        for name in ("text", "english", "amount_covers", "source"):
            if found := contact_details(data.get(name) or ""):
                self.add_error(name, contact_details_message(found))
        has_amount = data.get("amount") is not None
        if has_amount and not data.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Give the currency of the amount."))
        if data.get("language") == "en" and data.get("english"):
            self.add_error("english", _("The text is in English already: leave this empty."))
        return data

    def content(self):
        """Return what ``steps.advice`` asks for, as keyword arguments."""
        data = self.cleaned_data
        return {
            "text": data["text"],
            "topic": data["topic"],
            "language": data["language"],
            "visibility": data.get("visibility") or Visibility.PUBLIC,
            "english": data.get("english", ""),
            "figures": {name: data[name] for name in FIGURES},
        }


class GiveForm(AdviceForm):
    """Advice that nobody has asked for: also in whose name, and about what."""

    member = forms.ModelChoiceField(
        Member.objects.none(), label=_("In the name of"), empty_label=None
    )
    targets = forms.CharField(
        label=_("SDG targets"),
        required=False,
        help_text=hint(
            _("Needed where it is about no case: one to three targets, by their codes."),
            "11.2, 11.6",
        ),
    )
    source = forms.CharField(
        label=_("Where this comes from"),
        max_length=300,
        help_text=hint(
            _("Readers see “passed on by the secretariat” and this."),
            _("“E-mail of 3 December 2026”."),
        ),
    )

    def __init__(self, *args, members, case=None, passes_on=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.case = case
        self.fields["member"].queryset = members
        if not passes_on:
            del self.fields["source"]
        if case is not None:
            del self.fields["targets"]

    def clean_targets(self):
        codes = [
            plain_code(code) for code in re.split(r"[,;\s]+", self.cleaned_data["targets"]) if code
        ]
        found = Target.objects.in_bulk(codes)
        unknown = [code for code in codes if code not in found]
        if unknown:
            raise ValidationError(
                _("There is no target %(code)s. Write codes as in “11.2, 11.6”.")
                % {"code": ", ".join(unknown)}
            )
        if not codes:
            raise ValidationError(_("Name at least one target, as in “11.2”."))
        if len(found) > MAX_TARGETS:
            raise ValidationError(_("Name at most three targets."))
        return list(found.values())


class EnglishForm(forms.Form):
    """An English text beside a question or advice in another language."""

    english = forms.CharField(
        label=_("English text"),
        max_length=MAX_ENGLISH,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 10, "lang": "en"}),
        help_text=_("It is shown beside the original, with your city’s name and today’s date."),
    )
    is_machine = forms.BooleanField(
        label=_("A machine translated it, and I have checked every sentence"),
        required=False,
        help_text=_("Readers are told: “machine translation, checked by …”."),
    )

    def clean_english(self):
        text = self.cleaned_data["english"]
        if found := contact_details(text):
            raise ValidationError(contact_details_message(found))
        return text


class FlagForm(forms.ModelForm):
    """Why somebody finds that an entry should be looked at."""

    class Meta:
        model = Flag
        fields = ["reason", "text"]
        widgets = {"reason": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 3})}
        labels = {"reason": _("What is wrong with it?"), "text": _("In your words")}
        help_texts = {"text": _("Only the secretariat reads this; at most 500 characters.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = Flag.Reason.choices


class KnowHowFilter(forms.Form):
    """What the list of advice is narrowed by; unknown values are said, and not used."""

    q = forms.CharField(
        label=_("Words in the text"), required=False, max_length=200, widget=forms.TextInput
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    goal = forms.ChoiceField(label=_("Goal"), required=False)
    target = forms.CharField(label=_("Target"), required=False, max_length=6)
    member = forms.ModelChoiceField(
        Member.objects.none(), label=_("Member"), required=False, to_field_name="slug"
    )
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        anything = [("", _("All"))]
        self.fields["topic"].choices = [*anything, *Topic.choices]
        self.fields["goal"].choices = [*anything, *((str(n), str(n)) for n in range(1, 18))]
        self.fields["language"].choices = [*anything, *languages.choices()]
        self.fields["member"].queryset = members
        self.fields["member"].empty_label = _("All")

    def clean_target(self):
        code = self.cleaned_data["target"]
        if code and not Target.objects.filter(pk=plain_code(code)).exists():
            raise ValidationError(_("There is no such target. Write a code as in “11.2”."))
        return plain_code(code) if code else ""

    def chosen(self):
        """Return the filters in use, as {"topic": …}."""
        data = getattr(self, "cleaned_data", {})
        member = data.get("member")
        return {
            name: value
            for name, value in {**data, "member": member.slug if member else ""}.items()
            if value and name not in self.errors
        }
