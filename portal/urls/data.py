"""The library as data."""

from django.urls import path, re_path

from portal import data_pages

urlpatterns = [
    path("datapackage.json", data_pages.package, name="data-package"),
    path("catalog.jsonld", data_pages.catalogue, name="data-catalogue"),
    path("targets.csv", data_pages.targets, name="data-targets"),
    re_path(r"^(?P<month>20\d\d-(?:0[1-9]|1[0-2]))\.zip$", data_pages.dump, name="data-dump"),
]
