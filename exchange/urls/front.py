"""The front page of the exchange."""

from django.urls import path

from exchange.views import feeds, front

urlpatterns = [
    path("", front.home, name="home"),
    path("feed/", feeds.ExchangeFeed(), name="feed"),
]
