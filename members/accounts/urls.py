from allauth.account.views import password_reset_from_key
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache

from . import email_views, views

urlpatterns = [
    path("", views.overview, name="account_overview"),
    path("name/", views.name, name="account_name"),
    path("data/", views.data, name="account_data"),
    path("data.json", views.data_json, name="account_data_json"),
    path("delete/", views.delete, name="account_delete"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$", email_views.confirm, name="account_confirm_email"
    ),
    # The address is the key to an account.
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        never_cache(password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("logout/", views.sign_out, name="account_logout"),
    path("", include("allauth.urls")),
]
