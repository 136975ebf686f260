"""Which notices are mailed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Notice


class MailForm(forms.Form):
    """Which kinds of notices are also mailed; decisions always are."""

    mailed = forms.MultipleChoiceField(
        label=_("Also send me by mail"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("All notices stay on this page. Decisions on your work are always mailed."),
    )

    def __init__(self, *args, user, **kwargs):
        chosen = [kind for kind in _optional(user) if kind not in user.muted]
        kwargs.setdefault("initial", {"mailed": chosen})
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["mailed"].choices = [(kind.value, kind.label) for kind in _optional(user)]

    def save(self):
        """Save what is switched off, and return the person."""
        mailed = self.cleaned_data["mailed"]
        self.user.muted = [kind.value for kind in _optional(self.user) if kind not in mailed]
        self.user.save(update_fields=["muted"])
        return self.user


# What only the secretariat is told.
FOR_STAFF = frozenset(
    {
        Notice.Kind.ASSIGNED,
        Notice.Kind.DIGEST,
        Notice.Kind.QUESTION_CHECK,
        Notice.Kind.FLAGGED,
    }
)


def _optional(user):
    """Return the kinds that ``user`` may get and may switch off."""
    fixed = Notice.ALWAYS_MAILED | (set() if user.is_staff else FOR_STAFF)
    return [kind for kind in Notice.Kind if kind not in fixed]
