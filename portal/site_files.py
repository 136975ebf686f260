"""Small files that browsers and password managers ask for by themselves, at addresses of their own."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

A_DAY = 86_400  # seconds
ICONS = (("icon-192", "192x192", "any"), ("icon-512", "512x512", "any"))
ICONS += (("icon-maskable", "512x512", "maskable"),)


@login_not_required
@require_safe
@cache_control(public=True, max_age=A_DAY)
def favicon(request):
    """The icon at the address where programs look that read no page."""
    return redirect(static("img/favicon.ico"))


@login_not_required
@require_safe
@cache_control(public=True, max_age=A_DAY)
def manifest(request):
    """Name, icons and colours for the home screen of a telephone (W3C, Web Application Manifest)."""
    icons = [
        {"src": static(f"img/{name}.png"), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, sizes, purpose in ICONS
    ]
    data = {
        "id": "/",
        "name": _("Urban SDG Knowledge Platform"),
        "short_name": _("Urban SDG"),
        "description": _("Policies of cities in Asia and the Pacific by SDG target."),
        "lang": settings.LANGUAGE_CODE,
        "start_url": reverse("home"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": icons,
    }
    answer = JsonResponse(data, json_dumps_params={"ensure_ascii": False})
    answer["Content-Type"] = "application/manifest+json"
    return answer


@login_not_required
@require_safe
@cache_control(public=True, max_age=A_DAY)
def opensearch(request):
    """How a browser or a feed reader searches the library (OpenSearch 1.1)."""
    return render(
        request,
        "portal/opensearch.xml",
        {"contact": settings.CONTACT_EMAIL, "site": settings.SITE_URL},
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )


@login_not_required
@require_safe
def change_password(request):
    """Where a password manager sends people who shall change their password (W3C)."""
    return redirect("account_change_password")
