"""Pages of needs and offers: what everybody reads, and where the team writes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from exchange.models import Cooperation
from exchange.steps.cooperation import as_shown
from tests.conftest import signed_in
from tests.exchange.factories import CooperationFactory
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/exchange/cooperation/"


def need(**facts):
    facts = {"targets": ["12.5"], "forms": ["study-visit"], "languages": ["en"]} | facts
    return CooperationFactory(kind="need", title="How to begin sorting at source", **facts)


def offer(title, **facts):
    facts = {"targets": ["12.5"], "forms": ["study-visit"], "languages": ["en"]} | facts
    return CooperationFactory(title=title, **facts)


def page(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def sent(entry, **facts):
    """What the form of a need or offer sends."""
    return {
        "shown": as_shown(entry) if entry else "",
        "title": "Ride along at night",
        "text": "Two nights with the control room.",
        "language": "en",
        "targets": ["11.2"],
        "forms_of_support": ["study-visit"],
        "languages": ["en", "id"],
        "valid_until": (timezone.localdate() + timedelta(days=90)).isoformat(),
    } | facts


def test_need_shows_the_offer_that_fits_with_reasons_and_the_offer_shows_the_need(
    client, reference
):
    """Sentence 19."""
    galle = MemberFactory(name="Galle", population=93_118, country="LK")
    asked = need(member=galle, text="Households put <b>everything</b> into one bag.")
    fits = offer("See composting", member__name="Surabaya", languages=["id", "en"])
    also = offer("Ask the team", targets=["11.6"], languages=["id"])
    offer("No form in common", forms=["training"])

    text = page(client, asked.get_absolute_url())

    assert "Households put &lt;b&gt;everything&lt;/b&gt;" in text
    for part in (
        '<span class="is alike">Study visit</span>',
        '<span class="is alike">12.5</span>',
        '<span class="is alike">English</span>',
        "Galle needs",
        "Surabaya offers",
        fits.get_absolute_url(),
        also.get_absolute_url(),
        "They name no language in common.",
    ):
        assert part in text
    assert "No form in common" not in text
    assert "How to begin sorting at source" in page(client, fits.get_absolute_url())
    assert f"{reverse('exchange:introduce')}?cooperation={asked.pk}" in text


def test_without_a_match_the_cases_on_its_targets_are_shown(client, reference):
    asked = need(targets=["12.5", "11.6"])
    both = LiveRevisionFactory(title="Per-bag fee", targets=["11.6", "12.5"])
    one = LiveRevisionFactory(title="Zero-waste barangays", targets=["12.5"])
    LiveRevisionFactory(title="Night school", targets=["4.1"])
    LiveRevisionFactory(title="Our own", targets=["12.5"], case__member=asked.member)
    text = page(client, asked.get_absolute_url())
    assert "No open offer of another member shares a form of support with this need." in text
    assert text.index(both.title) < text.index(one.title)
    assert "Night school" not in text
    assert "Our own" not in text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"state": "ended"}, "This offer has ended: it was open until"),
        ({"state": "open"}, "This offer has ended: it was open until"),
        ({"state": "closed", "outcome": "Galle came twice."}, "Galle came twice."),
    ],
)
def test_address_of_what_is_over_goes_on_explaining(client, reference, facts, said):
    """Sentence 21, also before the timer has run."""
    over = offer(
        "Over",
        valid_until=timezone.localdate() - timedelta(days=1),
        ended_at=timezone.now(),
        **facts,
    )
    text = page(client, over.get_absolute_url())
    assert said in text
    assert "Ask to be introduced" not in text
    assert over.get_absolute_url() not in page(client, LIST)
    assert over.get_absolute_url() in page(client, f"{LIST}?state=over")


def test_wrong_slug_leads_on_and_what_is_not_public_is_not_there(client, reference):
    entry = offer("Ride along")
    moved = client.get(reverse("exchange:cooperation", args=[entry.pk, "other"]))
    assert (moved.status_code, moved.url) == (301, f"/exchange/cooperation/{entry.pk}/ride-along/")
    for facts in (
        {"state": "draft"},
        {"state": "checking"},
        {"state": "refused"},
        {"hidden_at": timezone.now()},
        {"removed_at": timezone.now()},
    ):
        hidden = offer("Secret offer", **facts)
        page(client, hidden.get_absolute_url(), status=404)
        page(signed_in(MembershipFactory().user), hidden.get_absolute_url(), status=404)
        colleague = MembershipFactory(member=hidden.member).user
        led = signed_in(colleague).get(hidden.get_absolute_url())
        assert led.url == reverse("exchange:cooperation-edit", args=[hidden.pk])
    assert "Secret offer" not in page(client, LIST)


def test_title_that_is_an_act_has_another_address(reference):
    assert offer("Edit").slug == "offer"
    assert offer("夜间公交").slug == "offer"


def test_list_is_narrowed_by_what_the_address_says(client, reference):
    first = need(member=MemberFactory(name="Galle", slug="galle"))
    second = offer("Ride along", targets=["11.2"], forms=["training"], languages=["id"])
    for query, shown in (
        ("kind=need", [first]),
        ("form=training", [second]),
        ("goal=12", [first]),
        ("target=11.2", [second]),
        ("language=id", [second]),
        ("member=galle", [first]),
        ("q=sorting+galle", [first]),
        ("q=nothing", []),
        ("state=all", [first, second]),
        ("theme=transport", []),
    ):
        text = page(client, f"{LIST}?{query}")
        assert [entry for entry in (first, second) if entry.get_absolute_url() in text] == shown, (
            query
        )
    for query in ("kind=gift", "goal=99", "target=99.9", "colour=red", "member=%00"):
        assert 'role="alert"' in page(client, f"{LIST}?{query}", status=400)
    page(client, f"{LIST}?page=2", status=404)


def test_empty_pages_have_one_sentence_and_one_act(client, reference):
    """Sentence 30."""
    text = page(client, LIST)
    assert "Nobody has written down a need or an offer yet." in text
    assert ">0" not in text.partition("<main")[2]


@pytest.mark.parametrize("number", [1, 3])
def test_queries_are_the_same_for_any_number_of_rows(
    client, reference, django_assert_num_queries, number
):
    for index in range(number):
        offer(f"Offer {index}")
        LiveRevisionFactory(targets=["12.5"], case__member__name=f"City {index}")
    asked = need()
    alone = need(forms=["funding"])
    with django_assert_num_queries(7):
        page(client, LIST)
    with django_assert_num_queries(12):
        page(client, asked.get_absolute_url())
    with django_assert_num_queries(14):
        page(client, alone.get_absolute_url())


# Writing


def test_official_writes_a_draft_and_a_coordinator_publishes_it(client, reference):
    official = MembershipFactory()
    coordinator = MembershipFactory(member=official.member, role="coordinator")
    CooperationFactory(author=official.user)
    writer, leader = signed_in(official.user), signed_in(coordinator.user)
    form = page(writer, "/exchange/cooperation/new/?kind=offer&target=12.5")
    assert 'value="12.5" checked' in form
    made = writer.post("/exchange/cooperation/new/", sent(None, kind="offer"))
    assert made.status_code == 422  # without saying for whom
    data = sent(None, kind="offer", member=official.member.pk)
    made = writer.post("/exchange/cooperation/new/", data)
    entry = Cooperation.objects.get(title="Ride along at night")
    assert made.url == reverse("exchange:cooperation-edit", args=[entry.pk])
    assert entry.state == "draft"
    assert [target.pk for target in entry.targets.all()] == ["11.2"]
    assert "Publish it" not in page(writer, made.url)
    refused = writer.post(reverse("exchange:cooperation-publish", args=[entry.pk]))
    assert refused.status_code == 403
    assert "Only a coordinator" in refused.content.decode()

    assert "Publish it" in page(leader, made.url)
    leader.post(reverse("exchange:cooperation-publish", args=[entry.pk]))

    assert "Ride along at night" in page(client, LIST)
    assert "Renew for six months" in page(leader, made.url)
    assert "can change, renew and close it" in page(writer, made.url)


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(reference):
    person = MembershipFactory(role="coordinator")
    entry = offer("Ride along", member=person.member)
    path = reverse("exchange:cooperation-edit", args=[entry.pk])
    answer = signed_in(person.user).post(
        path,
        sent(
            entry,
            text="Write to ani@surabaya.example",
            targets=["11.1", "11.2", "11.3", "11.4", "11.5", "11.6"],
            forms_of_support=[],
            languages=["en", "id", "fr", "es", "th"],
            valid_until="31 March",
        ),
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    for message in (
        "please take out “ani@surabaya.example”",
        "Choose at most 5; you chose 6.",
        "Choose at least one form of support.",
        "Choose at most 4; you chose 5.",
        "Write the date as 2027-03-31.",
    ):
        assert message in text
    assert "Write to ani@surabaya.example" in text
    assert 'value="11.6" checked' in text
    entry.refresh_from_db()
    assert entry.title == "Ride along"


def test_what_a_colleague_changed_meanwhile_is_shown_beside_what_was_typed(reference):
    person = MembershipFactory(role="coordinator")
    entry = offer("Ride along", member=person.member)
    path = reverse("exchange:cooperation-edit", args=[entry.pk])
    mine = sent(entry, title="Mine")
    client = signed_in(person.user)
    assert client.post(path, sent(entry, title="Theirs")).status_code == 302
    late = client.post(path, mine)
    text = late.content.decode()
    assert late.status_code == 409
    assert "<b>Theirs</b>" in text
    assert 'value="Mine"' in text
    entry.refresh_from_db()
    assert entry.title == "Theirs"
    mine["shown"] = as_shown(entry)
    assert mine["shown"] in text
    client.post(path, mine)
    entry.refresh_from_db()
    assert entry.title == "Mine"


def test_only_own_public_cases_can_be_named(reference):
    person = MembershipFactory(role="coordinator")
    own = LiveRevisionFactory(case__member=person.member, title="Composting")
    other = LiveRevisionFactory(title="Another city's")
    entry = offer("See composting", member=person.member)
    path = reverse("exchange:cooperation-edit", args=[entry.pk])
    form = page(signed_in(person.user), path)
    assert "Composting" in form
    assert "Another city" not in form
    refused = signed_in(person.user).post(path, sent(entry, cases=[other.case_id]))
    assert refused.status_code == 422
    signed_in(person.user).post(path, sent(entry, cases=[own.case_id]))
    assert list(entry.cases.all()) == [own.case]


def test_renewing_closing_and_throwing_away(client, reference):
    person = MembershipFactory(role="coordinator")
    leader = signed_in(person.user)
    entry = offer(
        "Ride along", member=person.member, valid_until=timezone.localdate() + timedelta(days=3)
    )
    leader.post(reverse("exchange:cooperation-renew", args=[entry.pk]))
    entry.refresh_from_db()
    assert entry.valid_until > timezone.localdate() + timedelta(days=180)
    outcome = {"outcome": "Galle came twice."}
    leader.post(reverse("exchange:cooperation-close", args=[entry.pk]), outcome)
    assert "Galle came twice." in page(client, entry.get_absolute_url())
    again = leader.post(reverse("exchange:cooperation-close", args=[entry.pk]), outcome)
    assert (again.status_code, "It is closed." in again.content.decode()) == (409, True)
    assert "Galle came twice." in again.content.decode()
    draft = offer("Draft", member=person.member, state="draft", opened_at=None)
    led = leader.post(reverse("exchange:cooperation-take-back", args=[draft.pk]))
    assert (led.url, Cooperation.objects.filter(pk=draft.pk).exists()) == ("/my/exchange/", False)


def test_without_a_team_one_is_told_why_and_led_to_it(reference):
    text = page(signed_in(UserFactory()), "/exchange/cooperation/new/", status=403)
    assert "Join the team of yours" in text
    assert reverse("my:find") in text


def test_secretariat_enters_what_a_member_wrote_on_paper(client, reference):
    moderator = StaffFactory(groups=["Moderators"])
    member = MemberFactory(name="Nadi")
    desk = signed_in(moderator)
    made = desk.post("/exchange/cooperation/new/", sent(None, kind="need", member=member.pk))
    entry = Cooperation.objects.get()
    assert made.url == reverse("exchange:cooperation-edit", args=[entry.pk])
    assert "Publish it" in desk.get(made.url).content.decode()
    desk.post(reverse("exchange:cooperation-publish", args=[entry.pk]))
    text = page(client, entry.get_absolute_url())
    assert "Nadi" in text
    assert moderator.name not in text
