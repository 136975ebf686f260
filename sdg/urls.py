from django.urls import path, re_path

from . import views

app_name = "sdg"

urlpatterns = [
    path("", views.goal_list, name="goals"),
    path("coverage/", views.coverage, name="coverage"),
    path("<int:number>/", views.goal, name="goal"),
    re_path(r"^(?P<code>\d{1,2}\.(?:\d{1,2}|[a-z]))/$", views.target, name="target"),
]
