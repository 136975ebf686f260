"""Uploads on this machine's disk."""

import os
import uuid
from contextlib import suppress
from pathlib import Path

from django.core.files.storage import FileSystemStorage

from citynet.operations.backups.archive import sync_folder

PART = ".part"


class DurableFileSystemStorage(FileSystemStorage):
    """Keeps a file whole or not at all, and has it on the disk before a row names it.

    A full disk, a crash or a power cut leaves no half file under a name, at most one that
    ``delete_unused_files`` sweeps up.
    """

    def _save(self, name, content):
        folder = Path(self.path(name)).parent
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{uuid.uuid4().hex}{PART}"
        try:
            with part.open("xb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.chmod(self.file_permissions_mode or 0o644)
            name = self._reserve(name)
            part.replace(self.path(name))
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(folder)
        return str(name).replace("\\", "/")

    def _reserve(self, name):
        """Take ``name``, or one like it, before anybody else does; return the one taken."""
        while True:
            with suppress(FileExistsError):
                Path(self.path(name)).touch(exist_ok=False)
                return name
            name = self.get_available_name(name)
