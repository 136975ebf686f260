"""The secretariat's pages on people, members, teams and the record."""

from . import organisations, people, record, teams

__all__ = ["organisations", "people", "record", "teams"]
