"""What a case does not report leads on: its team to the field, others to asking the city."""

import re
from html import unescape

import pytest

from exchange.models import Gap as AskedGap
from policies.content import gaps
from policies.models import Revision
from policies.workflow import authoring
from tests.factories import LiveRevisionFactory, MemberFactory, RevisionFactory
from tests.members.team import official_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(reference):
    """A public text that says as little as it may."""
    return LiveRevisionFactory(
        case__member=MemberFactory(name="Iloilo City"),
        challenge="",
        solution="",
        results="",
        lessons="",
        stage="",
        start="",
    )


def links(client, live):
    """(what is missing, words, address) of each link of a gap."""
    html = client.get(live.case.get_absolute_url()).content.decode()
    found = re.findall(
        r'<a class="ask no-print" href="([^"]+)"(?: rel="nofollow")?>(.*?)<span class="vh">: (.*?)<',
        html,
    )
    return [(unescape(label), unescape(words), unescape(url)) for url, words, label in found]


# What the sections of an empty text lack, in the order of the page.
MISSING = [
    *("stage", "budget", "staff", "duration", "stakeholders", "challenge", "solution", "duration"),
    *("budget", "funding", "budget-lines", "staff", "staff-roles"),
    *("stakeholders", "results", "indicators", "lessons", "transferability", "sources", "targets"),
]


def test_team_is_led_to_the_field_of_each_gap(client, live):
    client.force_login(official_of(live.case.member))

    # What follows from the amount has its gap, too.
    place = MISSING.index("staff", 5)
    assert links(client, live) == [
        (str(gaps.GAPS[name].label), "Fill it in", f"/policies/{live.case_id}/edit/?gap={name}")
        for name in [*MISSING[:place], "budget", "budget", *MISSING[place:]]
    ]


def test_others_are_led_to_asking_the_city(client, live):
    asked = [(name, gaps.GAPS[name].asks) for name in MISSING if gaps.GAPS[name].asks]
    expected = [
        (
            str(gaps.GAPS[name].label),
            "Ask Iloilo City",
            f"/exchange/ask/?case={live.case_id}&gap={gap}",
        )
        for name, gap in asked
    ]
    assert links(client, live) == expected
    client.force_login(official_of(MemberFactory()))
    assert links(client, live) == expected


def test_where_nobody_can_be_asked_nothing_is_shown(client, live, monkeypatch):
    monkeypatch.setattr(gaps, "_asking", [])

    assert links(client, live) == []


def test_older_texts_lead_nowhere(client, live):
    html = client.get(live.get_absolute_url()).content.decode()

    assert "Not reported" in html
    assert 'class="ask' not in html


def test_names_of_gaps_are_those_that_can_be_asked_for():
    assert {*gaps.ASKED, ""} == set(AskedGap.values) | {""}
    assert {gap.asks for gap in gaps.GAPS.values()} == {*gaps.ASKED, ""}


def test_open_draft_is_shown_at_the_field(client, live):
    draft = RevisionFactory(case__member=live.case.member)
    client.force_login(official_of(live.case.member))
    pages = {}
    for name, gap in gaps.GAPS.items():
        answer = client.get(f"/policies/{draft.case_id}/edit/", {"gap": name})

        address = f"/policies/{draft.case_id}/edit/{gap.section}/"
        expected = (302, f"{address}#{gap.anchor}")
        assert (name, answer.status_code, answer["Location"]) == (name, *expected)
        if address not in pages:
            pages[address] = client.get(address).content.decode()
        assert f' id="{gap.anchor}"' in pages[address], name


def test_draft_is_opened_first_and_begins_at_the_field(client, live):
    client.force_login(official_of(live.case.member))
    address = f"/policies/{live.case_id}/edit/"

    page = client.get(address, {"gap": "staff"})
    assert "To fill in “Staff”, open a draft" in page.content.decode()
    assert '<input type="hidden" name="gap" value="staff">' in page.content.decode()
    answer = client.post(address, {"gap": "staff"})
    assert answer["Location"] == f"{address}manpower/#id_staff_fte"
    assert Revision.objects.filter(case=live.case_id, state="draft").count() == 1


def test_text_with_the_moderators_is_not_opened(client, live):
    person = official_of(live.case.member)
    draft = authoring.open_draft(live.case, user=person)
    Revision.objects.filter(pk=draft.pk).update(state="submitted")
    client.force_login(person)

    page = client.get(f"/policies/{live.case_id}/edit/", {"gap": "staff"})
    assert page.status_code == 200
    assert "open a draft; it begins" not in page.content.decode()


@pytest.mark.parametrize("name", ["nothing", "", "<b>"])
def test_unknown_gap_is_no_gap(client, live, name):
    client.force_login(official_of(live.case.member))
    address = f"/policies/{live.case_id}/edit/"

    assert client.get(address, {"gap": name}).context["gap"] == ""
    assert client.post(address, {"gap": name})["Location"] == address


def test_figures_that_a_note_or_a_reason_stands_for_are_no_gaps(client, reference):
    live = LiveRevisionFactory(
        budget_unavailable="Under negotiation", staff_unavailable="Not counted"
    )
    found = {label for label, _words, _address in links(client, live)}

    assert not found & {"Budget", "Staff"}


def test_only_who_has_a_session_is_asked_for(client, live, django_assert_num_queries):
    address = live.case.get_absolute_url()
    client.get(address)
    with django_assert_num_queries(13):
        client.get(address)
    client.force_login(official_of(live.case.member))
    with django_assert_num_queries(16):
        answer = client.get(address)
    assert "private" in answer["Cache-Control"]
