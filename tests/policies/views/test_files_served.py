"""Who may fetch photos and files, and how they are sent."""

import itertools

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from policies.models import Revision
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
    stored,
)
from tests.uploads import GOOD

pytestmark = pytest.mark.django_db

State = Revision.State
PUBLIC = {"Cache-Control": "public, max-age=60"}
PRIVATE = {"Cache-Control": "private, no-store"}
ROLES = {
    "anonymous": False,
    "stranger": False,
    "other official": False,
    "former official": False,
    "own official": True,
    "staff": False,
    "moderator": True,
    "moderator without second factor": False,
    "reader without staff": False,
    "administrator": True,
}
READERS = {role for role, may_read in ROLES.items() if may_read}


@pytest.fixture
def ours():
    return MemberFactory()


@pytest.fixture
def visitor(ours):
    def make(role):
        right = Permission.objects.get(codename="view_revision")
        user = {
            "anonymous": lambda: None,
            "stranger": UserFactory,
            "other official": lambda: MembershipFactory().user,
            "former official": lambda: MembershipFactory(member=ours, status="ended").user,
            "own official": lambda: MembershipFactory(member=ours).user,
            "staff": lambda: UserFactory(is_staff=True),
            "moderator": StaffFactory,
            "moderator without second factor": lambda: StaffFactory(second_factor=False),
            "reader without staff": UserFactory,
            "administrator": lambda: StaffFactory(is_superuser=True),
        }[role]()
        client = Client()
        if user:
            if role in {"moderator", "moderator without second factor", "reader without staff"}:
                user.user_permissions.add(right)
            client.force_login(user)
        return client

    return make


def in_state(ours, state):
    """A revision of our member's case: public by itself, or hidden beside no public text."""
    if state == "live":
        return LiveRevisionFactory(case__member=ours)
    if state == State.SUPERSEDED:
        live = LiveRevisionFactory(case__member=ours, number=2)
        return RevisionFactory(
            case=live.case,
            number=1,
            state=state,
            decided_at=live.decided_at,
            decided_by_name="Secretariat",
        )
    now = LiveRevisionFactory().decided_at
    return RevisionFactory(
        case__member=ours, state=state, decided_at=now, decided_by_name="Secretariat"
    )


def addresses(revision):
    photo, paper = PhotoFactory(revision=revision), AttachmentFactory(revision=revision)
    return [
        reverse("policies:photo", args=[photo.pk, "large"]),
        reverse("policies:photo", args=[photo.pk, "small"]),
        reverse("policies:attachment", args=[paper.pk]),
    ]


@pytest.mark.parametrize("state", ["live", State.SUPERSEDED])
def test_file_of_a_public_revision_is_for_everybody(ours, visitor, state):
    where = addresses(in_state(ours, state))
    for role in ROLES:
        client = visitor(role)
        for address in where:
            answer = fetch(client, address)
            assert (role, answer.status_code) == (role, 200)
            assert answer["Cache-Control"] == PUBLIC["Cache-Control"]
            assert "Cookie" not in answer.get("Vary", "")


HIDDEN = [
    State.DRAFT,
    State.SUBMITTED,
    State.CHANGES_REQUESTED,
    State.REJECTED,
    State.WITHDRAWN,
    State.UNPUBLISHED,
    State.PUBLISHED,  # of a case that was unpublished: it has no live revision
]


def test_file_of_a_hidden_revision_is_for_its_team_and_the_moderators(ours, visitor, subtests):
    clients = {role: visitor(role) for role in ROLES}
    for state in HIDDEN:
        # Both sizes of a photo are given by the same rule.
        large, small, paper = addresses(in_state(ours, state))
        where = [large, small, paper] if state == State.DRAFT else [large, paper]
        # What was never submitted is for the team alone.
        readers = {"own official"} if state in (State.DRAFT, State.WITHDRAWN) else READERS
        for (role, client), address in itertools.product(clients.items(), where):
            with subtests.test(state=state, role=role, address=address):
                answer = fetch(client, address)
                assert answer.status_code == (200 if role in readers else 404)
                assert answer["Cache-Control"] != PUBLIC["Cache-Control"]
                if role == "own official":
                    assert answer["Cache-Control"] == PRIVATE["Cache-Control"]


def test_draft_beside_a_public_text_keeps_its_own_files(ours, visitor):
    live = LiveRevisionFactory(case__member=ours)
    draft = RevisionFactory(case=live.case)
    public, hidden = PhotoFactory(revision=live), PhotoFactory(revision=draft)
    client = visitor("anonymous")
    assert fetch(client, reverse("policies:photo", args=[public.pk, "small"])).status_code == 200
    assert fetch(client, reverse("policies:photo", args=[hidden.pk, "small"])).status_code == 404


def fetch(client, address, method="get", **options):
    """An answer with its whole ``body``, and the file behind it closed as a server does."""
    answer = getattr(client, method)(address, **options)
    answer.body = answer.getvalue()
    answer.getvalue()
    return answer


def headers(answer, *names):
    return {name: answer.get(name) for name in names}


def test_photo_is_shown_in_the_page(client):
    photo = PhotoFactory(revision=LiveRevisionFactory())
    for size, kept in (("large", photo.image), ("small", photo.small)):
        answer = fetch(client, reverse("policies:photo", args=[photo.pk, size]))
        with kept.open("rb") as file:
            content = file.read()
        assert answer.body == content
        assert headers(
            answer,
            "Content-Type",
            "Content-Length",
            "Content-Disposition",
            "X-Content-Type-Options",
            "ETag",
        ) == {
            "Content-Type": "image/webp",
            "Content-Length": str(len(content)),
            "Content-Disposition": f'inline; filename="{kept.name.removeprefix("photos/")}"',
            "X-Content-Type-Options": "nosniff",
            "ETag": f'"{kept.name.removeprefix("photos/")}"',
        }


TYPES = {
    "report.pdf": "application/pdf",
    "report.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "figures.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "talk.pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "report.odt": "application/vnd.oasis.opendocument.text",
    "figures.ods": "application/vnd.oasis.opendocument.spreadsheet",
    "figures.csv": "text/csv",
}


@pytest.mark.parametrize("name", GOOD)
def test_file_is_a_download_that_can_do_nothing(client, name):
    ending = name.partition(".")[2]
    paper = AttachmentFactory(
        revision=LiveRevisionFactory(), file=f"attachments/a.{ending}", original_name=name
    )
    stored(paper.file.name, b"line,riders\n3,900\n")
    answer = fetch(
        client, reverse("policies:attachment", args=[paper.pk]), headers={"accept-encoding": "gzip"}
    )
    assert headers(
        answer,
        "Content-Type",
        "Content-Length",
        "Content-Encoding",
        "Content-Disposition",
        "X-Content-Type-Options",
        "Content-Security-Policy",
        "Cache-Control",
        "ETag",
    ) == {
        "Content-Type": TYPES[name],
        "Content-Length": "18",
        "Content-Encoding": None,
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "public, max-age=60",
        "ETag": f'"a.{ending}"',
    }
    assert answer.body == b"line,riders\n3,900\n"


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("报告.csv", "attachment; filename*=utf-8''%E6%8A%A5%E5%91%8A.csv"),
        ('a"b; x=.csv', 'attachment; filename="a\\"b; x=.csv"'),
        (
            "a\r\nSet-Cookie: x=1.csv",
            "attachment; filename*=utf-8''a%0D%0ASet-Cookie%3A%20x%3D1.csv",
        ),
    ],
)
def test_name_cannot_leave_its_header(client, name, disposition):
    paper = AttachmentFactory(revision=LiveRevisionFactory(), original_name=name)
    answer = fetch(client, reverse("policies:attachment", args=[paper.pk]))
    assert answer["Content-Disposition"] == disposition
    assert list(answer.cookies) == []


def test_public_file_is_sent_once(client):
    for address in addresses(LiveRevisionFactory()):
        tag = fetch(client, address)["ETag"]
        answer = fetch(client, address, headers={"if-none-match": tag})
        assert (answer.status_code, answer.body) == (304, b"")
        assert answer["Cache-Control"] == PUBLIC["Cache-Control"]
        assert fetch(client, address, headers={"if-none-match": '"other"'}).status_code == 200


def test_tag_is_answered_after_the_permission(ours, visitor):
    where = addresses(RevisionFactory(case__member=ours))
    tags = {address: fetch(visitor("own official"), address)["ETag"] for address in where}
    for role in ROLES:
        client = visitor(role)
        for address, tag in tags.items():
            answer = fetch(client, address, headers={"if-none-match": tag})
            assert (role, answer.status_code) == (role, 304 if role == "own official" else 404)
        answer = fetch(client, where[-1], headers={"if-none-match": "*"})
        assert (role, answer.status_code) == (role, 304 if role == "own official" else 404)


def test_unpublishing_hides_files_at_once(client, ours):
    live = LiveRevisionFactory(case__member=ours)
    address = addresses(live)[0]
    tag = fetch(client, address)["ETag"]
    live.case.live = None
    live.case.save()
    assert fetch(client, address, headers={"if-none-match": tag}).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_files_are_only_read(client, method):
    for address in addresses(LiveRevisionFactory()):
        assert fetch(client, address, method).status_code == 405


def test_head_of_a_file(client):
    for address in addresses(LiveRevisionFactory()):
        answer = fetch(client, address, "head")
        assert (answer.status_code, answer.body) == (200, b"")
        assert int(answer["Content-Length"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        "photos/1/large.webp",
        "photos/1/medium.webp",
        "photos/999999999999999999/large.webp",
        "photos/9999999999999999999999/large.webp",
        "photos/../large.webp",
        "attachments/1/",
        f"attachments/{'9' * 30}/",
        f"attachments/{'9' * 5000}/",
        "other/1/",
    ],
)
def test_unknown_file_is_404(client, path):
    assert fetch(client, f"/policies/files/{path}").status_code == 404


def test_file_that_the_storage_has_lost_is_404(client, caplog):
    photo = PhotoFactory(revision=LiveRevisionFactory())
    default_storage.delete(photo.image.name)
    assert fetch(client, reverse("policies:photo", args=[photo.pk, "large"])).status_code == 404
    assert [record.name for record in caplog.records][:1] == ["policies.views.files"]


def test_stored_files_have_no_address_of_their_own(client):
    photo = PhotoFactory(revision=LiveRevisionFactory())
    for prefix in ("/media/", "/static/", "/"):
        assert fetch(client, prefix + photo.image.name).status_code == 404


@pytest.mark.parametrize(("public", "queries"), [(True, 1), (False, 4)])
def test_queries_of_a_file(ours, visitor, public, queries, django_assert_num_queries):
    client = visitor("own official")
    revision = in_state(ours, "live" if public else State.DRAFT)
    for address in addresses(revision):
        with django_assert_num_queries(queries):
            assert fetch(client, address).status_code == 200
