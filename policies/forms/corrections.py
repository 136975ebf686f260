"""The form in which a moderator proposes a correction of one field of a submission."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.models import Correction, Theme
from policies.workflow import corrections

from .editor import Editor
from .registry import SECTIONS
from .review import words

SECTION_OF = {name: section for section in SECTIONS for name in section.form.base_fields}
# Drafts may lack these, submissions may not.
NEEDED = ("challenge", "solution")


class CorrectionForm(forms.Form):
    """What one field should say instead, by the rules of the form in which authors write it."""

    prefix = "correction"

    field = forms.ChoiceField(
        label=gettext_lazy("What is to be corrected"), widget=forms.HiddenInput
    )
    after = forms.CharField(
        required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"})
    )
    note = words(gettext_lazy("Why"), 2, model_field=Correction._meta.get_field("note"))

    def __init__(self, *args, revision, **kwargs):
        super().__init__(*args, **kwargs)
        self.revision = revision
        self.fields["field"].choices = corrections.choices()
        name = self["field"].value()
        if name not in corrections.FIELDS:
            return
        before = corrections.current(revision, name)
        after = self.fields["after"]
        if name == corrections.THEMES:
            before = before.splitlines()
            after = self.fields["after"] = forms.MultipleChoiceField(
                choices=list(Theme.objects.values_list("slug", "name")),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        elif name == corrections.TARGETS:
            after.help_text = _("Codes like 11.2, one a line.")
        after.label, after.initial = corrections.label(name), before

    @classmethod
    def typed(cls, data, revision):
        """Return the form as it was sent, not validated; None where no correction was started."""
        field = data.get(f"{cls.prefix}-field")
        if field not in corrections.FIELDS:
            return None
        sent = cls(data, revision=revision)
        values = {name: sent[name].data for name in sent.fields}
        return cls(revision=revision, initial=values)

    def clean_after(self):
        after = self.cleaned_data["after"]
        if isinstance(after, list):
            return _tags(self.revision, corrections.THEMES, after)
        field = self.cleaned_data.get("field")
        if field == corrections.TARGETS:
            return _tags(self.revision, field, map(str.strip, after.splitlines()))
        return _text(field, after) if field else after

    def propose(self, by):
        """Save the correction and return it, or None with the errors in the form."""
        try:
            return corrections.propose(
                self.revision,
                self.cleaned_data["field"],
                self.cleaned_data["after"],
                self.cleaned_data["note"],
                by=by,
            )
        except ValidationError as refusal:
            self.add_error("after", refusal.messages)
            return None


def _text(name, value):
    """Return ``value`` as the authors' form cleans it; raise ``ValidationError`` where it refuses."""
    cleaned = SECTION_OF[name].form.base_fields[name].clean(value)
    if not cleaned and name in NEEDED:
        raise ValidationError(_("A submission needs this text."))
    return cleaned


def _tags(revision, name, tags):
    """Return themes or targets one a line, each once; raise ``ValidationError`` as ``_text`` does."""
    tags = list(dict.fromkeys(filter(None, tags)))
    if not tags:
        raise ValidationError(_("At least one has to remain."))
    codes = tags if name == corrections.TARGETS else []
    data = QueryDict(mutable=True)
    data.setlist(corrections.THEMES, [] if codes else tags)
    data["contributions-TOTAL_FORMS"] = str(len(codes))
    data["contributions-INITIAL_FORMS"] = "0"
    for number, code in enumerate(codes):
        data[f"contributions-{number}-target"] = code
    editor = Editor(SECTION_OF[corrections.THEMES], revision, data)
    if not editor.is_valid():
        raise ValidationError([message for _anchor, _label, message in editor.problems()])
    return "\n".join(tags)
