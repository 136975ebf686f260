"""The library for programs, at addresses without a language."""

from django.urls import path

from policies.views import api, openapi

app_name = "api"

urlpatterns = [
    path("", openapi.guide, name="guide"),
    path("openapi.json", openapi.openapi, name="openapi"),
    path("policies/", api.policies, name="policies"),
    path("policies/<int:pk>/", api.policy, name="policy"),
    path("targets/", api.targets, name="targets"),
]
