"""The page of notices: reading, marking, and what is mailed."""

import html

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Notice
from members.notices.notifications import notify
from members.teams import memberships
from policies.workflow import moderation
from tests.conftest import signed_in
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    person = UserFactory()
    client.force_login(person)
    return person


def notices_for(user, count=1, **facts):
    facts = {"title": "Night buses", "member": "Surabaya", "note": "", "by": "Rini"} | facts
    return [
        notice
        for _turn in range(count)
        for notice in notify(Notice.Kind.SUBMITTED, [user], "/my/", **facts)
    ]


def test_list_shows_own_notices_only(client, person):
    notices_for(person, title="Mine")
    notices_for(UserFactory(), title="Somebody else's")
    page = client.get(reverse("my:notices"))
    assert [notice.subject for notice in page.context["notices"]] == ["Submitted: Mine (Surabaya)"]
    assert '<a href="/my/">Submitted: Mine (Surabaya)</a>' in page.text
    assert "no-store" in page["Cache-Control"]


def test_password_alone_shows_nothing_that_the_secretariat_is_told(reference):
    moderator = StaffFactory(is_superuser=True)
    official = MembershipFactory().user
    notices_for(moderator, title="One's own")
    text = RevisionFactory(
        case__member=official.memberships.get().member, created_by=official, title="Zebrafish"
    )
    moderation.submit(text, by=official)
    city = MemberFactory(name="Galle")
    asker = UserFactory(email="asker@town.example", name="Nimal Perera")
    memberships.request_membership(asker, city)
    memberships.leave(MembershipFactory(member=city, role="coordinator"), by=moderator)
    shown = {}
    for factors in (["mfa"], []):
        browser = signed_in(moderator)
        if not factors:
            session = browser.session
            session["account_authentication_methods"] = []
            session.save()
        page = browser.get(reverse("my:notices"))
        pages = page.text + browser.get(reverse("my:home")).text
        told = browser.get(reverse("account_data_json")).json()["notices"]
        unread = page.context["unread"]
        names = ("One's own", "Zebrafish", "asker@town.example", "Galle")
        pages = html.unescape(pages)
        shown[bool(factors)] = (unread, [name in f"{pages}{told}" for name in names])
    assert shown == {True: (4, [True] * 4), False: (1, [True, False, False, False])}


def test_list_escapes_what_people_wrote(client, person):
    notices_for(person, title="<script>alert(1)</script>", note="<img src=x>\n\n- one\n- two")
    page = client.get(reverse("my:notices")).text
    assert "<script>alert" not in page
    assert "<p>&lt;img src=x&gt;</p><ul><li>one</li><li>two</li></ul>" in page


def test_empty_list_says_what_will_be_there(client, person):
    assert "No notices yet." in client.get(reverse("my:notices")).text


def test_list_is_in_pages(client, person):
    notices_for(person, 30)
    answer = client.get(reverse("my:notices"), {"page": 2})
    assert len(answer.context["notices"]) == 5


def test_mark_one_as_read(client, person):
    first, second = notices_for(person, 2)
    address = reverse("my:notice-read", args=[first.pk])
    answer = client.post(address, {"page": "2"})
    assert (answer.status_code, answer.url) == (302, "/my/notices/?page=2")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.read_at is not None
    assert second.read_at is None
    # A second click keeps the time of the first.
    read_at = first.read_at
    client.post(address)
    first.refresh_from_db()
    assert first.read_at == read_at


def test_mark_of_somebody_elses_is_404(client, person):
    (notice,) = notices_for(UserFactory())
    assert client.post(reverse("my:notice-read", args=[notice.pk])).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


@pytest.mark.parametrize("page", ["", "1", "https://evil.example", "-1", "²", "2&next=//evil"])
def test_mark_leads_nowhere_else(client, person, page):
    (notice,) = notices_for(person)
    answer = client.post(
        reverse("my:notice-read", args=[notice.pk]), {"page": page, "next": "//evil.example"}
    )
    assert answer.url == "/my/notices/"


def test_mark_all_as_read_is_about_own_notices(client, person):
    notices_for(person, 2)
    notices_for(UserFactory())
    assert client.post(reverse("my:notices-read")).url == "/my/notices/"
    assert person.notices.filter(read_at=None).count() == 0
    assert Notice.objects.filter(read_at=None).count() == 1


def test_switches_keep_what_is_off(client, person):
    answer = client.post(reverse("my:notices"), {"mailed": ["note", "reminder"]})
    assert (answer.status_code, answer.url) == (302, "/my/notices/")
    person.refresh_from_db()
    assert person.muted == [
        *("membership-requested", "role-changed", "team-changed", "submitted", "receipt"),
        "withdrawn",
        "network-mail",
        *("question-asked", "question-waiting", "question-closed"),
        *("adoption-new", "adoption-answered", "adoption-due"),
        *("introduction-asked", "introduction-no", "introduction-outcome", "cooperation-ends"),
        "seminar-soon",
        "alert",
    ]
    form = client.get(reverse("my:notices")).context["form"]
    assert form["mailed"].value() == ["note", "reminder"]


def test_switches_can_all_be_on_again(client, person):
    person.muted = ["note"]
    person.save()
    # What only the secretariat is told is not offered to others.
    fixed = Notice.ALWAYS_MAILED | {"assigned", "digest", "question-check", "flagged"}
    kinds = [kind for kind in Notice.Kind.values if kind not in fixed]
    client.post(reverse("my:notices"), {"mailed": kinds})
    person.refresh_from_db()
    assert person.muted == []


@pytest.mark.parametrize("kind", ["published", "nonsense", "\x00"])
def test_switches_offer_no_decisions(client, person, kind):
    answer = client.post(reverse("my:notices"), {"mailed": [kind]})
    assert answer.status_code == 422
    person.refresh_from_db()
    assert person.muted == []


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_the_same_number_of_questions(client, person, django_assert_num_queries, rows):
    notices_for(person, rows)
    # Session, person, how many, the notices, how many unread.
    with django_assert_num_queries(5):
        client.get(reverse("my:notices"))


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["my:home", "my:notices", "my:notices-read", "my:find"])
def test_own_pages_ask_to_sign_in(client, name, method):
    answer = getattr(client, method)(reverse(name))
    assert (answer.status_code, answer.url) == (
        302,
        f"/accounts/login/?next={reverse(name)}",
    )


def test_read_notices_are_counted_no_more(client, person):
    notices_for(person, 3)
    assert client.get(reverse("my:notices")).context["unread"] == 3
    person.notices.update(read_at=timezone.now())
    page = client.get(reverse("my:notices"))
    assert page.context["unread"] == 0
    assert "Mark as read" not in page.text
