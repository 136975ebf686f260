"""Addresses below /seminars/."""

from django.urls import path

from .views import acts, browse, calendars, detail

app_name = "seminars"

urlpatterns = [
    path("", browse.seminar_list, name="list"),
    path("seminars.csv", browse.seminars_csv, name="csv"),
    path("calendar.ics", calendars.calendar, name="calendar"),
    path("materials/<int:pk>/", detail.material, name="material"),
    path("<int:pk>/register/", acts.register, name="register"),
    path("<int:pk>/cancel/", acts.cancel, name="cancel"),
    path("<int:pk>/<slug:slug>/", detail.seminar, name="detail"),
    path("<int:pk>/<slug:slug>/event.ics", calendars.event, name="event"),
]
