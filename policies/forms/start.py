"""The forms beside the sections: starting a case, and what is written to the moderators."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citynet.uploads.files import check as check_file
from citynet.uploads.files import clean_name
from policies.models import ReviewNote, UpdateRequest

from .fields import ValueField
from .texts import TitleForm

WORKBOOK = ".xlsx"


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


class WorkbookForm(forms.Form):
    """A workbook in which a case was written, and the member whose case it is."""

    member = forms.ChoiceField(label=NewForm.base_fields["member"].label)
    upload = forms.FileField(
        label=gettext_lazy("Workbook"),
        allow_empty_file=True,
        help_text=gettext_lazy("The blank workbook (XLSX), filled in: one case."),
        widget=forms.FileInput(attrs={"accept": WORKBOOK}),
        error_messages={
            "required": gettext_lazy("Choose the workbook."),
            "invalid": gettext_lazy("Choose the workbook."),
        },
    )

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.members = {str(member.pk): member for member in members}
        field = self.fields["member"]
        field.choices = [(key, member.name) for key, member in self.members.items()]

    def clean_upload(self):
        file = self.cleaned_data["upload"]
        if not clean_name(file.name).lower().endswith(WORKBOOK):
            raise ValidationError(_("Only workbooks (XLSX) can be sent here."))
        check_file(file, clean_name(file.name))
        return file


class NoteForm(forms.Form):
    """A note to the moderators."""

    text = ValueField(
        model_field=ReviewNote._meta.get_field("text"),
        label=gettext_lazy("Write to the moderators"),
        help_text=gettext_lazy("They see it beside the submission; so does your team."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "data-most": 5000}),
    )


class UpdateAnswerForm(forms.Form):
    """What a team answers when it is asked to bring a public case up to date."""

    prefix = "update"
    text = ValueField(
        model_field=UpdateRequest._meta.get_field("answer_text"),
        label=gettext_lazy("Answer in words"),
        required=True,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "data-most": 2000}),
    )
