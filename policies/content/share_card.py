"""The picture that stands beside a link to a case, goal, target or member where people share it: goals,
title and figures.

Drawn with fonts of the machine, a word at a time, so that a title may mix scripts. Where no font
knows the script of a title, the figures stand alone rather than beside empty boxes.
"""

import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import regex
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont, features

from citynet.web.formats import number

from .bands import NONE
from .key_facts import Fact, goal_numbers, key_facts

WIDTH, HEIGHT = 1200, 630  # pixels, as the Open Graph's readers show them whole
MARGIN = 64
INK, QUIET, RULE, FAINT = "#141b1c", "#4d5858", "#d6dcda", "#e9edec"
MOST_LINES, FACT_LINES = 3, 2
# The official colours of the goals, as in the stylesheet.
COLOURS = (
    *("#e5243b", "#dda63a", "#4c9f38", "#c5192d", "#ff3a21", "#26bde2", "#fcc30b", "#a21942"),
    *("#fd6925", "#dd1367", "#fd9d24", "#bf8b2e", "#3f7e44", "#0a97d9", "#56c02b", "#00689d"),
    "#19486a",
)
# The first word of a letter's name in Unicode -> the font that has the script, where the name of the
# font says it otherwise.
SCRIPTS = {
    **dict.fromkeys(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH"), "CJK"),
    **dict.fromkeys(("LATIN", "CYRILLIC", "GREEK", "DIGIT", "VULGAR"), ""),
}
# Scripts without blanks between words.
SOLID = frozenset({"CJK", "Thai", "Lao", "Khmer", "Myanmar"})
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur"})
PLACES = (
    *("truetype/noto/NotoSans{script}-{weight}.ttf", "opentype/noto/NotoSans{script}-{weight}.ttc"),
    *("truetype/dejavu/DejaVuSans-Bold.ttf", "truetype/dejavu/DejaVuSans.ttf"),
)


@dataclass(frozen=True)
class Card:
    """What stands on a card: the goals that are lit, a line above the title, the title with its
    language, and the facts below it."""

    goals: list[int]
    line: str
    title: str
    language: str
    facts: list[Fact]


def of_revision(revision):
    """Return the card of a revision; asks the database nothing beyond a revision of a list."""
    member = revision.case.member
    return Card(
        list(goal_numbers(revision)),
        ", ".join(filter(None, [member.name, str(member.country_name)])),
        revision.title,
        revision.language,
        key_facts(revision),
    )


def of_goal(goal, counts):
    """Return the card of a goal; ``counts`` are those of its policies."""
    title = _("Goal %(number)s: %(title)s") % {"number": goal.number, "title": goal.title}
    return Card(
        [goal.number],
        _("Sustainable Development Goals"),
        title,
        get_language(),
        [*_numbers(counts), *_places(counts)],
    )


def of_target(target, counts):
    """Return the card of a target; ``counts`` are those of its policies."""
    line = _("Goal %(number)s: %(title)s") % {
        "number": target.goal.number,
        "title": target.goal.title,
    }
    title = _("Target %(code)s: %(label)s") % {"code": target.code, "label": target.label}
    facts = [*_numbers(counts), *_places(counts)]
    return Card([target.goal_id], line, title, get_language(), facts)


def of_member(member, counts):
    """Return the card of a member; ``counts`` are those of its policies."""
    goals = sorted(map(int, counts.of("goal").keys() - {NONE}))
    facts = _numbers(counts)
    if goals:
        facts.append(Fact(_("Goals"), _("%(number)d of 17") % {"number": len(goals)}))
    if member.population:
        year = member.population_year
        label = _("Population, %(year)s") % {"year": year} if year else _("Population")
        facts.append(Fact(label, number(member.population)))
    line = ", ".join(filter(None, [member.get_kind_display(), str(member.country_name)]))
    return Card(goals, line, member.name, get_language(), facts)


def _numbers(counts):
    return [Fact(_("Policies"), number(counts.total))] if counts.total else []


def _places(counts):
    """Return how many members and countries the policies are from; nothing where there is no policy."""
    rows = ((_("Cities and organisations"), "member"), (_("Countries and areas"), "country"))
    return [Fact(label, number(len(counts.of(facet)))) for label, facet in rows if counts.total]


def as_png(card):
    """Return a card as PNG."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#fff")
    draw = ImageDraw.Draw(picture)
    _strip(draw, card.goals)
    _line(draw, (MARGIN, 96), card.line, 30, QUIET, is_bold=False)
    _title(draw, card)
    if card.facts:
        _facts(draw, card.facts)
    _line(draw, (MARGIN, HEIGHT - 52), _("Urban SDG Knowledge Platform"), 24, INK, is_bold=True)
    file = io.BytesIO()
    picture.quantize(128).save(file, "PNG", optimize=True)
    return file.getvalue()


def _strip(draw, numbers):
    """Draw the 17 goals along the top: those that the case serves in their colour and with their number."""
    width = WIDTH / len(COLOURS)
    for slot, colour in enumerate(COLOURS):
        number = slot + 1
        left, right = round(slot * width), round((slot + 1) * width) - 3
        draw.rectangle((left, 0, right, 60), fill=colour if number in numbers else FAINT)
        if number in numbers:
            ink = "#fff" if number in {1, 4, 8, 10, 13, 16, 17} else "#000"
            draw.text(
                ((left + right) / 2, 30), str(number), ink, _font("", 28, is_bold=True), anchor="mm"
            )


def _title(draw, card):
    """Draw the title in up to three lines, as large as it can be."""
    for size in (60, 52, 44):
        lines = _lines(card.title, size, WIDTH - 2 * MARGIN)
        if lines is None:
            return
        if len(lines) <= MOST_LINES:
            break
    if len(lines) > MOST_LINES:
        lines = [
            *lines[: MOST_LINES - 1],
            [*lines[MOST_LINES - 1], ("…", _font("", size, is_bold=True))],
        ]
    is_reversed = card.language in RIGHT_TO_LEFT
    for place, words in enumerate(lines):
        width = sum(font.getlength(word) for word, font in words)
        x, y = (WIDTH - MARGIN - width if is_reversed else MARGIN), 160 + place * size * 1.25
        for word, font in reversed(words) if is_reversed else words:
            # What is read from the right has its blank to the left.
            text = f" {word.rstrip()}" if is_reversed else word
            draw.text((x, y + size), text, INK, font, anchor="ls")
            x += font.getlength(text)


def _facts(draw, facts):
    """Draw the facts side by side; what is not reported is hatched."""
    top, width = 416, (WIDTH - 2 * MARGIN) / len(facts)
    draw.line((MARGIN, top - 20, WIDTH - MARGIN, top - 20), fill=RULE, width=3)
    for slot, fact in enumerate(facts):
        left, room = MARGIN + slot * width, width - 28
        _line(draw, (left, top), fact.label, 24, QUIET, is_bold=False)
        if fact.unknown:
            _hatch(draw, (left, top + 40, left + room, top + 84))
        for size in (34, 30, 26, 22):
            lines = _lines(fact.value, size, room) or []
            if len(lines) <= FACT_LINES:
                break
        ink = QUIET if fact.unknown else INK
        for place, words in enumerate(lines[:FACT_LINES]):
            x = left + (8 if fact.unknown else 0)
            for word, font in words:
                draw.text((x, top + 74 + place * size * 1.2), word, ink, font, anchor="ls")
                x += font.getlength(word)


def _hatch(draw, box):
    left, top, right, bottom = map(round, box)
    height = bottom - top
    for x in range(left - height, right, 9):
        start, end = max(x, left), min(x + height, right)
        draw.line((start, bottom - (start - x), end, bottom - (end - x)), fill=RULE)


def _line(draw, place, text, size, ink, *, is_bold):
    """Draw one line of text from its upper left corner, cut where it would be too long."""
    x, y = place
    for word, font in (_lines(text, size, WIDTH - 2 * MARGIN, is_bold=is_bold) or [[]])[0]:
        draw.text((x, y + size), word, ink, font, anchor="ls")
        x += font.getlength(word)


def _lines(text, size, room, *, is_bold=True):
    """Return text as lines of (word, font) that are no wider than ``room``; None where a letter is of
    a script that no font here has."""
    lines, line, used = [], [], 0
    for word, script in _words(text):
        font = _font(script, size, is_bold=is_bold)
        if font is None:
            return None
        width = font.getlength(word)
        if line and used + font.getlength(word.rstrip()) > room:
            lines.append(line)
            line, used = [], 0
        line.append((word, font))
        used += width
    return [*lines, line] if line else lines


def _words(text):
    """Yield (word with the blank behind it, its script); a letter at a time where a script has no
    blanks."""
    for word in regex.findall(r"\S+\s*", " ".join(text.split())):
        script = _script(word)
        if script in SOLID:
            yield from ((part, _script(part) or script) for part in regex.findall(r"\X", word))
        else:
            yield word, script


def _script(word):
    """Return the script of the first letter that has one of its own: "Thai", "CJK", or ""."""
    for letter in word:
        if letter.isalpha():
            name = unicodedata.name(letter, "LATIN").split()[0].partition("-")[0]
            script = SCRIPTS.get(name, name.title())
            if script:
                return script
    return ""


@cache
def _font(script, size, *, is_bold):
    """Return the font for a script, or None where there is none; for Latin there always is one."""
    weight = "Bold" if is_bold else "Regular"
    places = PLACES if script == "" else PLACES[:2]
    for place in places:
        path = Path(settings.FONT_DIR) / place.format(script=script, weight=weight)
        if path.is_file():
            engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
            return ImageFont.truetype(str(path), size, layout_engine=engine)
    return None if script else ImageFont.load_default(size)
