from django.urls import path, re_path

from .views import browse, compare, detail, exports

app_name = "policies"

urlpatterns = [
    path("", browse.case_list, name="list"),
    path("suggest/", browse.suggest, name="suggest"),
    path("compare/", compare.compare, name="compare"),
    path("compare/export.csv", compare.compare_csv, name="compare-csv"),
    path("feed/", exports.CaseFeed(), name="feed"),
    re_path(r"^export\.(?P<form>csv|jsonl|xlsx)$", exports.export, name="export"),
    path("<int:pk>/<slug:slug>/", detail.case, name="case"),
    path("<int:pk>/<slug:slug>/history/", detail.history, name="history"),
    path("<int:pk>/<slug:slug>/revisions/<int:number>/", detail.revision, name="revision"),
    re_path(r"^(?P<pk>\d+)/(?P<slug>[-\w]+)/cite\.(?P<form>bib|ris)$", detail.cite, name="cite"),
    path("<int:pk>/<slug:slug>/export.jsonl", detail.case_jsonl, name="case-jsonl"),
    path("<int:pk>/", detail.case, name="case-short"),
]
