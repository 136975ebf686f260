"""Calls of the network, below /calls/."""

from django.urls import path

from policies.views import calls

app_name = "calls"

urlpatterns = [
    path("", calls.call_list, name="list"),
    path("<int:pk>/", calls.call, name="call"),
    path("<int:pk>/answer/", calls.answer, name="answer"),
]
