from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from .operations import views as health_views
from .web import mailbox, security_txt

urlpatterns = [
    path("healthz", health_views.healthz, name="healthz"),
    path("readyz", health_views.readyz, name="readyz"),
    path(".well-known/security.txt", security_txt.security_txt, name="security-txt"),
    path("", include("portal.urls.crawlers")),
    path("api/", include("policies.urls.api")),
    path("embed/", include("policies.urls.embed")),
    path("data/", include("portal.urls.data")),
]
urlpatterns += mailbox.urlpatterns()
if settings.METRICS:
    from .operations.metrics import metrics

    urlpatterns.append(path("metrics", metrics, name="metrics"))

urlpatterns += i18n_patterns(
    path("", include("portal.urls.pages")),
    path("sdgs/reviews/", include("local_reviews.urls")),
    path("sdgs/", include("policies.urls.goals")),
    path("members/", include("policies.urls.members")),
    path("policies/", include("policies.urls.policies")),
    path("calls/", include("policies.urls.calls")),
    path("exchange/", include("exchange.urls.exchange")),
    path("seminars/", include("seminars.urls")),
    path("collections/", include("case_collections.urls.collections")),
    path("my/collections/", include("case_collections.urls.my")),
    path("my/alerts/", include("alerts.urls")),
    path("my/", include("exchange.urls.my")),
    path("my/", include("policies.urls.my")),
    path("accounts/", include("members.accounts.urls")),
    path("admin/policies/", include("policies.admin.urls")),
    path("admin/", admin.site.urls),
    prefix_default_language=False,
)

handler400 = "citynet.web.errors.bad_request"
handler403 = "citynet.web.errors.permission_denied"
handler404 = "citynet.web.errors.page_not_found"
handler429 = "citynet.web.throttles.account_refusal"
handler500 = "citynet.web.errors.server_error"
