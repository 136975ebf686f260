"""What is typed into the sections of a case: stored and given back, understood, or named as wrong."""

import html

import pytest
from django.db import transaction
from django.urls import reverse

from citynet.web.text import clean_text
from policies.forms.registry import SECTIONS
from policies.models import Revision
from tests.factories import MemberFactory
from tests.policies.authors import address, fields_of, save, section_of

from .sections import (
    JSON,
    changed,
    editor_of,
    line,
    reported,
    store,
)

pytestmark = pytest.mark.django_db


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
def test_section_saves_every_field_and_can_be_emptied_again(official, draft, slug):
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


def test_wrong_answer_is_named_and_all_others_are_saved(official, draft, subtests):
    before = line(draft)
    for slug, typed, anchor, saved in WRONG:
        with subtests.test(slug=slug, typed=typed), transaction.atomic():
            editor = editor_of(official, fresh(draft), slug, **typed)
            assert store(editor, fresh(draft)) is False
            assert {each[0] for each in editor.problems()} == {anchor}
            assert reported(changed(before, line(draft))) == reported(saved)
            transaction.set_rollback(True)


# One a section, and what is hardest to show again.
SHOWN = [WRONG[n] for n in (2, 4, 5, 6, 8, 9, 10, 14, 15, 26, 28, 30, 31)]


@pytest.mark.parametrize(("slug", "typed", "anchor", "saved"), SHOWN)
def test_wrong_answer_stays_on_the_page_as_it_was_typed(
    official, draft, slug, typed, anchor, saved
):
    sent = section_of(official, draft.case, slug, **typed)
    answer = official.post(address(draft.case, slug), sent)
    assert answer.status_code == 422
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
    if saved:
        # Sent once more as it is, it is no conflict with itself.
        sent |= {"seen": again["seen"]}
        answer = official.post(address(draft.case, slug), sent, headers=JSON)
        assert answer.status_code == 422


def fresh(draft):
    return Revision.objects.select_related("case__member", "created_by").get(pk=draft.pk)


def test_field_with_an_error_keeps_what_was_stored(official, draft):
    save(official, draft.case, "budget", budget_amount="100", budget_currency="NPR", budget_year="2013", budget_lines__0__category="land", budget_lines__0__amount="60", budget_lines__1__category="other", budget_lines__1__note="Roof")  # fmt: skip
    stored = line(draft)["budget"]
    typed = {"budget_amount": "ten", "budget_currency": "USD", "budget_note": "New", "budget_lines__0__amount": "6.O", "budget_lines__0__note": "Soil"}  # fmt: skip
    assert store(editor_of(official, fresh(draft), "budget", **typed), fresh(draft)) is False
    # An amount in rupees does not become one in dollars.
    lines = [{**stored["lines"][0], "note": "Soil"}, stored["lines"][1]]
    assert line(draft)["budget"] == stored | {"note": "New", "lines": lines}
    # A good amount waits for its currency.
    typed = {"budget_amount": "200", "budget_currency": "dollars of old"}
    assert store(editor_of(official, fresh(draft), "budget", **typed), fresh(draft)) is False
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


def test_what_was_understood_is_saved(official, draft, subtests):
    before = line(draft)
    for slug, typed, saved, said in UNDERSTOOD:
        with subtests.test(typed=typed), transaction.atomic():
            editor = editor_of(official, fresh(draft), slug, **typed)
            assert store(editor, fresh(draft)) is True
            assert reported(changed(before, line(draft))) == reported(saved)
            told = [text for _id, _label, text, _other in editor.understood()]
            assert told
            assert [text for text in told if text not in f"{said}, = VND"] == []
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("slug", "typed", "saved", "said"), [UNDERSTOOD[0], UNDERSTOOD[3], UNDERSTOOD[4]]
)
def test_what_was_understood_is_said_at_once(official, draft, slug, typed, saved, said):
    sent = section_of(official, draft.case, slug, **typed)
    told = official.post(address(draft.case, slug), sent, headers=JSON).json()["understood"]
    assert told
    assert [text for text in told.values() if text not in f"{said}, = VND"] == []
    page = official.get(save(official, draft.case, slug, **typed).url)
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


def test_plain_number_from_a_thousand_up_is_said_in_words(official, draft):
    said_of = {}
    for slug, name, typed, _said in PLAIN:
        editor = editor_of(official, draft, slug, **{name.replace("-", "__"): typed})
        editor.is_valid()
        said_of[name, typed] = {each[0]: each[2] for each in editor.understood()}
    assert said_of == {
        (name, typed): {f"id_{name}": said} if said else {} for _slug, name, typed, said in PLAIN
    }


@pytest.mark.parametrize(
    ("slug", "name", "typed", "said"), [each for each in PLAIN if each[0] in ("budget", "basics")]
)
def test_number_in_words_stands_beside_its_field(official, draft, slug, name, typed, said):
    sent = section_of(official, draft.case, slug, **{name.replace("-", "__"): typed})
    # Not once more on top of the page.
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


def test_text_of_any_script_is_kept_as_it_is(official, draft):
    texts = [
        "=1+1",
        "🏙️ bus 👩‍🚒",
        "حافلات الليل في المدينة",
        "mix עברית and English",
        "ga\u0301tos a\u0300\u0323",
        "<script>alert(1)</script> & \"quotes\" 'here'",
        "{{ 7|add:7 }} {% url 'home' %}",
    ]
    text = " ".join(texts)
    save(official, draft.case, "basics", title=text, summary=text)
    draft.refresh_from_db()
    assert (draft.title, draft.summary) == (text, text)
    page = official.get(address(draft.case, "basics"))
    assert fields_of(page)["summary"] == [text]
    preview = official.get(reverse("policies:preview", args=[draft.case_id]))
    assert html.escape(text).replace("&#x27;", "&#x27;") in preview.text


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


def test_amount_in_usd_is_computed_when_it_is_not_stated(official, draft):
    save(official, draft.case, "budget", budget_amount="5", budget_currency="USD")
    draft.refresh_from_db()
    assert (draft.budget_usd, draft.budget_usd_source) == (5, "")
    page = official.get(address(draft.case, "budget"))
    assert fields_of(page)["budget_usd"] == [""]
    save(official, draft.case, "budget", budget_amount="", budget_currency="")
    draft.refresh_from_db()
    assert draft.budget_usd is None


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
