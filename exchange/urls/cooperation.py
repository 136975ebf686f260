"""Needs, offers and introductions, below /exchange/."""

from django.urls import path

from exchange.views import cooperation, cooperation_edit, introductions

urlpatterns = [
    path("cooperation/", cooperation.cooperations, name="cooperations"),
    path("cooperation/new/", cooperation_edit.new, name="cooperation-new"),
    path("cooperation/<int:pk>/edit/", cooperation_edit.edit, name="cooperation-edit"),
    path("cooperation/<int:pk>/publish/", cooperation_edit.publish, name="cooperation-publish"),
    path("cooperation/<int:pk>/close/", cooperation_edit.close, name="cooperation-close"),
    path("cooperation/<int:pk>/renew/", cooperation_edit.renew, name="cooperation-renew"),
    path(
        "cooperation/<int:pk>/take-back/", cooperation_edit.take_back, name="cooperation-take-back"
    ),
    path("cooperation/<int:pk>/<slug:slug>/", cooperation.detail, name="cooperation"),
    path("introduce/", introductions.introduce, name="introduce"),
]
