"""The forms beside the sections: starting a case, and a note to the moderators."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.models import ReviewNote

from .fields import ValueField
from .texts import TitleForm


class NewForm(TitleForm):
    """The first fields of a case: its member and title."""

    member = forms.ChoiceField(
        label=gettext_lazy("City or organisation"),
        help_text=gettext_lazy("You write for the members in whose teams you are."),
    )
    field_order = ["member", "title", "summary", "language"]

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.members = {str(member.pk): member for member in members}
        field = self.fields["member"]
        field.choices = [(key, member.name) for key, member in self.members.items()]
        if len(self.members) == 1:
            field.initial = next(iter(self.members))
        else:
            field.choices.insert(0, ("", _("Choose")))


class NoteForm(forms.Form):
    """A note to the moderators."""

    text = ValueField(
        model_field=ReviewNote._meta.get_field("text"),
        label=gettext_lazy("Write to the moderators"),
        help_text=gettext_lazy("They see it beside the submission; so does your team."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "data-most": 5000}),
    )
