"""The secretariat enters adoptions from public sources; those of cities it only reads."""

import pytest
from django.urls import reverse
from django.utils import timezone

from exchange.models import Adoption
from exchange.steps import adoptions as steps
from exchange.steps import moderation
from exchange.steps.errors import AlreadyThere
from members.models import Event, Notice
from policies.workflow import authoring
from tests.conftest import signed_in
from tests.exchange.factories import AdoptionFactory
from tests.factories import LiveRevisionFactory, MemberFactory, MembershipFactory, StaffFactory

pytestmark = pytest.mark.django_db
ADD = "/admin/exchange/adoption/add/"


@pytest.fixture
def moderator():
    return signed_in(StaffFactory(groups=["Moderators"], name="Mina"))


def sent(sources=(), changes=(), reports=(), **facts):
    data = dict.fromkeys(("started", "kept", "reason", "caveat", "original_title"), "") | facts
    for prefix, rows in (("sources", sources), ("changes", changes), ("reports", reports)):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


SOURCE = {"title": "City report, 2025", "url": "https://city.example/report"}


def test_an_adoption_is_entered_with_its_source(moderator):
    case = LiveRevisionFactory(title="Owl Bus").case
    coordinator = MembershipFactory(member=case.member, role="coordinator").user
    hue = MemberFactory(name="Hue")
    report = {"date": "2025-03", "stage": "in-operation", "text": "It runs."}
    answer = moderator.post(
        ADD,
        sent(
            [SOURCE],
            [{"aspect": "scale", "kind": "smaller", "what": "Two lines"}],
            [report],
            case=case.pk,
            member=hue.pk,
            strength="strong",
        ),
    )
    assert answer.status_code == 302
    adoption = Adoption.objects.public().get()
    assert (adoption.provenance, adoption.author_name, adoption.revision, adoption.stage) == (
        "secretariat",
        "Mina",
        case.live,
        "in-operation",
    )
    assert [source.url for source in adoption.sources.all()] == ["https://city.example/report"]
    assert Event.objects.get(action="adoption-published").actor_name == "Mina"
    assert [notice.recipient for notice in Notice.objects.all()] == [coordinator]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"case": "", "original_title": ""}, "Name the case, or the title of the original."),
        ({"own": True}, "A member cannot adopt its own policy."),
        ({"twice": True}, "There is an entry of this member on the case already."),
        ({"stage": "stopped"}, "Give the reason in a sentence."),
        ({"sources": []}, "Please submit at least 1 form."),
    ],
)
def test_what_is_missing_is_said(moderator, change, message):
    case = LiveRevisionFactory().case
    hue = MemberFactory()
    if change.pop("twice", False):
        AdoptionFactory(case=case, member=hue)
    facts = {"case": case.pk, "member": case.member_id if change.pop("own", 0) else hue.pk}
    before = Adoption.objects.count()
    answer = moderator.post(ADD, sent(**{"sources": [SOURCE]} | facts | change))
    assert (answer.status_code, message in answer.text) == (200, True)
    assert Adoption.objects.count() == before


def test_entered_ones_are_edited_and_reports_added(moderator):
    adoption = AdoptionFactory(provenance="secretariat", stage="preparing")
    Adoption.objects.update(confirmed_by_origin_at=timezone.now())
    source = adoption.sources.create(**SOURCE)
    old = adoption.reports.create(date="2024", stage="preparing", text="Planned.")
    address = reverse("admin:exchange_adoption_change", args=[adoption.pk])
    page = moderator.get(address)
    # What stands in a report is not offered to be changed.
    assert f'value="{old.text}"' not in page.text
    data = sent([SOURCE | {"id": source.pk, "adoption": adoption.pk}])
    data |= {"sources-INITIAL_FORMS": 1, "reports-INITIAL_FORMS": 0, "reports-TOTAL_FORMS": 1}
    data |= {"reports-0-date": "2025", "reports-0-stage": "under-way", "reports-0-text": "Begun."}
    data |= {"case": adoption.case_id, "member": adoption.member_id, "kept": "All of it."}
    data |= {"stage": "preparing"}
    answer = moderator.post(address, data)
    assert answer.status_code == 302
    adoption.refresh_from_db()
    assert (adoption.kept, adoption.stage) == ("All of it.", "under-way")
    # What the original city confirmed were other words.
    assert adoption.confirmed_by_origin_at is None
    assert list(adoption.reports.values_list("text", flat=True)) == ["Planned.", "Begun."]


def test_figures_of_a_report_are_entered_on_its_page(moderator):
    adoption = AdoptionFactory(provenance="secretariat")
    adoption.sources.create(**SOURCE)
    report = adoption.reports.create(date="2025-03", stage="under-way", text="It runs.")
    address = reverse("admin:exchange_adoptionreport_change", args=[report.pk])
    page = moderator.get(reverse("admin:exchange_adoption_change", args=[adoption.pk])).text
    assert f'href="{address}' in page
    figures = {
        "indicators-TOTAL_FORMS": 2,
        "indicators-INITIAL_FORMS": 0,
        "indicators-0-name": "Riders",
        "indicators-0-unit": "a night",
        "indicators-0-baseline": "900",
        "indicators-0-value": "1200.5",
        "indicators-0-year": "2025",
        "text": "Another text.",
    }
    assert 'name="text"' not in moderator.get(address).text
    wrong = moderator.post(address, figures | {"indicators-1-unit": "a day"})
    assert "This field is required." in wrong.text
    assert 'value="1200.5"' in wrong.text
    assert moderator.post(address, figures).status_code == 302
    report.refresh_from_db()
    assert report.text == "It runs."
    assert [str(row.value) for row in report.indicators.all()] == ["1200.5000"]
    assert Event.objects.get(action="adoption-changed").actor_name == "Mina"
    # What a city reports is read only.
    theirs = AdoptionFactory().reports.create(date="2025", text="Ours.")
    address = reverse("admin:exchange_adoptionreport_change", args=[theirs.pk])
    assert "Ours." in moderator.get(address).text
    assert moderator.post(address, figures).status_code == 403


def test_those_of_cities_are_read_only(moderator):
    adoption = AdoptionFactory(kept="Their words.")
    address = reverse("admin:exchange_adoption_change", args=[adoption.pk])
    page = moderator.get(address).text
    assert "Their words." in page
    assert 'name="_save"' not in page
    assert moderator.post(address, sent(kept="Ours.")).status_code == 403
    adoption.refresh_from_db()
    assert adoption.kept == "Their words."


def test_draft_of_a_team_is_told_by_no_error_and_meets_its_twin_when_published(moderator):
    official = MembershipFactory()
    case, member = LiveRevisionFactory().case, official.member
    draft = steps.begin(official.user, member, case, stage="considering", words="Quietly.")
    answer = moderator.post(ADD, sent([SOURCE], case=case.pk, member=member.pk))
    assert answer.status_code == 302
    entered = Adoption.objects.get(provenance="secretariat")
    with pytest.raises(AlreadyThere, match="delete this draft") as refusal:
        steps.publish(draft, by=official.user)
    assert refusal.value.entry == entered
    publish = reverse("exchange:adoption-publish", args=[draft.pk])
    page = signed_in(official.user).post(publish, follow=True)
    assert "There is a public entry of" in page.text
    moderation.remove(entered, by=StaffFactory(is_superuser=True), reason="Wrong city")
    assert steps.publish(draft, by=official.user).state == "published"


def test_number_of_a_draft_tells_nothing_of_it(moderator):
    official = MembershipFactory().user
    member = official.memberships.get().member
    draft = authoring.start_case(user=official, member=member, title="Zebrafish", summary="S")
    live = LiveRevisionFactory(title="Night buses")
    page = reverse("admin:exchange_adoption_add")
    sent = moderator.post(page, {"case": draft.case_id})
    errors = sent.context["adminform"].form.errors["case"]
    assert errors[0] == "Select a valid choice. That choice is not one of the available choices."
    for answer in (sent, moderator.get(page, {"case": draft.case_id})):
        assert "zebrafish" not in answer.text.lower()
    assert "night-buses" in moderator.get(page, {"case": live.case_id}).text
