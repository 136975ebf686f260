"""What the index holds of a revision: fields for words, for filters, for counts and for sorting."""

import datetime
import hashlib
from functools import cache, lru_cache
from pathlib import Path

import tantivy
from django.conf import settings

from members import countries, names
from members.countries import names_of_country
from policies.content import completeness, facets, summary
from policies.models import Theme, months
from sdg.models import Goal, Target

from . import text, variants

# Fields of words, with what the index stores of each.
#   head          stems of what weighs more: see HEAD
#   text          stems of all words in their order: what is searched
#   forms         words as they are written, endings and all: a typo is corrected to one of them,
#                 not to a stem; see STRETCH
#   titles        words of the title as they are written, for suggestions
#   runs          text in scripts without spaces between words, as single characters and as pairs
#                 of characters
WORD_FIELDS = {
    "head": "freq",
    "text": "position",
    "forms": "basic",
    "titles": "basic",
    "runs": "position",
}
# How often words stand in "head", so that those of the title weigh most; then places and members, then
# the summary and the themes. What is in none of these, the sections and the words of the targets and
# goals, weighs least.
HEAD = {"title": 3, "place": 2, "lead": 1}
NUMBER_FIELDS = ("budget", "staff", "start")  # USD cents, tenths of an FTE, year
SORT_FIELDS = ("newest", "smallest", "team", "shortest", "documented")
# Facets that are counted together, by the name of their column; those of "serves" by their terms.
FACETS_OF = {
    column: tuple(facet for facet in facets.FACETS if facet.column == column)
    for column in dict.fromkeys(facet.column for facet in facets.FACETS)
}
SERVED = FACETS_OF["serves"]
COLUMNS = tuple(column for column in FACETS_OF if column != "serves")
NUMBERS_OF = {column: f"{column}_number" for column in COLUMNS}
# Of the forms it matters only that some document holds them, and writing all of them took a third of
# a build. Beyond the first documents of a commit a form is therefore written only with the first
# document of each stretch that has it; it is missing once all of these are gone, until it is written
# again.
WITH_ALL_FORMS, STRETCH = 1000, 5000
SECTIONS = ("challenge", "solution", "results", "lessons", "transferability")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def build():
    """Return the tantivy schema."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("pk", indexed=True, fast=True)
    builder.add_unsigned_field("case", indexed=True)
    builder.add_unsigned_field("stamp", fast=True)
    for name, stored in WORD_FIELDS.items():
        builder.add_text_field(name, tokenizer_name="words", index_option=stored)
    # "goal:11", "budget:none": every value of every facet, for filters.
    for name in ("serves", "has"):
        builder.add_text_field(name, tokenizer_name="values", index_option="basic")
    # The values of several facets as one text, the cell of a column; counted by its number, which
    # takes a fraction of the time, in one pass, and taken apart afterwards.
    for name, number in NUMBERS_OF.items():
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        builder.add_unsigned_field(number, fast=True)
    for name in NUMBER_FIELDS:
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in SORT_FIELDS:
        builder.add_unsigned_field(f"by_{name}", fast=True)
    return builder.build()


@lru_cache(maxsize=100_000)
def number_of(found):
    """Return the number that stands for a cell: 48 bits, the same everywhere and at any time."""
    return int.from_bytes(hashlib.blake2b(found.encode(), digest_size=6).digest())


def term_of(facet, value):
    """Return the field and the term by which a value of a facet is found."""
    field = "serves" if facets.FACETS_BY_NAME[facet].column == "serves" else "has"
    return field, f"{facet}:{value}"


def none_of(figure):
    """Return the term, in the field "has", of what does not state a figure; not all are facets."""
    return f"{figure}:{facets.NONE}"


def cell(column, revision):
    """Return the values of a revision in all facets of a column as one text, the same for the same
    values."""
    return "|".join([_values_of(facet, revision) for facet in FACETS_OF[column]])


def _values_of(facet, revision):
    """Return the values of a revision in a facet as one text; of most facets there is one."""
    found = facet.read(revision)
    if len(found) == 1:
        return found[0]
    if not found:
        return facets.NONE if facet.none else ""
    return " ".join(sorted(set(found)))


def split_cell(column, found):
    """Return the (facet, value) pairs that a cell of a column stands for."""
    return [
        (facet.name, value)
        for facet, values in zip(FACETS_OF[column], found.split("|"), strict=True)
        for value in values.split()
    ]


@cache
def code_fingerprint():
    """Return a text that changes when the code that makes documents does."""
    here = Path(__file__).parent
    modules = [
        Path(module.__file__) for module in (facets, facets.bands, completeness, months, summary)
    ]
    modules += [here / f"{name}.py" for name in ("schema", "text", "variants", "reading")]
    modules += [Path(module.__file__) for module in (names, countries)]
    content = b"".join(path.read_bytes() for path in modules)
    return hashlib.sha256(content + tantivy.__version__.encode()).hexdigest()[:16]


class Reference:
    """Words of goals, targets and themes: documents of cases that serve them hold these too."""

    def __init__(self):
        self.goals, self.targets = {}, {}
        # Texts in the other languages of the site come beside those of their goal or target, a row for
        # each. Labels in still others serve only to match questions with targets.
        here = dict(settings.LANGUAGES)
        goals = Goal.objects.order_by("pk", "texts__pk")
        for pk, title, headline, language, *texts in goals.values_list(
            *("pk", "title", "headline", "texts__language", "texts__title", "texts__headline")
        ):
            words = self.goals.get(pk) or f"SDG {pk} Goal {pk} {title}. {headline}"
            self.goals[pk] = f"{words} {'. '.join(texts)}" if language in here else words
        targets = Target.objects.order_by("position", "texts__pk")
        names = ("label", "text", "texts__language", "texts__label", "texts__text")
        for pk, position, goal, label, wording, language, *texts in targets.values_list(
            "pk", "position", "goal_id", *names
        ):
            words = self.targets[pk][2] if pk in self.targets else f"{pk} {label}. {wording}"
            words = f"{words} {'. '.join(texts)}" if language in here else words
            self.targets[pk] = (position, goal, words)
        self.themes = list(Theme.objects.values_list("slug", "name"))

    def fingerprint(self):
        """Return a text that changes when any of the texts does, or the choice of country names."""
        names = (settings.LANGUAGE_CODE, sorted(settings.COUNTRIES_WITHOUT_LABEL))
        content = repr((self.goals, self.targets, self.themes, names)).encode()
        return hashlib.sha256(content).hexdigest()[:16]

    def stems(self):
        """Return {goal number or target code: the stems of all its words}."""
        texts = {**self.goals, **{code: row[2] for code, row in self.targets.items()}}
        return {key: " ".join(text.stems(text.fold(words).split())) for key, words in texts.items()}


class _Words(dict):
    """Word -> stem; lists the words that were not asked for before."""

    def __init__(self):
        super().__init__()
        self._new = []

    def __missing__(self, word):
        self._new.append(word)
        self[word] = found = text.stem(word)
        return found

    def stems(self, words):
        """Return the stems of words as one text."""
        return " ".join(map(self.__getitem__, words))

    def take_new(self):
        """Return the new words since the last call."""
        found, self._new = self._new, []
        return found


def place_names(member):
    """Return the names that a member and its place go by on the page."""
    return [member.name, member.local_name, str(member.country_name)]


def other_names(member):
    """Return all further names of a member and of its country, in any language: they find its cases,
    but weigh no more than a word of the text."""
    # "Saigon" and "Nuku alofa" too.
    pieces = [names.joined(name) for name in member.names]
    return [*member.other_names.splitlines(), *pieces, *names_of_country(member.country.code)]


def _split(names):
    """Return names as the words and runs that they are indexed by."""
    return text.split(text.fold(text.BREAK.join(names)))


def _in_pairs(runs):
    """Return the pairs of characters of runs as one text, and their characters, each once."""
    return text.BREAK.join(" ".join(text.pairs(run)) for run in runs), dict.fromkeys("".join(runs))


class Writer:
    """Makes documents; what many of them share is folded or looked up only once."""

    def __init__(self, reference):
        self.targets = reference.targets
        self.themes = dict(reference.themes)
        self.reference = reference.stems()
        self.names = {}
        self.members = {}
        self.written, self.words = 0, _Words()
        # Column -> cell -> its number and the terms of its values.
        self.cells = {column: {} for column in FACETS_OF}

    def document(self, revision, stamp):
        """Return the document of a live revision, as :mod:`reading` yields it."""
        document = tantivy.Document()
        document.add_unsigned("pk", revision.pk)
        document.add_unsigned("case", revision.case_id)
        document.add_unsigned("stamp", stamp)
        codes = sorted(
            summary.summary_of(revision)["targets"], key=lambda code: self.targets[code][0]
        )
        self._add_words(document, revision, codes)
        self._add_facets(document, revision)
        self._add_numbers(document, revision)
        return document

    def _add_words(self, document, revision, codes):
        title, runs = text.split(text.fold(revision.title))
        body = [*(getattr(revision, name) for name in SECTIONS), *revision.texts]
        lead, more = text.split(text.fold(revision.summary))
        runs += more
        body, more = text.split(text.fold(text.BREAK.join(body)))
        runs += more
        (place, others, pairs, signs), (themes, more) = self._names_of(revision)
        runs += more
        lead = f"{lead}{text.BREAK}{themes}"
        whole = f" {title}{text.BREAK}{lead}{text.BREAK}{body} "
        title, place, lead, body = title.split(), place.split(), lead.split(), body.split()
        if self.written % STRETCH == 0:
            self.words.clear()
        passages = {"title": title, "place": place, "lead": lead, "body": body}
        stems = {name: self.words.stems(words) for name, words in passages.items()}
        joined = self.words.stems(variants.joined_in(whole, {*title, *lead, *body}))
        forms = self.words.take_new()
        if self.written < WITH_ALL_FORMS:
            forms = dict.fromkeys([*title, *place, *lead, *body])
        self.written += 1
        goals = dict.fromkeys(self.targets[code][1] for code in codes)
        served = [self.reference[key] for key in (*codes, *goals)]
        head = [stems[name] for name, times in HEAD.items() for _time in range(times)]
        document.add_text("head", " ".join(head))
        document.add_text("text", text.BREAK.join([*stems.values(), *served, others, joined]))
        document.add_text("titles", " ".join(title))
        document.add_text("forms", " ".join(forms))
        if runs:
            own, own_signs = _in_pairs(runs)
            pairs, signs = text.BREAK.join([own, pairs]), own_signs | signs
        if signs:
            document.add_text("runs", f"{pairs}{text.BREAK}{' '.join(signs)}")

    def _names_of(self, revision):
        """Return what is indexed of the names of the members, and the words and runs of the themes."""
        key = tuple([member.pk for member in revision.members])
        if key not in self.names:
            self.names[key] = self._names_of_members(revision.members)
        themes, runs = [], []
        for slug in summary.summary_of(revision)["themes"]:
            if slug not in self.names:
                self.names[slug] = _split([self.themes.get(slug, "")])
            themes.append(self.names[slug][0])
            runs += self.names[slug][1]
        return self.names[key], (text.BREAK.join(themes), runs)

    @staticmethod
    def _names_of_members(members):
        """Return the words of the names of members and their places, the stems of the other names of
        both, and all that are runs in pairs and as characters."""
        places, others, runs = [], [], []
        for member in members:
            words, more = _split(place_names(member))
            places.append(words)
            runs += more
            words, more = _split(other_names(member))
            others.append(" ".join(text.stems(words.split())))
            runs += dict.fromkeys(more)
        return text.BREAK.join(places), text.BREAK.join(others), *_in_pairs(runs)

    def _add_facets(self, document, revision):
        _number, terms = self._known("serves", cell("serves", revision))
        document.add_text("serves", terms)
        has = []
        for column, number_field in NUMBERS_OF.items():
            if column == "member":
                key = tuple([member.pk for member in revision.members])
                if key not in self.members:
                    self.members[key] = cell(column, revision)
                found = self.members[key]
            else:
                found = cell(column, revision)
            number, terms = self._known(column, found)
            document.add_text(column, found)
            document.add_unsigned(number_field, number)
            has.append(terms)
        if not revision.start:
            has.append(none_of("start"))
        document.add_text("has", " ".join(has))

    def _known(self, column, found):
        """Return the number of a cell and the terms of the values in it."""
        known = self.cells[column].get(found)
        if known is None:
            terms = [f"{facet}:{value}" for facet, value in split_cell(column, found)]
            known = self.cells[column][found] = number_of(found), " ".join(terms)
        return known

    def _add_numbers(self, document, revision):
        budget = None if revision.budget_usd is None else int(revision.budget_usd * 100)
        staff = None if revision.staff_fte is None else int(revision.staff_fte * 10)
        start = revision.start and months.month_number(revision.start, last=False)
        if budget is not None:
            document.add_unsigned("budget", min(budget, 2**63))
        if staff is not None:
            document.add_unsigned("staff", staff)
        if start:
            document.add_unsigned("start", months.year_of(revision.start))
        member = revision.case.member
        # Where its member is may have become known after the publication.
        points = set(summary.summary_of(revision)["documented"]) - {"place"}
        missing = completeness.MAX_SCORE - len(points) - completeness.has_place(member)
        order = {
            "smallest": budget,
            "team": staff,
            "shortest": months.duration_months(revision.start, revision.end),
            "documented": missing,
        }
        document.add_unsigned("by_newest", newest_key(revision.decided_at, start, revision.pk))
        for name, value in order.items():
            document.add_unsigned(f"by_{name}", sort_key(value, revision.pk))


# Sorting is by one number, smallest first: 44 bits of the value (USD up to 175 billion to the cent),
# and the lowest 20 bits of the pk, so that ties have the same order on every machine.
LAST = 2**44 - 1
TIE_BITS = 20


def sort_key(value, pk):
    """Return the number that a document is sorted by; an unknown value comes last."""
    value = LAST if value is None else min(value, LAST - 1)
    return (value << TIE_BITS) | (pk & (2**TIE_BITS - 1))


# 42 bits of milliseconds last until 2109, 12 bits of months from 1900 on until 2241.
MOMENT_BITS, START_BITS, NEWEST_TIE_BITS = 42, 12, 10
FIRST_MONTH = months.FIRST_YEAR * 12 - 1


def newest_key(moment, start, pk):
    """Return the number that puts the latest moment first, and of one moment, as after an import, the
    policy that started last; ``start`` is in months since the year 0, or none."""
    age = 2**MOMENT_BITS - 1 - (moment - EPOCH) // datetime.timedelta(milliseconds=1)
    since = 2**START_BITS - 1 - (start - FIRST_MONTH if start else 0)
    tie = pk & (2**NEWEST_TIE_BITS - 1)
    return (((age << START_BITS) | since) << NEWEST_TIE_BITS) | tie
