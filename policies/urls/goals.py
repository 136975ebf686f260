from django.urls import path, re_path

from policies.views import cards, goals

app_name = "sdg"

urlpatterns = [
    path("", goals.goal_list, name="goals"),
    path("coverage/", goals.coverage, name="coverage"),
    re_path(r"^thesaurus\.(?P<form>csv|jsonl)$", goals.thesaurus_file, name="thesaurus"),
    path("<int:number>/card.png", cards.goal_card, name="goal-card"),
    re_path(
        r"^(?P<code>[0-9]{1,2}\.(?:[0-9]{1,2}|[a-z]))/card\.png$",
        cards.target_card,
        name="target-card",
    ),
    path("<int:number>/", goals.goal, name="goal"),
    re_path(r"^(?P<code>[0-9]{1,3}\.(?:[0-9]{1,3}|[a-zA-Z]))/$", goals.target, name="target"),
]
