"""Taking a person's name out of texts."""

import json
import re
import unicodedata

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast, Lower
from django.utils import translation
from django.utils.translation import gettext as _

from members.models import Event, Invitation, Notice, User


def former_colleague(member=None):
    """Return what is written in place of the name of somebody who acted for ``member``."""
    # Stored in the database, so in the language of the site, not of who happens to ask.
    with translation.override(settings.LANGUAGE_CODE):
        if member is None:
            return _("Former colleague")
        return _("Former colleague of %(member)s") % {"member": member.name}


def former_moderator():
    """Return what is written in place of the name of somebody who decided for the secretariat."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Former moderator")


def addresses_of(user):
    """Return every e-mail address that is known to be the person's, in lower case: also the former ones
    at which the person accepted an invitation, as far as they are nobody else's now.

    One that was typed and never confirmed is nobody's.
    """
    accepted = user.events.filter(action="invitation-accepted").values_list("subject_id", flat=True)
    invited = Invitation.objects.filter(pk__in=list(accepted)).values_list("email", flat=True)
    addresses = _proven(User.objects.filter(pk=user.pk))
    former = set(map(str.lower, invited)) - addresses
    return sorted(addresses | (former - _proven(User.objects.exclude(pk=user.pk), former)))


def _proven(people, among=None):
    """Return the addresses of ``people`` that none of them has yet to confirm; only those ``among``."""
    rows = EmailAddress.objects.annotate(spelt=Lower("email"))
    unconfirmed = rows.filter(user=OuterRef("pk"), spelt=OuterRef("spelt"), verified=False)
    # An account that the secretariat has made has no row of its address.
    signed_up = people.annotate(spelt=Lower("email")).exclude(Exists(unconfirmed))
    confirmed = rows.filter(user__in=people.values("pk"), verified=True)
    found = [signed_up, confirmed]
    if among is not None:
        found = [each.filter(spelt__in=among) for each in found]
    return {address for each in found for address in each.values_list("spelt", flat=True)}


# What people write in notices, and what they are called there.
WORDS_IN_NOTICES = ("person", "email", "by", "note", "message")

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
    *(
        "이",
        "가",
        "은",
        "는",
        "을",
        "를",
        "의",
        "에",
        "와",
        "과",
        "도",
        "만",
        "로",
        "께",
        "님",
        "씨",
        "군",
    ),
    *(
        "양",
        "아",
        "야",
        "랑",
        "이랑",
        "이나",
        "나",
        "이다",
        "입니다",
        "에게",
        "에게서",
        "한테",
        "께서",
        "으로",
        "부터",
    ),
    *("까지", "처럼", "보다", "팀장", "과장", "국장", "주무관", "선생", "박사", "교수"),
    *(
        "ने",
        "को",
        "का",
        "की",
        "के",
        "से",
        "में",
        "पर",
        "जी",
        "ले",
        "लाई",
        "बाट",
        "सँग",
        "हरू",
        "ज्यू",
        "ला",
        "चा",
        "ची",
        "चे",
    ),
    *("ের", "র", "কে", "য়ের", "রা", "দের", "তে"),
    *(
        "ын",
        "ийн",
        "ий",
        "ны",
        "ний",
        "ыг",
        "ийг",
        "аас",
        "ээс",
        "тай",
        "тэй",
        "ның",
        "нің",
        "ға",
        "ге",
    ),
    *("ты", "ті", "да", "де", "нан", "нен", "а", "у", "ом", "ым", "е"),
)
PARTICLE = re.compile("|".join(sorted(map(re.escape, PARTICLES), key=len, reverse=True)))
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
# What Arabic writes before a word: and, so; in, as, to; the. And Hebrew: and; that, when; from, in, as, to; the.
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


class Redactor:
    """Writes ``label`` wherever the name or an address of ``user`` stands, as a word of its own.

    What a word is depends on the script: where words are written onto a name, the name goes and they
    stay; where words are not parted, a name is found among other letters. Letters with marks are the
    same whether they are stored as one sign or as two.

    Not found are a name in another spelling or script; one with vowel signs that it is stored without;
    one whose own end changes before an ending (Tamil சுந்தரம், சுந்தரத்தை); a short one before a long
    ending; in Latin and Cyrillic letters one in small letters with an ending; and one of a single word in
    small letters in a text that has capitals.
    """

    def __init__(self, user, label, words=None):
        """``words`` are the name and the addresses, where not all of them are to be taken out."""
        self.label = label
        self.words = words or [*addresses_of(user), user.email, *filter(None, [user.name])]
        self.is_small = user.name.islower()
        forms = sorted({_composed(word) for word in self.words}, key=len, reverse=True)
        patterns = map(_pattern, forms)
        self.pattern = re.compile("|".join(patterns), re.IGNORECASE)

    def text(self, text):
        """Return ``text`` without the person; in JSON that is kept as text, in each of its values."""
        if text[:1] in ("[", "{"):
            try:
                value = json.loads(text)
            except ValueError:
                value = None
            if isinstance(value, list | dict):
                redacted = self.value(value)
                return text if redacted == value else json.dumps(redacted)
        composed, parts, done = _composed(text), [], 0
        start = 0
        while found := self.pattern.search(composed, start):
            place = found.span()
            if (
                _begins(composed, *place)
                and _ends(composed, *place)
                and self._names(composed, place)
            ):
                parts += [composed[done : found.start()], self.label]
                start = done = found.end()
            else:
                start = found.start() + 1
        return "".join([*parts, composed[done:]]) if parts else text

    def _names(self, text, place):
        """Return whether what was found is meant as a name. "an" is no An: where a text has capitals, a
        name of one word has one, unless the person writes it without."""
        found = text[slice(*place)]
        if self.is_small or not found[0].islower() or not found.isalpha():
            return True
        return not any(map(str.isupper, text))

    def value(self, value):
        """Return a JSON value with the names taken out, however deep they stand."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(part) for part in value]
        if isinstance(value, dict):
            return {key: self.value(part) for key, part in value.items()}
        return value

    def rows(self, rows, *fields):
        """Rewrite the fields (text or JSON) of those of ``rows`` that name the person."""
        for row in self._found(rows, fields):
            for field in fields:
                value = self.value(getattr(row, field))
                setattr(row, field, _fitting(value, row, field))
            row.save(update_fields=fields)

    def notices(self, rows, words=WORDS_IN_NOTICES, about=None):
        """Take the names out of the ``words`` of notices: of all ``rows``, or of those of them that the
        function ``about`` says yes to. What else a notice is made of is read by programs."""
        for notice in self._found(rows, ["context"]):
            context = {
                key: self.value(value) if key in words else value
                for key, value in notice.context.items()
            }
            if context != notice.context and (about is None or about(notice)):
                Notice.objects.filter(pk=notice.pk).update(context=context)

    def events(self, events, *fields):
        """Take the names out of texts of the record, of which nothing else can be changed."""
        for event in self._found(events, fields):
            texts = {
                field: _fitting(self.text(getattr(event, field)), event, field) for field in fields
            }
            Event.objects.filter(pk=event.pk).forget(**texts)

    def _found(self, rows, fields):
        found = Q()
        for field in fields:
            rows = rows.annotate(**{f"{field}_as_text": Cast(field, TextField())})
            for spelling in self._spellings():
                found |= Q(**{f"{field}_as_text__icontains": spelling})
        return rows.filter(found)

    def _spellings(self):
        """Return what a database looks for: it knows nothing of marks, and SQLite of capitals in
        ASCII only. The first part of a name will do."""
        found = set()
        for word in self.words:
            first = _stem(word.split()[0])
            if _script(first[:1]) in NAMES_WITHOUT_BLANKS:
                first = first[0]
            for form in ("NFC", "NFD"):
                spelt = unicodedata.normalize(form, first)
                found |= {spelt, spelt.lower(), spelt.upper(), spelt.title()}
        # In JSON that is kept as text, other scripts are escaped.
        return sorted(found | {json.dumps(spelling)[1:-1] for spelling in found})


def _fitting(value, row, field):
    """Return a value as long as its field takes: the label may be longer than the name."""
    return value[: row._meta.get_field(field).max_length] if isinstance(value, str) else value


def _pattern(form):
    """Return a pattern of a name, with its blanks typed otherwise; names in Korean, Chinese and
    Japanese are written with and without a blank after the first part."""
    if _script(form[:1]) in NAMES_WITHOUT_BLANKS:
        letters = "".join(form.split())
        between = r"\s?" if len(letters) >= SAFE_LENGTH["HANGUL"] else ""
        return between.join(map(re.escape, letters))
    words = r"\s+".join(map(re.escape, form.split()))
    return words[:-1] + LAST_CONSONANTS[form[-1]] if form[-1] in LAST_CONSONANTS else words


def _stem(word):
    """Return what is left of a name's word before any ending."""
    return word[:-1] if word[-1] in LAST_CONSONANTS else word


def _composed(text):
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
