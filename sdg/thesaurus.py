"""The thesaurus as it ships with the code: brings the tables in line with its files.

Words and labels were written for this project and have not yet been read by native speakers. What
the secretariat removed stays removed, and what it added stays.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from .models import Target, TargetText, Term, ThesaurusVersion, fold_term
from .reference import Changes

DATA = Path(__file__).parent / "data"
TERMS_FILE = DATA / "thesaurus.json"
LABELS_FILE = DATA / "target_labels.json"
BATCH_ROWS = 2000


def load_thesaurus():
    """Bring labels and terms in line with the files; return the ``Changes`` of both, in that order.

    What belongs to targets that are not in the table is left out. Run it inside a transaction, after
    ``load_goals``.
    """
    targets = set(Target.objects.values_list("pk", flat=True))
    labels = _load_labels(_of(targets, LABELS_FILE))
    terms = _load_terms(_of(targets, TERMS_FILE))
    changed = [*labels.added, *labels.repaired, *terms.added, *terms.repaired, *terms.removed]
    if changed or not ThesaurusVersion.current():
        ThesaurusVersion.renew()
    return labels, terms


def _of(targets, file):
    """Return (code, language, what stands there) for each of these targets in a file."""
    by_target = json.loads(file.read_text(encoding="utf-8"))
    return [
        (code, language, value)
        for code, by_language in by_target.items()
        if code in targets
        for language, value in by_language.items()
    ]


def _load_labels(rows):
    stored = {(text.target_id, text.language): text for text in TargetText.objects.all()}
    missing, different = [], []
    for code, language, label in rows:
        text = stored.get((code, language))
        if text is None:
            missing.append(TargetText(target_id=code, language=language, label=label))
        elif text.label != label:
            text.label = label
            different.append(text)
    TargetText.objects.bulk_create(missing, BATCH_ROWS)
    TargetText.objects.bulk_update(different, ["label"], BATCH_ROWS)
    return Changes(added=_names(missing), repaired=_names(different))


def _load_terms(rows):
    stored = {
        (term.target_id, term.language, term.folded): term
        for term in Term.objects.order_by().iterator(BATCH_ROWS)
    }
    shipped, missing, different = set(), [], []
    for code, language, texts in rows:
        for text in texts:
            key = (code, language, fold_term(text))
            shipped.add(key)
            term = stored.get(key)
            if term is None:
                stored[key] = Term(
                    target_id=code,
                    language=language,
                    text=text,
                    folded=key[-1],
                    origin=Term.Origin.SHIPPED,
                )
                missing.append(stored[key])
            elif term.origin == Term.Origin.SHIPPED and term.pk and term.text != text:
                term.text = text
                different.append(term)
    # A removed one stays as a row: a later file may have it again.
    surplus = [
        term
        for key, term in stored.items()
        if key not in shipped and term.origin == Term.Origin.SHIPPED and not term.is_removed
    ]
    Term.objects.bulk_create(missing, BATCH_ROWS)
    Term.objects.bulk_update(different, ["text"], BATCH_ROWS)
    Term.objects.filter(pk__in=[term.pk for term in surplus]).delete()
    return Changes(added=_names(missing), repaired=_names(different), removed=_names(surplus))


def _names(rows):
    return [str(row) for row in rows]


@dataclass(frozen=True)
class Words:
    """What people say in one language for a target: our label of it ("" in English), and the terms."""

    language: str
    name: str
    label: str
    terms: list[str]


def words(target):
    """Return the :class:`Words` of a target in each language that has some, English first. Two
    queries."""
    labels = dict(target.texts.values_list("language", "label"))
    terms = {}
    for language, text in target.terms.in_use().order_by("pk").values_list("language", "text"):
        terms.setdefault(language, []).append(text)
    return [
        Words(language, name, labels.get(language, ""), terms.get(language, []))
        for language, name in Term.Language.choices
        if language in terms or language in labels
    ]


def rows():
    """Yield (target, language, "label" or "term", text) of the whole thesaurus, in the order of the
    targets; three
    queries."""
    labels = {}
    for code, language, label in TargetText.objects.values_list("target_id", "language", "label"):
        labels.setdefault(code, []).append((language, "label", label))
    terms = {}
    found = Term.objects.in_use().order_by("language", "pk")
    for code, language, text in found.values_list("target_id", "language", "text"):
        terms.setdefault(code, []).append((language, "term", text))
    for code in Target.objects.values_list("pk", flat=True):
        for row in (*labels.get(code, ()), *terms.get(code, ())):
            yield code, *row
