"""The secretariat's pages on people, members, teams and the record."""

from . import access, mail, organisations, people, record, teams

__all__ = ["access", "mail", "organisations", "people", "record", "teams"]
