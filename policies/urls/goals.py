from django.urls import path, re_path

from policies.views import goals

app_name = "sdg"

urlpatterns = [
    path("", goals.goal_list, name="goals"),
    path("coverage/", goals.coverage, name="coverage"),
    re_path(r"^thesaurus\.(?P<form>csv|jsonl)$", goals.thesaurus_file, name="thesaurus"),
    path("<int:number>/", goals.goal, name="goal"),
    re_path(r"^(?P<code>\d{1,3}\.(?:\d{1,3}|[a-zA-Z]))/$", goals.target, name="target"),
]
