"""The file of a backup: a tar archive that anybody can unpack, with a checksum over every byte.

``backup.json`` comes first and says what it is; rows and files follow; ``manifest.json`` has the
size and SHA-256 of each member before it. The last member, ``SHA256``, is the digest of all bytes
that stand before it, so that one pass tells whether the archive is whole. A checksum guards against
damage, not against forgery: keep backups where nobody else can write.
"""

import fcntl
import hashlib
import json
import os
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path

HEAD, MANIFEST, DIGEST = "backup.json", "manifest.json", "SHA256"
PART = ".part"
CHUNK = 1024 * 1024  # bytes read or written in one go
IN_MEMORY = 16 * CHUNK  # larger members are laid down on the disk first
DIGEST_LENGTH = 65  # bytes: 64 digits and a line end
# The last member with its two closing blocks, filled up to a whole record.
LONGEST_TAIL = 4 * tarfile.BLOCKSIZE + tarfile.RECORDSIZE


class Damaged(Exception):
    """The archive is cut short, was changed, or is no backup."""


class Unreadable(Exception):
    """What should be added cannot be read; nothing of it is in the archive."""


class _Counted:
    """Writes to a file, and knows how much and the digest of all of it."""

    def __init__(self, file):
        self._file, self.sha256, self._written = file, hashlib.sha256(), 0

    def write(self, content):
        self._file.write(content)
        self.sha256.update(content)
        self._written += len(content)

    def tell(self):
        return self._written


class Writer:
    """Adds members to an archive: see :func:`written`."""

    def __init__(self, file):
        self._counted = _Counted(file)
        self._tar = tarfile.open(mode="w", fileobj=self._counted, format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by ``finish``
        self._members = []

    def add(self, name, content):
        """Add ``content``: bytes, or a binary file that is read to its end. Raises ``Unreadable``."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
            digest = hashlib.sha256()
            for piece in [content] if isinstance(content, bytes) else _pieces(content):
                digest.update(piece)
                spool.write(piece)
            size = spool.tell()
            spool.seek(0)
            self._tar.addfile(_member(name, size), spool)
        self._members.append([name, size, digest.hexdigest()])

    def add_json(self, name, value):
        self.add(name, json.dumps(value, ensure_ascii=False, indent=1).encode())

    def finish(self, **facts):
        """Write the manifest, with ``facts`` in it, and the digest."""
        self.add_json(MANIFEST, {**facts, "members": self._members})
        self._counted.write(_tail(self._counted.tell(), self._counted.sha256.hexdigest()))


def _pieces(file):
    """What is in ``file``, piece by piece. Raises ``Unreadable``."""
    while True:
        try:
            piece = file.read(CHUNK)
        except Exception as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error
        if not piece:
            return
        yield piece


def _member(name, size):
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _tail(position, digest):
    """All that follows ``position``: the last member with the ``digest`` and the end of the tar."""
    content = f"{digest}\n".encode().ljust(tarfile.BLOCKSIZE, b"\0")
    tail = _member(DIGEST, DIGEST_LENGTH).tobuf(tarfile.PAX_FORMAT) + content
    tail += bytes(2 * tarfile.BLOCKSIZE)
    return tail + bytes(-(position + len(tail)) % tarfile.RECORDSIZE)


@contextmanager
def written(path):
    """A :class:`Writer` for the archive at ``path``, which is there whole or not at all.

    It is written under another name, for its owner's eyes only, put on the disk and then renamed;
    whatever goes wrong before leaves nothing. Raises ``FileExistsError``.
    """
    path = Path(path)
    if path.exists():
        raise FileExistsError(f"{path} is there already.")
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # Held while it is written: what nobody holds was left by a killed one.
            fcntl.flock(file, fcntl.LOCK_EX)
            yield Writer(file)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder):
    """Put the names in ``folder`` on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Archive:
    """The members of a whole archive, in their order: see :func:`opened`."""

    def __init__(self, tar):
        self._tar = tar
        self.head = self._json(HEAD)
        self.manifest = self._json(MANIFEST)
        self._digests = {name: (size, digest) for name, size, digest in self.manifest["members"]}

    def _json(self, name):
        return json.loads(self._tar.extractfile(name).read())

    def names(self, folder):
        """Names of the members below ``folder`` ("rows/"), in their order."""
        return [name for name in self._digests if name.startswith(folder)]

    @contextmanager
    def open(self, name):
        """A member as a binary file. Raises ``Damaged`` where it is not what the manifest says."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
            digest = hashlib.sha256()
            member = self._tar.extractfile(name)
            for piece in _pieces(member):
                digest.update(piece)
                spool.write(piece)
            if (spool.tell(), digest.hexdigest()) != self._digests[name]:
                raise Damaged(f"{name} is not what the manifest says.")
            spool.seek(0)
            yield spool

    def read(self, name):
        with self.open(name) as file:
            return file.read()


@contextmanager
def opened(path):
    """The :class:`Archive` at ``path``, after every byte of it was checked. Raises ``Damaged``."""
    with Path(path).open("rb") as file:
        _check(file)
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:") as tar:
            yield Archive(tar)


def _check(file):
    """Compare the digest at the end with what stands before it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LONGEST_TAIL))
    end = file.read()
    found = end.rfind(_member(DIGEST, DIGEST_LENGTH).tobuf(tarfile.PAX_FORMAT))
    if found < 0:
        raise Damaged("It is no backup, or it is cut short: its end is missing.")
    position = size - len(end) + found
    digest, left = hashlib.sha256(), position
    file.seek(0)
    while left:
        piece = file.read(min(CHUNK, left))
        digest.update(piece)
        left -= len(piece)
    tail = _tail(position, digest.hexdigest())
    if tail != end[found:]:
        if tail.startswith(end[found:]):
            raise Damaged("It is cut short.")
        raise Damaged(f"It was changed after it was made: {_first_changed(file)}.")


def _first_changed(file):
    """What a person may want to know: the first member that is not as it was."""
    file.seek(0)
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            archive = Archive(tar)
            for name in archive.names(""):
                archive.read(name)
    except Damaged as error:
        return str(error).removesuffix(".")
    except Exception:  # noqa: BLE001 - damaged bytes can mean anything
        return "its list of members cannot be read"
    return "its checksums differ"
