"""The secretariat's pages on seminars."""

from . import seminars

__all__ = ["seminars"]
