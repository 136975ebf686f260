"""What of the exchange is a person's own, below /my/."""

from django.urls import path

from exchange.views import introductions, mine

app_name = "my-exchange"

urlpatterns = [
    path("exchange/", mine.home, name="home"),
    path("introductions/<int:pk>/", introductions.introduction, name="introduction"),
]
