"""Parts of files, and public data for pages of other sites."""

import pytest

from tests.factories import AttachmentFactory, LiveRevisionFactory, PhotoFactory, RevisionFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "status", "part", "length"),
    [
        ("bytes=0-9", 206, (0, 10), "bytes 0-9/{size}"),
        ("bytes=5-", 206, (5, None), "bytes 5-{last}/{size}"),
        ("bytes=-4", 206, (-4, None), "bytes {tail}-{last}/{size}"),
        ("bytes=3-999999999", 206, (3, None), "bytes 3-{last}/{size}"),
        ("bytes=999999999-", 416, (0, 0), "bytes */{size}"),
        ("bytes=9-3", 416, (0, 0), "bytes */{size}"),
        ("bytes=-0", 416, (0, 0), "bytes */{size}"),
        # Several parts, other units and nonsense: the whole file.
        ("bytes=0-1,3-4", 200, (0, None), None),
        ("lines=1-2", 200, (0, None), None),
        ("bytes=-", 200, (0, None), None),
        ("bytes=٣-٤", 200, (0, None), None),
    ],
)
def test_part_of_a_file(client, asked, status, part, length):
    photo = PhotoFactory(revision=LiveRevisionFactory())
    whole = client.get(photo.large_url)
    body = whole.getvalue()
    size = len(body)
    assert (whole["Accept-Ranges"], whole["Content-Length"]) == ("bytes", str(size))

    answer = client.get(photo.large_url, headers={"range": asked})

    expected = body[slice(*part)]
    assert (answer.status_code, answer.getvalue()) == (status, expected)
    assert answer.get("Content-Length", "0") == str(len(expected))
    if length:
        length = length.format(size=size, last=size - 1, tail=size - 4)
    assert answer.get("Content-Range") == length


def test_part_of_a_file_that_changed_is_the_whole(client):
    photo = PhotoFactory(revision=LiveRevisionFactory())
    whole = client.get(photo.large_url)
    size, tag = len(whole.getvalue()), whole["ETag"]

    def length(**headers):
        return len(client.get(photo.large_url, headers={"range": "bytes=0-0"} | headers).getvalue())

    assert length(**{"if-range": tag}) == 1
    assert length(**{"if-range": '"another"'}) == size
    head = client.head(photo.large_url, headers={"range": "bytes=0-0"})
    # What a server does at the end; closing all would close the database of the test, too.
    for close in head._resource_closers:
        close()
    assert head.status_code == 200
    assert client.get(photo.large_url, headers={"if-none-match": tag}).status_code == 304


def test_public_files_are_open_to_other_sites_and_drafts_are_not(client, moderator_client):
    live, draft = LiveRevisionFactory(), RevisionFactory()
    for row in (PhotoFactory(revision=live).small_url, AttachmentFactory(revision=live).url):
        answer = client.get(row, headers={"origin": "https://other.example"})
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Access-Control-Allow-Credentials" not in answer
        answer.getvalue()
    for address in (PhotoFactory(revision=draft).small_url, "/", "/policies/"):
        answer = client.get(address, headers={"origin": "https://other.example"})
        assert "Access-Control-Allow-Origin" not in answer
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
