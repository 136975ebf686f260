"""Uploads in a storage that is no folder: chosen in the environment, used by nothing but its names."""

import datetime
import os
import subprocess
import sys

import pytest
import time_machine
from django.conf import settings as project
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from policies.models import Attachment, Photo
from tests.factories import MembershipFactory, RevisionFactory
from tests.uploads import CSV, picture, sent

MEMORY = "django.core.files.storage.InMemoryStorage"


@pytest.fixture
def draft(db, client, settings):
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": MEMORY}}
    membership = MembershipFactory()
    client.force_login(membership.user)
    return RevisionFactory(case__member=membership.member)


def add(client, draft, kind, file):
    texts = {"alt": "A bus", "caption": "", "credit": "", "licence": "", "upload": file}
    return client.post(reverse("policies:file-add", args=[draft.case_id, kind]), texts)


def test_files_are_taken_sent_and_swept_up_without_a_folder(client, draft, settings, capsys):
    for _click in range(2):
        add(client, draft, "photos", sent("bus.jpg", picture()))
    add(client, draft, "attachments", sent("riders.csv", CSV))
    photo, paper = Photo.objects.get(), Attachment.objects.get()
    assert not settings.MEDIA_ROOT.exists()

    answer = client.get(reverse("policies:attachment", args=[paper.pk]))
    assert answer.getvalue() == CSV
    answer = client.get(reverse("policies:photo", args=[photo.pk, "large"]))
    assert answer.getvalue().startswith(b"RIFF")

    names = [photo.image.name, photo.small.name]
    photo.delete()
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=2), tick=False):
        call_command("delete_unused_files")
    assert "3 files: 1 in use, 0 younger than an hour, 2 removed" in capsys.readouterr().out
    assert [default_storage.exists(name) for name in [*names, paper.file.name]] == [
        False,
        False,
        True,
    ]


def test_storage_is_chosen_in_the_environment(tmp_path):
    program = (
        "import django; django.setup()\n"
        "from django.core.files.storage import storages\n"
        "print(type(storages['default']).__name__, storages['default'].base_url)"
    )
    environment = os.environ | {
        "SECRET_KEY": "x" * 50,
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "citynet.settings",
        "FILE_STORAGE": MEMORY,
        "FILE_STORAGE_OPTIONS": '{"base_url": "/elsewhere/"}',
    }
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project.BASE_DIR,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.stdout.split() == ["InMemoryStorage", "/elsewhere/"]
