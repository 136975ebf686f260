"""The goals and targets as adopted: what ships is complete, ordered and word for word.

Reads the file alone, so it holds without a database. The digests pin every word;
a change of the wording therefore has to be made here too, on purpose.
"""

import hashlib
import json
import re
from pathlib import Path

GOALS_FILE = Path(__file__).resolve().parents[2] / "sdg" / "data" / "goals.json"
DATA = json.loads(GOALS_FILE.read_text(encoding="utf-8"))
GOALS = DATA["goals"]
TARGETS = [target for goal in GOALS for target in goal["targets"]]
BY_CODE = {target["code"]: target for target in TARGETS}

# Goal 1 to 17: how many numbered and how many lettered targets each has.
NUMBERED = [5, 5, 9, 7, 6, 6, 3, 10, 5, 7, 7, 8, 3, 7, 9, 10, 19]
LETTERED = [2, 3, 4, 3, 3, 2, 2, 2, 3, 3, 3, 3, 2, 3, 3, 2, 0]

# All characters outside ASCII in the wordings: apostrophes, the dash of 11.b, the quotes of 14.c.
TYPOGRAPHIC = {"’", "“", "”", "–"}


def is_lettered(target):
    return target["code"].rpartition(".")[2].isalpha()


def digest(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_source_names_the_resolution():
    assert DATA["source"] == "A/RES/70/1, United Nations General Assembly, 25 September 2015"


def test_goals_are_seventeen_in_order():
    assert [goal["number"] for goal in GOALS] == list(range(1, 18))


def test_goal_fields_are_exactly_those_documented():
    assert {tuple(goal) for goal in GOALS} == {("number", "title", "headline", "colour", "targets")}
    assert {tuple(target) for target in TARGETS} == {("code", "kind", "label", "text")}


def test_goal_titles_are_the_short_titles():
    assert [goal["title"] for goal in GOALS] == [
        "No poverty",
        "Zero hunger",
        "Good health and well-being",
        "Quality education",
        "Gender equality",
        "Clean water and sanitation",
        "Affordable and clean energy",
        "Decent work and economic growth",
        "Industry, innovation and infrastructure",
        "Reduced inequalities",
        "Sustainable cities and communities",
        "Responsible consumption and production",
        "Climate action",
        "Life below water",
        "Life on land",
        "Peace, justice and strong institutions",
        "Partnerships for the goals",
    ]


def test_goal_colours_are_the_official_ones():
    assert " ".join(goal["colour"] for goal in GOALS) == (
        "#E5243B #DDA63A #4C9F38 #C5192D #FF3A21 #26BDE2 #FCC30B #A21942 #FD6925 "
        "#DD1367 #FD9D24 #BF8B2E #3F7E44 #0A97D9 #56C02B #00689D #19486A"
    )


def test_goal_headlines_match_their_digest():
    lines = [f"{goal['number']} {goal['headline']}" for goal in GOALS]
    assert digest(lines) == "aaae7fb2896a610add09cec440f2a4e6ec768a7fdb7b6950e35c2e1a5b67803c"


def test_target_counts_match_the_resolution():
    assert len(TARGETS) == 169
    assert sum(not is_lettered(target) for target in TARGETS) == 126
    assert sum(is_lettered(target) for target in TARGETS) == 43
    assert [len(goal["targets"]) for goal in GOALS] == [
        7, 8, 13, 10, 9, 8, 5, 12, 8, 10, 10, 11, 5, 10, 12, 12, 19,
    ]  # fmt: skip


def test_target_codes_follow_the_official_order():
    expected = []
    for number, (numbered, lettered) in enumerate(zip(NUMBERED, LETTERED, strict=True), start=1):
        expected += [f"{number}.{position}" for position in range(1, numbered + 1)]
        expected += [f"{number}.{letter}" for letter in "abcd"[:lettered]]
    assert [target["code"] for target in TARGETS] == expected
    for goal in GOALS:
        assert {target["code"].partition(".")[0] for target in goal["targets"]} == {
            str(goal["number"])
        }


def test_target_kinds_separate_outcomes_from_means():
    kinds = [target["kind"] for target in TARGETS]
    assert (kinds.count("outcome"), kinds.count("means")) == (107, 62)
    # Goal 17 is means of implementation as a whole; elsewhere the letter says so.
    assert [
        target["code"]
        for target in TARGETS
        if (target["kind"] == "means") != (is_lettered(target) or target["code"].startswith("17."))
    ] == []


def test_target_labels_are_distinct_and_short():
    labels = [target["label"] for target in TARGETS]
    assert len({label.casefold() for label in labels}) == 169
    assert [label for label in labels if not 1 <= len(label.split()) <= 5] == []
    assert [label for label in labels if len(label) > 35] == []
    assert [label for label in labels if not label[0].isupper() or label.endswith(".")] == []


def test_every_wording_is_clean():
    wordings = [goal["headline"] for goal in GOALS] + [target["text"] for target in TARGETS]
    assert [text for text in wordings if not text[0].isupper()] == []
    assert [text for text in wordings if text != " ".join(text.split())] == []
    assert [text for text in wordings if text.endswith((".", "…", ";", ","))] == []
    # A footnote mark left behind shows as an asterisk or as a digit stuck to a word.
    assert [text for text in wordings if "*" in text or re.search(r"[a-z]\d", text)] == []
    assert {letter for text in wordings for letter in text if not letter.isascii()} == TYPOGRAPHIC


def test_target_wordings_match_their_digest():
    lines = [f"{target['code']} {target['text']}" for target in TARGETS]
    assert digest(lines) == "545429aee969428b834b72da45af92966a80cd4881a0991678dc51d75fa1d22d"


def test_target_wordings_often_altered_elsewhere_are_those_adopted():
    """Shortened or earlier versions of these circulate; the digest alone would not say which."""
    adopted = {
        "1.1": (
            "By 2030, eradicate extreme poverty for all people everywhere, currently measured as "
            "people living on less than $1.25 a day"
        ),
        "6.6": (
            "By 2020, protect and restore water-related ecosystems, including mountains, forests, "
            "wetlands, rivers, aquifers and lakes"
        ),
        "7.b": (
            "By 2030, expand infrastructure and upgrade technology for supplying modern and "
            "sustainable energy services for all in developing countries, in particular least "
            "developed countries, small island developing States and landlocked developing "
            "countries, in accordance with their respective programmes of support"
        ),
        "8.7": (
            "Take immediate and effective measures to eradicate forced labour, end modern slavery "
            "and human trafficking and secure the prohibition and elimination of the worst forms "
            "of child labour, including recruitment and use of child soldiers, and by 2025 end "
            "child labour in all its forms"
        ),
        "11.6": (
            "By 2030, reduce the adverse per capita environmental impact of cities, including by "
            "paying special attention to air quality and municipal and other waste management"
        ),
        "14.c": (
            "Enhance the conservation and sustainable use of oceans and their resources by "
            "implementing international law as reflected in the United Nations Convention on the "
            "Law of the Sea, which provides the legal framework for the conservation and "
            "sustainable use of oceans and their resources, as recalled in paragraph 158 of “The "
            "future we want”"
        ),
        "15.2": (
            "By 2020, promote the implementation of sustainable management of all types of "
            "forests, halt deforestation, restore degraded forests and substantially increase "
            "afforestation and reforestation globally"
        ),
        "17.2": (
            "Developed countries to implement fully their official development assistance "
            "commitments, including the commitment by many developed countries to achieve the "
            "target of 0.7 per cent of gross national income for official development assistance "
            "(ODA/GNI) to developing countries and 0.15 to 0.20 per cent of ODA/GNI to least "
            "developed countries; ODA providers are encouraged to consider setting a target to "
            "provide at least 0.20 per cent of ODA/GNI to least developed countries"
        ),
    }
    assert {code: BY_CODE[code]["text"] for code in adopted} == adopted
