"""Nothing of a case can change without the difference saying so."""

import datetime
import pickle

import pytest
from django.db import models

from policies.content.diff import changes, tokens, words
from policies.content.fields import content_fields, row_fields
from policies.models import JointMember, Revision
from tests.factories import AttachmentFactory, LiveRevisionFactory, MemberFactory, PhotoFactory
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db

# A photo is told by its file, and what that is like follows from it; the place in a list is no change.
OF_THE_FILE = {"image", "small", "width", "height", "size"}


def another(row, field):
    """A value of ``field`` that differs from the one of ``row``."""
    value = getattr(row, field.attname)
    if field.choices:
        return next(choice for choice, _label in field.flatchoices if choice not in ("", value))
    if isinstance(field, models.DateField):
        return datetime.date(2001, 2, 3)
    if isinstance(field, models.DecimalField | models.IntegerField):
        return (value or 0) + 7
    if field.name in ("start", "end"):
        return "2029-12"
    return f"{value}x"


@pytest.fixture(scope="module")
def made_once(shared):
    with shared.made():
        revision = fill(LiveRevisionFactory())
        JointMember.objects.create(revision=revision, member=MemberFactory())
        PhotoFactory(revision=revision)
        AttachmentFactory(revision=revision)
        return pickle.dumps(Revision.objects.with_content().get(pk=revision.pk))


@pytest.fixture
def pair(made_once, db):
    """The same filled revision, twice."""
    return [pickle.loads(made_once) for _ in range(2)]  # noqa: S301 - pickled just now


def test_every_field_is_compared(pair, subtests):
    old, new = pair
    assert changes(old, new) == []

    for field in content_fields():
        with subtests.test(field=field.name):
            before = getattr(new, field.name)
            setattr(new, field.name, another(new, Revision._meta.get_field(field.name)))
            assert len(changes(old, new)) == 1
            setattr(new, field.name, before)


def fields_of_rows():
    for name, model in Revision.row_models().items():
        for field in row_fields(model):
            if field.name not in OF_THE_FILE and not field.is_relation:
                yield name, field.name


def test_every_field_of_every_row_is_compared(pair, subtests):
    old, new = pair
    for name, field in fields_of_rows():
        [row] = getattr(new, name).all()
        with subtests.test(list=name, field=field):
            before = getattr(row, field)
            setattr(row, field, another(row, row._meta.get_field(field)))
            assert len(changes(old, new)) == 1
            setattr(row, field, before)


@pytest.mark.parametrize("name", Revision.row_models())
def test_rows_that_go_are_seen(pair, name):
    old, new = pair
    getattr(new, name).all().delete()
    new = Revision.objects.with_content().get(pk=new.pk)

    [change] = changes(old, new)

    assert (len(change.removed), change.added) == (1, [])


WHOLE_WORDS = {
    ("पानी के लिए", "पाने के लिए"): "<del>पानी </del><ins>पाने </ins>के लिए",
    ("น้ำเสีย", "น้ำใส"): "น้ำ<del>เสีย</del><ins>ใส</ins>",
    ("東京都の水", "東京市の水"): "東京<del>都</del><ins>市</ins>の水",
    ("서울에서 버스", "서울로 버스"): "<del>서울에서 </del><ins>서울로 </ins>버스",
    ("ខ្មែរ", "ខ្មោច"): "<del>ខ្មែរ</del><ins>ខ្មោច</ins>",
    (
        "l'eau, 1,234.5 t",
        "l'air, 1,234.6 t",
    ): "<del>l&#x27;eau</del><ins>l&#x27;air</ins>, <del>1,234.5 </del><ins>1,234.6 </ins>t",
    ("cafe\u0301 x", "café y"): "cafe\u0301 <del>x</del><ins>y</ins>",
}


def test_whole_words_are_marked_in_every_script():
    found = {pair: str(words(*pair)) for pair in WHOLE_WORDS}
    composed = ("cafe\u0301 x", "café y")
    found.pop(composed)
    assert found == {pair: html for pair, html in WHOLE_WORDS.items() if pair != composed}
    for text in ("น้ำเสีย", "👩\u200d🚒 go", "e\u0301a b", "a\n\n- b"):
        assert "".join(tokens(text)) == text


UNSEEN = {
    ("a b", "a\u00a0b"): "No-break space instead of Space",
    ("word", "wo\u200brd"): "Zero width space added",
    ("so\u00adft", "soft"): "Soft hyphen removed",
    ("Suva", "Suv\u0430"): "Cyrillic small letter a instead of Latin small letter a",
    (
        "é",
        "e\u0301",
    ): "Latin small letter e + Combining acute accent instead of Latin small letter e with acute",
}


def test_change_that_nobody_sees_is_named():
    for (old, new), said in UNSEEN.items():
        assert f'<ins class="unseen">[{said}]</ins>' in words(old, new)
        assert "<del>" not in words(old, new)


def rows_of(revision, *names):
    revision.stakeholders.all().delete()
    for position, name in enumerate(names):
        revision.stakeholders.create(position=position, **name)
    return Revision.objects.with_content().get(pk=revision.pk)


def test_words_are_marked_inside_a_row_and_a_new_order_is_said():
    a, b, c = {"name": "Union", "role": "Agreed to it"}, {"name": "Bank"}, {"name": "NGO of bakers"}
    old, new = LiveRevisionFactory(), LiveRevisionFactory()
    old = rows_of(old, a, b, c)
    [change] = changes(old, rows_of(new, c, a | {"role": "Agreed to half"}, b | {"name": "Banks"}))
    assert (change.removed, change.added) == (["Bank"], ["Banks"])
    assert change.changed == ["Union, Agreed to <del>it</del><ins>half</ins>"]
    assert change.order == ("Union, NGO of bakers", "NGO of bakers, Union")
    [change] = changes(old, rows_of(new, b, a, c))
    assert (change.removed, change.added, change.changed) == ([], [], [])
    assert change.order == ("Union, Bank, NGO of bakers", "Bank, Union, NGO of bakers")
    [change] = changes(old, rows_of(new, a, b, {"name": "NGO of old bakers"}))
    assert change.changed == ["NGO of <ins>old </ins>bakers"]


def test_photo_that_was_replaced_is_shown_before_and_now(pair):
    old, new = pair
    [before] = old.photos.all()
    before.delete()
    photo = PhotoFactory(revision=new, caption=before.caption, alt=before.alt)
    new = Revision.objects.with_content().get(pk=new.pk)
    [change] = changes(old, new)
    assert change.photos == ([before], [photo])
