"""The files of a backup, in whatever store they lie."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from citynet.operations.backups import archive, files
from tests.factories import PhotoFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["FileSystemStorage", "InMemoryStorage"])
def _store(request, settings):
    backend = f"django.core.files.storage.{request.param}"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": backend}}


@pytest.fixture
def photo(_store):
    return PhotoFactory()


@pytest.fixture
def path(photo, tmp_path):
    """An archive with the two files of a photo."""
    with archive.written(tmp_path / "a.tar") as made:
        assert files.dump(made, files.named(), lambda *_progress: None) == {}
        made.finish()
    return tmp_path / "a.tar"


def content(name):
    with default_storage.open(name) as file:
        return file.read()


def restore(path):
    with archive.opened(path) as source:
        return files.restore(source, lambda *_progress: None)


def test_lost_file_comes_back_and_a_whole_one_stays(photo, path):
    image = content(photo.image.name)
    default_storage.delete(photo.image.name)

    assert restore(path) == [photo.image.name]

    assert content(photo.image.name) == image


def test_damaged_file_is_replaced(photo, path):
    image = content(photo.image.name)
    default_storage.delete(photo.image.name)
    default_storage.save(photo.image.name, ContentFile(b"damaged"))

    assert restore(path) == [photo.image.name]

    assert content(photo.image.name) == image


def test_nothing_is_added_where_one_cannot_be_stored(photo, path, monkeypatch):
    default_storage.delete(photo.image.name)
    default_storage.delete(photo.small.name)
    save = type(default_storage._wrapped).save

    def only_once(storage, name, file):
        monkeypatch.setattr(type(storage), "save", refuse)
        return save(storage, name, file)

    def refuse(storage, name, file):
        raise OSError("No space left on device")

    monkeypatch.setattr(type(default_storage._wrapped), "save", only_once)
    with pytest.raises(OSError, match="No space left"):
        restore(path)

    assert not default_storage.exists(photo.image.name)
    assert not default_storage.exists(photo.small.name)
