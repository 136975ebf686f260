"""Addresses below /exchange/."""

from django.urls import path

from exchange.views import adoption_acts, adoptions

urlpatterns = [
    path("adoptions/", adoptions.ledger, name="adoptions"),
    path("adoptions/network/", adoptions.network_ledger, name="adoptions-network"),
    path("adoptions.csv", adoptions.ledger_csv, name="adoptions-csv"),
    path("adoptions/<int:pk>/", adoptions.detail, name="adoption"),
    path("adopt/<int:pk>/", adoption_acts.adopt, name="adopt"),
    path("adoptions/<int:pk>/edit/", adoption_acts.edit, name="adoption-edit"),
    path("adoptions/<int:pk>/report/", adoption_acts.report, name="adoption-report"),
    path("adoptions/<int:pk>/publish/", adoption_acts.publish, name="adoption-publish"),
    path("adoptions/<int:pk>/delete/", adoption_acts.delete, name="adoption-delete"),
    path("adoptions/<int:pk>/origin/", adoption_acts.origin, name="adoption-origin"),
]
