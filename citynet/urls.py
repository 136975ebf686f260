from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from . import mailbox, security_txt, sitemaps, views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", security_txt.security_txt, name="security-txt"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<section>.xml", sitemaps.section, name="sitemap-section"),
]
urlpatterns += mailbox.urlpatterns()
if settings.METRICS:
    from .metrics import metrics

    urlpatterns.append(path("metrics", metrics, name="metrics"))

urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("review/", views.review, name="review"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("codebook/", views.codebook, name="codebook"),
    path("sdgs/", include("sdg.urls")),
    path("members/", include("members.urls")),
    path("policies/", include("policies.urls")),
    path("my/", include("members.team_urls")),
    path("accounts/", include("members.account_urls")),
    path("admin/policies/", include("policies.admin.urls")),
    path("admin/", admin.site.urls),
    prefix_default_language=False,
)

handler400 = "citynet.views.bad_request"
handler403 = "citynet.views.permission_denied"
handler404 = "citynet.views.page_not_found"
handler429 = "citynet.throttles.account_refusal"
handler500 = "citynet.views.server_error"
