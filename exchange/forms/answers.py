"""The answer to a question: the form of advice, for one of the author's members."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Member

from .advice import AdviceForm


class AnswerForm(AdviceForm):
    """What a member knows of a question; ``shown`` says how it stood there when it was opened."""

    member = forms.ModelChoiceField(
        Member.objects.none(), label=gettext_lazy("You answer for"), empty_label=None
    )
    source = forms.CharField(
        label=gettext_lazy("Where this comes from"),
        max_length=300,
        help_text=gettext_lazy(
            "“E-mail of 3 December 2026”. Readers see “passed on by the secretariat” and this."
        ),
    )

    field_order = ["member", "text"]

    def __init__(self, *args, members, passes_on=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members
        if not passes_on:
            del self.fields["source"]

    def clean_member(self):
        member = self.cleaned_data["member"]
        if member.pk == self.initial.get("asker"):
            raise forms.ValidationError(_("A member does not answer its own question."))
        return member
