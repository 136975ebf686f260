"""The sections of a case: each saves and gives back what was typed, and nothing typed is lost."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from citynet.web.text import clean_text
from policies import interchange
from policies.forms.editor import fingerprint
from policies.forms.registry import BY_SLUG, SECTIONS
from policies.models import Revision, Stakeholder
from policies.search import meaning
from tests.factories import MemberFactory, MembershipFactory, RevisionFactory
from tests.policies.authors import address, fields_of, save, section_of

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture
def membership():
    return MembershipFactory()


@pytest.fixture
def official(client, membership):
    client.force_login(membership.user)
    return client


@pytest.fixture
def draft(membership):
    return RevisionFactory(case__member=membership.member, created_by=membership.user)


def line(draft):
    return interchange.row(Revision.objects.with_content().get(pk=draft.pk))


def reported(value):
    """A part of a line without what is not reported."""
    if isinstance(value, dict):
        return {key: reported(each) for key, each in value.items() if each not in (None, "")}
    return [reported(each) for each in value] if isinstance(value, list) else value


FILLED = {
    "basics": (
        {
            "title": "Bus di malam",
            "summary": "Sembilan\r\nlin",
            "language": "id",
            "joint_members": "suwon CITY\r\nhue",
            "scale": "district",
            "people_served": "300 000",
            "people_served_qualifier": "about",
            "people_served_note": "Riders",
            "contact_office": "Bus unit",
            "contact_url": "https://city.example/bus",
        },
        {
            "title": "Bus di malam",
            "summary": "Sembilan\nlin",
            "language": "id",
            "joint_members": ["suwon", "hue"],
            "scale": "district",
            "people_served": 300000,
            "people_served_qualifier": "about",
            "people_served_note": "Riders",
            "contact_office": "Bus unit",
            "contact_url": "https://city.example/bus",
        },
    ),
    "challenge-solution": (
        {"challenge": "No buses.", "solution": "- Buses\r\n- Drivers"},
        {"challenge": "No buses.", "solution": "- Buses\n- Drivers"},
    ),
    "targets-themes": (
        {
            "themes": ["energy", "transport"],
            "primary": "9.1",
            "contributions__0__target": "11.2",
            "contributions__0__how": "Reaches everybody.",
            "contributions__1__target": "9.1",
            "contributions__1__how": "",
        },
        {
            "themes": ["energy", "transport"],
            "targets": [
                {"code": "11.2", "primary": False, "how": "Reaches everybody."},
                {"code": "9.1", "primary": True, "how": ""},
            ],
        },
    ),
    "time": (
        {
            "stage": "under-way",
            "start": "2013-04",
            "end": "",
            "phases__0__name": "Trial",
            "phases__0__start": "2013-04",
            "phases__0__end": "2013",
            "phases__0__note": "Two lines",
        },
        {
            "stage": "under-way",
            "start": "2013-04",
            "end": None,
            "phases": [{"name": "Trial", "start": "2013-04", "end": "2013", "note": "Two lines"}],
        },
    ),
    "budget": (
        {
            "budget_amount": "13 000 000.50",
            "budget_currency": "npr",
            "budget_year": "2013/14",
            "budget_qualifier": "at-least",
            "budget_basis": "approved",
            "budget_scope": "annual",
            "budget_note": "Without salaries",
            "budget_usd": "1,500",
            "budget_usd_source": "Loan agreement",
            "budget_unavailable": "",
            "budget_lines__0__note": "Buses",
            "budget_lines__0__category": "capital",
            "budget_lines__0__amount": "450,000",
            "budget_lines__0__qualifier": "about",
            "budget_lines__0__source_number": "1",
            "funding_sources__0__name": "A bank",
            "funding_sources__0__kind": "development-bank",
            "funding_sources__0__state": "withdrawn",
            "funding_sources__0__amount": "300",
            "funding_sources__0__note": "A loan",
            "funding_sources__0__currency": "usd",
            "funding_sources__0__year": "2076",
            "funding_sources__0__fiscal_year": "2076/77",
            "funding_sources__0__qualifier": "at-most",
            "funding_sources__0__source_number": "2",
        },
        {
            "budget": {
                "amount": "13000000.5",
                "currency": "NPR",
                "qualifier": "at-least",
                "year": 2013,
                "fiscal_year": "2013/14",
                "basis": "approved",
                "scope": "annual",
                "usd": "1500",
                "usd_source": "Loan agreement",
                "note": "Without salaries",
                "unavailable": "",
                "lines": [
                    {
                        "category": "capital",
                        "amount": "450000",
                        "note": "Buses",
                        "qualifier": "about",
                        "source_number": 1,
                    }
                ],
                "funding": [
                    {
                        "kind": "development-bank",
                        "name": "A bank",
                        "amount": "300",
                        "state": "withdrawn",
                        "note": "A loan",
                        "qualifier": "at-most",
                        "currency": "USD",
                        "year": 2076,
                        "fiscal_year": "2076/77",
                        "source_number": 2,
                    }
                ],
            }
        },
    ),
    "manpower": (
        {
            "staff_fte": "7.5",
            "staff_heads": "12",
            "staff_volunteers": "40",
            "staff_year": "2014",
            "staff_note": "Estimated",
            "staff_unavailable": "Partly",
            "staff_roles__0__role": "Planner",
            "staff_roles__0__organisation": "Department",
            "staff_roles__0__people": "2.5",
            "staff_roles__0__months": "18",
            "staff_roles__0__counted": "heads",
        },
        {
            "manpower": {
                "fte": "7.5",
                "heads": 12,
                "volunteers": 40,
                "year": 2014,
                "note": "Estimated",
                "unavailable": "Partly",
                "roles": [
                    {
                        "role": "Planner",
                        "organisation": "Department",
                        "people": "2.5",
                        "months": "18",
                        "counted": "heads",
                    }
                ],
            }
        },
    ),
    "stakeholders": (
        {
            "stakeholders_unavailable": "Others unknown",
            "stakeholders__0__name": "Union",
            "stakeholders__0__kind": "community",
            "stakeholders__0__role": "Agreed",
            "stakeholders__0__engagement": "consulted",
        },
        {
            "stakeholders_unavailable": "Others unknown",
            "stakeholders": [
                {"name": "Union", "kind": "community", "role": "Agreed", "engagement": "consulted"}
            ],
        },
    ),
    "results": (
        {
            "results": "More trips",
            "indicators__0__name": "Passengers",
            "indicators__0__unit": "a night",
            "indicators__0__baseline": "-1.5",
            "indicators__0__baseline_qualifier": "at-least",
            "indicators__0__baseline_year": "2012",
            "indicators__0__planned": "5,000",
            "indicators__0__result": "7000",
            "indicators__0__result_year": "2014",
            "indicators__0__source": "Card readers",
            "indicators__0__evidence": "measured",
            "indicators__0__result_qualifier": "about",
            "indicators__0__reporter": "press",
            "indicators__0__series": "2013: 4,200\r\n2012 0",
        },
        {
            "results": "More trips",
            "indicators": [
                {
                    "name": "Passengers",
                    "unit": "a night",
                    "baseline": "-1.5",
                    "baseline_qualifier": "at-least",
                    "baseline_year": 2012,
                    "planned": "5000",
                    "result": "7000",
                    "result_year": 2014,
                    "source": "Card readers",
                    "evidence": "measured",
                    "result_qualifier": "about",
                    "reporter": "press",
                    "series": "2012: 0; 2013: 4200",
                }
            ],
        },
    ),
    "lessons": (
        {"lessons": "Ask first.", "transferability": "Data."},
        {"lessons": "Ask first.", "transferability": "Data."},
    ),
    "files": (
        {
            "sources__0__title": "Report",
            "sources__0__url": "https://city.example/a?b=1&c=2",
            "sources__0__accessed": "2024-05-31",
        },
        {
            "sources": [
                {
                    "title": "Report",
                    "url": "https://city.example/a?b=1&c=2",
                    "accessed": "2024-05-31",
                }
            ]
        },
    ),
}


def test_every_section_is_tried():
    assert list(FILLED) == [section.slug for section in SECTIONS]


@pytest.mark.parametrize("slug", FILLED)
def test_section_saves_every_field_and_can_be_emptied_again(reference, official, draft, slug):
    MemberFactory(name="Suwon City", slug="suwon")
    MemberFactory(name="Hue", slug="hue")
    if slug == "budget":
        # Rows of other lists rest on them.
        for number in range(2):
            draft.sources.create(title=f"Report {number}", position=number)
    before = line(draft)
    typed, expected = FILLED[slug]
    answer = save(official, draft.case, slug, **typed)
    assert answer.status_code == 302
    stored = line(draft)
    assert {name: reported(stored[name]) for name in expected if stored[name]} == reported(expected)
    # Saving the page as it comes changes nothing.
    sent = section_of(official, draft.case, slug)
    assert official.post(address(draft.case, slug), sent).status_code == 302
    assert line(draft) == stored

    for name in sent:
        if name.endswith("-TOTAL_FORMS"):
            sent[name] = "0"
        elif not name.endswith("_FORMS") and name not in {"seen", "title", "language"}:
            sent[name] = ""
    sent.pop("themes", None)
    if slug == "basics":
        sent |= {"title": before["title"], "summary": before["summary"], "language": "en"}
    assert official.post(address(draft.case, slug), sent).status_code == 302
    assert line(draft) == before


@pytest.mark.parametrize("then", [("next", "challenge-solution"), ("stay", "basics")])
def test_save_leads_on(official, draft, then):
    answer = save(official, draft.case, "basics", then=then[0])
    assert answer.url == address(draft.case, then[1])


def test_last_section_leads_to_the_review(official, draft):
    assert save(official, draft.case, "files", then="next").url == address(draft.case, "review")
    assert save(official, draft.case, "files", then="overview").url == reverse(
        "policies:edit", args=[draft.case_id]
    )


INDICATOR = dict.fromkeys(
    ("baseline", "baseline_year", "planned", "result", "result_year", "evidence")
)
# Slug, what is typed, the field with the error, and what is saved of it all the same.
WRONG = [
    ("basics", {"title": "", "summary": "Kept"}, "id_title", {"summary": "Kept"}),
    ("basics", {"title": "x" * 201}, "id_title", {}),
    ("basics", {"title": "\u200b \u2060\u202e"}, "id_title", {}),
    ("basics", {"title": "\u3164\u2800"}, "id_title", {}),
    ("basics", {"language": "xx"}, "id_language", {}),
    ("basics", {"summary": "x" * 1001, "title": "Day buses"}, "id_summary", {"title": "Day buses"}),
    ("challenge-solution", {"challenge": "x" * 50_001, "solution": "Long <work> & labour"}, "id_challenge", {"solution": "Long <work> & labour"}),
    ("targets-themes", {"themes": ["transport", "energy", "housing", "solid-waste"]}, "id_themes", {}),
    ("targets-themes", {"themes": ["nonsense\x00"], "contributions__0__target": "11.2"}, "id_themes", {"targets": [{"code": "11.2", "primary": True, "how": ""}]}),
    ("targets-themes", {"contributions__0__target": "99.9", "themes": ["housing"]}, "contributions-0", {"themes": ["housing"]}),
    ("time", {"start": "when it rained", "stage": "planned"}, "id_start", {"stage": "planned"}),
    ("time", {"start": "2013-13", "end": "2015"}, "id_start", {"end": "2015"}),
    ("time", {"start": "2015", "end": "2014"}, "id_end", {"start": "2015"}),
    ("time", {"phases__0__name": "", "phases__0__start": "2013"}, "id_phases-0-name", {}),
    ("time", {"phases__0__name": "A", "phases__0__start": "2015", "phases__0__end": "2014"}, "id_phases-0-end", {"phases": [{"name": "A", "start": "2015", "end": None, "note": ""}]}),
    ("budget", {"budget_amount": "5"}, "id_budget_currency", {}),
    ("budget", {"budget_amount": "-5", "budget_currency": "USD"}, "id_budget_amount", {"budget.currency": "USD"}),
    ("budget", {"budget_amount": "NaN", "budget_note": "Kept"}, "id_budget_amount", {"budget.note": "Kept"}),
    ("budget", {"budget_amount": "1e9", "budget_lines__0__category": "land"}, "id_budget_amount", {"budget.lines": [{"category": "land", "amount": None, "note": ""}]}),
    ("budget", {"budget_amount": "9" * 19, "budget_year": "2013"}, "id_budget_amount", {"budget.year": 2013}),
    ("budget", {"budget_amount": "5", "budget_currency": "dollars of old", "budget_note": "Kept"}, "id_budget_currency", {"budget.note": "Kept"}),
    ("budget", {"budget_amount": "5 USD", "budget_currency": "NPR"}, "id_budget_amount", {"budget.currency": "NPR"}),
    ("budget", {"budget_lines__0__category": "land", "budget_lines__0__amount": "5 USD"}, "id_budget_lines-0-amount", {"budget.lines": [{"category": "land", "amount": None, "note": ""}]}),
    ("budget", {"budget_usd": "5"}, "id_budget_usd_source", {}),
    ("budget", {"budget_usd_source": "Somebody"}, "id_budget_usd", {}),
    ("budget", {"budget_year": "13"}, "id_budget_year", {}),
    ("budget", {"budget_lines__0__amount": "5"}, "id_budget_lines-0-category", {}),
    ("manpower", {"staff_fte": "many", "staff_note": "Kept"}, "id_staff_fte", {"manpower.note": "Kept"}),
    ("stakeholders", {"stakeholders__0__role": "Agreed"}, "id_stakeholders-0-name", {}),
    ("results", {"indicators__0__name": "A", "indicators__0__result_year": "soon"}, "id_indicators-0-result_year", {"indicators": [{"name": "A", "unit": "", "source": "", **INDICATOR}]}),
    ("results", {"indicators__0__name": "A", "indicators__0__result": "4.200"}, "id_indicators-0-result", {"indicators": [{"name": "A", "unit": "", "source": "", **INDICATOR}]}),
    ("files", {"sources__0__title": "A", "sources__0__url": "javascript:alert(1)"}, "id_sources-0-url", {"sources": [{"title": "A", "url": "", "accessed": None}]}),
    ("files", {"sources__0__title": "A", "sources__0__accessed": "5/4/2024"}, "id_sources-0-accessed", {"sources": [{"title": "A", "url": "", "accessed": None}]}),
]  # fmt: skip


def visible(values):
    return [clean_text(each).strip() for each in values]


def changed(before, after):
    """What differs between two lines, by the path of the value."""
    found = {}
    for name, value in after.items():
        if isinstance(value, dict):
            inner = changed(before[name], value)
            found |= {f"{name}.{key}": each for key, each in inner.items()}
        elif value != before[name]:
            found[name] = value
    return found


@pytest.mark.parametrize(("slug", "typed", "anchor", "saved"), WRONG)
def test_wrong_answer_stays_typed_and_all_others_are_saved(
    reference, official, draft, slug, typed, anchor, saved
):
    before = line(draft)
    sent = section_of(official, draft.case, slug, **typed)
    answer = official.post(address(draft.case, slug), sent)
    assert answer.status_code == 422
    assert {each[0] for each in answer.context["problems"]} == {anchor}
    assert f'href="#{anchor}"' in answer.text
    assert f'id="{anchor}"' in answer.text
    again = fields_of(answer)
    own = ("csrfmiddlewaretoken", "language", "find_", "themes", "seen", "primary")
    typed_in = {
        name: value if isinstance(value, list) else [value]
        for name, value in sent.items()
        if not name.startswith(own)
    }
    assert {name: visible(again.get(name, [""])) for name in typed_in} == {
        name: visible(values) for name, values in typed_in.items()
    }
    assert reported(changed(before, line(draft))) == reported(saved)
    if saved:
        # Sent once more as it is, it is no conflict with itself.
        sent |= {"seen": again["seen"]}
        assert official.post(address(draft.case, slug), sent).status_code == 422


def test_field_with_an_error_keeps_what_was_stored(official, draft):
    save(official, draft.case, "budget", budget_amount="100", budget_currency="NPR", budget_year="2013", budget_lines__0__category="land", budget_lines__0__amount="60", budget_lines__1__category="other", budget_lines__1__note="Roof")  # fmt: skip
    stored = line(draft)["budget"]
    typed = {"budget_amount": "ten", "budget_currency": "USD", "budget_note": "New", "budget_lines__0__amount": "6.O", "budget_lines__0__note": "Soil"}  # fmt: skip
    assert save(official, draft.case, "budget", **typed).status_code == 422
    # An amount in rupees does not become one in dollars.
    lines = [{**stored["lines"][0], "note": "Soil"}, stored["lines"][1]]
    assert line(draft)["budget"] == stored | {"note": "New", "lines": lines}
    # A good amount waits for its currency.
    typed = {"budget_amount": "200", "budget_currency": "dollars of old"}
    assert save(official, draft.case, "budget", **typed).status_code == 422
    assert line(draft)["budget"]["amount"] == "100"


UNDERSTOOD = [
    ("budget", {"budget_amount": "1.284.500.000.000 ₫"}, {"budget.amount": "1284500000000", "budget.currency": "VND"}, "Amount = 1,284,500,000,000 VND (1 trillion 284 billion 500 million)"),
    ("budget", {"budget_amount": "13 tỷ", "budget_currency": "VNĐ"}, {"budget.amount": "13000000000", "budget.currency": "VND"}, "Amount = 13,000,000,000 VND (13 billion), Currency = VND"),
    ("budget", {"budget_amount": "१२,३४,५६७", "budget_currency": "npr"}, {"budget.amount": "1234567", "budget.currency": "NPR"}, "Amount = 1,234,567 NPR (1 million 234 thousand 567), Currency = NPR"),
    ("budget", {"budget_usd": "1.2 million", "budget_usd_source": "Loan"}, {"budget.usd": "1200000", "budget.usd_source": "Loan"}, "Amount in USD, where a source states it = 1,200,000 USD (1 million 200 thousand)"),
    ("time", {"start": "03/2023", "end": "April 2024"}, {"start": "2023-03", "end": "2024-04"}, "Start = March 2023"),
    ("time", {"start": "2023-3"}, {"start": "2023-03"}, "Start = March 2023"),
    ("manpower", {"staff_fte": "1,5"}, {"manpower.fte": "1.5"}, "Staff in full-time equivalents (FTE) = 1.5"),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "typed", "saved", "said"), UNDERSTOOD)
def test_what_was_understood_is_saved_and_said_at_once(official, draft, slug, typed, saved, said):
    before = line(draft)
    sent = section_of(official, draft.case, slug, **typed)
    told = official.post(address(draft.case, slug), sent, headers=JSON).json()["understood"]
    assert reported(changed(before, line(draft))) == reported(saved)
    assert told
    assert [text for text in told.values() if text not in f"{said}, = VND"] == []
    page = save(official, draft.case, slug, **typed)
    page = official.get(page.url)
    assert f"Understood: {said}" in html.unescape(page.text)
    # Where it is typed stands what was understood, and saving that again changes nothing.
    after = line(draft)
    assert save(official, draft.case, slug).status_code == 302
    assert line(draft) == after


# Some read a fifth in a comma: said in words, whatever is counted.
PLAIN = [
    ("manpower", "staff_fte", "950", ""),
    ("manpower", "staff_fte", "0.5", ""),
    ("manpower", "staff_fte", "4,200", "= 4,200 (4 thousand 200)"),
    ("manpower", "staff_volunteers", "4200", "= 4,200 (4 thousand 200)"),
    ("basics", "people_served", "12,000", "= 12,000 (12 thousand)"),
    ("results", "indicators-0-baseline", "1,250", "= 1,250 (1 thousand 250)"),
    ("budget", "budget_lines-0-amount", "60,000", "= 60,000 (60 thousand)"),
    ("budget", "budget_year", "2013", ""),
]


@pytest.mark.parametrize(("slug", "name", "typed", "said"), PLAIN)
def test_plain_number_from_a_thousand_up_is_said_in_words(official, draft, slug, name, typed, said):
    sent = section_of(official, draft.case, slug, **{name.replace("-", "__"): typed})
    told = official.post(address(draft.case, slug), sent, headers=JSON).json()["understood"]
    assert told == ({f"id_{name}": said} if said else {})
    # Beside its field, not once more on top of the page.
    page = official.post(address(draft.case, slug), sent, follow=True)
    assert (f'id="id_{name}_echo" for="id_{name}">{said}</output>') in page.text
    assert "Understood:" not in page.text


def test_value_with_three_decimals_is_written_so_that_it_is_read_back(official, draft):
    save(official, draft.case, "results", indicators__0__name="A", indicators__0__result="4.1250")
    assert fields_of(official.get(address(draft.case, "results")))["indicators-0-result"] == [
        "4.1250"
    ]
    assert save(official, draft.case, "results").status_code == 302
    assert line(draft)["indicators"][0]["result"] == "4.125"


def test_line_ends_count_once_and_invisible_signs_not_at_all(official, draft):
    summary = "\r\n".join(["x" * 48] * 20) + "\u200b"
    assert len(summary) == 999
    summary = summary.replace("\u200b", "x" * 21)
    assert save(official, draft.case, "basics", summary=summary).status_code == 302
    draft.refresh_from_db()
    assert draft.summary == "\n".join(["x" * 48] * 20) + "x" * 21


def test_text_of_any_script_is_kept_as_it_is(official, draft, subtests):
    for text in [
        "🏙️ bus 👩‍🚒",
        "حافلات الليل في المدينة",
        "mix עברית and English",
        "ga\u0301tos a\u0300\u0323",
        "<script>alert(1)</script> & \"quotes\" 'here'",
        "{{ 7|add:7 }} {% url 'home' %}",
        "=1+1",
    ]:
        with subtests.test(text=text):
            save(official, draft.case, "basics", title=text, summary=text)
            draft.refresh_from_db()
            assert (draft.title, draft.summary) == (text, text)
            page = official.get(address(draft.case, "basics"))
            assert fields_of(page)["summary"] == [text]
            assert (
                official.get(reverse("policies:preview", args=[draft.case_id])).status_code == 200
            )


def test_marks_that_nobody_sees_are_not_kept(official, draft):
    save(
        official,
        draft.case,
        "basics",
        title="\u202e100%\u200f of\u00ad us\x07",
        summary="One\x0btwo",
    )
    draft.refresh_from_db()
    assert (draft.title, draft.summary) == ("100% of us", "One\ntwo")


def test_five_megabytes_are_answered_by_a_message_and_kept(official, draft):
    text = "word " * 1_000_000
    answer = save(official, draft.case, "challenge-solution", challenge=text)
    assert answer.status_code == 422
    assert "At most 50000 characters fit here; these are 4999999." in answer.text
    assert fields_of(answer)["challenge"] == [text]


def test_more_than_can_be_read_is_a_clear_400(official, draft):
    answer = official.post(address(draft.case, "basics"), {"title": "x" * 21_000_000})
    assert answer.status_code == 400
    assert "too large" in answer.text


@pytest.mark.parametrize(
    ("slug", "name", "field"),
    [
        ("stakeholders", "stakeholders", "name"),
        # The row with the most fields.
        ("results", "indicators", "name"),
    ],
)
def test_two_hundred_rows_are_too_many_and_none_is_lost(official, draft, slug, name, field):
    rows = {f"{name}__{number}__{field}": f"Row {number}" for number in range(200)}
    answer = save(official, draft.case, slug, **rows)
    assert answer.status_code == 422
    assert "At most 40 rows fit here." in answer.text
    assert fields_of(answer)[f"{name}-199-{field}"] == ["Row 199"]


def test_forty_rows_are_saved_in_order(official, draft):
    rows = {f"stakeholders__{n}__name": f"Row {n}" for n in range(40)}
    assert save(official, draft.case, "stakeholders", **rows).status_code == 302
    names = list(draft.stakeholders.values_list("name", flat=True))
    assert names == [f"Row {n}" for n in range(40)]


def test_count_of_rows_that_is_none_is_no_error_of_ours(official, draft, subtests):
    for total in ["", "x", "-1", "99999999999", "1e3"]:
        with subtests.test(total=total):
            sent = section_of(official, draft.case, "time") | {"phases-TOTAL_FORMS": total}
            assert official.post(address(draft.case, "time"), sent).status_code in {302, 422}
            sent["row"] = "add:phases"
            assert official.post(address(draft.case, "time"), sent).status_code == 200


# Rows without a script


def rows_after(official, draft, operation, names=("A", "B", "C")):
    typed = {f"stakeholders__{n}__name": name for n, name in enumerate(names)}
    typed |= {"row": operation, "stakeholders_unavailable": "x" * 400}
    answer = save(official, draft.case, "stakeholders", **typed)
    assert answer.status_code == 200
    sent = fields_of(answer)
    assert sent["stakeholders_unavailable"] == ["x" * 400]
    assert draft.stakeholders.count() == 0
    total = int(sent["stakeholders-TOTAL_FORMS"][0])
    return [sent[f"stakeholders-{n}-name"][0] for n in range(total)]


def test_button_of_a_row_keeps_everything_typed(official, draft, subtests):
    for operation, expected in [
        ("add:stakeholders", ["A", "B", "C", ""]),
        ("remove:stakeholders:1", ["A", "C"]),
        ("up:stakeholders:2", ["A", "C", "B"]),
        ("down:stakeholders:0", ["B", "A", "C"]),
        ("up:stakeholders:0", ["A", "B", "C"]),
        ("down:stakeholders:2", ["A", "B", "C"]),
        ("remove:stakeholders:9", ["A", "B", "C"]),
        ("remove:stakeholders:²", ["A", "B", "C"]),
        ("remove:nothing:1", ["A", "B", "C"]),
        ("show", ["A", "B", "C"]),
    ]:
        with subtests.test(operation=operation):
            assert rows_after(official, draft, operation) == expected


def test_rows_can_be_reordered_and_saved(official, draft):
    for number, name in enumerate("AB"):
        Stakeholder.objects.create(revision=draft, name=name, position=number)
    answer = save(official, draft.case, "stakeholders", row="down:stakeholders:0")
    official.post(address(draft.case, "stakeholders"), fields_of(answer))
    assert list(draft.stakeholders.values_list("name", flat=True)) == ["B", "A"]


def test_list_that_is_full_takes_no_more(official, draft):
    names = [f"Row {n}" for n in range(40)]
    assert rows_after(official, draft, "add:stakeholders", names) == names


def test_target_is_found_and_added_without_a_script(reference, official, draft):
    answer = save(
        official,
        draft.case,
        "targets-themes",
        row="find",
        find_words="transport",
        themes=["housing"],
    )
    assert 'value="add:contributions:11.2"' in answer.text
    assert fields_of(answer)["themes"] == ["housing"]
    sent = fields_of(answer) | {"row": "add:contributions:11.2"}
    answer = official.post(address(draft.case, "targets-themes"), sent)
    official.post(address(draft.case, "targets-themes"), fields_of(answer))
    row = draft.contributions.get()
    assert (row.target_id, row.role) == ("11.2", "primary")


def test_eighth_target_is_refused_and_kept(reference, official, draft):
    codes = ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3"]
    typed = {f"contributions__{n}__target": code for n, code in enumerate(codes)}
    answer = save(official, draft.case, "targets-themes", **typed)
    assert answer.status_code == 422
    assert (
        "Choose at most 7 targets; you chose 8." in answer.text or "At most 7 rows" in answer.text
    )
    assert fields_of(answer)["contributions-7-target"] == ["2.3"]


def test_same_target_twice_is_refused(reference, official, draft):
    typed = {"contributions__0__target": "1.1", "contributions__1__target": "1.1"}
    answer = save(official, draft.case, "targets-themes", **typed)
    assert answer.status_code == 422
    assert "This target is listed twice." in answer.text


# Two people, and one person in two tabs


def test_save_over_a_newer_text_shows_both_and_can_overwrite(official, draft):
    mine = section_of(official, draft.case, "basics", summary="Nine lines by us")
    save(official, draft.case, "basics", summary="Nine lines by them")

    answer = official.post(address(draft.case, "basics"), mine)

    assert answer.status_code == 409
    assert "<del>them</del><ins>us</ins>" in answer.text
    assert fields_of(answer)["summary"] == ["Nine lines by us"]
    draft.refresh_from_db()
    assert draft.summary == "Nine lines by them"
    official.post(address(draft.case, "basics"), fields_of(answer))
    draft.refresh_from_db()
    assert draft.summary == "Nine lines by us"


def test_rows_of_two_people_are_compared(official, draft):
    mine = section_of(official, draft.case, "stakeholders", stakeholders__0__name="Union")
    save(official, draft.case, "stakeholders", stakeholders__0__name="Riders")
    answer = official.post(address(draft.case, "stakeholders"), mine)
    assert answer.status_code == 409
    assert "<del>Riders</del><ins>Union</ins>" in answer.text


def test_colleague_in_another_section_is_no_conflict(official, draft):
    mine = section_of(official, draft.case, "lessons", lessons="Ask first")
    save(official, draft.case, "basics", summary="Theirs")
    assert official.post(address(draft.case, "lessons"), mine).status_code == 302
    draft.refresh_from_db()
    assert (draft.summary, draft.lessons) == ("Theirs", "Ask first")


def test_second_click_is_no_conflict(official, draft):
    sent = section_of(official, draft.case, "budget", budget_amount="5", budget_currency="USD")
    assert [official.post(address(draft.case, "budget"), sent).status_code for _ in "ab"] == [
        302
    ] * 2
    draft.refresh_from_db()
    assert draft.budget_amount == 5


def test_amount_in_usd_is_computed_when_it_is_not_stated(official, draft):
    save(official, draft.case, "budget", budget_amount="5", budget_currency="USD")
    draft.refresh_from_db()
    assert (draft.budget_usd, draft.budget_usd_source) == (5, "")
    page = official.get(address(draft.case, "budget"))
    assert fields_of(page)["budget_usd"] == [""]
    save(official, draft.case, "budget", budget_amount="", budget_currency="")
    draft.refresh_from_db()
    assert draft.budget_usd is None


# Saving by itself


def autosave(client, case, slug, **changes):
    return client.post(address(case, slug), section_of(client, case, slug, **changes), headers=JSON)


def test_autosave_tells_what_it_saved(official, draft):
    answer = autosave(official, draft.case, "basics", summary="By itself")
    draft.refresh_from_db()
    assert draft.summary == "By itself"
    told = answer.json()
    assert told.pop("message").startswith("Saved at ")
    seen = fingerprint(BY_SLUG["basics"], draft)
    assert told == {"state": "saved", "seen": seen, "doubts": {}, "understood": {}, "sums": {}}


def test_autosave_of_the_budget_tells_what_follows(official, draft):
    answer = autosave(official, draft.case, "budget", budget_amount="5", budget_currency="USD")
    assert [row["label"] for row in answer.json()["computed"]] == ["In US dollars", "Per resident"]


def test_autosave_of_a_wrong_answer_names_it(official, draft):
    answer = autosave(official, draft.case, "time", start="soon", end="4/2015")
    draft.refresh_from_db()
    assert (draft.start, draft.end) == ("", "2015-04")
    assert answer.status_code == 422
    assert answer.json() == {
        "state": "invalid",
        "seen": fingerprint(BY_SLUG["time"], draft),
        "understood": {"id_end": "= April 2015"},
        "sums": {},
        "message": "Saved, but for 1 answer that needs a correction.",
        "errors": [
            {"id": "id_start", "message": "Write a year (2013) or a year and month (2013-04)."}
        ],
    }


def test_autosave_over_a_newer_text_is_refused(official, draft):
    mine = section_of(official, draft.case, "basics", summary="Mine")
    save(official, draft.case, "basics", summary="Theirs")
    answer = official.post(address(draft.case, "basics"), mine, headers=JSON)
    assert (answer.status_code, answer.json()["state"]) == (409, "conflict")


def test_autosave_when_signed_out_tells_where_to_sign_in(official, draft):
    sent = section_of(official, draft.case, "basics", summary="Mine")
    official.logout()
    answer = official.post(address(draft.case, "basics"), sent, headers=JSON)
    told = answer.json()
    assert answer.status_code == 401
    assert (told["state"], told["login"]) == ("signed-out", reverse("account_login"))


def test_autosave_after_the_membership_ended(official, draft, membership):
    sent = section_of(official, draft.case, "basics", summary="Mine")
    membership.status = "ended"
    membership.save()
    answer = official.post(address(draft.case, "basics"), sent, headers=JSON)
    assert (answer.status_code, answer.json()["state"]) == (404, "gone")


# Whatever ends in the middle of an edit


def test_session_that_ended_keeps_what_was_typed(official, draft):
    sent = section_of(official, draft.case, "time", stage="planned", phases__0__name="A <phase>")
    official.logout()
    answer = official.post(address(draft.case, "time"), sent)
    assert answer.status_code == 401
    assert "Phase 1: Name" in answer.text
    assert "A &lt;phase&gt;" in answer.text
    again = fields_of(answer, None)
    assert again["phases-0-name"] == ["A <phase>"]
    official.force_login(draft.created_by)
    assert official.post(address(draft.case, "time"), again).status_code == 302
    assert draft.phases.get().name == "A <phase>"


def test_page_of_a_section_asks_to_sign_in(client, draft):
    answer = client.get(address(draft.case, "time"))
    assert answer.url == f"{reverse('account_login')}?next={address(draft.case, 'time')}"


@pytest.mark.parametrize("token", ["", "x" * 64, "short"])
def test_form_that_is_too_old_keeps_what_was_typed(membership, draft, token):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(membership.user)
    sent = section_of(strict, draft.case, "basics", summary="Typed long ago")
    sent["csrfmiddlewaretoken"] = token
    answer = strict.post(address(draft.case, "basics"), sent)
    assert answer.status_code == 403
    again = fields_of(answer, None)
    assert again["summary"] == ["Typed long ago"]
    assert strict.post(address(draft.case, "basics"), again).status_code == 302
    draft.refresh_from_db()
    assert draft.summary == "Typed long ago"


def test_autosave_of_an_old_form_gets_a_token_that_works(membership, draft):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(membership.user)
    sent = section_of(strict, draft.case, "basics", summary="Mine") | {"csrfmiddlewaretoken": "x"}
    told = strict.post(address(draft.case, "basics"), sent, headers=JSON).json()
    assert told["state"] == "expired"
    sent["csrfmiddlewaretoken"] = told["token"]
    assert strict.post(address(draft.case, "basics"), sent, headers=JSON).status_code == 200


def test_form_of_another_site_is_refused_and_not_shown(membership, draft):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(membership.user)
    sent = section_of(strict, draft.case, "basics", summary="Planted")
    answer = strict.post(
        address(draft.case, "basics"), sent, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert "Planted" not in answer.text


def test_membership_that_ended_keeps_what_was_typed(official, draft, membership):
    sent = section_of(official, draft.case, "basics", summary="Typed before")
    membership.status = "ended"
    membership.save()
    answer = official.post(address(draft.case, "basics"), sent)
    assert answer.status_code == 404
    assert "Typed before" in answer.text
    assert "Send it again" not in answer.text


def test_unknown_section_is_404(official, draft):
    assert official.get(address(draft.case, "nothing")).status_code == 404
    assert official.post(address(draft.case, "nothing"), {"a": "b"}).status_code == 404


def test_queries_of_a_section_do_not_grow(
    reference, official, membership, django_assert_max_num_queries, monkeypatch
):
    # The thesaurus is read once in a while, not for a section: read now, and not again.
    monkeypatch.setattr(meaning, "CACHE_SECONDS", 3600)
    meaning.thesaurus()
    # Some of what follows is read once a process.
    official.get(address(RevisionFactory(case__member=membership.member).case, "targets-themes"))
    for slug in FILLED:
        counts = []
        for rows in (1, 3):
            draft = RevisionFactory(
                case__member=membership.member,
                targets=["11.2", "9.1", "3.6"][:rows],
                themes=["transport", "housing", "energy"][:rows],
            )
            for number in range(rows):
                draft.joint_members.create(member=MemberFactory(), position=number)
                for name in ("stakeholders", "phases", "indicators", "funding_sources"):
                    getattr(draft, name).create(name=f"Row {number}", position=number)
            with django_assert_max_num_queries(23) as captured:
                official.get(address(draft.case, slug))
            counts.append(len(captured))
        assert counts[0] == counts[1], slug


def test_what_should_be_looked_at_again_stands_beside_its_field(official, draft):
    Revision.objects.filter(pk=draft.pk).update(
        stage="completed", start="2099", budget_amount=5, budget_currency="USD", budget_year=2013
    )
    draft.phases.create(name="Later", start="2014", end="2098")
    draft.funding_sources.create(name="A bank", amount=9)
    page = official.get(address(draft.case, "time")).text
    beside = '<ul class="doubts"><li>%s is more than 40 years ahead: check the year.</li></ul>'
    for anchor, year in (("id_start", 2099), ("id_phases-0-end", 2098)):
        after = page[page.index(f'id="{anchor}_echo"') :]
        assert after[after.index("</output>") :].startswith(f"</output>\n{beside % year}")
    assert page.count('class="doubts"') == 2
    data = section_of(official, draft.case, "budget")
    answer = official.post(address(draft.case, "budget"), data, headers=JSON).json()
    too_much = "The funding sources add up to USD 9, which is more than the budget of USD 5."
    assert answer["doubts"] == {
        "id_budget_year": ["The amount is of 2013, and the policy began in 2099."],
        "id_budget_amount": ["USD 5 is very little. Was it written in thousands or millions?"],
        "rows-funding_sources": [too_much],
    }


SOURCES = [("A", "https://a.example/"), ("B", "https://b.example/"), ("C", "https://c.example/")]
MOVED = [
    # What is sent, the numbers of a phase on each of A, B, C, and rows that lost their source
    ("order", [SOURCES[2], SOURCES[0], SOURCES[1]], [2, 3, 1], 0),
    ("put in front", [("New", "https://n.example/"), *SOURCES], [2, 3, 4], 0),
    ("removed", [SOURCES[0], SOURCES[2]], [1, None, 2], 2),
    ("all removed", [], [None, None, None], 4),
    ("new title", [("A of 2024", SOURCES[0][1]), SOURCES[2], SOURCES[1]], [1, 3, 2], 0),
    ("new address", [SOURCES[1], ("a", "https://other.example/"), SOURCES[2]], [2, 1, 3], 0),
    ("replaced", [("X", "https://x.example/"), *SOURCES[1:]], [None, 2, 3], 1),
]


@pytest.mark.parametrize(("sent", "numbers", "cut"), [case[1:] for case in MOVED], ids=lambda _: "")
def test_rows_follow_the_source_that_they_rest_on(official, draft, sent, numbers, cut):
    for place, (title, url) in enumerate(SOURCES):
        draft.sources.create(title=title, url=url, accessed="2024-05-31", position=place)
        draft.phases.create(name=title, source_number=place + 1, position=place)
    draft.indicators.create(name="Trips", source_number=2)
    draft.stakeholders.create(name="Riders")
    data = section_of(official, draft.case, "files")
    data = {name: value for name, value in data.items() if not name.startswith("sources-")}
    data |= {"sources-TOTAL_FORMS": str(len(sent)), "sources-INITIAL_FORMS": "0"}
    for place, (title, url) in enumerate(sent):
        data |= {f"sources-{place}-title": title, f"sources-{place}-url": url}
        data[f"sources-{place}-accessed"] = "2024-05-31"
    answer = official.post(address(draft.case, "files"), data, follow=True)
    assert list(draft.phases.values_list("source_number", flat=True)) == numbers
    assert draft.indicators.get().source_number == numbers[1]
    assert draft.stakeholders.get().source_number is None
    said = [str(each) for each in answer.context["messages"] if "rested on a source" in str(each)]
    told = {
        1: "1 row rested on a source that was removed; its number was taken out.",
        2: "2 rows rested on a source that was removed; its number was taken out of them.",
        4: "4 rows rested on a source that was removed; its number was taken out of them.",
    }
    assert said == ([told[cut]] if cut else [])


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (0, "The case names no source yet: add it below “Photos, files and sources” first."),
        (1, "There is no source 3: the case names 1."),
        (2, "There is no source 3: the case names 2, counted from 1."),
        (3, ""),
    ],
)
def test_a_row_rests_only_on_a_source_that_is_there(official, draft, count, message):
    for place in range(count):
        draft.sources.create(title=f"Report {place}", position=place)
    typed = {"phases__0__name": "Trial", "phases__0__source_number": "3"}
    answer = save(official, draft.case, "time", **typed)
    assert draft.phases.get().source_number == (None if message else 3)
    if message:
        problems = [("id_phases-0-source_number", "Phase 1, Source no.", message)]
        assert (answer.status_code, answer.context["problems"]) == (422, problems)
        assert 'value="3"' in answer.text
    else:
        assert answer.status_code == 302
