"""The pages on which photos and files are added to a draft, and those that show them to readers."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from policies.models import Attachment, Photo, Revision
from policies.workflow import authoring
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
)
from tests.uploads import CSV, picture, sent

pytestmark = pytest.mark.django_db

State = Revision.State
MODELS = {"photos": Photo, "attachments": Attachment}
FACTORIES = {"photos": PhotoFactory, "attachments": AttachmentFactory}
KINDS = list(MODELS)


@pytest.fixture
def membership():
    return MembershipFactory()


@pytest.fixture
def official(client, membership):
    client.force_login(membership.user)
    return client


@pytest.fixture
def draft(membership):
    return RevisionFactory(case__member=membership.member)


def address(draft, name, kind, row=None):
    arguments = [draft.case_id, kind] + ([row.pk] if row else [])
    return reverse(f"policies:{name}", args=arguments)


def section(draft, kind):
    return reverse("policies:section", args=[draft.case_id, "files"]) + f"#{kind}"


def filled(kind):
    texts = {"caption": "Line 3 ", "credit": "Busan City", "licence": "CC BY 4.0"}
    if kind == "photos":
        return texts | {"alt": "A bus", "upload": sent("bus.jpg", picture())}
    return texts | {"upload": sent("riders.csv", CSV)}


@pytest.mark.parametrize("kind", KINDS)
def test_file_is_added(official, draft, kind):
    answer = official.post(address(draft, "file-add", kind), filled(kind))
    assert (answer.status_code, answer["Location"]) == (302, section(draft, kind))
    row = MODELS[kind].objects.get()
    assert (row.revision, row.caption, row.credit) == (draft, "Line 3", "Busan City")
    page = official.get(answer["Location"])
    assert ("The photo is added." if kind == "photos" else "The file is added.") in page.text
    assert "Line 3" in page.text


@pytest.mark.parametrize("kind", KINDS)
def test_form_asks_for_a_file(official, draft, kind):
    page = official.get(address(draft, "file-add", kind)).text
    assert 'enctype="multipart/form-data"' in page
    assert '<a href="/publish/" aria-current="page">Publish</a>' in page
    assert ".avif" in page if kind == "photos" else ".docx" in page
    answer = official.post(address(draft, "file-add", kind), {"caption": "Line 3"})
    assert answer.status_code == 422
    assert '<a href="#id_upload">' in answer.text
    assert "Choose a file." in answer.text
    assert 'value="Line 3"' in answer.text
    assert MODELS[kind].objects.count() == 0


def test_photo_needs_a_text_and_the_file_has_to_be_chosen_again(official, draft):
    data = filled("photos") | {"alt": " "}
    answer = official.post(address(draft, "file-add", "photos"), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "alt": ["This is needed."],
        "upload": ["This file is fine, but it was not kept. Choose it again."],
    }
    assert 'value="Busan City"' in answer.text
    assert Photo.objects.count() == 0


def test_wrong_file_keeps_what_was_typed(official, draft):
    data = filled("photos") | {"upload": sent("bus.txt", b"bus")}
    answer = official.post(address(draft, "file-add", "photos"), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "upload": ["Only pictures can be sent here: AVIF, HEIC, JPEG, PNG, WebP."]
    }
    for typed in ("A bus", "Busan City", "CC BY 4.0"):
        assert f'value="{typed}"' in answer.text


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("photos", "A case has at most 12 photos. Remove one first."),
        ("attachments", "A case has at most 12 files. Remove one first."),
    ],
)
def test_thirteenth_is_refused_on_the_page(official, draft, kind, message):
    for position in range(12):
        FACTORIES[kind](revision=draft, position=position)
    answer = official.post(address(draft, "file-add", kind), filled(kind))
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [message]
    assert 'value="Busan City"' in answer.text
    assert MODELS[kind].objects.count() == 12


@pytest.mark.parametrize("kind", KINDS)
def test_description_is_changed(official, draft, kind):
    row = FACTORIES[kind](revision=draft, caption="Old words")
    page = official.get(address(draft, "file-edit", kind, row)).text
    assert 'value="Old words"' in page
    assert 'type="file"' not in page
    data = {"alt": "A tram", "caption": "New words", "credit": "", "licence": ""}
    answer = official.post(address(draft, "file-edit", kind, row), data)
    assert (answer.status_code, answer["Location"]) == (302, section(draft, kind))
    row.refresh_from_db()
    assert row.caption == "New words"


def test_description_that_is_too_long_is_kept(official, draft):
    photo = PhotoFactory(revision=draft)
    data = {"alt": "a" * 301, "caption": "New words"}
    answer = official.post(address(draft, "file-edit", "photos", photo), data)
    assert answer.status_code == 422
    assert f'value="{"a" * 301}"' in answer.text
    photo.refresh_from_db()
    assert photo.alt == "A night bus at a stop"


@pytest.mark.parametrize("kind", KINDS)
def test_removing_asks_first(official, draft, kind):
    row = FACTORIES[kind](revision=draft)
    page = official.get(address(draft, "file-remove", kind, row))
    assert "only this draft loses it" in page.text
    assert MODELS[kind].objects.count() == 1
    answer = official.post(address(draft, "file-remove", kind, row))
    assert (answer.status_code, answer["Location"]) == (302, section(draft, kind))
    assert MODELS[kind].objects.count() == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("step", "order"), [("up", [1, 0]), ("down", [0, 1]), ("?", [0, 1])])
def test_order_is_changed(official, draft, kind, step, order):
    rows = [FACTORIES[kind](revision=draft, position=position) for position in range(2)]
    answer = official.post(address(draft, "file-move", kind, rows[1]), {"step": step})
    assert (answer.status_code, answer["Location"]) == (302, section(draft, kind))
    assert list(MODELS[kind].objects.all()) == [rows[number] for number in order]


def test_photo_and_file_with_the_same_number_are_not_mixed_up(official, draft):
    photo = PhotoFactory(revision=draft, pk=7)
    paper = AttachmentFactory(revision=draft, pk=7, caption="Riders of line 3")
    page = official.get(address(draft, "file-edit", "attachments", paper)).text
    assert "riders.csv" in page
    assert photo.alt not in page


@pytest.mark.parametrize(
    ("name", "status"), [("file-edit", 409), ("file-remove", 302), ("file-move", 302)]
)
def test_row_of_another_case_is_404_and_left_alone(official, draft, name, status):
    own, other = RevisionFactory(case__member=draft.case.member), RevisionFactory()
    rows = [PhotoFactory(revision=own), PhotoFactory(revision=other)]
    for row in rows:
        where = address(draft, name, "photos", row)
        assert official.get(where).status_code == 404
        assert official.post(where, {"step": "up", "alt": "Mine"}).status_code == status
    assert [photo.alt for photo in Photo.objects.all()] == ["A night bus at a stop"] * 2


@pytest.mark.parametrize("kind", KINDS)
def test_second_click_on_remove_is_told(official, draft, kind):
    where = address(draft, "file-remove", kind, FACTORIES[kind](revision=draft))
    official.post(where)
    answer = official.post(where, follow=True)
    assert answer.redirect_chain == [(section(draft, kind), 302)]
    assert "is no longer in the draft." in answer.text


def test_words_on_a_photo_that_a_colleague_removed_are_kept(official, draft):
    photo = PhotoFactory(revision=draft)
    where = address(draft, "file-edit", "photos", photo)
    photo.delete()
    answer = official.post(where, {"alt": "A bus at night", "caption": "Line 3"})
    assert answer.status_code == 409
    assert "This photo is no longer in the draft." in answer.text
    assert "A bus at night" in answer.text


@pytest.mark.parametrize("name", ["file-add", "file-edit", "file-remove", "file-move"])
def test_revision_with_the_moderators_is_left_alone(official, draft, name):
    photo = PhotoFactory(revision=draft)
    Revision.objects.update(state=State.SUBMITTED)
    where = address(draft, name, "photos", None if name == "file-add" else photo)
    answer = official.get(where)
    edit = reverse("policies:edit", args=[draft.case_id])
    assert (answer.status_code, answer["Location"]) == (302, edit)
    answer = official.post(where, filled("photos"))
    assert answer.status_code == 409
    assert "This revision is submitted and cannot be changed now." in answer.text
    assert "Busan City" in answer.text
    assert Photo.objects.get() == photo


@pytest.mark.parametrize("kind", KINDS)
def test_signed_out_person_keeps_what_was_typed(client, draft, kind):
    answer = client.post(address(draft, "file-add", kind), filled(kind))
    assert answer.status_code == 401
    assert "Busan City" in answer.text
    assert MODELS[kind].objects.count() == 0


def test_form_of_another_site_is_refused(draft, membership):
    from django.test import Client  # noqa: PLC0415 - the only test that needs the check

    client = Client(enforce_csrf_checks=True)
    client.force_login(membership.user)
    answer = client.post(address(draft, "file-add", "photos"), filled("photos"))
    assert answer.status_code == 403
    assert Photo.objects.count() == 0


def test_names_are_escaped_everywhere(official, draft):
    evil = "<script>alert(1)</script>"
    texts = {"caption": evil, "credit": evil, "licence": evil, "original_name": f"{evil}.csv"}
    photo = PhotoFactory(revision=draft, alt=f'" onload="{evil}', **texts)
    paper = AttachmentFactory(revision=draft, **texts)
    for where in (
        section(draft, "photos"),
        reverse("policies:preview", args=[draft.case_id]),
        address(draft, "file-edit", "photos", photo),
        address(draft, "file-remove", "attachments", paper),
    ):
        answer = official.get(where)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert '" onload="' not in answer.text


@pytest.mark.parametrize("times", [1, 3])
def test_queries_of_the_section(official, draft, times, django_assert_max_num_queries):
    for position in range(times):
        PhotoFactory(revision=draft, position=position)
        AttachmentFactory(revision=draft, position=position)
    with django_assert_max_num_queries(26) as counted:
        page = official.get(section(draft, "photos"))
    assert page.text.count("riders.csv") > times
    # The same however many there are.
    for table in ("policies_photo", "policies_attachment"):
        assert sum(f'"{table}"' in query["sql"] for query in counted.captured_queries) == 1


# Readers


@pytest.fixture
def live():
    revision = LiveRevisionFactory()
    PhotoFactory(
        revision=revision, caption="Line 3", credit="Busan City", licence="CC BY 4.0", alt="A bus"
    )
    AttachmentFactory(revision=revision, caption="Riders a night", credit="Busan Transport")
    return revision


def of_case(revision):
    return revision.case.get_absolute_url()


def of_revision(revision):
    return revision.get_absolute_url()


@pytest.mark.parametrize("page_of", [of_case, of_revision])
def test_readers_see_photos_and_files(client, live, page_of):
    photo, paper = live.photos.get(), live.attachments.get()
    page = client.get(page_of(live)).text
    small, large = (f"/policies/files/photos/{photo.pk}/{size}.webp" for size in ("small", "large"))
    assert (
        f'<a href="{large}"><img src="{small}" srcset="{small} 640w, {large} 1200w" '
        'sizes="(min-width: 72rem) 27rem, (min-width: 40rem) 45vw, 92vw" width="1200" '
        'height="800" alt="A bus" loading="lazy" decoding="async"></a>'
    ) in page
    assert "<figcaption><span>Line 3</span> " in page
    assert "Photo: Busan City, CC BY 4.0</span></figcaption>" in page
    assert f'<a href="/policies/files/attachments/{paper.pk}/"' in page
    assert ">Riders a night</a>" in page
    assert "CSV, 18\xa0bytes, <bdi>Busan Transport</bdi>" in page
    assert '<a href="#photos">Photos</a>' in page


def test_a_storage_that_does_not_answer_asks_to_come_back(client, live, monkeypatch):
    def away(*_args, **_options):
        raise OSError("no route to the store")

    paper = f"/policies/files/attachments/{live.attachments.get().pk}/"
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "open", away)
        answer = client.get(paper)
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (
        *(503, "5", "no-store"),
    )
    assert answer.text == "This file cannot be sent just now. Please try again in a moment."
    sent_now = client.get(paper)
    assert (sent_now.status_code, len(sent_now.getvalue())) == (200, 18)
    sent_now.close()


@pytest.mark.parametrize("page_of", [of_case, of_revision])
def test_case_without_files_says_nothing_of_them(client, page_of):
    page = client.get(page_of(LiveRevisionFactory())).text
    assert "Photos" not in page
    assert "Files for download" not in page


def test_photo_without_words_has_no_caption(client):
    revision = LiveRevisionFactory()
    PhotoFactory(revision=revision)
    AttachmentFactory(revision=revision)
    page = client.get(of_case(revision)).text
    assert 'alt="A night bus at a stop"' in page
    assert page.count("<figcaption") == page.count('<figcaption class="hint">')
    assert ">riders.csv</a>" in page


def test_words_about_a_photo_are_in_the_language_of_the_case(client):
    revision = LiveRevisionFactory(language="ar")
    PhotoFactory(revision=revision, caption="حافلة", alt="حافلات")
    page = client.get(of_case(revision)).text
    assert 'alt="حافلات" loading="lazy" decoding="async" lang="ar" dir="rtl">' in page
    assert '<span lang="ar" dir="rtl">حافلة</span>' in page


def test_preview_shows_photos_and_files(official, draft):
    photo = PhotoFactory(revision=draft)
    AttachmentFactory(revision=draft)
    page = official.get(reverse("policies:preview", args=[draft.case_id])).text
    assert f"/policies/files/photos/{photo.pk}/small.webp" in page
    assert ">riders.csv</a>" in page


@pytest.mark.parametrize("times", [1, 3])
def test_queries_of_a_case_with_files(client, reference, synced, times, django_assert_num_queries):
    revision = LiveRevisionFactory(targets=["11.2"], themes=["transport"])
    LiveRevisionFactory(targets=["11.2"], themes=["transport"], title="Trams")
    for position in range(times):
        PhotoFactory(revision=revision, position=position)
        AttachmentFactory(revision=revision, position=position)
    synced()
    with django_assert_num_queries(6):
        page = client.get(of_case(revision)).text
    assert page.count("riders.csv") == times
    assert page.count(">Trams<") == 1


def test_new_draft_has_the_photos_of_the_public_text(membership):
    live = LiveRevisionFactory(case__member=membership.member)
    photo = PhotoFactory(revision=live)
    draft = authoring.open_draft(live.case, user=membership.user)
    copied = draft.photos.get()
    assert copied.pk != photo.pk
    assert (copied.image.name, copied.alt) == (photo.image.name, photo.alt)


def several(official, draft, kind, *uploads, **headers):
    """Send several at once, as the form below the sources does."""
    where = address(draft, "file-add-several", kind)
    return official.post(where, {"upload": uploads}, **headers)


def test_several_photos_are_sent_at_once_and_described_afterwards(official, draft):
    page = official.get(section(draft, "photos")).text
    # Where one looks for them, before one goes on.
    places = [
        page.index(each) for each in ("Add these photos", "Add these files", "Save and continue")
    ]
    assert places == sorted(places)
    sent_twice = [sent(f"{name}.jpg", picture(size=(40 + n, 30))) for n, name in enumerate("ab")]
    answer = several(official, draft, "photos", *sent_twice, sent("c.pdf", b"%PDF-1.4"))
    assert (answer.status_code, answer["Location"]) == (302, section(draft, "photos"))
    page = official.get(answer["Location"]).text
    assert "2 are added." in page
    assert "c.pdf: " in page
    first, second = draft.photos.all()
    assert (first.original_name, first.alt, second.alt) == ("a.jpg", "", "")
    for photo in (first, second):
        assert f'<a href="{photo.large_url}"><img' in page
    review = official.get(reverse("policies:section", args=[draft.case_id, "review"])).text
    assert "Say what photo 1 shows" in review
    described = {"alt": "A bus", "credit": "Busan City", "caption": "", "licence": ""}
    official.post(address(draft, "file-edit", "photos", first), described)
    review = official.get(reverse("policies:section", args=[draft.case_id, "review"])).text
    assert "Say what photo 1 shows" not in review
    assert "Say what photo 2 shows" in review


def test_the_script_that_sends_one_at_a_time_is_told_what_is_wrong(official, draft):
    json = {"headers": {"Accept": "application/json"}}
    assert several(official, draft, "attachments", sent("a.csv", CSV), **json).json() == {
        "errors": []
    }
    answer = several(official, draft, "attachments", sent("a.exe", b"MZ"), **json)
    assert answer.status_code == 422
    assert answer.json()["errors"][0].startswith("a.exe: Files of this kind cannot be sent.")
    assert (
        "a.exe: Files of this kind cannot be sent." in official.get(section(draft, "photos")).text
    )
    assert draft.attachments.count() == 1


def test_more_than_fit_are_refused_one_by_one(official, draft):
    for number in range(11):
        PhotoFactory(revision=draft, position=number)
    uploads = [sent(f"{n}.jpg", picture(size=(40 + n, 30))) for n in range(3)]
    answer = several(official, draft, "photos", *uploads)
    page = official.get(answer["Location"]).text
    assert draft.photos.count() == 12
    assert page.count("A case has at most 12 photos.") == 2
    assert "Add these photos" not in page


@pytest.mark.parametrize("data", [{}, {"upload": ""}, {"upload": "text"}])
def test_nothing_sent_is_said(official, draft, data):
    answer = official.post(address(draft, "file-add-several", "photos"), data, follow=True)
    assert "Choose one or more files." in answer.text
    assert draft.photos.count() == 0


def test_each_of_several_files_may_have_the_largest_size(official, draft, settings):
    settings.MAX_FILE_BYTES = settings.MAX_IMAGE_BYTES = 70_000
    large = CSV + b"Busan,2013,1\n" * 5_000
    several(official, draft, "attachments", sent("a.csv", large), sent("b.csv", large + b"x,1,1\n"))
    assert [each.size for each in draft.attachments.all()] == [len(large), len(large) + 6]
