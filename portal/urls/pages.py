"""Pages for people, in each language of the site."""

from django.urls import path

from portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("review/", views.review, name="review"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("codebook/", views.codebook, name="codebook"),
]
