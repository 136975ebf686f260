"""Pages of the secretariat that belong to no one model."""

from django.contrib import admin
from django.urls import path

from . import exports, statistics

app_name = "desk"


def _inside(view):
    """``view`` behind the door of the admin."""

    def inner(request, *args, **kwargs):
        return view(request, admin.site, *args, **kwargs)

    return admin.site.admin_view(inner)


urlpatterns = [
    path("figures/", _inside(statistics.figures_view), name="figures"),
    path("figures/figures.csv", _inside(statistics.csv_view), name="figures-csv"),
    path("exports/", _inside(exports.exports_view), name="exports"),
    path("exports/<slug:name>/", _inside(exports.export_view), name="export"),
]
