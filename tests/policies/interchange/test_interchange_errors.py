"""Every mistake in a line is told with its line and field, and leaves nothing behind."""

import pytest

from members.models import Member
from policies.models import CaseStudy, Revision, Stakeholder
from tests.factories import MemberFactory
from tests.policies.lines import FULL, bring_in, changed, encoded, full, rows, short

BLANK = "This field cannot be blank."


def no_choice(value, *allowed):
    return f"“{value}” is not among the values that may stand here: {', '.join(allowed)}."


MEMBER_KINDS = "local-government, association, ngo, company, institute, agency"
LANGUAGES = (
    "ar, bn, zh, fa, dz, en, fj, fil, fr, hi, id, ja, km, ko, lo, ms, mn, my, ne, pt, ru, si, es, ta, "
    "th, ur, vi"
)
FUNDING = (
    "own-budget, national, provincial, development-bank, bilateral-un, private, user-fees, community, "
    "philanthropy"
)
STAKEHOLDERS = (
    "city-department, other-government, utility, private, ngo, community, academia, donor, network, "
    "media"
)
THEMES = (
    "economy-and-jobs, energy, environment-and-resilience, governance-and-finance, housing, "
    "social-inclusiveness-and-well-being, solid-waste, transport, urban-planning, "
    "water-and-sanitation"
)
QUALIFIERS = "about, at-least, at-most"
CATEGORIES = ["capital", "operating", "personnel", "services", "land", "other"]
TOO_LARGE = (
    "Ensure this value is less than or equal to 999999999999999. "
    "Ensure that there are no more than 15 digits before the decimal point."
)
NUMBER = "Write a number in digits, with a point before decimals: 1250.5"
NEGATIVE = "Ensure this value is greater than or equal to 0."
MONTH = "Write a year (2013) or a year and month (2013-04)."
YEAR = "Write a year from 1900 to 2099."
CURRENCY = "Write a code of three capital letters (ISO 4217): KRW, USD."
DATE = "Write a date as a text: 2024-05-31."
NO_TEXT = "This must be a text."
NO_LIST = "This must be a list."
NO_OBJECT = "This must be an object."
NO_FLAG = "This must be true or false."
NO_EMAIL = "Name the office and its page: e-mail addresses are not shown here."
NO_URL = "Enter a valid URL."


@pytest.fixture(autouse=True)
def surabaya(reference):
    MemberFactory(slug="suwon", name="Suwon", country="KR")
    return MemberFactory(slug="surabaya", name="Surabaya", country="ID")


def too_long(size):
    return f"Ensure this value has at most {size} characters (it has {size + 1})."


# Path, value, message, and the path of the error where it is another one.
MISTAKES = [
    ("source_id", "x" * 201, too_long(200)),
    ("source_id", 7, NO_TEXT),
    (
        "member",
        "atlantis",
        "There is no member “atlantis”; with its name, country and kind it is made.",
    ),
    ("member", "", BLANK),
    ("member", None, BLANK),
    ("member", 7, "This must be a text or an object."),
    ("member", {"kind": "ngo", "country": "ID"}, BLANK, "member.name"),
    ("member", {"name": "Apia", "country": "WS"}, BLANK, "member.kind"),
    ("member", {"name": "Bau", "kind": "odd"}, no_choice("odd", MEMBER_KINDS), "member.kind"),
    (
        "member",
        {"name": "Cebu", "kind": "ngo", "country": "XX"},
        "“XX” is none of the codes of ISO 3166-1. Write two capital letters: FJ, KR.",
        "member.country",
    ),
    ("member", {"name": "Dili", "kind": "ngo", "slug": "a"}, "Unknown key.", "member.slug"),
    ("provenance", "odd", no_choice("odd", "city", "secretariat")),
    (
        "confirmed_at",
        "2025-02-30",
        "“2025-02-30” value has the correct format (YYYY-MM-DD) but it is an invalid date.",
    ),
    ("confirmed_at", "20250201", DATE),
    ("confirmed_at", 2025, DATE),
    ("synthetic", "yes", NO_FLAG),
    ("synthetic", 1, NO_FLAG),
    ("language", "xx", no_choice("xx", LANGUAGES)),
    ("language", None, BLANK),
    ("title", "", BLANK),
    ("title", " \n", BLANK),
    ("title", None, BLANK),
    ("title", "x" * 201, too_long(200)),
    ("title", ["x"], NO_TEXT),
    ("title", "a\x00b", "The character U+0000 is not allowed."),
    ("summary", "", BLANK),
    ("summary", "x" * 1001, too_long(1000)),
    ("challenge", "x" * 50_001, too_long(50_000)),
    ("solution", "x" * 50_001, too_long(50_000)),
    ("results", "x" * 50_001, too_long(50_000)),
    ("lessons", "x" * 50_001, too_long(50_000)),
    ("transferability", "x" * 50_001, too_long(50_000)),
    ("results", "a\x1bb", "The character U+001B is not allowed."),
    ("results", "a\ud800b", "The character U+D800 is not allowed."),
    ("lessons", False, NO_TEXT),
    ("stage", "odd", no_choice("odd", "planned", "under-way", "completed", "stopped")),
    ("start", "13-04", MONTH),
    ("start", "2013-13", MONTH),
    ("start", "2013\n", MONTH),
    ("start", 2013, NO_TEXT),
    ("end", "soon", MONTH),
    ("end", "2013-03", "The end is before the start."),
    ("end", "2012", "The end is before the start."),
    ("scale", "odd", no_choice("odd", "site, neighbourhood, district, city, beyond")),
    ("people_served", "many", "Write a whole number in digits."),
    ("people_served_qualifier", "odd", no_choice("odd", QUALIFIERS)),
    ("people_served_note", "x" * 201, too_long(200)),
    ("contact_office", "kim@suwon.example", NO_EMAIL),
    ("contact_office", "x" * 201, too_long(200)),
    ("contact_url", "mailto:kim@suwon.example", f"{NO_URL} {NO_EMAIL}"),
    ("joint_members", "suwon", NO_LIST),
    ("joint_members[0]", "atlantis", "There is no member “atlantis”."),
    ("joint_members[0]", "surabaya", "“surabaya” is there twice."),
    ("themes", "transport", NO_LIST),
    ("themes", ["transport", "housing", "energy", "solid-waste"], "At most 3 are allowed."),
    ("themes[1]", "odd", f"There is no “odd”. There are: {THEMES}."),
    ("themes[1]", "transport", "“transport” is there twice."),
    ("themes[1]", None, BLANK),
    ("themes[1]", 3, NO_TEXT),
    ("targets", {"code": "11.2"}, NO_LIST),
    ("targets", [{"code": f"1.{n}"} for n in range(1, 9)], "At most 7 are allowed."),
    ("targets[1]", "9.1", NO_OBJECT),
    ("targets[1]", {}, BLANK, "targets[1].code"),
    (
        "targets[1].code",
        "18.1",
        "There is no “18.1”. Write the code of one of the 169 targets, from 1.1 to 17.19: 11.6, 16.b.",
    ),
    (
        "targets[1].code",
        "7.9",
        "There is no “7.9”. Of this goal there are: 7.1, 7.2, 7.3, 7.a, 7.b.",
    ),
    ("targets[1].code", 9.1, NO_TEXT),
    ("targets[1].code", "11.2", "“11.2” is there twice."),
    ("targets[1].primary", True, "Only one target can be the primary one."),
    ("targets[1].primary", 1, NO_FLAG),
    ("targets[1].primary", "yes", NO_FLAG),
    ("targets[1].how", "x" * 1001, too_long(1000)),
    ("targets[1].why", "", "Unknown key."),
    ("budget", "1300000000", NO_OBJECT),
    ("budget.amount", "-1", NEGATIVE),
    ("budget.amount", "1,300", NUMBER),
    ("budget.amount", "1e9", NUMBER),
    ("budget.amount", "1_000", NUMBER),
    ("budget.amount", "NaN", NUMBER),
    ("budget.amount", "٣", NUMBER),
    ("budget.amount", " 1", NUMBER),
    ("budget.amount", True, NUMBER),
    ("budget.amount", "1.234", "Ensure that there are no more than 2 decimal places."),
    ("budget.amount", "1" + "0" * 15, TOO_LARGE),
    ("budget.amount", "1234567890123456", "At most 15 digits can be kept."),
    ("budget.currency", "", "Choose the currency of the budget."),
    ("budget.currency", "won", CURRENCY),
    (
        "budget.currency",
        "WONS",
        f"{CURRENCY} Ensure this value has at most 3 characters (it has 4).",
    ),
    ("budget.year", 1899, YEAR),
    ("budget.year", 2100, YEAR),
    ("budget.year", "13", YEAR),
    ("budget.year", True, YEAR),
    ("budget.scope", "odd", no_choice("odd", "total", "annual", "part")),
    ("budget.qualifier", "odd", no_choice("odd", QUALIFIERS)),
    ("budget.basis", "odd", no_choice("odd", "planned", "approved", "spent")),
    (
        "budget.fiscal_year",
        "2013/15",
        "“2013/15” are not two years that follow each other; write it as 2019/20.",
    ),
    ("budget.fiscal_year", "x" * 21, too_long(20)),
    ("budget.usd", "-1", NEGATIVE),
    ("budget.usd", None, "A source is given, but no amount in USD."),
    ("budget.usd_source", "", "Name who states the amount in USD."),
    ("budget.usd_source", "x" * 301, too_long(300)),
    ("budget.note", "x" * 2001, too_long(2000)),
    ("budget.unavailable", "x" * 301, too_long(300)),
    ("budget.total", "1", "Unknown key."),
    ("budget.lines", {}, NO_LIST),
    ("budget.lines[0]", None, NO_OBJECT),
    ("budget.lines[0].category", None, BLANK),
    ("budget.lines[0].category", "odd", no_choice("odd", *CATEGORIES)),
    ("budget.lines[0].amount", "-0.01", NEGATIVE),
    ("budget.lines[0].note", "x" * 501, too_long(500)),
    ("budget.lines[0].name", "x", "Unknown key."),
    ("budget.lines[0].qualifier", "odd", no_choice("odd", QUALIFIERS)),
    ("budget.lines[0].source_number", 0, "Ensure this value is greater than or equal to 1."),
    ("budget.funding", 1, NO_LIST),
    ("budget.funding[1].kind", "odd", no_choice("odd", FUNDING)),
    ("budget.funding[1].name", "", BLANK),
    ("budget.funding[1].name", "x" * 301, too_long(300)),
    ("budget.funding[1].amount", "many", NUMBER),
    ("budget.funding[1].state", "odd", no_choice("odd", "pledged", "received", "withdrawn")),
    ("budget.funding[1].note", "x" * 501, too_long(500)),
    ("budget.funding[1].colour", "red", "Unknown key."),
    ("budget.funding[1].qualifier", "odd", no_choice("odd", QUALIFIERS)),
    ("budget.funding[1].currency", "usd", CURRENCY),
    ("budget.funding[1].year", "soon", YEAR),
    (
        "budget.funding[0].fiscal_year",
        "2013/14",
        "The fiscal year 2013/14 begins in 2013, not in 2014.",
    ),
    (
        "budget.funding[1].fiscal_year",
        "2076/77 BS",
        "Give also the year in which this fiscal year begins.",
    ),
    ("budget.funding[1].source_number", 3, "There is no source 3."),
    ("manpower", [], NO_OBJECT),
    ("manpower.fte", "-1", NEGATIVE),
    ("manpower.fte", "1.25", "Ensure that there are no more than 1 decimal place."),
    ("manpower.heads", -1, NEGATIVE),
    ("manpower.volunteers", "12.5", "Write a whole number in digits."),
    ("manpower.year", 13, YEAR),
    ("manpower.note", "x" * 2001, too_long(2000)),
    ("manpower.unavailable", "x" * 301, too_long(300)),
    ("manpower.staff", 1, "Unknown key."),
    ("manpower.roles[0].role", "", BLANK),
    ("manpower.roles[0].organisation", "x" * 201, too_long(200)),
    ("manpower.roles[0].people", "-1", NEGATIVE),
    ("manpower.roles[0].months", "-1", NEGATIVE),
    ("manpower.roles[0].counted", "odd", no_choice("odd", "fte", "heads", "volunteers")),
    ("manpower.roles[0].source_number", 3, "There is no source 3."),
    ("stakeholders", "all", NO_LIST),
    ("stakeholders", [{"name": "A"}] * 501, "At most 500 are allowed."),
    ("stakeholders[0].name", None, BLANK),
    ("stakeholders[0].kind", "odd", no_choice("odd", STAKEHOLDERS)),
    ("stakeholders[0].role", "x" * 501, too_long(500)),
    (
        "stakeholders[0].engagement",
        "odd",
        no_choice("odd", "informed", "consulted", "involved", "partner", "leads"),
    ),
    ("stakeholders[0].source_number", 3, "There is no source 3."),
    ("stakeholders_unavailable", "x" * 301, too_long(300)),
    ("phases[0].name", "", BLANK),
    ("phases[0].start", "April", "Write a year (2013) or a year and month (2013-04)."),
    ("phases[0].end", "2013-03", "The end is before the start."),
    ("phases[0].note", "x" * 1001, too_long(1000)),
    ("phases[0].source_number", 3, "There is no source 3."),
    ("indicators[0].name", "", BLANK),
    ("indicators[0].unit", "x" * 81, too_long(80)),
    ("indicators[0].baseline", "low", NUMBER),
    ("indicators[0].baseline_year", 12, YEAR),
    ("indicators[0].planned", "1.23456", "Ensure that there are no more than 4 decimal places."),
    ("indicators[0].result", [], NUMBER),
    ("indicators[0].result_year", "soon", YEAR),
    ("indicators[0].source", "x" * 301, too_long(300)),
    ("indicators[0].evidence", "odd", no_choice("odd", "reported", "measured", "evaluated")),
    ("indicators[0].baseline_qualifier", "odd", no_choice("odd", QUALIFIERS)),
    ("indicators[0].planned_qualifier", "odd", no_choice("odd", QUALIFIERS)),
    ("indicators[0].result_qualifier", "odd", no_choice("odd", QUALIFIERS)),
    (
        "indicators[0].reporter",
        "odd",
        no_choice("odd", "city", "funder", "press", "research", "evaluator"),
    ),
    (
        "indicators[0].series",
        "2012: 5; soon: 6",
        "“soon: 6” is not a year with a value. Write them so: 2018: 12.5; 2019: 14",
    ),
    ("indicators[0].series", "2012: 5; 2012: 6", "The year 2012 is there twice."),
    ("indicators[0].source_number", 3, "There is no source 3."),
    ("sources[0].title", "", BLANK),
    ("sources[0].url", "example.org", NO_URL),
    ("sources[0].url", "javascript:alert(1)", NO_URL),
    ("sources[0].url", "ftp://example.org/", "An address begins with http:// or https://."),
    ("sources[0].url", "https://example.org/" + "x" * 481, too_long(500)),
    ("sources[0].accessed", "yesterday", DATE),
    ("colour", "red", "Unknown key."),
]


def test_mistake_is_told_by_line_and_field():
    lines, expected = [short()], []
    for path, value, message, *error_path in MISTAKES:
        # Each line but those about it has an id of its own.
        line = {**full(), "source_id": f"case {len(lines)}"}
        lines.append(changed(path, value, line))
        expected.append((len(lines), *(error_path or [path]), message))

    importer, errors = bring_in(*lines)

    assert errors == expected
    assert importer.counts == {
        "created": 1, "updated": 0, "unchanged": 0, "published": 0, "bad": len(MISTAKES)
    }  # fmt: skip
    # The good line is in; of the bad one there is nothing.
    assert CaseStudy.objects.count() == Revision.objects.count() == 1
    assert Member.objects.count() == 2
    assert Stakeholder.objects.count() == 0


def test_every_key_of_the_format_has_a_mistake_in_the_table():
    def paths(value, path=""):
        if isinstance(value, dict):
            return [each for key in value for each in paths(value[key], f"{path}.{key}")]
        if isinstance(value, list):
            return [each for item in value for each in paths(item, path)]
        return [path]

    tried = {
        ".".join(part.partition("[")[0] for part in (f".{mistake[0]}").split("."))
        for mistake in MISTAKES
    }
    assert set(paths(FULL)) - tried == set()


@pytest.mark.parametrize("key", ["member", "language", "title", "summary"])
def test_required_key_that_is_missing_is_told(key):
    line = short()
    del line[key]

    assert bring_in(line)[1] == [(1, key, BLANK)]


def test_everything_that_is_wrong_with_a_line_is_told_at_once():
    line = full(title="", stage="odd", colour="red", end="2013-99")
    line["budget"] |= {"amount": "much", "usd_source": "", "lines": [{}]}
    line["sources"][1]["url"] = "paper"

    errors = bring_in(line)[1]

    assert [(number, field) for number, field, _message in errors] == [
        (1, "colour"),
        (1, "title"),
        (1, "stage"),
        (1, "end"),
        (1, "budget.amount"),
        (1, "budget.lines[0].category"),
        (1, "sources[1].url"),
        (1, "budget.usd_source"),
    ]


def test_unreadable_lines_are_told_and_the_others_go_in():
    importer, errors = bring_in("{", short(title="One"), b"\xff", "", short(title="Two"))

    assert [(line, field) for line, field, _message in errors] == [(1, ""), (3, "")]
    assert [each["title"] for each in rows()] == ["One", "Two"]
    assert (importer.counts["created"], importer.counts["bad"]) == (2, 2)


def test_unknown_member_is_named_harmlessly():
    (error,) = bring_in(short(member="\x1b[31m" + "x" * 1000))[1]

    assert error[:2] == (1, "member")
    assert "\x1b" not in error[2]
    assert len(error[2]) < 400


def test_unknown_key_is_named_harmlessly():
    (error,) = bring_in(short(**{"\x1b[31m": 1}))[1]

    assert error == (1, "\\x1b[31m", "Unknown key.")


def test_second_line_with_a_source_id_is_an_error():
    importer, errors = bring_in(full(), short(source_id="other"), full(title="Other buses"))

    assert errors == [(3, "source_id", "Line 1 has the same one.")]
    assert [each["title"] for each in rows()] == ["Night buses", "Night buses"]
    assert importer.counts["bad"] == 1


def test_second_line_with_a_source_id_is_an_error_in_a_later_batch_too():
    _importer, errors = bring_in(full(), full(), batch_size=1)

    assert errors == [(2, "source_id", "Line 1 has the same one.")]
    assert CaseStudy.objects.count() == 1


def test_amount_too_large_in_usd_is_an_error_of_the_amount():
    budget = {"amount": "9" * 15 + "000", "currency": "GBP", "year": 2010}

    assert [error[:2] for error in bring_in(short(budget=budget))[1]] == [(1, "budget.amount")]


def test_bad_line_makes_no_member():
    member = {"name": "New City", "country": "ID", "kind": "local-government"}

    bring_in(short(member=member, title=""))

    assert not Member.objects.filter(name="New City").exists()


def test_line_that_is_too_long_is_told():
    line = encoded(short(summary="x" * 2_000_000)).rstrip(b"\n")

    errors = bring_in(line, short())[1]

    assert errors == [(1, "", "The line is longer than 2000000 bytes.")]
    assert CaseStudy.objects.count() == 1
