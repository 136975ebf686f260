"""Forms for photos and files: what is sent, and what is said about it."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citynet.uploads import files, images
from policies.models import Attachment, Photo

from .base import CleanedByFields
from .fields import hint

LICENCES = ("CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC 4.0", "CC0 1.0")


class Sent:
    """A checked file with its cleaned name; for a photo the ``picture`` made from it."""

    def __init__(self, file, picture=None):
        self.name, self.file, self.picture = file.clean_name, file, picture


class UploadField(forms.FileField):
    """A file, checked; its cleaned value is a :class:`Sent`."""

    default_error_messages = {
        "required": _("Choose a file."),
        "missing": _("Choose a file."),
        "invalid": _("Choose a file. None arrived: the form was not sent as it should be."),
    }

    def __init__(self, **kwargs):
        # What is wrong with an empty file is said by the checks.
        super().__init__(allow_empty_file=True, **kwargs)

    def to_python(self, data):
        file = super().to_python(data)
        if file is not None:
            file.clean_name = files.clean_name(file.name)
        return file

    def clean(self, data, initial=None):
        return self.checked(super().clean(data, initial))

    def checked(self, file):
        files.check(file, file.clean_name)
        return Sent(file)


class PictureField(UploadField):
    """A picture, checked and re-encoded."""

    def checked(self, file):
        return Sent(file, images.prepare(file, file.clean_name))


def _file_input(endings):
    return forms.FileInput(attrs={"accept": ",".join(endings)})


def _of_photos():
    return gettext(
        "%(formats)s, at most %(most)s. What the picture tells about place, time and camera is "
        "removed."
    ) % {"formats": images.formats(), "most": filesizeformat(settings.MAX_IMAGE_BYTES)}


def _of_files():
    return gettext("%(kinds)s, at most %(most)s, without macros or passwords.") % {
        "kinds": files.kinds(),
        "most": filesizeformat(settings.MAX_FILE_BYTES),
    }


photo_help = lazy(_of_photos, str)
file_help = lazy(_of_files, str)


class DescriptionForm(CleanedByFields):
    """What is said about a photo or file."""

    class Meta(CleanedByFields.Meta):
        labels = {
            "credit": _("Credit"),
            "licence": _("Licence"),
        }
        help_texts = {
            "credit": hint(
                _("Who made it, as it should be named."), _("“Busan City, Kim Min-ji”.")
            ),
            "licence": hint(_("What others may do with it, if you know."), "CC BY 4.0"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["licence"].widget.attrs["list"] = "licences"

    def texts(self):
        """Return what was typed, by column."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class PhotoForm(DescriptionForm):
    """What is said about a photo; the text for who does not see it is needed."""

    class Meta(DescriptionForm.Meta):
        model = Photo
        fields = ["alt", "caption", "credit", "licence"]
        labels = DescriptionForm.Meta.labels | {"alt": _("What the picture shows")}
        help_texts = DescriptionForm.Meta.help_texts | {
            "alt": hint(
                _("For people who do not see it: it is read aloud in its place."),
                _("“A night bus at a stop; six people get on.”"),
            ),
            "caption": hint(
                _("Shown below the picture: what it has to do with the policy."),
                _("“Line 3 on its first night, April 2013”."),
            ),
        }


class AttachmentForm(DescriptionForm):
    """What is said about a file."""

    class Meta(DescriptionForm.Meta):
        model = Attachment
        fields = ["caption", "credit", "licence"]
        labels = DescriptionForm.Meta.labels | {"caption": _("Title")}
        help_texts = DescriptionForm.Meta.help_texts | {
            "caption": hint(
                _("What it is. Without a title its file name is shown."),
                _("“Evaluation of the night buses, 2014”."),
            ),
        }


class Uploading:
    """Adds ``upload`` to a form: a browser never sends a file again by itself, so this says so."""

    field_order = ["upload"]

    def _post_clean(self):
        super()._post_clean()
        if self.errors and "upload" in self.cleaned_data:
            self.add_error(
                "upload",
                ValidationError(
                    _("This file is fine, but it was not kept. Choose it again."), code="again"
                ),
            )


class PhotoUploadForm(Uploading, PhotoForm):
    upload = PictureField(
        label=_("Photo"),
        help_text=photo_help(),
        widget=_file_input(images.ENDINGS),
    )


class AttachmentUploadForm(Uploading, AttachmentForm):
    upload = UploadField(
        label=_("File"),
        help_text=file_help(),
        widget=_file_input(files.KINDS),
    )
