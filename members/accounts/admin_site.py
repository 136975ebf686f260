"""The secretariat's admin: who may open it, and how they sign in."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from .second_factor import has_second_factor


class SecretariatSite(admin.AdminSite):
    """The admin: for active staff with a second factor, who sign in as everybody does."""

    site_header = _("Urban SDG Knowledge Platform")
    site_title = _("Urban SDG Knowledge Platform")
    index_title = _("Secretariat")

    def has_permission(self, request):
        if not super().has_permission(request):
            return False
        # Each page asks several times.
        if not hasattr(request, "has_second_factor"):
            request.has_second_factor = has_second_factor(request.user)
        return request.has_second_factor

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request, extra_context=None):
        """Lead to the one sign-in page, and staff without a second factor to where it is set up.

        Limits against guessing hold for the secretariat too. Others are told that it is not theirs.
        """
        return secure_admin_login(self._let_in)(request)

    def _let_in(self, request):
        if self.has_permission(request):
            return redirect(_next(request) or "admin:index")
        messages.warning(
            request,
            gettext(
                "The pages of the secretariat need a second factor: what you see and decide there "
                "must not depend on a password alone. Set one up here, then go back to them."
            ),
        )
        return redirect("mfa_index")

    def password_change(self, request, extra_context=None):
        """The page of the account asks for more than this one would."""
        return redirect("account_change_password")


def _next(request):
    address = request.GET.get(REDIRECT_FIELD_NAME, "")
    safe = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if safe else ""
