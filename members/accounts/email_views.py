"""The page of the link by which an e-mail address is confirmed."""

from urllib.parse import urlsplit

from allauth.account.models import get_emailconfirmation_model
from allauth.account.views import ConfirmEmailView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from .adapter import is_change, may_confirm
from .purpose import carried


@method_decorator(login_not_required, name="dispatch")
class ConfirmView(ConfirmEmailView):
    """allauth's page; a second click on its button is no unknown address."""

    def setup(self, request, *args, **kwargs):
        """Go on to where the person was going, also in a browser that knows nothing of it."""
        super().setup(request, *args, **kwargs)
        if onward := carried(request):
            request.GET = QueryDict(mutable=True)
            request.GET[self.redirect_field_name] = onward

    def dispatch(self, request, *args, **kwargs):
        """Ask for the session or the password of the account that the link is for, whoever reads the mail."""
        found = get_emailconfirmation_model().from_key(kwargs["key"])
        if found is None or may_confirm(request, found.email_address):
            return super().dispatch(request, *args, **kwargs)
        if is_change(found.email_address):
            others = _("This link changes the address of another account than yours.")
            message = _(
                "This link changes the address of an account. Sign in with the address that the account "
                "has had so far. If you have asked for no change, close this page."
            )
        else:
            others = _(
                "This link confirms another account than yours. Sign out to confirm it with its password."
            )
            message = _(
                "This link confirms a new account. Sign in with the password chosen when signing up, then "
                "confirm. If it was not you who signed up, create an account: it takes that one’s place."
            )
        if request.user.is_authenticated:
            messages.error(request, others)
            return redirect("account_overview")
        messages.info(request, message)
        return redirect_to_login(request.get_full_path())

    def post(self, *args, **kwargs):
        try:
            answer = super().post(*args, **kwargs)
        except Http404:
            if self.request.user.is_authenticated:
                return redirect(settings.LOGIN_REDIRECT_URL)
            # It says that the link works no more, and where to get another one.
            return self.get(*args, **kwargs)
        # Who signed in to confirm was led here by that; the link is used up now.
        if urlsplit(getattr(answer, "url", "")).path == self.request.path:
            return redirect(self.get_next_url() or settings.LOGIN_REDIRECT_URL)
        return answer


confirm = ConfirmView.as_view()
