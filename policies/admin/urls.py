"""Pages of the secretariat that belong to no one model."""

from django.contrib import admin
from django.urls import path

from . import exports, marks, statistics

app_name = "secretariat"


def _in_admin(view):
    """Return ``view`` for who may enter the admin, with the admin site as an argument."""

    def inner(request, *args, **kwargs):
        return view(request, admin.site, *args, **kwargs)

    return admin.site.admin_view(inner)


urlpatterns = [
    path("figures/", _in_admin(statistics.statistics_view), name="statistics"),
    path("figures/figures.csv", _in_admin(statistics.csv_view), name="statistics-csv"),
    path("marks/", _in_admin(marks.marks_view), name="marks"),
    path("marks/marks.csv", _in_admin(marks.csv_view), name="marks-csv"),
    path("exports/", _in_admin(exports.exports_view), name="exports"),
    path("exports/<slug:name>/", _in_admin(exports.export_view), name="export"),
]
