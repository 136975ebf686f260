from django.urls import include, path, re_path

from . import account_views, email_views

urlpatterns = [
    path("", account_views.overview, name="account_overview"),
    path("name/", account_views.name, name="account_name"),
    path("data/", account_views.data, name="account_data"),
    path("data.json", account_views.data_json, name="account_data_json"),
    path("delete/", account_views.delete, name="account_delete"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$", email_views.confirm, name="account_confirm_email"
    ),
    path("", include("allauth.urls")),
]
