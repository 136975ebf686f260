"""Cases made by a program, to measure speed: as long and as varied as real ones, and marked.

The words are our own and follow the law of natural texts: few are frequent, most are rare.
"""

import datetime
import itertools
from decimal import Decimal

from django.db import connection

from members.models import Member
from policies.content.exchange_rates import to_usd
from policies.models import (
    BudgetLine,
    CaseStudy,
    Contribution,
    FundingSource,
    Indicator,
    Phase,
    Revision,
    RevisionTheme,
    Source,
    StaffRole,
    Stakeholder,
)

PREFIX = "Synthetic case"
SLUG_PREFIX = "synthetic-"
# This word is in about 70 of 100 cases.
COMMON_WORD = "city"
VOCABULARY_SIZE = 20_000
# Flattens the head of the distribution (Zipf's law as Mandelbrot gave it).
FLATNESS = 55
SENTENCES = 20_000
WORDS_A_SENTENCE = 10
MEMBERS = 60
# Dates are drawn before this day, so that the same seed gives the same cases tomorrow.
NOW = datetime.date(2026, 1, 1)

# Frequent words first.
STEMS = """
city water street bus waste school river market plan road park energy house bridge air light
train garden harbour ward flood canal roof lamp cycle pipe meter depot clinic library tariff
fund levy permit survey sensor pump valve drain kerb lane signal ferry tram station platform
ticket route compost bin landfill plastic glass paper metal oil wind sun heat coal forest
wetland reef shore hill valley island delta storm quake fire smoke dust noise tree seed farm
food kitchen stove brick timber steel stone tile wall door window stair lift square plaza
"""
# The rare ones are made of these.
BEGINNINGS = "ba be da de fa ga ha ka ke la le ma me mo na no pa po ra ri sa se ta to va wa"
ENDINGS = """
bar bek dan dor fel fin gor gul han hem jin jor kal kin lum lek mer mon nor nim pol pek quin ras
rol sul sem tam tin und vor wex yar zil
"""

# Country, currency, latitude and longitude of a place in it.
COUNTRIES = [
    ("KR", "KRW", 36.5, 127.8),
    ("ID", "IDR", -7.0, 110.4),
    ("PH", "PHP", 14.6, 121.0),
    ("IN", "INR", 22.7, 75.9),
    ("TH", "THB", 13.8, 100.5),
    ("MY", "MYR", 3.1, 101.7),
    ("VN", "VND", 16.1, 108.2),
    ("BD", "BDT", 23.7, 90.4),
    ("LK", "LKR", 6.9, 79.9),
    ("JP", "JPY", 35.4, 139.6),
]
# So many units of these buy a dollar, roughly: it only spreads the amounts over the bands.
UNITS = {"KRW": 1100, "IDR": 13_000, "VND": 22_000, "JPY": 110, "INR": 65, "BDT": 85, "LKR": 150}


def new_members(draw, taken):
    """Return unsaved members for synthetic cases; ``taken`` says how many there are already."""
    members = []
    for number in range(taken + 1, MEMBERS + 1):
        country, _currency, latitude, longitude = COUNTRIES[number % len(COUNTRIES)]
        population = draw.choice([None, int(10 ** draw.uniform(4.3, 7.3))])
        members.append(
            Member(
                kind=draw.choices(Member.Kind.values, [30, 3, 4, 2, 2, 2])[0],
                name=f"Synthetic City {number}",
                slug=f"{SLUG_PREFIX}city-{number}",
                country=country,
                latitude=Decimal(f"{latitude + draw.uniform(-1, 1):.5f}"),
                longitude=Decimal(f"{longitude + draw.uniform(-1, 1):.5f}"),
                population=population,
                population_source="Drawn at random" if population else "",
                status=draw.choice(Member.Status.values),
                about="Made by a program to measure speed; not a real place.",
            )
        )
    return members


# Columns of the lists of a revision, after the revision itself. Rows are drawn as tuples in this
# order and written without making objects of them, which would take most of the time.
COLUMNS = {
    RevisionTheme: ("theme", "position"),
    Contribution: ("target", "position", "role", "how"),
    BudgetLine: ("position", "category", "amount", "note"),
    FundingSource: ("position", "kind", "name", "amount", "state", "note"),
    StaffRole: ("position", "role", "organisation", "people", "months"),
    Stakeholder: ("position", "kind", "name", "role", "engagement"),
    Phase: ("position", "name", "start", "end", "note"),
    Indicator: (
        "position",
        "name",
        "unit",
        "baseline",
        "baseline_year",
        "planned",
        "result",
        "result_year",
        "source",
        "evidence",
    ),
    Source: ("position", "title", "url", "accessed"),
}
CATEGORIES = BudgetLine.Category.values
FUNDING_KINDS = FundingSource.Kind.values
FUNDING_STATES = ["", *FundingSource.State.values]
STAKEHOLDER_KINDS = Stakeholder.Kind.values
ENGAGEMENTS = ["", *Stakeholder.Engagement.values]
EVIDENCE = ["", "", *Indicator.Evidence.values]
STAGES = ["", *Revision.Stage.values]
ENDED = (Revision.Stage.COMPLETED, Revision.Stage.STOPPED)
SCOPES = ["", *Revision.Scope.values]
PROVENANCES = CaseStudy.Provenance.values
# How many of 100 cases report it.
CONFIRMED, WITH_BUDGET, WITH_STAFF, WITH_AMOUNT_OF_LINE = 30, 60, 40, 80
SENTENCES_OF = {"challenge": 8, "solution": 14, "results": 8, "lessons": 4, "transferability": 3}


class Texts:
    """Draws texts from a vocabulary of its own."""

    def __init__(self, draw):
        self._draw = draw
        parts = BEGINNINGS.split(), BEGINNINGS.split(), ENDINGS.split()
        made = ["".join(part) for part in itertools.product(*parts)]
        draw.shuffle(made)
        self.words = (STEMS.split() + made)[:VOCABULARY_SIZE]
        weights = [1 / (rank + FLATNESS) for rank in range(1, len(self.words) + 1)]
        self._cumulated = list(itertools.accumulate(weights))
        self._sentences = [self._sentence() for _ in range(SENTENCES)]

    def phrase(self, words):
        """Return some words, frequent ones more often."""
        return " ".join(self._draw.choices(self.words, cum_weights=self._cumulated, k=words))

    def sentences(self, count):
        """Sentences; each stands in several cases, its words are spread like those of any text."""
        return " ".join(self._draw.choices(self._sentences, k=count))

    def _sentence(self):
        return self.phrase(WORDS_A_SENTENCE).capitalize() + "."


class Cases:
    """Draws cases with all their rows, unsaved.

    ``members`` are saved ones, ``themes`` and ``targets`` the keys of all there are.
    """

    def __init__(self, draw, *, members, themes, targets):
        self._draw, self._texts = draw, Texts(draw)
        self._members, self._themes, self._targets = members, themes, targets
        self._currencies = {country: currency for country, currency, *_place in COUNTRIES}

    def case(self, number):
        """Return a case, its first revision, and the rows of that as (model, values in
        ``COLUMNS``)."""
        draw = self._draw
        title = f"{PREFIX} {number}: {self._texts.phrase(4)}"
        member = draw.choice(self._members)
        case = CaseStudy(
            member=member,
            slug=CaseStudy.slug_for(title),
            provenance=draw.choice(PROVENANCES),
            synthetic=True,
        )
        if self._happens(CONFIRMED):
            case.confirmed_at = NOW - datetime.timedelta(days=draw.randrange(1500))
        revision = Revision(case=case, number=1, title=title)
        self._fill(revision, self._currencies[member.country.code])
        return case, revision, [*self._what(), *self._how(revision)]

    def _happens(self, percent):
        return self._draw.randrange(100) < percent

    def _fill(self, revision, currency):
        draw, texts = self._draw, self._texts
        revision.language = draw.choices(["en", "ko", "id", "zh"], [90, 4, 4, 2])[0]
        revision.summary = texts.sentences(3)
        for name, count in SENTENCES_OF.items():
            setattr(revision, name, texts.sentences(count))
        revision.stage = draw.choice(STAGES)
        year = draw.choice([None, *range(1999, NOW.year)])
        if year:
            revision.start = draw.choice([f"{year}", f"{year}-{draw.randint(1, 12):02}"])
            length = draw.choice([None, 0, 0, 1, 2, 3, 5, 10])
            if length is not None:
                revision.end = f"{year + length}-12"
                # What has ended did so before today.
                if year + length >= NOW.year and revision.stage in ENDED:
                    revision.stage = Revision.Stage.UNDER_WAY
        if self._happens(WITH_BUDGET):
            dollars = 10 ** draw.uniform(3, 9)
            currency = draw.choice(["USD", currency])
            revision.budget_amount = Decimal(int(dollars * UNITS.get(currency, 1)))
            revision.budget_currency, revision.budget_year = currency, year
            revision.budget_scope = draw.choice(SCOPES)
            revision.budget_usd = to_usd(revision.budget_amount, currency, year)
        if self._happens(WITH_STAFF):
            revision.staff_fte = Decimal(f"{10 ** draw.uniform(0, 3.2):.1f}")

    def _what(self):
        """Themes and targets."""
        draw = self._draw
        themes = draw.sample(self._themes, draw.choices([1, 2, 3], [5, 3, 2])[0])
        targets = draw.sample(self._targets, draw.choices(range(1, 8), [8, 8, 6, 3, 2, 1, 1])[0])
        for position, theme in enumerate(themes):
            yield RevisionTheme, (theme, position)
        for position, target in enumerate(targets):
            yield Contribution, (target, position, "secondary" if position else "primary", "")

    def _how(self, revision):
        """Money, people, time, results and sources."""
        draw, phrase = self._draw, self._texts.phrase
        amount = revision.budget_amount
        if amount:
            for position, category in enumerate(self._some(CATEGORIES)):
                part = amount / 4 if self._happens(WITH_AMOUNT_OF_LINE) else None
                yield BudgetLine, (position, category, part, "")
        for position, kind in enumerate(self._some(FUNDING_KINDS)):
            state = draw.choice(FUNDING_STATES)
            yield FundingSource, (position, kind, phrase(2), None, state, "")
        if revision.staff_fte:
            yield StaffRole, (0, phrase(2), "", revision.staff_fte, None)
        for position, kind in enumerate(self._some(STAKEHOLDER_KINDS)):
            yield Stakeholder, (position, kind, phrase(2), "", draw.choice(ENGAGEMENTS))
        if revision.start:
            yield Phase, (0, phrase(2), revision.start, "", "")
        for position in range(draw.choice([0, 0, 1, 1, 2, 3])):
            before, after = draw.randrange(1000), draw.choice([None, draw.randrange(1000)])
            values = (before, None, None, after, None, "", draw.choice(EVIDENCE))
            yield Indicator, (position, phrase(3), phrase(1), *values)
        yield Source, (0, phrase(3), "https://example.org/synthetic", None)

    def _some(self, values):
        """Return none to three of ``values``."""
        return self._draw.sample(values, self._draw.choice([0, 0, 0, 1, 1, 1, 1, 2, 2, 3]))


def insert_rows(model, rows):
    """Insert ``rows``: tuples of a revision's key and the values in the order of ``COLUMNS``."""
    table = model._meta
    names = [table.get_field(name).column for name in ("revision", *COLUMNS[model])]
    quote = connection.ops.quote_name
    columns, places = ", ".join(map(quote, names)), ", ".join(["%s"] * len(names))
    # Every part of the statement is a name of our own models.
    statement = f"INSERT INTO {quote(table.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 - as said above
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
