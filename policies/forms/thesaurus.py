"""Terms of the thesaurus, as the secretariat adds them."""

import unicodedata
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.search import text
from sdg.models import Term


class TermForm(forms.ModelForm):
    """A new term."""

    class Meta:
        model = Term
        fields = ["target", "language", "text"]
        help_texts: ClassVar = {
            "text": gettext_lazy(
                "As people say it, not as officials write it: “bike lane”. Leave out words that are in"
                " every question. The search takes it up within a minute."
            )
        }

    def clean_text(self):
        """Return the term with single blanks; refuse what no question can be matched with."""
        typed = " ".join(unicodedata.normalize("NFC", self.cleaned_data["text"]).split())
        parts = text.parse(typed)
        if not any(letter.isalpha() for part in parts for word in part.words for letter in word):
            raise ValidationError(_("Write a word or phrase; it has to have letters."))
        if all(word in text.STOP_WORDS for part in parts for word in part.words):
            raise ValidationError(
                _("“%(words)s” is in every question. Add the word that says what is meant.")
                % {"words": typed}
            )
        return typed

    def clean(self):
        """Refuse a term that the target has already, beside its field."""
        data = super().clean()
        if {"target", "language", "text"} <= data.keys():
            same = Term.objects.in_use().same_as(data["target"], data["language"], data["text"])
            if same.exists():
                self.add_error("text", _("This target has the word already."))
        return data
