"""Names are taken out of texts as words of their own, in any script."""

import json
import unicodedata

import pytest

from members.models import Membership
from members.record.redaction import Redactor
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

# Name, text before, text after.
TEXTS = [
    ("김민지", "김민지가 확인", "Xx가 확인"),
    ("김민지", "담당 김민지에게서 들음, 김 민지 팀장님", "담당 Xx에게서 들음, Xx 팀장님"),
    ("이수", "이수가 이수하다", "Xx가 이수하다"),
    ("राम", "राम और रामा, रामलाल, रामले भन्यो", "Xx और रामा, रामलाल, Xxले भन्यो"),
    ("রহিম", "রহিমের মত, রহিমা", "Xxের মত, রহিমা"),
    ("Болд", "Болдын санал, Болдбаатар", "Xxын санал, Болдбаатар"),
    ("李明", "由李明确认", "由Xx确认"),
    ("田中太郎", "田中太郎さんが書いた", "Xxさんが書いた"),
    ("สมชาย ใจดี", "คุณสมชาย ใจดีเขียน", "คุณXxเขียน"),
    ("สม", "สมาคม สม เขียน", "สมาคม Xx เขียน"),
    ("Li", "Li wrote, LI’s list, Lily and Ali", "Xx wrote, Xx’s list, Lily and Ali"),
    # A word is no name: where a text has capitals, a name has one.
    ("Li", "Ten li from here. Li", "Ten li from here. Xx"),
    ("Li", "li wrote, li’s list, lily", "Xx wrote, Xx’s list, lily"),
    ("li", "Ask li or Li", "Ask Xx or Xx"),
    ("Long An", "A long an, long an", "A Xx, Xx"),
    ("Май", "Май написал в мае, май", "Xx написал в мае, май"),
    ("Nguyễn Ánh", unicodedata.normalize("NFD", "bởi NGUYỄN  ÁNH, hôm qua"), "bởi Xx, hôm qua"),
    ("José", "José Josée", "Xx Josée"),
    ("O'Neill (Ann)", "by O'Neill (Ann).", "by Xx."),
    # Arabic and Hebrew: before the name.
    ("أحمد كريم", "راجعه سالم وأحمد كريم، ملاحظة لأحمد كريم", "راجعه سالم وXx، ملاحظة لXx"),
    ("مريم", "وبالمريم فمريم", "وبالXx فXx"),
    ("علي", "وعلي، معلي", "وXx، معلي"),
    ("مال", "كمال ومال", "كمال وXx"),
    ("דוד כהן", "נמסר לדוד כהן ושלדוד כהן", "נמסר לXx ושלXx"),
    ("דוד", "ודוד מדוד", "וXx מדוד"),
    # Written on, one after the other: from Sinhala to Georgian and Dhivehi.
    ("රුවන්", "රුවන්ට කියන්න, රුවන්ගේ, රුවනි", "Xxට කියන්න, Xxගේ, රුවනි"),
    ("ரவி", "ரவிக்கு, ரவியின், ரவிக்குமார்", "Xxக்கு, Xxயின், ரவிக்குமார்"),
    ("முருகன்", "முருகன், முருகனை, முருகனிடம்", "Xx, Xx, Xxடம்"),
    ("రవి", "రవికి చెప్పండి, రవీంద్ర", "Xxకి చెప్పండి, రవీంద్ర"),
    ("ರಮೇಶ್", "ರಮೇಶ್‌ಗೆ, ರಮೇಶ್ ಅವರು", "Xx‌ಗೆ, Xx ಅವರು"),
    ("രവി", "രവിയുടെ, രവിവർമ്മൻ", "Xxയുടെ, രവിവർമ്മൻ"),
    ("രാമൻ", "രാമൻ, രാമനെ, രാമന്റെ, രാമായണം", "Xx, Xx, Xxറെ, രാമായണം"),
    ("રમેશ", "રમેશનો, રમેશભાઈ, રમેશા", "Xxનો, Xxભાઈ, રમેશા"),
    ("ରବି", "ରବିଙ୍କୁ", "Xxଙ୍କୁ"),
    ("გიორგი", "გიორგის აზრი, გიორგისთვის, დიდგიორგი", "Xxს აზრი, Xxსთვის, დიდგიორგი"),
    ("ޢަލީ", "ޢަލީގެ", "Xxގެ"),
    # Endings of Turkic languages, of Tajik, Indonesian and Malay.
    (
        "Budi",
        "catatan Budinya, Budilah; budidaya, Budiman",
        "catatan Xxnya, Xxlah; budidaya, Budiman",
    ),
    ("Karim", "Karimga, Karimning, Karimlardan, Karima", "Xxga, Xxning, Xxlardan, Karima"),
    ("Айжан", "Айжандын, Айжанга, Айжанова", "Xxдын, Xxга, Айжанова"),
    ("Иван", "Иванка, Иванко, Иванго", "Иванка, Иванко, Xxго"),
    ("Болот", "Болотту, Болотко, Болотбек", "Xxту, Xxко, Болотбек"),
    ("Карим", "Каримро, Каримов", "Xxро, Каримов"),
]


@pytest.mark.parametrize(("name", "before", "after"), TEXTS)
def test_name_is_taken_out_and_no_other_word_is_cut(name, before, after):
    redactor = Redactor(UserFactory(name=name), "Xx")
    assert redactor.text(before) == after
    assert json.loads(redactor.text(json.dumps([{"changed": before}]))) == [{"changed": after}]


@pytest.mark.parametrize(("name", "note"), [("முருகன்", "முருகனை"), ("രാമൻ", "രാമനെ")])
def test_rows_are_found_by_the_stem_of_a_name(name, note):
    noted = MembershipFactory(note=note)
    Redactor(UserFactory(name=name), "Xx").rows(Membership.objects.all(), "note")
    noted.refresh_from_db()
    assert noted.note == "Xx"


def test_text_without_the_name_stays_as_it_is_stored():
    decomposed = unicodedata.normalize("NFD", "réseau")
    assert Redactor(UserFactory(name="Ani"), "Xx").text(decomposed) == decomposed


def test_address_of_somebody_else_stays():
    redactor = Redactor(UserFactory(name="", email="ani@city.example"), "Xx")
    text = "4ani@city.example, mani@city.example, Ani@City.example"
    assert redactor.text(text) == "4ani@city.example, mani@city.example, Xx"
