"""The sample library as files: whole, well formed, and no fact of the sources lost."""

import json
import re
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).parents[3]


def read_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


CASES = read_lines(ROOT / "policies/samples/cases.jsonl")
MEMBERS = read_lines(ROOT / "members/samples/members.jsonl")
# The bare facts as they were gathered: numbers, years, amounts, targets, addresses.
FACTS = json.loads(Path(__file__).with_name("sample_facts.json").read_text(encoding="utf-8"))
MEMBER_BY_SLUG = {member["slug"]: member for member in MEMBERS}

CASE_KEYS = [
    "source_id",
    "member",
    "provenance",
    "language",
    "title",
    "summary",
    "challenge",
    "solution",
    "results",
    "lessons",
    "transferability",
    "stage",
    "start",
    "end",
    "scale",
    "people_served",
    "people_served_qualifier",
    "people_served_note",
    "contact_office",
    "contact_url",
    "joint_members",
    "themes",
    "targets",
    "budget",
    "manpower",
    "stakeholders",
    "stakeholders_unavailable",
    "phases",
    "indicators",
    "sources",
]
MEMBER_KEYS = [
    "slug",
    "name",
    "local_name",
    "kind",
    "country",
    "latitude",
    "longitude",
    "geoname_id",
    "population",
    "population_year",
    "population_source",
    "climate",
    "on_coast",
    "status",
    "joined",
    "website",
    "about",
    "evidence",
]
ROW_KEYS = {
    "targets": {"code", "primary", "how"},
    "stakeholders": {"name", "kind", "role", "engagement", "source_number"},
    "phases": {"name", "start", "end", "note", "source_number"},
    "indicators": {
        "name",
        "unit",
        "baseline",
        "baseline_year",
        "planned",
        "result",
        "result_year",
        "source",
        "evidence",
        "baseline_qualifier",
        "planned_qualifier",
        "result_qualifier",
        "reporter",
        "series",
        "source_number",
    },
    "sources": {"title", "url", "accessed"},
}
THEMES = {
    "urban-planning",
    "housing",
    "transport",
    "water-and-sanitation",
    "energy",
    "solid-waste",
    "environment-and-resilience",
    "governance-and-finance",
    "social-inclusiveness-and-well-being",
    "economy-and-jobs",
}
STAGES = {"planned", "under-way", "completed", "stopped", None}
SCOPES = {"total", "annual", "part", None}
LINE_CATEGORIES = {"capital", "operating", "personnel", "services", "land", "other"}
FUNDING_KINDS = {
    "own-budget",
    "national",
    "provincial",
    "development-bank",
    "bilateral-un",
    "private",
    "user-fees",
    "community",
    "philanthropy",
    None,
}
FUNDING_STATES = {"pledged", "received", "withdrawn", None}
STAKEHOLDER_KINDS = {
    "city-department",
    "other-government",
    "utility",
    "private",
    "ngo",
    "community",
    "academia",
    "donor",
    "network",
    "media",
    None,
}
ENGAGEMENTS = {"informed", "consulted", "involved", "partner", "leads", None}
POINTS = ("baseline", "planned", "result")
EVIDENCE = {"reported", "measured", "evaluated", None}
MEMBER_KINDS = {"local-government", "association", "ngo", "company", "institute", "agency"}
MEMBER_STATUSES = {"full", "associate", "partner", "member", "listed"}


def of_each(rows, key):
    """Make one test of a check: it runs on each row, and names by ``key`` the rows that fail."""

    def decorate(check):
        def test():
            failed = {}
            for row in rows:
                try:
                    check(row)
                except AssertionError as error:
                    failed[row[key]] = str(error)
            assert failed == {}

        return test

    return decorate


every_case = of_each(CASES, "source_id")
every_member = of_each(MEMBERS, "slug")
every_fact = of_each(FACTS["members"], "slug")


def numbers_in(text):
    """The numbers of two or more digits in ``text``, thousands separators taken out."""
    joined = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return set(re.findall(r"\d{2,}(?:\.\d+)?|\d\.\d+", joined))


def is_amount(value):
    """Whether ``value`` is unknown or a plain decimal that is not negative."""
    return value is None or (isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value))


def ends_before_it_starts(start, end):
    """Whether ``end`` lies before ``start``; a year alone covers all its months."""
    return bool(start and end and end < start and not start.startswith(end))


def test_library_has_every_case_of_the_sources_once():
    assert [case["source_id"] for case in CASES] == list(FACTS["cases"])
    assert len(CASES) == 133


def test_members_have_unique_slugs_and_names():
    assert len(MEMBER_BY_SLUG) == len(MEMBERS) == 135
    assert len({member["name"] for member in MEMBERS}) == 135


@every_fact
def test_member_of_the_sources_is_present_with_all_its_evidence(fact):
    member = MEMBER_BY_SLUG[fact["slug"]]
    assert member["country"] == fact["country"]
    assert member["geoname_id"] == fact["geoname_id"]
    assert (member["latitude"], member["longitude"]) == (fact["latitude"], fact["longitude"])
    assert [[row["year"], row["url"]] for row in member["evidence"]] == fact["evidence"]
    assert member["status"] in {"full", "member"}


@every_fact
def test_population_of_the_sources_is_kept_or_told_in_the_text(fact):
    member = MEMBER_BY_SLUG[fact["slug"]]
    stated = numbers_in(f"{member['population']} {member['about']}")
    assert numbers_in(str(fact["population"] or "")) <= stated
    assert member["population"] in {None, fact["population"]} or fact["population"] is None


@every_member
def test_member_line_is_well_formed(member):
    assert list(member) == MEMBER_KEYS
    assert member["kind"] in MEMBER_KINDS
    assert member["status"] in MEMBER_STATUSES
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", member["slug"])
    assert re.fullmatch(r"([A-Z]{2})?", member["country"])
    assert (member["latitude"] is None) == (member["longitude"] is None)
    assert (member["population"] is None) == (member["population_source"] == "")
    for row in member["evidence"]:
        assert set(row) == {"statement", "year", "url"}
        assert re.fullmatch(r"https?://\S{4,490}", row["url"])
        assert len(row["statement"]) <= 300


@every_member
def test_listed_member_has_no_evidence_and_a_case(member):
    listed = member["status"] == "listed"
    assert listed == (member["evidence"] == [])
    assert not listed or member["slug"] in {case["member"] for case in CASES}


@every_member
def test_full_member_is_called_so_by_its_evidence(member):
    called_full = any("full member" in row["statement"].lower() for row in member["evidence"])
    assert (member["status"] == "full") == called_full


@every_case
def test_case_line_has_the_keys_of_the_format(case):
    assert list(case) == CASE_KEYS
    for name, keys in ROW_KEYS.items():
        assert [set(row) for row in case[name]] == [keys] * len(case[name])
    assert (case["provenance"], case["language"]) == ("secretariat", "en")


@every_case
def test_case_belongs_to_a_member_of_its_country(case):
    country = FACTS["cases"][case["source_id"]]["country"]
    assert MEMBER_BY_SLUG[case["member"]]["country"] == country


@every_case
def test_case_texts_are_short_enough_and_tidy(case):
    assert 0 < len(case["title"]) <= 200
    assert 0 < len(case["summary"]) <= 500
    for name in ("summary", "challenge", "solution", "results", "lessons", "transferability"):
        assert case[name] == case[name].strip()
        assert not re.search(r"[ \t]\n|\n{3}| {2}", case[name])


@every_case
def test_case_values_are_allowed(case):
    budget = case["budget"]
    assert case["stage"] in STAGES
    assert budget["scope"] in SCOPES
    assert {row["category"] for row in budget["lines"]} <= LINE_CATEGORIES
    assert {row["kind"] for row in budget["funding"]} <= FUNDING_KINDS
    assert {row["state"] for row in budget["funding"]} <= FUNDING_STATES
    assert {row["kind"] for row in case["stakeholders"]} <= STAKEHOLDER_KINDS
    assert {row["engagement"] for row in case["stakeholders"]} <= ENGAGEMENTS
    assert {row["evidence"] for row in case["indicators"]} <= EVIDENCE


@every_case
def test_case_has_one_to_three_themes(case):
    assert 1 <= len(case["themes"]) <= 3
    assert len(set(case["themes"])) == len(case["themes"])
    assert set(case["themes"]) <= THEMES


@every_case
def test_case_has_the_targets_of_the_sources_the_first_one_primary(case):
    codes = [target["code"] for target in case["targets"]]
    assert codes == FACTS["cases"][case["source_id"]]["targets"]
    assert len(codes) <= 7
    assert all(re.fullmatch(r"\d{1,2}\.(\d{1,2}|[a-z])", code) for code in codes)
    assert [t["primary"] for t in case["targets"]] == [True] + [False] * (len(codes) - 1)


@every_case
def test_case_dates_are_well_formed_and_in_order(case):
    for period in [case, *case["phases"]]:
        for month in (period["start"], period["end"]):
            assert month is None or re.fullmatch(r"(19|20)\d\d(-(0[1-9]|1[0-2]))?", month)
        assert not ends_before_it_starts(period["start"], period["end"])


@every_case
def test_case_years_are_those_of_the_sources(case):
    years = [int(month[:4]) if month else None for month in (case["start"], case["end"])]
    assert years == FACTS["cases"][case["source_id"]]["years"]


@every_case
def test_case_amounts_are_plain_decimals(case):
    budget = case["budget"]
    rows = [*budget["lines"], *budget["funding"]]
    for value in [budget["amount"], budget["usd"], *(row["amount"] for row in rows)]:
        assert is_amount(value)
    for row in case["indicators"]:
        # A change may be a fall.
        values = [(row[name] or "").removeprefix("-") or None for name in POINTS]
        assert all(map(is_amount, values))
        assert any(values)
    for row in case["manpower"]["roles"]:
        assert is_amount(row["people"])


@every_case
def test_case_budget_is_that_of_the_sources(case):
    budget = case["budget"]
    amount, currency = FACTS["cases"][case["source_id"]]["budget"]
    assert (budget["amount"], budget["currency"]) == (amount, currency)
    assert (budget["usd"] is None) == (budget["usd_source"] == "")


def test_rows_of_money_exceed_the_amount_only_where_it_is_a_part_of_the_whole():
    beyond = []
    for case in CASES:
        budget = case["budget"]
        for name in ("lines", "funding"):
            known = [Decimal(row["amount"]) for row in budget[name] if row["amount"]]
            over = budget["amount"] and sum(known) > Decimal(budget["amount"])
            if over and budget["scope"] != "part":
                beyond.append((case["source_id"][-3:], name, budget["scope"]))
    # A year's running cost beside the price of the vehicles; savings of members beside a grant.
    assert beyond == [("306", "lines", "annual"), ("314", "funding", "total")]


@every_case
def test_case_names_its_source(case):
    facts = FACTS["cases"][case["source_id"]]
    if "url" in facts:
        assert facts["url"] in [source["url"] for source in case["sources"]]
    else:
        assert facts["sources"] == [source["title"] for source in case["sources"]]
    assert all(len(source["url"]) <= 500 and source["title"] for source in case["sources"])


@every_case
def test_case_links_to_no_copy_of_a_document(case):
    """Copies on other people's servers come and go; the publisher and the title stay."""
    hosts = [source["url"].partition("//")[2].partition("/")[0] for source in case["sources"]]
    copies = r"docslib|docsbay|vdocument|studylib|expydoc|123deta|yumpu|demo|pages\.dev"
    copies += r"|blogspot|^wef\.org|tdminews|zamboanga|shibuyaworldnews"
    assert [host for host in hosts if re.search(copies, host)] == []


@every_case
def test_case_keeps_every_number_of_the_sources(case):
    amounts = [Decimal(row["amount"]) for row in case["budget"]["funding"] if row["amount"]]
    in_millions = " ".join(f"{amount / 1_000_000:f}" for amount in amounts)
    told = numbers_in(json.dumps(case, ensure_ascii=False) + in_millions)
    assert set(FACTS["cases"][case["source_id"]]["numbers"]) - told == set()


@every_case
def test_partial_budget_says_what_it_covers(case):
    assert case["budget"]["scope"] != "part" or case["budget"]["note"]


def test_no_case_claims_a_number_of_staff_that_no_source_gives():
    assert {case["manpower"]["fte"] for case in CASES} == {None}
    assert sum(bool(case["manpower"]["note"]) for case in CASES) == 47


def test_roles_of_staff_say_how_they_are_counted_beside_their_number_alone():
    said = re.compile(r"\b(heads|volunteers\)|full-time)", re.IGNORECASE)
    roles = [role for case in CASES for role in case["manpower"].get("roles", [])]
    assert len([role for role in roles if role.get("counted")]) > 20
    assert [role["role"] for role in roles if said.search(role["role"])] == []
    assert [
        case["title"] for case in CASES if case["manpower"].get("note", "").startswith("Heads")
    ] == []
