"""Parts of the library for frames on pages of other sites, at addresses without a language."""

from django.urls import path, re_path

from policies.views import embed

app_name = "embed"

urlpatterns = [
    path("policies/<int:pk>/", embed.case, name="case"),
    re_path(
        r"^targets/(?P<code>[0-9]{1,3}\.(?:[0-9]{1,3}|[a-zA-Z]))/$", embed.target, name="target"
    ),
    path("coverage/", embed.coverage, name="coverage"),
]
