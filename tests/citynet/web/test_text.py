"""Texts that people send: what nobody can see is taken out, what a script needs stays."""

import pytest

from citynet.web.text import address_part, clean_text, order_key
from members.models import Member
from policies.models import Theme

CLEANED = {
    "One\x0btwo\r\nthree\rfour\u2028five\x0csix": "One\ntwo\nthree\nfour\nfive\nsix",
    "\u202e100%\u202c": "100%",
    "\u2066a\u2069\u200e b\u200f": "a b",
    "wo\u200brd so\u00adft \ufeffbom a\u2060b": "word soft bom ab",
    "bell\x07 nul\x00 esc\x1b": "bell nul esc",
    "name\u3164\uffa0": "name",
    "a\u200db \u200c": "ab ",
    "hidden\U000e0068\U000e0069": "hidden",
}
KEPT = [
    "tab\tand\nline",
    "حديقة\u200f (2013)",  # a direction mark in a text that runs from the right
    "می\u200cخواهم",  # Persian joiners
    "क्\u200dष ශ්\u200dරී",
    "ന\u0d4d\u200d",
    "ภาษา\u200bไทย ភាសា\u200bខ្មែរ",  # where a line may break
    "👩\u200d🚒 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "e\u0301 \ufe0f",
]
ADDRESSES = {
    "Chợ đêm": "cho-dem",
    "Đà Nẵng": "da-nang",
    "Ærø & Łódź": "aero-lodz",
    "Straße des 17. Juni": "strasse-des-17-juni",
    "Þórshöfn": "thorshofn",
    "Işık, İzmir": "isik-izmir",
    "서울": "",
    "\u200b": "",
}


def test_what_nobody_sees_is_taken_out():
    assert {text: clean_text(text) for text in CLEANED} == CLEANED


@pytest.mark.parametrize("text", KEPT)
def test_what_a_script_needs_stays(text):
    assert clean_text(text) == text


def test_addresses_are_made_of_plain_letters():
    assert {text: address_part(text, 80) for text in ADDRESSES} == ADDRESSES
    assert address_part("Đ" * 90 + " b", 80) == "d" * 80


def test_names_stand_where_readers_look_for_them():
    names = ["Zamboanga", "Đồng Nai", "Dhaka", "Élancourt", "Ulaanbaatar", "Ürümqi", "Da Nang"]
    assert sorted(names, key=order_key) == [
        "Da Nang",
        "Dhaka",
        "Đồng Nai",
        "Élancourt",
        "Ulaanbaatar",
        "Ürümqi",
        "Zamboanga",
    ]


def test_secretariat_need_not_write_addresses(editor_client, db):
    """The admin's own script would make "dja-nang" of it."""
    sent = {
        "kind": "local-government",
        "name": "\u202eĐà Nẵng\u200b",
        "status": "listed",
        "slug": "",
    }
    sent |= {f"evidence-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    assert editor_client.post("/admin/members/member/add/", sent).status_code == 302
    assert Member.objects.values_list("name", "slug").get() == ("Đà Nẵng", "da-nang")
    sent = {"name": "Łódź", "slug": "", "description": "One\r\ntwo", "position": "9"}
    assert editor_client.post("/admin/policies/theme/add/", sent).status_code == 302
    assert Theme.objects.values_list("slug", "description").get() == ("lodz", "One\ntwo")
    refused = editor_client.post("/admin/policies/theme/add/", sent | {"name": "서울"})
    assert refused.context["errors"] == [["Write it in Latin letters, digits and hyphens."]]
