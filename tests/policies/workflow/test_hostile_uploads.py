"""Hostile uploads through the form itself: each is answered with a reason, and nothing is kept."""

import pytest
from django.conf import settings as configured
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT
from django.urls import reverse

from policies.models import Attachment, Photo
from tests import uploads
from tests.factories import MembershipFactory, RevisionFactory
from tests.uploads import office, pdf, picture, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(client):
    membership = MembershipFactory()
    client.force_login(membership.user)
    return RevisionFactory(case__member=membership.member)


def upload(client, draft, kind, file, **texts):
    where = reverse("policies:file-add", args=[draft.case_id, kind])
    data = {"alt": "A bus", "caption": "", "credit": "", "licence": ""} | texts
    return client.post(where, data | {"upload": file})


NOT_A_PICTURE = "Only pictures can be sent here: AVIF, HEIC, JPEG, PNG, WebP."
BROKEN = (
    "This is no picture of a kind that can be read here (AVIF, HEIC, JPEG, PNG, WebP), or it is "
    "damaged. Open it on your computer and save it as JPEG."
)
TOO_MANY = "This picture has too many pixels; at most 64 million can be sent."
KINDS = "Files of this kind cannot be sent. These can: PDF, DOCX, XLSX, PPTX, ODT, ODS, CSV."
MIXED = "This file is two things at once. Save it anew from the program it is from."
ACTIVE = (
    "This PDF holds a script, a program call or another file. Print it to a new PDF and send that."
)
MACROS = "This file holds macros. Save it without them, for example as a PDF."
BOMB = "This file unpacks to far more than its size. Save it anew, or as a PDF."


def not_inside(label):
    return f"By its name this is {label}, but it is something else inside, or damaged."


HOSTILE = [
    ("photos", "bomb.png", uploads.png_that_claims(20_000, 20_000), TOO_MANY),
    ("photos", "logo.svg", uploads.SVG, NOT_A_PICTURE),
    ("photos", "logo.png", uploads.SVG, BROKEN),
    ("photos", "page.jpg", uploads.HTML, BROKEN),
    ("photos", "dance.gif", uploads.GIF, NOT_A_PICTURE),
    ("photos", "dance.png", uploads.GIF, BROKEN),
    (
        "photos",
        "dance.webp",
        uploads.animation(),
        "This picture moves. Send one that stands still.",
    ),
    ("photos", "bus.jpg.exe", picture(), NOT_A_PICTURE),
    ("photos", "photo\u202egpj.exe", uploads.EXECUTABLE, NOT_A_PICTURE),
    ("photos", "empty.jpg", b"", "This file is empty."),
    ("attachments", "setup.exe", uploads.EXECUTABLE, KINDS),
    ("attachments", "setup.pdf", uploads.EXECUTABLE, not_inside("PDF")),
    ("attachments", "page.html", uploads.HTML, KINDS),
    ("attachments", "logo.svg", uploads.SVG, KINDS),
    ("attachments", "all.zip", uploads.archive([("a.txt", "b")]), KINDS),
    ("attachments", "empty.pdf", b"", "This file is empty."),
    ("attachments", "two.pdf", pdf(tail=uploads.archive([("a.txt", "b")])), MIXED),
    ("attachments", "two.docx", office("docx", comment=pdf()), MIXED),
    ("attachments", "run.pdf", pdf(uploads.pdf_object(b"<< /JS (x) >>")), ACTIVE),
    ("attachments", "macro.docm", office("docx"), KINDS),
    ("attachments", "macro.docx", office("docx", [("word/vbaProject.bin", b"macro")]), MACROS),
    # Packed where it is sent: that takes longer than to send all others.
    (
        "attachments",
        "bomb.docx",
        lambda: office("docx", [("a.bin", bytes(210 * 1024**2))]),
        BOMB,
    ),
    ("attachments", "page.csv", uploads.HTML, not_inside("CSV")),
]


def test_hostile_file_is_refused_with_a_reason(client, draft, subtests):
    for kind, name, content, reason in HOSTILE:
        with subtests.test(kind=kind):
            file = sent(name, content() if callable(content) else content)
            answer = upload(client, draft, kind, file)
            assert answer.status_code == 422
            assert answer.context["form"].errors == {"upload": [reason]}
            assert Photo.objects.count() + Attachment.objects.count() == 0
            assert not default_storage.exists("photos")
            assert not default_storage.exists("attachments")


@pytest.mark.parametrize(
    ("kind", "limit"), [("photos", "MAX_IMAGE_BYTES"), ("attachments", "MAX_FILE_BYTES")]
)
def test_too_large_a_file_is_refused_with_both_sizes(client, draft, kind, limit):
    most = getattr(configured, limit)
    name = "bus.jpg" if kind == "photos" else "table.csv"
    answer = upload(client, draft, kind, sent(name, b"x" * (most + 1)), credit="Busan City")
    assert answer.status_code == 422
    (message,) = answer.context["form"].errors["upload"]
    assert f"at most {most // 1024**2}.0\xa0MB can be sent" in message
    assert 'value="Busan City"' in answer.text


@pytest.mark.parametrize("kind", ["photos", "attachments"])
def test_size_of_a_file_far_too_large_is_its_own(client, draft, settings, kind):
    settings.MAX_IMAGE_BYTES = settings.MAX_FILE_BYTES = 1024**2
    answer = upload(client, draft, kind, sent("bus.jpg", bytes(4 * 1024**2)))
    (message,) = answer.context["form"].errors["upload"]
    assert "has 4.0\xa0MB; at most 1.0\xa0MB can be sent" in message


def test_script_behind_a_photo_is_gone(client, draft):
    answer = upload(client, draft, "photos", sent("bus.jpg", picture() + b"<script>alert(1)"))
    assert answer.status_code == 302
    photo = Photo.objects.get()
    for stored in (photo.image, photo.small):
        with stored.open("rb") as file:
            assert b"<script" not in file.read()


def test_place_of_a_photo_is_gone(client, draft):
    answer = upload(client, draft, "photos", sent("bus.jpg", uploads.telephone_photo()))
    assert answer.status_code == 302
    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (200, 300)
    with photo.image.open("rb") as file:
        content = file.read()
    assert b"EXIF" not in content
    assert b"Secret" not in content


class RawName(SimpleUploadedFile):
    """A file whose name is sent as it is, which no browser would do."""

    def _set_name(self, name):
        self._name = name

    name = property(lambda self: self._name, _set_name)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd\x00.png", "passwd.png"),
        ("..\\..\\windows\\bus.png", "bus.png"),
        ("a" * 300 + ".png", "a" * 116 + ".png"),
        ("bus\u202e\u2066 gnp.png", "bus gnp.png"),
        ("报告 🚌.png", "报告 🚌.png"),
        ("<b>bus.png", "<b>bus.png"),
    ],
)
def test_name_is_cleaned_and_never_a_path(client, draft, name, kept):
    answer = upload(client, draft, "photos", RawName(name, picture("PNG")))
    assert answer.status_code == 302
    photo = Photo.objects.get()
    assert photo.original_name == kept
    folder, _slash, stored = photo.image.name.partition("/")
    assert (folder, len(stored), stored.endswith(".webp")) == ("photos", 37, True)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\x1b[2J"])
def test_control_characters_in_the_texts_are_left_out(client, draft, text):
    answer = upload(client, draft, "photos", sent("bus.jpg", picture()), alt=f"A {text} bus")
    assert answer.status_code == 302
    assert Photo.objects.get().alt.isprintable()


def test_file_where_a_text_belongs_and_text_where_the_file_belongs(client, draft):
    where = reverse("policies:file-add", args=[draft.case_id, "photos"])
    answer = client.post(where, {"alt": sent("a.txt", b"A bus"), "upload": "bus.jpg"})
    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == ["alt", "upload"]


def test_form_that_is_cut_off_is_answered(client, draft):
    where = reverse("policies:file-add", args=[draft.case_id, "photos"])
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="bus.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode() + picture()[:500]
    answer = client.generic("POST", where, body, content_type=MULTIPART_CONTENT)
    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == ["alt", "upload"]


def test_two_hundred_files_at_once_are_refused(client, draft):
    files = [sent(f"{number}.csv", b"a,b") for number in range(200)]
    answer = upload(client, draft, "attachments", files)
    assert answer.status_code == 400
    assert Attachment.objects.count() == 0
