"""Uploads in a store that speaks S3: private, asked with little patience, its errors those of a disk.

Whatever the store or the way to it does, callers see ``FileNotFoundError`` for a file that is not
there and ``OSError`` for all else, as from a folder.
"""

from contextlib import contextmanager
from functools import wraps

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage as AnyS3Storage

CONNECT_TIMEOUT, TIMEOUT = 2, 5  # seconds, for each of two attempts
LINK_LIVES = 60  # seconds: long enough to follow it, too short to hand it on


class StoreAway(ConnectionError):
    """The store does not answer, or refuses."""


@contextmanager
def _as_of_a_disk():
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise StoreAway(f"{type(error).__name__}: {error}") from error


def _guarded(method):
    @wraps(method)
    def guarded(*args, **kwargs):
        with _as_of_a_disk():
            return method(*args, **kwargs)

    return guarded


class S3Storage(AnyS3Storage):
    """django-storages' store, for ``FILE_STORAGE=citynet.uploads.s3.S3Storage``."""

    def __init__(self, **options):
        safe = {
            # Names are random and never used again: no need to ask whether one is free.
            "file_overwrite": True,
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": LINK_LIVES,
            "signature_version": "s3v4",
            "transfer_config": TransferConfig(use_threads=False),
        }
        super().__init__(**safe | options)
        patience = Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=TIMEOUT,
            retries={"total_max_attempts": 2, "mode": "standard"},
        )
        self.client_config = self.client_config.merge(patience)

    def link(self, name, *, method, content_type, disposition):
        """Return an address at which ``method`` fetches the file for ``LINK_LIVES`` seconds, sent
        as ``content_type`` and with this ``Content-Disposition`` whatever the store knows of
        it."""
        headers = {
            "ResponseContentType": content_type,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": "private, no-store",
        }
        return self.url(name, parameters=headers, expire=LINK_LIVES, http_method=method)

    def _open(self, name, mode="rb"):
        with _as_of_a_disk():
            file = super()._open(name, mode)
            if "r" in mode:
                # Fetched now, and not while it is being sent, when nothing can be said any more.
                file.open()
            return file

    _save = _guarded(AnyS3Storage._save)  # noqa: SLF001 - what storages are made of
    delete = _guarded(AnyS3Storage.delete)
    exists = _guarded(AnyS3Storage.exists)
    listdir = _guarded(AnyS3Storage.listdir)
    size = _guarded(AnyS3Storage.size)
    get_modified_time = _guarded(AnyS3Storage.get_modified_time)
