"""A small disk of its own for a test: filled up, or made read-only, as real ones are."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """A disk mounted at ``path``."""

    def __init__(self, path):
        self.path = path

    def fill(self):
        """Leave no free byte."""
        with (self.path / "ballast").open("wb", buffering=0) as file:
            for size in (65536, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    continue

    def make_read_only(self):
        self._mount("remount,ro")

    def mend(self):
        """Give the space back, and the right to write."""
        self._mount("remount,rw")
        (self.path / "ballast").unlink(missing_ok=True)

    def _mount(self, options):
        subprocess.run(["mount", "-o", options, self.path], check=True)


@contextmanager
def disk(path, size):
    """A :class:`Disk` of so many bytes at ``path``; skips where this machine mounts nothing."""
    path = Path(path)
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path]
    try:
        mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("There is no program mount on this machine.")
    if mounted.returncode:
        pytest.skip(f"A small disk needs the right to mount: {mounted.stderr.strip()}")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


FAULTS = {"full": Disk.fill, "read-only": Disk.make_read_only}
