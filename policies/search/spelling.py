"""Typos: the word of the index that a person probably meant."""

from dataclasses import replace

from members.countries import is_in_country_name

from . import text

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
MIN_LETTERS = 3  # of a word that is corrected
MAX_TYPOS = 2
MIN_LETTERS_FOR_TWO = 5  # of a word in which two typos are corrected
MAX_CANDIDATES = 20_000
MAX_CORRECTED = 8  # words of one question; a longer one is pasted text


def correct(searcher, parts, is_known=None):
    """Return the parts, each word that no document holds replaced by the nearest that one does.

    What ``is_known`` says of a stem, if it is given, counts as well: such a word is no typo. Nor is
    one of the name of a country: "Chad" is not "had".

    Of several words equally near the most frequent, in all its forms, is taken. A word without a
    near one stays.
    """
    corrected, tried = [], 0
    for part in parts:
        if part.kind == "run" or part.excluded:
            corrected.append(part)
            continue
        words = list(part.words)
        for place, word in enumerate(words):
            stem = text.stem(word)
            known = searcher.doc_freq("text", stem) or len(word) < MIN_LETTERS
            known = known or (is_known and is_known(stem)) or is_in_country_name(word)
            if not known and tried < MAX_CORRECTED and not word.isdigit():
                tried += 1
                words[place] = _nearest(searcher, word) or word
        corrected.append(replace(part, words=tuple(words)))
    return tuple(corrected)


def _nearest(searcher, word):
    if len(word) > text.MAX_WORD_CHARACTERS:
        return None
    near = [other for other in _one_typo(word) if searcher.doc_freq("forms", other)]
    if near:
        return max(near, key=lambda other: (_frequency(searcher, other), other))
    if len(word) < MIN_LETTERS_FOR_TWO:
        return None
    best = None
    # Few people mistype the first letter as well.
    for other, _owners in searcher.terms_with_prefix("forms", word[0], limit=MAX_CANDIDATES):
        # Each typo changes the length by one at most, and two letters.
        if abs(len(other) - len(word)) > MAX_TYPOS or len(set(other) ^ set(word)) > 2 * MAX_TYPOS:
            continue
        if distance(word, other) <= MAX_TYPOS:
            frequency = _frequency(searcher, other)
            if best is None or frequency > best[0]:
                best = (frequency, other)
    return best and best[1]


def _frequency(searcher, word):
    """Return how many documents a search for the word, in any of its forms, would find."""
    return searcher.doc_freq("text", text.stem(word))


def _one_typo(word):
    """Return every word one letter away: left out, doubled, mistaken, or swapped with its neighbour."""
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {left + right[1:] for left, right in halves if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    for letter in ALPHABET:
        found |= {left + letter + right[1:] for left, right in halves if right}
        found |= {left + letter + right for left, right in halves}
    found.discard(word)
    return found


def distance(one, other):
    """Return how many letters to add, leave out, change or swap with their neighbour to turn one
    word into the other."""
    before, previous = None, list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b))
            if before and i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, previous = previous, row
    return previous[-1]
