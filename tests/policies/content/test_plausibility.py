"""What cannot be true in a case, and what should be looked at again."""

import datetime
from decimal import Decimal

import pytest

from policies.content import currencies, plausibility
from policies.models import (
    BudgetLine,
    FundingSource,
    Indicator,
    Phase,
    Revision,
    Source,
    StaffRole,
)
from tests.factories import MemberFactory, RevisionFactory

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)


def findings(section, rows=(), *, member_fields=None, **content):
    """(level, field, message) of what is found in a section of a draft."""
    fields = {"country": "VN", "population": 500_000} | (member_fields or {})
    revision = RevisionFactory(case__member=MemberFactory(**fields), **content)
    for position, row in enumerate(rows):
        row.revision, row.position = revision, position
        row.save()
    found = plausibility.checks(revision, section, today=TODAY)
    assert {each.section for each in found} <= {section}
    return [(each.level, each.field, each.message) for each in found]


BIKRAM = (
    "%s is too far ahead. If it is a year of Bikram Sambat, it is %s or %s in the common era: "
    "write that."
)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"stage": "completed", "start": "2013", "end": "2026-11"}, []),
        ({"stage": "planned", "start": "2030-05", "end": "2035"}, []),
        ({"stage": "under-way", "start": "2026", "end": "2030"}, []),
        ({"stage": "completed", "start": "2013"}, []),
        (
            {"stage": "completed", "start": "2030-05"},
            [
                (
                    "hard",
                    "start",
                    "It is completed, but starts in the future (2030-05). Is it planned?",
                )
            ],
        ),
        (
            {"stage": "under-way", "start": "2026-12"},
            [
                (
                    "hard",
                    "start",
                    "It is under way, but starts in the future (2026-12). Is it planned?",
                )
            ],
        ),
        (
            {"stage": "completed", "start": "2020", "end": "2027"},
            [("hard", "end", "It is completed, but ends in the future (2027). Is it under way?")],
        ),
        (
            {"stage": "under-way", "start": "2013", "end": "2015"},
            [("soft", "stage", "It is under way, but ended in the past (2015). Is it completed?")],
        ),
        (
            {"stage": "planned", "start": "2019", "end": "2021-03"},
            [("soft", "stage", "It is planned, but its time is over (2021-03). Has it begun?")],
        ),
        (
            {"stage": "completed", "start": "2080", "end": "2081-02"},
            [
                ("hard", "start", BIKRAM % (2080, 2023, 2024)),
                ("hard", "end", BIKRAM % (2081, 2024, 2025)),
            ],
        ),
        (
            {"start": "2080", "language": "ne"},
            [
                (
                    "hard",
                    "start",
                    "2080 is a year of Bikram Sambat: in the common era it is 2023 or 2024. Write that.",
                )
            ],
        ),
        (
            {"stage": "planned", "start": "2090"},
            [("hard", "start", "2090 is more than 40 years ahead: check the year.")],
        ),
    ],
)
def test_dates_and_stage_fit_each_other(content, found):
    assert findings("time", **content) == found


def test_phases_fit_the_policy():
    rows = [
        Phase(name="Preparation", start="2010", end="2012"),
        Phase(name="Trial", start="2013-04", end="2016-01"),
        Phase(name="Later", start="2079"),
    ]
    assert findings("time", rows, stage="completed", start="2013", end="2015") == [
        ("soft", "phases-1-end", "This phase ends after the policy (2015)."),
        ("hard", "phases-2-start", BIKRAM % (2079, 2022, 2023)),
        ("soft", "phases-2-end", "This phase ends after the policy (2015)."),
    ]


def budget(code="USD", amount=1_000_000, year=2013, **more):
    return {
        "budget_amount": amount,
        "budget_currency": code,
        "budget_year": year,
        "start": "2013",
    } | more


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (budget("VND"), []),
        (budget("ITL", year=1998, start="1998"), []),
        (budget(year=None), [("soft", "budget_year", "The budget has no year, so it cannot be converted or compared.")]),
        (budget("VDN"), [("hard", "budget_currency", "There is no currency VDN. Did you mean VND?")]),
        (budget("ABC"), [("hard", "budget_currency", "There is no currency ABC. Did you mean VND?")]),
        (budget("UDS"), [("hard", "budget_currency", "There is no currency UDS. Did you mean USD?")]),
        (budget("XXX"), [("hard", "budget_currency", "There is no currency XXX. Did you mean VND?")]),
        (
            budget("DEM"),
            [("soft", "budget_currency", "DEM was money until 2002, and the amount is of 2013.")],
        ),
        (budget(year=2083), [("hard", "budget_year", BIKRAM % (2083, 2026, 2027))]),
        (
            budget(year=1985),
            [("soft", "budget_year", "The amount is of 1985, and the policy began in 2013.")],
        ),
        (
            budget(year=2026, end="2014"),
            [("soft", "budget_year", "The amount is of 2026, and the policy ended in 2014.")],
        ),
        (
            budget(year=2028, stage="completed"),
            [("soft", "budget_year", "The amount is of 2028, which is in the future.")],
        ),
        (
            budget(budget_usd=Decimal(60_000_000_000)),
            [
                (
                    "soft",
                    "budget_amount",
                    "USD 60 billion is more than any city spent on one policy: check the zeros.",
                )
            ],
        ),
        (
            budget(budget_usd=Decimal(30_000_000_000)),
            [
                (
                    "soft",
                    "budget_amount",
                    "USD 30 billion is USD 60,000 for each resident: check the zeros and the currency.",
                )
            ],
        ),
        (
            budget(budget_usd=Decimal(12)),
            [
                (
                    "soft",
                    "budget_amount",
                    "USD 12 is very little. Was it written in thousands or millions?",
                )
            ],
        ),
    ],
)  # fmt: skip
def test_amounts_can_be_paid(content, found):
    assert findings("budget", **content) == found


def test_parts_are_no_more_than_the_whole():
    rows = [
        BudgetLine(category="capital", amount=700_000),
        BudgetLine(category="other", amount=400_000),
        FundingSource(name="A bank", amount=900_000),
        FundingSource(name="A donor", amount=5_000_000, state="withdrawn"),
        FundingSource(name="A fund", amount=90_000_000, currency="VND"),
    ]
    expected = "The budget lines add up to USD 1.1 million, which is more than the budget of USD 1 million."
    assert findings("budget", rows, **budget()) == [("soft", "budget_lines", expected)]
    rows = [FundingSource(name="A bank", amount=900_000), FundingSource(name="Us", amount=200_000)]
    expected = "The funding sources add up to USD 1.1 million, which is more than the budget of USD 1 million."
    assert findings("budget", rows, **budget()) == [("soft", "funding_sources", expected)]


def test_staff_are_people_of_this_place():
    rows = [
        StaffRole(role="Drivers", people=8, months=12),
        StaffRole(role="Planners", people=600_000, months=700),
    ]
    assert findings("manpower", rows, staff_fte=60_000) == [
        ("soft", "staff_fte", "60,000 people are a lot for one policy: check the number."),
        (
            "soft",
            "staff_roles-1-people",
            "600,000 people are more than live there (500,000).",
        ),
        ("soft", "staff_roles-1-months", "700 months are more than 50 years: check the number."),
        (
            "soft",
            "staff_roles",
            "The roles add up to 600,008, which is more than the total of 60,000.",
        ),
    ]
    assert findings("manpower", rows[:1], staff_fte=8) == []


def test_indicators_are_measured_before_they_are_told():
    rows = [
        Indicator(name="Riders", baseline=900, baseline_year=2012, result=2200, result_year=2014),
        Indicator(name="Buses", baseline=9, result=9),
        Indicator(name="Fares", result=9, result_year=2030),
        Indicator(name="Trips", result=9, baseline=1, result_year=2010, baseline_year=2080),
    ]
    future = (
        "%d is in the future, and this was measured. A value that is aimed at belongs to “planned”."
    )
    assert findings("results", rows) == [
        ("soft", "indicators-1-result", "The result equals the value before: did nothing change?"),
        ("hard", "indicators-2-result_year", future % 2030),
        ("hard", "indicators-3-baseline_year", BIKRAM % (2080, 2023, 2024)),
        (
            "soft",
            "indicators-3-result_year",
            "The result is of an earlier year than the value before.",
        ),
    ]


PRIVATE = "Readers cannot open %s: it is no address of the public internet."


@pytest.mark.parametrize(
    ("url", "level", "message"),
    [
        ("https://www.danang.gov.vn/report", None, None),
        ("http://1.1.1.1/", None, None),
        ("https://xn--80ahi.mn/", None, None),
        ("http://localhost:8000/policies/", "hard", PRIVATE % "localhost"),
        ("http://LOCALHOST./", "hard", PRIVATE % "localhost"),
        ("http://intranet/report", "hard", PRIVATE % "intranet"),
        ("http://files.city.local/", "hard", PRIVATE % "files.city.local"),
        ("http://127.0.0.1/", "hard", PRIVATE % "127.0.0.1"),
        ("http://192.168.1.7/a.pdf", "hard", PRIVATE % "192.168.1.7"),
        ("http://[::1]/", "hard", PRIVATE % "::1"),
        ("http://127.1/", "hard", PRIVATE % "127.1"),
        ("http://2130706433/", "hard", PRIVATE % "2130706433"),
        ("https://kim:secret@city.go.kr/", "hard", "This address holds a name or password, which readers would see."),
        ("http://[::1/", "hard", "This address cannot be read."),
        ("https://example.org/report", "soft", "example.org is an example address from manuals. Which page is it?"),
        ("https://www.city.example/", "soft", "www.city.example is an example address from manuals. Which page is it?"),
    ],
)  # fmt: skip
def test_sources_can_be_opened(url, level, message):
    found = findings("files", [Source(title="Report", url=url)])
    assert found == ([(level, "sources-0-url", message)] if level else [])


def test_nothing_was_read_or_confirmed_in_the_future():
    rows = [Source(title="Report", accessed=datetime.date(2062, 1, 1))]
    assert findings("files", rows) == [
        ("hard", "sources-0-accessed", "It cannot have been read in the future.")
    ]
    assert findings("case", case__confirmed_at=datetime.date(2924, 5, 1)) == [
        ("hard", "confirmed_at", "It cannot have been confirmed in the future (2924-05-01).")
    ]


def test_findings_lead_to_their_inputs():
    field = plausibility.Finding("soft", "time", "phases-0-end", "")
    rows = plausibility.Finding("soft", "budget", "funding_sources", "")
    assert (field.anchor, rows.anchor) == ("id_phases-0-end", "rows-funding_sources")


@pytest.mark.parametrize(
    ("code", "country", "codes"),
    [
        ("VDN", "", ["VND"]),
        ("RPS", "NP", ["NPR"]),
        ("WON", "KR", ["KRW"]),
        ("EURO", "", []),
        ("QQQ", "", []),
        ("", "FJ", ["FJD"]),
        ("FJX", "FJ", ["FJD"]),
    ],
)
def test_currency_that_is_meant(code, country, codes):
    assert currencies.meant(code, country, 2013) == codes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Buses run at night – every 20 minutes.", 7),
        ("쓰레기 종량제", 2),
        ("ごみの分別を市民と進める", 6),
        ("夜间公交每二十分钟一班", 6),
        ("การจัดการน้ำเสียในเมือง", 5),
        ("Bus 夜间公交", 3),
    ],
)
def test_words_are_counted_about_in_scripts_without_blanks_too(text, words):
    assert plausibility.word_count(Revision(summary=text)) == words
