"""The front page of the exchange."""

from django.urls import path

from exchange.views import front

urlpatterns = [path("", front.home, name="home")]
