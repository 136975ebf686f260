"""Local reviews, below /sdgs/reviews/."""

from django.urls import path

from . import views

app_name = "local-reviews"

urlpatterns = [
    path("", views.reviews, name="list"),
    path("reviews.csv", views.reviews_csv, name="csv"),
    path("new/", views.new, name="new"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/delete/", views.delete, name="delete"),
]
