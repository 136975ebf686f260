"""Addresses below /exchange/."""

urlpatterns = []
