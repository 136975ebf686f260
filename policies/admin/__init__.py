"""The secretariat's pages on cases: queue, review, what follows a publication, bulk work."""

from . import cases, queue, reference

__all__ = ["cases", "queue", "reference"]
