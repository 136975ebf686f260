"""The library as data."""

from django.urls import path, re_path

from portal.data import pages

urlpatterns = [
    path("datapackage.json", pages.package, name="data-package"),
    path("catalog.jsonld", pages.catalogue, name="data-catalogue"),
    path("targets.csv", pages.targets, name="data-targets"),
    re_path(r"^(?P<month>20[0-9][0-9]-(?:0[1-9]|1[0-2]))\.zip$", pages.dump, name="data-dump"),
]
