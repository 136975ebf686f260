"""Registering for a seminar."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Member


class RegistrationForm(forms.Form):
    """For whom a person comes, and which language the person would speak.

    ``members`` are those whose team the person is in; ``seminar`` has the languages.
    """

    member = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("You register as"),
        required=False,
        empty_label=_("For myself"),
        error_messages={"invalid_choice": _("You are not in the team of this member.")},
    )
    language = forms.ChoiceField(label=_("You would speak"), required=False)

    def __init__(self, *args, members, seminar, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members
        first = members.first()
        self.fields["member"].initial = first and first.pk
        names = list(zip(seminar.languages, seminar.language_names, strict=False))
        if len(names) < 2:  # noqa: PLR2004 - nothing to choose
            del self.fields["language"]
        else:
            self.fields["language"].choices = names
