"""What the index holds of a revision: fields for words, for filters, for counts and for sorting."""

import datetime
import hashlib
from functools import cache
from pathlib import Path

import tantivy

from sdg.models import Goal, Target

from .. import completeness, facets, months
from ..models import Theme
from ..models.case import MAX_TARGETS
from . import text

# Fields of words, with what is kept of each.
#   title, lead   what weighs more when ordering by relevance
#   text          all words without their English endings: what a word is found in
#   plain         all words as they are, in their order: phrases, and real words for typos
#   titles        the words of the title as they are, for suggestions
#   runs          single characters and pairs of characters of scripts without spaces
WORD_FIELDS = {
    "title": ("english", "freq"),
    "lead": ("english", "freq"),
    "text": ("english", "freq"),
    "plain": ("plain", "position"),
    "titles": ("plain", "basic"),
    "runs": ("plain", "position"),
}
NUMBER_FIELDS = ("budget", "staff", "start")  # USD cents, tenths of an FTE, year
SORT_FIELDS = ("newest", "smallest", "team", "shortest", "documented")
SLOTS = tuple(f"target_{number}" for number in range(MAX_TARGETS))
COLUMNS = tuple(dict.fromkeys(facet.column for facet in facets.FACETS if facet.column != "targets"))
FACETS_OF = {
    column: tuple(facet for facet in facets.FACETS if facet.column == column)
    for column in (*COLUMNS, "targets")
}
EMPTY_SLOT = "-"
SECTIONS = ("challenge", "solution", "results", "lessons", "transferability")
EPOCH = datetime.date(1970, 1, 1)


def build():
    """The tantivy schema."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("pk", indexed=True, fast=True)
    builder.add_unsigned_field("case", indexed=True)
    builder.add_unsigned_field("stamp", fast=True)
    for name, (analyzer, kept) in WORD_FIELDS.items():
        builder.add_text_field(name, tokenizer_name=analyzer, index_option=kept)
    # "goal:11", "budget:none": every value of every facet, for filters.
    builder.add_text_field("has", tokenizer_name="raw", index_option="basic")
    # The values of several facets as one text: counted in one pass and taken apart afterwards.
    for name in (*COLUMNS, *SLOTS):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in NUMBER_FIELDS:
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in SORT_FIELDS:
        builder.add_unsigned_field(f"by_{name}", fast=True)
    return builder.build()


@cache
def code_fingerprint():
    """Changes when the code that makes documents changes."""
    here = Path(__file__).parent
    modules = [Path(module.__file__) for module in (facets, facets.bands, completeness, months)]
    modules += [here / "schema.py", here / "text.py", here / "reading.py"]
    content = b"".join(path.read_bytes() for path in modules)
    return hashlib.sha256(content + tantivy.__version__.encode()).hexdigest()[:16]


class Reference:
    """Words of goals, targets and themes, which every document of a case that serves them holds."""

    def __init__(self):
        self.goals = {}
        for goal in Goal.objects.with_texts():
            texts = [f"SDG {goal.pk} Goal {goal.pk} {goal.title}. {goal.headline}"]
            texts += [f"{row.title}. {row.headline}" for row in goal.texts.all()]
            self.goals[goal.pk] = " ".join(texts)
        self.targets = {}
        for target in Target.objects.with_texts():
            texts = [f"{target.pk} {target.label}. {target.text}"]
            texts += [f"{row.label}. {row.text}" for row in target.texts.all()]
            self.targets[target.pk] = (target.position, target.goal_id, " ".join(texts))
        self.themes = list(Theme.objects.values_list("slug", "name"))

    def fingerprint(self):
        """Changes when any of the texts changes."""
        content = repr((self.goals, self.targets, self.themes)).encode()
        return hashlib.sha256(content).hexdigest()[:16]

    @property
    def folded(self):
        """Goal number or target code -> its words, folded."""
        texts = {**self.goals, **{code: row[2] for code, row in self.targets.items()}}
        return {key: text.fold(words) for key, words in texts.items()}


class Writer:
    """Makes documents; keeps the folded texts of goals and targets for all of them."""

    def __init__(self, reference):
        self.targets = reference.targets
        self.folded = reference.folded

    def document(self, revision, stamp):
        """The document of a live revision."""
        document = tantivy.Document()
        document.add_unsigned("pk", revision.pk)
        document.add_unsigned("case", revision.case_id)
        document.add_unsigned("stamp", stamp)
        codes = sorted(
            (row.target_id for row in revision.contributions.all()),
            key=lambda code: self.targets[code][0],
        )
        self._add_words(document, revision, codes)
        self._add_facets(document, revision, codes)
        self._add_numbers(document, revision)
        return document

    def _add_words(self, document, revision, codes):
        member = revision.case.member
        title, runs = text.split(text.fold(revision.title))
        lead = [revision.summary, member.name, member.local_name, str(member.country_name)]
        lead += [row.theme.name for row in revision.theme_rows.all()]
        body = [getattr(revision, name) for name in SECTIONS]
        body += [row.how for row in revision.contributions.all()]
        body += [row.name for row in revision.stakeholders.all()]
        body += [row.name for row in revision.funding_sources.all()]
        body += [row.name for row in revision.indicators.all()]
        pieces = []
        for group in (lead, body):
            pieces.append([])
            for piece in filter(None, group):
                words, more = text.split(text.fold(piece))
                pieces[-1].append(words)
                runs += more
        goals = dict.fromkeys(self.targets[code][1] for code in codes)
        reference = [self.folded[key] for key in (*codes, *goals)]
        document.add_text("title", title)
        document.add_text("titles", title)
        document.add_text("lead", " ".join(pieces[0]))
        passages = [title, *pieces[0], *pieces[1], *reference]
        document.add_text("text", " ".join(passages))
        # One by one: a phrase does not reach from one passage into the next.
        for passage in passages:
            document.add_text("plain", passage)
        for run in runs:
            document.add_text("runs", " ".join(text.pairs(run)))
        if runs:
            document.add_text("runs", " ".join(dict.fromkeys("".join(runs))))

    def _add_facets(self, document, revision, codes):
        for column in COLUMNS:
            cell = []
            for facet in FACETS_OF[column]:
                values = sorted(facet.values(revision))
                cell.append(" ".join(values))
                for value in values:
                    document.add_text("has", f"{facet.name}:{value}")
            document.add_text(column, "|".join(cell))
        for facet in FACETS_OF["targets"]:
            for value in facet.values(revision):
                document.add_text("has", f"{facet.name}:{value}")
        # The first target of each goal is marked, so that goals are counted from the same slots.
        goals = set()
        for slot in SLOTS:
            code = codes.pop(0) if codes else EMPTY_SLOT
            goal = code.partition(".")[0]
            document.add_text(slot, code if code == EMPTY_SLOT or goal in goals else f"+{code}")
            goals.add(goal)

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
        day = (revision.decided_at.date() - EPOCH).days
        done, of = completeness.score(revision)
        order = {
            "newest": LAST - (day << 16) - (start or 0),
            "smallest": budget,
            "team": staff,
            "shortest": months.duration_months(revision.start, revision.end),
            "documented": of - done,
        }
        for name, value in order.items():
            document.add_unsigned(f"by_{name}", rank(value, revision.pk))


# Sorting is by one number, smallest first: 44 bits of what is sorted by (USD up to 175 billion to
# the cent), and the lowest 20 bits of the pk, which keep ties in the same order everywhere.
LAST = 2**44 - 1
TIE_BITS = 20


def rank(value, pk):
    """The number a document is sorted by; an unknown value comes last."""
    value = LAST if value is None else min(value, LAST - 1)
    return (value << TIE_BITS) | (pk & (2**TIE_BITS - 1))
