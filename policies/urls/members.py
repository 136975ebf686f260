from django.urls import path

from policies.views import cards, files, like, members, progress

app_name = "members"

urlpatterns = [
    path("", members.member_list, name="list"),
    path("<slug:slug>/", members.detail, name="detail"),
    path("<slug:slug>/photo.webp", files.member_photo, name="photo"),
    path("<slug:slug>/card.png", cards.member_card, name="card"),
    path("<slug:slug>/progress/", progress.progress, name="progress"),
    path("<slug:slug>/progress.csv", progress.progress_csv, name="progress-csv"),
    path("<slug:slug>/like/", like.like, name="like"),
]
