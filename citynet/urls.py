from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from . import views
from .sitemaps import SITEMAPS

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", login_not_required(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
]

urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("codebook/", views.codebook, name="codebook"),
    path("sdgs/", include("sdg.urls")),
    path("members/", include("members.urls")),
    path("policies/", include("policies.urls")),
    path("admin/", admin.site.urls),
    prefix_default_language=False,
)

handler400 = "citynet.views.bad_request"
handler403 = "citynet.views.permission_denied"
handler404 = "citynet.views.page_not_found"
handler500 = "citynet.views.server_error"
