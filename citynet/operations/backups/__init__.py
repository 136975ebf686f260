"""Backups of a whole installation: database and files in one archive, and back again.

The database is copied by its own means, SQLite's backup or ``pg_dump``, so that a backup of one kind
is restored to the same kind. ``manage.py copy_database`` leads from SQLite to PostgreSQL.
"""


class BackupRefused(Exception):
    """A backup cannot be made or restored here; nothing was touched. Says what to do."""
