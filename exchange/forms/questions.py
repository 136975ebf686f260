"""The forms of questions: asking, declining, judging, and asking the next."""

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.models import Addressee, Question, Topic, Visibility
from exchange.models.questions import MAX_TARGETS
from policies.forms.fields import form_field
from policies.models import Revision
from sdg.models import Target

from .contact import NoContactDetails


def text_field(model, name, **kwargs):
    """Return a field for a text of a model, with its rules."""
    return form_field(model._meta.get_field(name), **kwargs)


class AskForm(NoContactDetails, forms.Form):
    """A question, without those who are asked: they are ticked beside it."""

    title = text_field(
        Question,
        "title",
        label=gettext_lazy("Your question"),
        help_text=gettext_lazy(
            "One sentence that ends with a question mark, at most 200 characters."
        ),
    )
    background = text_field(
        Question,
        "background",
        label=gettext_lazy("Why you ask"),
        help_text=gettext_lazy(
            "What you want to decide, and what you know already. An office that knows why it is asked "
            "answers better. At most 1,500 characters."
        ),
    )
    targets = forms.CharField(
        label=gettext_lazy("Targets"),
        help_text=gettext_lazy("What it is about, by one to three numbers of targets: 11.2, 12.5"),
        max_length=100,
        required=False,
    )
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), choices=Topic)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of your text"), choices=Revision.Language
    )
    member = forms.ModelChoiceField(queryset=None, label=gettext_lazy("You ask in the name of"))
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who may read it"), choices=Visibility, widget=forms.RadioSelect
    )

    use_required_attribute = False
    public_texts = ("title", "background")

    def __init__(self, *args, members, case=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.case = case
        self.fields["member"].queryset = members
        own = list(members[:2])
        if len(own) == 1:
            self.fields["member"].initial = own[0].pk
            self.fields["member"].empty_label = None
        if not own:
            # Who is in no team writes, and looks for one afterwards.
            del self.fields["member"], self.fields["visibility"]
        if case is not None:
            del self.fields["targets"]

    def clean_targets(self):
        typed = re.split(r"[\s,;]+", self.cleaned_data["targets"].lower())
        codes = list(dict.fromkeys(filter(None, typed)))
        known = set(Target.objects.filter(pk__in=codes).values_list("pk", flat=True))
        wrong = [code for code in codes if code not in known]
        if wrong:
            raise forms.ValidationError(
                _("There is no target %(codes)s. A target is written as 11.2 or 16.a.")
                % {"codes": ", ".join(wrong)}
            )
        if not codes:
            raise forms.ValidationError(_("Name at least one target, as 11.2."))
        if len(codes) > MAX_TARGETS:
            raise forms.ValidationError(_("Name at most three targets."))
        return codes


class DeclineForm(NoContactDetails, forms.Form):
    """Why a member does not answer."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why you cannot answer"),
        choices=Addressee.Declined,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a reason: readers and the asker see it.")},
    )
    text = text_field(
        Addressee,
        "declined_text",
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy(
            "Everybody who reads the question reads it; at most 500 characters. Needed for another "
            "reason."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "data-most": 500}),
    )

    use_required_attribute = False
    public_texts = ("text",)

    def clean(self):
        data = super().clean()
        if data.get("reason") == Addressee.Declined.OTHER and not data.get("text"):
            self.add_error("text", _("Say what the other reason is."))
        return data


class JudgeForm(forms.Form):
    """Whether the answers answered it, as the asker says."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Did this answer it?"),
        choices=[
            (Question.Verdict.YES, gettext_lazy("Yes")),
            (Question.Verdict.PARTLY, gettext_lazy("Partly")),
            (Question.Verdict.NO, gettext_lazy("No, it opens again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one: yes, partly or no.")},
    )
