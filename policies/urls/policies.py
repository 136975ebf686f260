from django.urls import path, re_path

from citynet.web.headers import open_to_other_sites
from policies.views import (
    author,
    author_corrections,
    author_files,
    author_sections,
    author_start,
    author_steps,
    author_targets,
    brief,
    browse,
    cards,
    compare,
    detail,
    estimate,
    exports,
    feeds,
    files,
)

app_name = "policies"

OWN_FILES = r"(?P<pk>[0-9]{1,18})/edit/files/(?P<kind>photos|attachments)"
ROW = r"(?P<row>[0-9]{1,18})"

urlpatterns = [
    path("", browse.case_list, name="list"),
    path("suggest/", browse.suggest, name="suggest"),
    path("compare/", compare.compare, name="compare"),
    path("estimate/", estimate.estimate, name="estimate"),
    path("estimate/brief/", estimate.estimate_brief, name="estimate-brief"),
    path("estimate.csv", estimate.estimate_csv, name="estimate-csv"),
    path("compare/export.csv", compare.compare_csv, name="compare-csv"),
    path("compare/export.xlsx", compare.compare_xlsx, name="compare-xlsx"),
    path("feed/", open_to_other_sites(feeds.CaseFeed()), name="feed"),
    re_path(r"^export\.(?P<form>csv|jsonl|xlsx)$", exports.export, name="export"),
    path("export.csv-metadata.json", exports.export_schema, name="export-schema"),
    path("new/", author_start.new, name="new"),
    path("new/workbook/", author_start.new_from_workbook, name="new-from-workbook"),
    path("targets/", author_targets.targets, name="targets"),
    re_path(
        r"^files/photos/(?P<pk>[0-9]{1,18})/(?P<size>large|small)\.webp$", files.photo, name="photo"
    ),
    path("files/attachments/<int:pk>/", files.attachment, name="attachment"),
    path("<int:pk>/edit/", author.overview, name="edit"),
    path("<int:pk>/edit/<slug:slug>/", author_sections.section, name="section"),
    re_path(rf"^{OWN_FILES}/add/$", author_files.add, name="file-add"),
    re_path(rf"^{OWN_FILES}/add-several/$", author_files.add_several, name="file-add-several"),
    re_path(rf"^{OWN_FILES}/{ROW}/$", author_files.edit, name="file-edit"),
    re_path(rf"^{OWN_FILES}/{ROW}/remove/$", author_files.remove, name="file-remove"),
    re_path(rf"^{OWN_FILES}/{ROW}/move/$", author_files.move, name="file-move"),
    path("<int:pk>/preview/", author.preview, name="preview"),
    path("<int:pk>/submit/", author_steps.submit, name="submit"),
    path("<int:pk>/withdraw/", author_steps.withdraw, name="withdraw"),
    path("<int:pk>/edit-member/", author_start.change_member, name="change-member"),
    path("<int:pk>/confirm/", author_steps.confirm, name="confirm"),
    path("<int:pk>/notes/", author_steps.notes, name="notes"),
    path("<int:pk>/update/", author_steps.answer_update, name="update-answer"),
    path("<int:pk>/corrections/", author_corrections.accept_all, name="corrections"),
    re_path(
        rf"^(?P<pk>[0-9]{{1,18}})/corrections/{ROW}/$", author_corrections.decide, name="correction"
    ),
    path("<int:pk>/card-<int:number>.png", cards.card, name="card"),
    path("<int:pk>/<slug:slug>/", detail.case, name="case"),
    path("<int:pk>/<slug:slug>/brief/", brief.brief, name="brief"),
    path("<int:pk>/<slug:slug>/history/", detail.history, name="history"),
    path("<int:pk>/<slug:slug>/revisions/<int:number>/", detail.revision, name="revision"),
    re_path(
        r"^(?P<pk>[0-9]+)/(?P<slug>[-\w]+)/cite\.(?P<form>bib|json|ris)$", detail.cite, name="cite"
    ),
    re_path(
        r"^(?P<pk>[0-9]+)/(?P<slug>[-\w]+)/revisions/(?P<number>[0-9]+)/cite\.(?P<form>bib|json|ris)$",
        detail.cite_revision,
        name="revision-cite",
    ),
    path("<int:pk>/<slug:slug>/export.jsonl", detail.case_jsonl, name="case-jsonl"),
    path("<int:pk>/", detail.case, name="case-short"),
]
