from django.urls import path

from policies.views import like, members

app_name = "members"

urlpatterns = [
    path("", members.member_list, name="list"),
    path("<slug:slug>/", members.detail, name="detail"),
    path("<slug:slug>/like/", like.like, name="like"),
]
