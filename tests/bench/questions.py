"""Questions to measure with: words of the library itself, from rare to in most cases."""

from itertools import combinations, cycle
from urllib.parse import urlencode

from django.db.models import Count

from members import traits
from policies.filters.estimate_form import MOST_POLICIES
from policies.models import Revision
from policies.search import index, text
from policies.search.query import Question

# Shares of the cases that a word is in, and how many words of each are asked for.
SHARES = (0.7, 0.5, 0.3, 0.1, 0.05, 0.01, 0.001)
EACH = 4
CHOICES = (
    {"goal": ("11",)},
    {"theme": ("transport", "housing"), "stage": ("completed",)},
    {"country": ("ID", "KR"), "budget": ("1m-10m", "none")},
    {"goal": ("6",), "language": ("en",), "funding": ("national",)},
)


# As people ask: a sentence with limits, and other languages than that of the cases.
SENTENCES = (
    "something against flooding for a city of 300,000 with under one million dollars",
    "how can we get people out of cars and onto buses and bicycles",
    "clean drinking water for informal settlements",
    "sorting rubbish at source",
    "heat wave plan for old people",
    "SDG 11 water",
    "쓰레기 종량제",
    "फोहोर व्यवस्थापन",
    "کچرا اٹھانا",
    "ขยะพลาสติก",
    "rác thải nhựa",
    "垃圾分类",
)


def sentences():
    """Questions in sentences and in other languages, best match first."""
    return [Question(words=words, sort="relevance") for words in SENTENCES]


def estimates():
    """Addresses of estimates by their class: targets of all sizes, two of them with nearly as many
    policies as are read, a target and a theme, words, and cities like one."""
    live = Revision.objects.live()
    rows = live.order_by().values_list("contributions__target")
    sizes = [pair for pair in rows.annotate(count=Count("pk")).order_by("count") if pair[0]]
    few, many = sizes[:EACH], sizes[-EACH:]
    city = traits.comparable().order_by("pk").first().slug
    asked = [{"target": code} for code, _count in (*few, *many)]
    asked += [{"target": codes} for codes in _pairs_of_targets(sizes)]
    asked += [{"target": code, "theme": "transport"} for code, _count in many]
    asked += [{"target": code, "like": "3"} for code, _count in few]
    asked += [{"target": few[0][0], "q": words} for words in SENTENCES[:EACH]]
    return [
        urlencode({**each, "for": city, "ceiling": "5000000", "currency": "USD"}, doseq=True)
        for each in asked
    ]


def _pairs_of_targets(sizes):
    """Return pairs of targets with together as many policies as an estimate reads, or fewer."""
    fitting = [
        pair for pair in combinations(sizes, 2) if sum(n for _code, n in pair) <= MOST_POLICIES
    ]
    fitting.sort(key=lambda pair: -sum(count for _code, count in pair))
    return [[code for code, _count in pair] for pair in fitting[:EACH]]


def words_by_share():
    """Share -> words that about that share of the cases have in any form, no word twice."""
    searcher = index.reader().searcher
    words = {
        text.stem(word): word
        for word, _owners in searcher.terms_with_prefix("forms", "")
        if word.isalpha() and word.isascii()
    }
    terms = [
        (frequency / searcher.num_docs, words[stem])
        for stem, frequency in searcher.terms_with_prefix("text", "")
        if stem in words
    ]
    found, taken = {}, set()
    for share in SHARES:
        terms.sort(key=lambda pair, share=share: abs(pair[0] - share))
        found[share] = [term for _frequency, term in terms if term not in taken][:EACH]
        taken.update(found[share])
    return found


def plain():
    """(share, question) with one word each, all different, best match first."""
    return [
        (share, Question(words=word, sort="relevance"))
        for share, words in words_by_share().items()
        for word in words
    ]


def narrowed():
    """Questions of two words, and of one word with facets chosen; all different."""
    words = [word for found in words_by_share().values() for word in found]
    asked = [
        Question(words=f"{one} {other}", sort="relevance")
        for one, other in zip(words[:8], words[8:16], strict=True)
    ]
    asked += [
        Question(words=word, chosen=chosen, sort="relevance")
        for word, chosen in zip(words[:12], cycle(CHOICES), strict=False)
    ]
    return asked
