"""A correction follows the rules of the form in which authors write."""

import pytest
from django.http import QueryDict

from policies.forms.corrections import CorrectionForm
from policies.models import Correction, Revision
from tests.factories import RevisionFactory, StaffFactory
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return StaffFactory(name="Mina", groups=["Moderators"])


@pytest.fixture
def submitted(reference):
    revision = RevisionFactory(
        title="Night buzes", summary="Nine lines.", state=Revision.State.SUBMITTED
    )
    return fill(revision, times=2)


def sent(revision, field, after):
    """The form as a moderator sends it; themes are boxes, so a list."""
    data = QueryDict(mutable=True)
    data["correction-field"] = field
    data.setlist("correction-after", after if isinstance(after, list) else [after])
    return CorrectionForm(data, revision=revision)


@pytest.mark.parametrize(
    ("field", "after", "before", "saved"),
    [
        ("title", " Night buses ", "Night buzes", "Night buses"),
        ("themes", ["transport", "housing"], "transport\nenergy", "transport\nhousing"),
        ("targets", "11.2\r\n\r\n 11.6 \n11.6", "11.2\n9.1", "11.2\n11.6"),
    ],
)
def test_correction_is_saved_clean(submitted, moderator, field, after, before, saved):
    form = sent(submitted, field, after)
    assert form.is_valid()
    made = form.propose(moderator)
    assert (made.field, made.before, made.after) == (field, before, saved)


@pytest.mark.parametrize(
    ("field", "after", "message"),
    [
        ("title", "", "This is needed."),
        ("summary", "", "This is needed."),
        ("challenge", "", "A submission needs this text."),
        ("solution", " ", "A submission needs this text."),
        ("themes", [], "At least one has to remain."),
        (
            "themes",
            ["flying"],
            "Select a valid choice. flying is not one of the available choices.",
        ),
        (
            "themes",
            ["transport", "energy", "housing", "solid-waste"],
            "Choose at most 3 themes; you chose 4.",
        ),
        ("targets", " \n", "At least one has to remain."),
        ("targets", "11.2\n99.9", "There is no such target."),
        (
            "targets",
            "\n".join(f"11.{number}" for number in (1, 2, 3, 4, 5, 6, 7, "a")),
            ("At most 7 rows fit here. Nothing is lost: put small rows together, then save again."),
        ),
        (
            "title",
            "a" * 201,
            (
                "At most 200 characters fit here; these are 201. Nothing is lost: shorten the text "
                "and save again."
            ),
        ),
    ],
)
def test_what_an_author_could_not_save_is_refused(submitted, field, after, message):
    form = sent(submitted, field, after)
    assert not form.is_valid()
    assert form.errors["after"] == [message]
    assert Correction.objects.count() == 0


def test_field_that_cannot_be_corrected_is_refused(submitted):
    form = sent(submitted, "slug", "other")
    assert not form.is_valid()
    assert list(form.errors) == ["field"]
