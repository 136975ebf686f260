"""Collections as readers see them, below /collections/."""

from django.urls import path, re_path

from case_collections import feeds, views
from citynet.web.headers import open_to_other_sites

app_name = "collections"

urlpatterns = [
    path("", views.collections, name="list"),
    path("feed/", open_to_other_sites(feeds.CollectionFeed()), name="feed"),
    re_path(r"^(?P<key>[-\w]{16})/$", views.detail, name="detail"),
    re_path(r"^(?P<key>[-\w]{16})/export\.(?P<form>csv|jsonl|xlsx)$", views.export, name="export"),
]
