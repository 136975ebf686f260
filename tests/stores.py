"""Stores for files with faults."""

from django.core.files.storage import FileSystemStorage


class Away(FileSystemStorage):
    """Nobody answers."""

    def _open(self, name, mode="rb"):
        raise ConnectionError(f"{name}: no answer")
