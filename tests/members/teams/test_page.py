"""What a team says on the public page of its member: about, website, contact office, photo."""

import lxml.html
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from members.models import Event, Member
from tests.factories import LiveRevisionFactory, MembershipFactory
from tests.uploads import picture, sent

pytestmark = pytest.mark.django_db

PAGE = {
    "about": "We plan with residents.\n\nSince 1990.",
    "website": "www.suva.example",
    "contact_office": "Planning office",
    "contact_url": "https://suva.example/planning",
}


@pytest.fixture
def membership():
    return MembershipFactory(member__name="Suva", member__slug="suva", member__kind="ngo")


@pytest.fixture
def official(client, membership):
    client.force_login(membership.user)
    return client


def test_the_team_writes_its_page_and_the_record_has_what_stood_there(official, membership):
    answer = official.post(reverse("my:page", args=["suva"]), PAGE)
    assert answer["Location"] == "/my/teams/suva/#page"
    member = Member.objects.get()
    assert (member.website, member.contact_office) == (
        "https://www.suva.example",
        "Planning office",
    )
    page = official.get("/members/suva/").text
    assert "<p>Since 1990.</p>" in page
    assert (
        '<a href="https://suva.example/planning" rel="ugc nofollow noopener">Planning office</a>'
        in page
    )
    event = Event.objects.get(action="member-changed")
    assert event.actor == membership.user
    assert "website: not reported → https://www.suva.example" in event.reason
    assert "contact office: not reported → Planning office" in event.reason
    again = official.post(reverse("my:page", args=["suva"]), PAGE, follow=True)
    assert "Nothing differs from what is on file." in again.text
    assert Event.objects.filter(action="member-changed").count() == 1


def test_a_case_without_an_office_of_its_own_names_that_of_its_city(official, membership):
    live = LiveRevisionFactory(case__member=membership.member)
    assert "Contact office:" not in official.get(live.case.get_absolute_url()).text
    official.post(reverse("my:page", args=["suva"]), PAGE)
    assert "Planning office" in official.get(live.case.get_absolute_url()).text
    live.contact_office = "Night bus unit"
    live.save()
    page = official.get(live.case.get_absolute_url()).text
    assert ("Night bus unit" in page, "Planning office" in page) == (True, False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"website": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"contact_url": "ftp://suva.example/"}, "Enter a valid URL."),
        ({"contact_office": "kim@suva.example"}, "No e-mail address here"),
        ({"contact_office": "x" * 201}, "at most 200 characters"),
        ({"about": "x" * 5001}, "at most 5000 characters"),
    ],
)
def test_what_cannot_be_shown_is_said_and_everything_typed_is_kept(official, changes, said):
    answer = official.post(reverse("my:page", args=["suva"]), PAGE | changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert "We plan with residents." in answer.text or "about" in changes
    assert Member.objects.get().about == ""


def test_a_photo_is_shown_taken_away_and_swept(official):
    where = reverse("my:photo", args=["suva"])
    data = {
        "upload": sent("suva.jpg", picture()),
        "photo_alt": "The market",
        "photo_credit": "City",
    }
    official.post(where, data)
    page = official.get("/members/suva/").text
    assert '<img src="/members/suva/photo.webp" alt="The market"' in page
    shown = official.get("/members/suva/photo.webp")
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert b"".join(shown.streaming_content)[8:12] == b"WEBP"
    stored = Member.objects.get().photo.name
    assert stored.startswith("members/")
    assert default_storage.exists(stored)
    official.post(where, {"remove": "1"})
    assert official.get("/members/suva/photo.webp").status_code == 404
    assert [
        event.reason for event in Event.objects.filter(action="member-changed").order_by("pk")
    ] == [
        (
            "photo: not reported → a photo; what the photo shows: not reported → The market; "
            "credit of the photo: not reported → City"
        ),
        (
            "photo: a photo → not reported; what the photo shows: The market → not reported; "
            "credit of the photo: City → not reported"
        ),
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.svg", b"<svg onload=alert(1)>", "Only pictures can be sent here"),
        ("a.jpg", b"GIF89a", "picture"),
        ("a.jpg", b"", "This file is empty."),
    ],
)
def test_what_is_no_picture_is_refused(official, name, content, said):
    data = {"upload": sent(name, content), "photo_alt": "x"}
    answer = official.post(reverse("my:photo", args=["suva"]), data)
    assert answer.status_code == 422
    assert said in answer.text
    assert not Member.objects.get().photo


def test_nobody_else_changes_the_page(client, membership):
    for user in (
        MembershipFactory().user,
        MembershipFactory(member=membership.member, status="requested").user,
    ):
        client.force_login(user)
        assert client.post(reverse("my:page", args=["suva"]), PAGE).status_code == 404
        assert client.post(reverse("my:photo", args=["suva"]), {"remove": "1"}).status_code == 404
    assert Member.objects.get(slug="suva").about == ""


def test_what_the_secretariat_has_changed_meanwhile_is_not_undone(official, membership):
    Member.objects.update(about="Call 0901 234.", population=1000, population_year=2020)
    Member.objects.update(kind="local-government", population_source="Census")
    page = lxml.html.fromstring(official.get("/my/teams/suva/").text)

    def sent(part, **typed):
        """The form of a part of the page as it was read, with what is typed into it."""
        form = page.xpath(f"//form[@action='/my/teams/suva/{part}/']")[0]
        return dict(form.form_values()) | typed

    # A telephone number is taken out, and a census is newer.
    Member.objects.update(about="", population=2000, population_year=2024)
    official.post("/my/teams/suva/page/", sent("page", contact_office="Planning office"))
    official.post("/my/teams/suva/facts/", sent("facts", climate="tropical"))
    member = Member.objects.get()
    assert (member.about, member.contact_office) == ("", "Planning office")
    assert (member.population, member.population_year, member.climate) == (2000, 2024, "tropical")
    # What is touched counts, with what belongs to it; what is emptied is empty.
    official.post("/my/teams/suva/facts/", sent("facts", population="3,000", population_source=""))
    official.post("/my/teams/suva/page/", sent("page", about="New."))
    member = Member.objects.get()
    assert (member.population, member.population_year) == (3000, 2020)
    assert (member.population_source, member.about) == ("Reported by the city", "New.")
