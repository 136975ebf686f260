"""The forms in which the secretariat writes seminars."""

from dataclasses import dataclass

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from citynet.uploads import files
from policies.models import Revision
from seminars.models import Seminar


class SeminarForm(forms.ModelForm):
    """A seminar; its times are written in its own zone."""

    languages = forms.MultipleChoiceField(
        choices=Revision.Language.choices, required=False, label=_("Languages")
    )

    def clean(self):
        data = super().clean()
        elsewhere = data.get("registration") == Seminar.RegistrationWay.ELSEWHERE
        if elsewhere and not data.get("registration_url"):
            self.add_error("registration_url", _("Write the address of the registration."))
        if bool(data.get("starts_at")) != bool(data.get("ends_at")):
            self.add_error("ends_at", _("Write both the beginning and the end, or neither."))
        closes, ends = data.get("closes_at"), data.get("ends_at")
        if closes and ends and closes > ends:
            self.add_error("closes_at", _("Registration must close before the seminar ends."))
        if self.instance.state == Seminar.State.ANNOUNCED and not data.get("starts_at"):
            self.add_error("starts_at", _("What is announced needs its beginning and end."))
        return data


@dataclass
class StoredFile:
    """A file as the form shows it: by its own name, at the address that hands it out."""

    name: str
    url: str

    def __str__(self):
        return self.name


class StoredFileInput(AdminFileWidget):
    def format_value(self, value):
        if self.is_initial(value):
            return StoredFile(value.instance.original_name, value.instance.get_absolute_url())
        return None


class MaterialForm(forms.ModelForm):
    """A link, or a file that is checked as those of cases are."""

    class Meta:
        widgets = {"file": StoredFileInput}

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and "file" in self.changed_data:
            name = files.clean_name(file.name)
            files.check(file, name)
            file.name = name
            self.instance.original_name, self.instance.size = name, file.size
        return file

    def clean(self):
        data = super().clean()
        if not self.errors and bool(data.get("url")) == bool(data.get("file")):
            raise ValidationError(_("Write an address or choose a file, one of the two."))
        return data


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("It is shown on the page of the seminar, and in the mail to those registered."),
    )
