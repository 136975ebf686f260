"""Seminars of the network: programme, material, and who takes part."""

from .registrations import Registration
from .rows import SeminarHost, SeminarItem, SeminarMaterial, SeminarSource
from .seminars import Seminar

__all__ = [
    "Registration",
    "Seminar",
    "SeminarHost",
    "SeminarItem",
    "SeminarMaterial",
    "SeminarSource",
]
