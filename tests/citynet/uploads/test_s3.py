"""The store that speaks S3, while it does not answer. With one that does: ``tests/servers``."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from citynet.uploads.s3 import LINK_LIVES, S3Storage
from tests.factories import AttachmentFactory, LiveRevisionFactory
from tests.servers.processes import free_port

BACKEND = "citynet.uploads.s3.S3Storage"


@pytest.fixture
def options():
    return {
        "bucket_name": "uploads",
        "endpoint_url": f"http://127.0.0.1:{free_port()}",
        "region_name": "us-east-1",
        "access_key": "key",
        "secret_key": "secret",
    }


@pytest.fixture
def away(options):
    return S3Storage(**options)


def test_link_is_signed_and_says_how_the_file_is_sent(away):
    link = urlsplit(
        away.link("a/b.csv", method="GET", content_type="text/csv", disposition="attachment")
    )
    assert link.path == "/uploads/a/b.csv"
    query = parse_qs(link.query)
    assert query.pop("X-Amz-Signature")
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == [str(LINK_LIVES)]
    assert query["response-content-type"] == ["text/csv"]
    assert query["response-content-disposition"] == ["attachment"]
    assert query["response-cache-control"] == ["private, no-store"]


@pytest.mark.parametrize(
    "call",
    [
        lambda storage: storage.save("a.csv", ContentFile(b"a")),
        lambda storage: storage.open("a.csv"),
        lambda storage: storage.exists("a.csv"),
        lambda storage: storage.delete("a.csv"),
    ],
    ids=["save", "open", "exists", "delete"],
)
def test_store_that_is_away_is_like_a_broken_disk(away, call):
    with pytest.raises(OSError, match="Could not connect to the endpoint"):
        call(away)


def test_document_is_sent_by_the_store_after_the_permission(db, client, settings, options):
    paper = AttachmentFactory(revision=LiveRevisionFactory())
    draft = AttachmentFactory()
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": BACKEND, "OPTIONS": options}}
    answer = client.get(reverse("policies:attachment", args=[paper.pk]))
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "private, no-store"
    assert urlsplit(answer.url).path == f"/uploads/{paper.file.name}"
    disposition = parse_qs(urlsplit(answer.url).query)["response-content-disposition"]
    assert disposition == ['attachment; filename="riders.csv"']
    assert client.get(reverse("policies:attachment", args=[draft.pk])).status_code == 404
