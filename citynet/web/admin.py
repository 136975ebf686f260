"""What the secretariat's pages have in common."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.db import models
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.accounts.adapter import has_second_factor


class SecretariatSite(admin.AdminSite):
    """The admin: for active staff with a second factor, by the same door as everybody."""

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


get_or_post = require_http_methods(["GET", "HEAD", "POST"])

# Addresses that are typed without a scheme are taken for https.
HTTPS_ADDRESSES = {models.URLField: {"assume_scheme": "https"}}


class ReadOnlyMixin:
    """Rows that may be looked at, never added, changed or deleted, whoever asks."""

    formfield_overrides = HTTPS_ADDRESSES

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """A read-only list and page."""


class ReadOnlyInline(ReadOnlyMixin, admin.TabularInline):
    """Read-only rows below a page."""

    extra = 0
    can_delete = False


def page(model_admin, request, template, *, title, obj=None, status=200, **context):
    """A page of our own among those of ``model_admin``, with the frame of the admin around it."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": obj,
        "title": title,
        "media": model_admin.media,
        **context,
    }
    return TemplateResponse(request, template, context, status=status)


def ask(
    model_admin,
    request,
    obj,
    form,
    step,
    *,
    refused,
    back,
    done,
    template="admin/members/ask.html",
    **context,
):
    """One thing to be done with ``obj``: the form on GET; on POST ``step(form.cleaned_data)``.

    When it is done, ``done`` is said and ``back`` follows. A form that is not filled in rightly, and
    a ``step`` that raises ``refused``, give the page again with what was typed and what is wrong.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                step(form.cleaned_data)
            except refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(request, done)
                return redirect(back)
    return page(model_admin, request, template, obj=obj, form=form, status=status, **context)
