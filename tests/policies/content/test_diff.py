"""Nothing of a case can change without the difference saying so."""

import datetime

import pytest
from django.db import models

from policies.content.diff import changes
from policies.content.fields import content_fields, row_fields
from policies.models import Revision
from tests.factories import AttachmentFactory, LiveRevisionFactory, PhotoFactory
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
        PhotoFactory(revision=revision)
        AttachmentFactory(revision=revision)
    return revision.pk


@pytest.fixture
def pair(made_once, db):
    """The same filled revision, read twice."""
    return [Revision.objects.with_content().get(pk=made_once) for _ in range(2)]


@pytest.mark.parametrize("name", [field.name for field in content_fields()])
def test_every_field_is_compared(pair, name):
    old, new = pair
    assert changes(old, new) == []

    setattr(new, name, another(new, Revision._meta.get_field(name)))

    assert len(changes(old, new)) == 1


def fields_of_rows():
    for name, model in Revision.row_models().items():
        for field in row_fields(model):
            if field.name not in OF_THE_FILE and not field.is_relation:
                yield name, field.name


@pytest.mark.parametrize(("name", "field"), list(fields_of_rows()))
def test_every_field_of_every_row_is_compared(pair, name, field):
    old, new = pair
    [row] = getattr(new, name).all()

    setattr(row, field, another(row, row._meta.get_field(field)))

    assert len(changes(old, new)) == 1


@pytest.mark.parametrize("name", Revision.row_models())
def test_rows_that_go_are_seen(pair, name):
    old, new = pair
    getattr(new, name).all().delete()
    new = Revision.objects.with_content().get(pk=new.pk)

    [change] = changes(old, new)

    assert (len(change.removed), change.added) == (1, [])
