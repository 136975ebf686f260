"""The secretariat's pages on the exchange: what waits, decisions on entries, figures by month."""

from . import entries

__all__ = ["entries"]
