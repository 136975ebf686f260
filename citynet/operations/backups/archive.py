"""The file of a backup: a tar archive that anybody can unpack, with a checksum of each member.

``manifest.json`` stands behind the members, has the SHA-256 of each and says what the archive is;
``manifest.sha256`` is its own. A checksum guards against damage, not against forgery: keep backups
where nobody else can write.
"""

import fcntl
import hashlib
import io
import json
import os
import tarfile
from contextlib import contextmanager, suppress
from pathlib import Path

MANIFEST, DIGEST = "manifest.json", "manifest.sha256"
PART = ".part"


class ArchiveDamaged(Exception):
    """The archive is cut short, was changed, or is no backup."""


class Writer:
    """Adds members to an archive: see :func:`written`."""

    def __init__(self, tar, beside):
        self._tar, self._beside, self._digests = tar, beside, {}

    def add_written(self, name, write):
        """Add the file that ``write`` writes at the path that it is given, beside the archive."""
        with _part(self._beside.with_name(f"{self._beside.name}.{name}")) as (path, file):
            write(path)
            self.add(name, file)

    def add(self, name, file):
        """Add a member: a binary file, all of it, that can be read twice."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = file.seek(0, os.SEEK_END), 0o600
        file.seek(0)
        self._digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        self._tar.addfile(member, file)

    def finish(self, **facts):
        """Add the manifest, with ``facts`` in it."""
        manifest = {**facts, "members": dict(self._digests)}
        content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        self.add(MANIFEST, io.BytesIO(content))
        self.add(DIGEST, io.BytesIO(self._digests[MANIFEST].encode()))


@contextmanager
def written(path):
    """Yield a :class:`Writer` for the archive at ``path``, which is there whole or not at all.

    It is written under another name, for its owner's eyes only, put on the disk and then renamed;
    whatever goes wrong before leaves nothing. Raises ``FileExistsError``.
    """
    if path.exists():
        raise FileExistsError(f"{path} is there already.")
    with _part(path) as (part, file):
        with tarfile.open(mode="w", fileobj=file, format=tarfile.PAX_FORMAT) as tar:
            yield Writer(tar, path)
        file.flush()
        os.fsync(file.fileno())
        part.rename(path)
    sync_folder(path.parent)


@contextmanager
def _part(path):
    """Yield path and file of a part of what is to be at ``path``; it is gone afterwards."""
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            # Held while it is written: what nobody holds was left by a killed process.
            fcntl.flock(file, fcntl.LOCK_EX)
            yield part, file
    finally:
        part.unlink(missing_ok=True)


def clear_abandoned(folder):
    """Remove what killed backups have left; those at work hold a lock on theirs."""
    for part in folder.glob(f".*{PART}"):
        with suppress(BlockingIOError, FileNotFoundError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


def sync_folder(folder):
    """Put the names in ``folder`` on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Archive:
    """The members of a whole archive: see :func:`opened`."""

    def __init__(self, tar):
        self._tar = tar
        self.manifest = _checked_manifest(tar)

    def names(self, folder):
        """Return the names of the members below ``folder`` ("files/")."""
        return [name for name in self.manifest["members"] if name.startswith(folder)]

    def open(self, name):
        """Return a member as a binary file."""
        return self._tar.extractfile(name)


@contextmanager
def opened(path):
    """Yield the :class:`Archive` at ``path``, after every member was checked. Raises ``ArchiveDamaged``."""
    with Path(path).open("rb") as file:
        try:
            tar = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115 - the file is closed
            archive = Archive(tar)
        except (tarfile.TarError, EOFError, UnicodeError) as error:
            raise ArchiveDamaged(
                f"It is cut short, was changed, or is no backup: {error}"
            ) from error
        yield archive


def _checked_manifest(tar):
    found, manifest = {}, {}
    for member in tar:
        content = tar.extractfile(member)
        found[member.name] = hashlib.file_digest(content, "sha256").hexdigest() if content else None
        if member.name == MANIFEST:
            content.seek(0)
            manifest = content.read()
        elif member.name == DIGEST:
            content.seek(0)
            if content.read().decode(errors="replace") != found.get(MANIFEST):
                raise ArchiveDamaged(f"{MANIFEST} was changed after it was made.")
    if DIGEST not in found or MANIFEST not in found:
        last = next(reversed(found), "its beginning")
        raise ArchiveDamaged(f"It is cut short or damaged behind {last}.")
    manifest = json.loads(manifest)
    expected = manifest["members"]
    for name in [*expected, *(found.keys() - expected.keys() - {MANIFEST, DIGEST})]:
        if found.get(name) != expected.get(name):
            raise ArchiveDamaged(f"{name} is missing, or was changed after the backup was made.")
    return manifest
