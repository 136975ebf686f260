"""The disk of the uploads is full or read-only: it is said beside the field, and nothing is left."""

import pytest
from django.urls import reverse

from citynet.uploads.storage import DurableFileSystemStorage
from policies.models import Attachment, ImportRun, Photo
from tests.disks import FAULTS, disk
from tests.factories import MembershipFactory, RevisionFactory
from tests.uploads import picture, sent

pytestmark = pytest.mark.django_db

SIZE = 200_000  # bytes
LARGE = b"a;b\n" + b"1;2\n" * 60_000  # more than fits


@pytest.fixture
def small(settings, tmp_path):
    with disk(tmp_path / "small", SIZE) as made:
        settings.MEDIA_ROOT = made.path / "media"
        settings.MEDIA_ROOT.mkdir()
        for folder in ("photos", "attachments"):
            (settings.MEDIA_ROOT / folder).mkdir()
        yield made


@pytest.fixture
def draft(client):
    membership = MembershipFactory()
    client.force_login(membership.user)
    return RevisionFactory(case__member=membership.member)


def add(client, draft, kind, file):
    texts = {"alt": "A bus at night", "caption": "Line 3", "credit": "Kim", "licence": "CC0 1.0"}
    address = reverse("policies:file-add", args=[draft.case_id, kind])
    return client.post(address, texts | {"upload": file})


def stored(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", ["photos", "attachments"])
def test_upload_says_so_beside_its_field_and_keeps_the_texts(
    client, draft, small, settings, kind, fault
):
    FAULTS[fault](small)
    file = sent("bus.jpg", picture()) if kind == "photos" else sent("riders.csv", LARGE)

    answer = add(client, draft, kind, file)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["upload"]
    assert answer.context["form"]["caption"].value() == "Line 3"
    assert 'value="Line 3"' in answer.text
    assert (Photo.objects.count(), Attachment.objects.count()) == (0, 0)
    assert stored(settings) == []


def test_file_that_does_not_fit_leaves_nothing_and_a_smaller_one_is_taken(
    client, draft, small, settings
):
    assert add(client, draft, "attachments", sent("riders.csv", LARGE)).status_code == 422
    assert stored(settings) == []

    assert add(client, draft, "attachments", sent("riders.csv", LARGE[:4000])).status_code == 302
    assert len(stored(settings)) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_file_to_import_is_not_kept_and_the_secretariat_is_told(
    editor_client, small, settings, fault
):
    FAULTS[fault](small)
    address = reverse("admin:policies_importrun_add")

    answer = editor_client.post(address, {"file": sent("cases.jsonl", LARGE)}, follow=True)

    assert answer.redirect_chain == [(address, 302)]
    assert "so this file was not saved, and nothing was imported" in answer.text
    assert not ImportRun.objects.exists()
    assert stored(settings) == []


def test_health_says_that_files_cannot_be_kept(client, small, reference, synced):
    synced()
    small.make_read_only()

    assert client.get("/healthz").json()["storage"] is False


def test_storage_gives_another_name_to_a_second_file(settings):
    storage = DurableFileSystemStorage()

    names = [storage.save("photos/one.webp", sent("one.webp", content)) for content in (b"1", b"2")]

    assert names[0] == "photos/one.webp"
    assert names[1] != names[0]
    found = []
    for name in names:
        with storage.open(name) as file:
            found.append(file.read())
    assert found == [b"1", b"2"]
    assert len(stored(settings)) == 2
