"""Forms of teams."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.countries import country_choices
from members.models import Member, Membership

NOTE_LENGTH = 1000


def all_countries():
    """Return the countries and areas that can be chosen."""
    return [("", _("Choose")), *country_choices()]


class NoteField(forms.CharField):
    """A few lines, counted the way browsers count them: a line break is one character."""

    def __init__(self, **kwargs):
        super().__init__(
            max_length=NOTE_LENGTH,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
            **kwargs,
        )

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class MemberSearchForm(forms.Form):
    q = forms.CharField(
        label=_("Name of the city or organisation"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "organization"}),
    )


class RequestForm(forms.Form):
    message = NoteField(
        label=_("Message to the team (optional)"),
        help_text=_("Say where you work and what you do, so that they know who is asking."),
    )


class ProposeForm(forms.Form):
    """A city or organisation that is not listed, and who asks for it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Member.Kind)
    name = forms.CharField(
        label=_("Name of the city or organisation"),
        max_length=200,
        help_text=_("In English, as it calls itself."),
    )
    country = forms.ChoiceField(
        label=_("Country or area"),
        choices=all_countries,
        required=False,
        help_text=_("Leave it open where it is not in the list."),
    )
    website = forms.URLField(
        label=_("Website"),
        max_length=500,
        assume_scheme="https",
        help_text=_("Its own, so that the secretariat can see what it is."),
    )
    message = NoteField(
        label=_("Message to the secretariat (optional)"),
        help_text=_("Say where you work and what you do, so that they know who is asking."),
    )

    is_new = forms.BooleanField(label=_("It is none of these"), required=False)

    # Members that the name may mean: shown with the question whether it is one of them.
    near = ()

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if not any(map(str.isalpha, name)):
            raise forms.ValidationError(_("Write the name."))
        return name

    def clean(self):
        data = super().clean()
        if name := data.get("name"):
            self.near = Member.objects.near(name, data.get("country"))
        is_new = data.pop("is_new", False)
        if self.near and not is_new:
            names = ", ".join(member.name for member in self.near)
            self.add_error(
                "is_new", _("Did you mean %(names)s? It is in the list.") % {"names": names}
            )
        return data


class DecisionForm(forms.Form):
    """Approve or decline a request; a no needs its reason."""

    note = NoteField(
        label=_("Note"),
        help_text=_("The person reads it. Needed when you decline."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Membership.Role,
        required=False,
        help_text=_("Coordinators also decide who else joins the team."),
    )
    decision = forms.ChoiceField(
        choices=[("approve", _("Approve")), ("decline", _("Decline"))],
        error_messages={"required": _("Choose “Approve” or “Decline”.")},
    )

    def clean_role(self):
        return self.cleaned_data["role"] or Membership.Role.OFFICIAL

    def clean(self):
        data = super().clean()
        if data.get("decision") == "decline" and not data.get("note", "-"):
            self.add_error("note", _("Give a reason."))
        return data


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The invitation works for this address only."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role)


class LeaveForm(forms.Form):
    note = NoteField(
        label=_("Note (optional)"),
        help_text=_("The person reads it."),
    )
