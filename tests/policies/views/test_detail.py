"""The case page: who may see what, and every section filled and empty."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import escape

from policies.models import CaseStudy, Contribution, Revision, Source
from tests.exchange.factories import (
    AdoptionFactory,
    AdoptionReportFactory,
    AdviceFactory,
    QuestionFactory,
)
from tests.factories import LiveRevisionFactory, RevisionFactory
from tests.policies.contents import TEXTS, fill
from tests.seminars.factories import MaterialFactory, SeminarFactory

pytestmark = pytest.mark.django_db

TAG = re.compile(r"<[^>]+>")


def text_of(page, start=None, end="</section>"):
    """The words of a page, or of the section whose heading has the id ``start``."""
    if start:
        page = page.split(f'id="{start}"', 1)[1].split(end, 1)[0].partition(">")[2]
    return " ".join(TAG.sub(" ", page).split())


def section(client, revision, start):
    return text_of(client.get(revision.case.get_absolute_url()).text, start)


def panel(client, revision, title):
    page = client.get(revision.case.get_absolute_url()).text
    return text_of(page.split(f"<h2>{title}</h2>", 1)[1].split("</section>", 1)[0])


def test_case_is_shown(client):
    revision = LiveRevisionFactory()
    answer = client.get(revision.case.get_absolute_url())
    assert answer.status_code == 200
    assert f"<h1>{revision.title}</h1>" in answer.text
    assert f"<title>Night buses, {revision.case.member.name} –" in answer.text


@pytest.mark.parametrize("path", ["{pk}/", "{pk}/wrong/", "0{pk}/night-buses/"])
def test_any_spelling_leads_to_the_one_address(client, path):
    revision = LiveRevisionFactory()
    answer = client.get("/policies/" + path.format(pk=revision.case_id))
    assert answer.status_code == 301
    assert answer.url == f"/policies/{revision.case_id}/night-buses/"


@pytest.mark.parametrize("path", ["history/", "export.jsonl"])
def test_inner_pages_have_one_address(client, path):
    revision = LiveRevisionFactory()
    answer = client.get(f"/policies/{revision.case_id}/wrong/{path}")
    assert answer.status_code == 301
    assert answer.url == f"/policies/{revision.case_id}/night-buses/{path}"


@pytest.mark.parametrize("number", ["0", "424242", "9" * 20, "9" * 4000])
@pytest.mark.parametrize("path", ["", "x/", "x/history/", "x/revisions/1/", "x/export.jsonl"])
def test_unknown_case_is_404(client, number, path):
    assert client.get(f"/policies/{number}/{path}").status_code == 404


def test_revision_number_that_no_database_knows_is_404(client):
    case = LiveRevisionFactory().case
    assert client.get(f"{case.get_absolute_url()}revisions/{'9' * 25}/").status_code == 404


def test_post_is_refused(client):
    case = LiveRevisionFactory().case
    for path in ("", "history/", "revisions/1/", "cite.bib", "export.jsonl"):
        assert client.post(case.get_absolute_url() + path).status_code == 405


def test_unpublished_case_is_404_with_all_its_pages(client):
    first = LiveRevisionFactory()
    Revision.objects.filter(pk=first.pk).update(state=Revision.State.SUPERSEDED)
    second = LiveRevisionFactory(case=first.case, title="Night buses, extended")
    Revision.objects.filter(pk=second.pk).update(state=Revision.State.UNPUBLISHED)
    CaseStudy.objects.update(live=None)
    case = first.case
    for path in ("", "history/", "revisions/1/", "revisions/2/", "cite.ris", "export.jsonl"):
        answer = client.get(case.get_absolute_url() + path)
        assert answer.status_code == 404
        assert "extended" not in answer.text


@pytest.mark.parametrize("state", ["draft", "submitted", "changes-requested"])
def test_open_revision_leaks_nowhere(client, reference, state):
    live = LiveRevisionFactory()
    hidden = RevisionFactory(case=live.case, state=state, title="Secret", summary="Secret")
    fill(hidden)
    Revision.objects.filter(pk=hidden.pk).update(challenge="Secret", results="Secret")
    case = live.case.get_absolute_url()
    for path in ("", "history/", "revisions/1/", "cite.bib", "cite.ris", "export.jsonl"):
        answer = client.get(case + path)
        assert answer.status_code == 200
        assert "Secret" not in answer.text
        assert "Bus company" not in answer.text
    assert client.get(f"{case}revisions/2/").status_code == 404


def test_other_revision_and_other_case_are_not_mixed_in(client, reference):
    old = fill(LiveRevisionFactory(title="Old text"))
    Revision.objects.filter(pk=old.pk).update(state=Revision.State.SUPERSEDED)
    live = LiveRevisionFactory(case=old.case, title="New text")
    fill(LiveRevisionFactory(title="Another case"))
    page = client.get(live.case.get_absolute_url()).text
    assert "<h1>New text</h1>" in page
    for words in ("Old text", "Another case", "Bus company", TEXTS["challenge"]):
        assert words not in page


EMPTY = {
    "challenge": "Challenge Not reported. The problem the city faced.",
    "action": "What was done Not reported. What was done, and how.",
    "time": "Timeline Not reported. When it began, and when it ended. Ask Busan : Start and end",
    "budget": (
        "Budget Not reported. What it cost, in total or a year. Ask Busan : Budget "
        "Funding sources Not reported. Where the money comes from. Ask Busan : Funding sources "
        "Budget lines Not reported. What the money is spent on. Ask Busan : Budget lines "
        "In perspective Per resident Not computed: no amount in USD is known "
        "In US dollars Not computed: no amount is reported"
    ),
    "staff": (
        "Manpower Not reported. How many full-time equivalents work on it. Ask Busan : Staff "
        "Staff roles: Not reported Ask Busan : Staff roles"
    ),
    "partners": "Stakeholders Not reported. Who took part, and in which role. Ask Busan : Stakeholders",
    "results": (
        "Results Not reported. What came of it, the failures included. Ask Busan : Results "
        "Indicators Not reported. Figures from before and after. Ask Busan : Indicators"
    ),
    "lessons": (
        "Lessons and transfer Not reported. What the city would do again, and what not. Ask Busan : Lessons "
        "Conditions for transfer Not reported. What another city would need before it starts. Ask Busan : Conditions for transfer"
    ),
    "documents": "Documents Not reported. No source is named.",
    "similar": "Similar policies No similar policy was found.",
}
FULL = {
    "challenge": "Challenge Nobody could travel at night.",
    "action": "What was done Nine bus lines were opened.",
    "time": (
        "Timeline Whole policy Trial 2013 2014 2015 April 2013 Start "
        "April 2013 – August 2013 Trial Two lines only March 2015 End 2 years."
    ),
    "budget": (
        "Budget Amount KRW 1 million It covers Total Basis Spent Year of the amount 2013 "
        "Without the vehicles. "
        "Funding sources By funding source Source Amount Share "
        "City of Busan Own budget Received Yearly KRW 250,000 25.0% "
        "Rest Split not reported KRW 750,000 75.0% Stated budget KRW 1 million 100% "
        "Budget lines By budget line Budget line Amount Share "
        "Capital Bus stops KRW 100,000 10.0% "
        "Rest Split not reported KRW 900,000 90.0% Stated budget KRW 1 million 100% "
        "In perspective Per resident USD 0.50 USD 1,000 / 2,000 residents (GeoNames, 2020) "
        "In US dollars USD 1,000 Converted at the mean rate of 2013 known at publication"
    ),
    "staff": (
        "Manpower Full-time equivalents 12.5 FTE Drivers are not counted. "
        "Staff roles Role Organisation People Months Planner Transport office 3 18"
    ),
    "partners": "Stakeholders Private company Bus company Runs the lines Partner",
    "results": (
        "Results Many people ride. Indicators "
        "From before (ring) to the result (dot), where both are known "
        "Indicator Before Planned Result Change Evidence "
        "Lines 2 2013 10 9 2015 +7 (+350%) Measured Yearbook"
    ),
    "lessons": (
        "Lessons and transfer Start with two lines. "
        "Conditions for transfer A city needs data of calls."
    ),
    "documents": "Documents Report on the lines transport.example, accessed 2 January 2026",
}


def test_empty_sections_say_so(client):
    revision = LiveRevisionFactory(case__member__name="Busan")
    page = client.get(revision.case.get_absolute_url()).text
    assert {start: text_of(page, start) for start in EMPTY} == EMPTY


def test_full_sections(client, reference):
    revision = LiveRevisionFactory(
        case__member__population=2000, case__member__population_year=2020
    )
    page = client.get(fill(revision).case.get_absolute_url()).text
    assert {start: text_of(page, start) for start in FULL} == FULL


def test_reason_why_something_is_not_available_is_shown(client):
    revision = LiveRevisionFactory(
        budget_unavailable="The books are closed.",
        staff_unavailable="Nobody counted.",
        stakeholders_unavailable="All asked not to be named.",
    )
    assert section(client, revision, "budget").startswith(
        "Budget Not available. The books are closed. Funding"
    )
    assert section(client, revision, "staff").startswith("Manpower Not available. Nobody counted.")
    assert section(client, revision, "partners") == (
        "Stakeholders Not available. All asked not to be named."
    )


def test_targets_with_their_official_text(client, reference):
    revision = LiveRevisionFactory(targets=["11.2", "9.1"])
    Contribution.objects.filter(target_id="9.1").update(how="Nine lines.")
    first, second = (row.target.text for row in revision.contributions.order_by("position"))
    assert panel(client, revision, "Targets it serves") == (
        f"11.2 Primary target {first} 9.1 {second} Nine lines. What would it take in your city?"
    )


def test_targets_of_a_compiled_case_are_the_editors(client, reference):
    revision = LiveRevisionFactory(targets=["11.2"], case__provenance="secretariat")
    assert panel(client, revision, "Targets it serves").endswith(
        "Assigned by an editor, not by the city."
    )


@pytest.mark.parametrize(
    ("provenance", "confirmed_at", "expected"),
    [
        ("city", None, "Written by the city Written by the city."),
        (
            "secretariat",
            None,
            (
                "Not yet confirmed by the city Compiled by the secretariat from public sources, "
                "not yet confirmed by the city."
            ),
        ),
        (
            "secretariat",
            date(2026, 5, 1),
            "Confirmed by the city on 1 May 2026 Compiled by the secretariat from public sources.",
        ),
        (
            "city",
            date(2024, 5, 1),
            "Last confirmed by the city on 1 May 2024 Written by the city.",
        ),
    ],
)
@time_machine.travel(datetime(2026, 7, 1, tzinfo=UTC), tick=False)
def test_state_of_the_record(client, provenance, confirmed_at, expected):
    revision = LiveRevisionFactory(case__provenance=provenance, case__confirmed_at=confirmed_at)
    said = panel(client, revision, "State of this record")
    said = said.partition(" What the marks mean")[0]
    assert said.partition(" Is this your city’s policy?")[0] == expected


def test_documented_points_are_counted(client, reference):
    revision = fill(LiveRevisionFactory())
    assert panel(client, revision, "How fully it is documented") == "12 of 12 documented"


def test_missing_points_are_named(client):
    said = panel(client, LiveRevisionFactory(), "How fully it is documented")
    assert said.startswith("2 of 12 documented What is missing SDG targets Puts the case")
    assert said.endswith("Lessons Saves others from the same mistakes.")


def test_place_is_on_the_map(client):
    revision = LiveRevisionFactory(case__member__name="Surabaya")
    page = client.get(revision.case.get_absolute_url()).text
    assert '<title>Surabaya</title><circle cx="422" cy="530" r="18" class="here"/>' in page


def test_place_outside_of_the_map_is_named(client):
    revision = LiveRevisionFactory(
        case__member__name="Paris", case__member__latitude="48.85", case__member__longitude="2.35"
    )
    assert panel(client, revision, "Place").startswith("Outside this map: Paris")


def test_unknown_place_is_not_reported(client):
    revision = LiveRevisionFactory(
        case__member__name="Busan", case__member__latitude=None, case__member__longitude=None
    )
    assert (
        panel(client, revision, "Place") == "Not reported. Where it lies on the map. Busan, profile"
    )


def test_revisions_are_listed(client):
    revision = LiveRevisionFactory(decided_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert panel(client, revision, "Revisions") == (
        "Revision 1 , 1 March 2026 (this text) History and what changed"
    )


def test_only_the_newest_revisions_are_listed(client):
    case = LiveRevisionFactory().case
    for number in range(2, 8):
        case.revisions.update(state=Revision.State.SUPERSEDED)
        LiveRevisionFactory(case=case, number=number)
    revision = case.revisions.get(number=7)
    said = panel(client, revision, "Revisions")
    assert re.findall(r"Revision (\d)", said) == ["7", "6", "5", "4", "3"]
    assert said.endswith("2 older revisions, and what changed")


def test_similar_policies_say_what_they_share(client, reference, synced):
    revision = LiveRevisionFactory(targets=["11.2", "9.1"], themes=["transport"])
    LiveRevisionFactory(
        title="Trams",
        summary="Trams through the night.",
        targets=["11.2"],
        themes=["transport"],
        case__member__name="Hanoi",
        case__member__country="",
        start="2013",
        end="2014",
    )
    synced()
    assert section(client, revision, "similar") == (
        "Similar policies Trams Hanoi Duration: 2013–2014 Budget: Not reported "
        "Shares 11.2; same theme: Transport"
    )


def test_similar_policy_that_is_no_longer_public_is_left_out(client, reference, synced):
    revision = LiveRevisionFactory(targets=["11.2"])
    other = LiveRevisionFactory(title="Trams", targets=["11.2"])
    synced()
    CaseStudy.objects.filter(pk=other.case_id).update(live=None)
    assert section(client, revision, "similar") == EMPTY["similar"]


def test_comparison_is_a_plain_link(client):
    revision = LiveRevisionFactory()
    page = client.get(revision.case.get_absolute_url()).text
    assert f'href="/policies/compare/?case={revision.case_id}">Add to comparison' in page


def test_large_numbers_in_addresses_have_no_separator(client):
    case = LiveRevisionFactory(case__pk=1_234_567, number=1_111).case
    page = client.get(case.get_absolute_url()).text
    assert 'href="/policies/compare/?case=1234567"' in page
    assert "/policies/1234567/night-buses/revisions/1111/" in page
    assert "1,234,567" not in page
    assert "Revision 1111</a>" in page


def test_each_row_leads_to_the_source_that_it_rests_on(client):
    revision = LiveRevisionFactory(budget_amount=9, budget_currency="USD")
    for place in range(6):
        revision.sources.create(title=f"Report {place}", position=place)
    revision.phases.create(name="Trial", start="2013", source_number=1)
    revision.funding_sources.create(name="A bank", source_number=2)
    revision.budget_lines.create(category="capital", amount=1, source_number=3)
    revision.staff_roles.create(role="Drivers", source_number=4)
    revision.stakeholders.create(name="Riders", source_number=5)
    revision.indicators.create(name="Trips", source_number=6)
    page = client.get(revision.case.get_absolute_url()).text
    for number in range(1, 7):
        link = f'<a class="source" href="#source-{number}">Source {number}</a>'
        assert (page.count(link), page.count(f'<li id="source-{number}">')) == (1, 1)


def test_source_that_is_no_web_address_is_no_link(client):
    revision = LiveRevisionFactory()
    for url in ("javascript:alert(1)", "data:text/html,x", "http://[broken", ""):
        Source.objects.create(revision=revision, title="Paper", url=url)
    page = client.get(revision.case.get_absolute_url()).text
    assert section(client, revision, "documents") == "Documents Paper Paper Paper Paper"
    assert "alert(1)" not in page
    assert "ugc" not in page


def test_source_gives_no_credit_and_no_opener(client):
    revision = LiveRevisionFactory()
    Source.objects.create(revision=revision, title="Paper", url="https://x.example/?a=1&b=2")
    page = client.get(revision.case.get_absolute_url()).text
    assert '<a href="https://x.example/?a=1&amp;b=2" rel="ugc nofollow noopener">Paper</a>' in page


EVIL = '"><script>alert(1)</script>'


def poison(revision):
    """Put the same hostile text into every field and row that takes any text."""
    for manager in (Revision.objects.filter(pk=revision.pk), *rows_of(revision)):
        fields = [
            field
            for field in manager.model._meta.concrete_fields
            if field.get_internal_type() in ("CharField", "TextField")
            and not field.choices
            and field.name not in ("start", "end", "budget_currency", "url")
        ]
        manager.update(**{field.name: EVIL[: field.max_length] for field in fields})


def rows_of(revision):
    names = ("budget_lines", "funding_sources", "staff_roles", "stakeholders", "phases")
    names += ("indicators", "sources", "contributions")
    return [getattr(revision, name).all() for name in names]


def test_hostile_text_is_escaped_everywhere(client, reference, subtests):
    old = fill(LiveRevisionFactory())
    poison(old)
    old.state = Revision.State.SUPERSEDED
    old.save(update_fields=["state"])
    live = fill(LiveRevisionFactory(case=old.case))
    poison(live)
    Revision.objects.filter(pk=live.pk).update(summary=EVIL + " more", budget_note=EVIL + "'")
    type(live.case.member).objects.update(name=EVIL, local_name=EVIL, population_source=EVIL)
    for path in ["", "history/", "revisions/1/", "revisions/2/"]:
        with subtests.test(path=path):
            answer = client.get(live.case.get_absolute_url() + path)
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text
            assert escape(EVIL) in answer.text


def test_text_in_another_language_says_so(client, reference):
    revision = fill(LiveRevisionFactory(language="ar", title="حافلات"))
    page = client.get(revision.case.get_absolute_url()).text
    assert '<h1 lang="ar" dir="rtl">حافلات</h1>' in page
    assert '<div class="prose" lang="ar" dir="rtl"><p>Nobody could travel at night.</p>' in page
    for row in ("City of Busan", "Planner", "Bus company", "Trial", "Lines", "Report on the lines"):
        assert f' lang="ar" dir="rtl">{row}<' in page


def test_text_in_the_language_of_the_page_needs_no_mark(client, reference):
    revision = fill(LiveRevisionFactory())
    assert 'dir="rtl"' not in client.get(revision.case.get_absolute_url()).text


@pytest.mark.parametrize("times", [1, 3])
def test_queries_of_a_case(client, reference, synced, django_assert_num_queries, times):
    revision = fill(LiveRevisionFactory(), times)
    for _ in range(times):
        LiveRevisionFactory(targets=["11.2"], themes=["transport"], title="Trams")
    synced()
    address = revision.case.get_absolute_url()
    with django_assert_num_queries(11):
        page = client.get(address).text
    assert page.count(">Trams<") == times
    # With all that other cities asked, advised and adopted, and where it was shown.
    for _ in range(times):
        AdviceFactory(case=revision.case)
        QuestionFactory(case=revision.case)
        adoption = AdoptionFactory(case=revision.case, member__name="Suva")
        adoption.changes.create(aspect="scale", kind="smaller", what="Two lines.")
        AdoptionReportFactory(adoption=adoption, amount=1, currency="USD")
        MaterialFactory(seminar=SeminarFactory(state="held", shows=[revision.case]))
    with django_assert_num_queries(15):
        page = client.get(address).text
    seen = [
        page.count(words) for words in (">Suva</a>", " advises</a>", "asks</span>", ">Recording<")
    ]
    assert seen == [times] * 4


def test_case_as_a_line(client, reference):
    revision = fill(LiveRevisionFactory())
    answer = client.get(reverse("policies:case-jsonl", args=[revision.case_id, "night-buses"]))
    assert answer["Content-Type"] == "application/jsonl; charset=utf-8"
    name = f"citynet-{revision.case_id}-1.jsonl"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.text.count("\n") == 1
    assert answer.json()["title"] == "Night buses"
    assert answer.json()["phases"] == [
        {
            "name": "Trial",
            "start": "2013-04",
            "end": "2013-08",
            "note": "Two lines only",
            "source_number": None,
        }
    ]


def test_page_says_the_same_until_something_changes(client):
    revision = LiveRevisionFactory()
    address = revision.case.get_absolute_url()
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"if-none-match": tag}).status_code == 304
    CaseStudy.objects.update(confirmed_at=date(2026, 1, 1))
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def test_page_sets_no_cookie(client):
    answer = client.get(LiveRevisionFactory().case.get_absolute_url())
    assert list(answer.cookies) == []
