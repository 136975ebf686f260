"""The secretariat's admin: who may open it, and how they sign in."""

from functools import partial, wraps

from allauth.account.decorators import secure_admin_login
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.views.main import ERROR_FLAG, SEARCH_VAR
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest, FieldDoesNotExist, ValidationError
from django.db import DataError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from members.secretariat import acts_for_secretariat

from .second_factor import has_second_factor

MAX_SEARCHED = 300  # characters


def _whatever_number(view):
    """Answer a number that the database cannot hold as Django answers a word in its place.

    Among the filters of a list it leads to the whole list; in the path there is nothing of it. So
    does a chosen row whose key is none. An empty name of a field is refused as a wrong one is.
    """

    @wraps(view)
    def answer(request, *args, **kwargs):
        # Each word makes the statement deeper, and SQLite takes a thousand levels.
        words = request.GET.get(SEARCH_VAR, "") + request.GET.get("term", "")
        if len(words) > MAX_SEARCHED:
            return redirect(f"{request.path}?{ERROR_FLAG}=1")
        try:
            return view(request, *args, **kwargs)
        except (OverflowError, DataError) as error:
            if request.GET.keys() <= {ERROR_FLAG} and ACTION_CHECKBOX_NAME not in request.POST:
                raise Http404 from error
            return redirect(f"{request.path}?{ERROR_FLAG}=1")
        except FieldDoesNotExist as error:
            if "" in (request.GET.get(TO_FIELD_VAR), request.POST.get(TO_FIELD_VAR)):
                raise BadRequest("No field is named.") from error
            raise
        except ValueError:
            if _is_row_chosen(view, request):
                raise
            return redirect(f"{request.path}?{ERROR_FLAG}=1")

    return answer


def _is_row_chosen(view, request):
    """Return whether all that was chosen in a list can be keys of its rows."""
    options = getattr(getattr(view, "__self__", None), "opts", None)
    try:
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME) if options else ():
            options.pk.to_python(key)
    except ValidationError:
        return False
    return True


class SecretariatSite(admin.AdminSite):
    """The admin: for active staff who gave a second factor, and sign in as everybody does."""

    site_header = _("Urban SDG Knowledge Platform")
    site_title = _("Urban SDG Knowledge Platform")
    index_title = _("Secretariat")

    def has_permission(self, request):
        return acts_for_secretariat(request.user)

    def get_app_list(self, request, app_label=None):
        """Return what the person may open, looked up where a page lists it."""
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def admin_view(self, view, cacheable=False):
        return super().admin_view(_whatever_number(view), cacheable)

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request, extra_context=None):
        """Lead to the one sign-in page; staff who gave no second factor in this session to where it
        is given, or set up.

        Limits against guessing hold for the secretariat too. Others are told that it is not theirs.
        """
        return secure_admin_login(self._let_in)(request)

    def _let_in(self, request):
        if self.has_permission(request):
            return redirect(_next(request) or "admin:index")
        if has_second_factor(request.user):
            following = _next(request) or reverse("admin:index")
            query = {REDIRECT_FIELD_NAME: following}
            return redirect(reverse("account_reauthenticate", query=query))
        messages.warning(
            request,
            gettext(
                "The pages of the secretariat need a second factor: what you see and decide there "
                "must not depend on a password alone. Set one up here, then go back to them."
            ),
        )
        return redirect("mfa_index")

    def get_urls(self):
        view = self.admin_view(self.view_on_site)
        own = path("r/<int:content_type_id>/<path:object_id>/", view, name="view_on_site")
        rest = super().get_urls()
        return [own, *(each for each in rest if getattr(each, "name", "") != own.name)]

    def view_on_site(self, request, content_type_id, object_id):
        """Lead to the public page of a row that the person may see here; 404 where there is none.

        Django's own view asks neither: addresses of drafts would tell their titles.
        """
        kind = get_object_or_404(ContentType, pk=content_type_id)
        model_admin = self._registry.get(kind.model_class())
        if model_admin is None or not model_admin.has_view_permission(request):
            raise Http404
        row = model_admin.get_object(request, object_id)
        public = model_admin.view_on_site
        if not callable(public):
            public = getattr(model_admin.model, "get_absolute_url", None)
        address = public(row) if row and public else None
        if not address:
            raise Http404
        return redirect(address)

    def password_change(self, request, extra_context=None):
        """The page of the account asks for more than this one would."""
        return redirect("account_change_password")


def _next(request):
    address = request.GET.get(REDIRECT_FIELD_NAME, "")
    # Only a path: a word would be looked up as the name of a view.
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, None)
    return address if is_ours else ""
