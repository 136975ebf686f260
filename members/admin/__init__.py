"""The secretariat's pages on people, members, teams and the record."""

from . import access, organisations, people, record, teams

__all__ = ["access", "organisations", "people", "record", "teams"]
