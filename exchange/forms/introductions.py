"""Forms of introductions: asking, deciding, and what came of it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.models import Introduction
from policies.forms.fields import form_field

from .contact import NoContactDetails


class IntroduceForm(NoContactDetails, forms.Form):
    """Asking a member to be put in touch."""

    text = form_field(
        Introduction._meta.get_field("text"),
        label=_("What you write"),
        help_text=_(
            "Who would come or call, when, and what you want to know. At most 800 characters; no "
            "addresses and no telephone numbers."
        ),
    )
    member = forms.ModelChoiceField(None, label=_("In the name of"))
    agree = forms.BooleanField(
        label=_("If the member accepts, it may have my name, my office and my e-mail address."),
        error_messages={
            "required": _("Without this nobody can be put in touch: both sides have to agree.")
        },
    )

    use_required_attribute = False
    public_texts = ("text",)

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members
        own = list(members[:2])
        if len(own) == 1:
            self.fields["member"].initial = own[0].pk
            self.fields["member"].empty_label = None


class DecideForm(NoContactDetails, forms.Form):
    """A coordinator's decision; the button says which."""

    decision = forms.ChoiceField(
        choices=[("accept", ""), ("decline", "")], widget=forms.HiddenInput
    )
    note = form_field(
        Introduction._meta.get_field("decision_note"),
        label=_("Reason, if you decline (optional)"),
        help_text=_("Who asks reads it: at most 500 characters, without addresses."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    use_required_attribute = False
    public_texts = ("note",)


class OutcomeForm(forms.Form):
    """What came of an introduction: a button each."""

    outcome = forms.ChoiceField(choices=Introduction.Outcome)
