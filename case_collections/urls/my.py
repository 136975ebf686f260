"""The collections that a person may change, below /my/collections/."""

from django.urls import path

from case_collections import views

app_name = "my-collections"

urlpatterns = [
    path("", views.mine, name="mine"),
    path("put-in/", views.put_in, name="put-in"),
    path("<int:pk>/", views.edit, name="edit"),
    path("<int:pk>/delete/", views.delete, name="delete"),
]
