"""Passages that show words of a question which a card does not."""

import pytest

from policies.search import passages

LONG = (
    "The district had no place for it. Carts stood in the streets at night. Families who lived from "
    "the garbage were asked first, and the city’s drivers were paid by weight. Later the council "
    "bought trucks, and the kerbside bins were emptied each day before the market opened."
)

CUT = (
    "stood in the streets at night. Families who lived from the garbage were asked first, and the "
    "city’s drivers were paid by weight. Later the council bought trucks, and the kerbside bins were"
)


@pytest.mark.parametrize(
    ("typed", "shown", "text", "found"),
    [
        (
            "garbage",
            "A scholarship for every student",
            LONG,
            CUT,
        ),
        # What the card shows is looked for no more, whatever its ending.
        ("garbage bins", "The bin and its Garbages", LONG, None),
        ("curbside", "", "Kerbside bins are emptied.", "Kerbside bins are emptied."),
        ("waste water", "", "Wastewater is cleaned.", "Wastewater is cleaned."),
        ("buses", "", "One bus runs.", "One bus runs."),
        ("foot", "", "On four feet.", "On four feet."),
        ("tire", "", "Of old tyres\n\n- and so on.", "Of old tyres - and so on."),
        ("eau", "", "La gestion de l'eau suffit.", "La gestion de l'eau suffit."),
        ("da nang", "", "In Đà Nẵng it rains.", "In Đà Nẵng it rains."),
        ("फसल", "", "यह फ़सल अच्छी है।", "यह फ़सल अच्छी है।"),
        ("쓰레기", "", "서울의 쓰레기를 줄였다.", "서울의 쓰레기를 줄였다."),
        ("น้ำเสีย", "", "บำบัดน้ำเสียทุกวัน", "บำบัดน้ำเสียทุกวัน"),
        ("BRT", "", "It broke.", None),
        ("-garbage", "", LONG, None),
        ("", "", LONG, None),
    ],
)
def test_passage_has_the_words_that_are_not_shown(typed, shown, text, found):
    left = passages.missing(shown, typed)
    passage = passages.find([("Results", "Nothing of it."), ("What was done", text)], left)

    assert (passage and passage[:2]) == (found and ("What was done", found))
    assert found != CUT or passage[2:] == (True, True)


def test_passage_with_most_of_the_words_is_shown():
    texts = [
        ("Challenge", "Drivers were few."),
        (
            "Results",
            "Trucks came. " + "A long time went by until it was so. " * 9 + "Trucks, drivers.",
        ),
    ]
    passage = passages.find(texts, passages.missing("", "trucks drivers"))

    assert passage.origin == "Results"
    assert passage.content.endswith("until it was so. Trucks, drivers.")
    assert len(passage.content) < 200


def test_passage_of_a_script_without_blanks_begins_with_a_letter():
    text = "ที่" * 40 + "น้ำเสีย" + "ที่" * 80
    passage = passages.find([("Results", text)], passages.missing("", "น้ำเสีย"))

    assert "น้ำเสีย" in passage.content
    assert passage.content.startswith("ที่")
    assert passage.content.endswith("ที่")
    assert (passage.has_before, passage.has_after) == (True, True)
