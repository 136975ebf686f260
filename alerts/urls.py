"""What people want to be told of, below /my/alerts/."""

from django.urls import path, re_path

from . import views

app_name = "my-alerts"

urlpatterns = [
    path("", views.home, name="home"),
    path("save/", views.save, name="save"),
    path("follow/<int:pk>/", views.follow, name="follow"),
    path("searches/<int:pk>/", views.edit, name="edit"),
    re_path(
        r"^(?P<kind>search|case|news)/(?P<pk>[0-9]{1,18})/delete/$", views.delete, name="delete"
    ),
    re_path(r"^(?P<kind>search|case|news)/(?P<pk>[0-9]{1,18})/renew/$", views.renew, name="renew"),
    path("mail/", views.mail, name="mail"),
    re_path(r"^stop/(?P<token>[-\w:]{10,200})/$", views.stop, name="stop"),
]
