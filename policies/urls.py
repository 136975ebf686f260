from django.urls import path, re_path

from .views import author, author_sections, browse, compare, detail, exports

app_name = "policies"

urlpatterns = [
    path("", browse.case_list, name="list"),
    path("suggest/", browse.suggest, name="suggest"),
    path("compare/", compare.compare, name="compare"),
    path("compare/export.csv", compare.compare_csv, name="compare-csv"),
    path("feed/", exports.CaseFeed(), name="feed"),
    re_path(r"^export\.(?P<form>csv|jsonl|xlsx)$", exports.export, name="export"),
    path("new/", author.new, name="new"),
    path("targets/", author.targets, name="targets"),
    path("<int:pk>/edit/", author.overview, name="edit"),
    path("<int:pk>/edit/<slug:slug>/", author_sections.section, name="section"),
    path("<int:pk>/preview/", author.preview, name="preview"),
    path("<int:pk>/submit/", author.submit, name="submit"),
    path("<int:pk>/withdraw/", author.withdraw, name="withdraw"),
    path("<int:pk>/confirm/", author.confirm, name="confirm"),
    path("<int:pk>/notes/", author.notes, name="notes"),
    path("<int:pk>/<slug:slug>/", detail.case, name="case"),
    path("<int:pk>/<slug:slug>/history/", detail.history, name="history"),
    path("<int:pk>/<slug:slug>/revisions/<int:number>/", detail.revision, name="revision"),
    re_path(r"^(?P<pk>\d+)/(?P<slug>[-\w]+)/cite\.(?P<form>bib|ris)$", detail.cite, name="cite"),
    path("<int:pk>/<slug:slug>/export.jsonl", detail.case_jsonl, name="case-jsonl"),
    path("<int:pk>/", detail.case, name="case-short"),
]
