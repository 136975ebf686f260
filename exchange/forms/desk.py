"""Forms of the secretariat's desk."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from citynet.web.text import is_key
from exchange.models import Question
from exchange.models.questions import MAX_ADDRESSEES
from members.models import Member
from policies.forms.fields import hint

from .advice import AdviceForm


class EntryForm(forms.Form):
    """A form about an entry."""

    def __init__(self, *args, entry, **kwargs):
        super().__init__(*args, **kwargs)
        self.entry = entry


class SureForm(EntryForm):
    """Nothing but the button."""


class ReasonForm(EntryForm):
    """A decision whose reason the author reads."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Whoever wrote it reads this, by mail and on the page."),
    )


class ForwardForm(EntryForm):
    """Further members that a question is put to."""

    members = forms.ModelMultipleChoiceField(
        Member.objects.none(),
        label=_("Members"),
        widget=forms.SelectMultiple(attrs={"size": 12}),
        help_text=_("One to five. Their coordinators get the whole question by mail."),
    )
    reason = forms.CharField(
        label=_("Why they are asked"),
        max_length=300,
        help_text=hint(_("The asker and they read it."), _("“Has run such buses since 2019.”")),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        question = self.entry
        there = [question.member_id, *question.addressees.values_list("member", flat=True)]
        rows = Member.objects.exclude(pk__in=there).order_by("search_names")
        self.fields["members"].queryset = rows

    def clean_members(self):
        members = self.cleaned_data["members"]
        if len(members) > MAX_ADDRESSEES:
            raise ValidationError(_("Choose at most five members."))
        return members


class DuplicateForm(EntryForm):
    """The question that was asked before."""

    same_as = forms.CharField(
        label=_("Number of the question that was asked before"),
        max_length=18,
        help_text=hint(_("As in its address."), "17"),
    )

    def clean_same_as(self):
        number = self.cleaned_data["same_as"].strip()
        standing = Question.objects.standing()
        found = standing.filter(pk=number).first() if is_key(number) else None
        if found is None:
            raise ValidationError(_("There is no open question with this number."))
        if not found.is_for_readers_of(self.entry):
            raise ValidationError(
                _("That question is for members of the network only, this one for everybody.")
            )
        return found


class DisputeForm(EntryForm):
    """The decision on a dispute."""

    stays = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("The entry stays")), ("no", _("The entry is removed"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    decision = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Both cities read it."),
    )


class PassedOnForm(AdviceForm):
    """An answer that came to the secretariat by mail."""

    source = forms.CharField(
        label=_("Where this comes from"),
        max_length=300,
        help_text=hint(
            _("Readers see “passed on by the secretariat” and this."),
            _("“E-mail of 3 December 2026”."),
        ),
    )
