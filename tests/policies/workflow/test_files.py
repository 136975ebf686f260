"""Photos and files of a draft: attached, described, ordered, removed, and swept up."""

import datetime
import threading
from io import StringIO

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from citynet.uploads import images
from policies.models import Attachment, Photo, Revision
from policies.workflow import authoring, files
from policies.workflow.errors import EditRefused, TooManyFiles
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
)
from tests.uploads import CSV, picture, sent

State = Revision.State
TEXTS = {"caption": "Line 3", "credit": "Busan City", "licence": "CC BY 4.0"}


@pytest.fixture
def membership(db):
    return MembershipFactory()


@pytest.fixture
def user(membership):
    return membership.user


@pytest.fixture
def draft(membership):
    return RevisionFactory(case__member=membership.member)


def stored_files():
    found = []
    for folder in ("photos", "attachments"):
        if default_storage.exists(folder):
            found += [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    return sorted(found)


def a_picture():
    return images.prepare(sent("bus.jpg", picture(size=(2000, 1000))), "bus.jpg")


def attach_photo(draft, user, alt="A bus"):
    return files.attach_photo(
        draft, user=user, picture=a_picture(), name="bus.jpg", alt=alt, **TEXTS
    )


def attach_file(draft, user, name="riders.csv"):
    return files.attach_file(draft, user=user, file=sent(name, CSV), name=name, **TEXTS)


def test_photo_is_stored_under_names_that_tell_nothing(draft, user):
    photo = attach_photo(draft, user)
    photo.refresh_from_db()
    assert (photo.width, photo.height) == (1600, 800)
    assert photo.size == photo.image.size
    assert photo.original_name == "bus.jpg"
    assert (photo.caption, photo.credit, photo.licence) == ("Line 3", "Busan City", "CC BY 4.0")
    assert stored_files() == sorted([photo.image.name, photo.small.name])
    assert all(len(name) == len("photos/.webp") + 32 for name in stored_files())


def test_file_is_stored_as_it_came(draft, user):
    attachment = attach_file(draft, user)
    attachment.refresh_from_db()
    with attachment.file.open("rb") as stored:
        assert stored.read() == CSV
    assert attachment.size == len(CSV)
    assert stored_files() == [attachment.file.name]
    assert attachment.file.name.endswith(".csv")
    assert "riders" not in attachment.file.name


@pytest.mark.parametrize("attach", [attach_photo, attach_file])
def test_new_ones_come_last_and_count_as_a_change(draft, user, attach):
    rows = [attach(draft, user, text) for text in ("a.csv", "b.csv", "c.csv")]
    rows[1].delete()
    rows[1:] = [rows[2], attach(draft, user, "d.csv")]
    assert list(type(rows[0]).objects.filter(revision=draft)) == rows
    draft.refresh_from_db()
    assert draft.version == 4


@pytest.mark.parametrize(
    ("attach", "factory", "model"),
    [(attach_photo, PhotoFactory, Photo), (attach_file, AttachmentFactory, Attachment)],
)
def test_thirteenth_is_refused_and_leaves_nothing(draft, user, attach, factory, model):
    for position in range(11):
        factory(revision=draft, position=position)
    attach(draft, user)
    before = stored_files()
    with pytest.raises(TooManyFiles, match="at most 12"):
        attach(draft, user, "thirteenth.csv")
    assert model.objects.count() == 12
    assert stored_files() == before


@pytest.mark.parametrize("attach", [attach_photo, attach_file])
def test_second_of_two_clicks_adds_nothing(draft, user, attach):
    first = attach(draft, user)
    before = stored_files()
    assert attach(draft, user) == first
    assert type(first).objects.count() == 1
    assert stored_files() == before


def test_other_file_of_the_same_name_and_size_is_added(draft, user):
    first = attach_file(draft, user)
    other = sent("riders.csv", CSV.replace(b"3", b"4"))
    second = files.attach_file(draft, user=user, file=other, name="riders.csv", **TEXTS)
    assert list(draft.attachments.all()) == [first, second]


@pytest.mark.parametrize("attach", [attach_photo, attach_file])
@pytest.mark.parametrize("state", [State.SUBMITTED, State.WITHDRAWN])
def test_what_cannot_be_changed_takes_no_files(draft, user, attach, state):
    Revision.objects.update(state=state)
    with pytest.raises(EditRefused):
        attach(draft, user)
    assert stored_files() == []


@pytest.mark.parametrize("attach", [attach_photo, attach_file])
def test_former_colleague_attaches_nothing(draft, membership, attach):
    membership.status = "ended"
    membership.save()
    with pytest.raises(EditRefused):
        attach(draft, membership.user)
    assert stored_files() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda photo, user: files.describe(photo, user=user, alt="No"),
        lambda photo, user: files.remove(photo, user=user),
        lambda photo, user: files.move(photo, user=user, step=1),
    ],
)
def test_former_colleague_changes_nothing(draft, membership, change):
    photos = [PhotoFactory(revision=draft, position=position) for position in range(2)]
    membership.delete()
    with pytest.raises(EditRefused):
        change(photos[0], membership.user)
    assert list(draft.photos.values_list("pk", "alt")) == [(p.pk, p.alt) for p in photos]


def test_description_is_changed(draft, user):
    photo = PhotoFactory(revision=draft)
    files.describe(photo, user=user, alt="A tram", caption="", credit="", licence="CC0 1.0")
    photo.refresh_from_db()
    assert (photo.alt, photo.licence) == ("A tram", "CC0 1.0")
    draft.refresh_from_db()
    assert draft.version == 1


@pytest.mark.parametrize(
    ("place", "step", "order"),
    [
        (0, 1, [1, 0, 2]),
        (1, 1, [0, 2, 1]),
        (2, 1, [0, 1, 2]),
        (2, -1, [0, 2, 1]),
        (0, -1, [0, 1, 2]),
        (1, 0, [0, 1, 2]),
    ],
)
def test_photos_are_moved(draft, user, place, step, order):
    # Two have the same place, as after a copy of old rows.
    photos = [PhotoFactory(revision=draft, position=position) for position in (0, 3, 3)]
    files.move(photos[place], user=user, step=step)
    assert list(draft.photos.all()) == [photos[number] for number in order]


def test_photo_that_somebody_removed_meanwhile_is_not_moved(draft, user):
    photo, other = (PhotoFactory(revision=draft, position=position) for position in range(2))
    files.remove(Photo.objects.get(pk=photo.pk), user=user)
    files.move(photo, user=user, step=1)
    assert list(draft.photos.all()) == [other]


def test_removing_from_a_draft_leaves_the_public_photo(user, membership):
    live = LiveRevisionFactory(case__member=membership.member)
    photo = PhotoFactory(revision=live)
    draft = authoring.open_draft(live.case, user=user)
    files.remove(draft.photos.get(), user=user)
    assert live.photos.get().image.name == photo.image.name
    assert default_storage.exists(photo.image.name)


def test_stored_files_say_where_and_what_they_are(draft):
    photo = PhotoFactory(revision=draft)
    attachment = AttachmentFactory(revision=draft)
    assert photo.large_url == f"/policies/files/photos/{photo.pk}/large.webp"
    assert photo.small_url == f"/policies/files/photos/{photo.pk}/small.webp"
    assert attachment.url == f"/policies/files/attachments/{attachment.pk}/"
    assert attachment.kind == "CSV"


@pytest.mark.parametrize(
    ("size", "width"), [((1200, 800), 640), ((300, 200), 300), ((800, 1600), 320)]
)
def test_width_of_the_small_picture(draft, size, width):
    assert PhotoFactory(revision=draft, width=size[0], height=size[1]).small_width == width


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite in memory has one connection: nothing can race"
)
@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_keep_to_the_limit():
    membership = MembershipFactory()
    draft = RevisionFactory(case__member=membership.member)
    for position in range(11):
        PhotoFactory(revision=draft, position=position)
    before = len(stored_files())
    start, outcomes = threading.Barrier(2), []

    def upload(alt):
        start.wait()
        try:
            attach_photo(draft, membership.user, alt)
            outcomes.append("taken")
        except TooManyFiles:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=upload, args=[alt]) for alt in ("A bus", "A stop")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "taken"]
    assert draft.photos.count() == 12
    assert len(stored_files()) == before + 2


def sweep(**options):
    out = StringIO()
    call_command("delete_unused_files", stdout=out, **options)
    return out.getvalue()


def later(**delta):
    return time_machine.travel(timezone.now() + datetime.timedelta(**delta), tick=False)


def test_unused_files_are_removed_after_an_hour(draft, user):
    kept, paper = attach_photo(draft, user), attach_file(draft, user)
    files.remove(attach_photo(draft, user, "Another bus"), user=user)
    files.remove(attach_file(draft, user, "stops.csv"), user=user)
    with later(minutes=50):
        assert sweep() == "6 files: 3 in use, 3 younger than an hour, 0 removed (0 bytes)\n"
    assert len(stored_files()) == 6
    with later(minutes=70):
        said = sweep(dry_run=True)
    assert said.startswith("6 files: 3 in use, 0 younger than an hour, 3 would be removed (")
    assert len(stored_files()) == 6
    with later(minutes=70):
        said = sweep(verbosity=2)
    assert said.count("\n") == 4
    assert stored_files() == sorted([kept.image.name, kept.small.name, paper.file.name])


def test_file_that_two_revisions_share_is_kept(user, membership):
    live = LiveRevisionFactory(case__member=membership.member)
    photo = PhotoFactory(revision=live)
    draft = authoring.open_draft(live.case, user=user)
    live.photos.all().delete()
    with later(hours=2):
        sweep()
    assert stored_files() == sorted([photo.image.name, photo.small.name])
    assert draft.photos.get().image.name == photo.image.name


@pytest.mark.django_db
def test_nothing_stored_is_nothing_to_remove():
    assert sweep() == "0 files: 0 in use, 0 younger than an hour, 0 removed (0 bytes)\n"
    assert sweep(verbosity=0) == ""


@pytest.mark.django_db
def test_progress_is_said(monkeypatch):
    monkeypatch.setattr("citynet.operations.commands.Cadence.IN_LOG", 0)
    PhotoFactory()
    assert sweep().splitlines()[:2] == ["1 files looked at", "2 files looked at"]


@pytest.mark.django_db
def test_what_cannot_be_removed_is_named_and_the_rest_goes(settings, draft, user):
    files.remove(attach_file(draft, user), user=user)
    # A name that leads nowhere cannot be asked for its age.
    (settings.MEDIA_ROOT / "attachments" / "a-broken").symlink_to("nowhere")
    with (
        later(hours=2),
        pytest.raises(CommandError, match="Could not remove: attachments/a-broken"),
    ):
        sweep()
    assert stored_files() == ["attachments/a-broken"]
