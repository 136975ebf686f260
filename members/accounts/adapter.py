"""How accounts differ from allauth's defaults."""

import logging
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, get_emailconfirmation_model
from allauth.account.stages import EmailVerificationStage, LoginStageController
from allauth.account.utils import get_next_redirect_url
from allauth.core import context, ratelimit
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from members.models import User

from . import purpose
from .middleware import SIGNED_IN_AT

logger = logging.getLogger(__name__)

# Key of the session: whose password was typed in it, as a hash that ends with that password.
TYPED = "typed_password"


class AccountAdapter(DefaultAccountAdapter):
    """People have a name; e-mails carry the platform's name and never break a page."""

    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data.get("name", "")
        if form.unused:
            # All columns are those of the new sign-up, and nothing else is the account's.
            user.pk = form.unused.pk
        return super().save_user(request, user, form, commit)

    def authentication_failed(self, request, **credentials):
        # Without the address: whoever mistypes it may have typed a password there.
        logger.warning("A sign-in failed.")

    def is_safe_url(self, url):
        try:
            return super().is_safe_url(url)
        except ValueError:  # "https://[::1" is no address at all
            return False

    def get_email_confirmation_url(self, request, emailconfirmation):
        """Return the link of the mail; it carries on where its person was going, in any browser."""
        link = super().get_email_confirmation_url(request, emailconfirmation)
        return purpose.carry(link, request)

    def send_confirmation_mail(self, request, emailconfirmation, signup):
        """Send the mail by which an address is proven; of a change it says what it is.

        Counted by account and address: who only typed an address keeps no mail from its owner.
        """
        address = emailconfirmation.email_address
        # Each sign-up has a row of its own for the address, if perhaps the account of another one.
        counted = address.user_id if is_change(address) else f"sign-up {address.pk}"
        if not self._may_mail(request, f"{counted} {address.email}"):
            return None
        if not is_change(address):
            key = f"{self.get_client_ip(request)} {address.email}".lower()
            if not ratelimit.consume(request, action="signup_mail", key=key):
                return None
            return super().send_confirmation_mail(request, emailconfirmation, signup)
        link = self.get_email_confirmation_url(request, emailconfirmation)
        return self.send_mail("account/email/email_change", address.email, {"activate_url": link})

    def should_send_confirmation_mail(self, request, email_address, signup):
        return not _link_on(request, email_address.user)

    def respond_email_verification_sent(self, request, user):
        """Lead back to the link of the mail who has signed in because it asked for that."""
        if user:
            request.session[TYPED] = user.get_session_auth_hash()
        if link := _link_on(request, user):
            return redirect(link)
        return super().respond_email_verification_sent(request, user)

    def send_account_already_exists_mail(self, email):
        if self._may_mail(context.request, email):
            super().send_account_already_exists_mail(email)

    def _may_mail(self, request, key):
        return ratelimit.consume(request, action="confirmation_mail", key=key.lower())

    @transaction.atomic
    def confirm_email(self, request, email_address):
        """Give an address to who has proven to read its mail; return whether it could be given.

        They prove by the session, too, whose account it is: the mail may reach somebody whose address
        was only typed. Whoever else only typed it has it no longer.
        """
        email, user = email_address.email, email_address.user
        if not may_confirm(request, email_address):
            return False
        # A new sign-up with the address may be taking the place of this one.
        list(User.objects.select_for_update().filter(pk=user.pk))
        if not EmailAddress.objects.filter(pk=email_address.pk).exists():
            return False
        if User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
            message = _(
                "There is another account with the address %(email)s. If it is yours, set a new password "
                "for it and delete it first; then change to its address."
            )
            messages.error(request, message % {"email": email})
            return False
        confirmed = super().confirm_email(request, email_address)
        if confirmed:
            EmailAddress.objects.filter(email__iexact=email, verified=False).delete()
        return confirmed

    def login(self, request, user):
        super().login(request, user)
        request.session[SIGNED_IN_AT] = time.time()

    def get_reauthentication_methods(self, user):
        """Return the ways to confirm who one is: where there is a second factor, that and no
        password alone, so that it cannot be switched off by who knows only the password."""
        methods = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"] != "reauthenticate"]
        return factors or methods

    def send_mail(self, template_prefix, email, context):
        """Send an e-mail about an account, or log that it could not be sent.

        Each of them can be asked for again, so a broken mail server costs time, not a page.
        """
        site = SimpleNamespace(name=_("Urban SDG Knowledge Platform"), domain=settings.SITE_URL)
        try:
            super().send_mail(template_prefix, email, {"current_site": site} | context)
        except OSError:
            logger.exception("A mail %s could not be sent.", template_prefix)

    def render_mail(self, template_prefix, email, context, headers=None):
        headers = {"Auto-Submitted": "auto-generated"} | (headers or {})
        message = super().render_mail(template_prefix, email, context, headers)
        if settings.CONTACT_EMAIL:
            message.reply_to = [settings.CONTACT_EMAIL]
        return message


def people_at(email):
    """Return the people whose address ``email`` is: their account's, or one that they have proven.

    Not those who typed it as the one to change to: it may be anybody's until it is confirmed.
    """
    proven = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
    return User.objects.filter(Q(email__iexact=email) | Q(pk__in=proven))


def unused_at(email):
    """Return the account that somebody signed up for with ``email`` and that nobody ever entered.

    None that was given anything: a team, a right, or a block; nor one that is on record, as its
    password was set by a link that was mailed.
    """
    typed = EmailAddress.objects.filter(email__iexact=email, verified=False).values("user")
    proven = EmailAddress.objects.filter(verified=True).values("user")
    unused = User.objects.filter(email__iexact=email, pk__in=typed, last_login=None, is_active=True)
    return unused.filter(
        is_staff=False,
        is_superuser=False,
        groups=None,
        user_permissions=None,
        memberships=None,
        events=None,
    ).exclude(pk__in=proven)


def is_change(address):
    """Return whether an account would change to ``address``: it has signed up with another one."""
    return address.email.lower() != address.user.email.lower()


def may_confirm(request, address):
    """Return whether the browser of ``request`` may press the button of the mail to ``address``.

    It has signed in to the account, or, for a sign-up, has typed its password a short while ago: at
    the sign-up, or at a sign-in that waits for the address. Else somebody could sign up with the
    address of another, who by the button would prove it for an account with a stranger's password.
    """
    if request.user.is_authenticated or is_change(address):
        return request.user.pk == address.user_id
    stage = LoginStageController.enter(request, EmailVerificationStage.key)
    if not stage or not stage.login.user or stage.login.user.pk != address.user_id:
        return False
    # A later sign-up may have given the account another password.
    return request.session.get(TYPED) == address.user.get_session_auth_hash()


def _link_on(request, user):
    """Return where ``request`` leads on to if that is a link by which ``user`` confirms; else None."""
    onward = get_next_redirect_url(request)
    try:
        key = resolve(urlsplit(onward or "").path).kwargs.get("key", "")
    except (Resolver404, ValueError):
        return None
    found = get_emailconfirmation_model().from_key(key)
    return onward if found and user and found.email_address.user_id == user.pk else None


def verify(user):
    """Mark the person's address as verified, as if the link in the e-mail had been opened."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )
