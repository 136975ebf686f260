"""Seminars of the network: programme, material, and who takes part."""

from .registrations import Registration
from .seminars import (
    Seminar,
    SeminarHost,
    SeminarItem,
    SeminarMaterial,
    SeminarSource,
)

__all__ = [
    "Registration",
    "Seminar",
    "SeminarHost",
    "SeminarItem",
    "SeminarMaterial",
    "SeminarSource",
]
