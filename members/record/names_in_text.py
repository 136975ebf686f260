"""Where a name stands in a text as a word of its own, in any script.

Letters with marks are the same whether they are stored as one sign or as two.
"""

import json
import re
import unicodedata

# Scripts that part no words, by the beginning of the Unicode names of their letters.
WITHOUT_BLANKS = (
    *("CJK ", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"),
    "TIBETAN",
)
NAMES_WITHOUT_BLANKS = ("CJK ", "HANGUL", "HIRAGANA", "KATAKANA")
# From so many letters on, a name in these scripts is taken out wherever it stands: that another
# word holds it is less likely than that somebody was named.
SAFE_LENGTH = {"CJK ": 2, "HANGUL": 3}
SAFE_LENGTH_ELSEWHERE = 4
# What is written onto a name without a blank where the script does part words: case markers and forms
# of address, of Korean; Hindi, Nepali and Marathi; Bengali; Cyrillic as in Mongolia and Kazakhstan. Names
# of two letters are many there, and other names begin with them: so these are lists, and no rule.
PARTICLES = (
    " 이 가 은 는 을 를 의 에 와 과 도 만 로 께 님 씨 군 양 아 야 랑 이랑 이나 나 이다 입니다 에게 에게서 한테 께서 으로 부터 까지"
    " 처럼 보다 팀장 과장 국장 주무관 선생 박사 교수"
    " ने को का की के से में पर जी ले लाई बाट सँग हरू ज्यू ला चा ची चे"
    " ের র কে য়ের রা দের তে"
    " ын ийн ий ны ний ыг ийг аас ээс тай тэй ның нің ға ге ты ті да де нан нен а у ом"
    " ым е"
)
PARTICLE = re.compile("|".join(sorted(map(re.escape, PARTICLES.split()), key=len, reverse=True)))
# Scripts of languages that write any number of cases, postpositions and forms of address onto a noun, one
# after the other. What follows a name there is taken for an ending where it has no more letters than the
# name, and at most six (as Tamil -யிடமிருந்து, "from"): a short name with much behind it is another name, as
# ரவிக்குமார், Ravikumar, is not ரவி, Ravi.
AGGLUTINATING = (
    *("SINHALA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM"),
    *("GUJARATI", "ORIYA", "GEORGIAN", "THAANA"),
)
LONGEST_ENDING = 6
# A last consonant without a vowel takes that of the ending: முருகன் is முருகனை as an object, രാമൻ is രാമനെ.
TAMIL, MALAYALAM = "(?:\u0bcd|[\u0bbe-\u0bcc]*)", "(?:\u0d4d\u200d?|[\u0d3e-\u0d4c]*)"
CHILLUS = dict(zip("ൺൻർൽൾ", "ണനരലള", strict=True))
LAST_CONSONANTS = {"\u0bcd": TAMIL, "\u0d4d": MALAYALAM} | {
    chillu: f"(?:{chillu}|{letter}{MALAYALAM})" for chillu, letter in CHILLUS.items()
}
JOINERS = "\u200c\u200d"
# What Arabic writes before a word: and, so; in, as, to; the. And Hebrew: and; that, when; from, in, as,
# to; the.
PREFIXES = {
    "ARABIC": re.compile("[وف]?(?:[بك]?(?:ال)?|لل?)"),
    "HEBREW": re.compile("ו?(?:כש|ש)?[מבכל]?ה?"),
}
# Their words have three root letters: before a name no longer than that, only "and" is no part of a word.
ROOT_LENGTH = 3
AND = ("و", "ו")
# Endings that texts in Cyrillic and Latin letters write onto a name without an apostrophe: number and case
# of Turkic languages in their harmonic forms (hard consonants after hard ones), the Tajik -ро, and what
# Indonesian and Malay append. None of a single letter: Karima is not Karim.
HARD, SOFT = "(?<=[кқпстфхцчшщ])", "(?<![кқпстфхцчшщ])"
ENDINGS = {
    "CYRILLIC": re.compile(
        f"(?:(?:{HARD}т|{SOFT}[лд])[аеоөәэ]р)?"
        f"(?:(?:{HARD}т|{SOFT}[дн])(?:[ыиіуү][нң]?|[аеоө]н?)|(?:{HARD}[кқ]|{SOFT}[гғ])[аеоө]"
        "|[мбп]ен|нинг|гача|ро)?",
        re.IGNORECASE,
    ),
    "LATIN": re.compile(
        "(?:l[aeə]r)?(?:n[ıiuüy][nň]?|ning|g[ae]|(?<=k)ka|(?<=q)qa|d[aeə]n?|gacha)?"
        "|(?:nya|ku|mu)?(?:lah|kah|pun)?",
        re.IGNORECASE,
    ),
}
# Shorter names are how other names begin.
SHORTEST_WITH_ENDING = 4


def pattern(form):
    """Return a pattern of a name, with its blanks typed otherwise; names in Korean, Chinese and
    Japanese are written with and without a blank after the first part."""
    if _script(form[:1]) in NAMES_WITHOUT_BLANKS:
        letters = "".join(form.split())
        between = r"\s?" if len(letters) >= SAFE_LENGTH["HANGUL"] else ""
        return between.join(map(re.escape, letters))
    words = r"\s+".join(map(re.escape, form.split()))
    return words[:-1] + LAST_CONSONANTS[form[-1]] if form[-1] in LAST_CONSONANTS else words


def spellings(words):
    """Return what a database looks for to find any of ``words``: it knows nothing of marks, and SQLite of
    capitals in ASCII only. The first part of a name will do.
    """
    found = set()
    for word in words:
        first = _stem(word.split()[0])
        if _script(first[:1]) in NAMES_WITHOUT_BLANKS:
            first = first[0]
        for form in ("NFC", "NFD"):
            spelt = unicodedata.normalize(form, first)
            found |= {spelt, spelt.lower(), spelt.upper(), spelt.title()}
    # In JSON that is kept as text, other scripts are escaped.
    return sorted(found | {json.dumps(spelling)[1:-1] for spelling in found})


def is_word(text, start, end):
    """Return whether a name that was found between ``start`` and ``end`` of a text is a word of it."""
    return _begins(text, start, end) and _ends(text, start, end)


def _stem(word):
    """Return what is left of a name's word before any ending."""
    return word[:-1] if word[-1] in LAST_CONSONANTS else word


def composed(text):
    """Return a text in which a letter and its marks are one sign."""
    return unicodedata.normalize("NFC", text)


def _script(letter):
    """Return the beginning of the Unicode name of a letter that tells its script; "" for others."""
    name = unicodedata.name(letter, "") if letter and _continues_word(letter) else ""
    known = (*WITHOUT_BLANKS, "HANGUL")
    return next((each for each in known if name.startswith(each)), name.split(" ")[0])


def _continues_word(letter):
    """Return whether a sign is part of a word: a letter, a digit, or a mark on a letter."""
    return letter == "_" or unicodedata.category(letter)[0] in "LNM"


def _letters(text):
    """Return how many letters a text has; the marks on them are none."""
    return sum(unicodedata.category(sign)[0] == "L" for sign in text)


def _stands_anywhere(text, start, end):
    """Return whether a name is so long that it is one wherever it stands, where words are not parted."""
    script = _script(text[start])
    if script not in WITHOUT_BLANKS and script != "HANGUL":
        return False
    signs = sum(map(_continues_word, text[start:end]))
    return signs >= SAFE_LENGTH.get(script, SAFE_LENGTH_ELSEWHERE)


def _begins(text, start, end):
    """Return whether a name that was found between ``start`` and ``end`` begins there."""
    script, before = _script(text[start]), text[start - 1 : start]
    # A neighbour in another script is another word: "서울Ani", "Ani가".
    if not (before and _continues_word(before) and _script(before) in (script, "DIGIT")):
        return True
    if script not in PREFIXES:
        return _stands_anywhere(text, start, end)
    first = start
    while first and _continues_word(text[first - 1]):
        first -= 1
    prefix = text[first:start]
    is_long = _letters(text[start:end]) > ROOT_LENGTH
    return prefix in AND or bool(is_long and PREFIXES[script].fullmatch(prefix))


def _ends(text, start, end):
    """Return whether a name that was found between ``start`` and ``end`` ends there."""
    script, after = _script(text[start]), text[end : end + 1]
    # A mark belongs to the letter before it: "राम" is not in "रामा".
    if after and unicodedata.category(after)[0] == "M":
        return _particle(text, end)
    if _stands_anywhere(text, start, end):
        return True
    if not after or not _continues_word(after) or _script(after) not in (script, "DIGIT"):
        return True
    return _particle(text, end) or _has_ending(text, start, end, script)


def _has_ending(text, start, end, script):
    """Return whether an ending follows, as it is written in the script, and then the end of the word."""
    stop, letters = end, _letters(text[start:end])
    while stop < len(text) and (_continues_word(text[stop]) or text[stop] in JOINERS):
        stop += 1
    if script in AGGLUTINATING:
        ending = text[end:stop]
        return _script(ending[0]) == script and _letters(ending) <= min(letters, LONGEST_ENDING)
    # A name has a capital; the word that is written as it is has none.
    is_name = script in ENDINGS and letters >= SHORTEST_WITH_ENDING and text[start].isupper()
    return is_name and bool(ENDINGS[script].fullmatch(text, end, stop))


def _particle(text, end):
    """Return whether particles follow, and then the end of the word."""
    place = end
    while found := PARTICLE.match(text, place):
        place = found.end()
    return place > end and not (
        text[place : place + 1] and _continues_word(text[place : place + 1])
    )
