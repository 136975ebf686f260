"""One word written in several ways: British and American spelling, joined and split forms."""

import re

# British -> American, for families of words; the stem of either is that of the result.
_RULES = (
    # organise, organisation: z becomes s, which changes fewer words than the other way.
    (re.compile(r"^(.{3,})iz(e|ed|es|er|ers|ing|ation|ations|ational)$"), r"\1is\2"),
    (re.compile(r"^(.{2,})yz(e|ed|es|er|ers|ing)$"), r"\1ys\2"),
    (
        re.compile(
            r"^(arm|behavi|clam|col|endeav|fav|glam|harb|hon|hum|lab|neighb|od|parl|rig|rum|sav|tum"
            r"|vap|vig)our(.*)$"
        ),
        r"\1or\2",
    ),
    (re.compile(r"^(.*(?:cal?ib|cent|fib|lit|lust|met|spect|theat))re(s)?$"), r"\1er\2"),
    (re.compile(r"^(.*(?:cal?ib|cent|lust))red$"), r"\1ered"),
    (re.compile(r"^(anal|catal|dial|epil|monol|travel)ogue(s)?$"), r"\1og\2"),
    (
        re.compile(
            r"^(canc|chann|couns|dish|equ|fu|lab|lev|mod|pan|parc|pedd|quarr|sign|tot|trav|tunn)(a|e)ll"
            r"(ed|er|ers|ing|ings|or|ors)$"
        ),
        r"\1\2l\3",
    ),
    (re.compile(r"^(.*)(def|lic|off|pret)ence(s)?$"), r"\1\2ense\3"),
    (re.compile(r"^(an|arch|encyclop|f|gyn|h|orthop|p)ae(.{3,})$"), r"\1e\2"),
)
# What one of them needs: nearly all words of a library have none of it.
_NEEDED = re.compile(r"[iy]z|our|res?$|red$|ogue|ll|ence|ae")
WORDS = {
    "acknowledgement": "acknowledgment",
    "aeroplane": "airplane",
    "aeroplanes": "airplanes",
    "ageing": "aging",
    "aluminium": "aluminum",
    "analogue": "analog",
    "artefact": "artifact",
    "artefacts": "artifacts",
    "cheque": "check",
    "diarrhoea": "diarrhea",
    "enrolment": "enrollment",
    "fulfil": "fulfill",
    "grey": "gray",
    "instalment": "installment",
    "instalments": "installments",
    "judgement": "judgment",
    "kerb": "curb",
    "kerbs": "curbs",
    "kerbside": "curbside",
    "manoeuvre": "maneuver",
    "mould": "mold",
    "plough": "plow",
    "practise": "practice",
    "practised": "practiced",
    "practising": "practicing",
    "programme": "program",
    "programmes": "programs",
    "sceptic": "skeptic",
    "skilful": "skillful",
    "sulphur": "sulfur",
    "tyre": "tire",
    "tyres": "tires",
}

# Words of one thing that people also write as one, or with a sign between.
_JOINED = (
    "air port, back yard, bike share, bike sharing, bike way, bio diesel, bio diversity,"
    " bio fuel, bio fuels, bio gas, bio mass, black out, black water, bus lane, bus lanes, bus way, car pool,"
    " car pooling, car share, car sharing, child birth, child care, co 2, co operation, co operative,"
    " co operatives, coast line, crowd funding, cycle path, cycle way, data base, day care, e bike,"
    " e bikes, e bus, e buses, e commerce, e governance, e government, e health, e learning, e mail, e mobility,"
    " e rickshaw, e rickshaws, e waste, earth quake, eco system, eco systems, eco tourism, elder care,"
    " fire fighter, fire fighters, fire fighting, flood plain, flood plains, flood water, flood waters, food bank,"
    " food waste, foot bridge, foot path, foot paths, free way, ground water, green belt, green house,"
    " grey water, health care, heat wave, heat waves, high way, high ways, home less, home stay, house hold,"
    " house holds, hydro power, land fill, land fills, land owner, land slide, land slides, land use, life long,"
    " life style, live stock, low land, main stream, market place, micro credit, micro finance, micro grid,"
    " micro grids, micro plastic, micro plastics, mini bus, mini buses, mini grid, mini grids, multi modal,"
    " non motorised, over crowding, park land, peat land, peat lands,"
    " pm 10, pm 2 5, pm2 5, post harvest, pre paid, pre school, pre schools, rail road, rail way, rail ways,"
    " rain fall, rain water, re use, ride share, ride sharing, river bank, river front, road side,"
    " roof top, roof tops, run off, school yard, sea grass, sea level, sea wall, sea walls,"
    " shop house, shore line, side walk, side walks, small holder, small holders,"
    " smart phone, start up, start ups, storm water, street light, street lights, street lighting, sub way,"
    " tele health, tele medicine, tele work, time table, tri cycle, tri cycles, under ground,"
    " under pass, up cycling, walk way, walk ways, waste land, waste water, water course, water front,"
    " water logging, water shed, water sheds, water way, water ways, web site, wet land, wet lands, wheel chair,"
    " wheel chairs, wi fi, wild fire, wild fires, wild life, wind farm, work force, work place, work shop"
)
_PARTS = [tuple(words.split()) for words in _JOINED.split(",")]
_BY_FIRST = {}
for _words in _PARTS:
    _BY_FIRST.setdefault(_words[0], []).append(_words)
_FIRST = frozenset(_BY_FIRST)
_LOOKED_FOR = {
    first: [(words[1], f" {' '.join(words)} ", "".join(words)) for words in found]
    for first, found in _BY_FIRST.items()
}
_SPLIT = {"".join(words): words for words in _PARTS}
# Both ways of writing fine dust come to one.
_SPLIT["pm25"] = ("pm2", "5")


def one_spelling(word):
    """Return a word in the spelling that stands for all its spellings."""
    if word in WORDS:
        return WORDS[word]
    if not _NEEDED.search(word):
        return word
    for pattern, replacement in _RULES:
        if (found := pattern.match(word)) is not None:
            return found.expand(replacement)
    return word


def joined(words):
    """Yield (position, number of words, joined form) where words side by side are also written as one."""
    for place, word in enumerate(words):
        for parts in _BY_FIRST.get(word, ()):
            if tuple(words[place : place + len(parts)]) == parts:
                yield place, len(parts), "".join(parts)


def joined_in(folded, words):
    """Return the joined forms of words that stand side by side in a folded text with these words.

    Asked for every text of the index, so nearly all forms are ruled out by the set of the words.
    """
    return [
        form
        for first in _FIRST & words
        for second, whole, form in _LOOKED_FOR[first]
        if second in words and whole in folded
    ]


def split(word):
    """Return the words that a word is also written as; () where there are none."""
    return _SPLIT.get(word, ())
