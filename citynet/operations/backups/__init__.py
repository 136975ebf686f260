"""Backups of a whole installation: database and files in one archive, and back again."""
