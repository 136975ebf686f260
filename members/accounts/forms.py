"""Forms of accounts, where they differ from allauth's."""

import re

from allauth.account import app_settings
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.models import User

from .adapter import people_at, unused_at

# Marks that turn the writing direction round, and so can make a name read as something else.
DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)


def clean_name(value):
    """Return a person's name on one line. Raises ``ValidationError`` for what cannot be one.

    Names stand in mails to other people, so they carry no addresses.
    """
    name = " ".join(DIRECTION_MARKS.sub("", value).split())
    if ADDRESS.search(name) or not any(map(str.isalpha, name)):
        raise ValidationError(_("Enter your name as colleagues know it, without an address."))
    return name


class SignupForm(AllauthSignupForm):
    """Name, e-mail address and password; and a field that people neither see nor fill in."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=User._meta.get_field("name").max_length,
        help_text=_("Your team and the moderators see it; readers of the site do not."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(["name", "email", "password1"])
        trap = self.fields[app_settings.SIGNUP_FORM_HONEYPOT_FIELD]
        # Hidden by our stylesheet: the content security policy allows no style in the page.
        trap.widget.attrs = {"tabindex": "-1", "autocomplete": "off"}
        trap.label = _("Leave this empty")
        trap.template_name = "account/honeypot.html"

    def clean_name(self):
        return clean_name(self.cleaned_data["name"])

    def validate_unique_email(self, value):
        email = super().validate_unique_email(value)
        # allauth also counts what somebody typed as the address to change to.
        self.account_already_exists = people_at(email).exclude(pk__in=unused_at(email)).exists()
        return email

    def try_save(self, request):
        """Do the same work for an address that has an account as for a new one.

        Hashing the password takes most of the time, which would tell the two apart.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)

    @transaction.atomic
    def save(self, request):
        """Take the row of an account that nobody ever entered: its password may be a stranger's.

        Deleting it would take longer than any other sign-up, and would look for the name and the
        address, which nobody has proven, in what others were told.
        """
        email = self.cleaned_data["email"]
        # Its confirmation waits, or has been waited for.
        list(User.objects.select_for_update().filter(email__iexact=email))
        self.unused = unused_at(email).first()
        # The link in its mail ends with this.
        EmailAddress.objects.filter(user=self.unused).delete()
        return super().save(request)

    def clean(self):
        data = super().clean()
        # allauth compares the password with the e-mail address only.
        if data.get("name") and data.get("password1"):
            try:
                UserAttributeSimilarityValidator(["name"]).validate(
                    data["password1"], User(name=data["name"])
                )
            except ValidationError as error:
                self.add_error("password1", error)
        return data


class ResetPasswordForm(AllauthResetPasswordForm):
    def clean_email(self):
        """Take the accounts that the address belongs to, not those that would change to it."""
        email = super().clean_email()
        self.users = list(people_at(email).filter(pk__in=[user.pk for user in self.users]))
        return email


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
        help_texts = {"name": SignupForm.base_fields["name"].help_text}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True

    def clean_name(self):
        return clean_name(self.cleaned_data["name"])


class CredentialField(forms.JSONField):
    """The answer of a passkey, as the browser sends it."""

    widget = forms.HiddenInput

    def to_python(self, value):
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": ""}
            ) from error

    def bound_data(self, data, initial):
        # Each answer counts once, so a refused one is not put into the page again.
        return None


class CredentialMixin(forms.Form):
    """Refuses what no browser sends instead of an answer of a passkey.

    The parser expects the right keys and types, and raises whatever comes where they are missing.
    """

    credential = CredentialField()

    def _refusing(self, clean):
        try:
            return clean()
        except (LookupError, AttributeError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error


class AuthenticateKeyForm(CredentialMixin, webauthn.AuthenticateWebAuthnForm):
    def clean_credential(self):
        return self._refusing(super().clean_credential)


class LoginKeyForm(CredentialMixin, webauthn.LoginWebAuthnForm):
    def clean_credential(self):
        return self._refusing(super().clean_credential)


class ReauthenticateKeyForm(CredentialMixin, webauthn.ReauthenticateWebAuthnForm):
    def clean_credential(self):
        return self._refusing(super().clean_credential)


class AddKeyForm(CredentialMixin, webauthn.AddWebAuthnForm):
    def clean(self):
        return self._refusing(super().clean)
