"""What helps to write: a word on every answer with an example, and targets that fit what is written."""

import pytest

from policies.content.languages import choices
from policies.forms.files import AttachmentUploadForm, PhotoUploadForm
from policies.forms.registry import SECTIONS
from policies.forms.results import IndicatorForm
from policies.forms.start import NewForm
from policies.forms.texts import BasicsForm
from policies.models import Revision
from tests.factories import MembershipFactory, RevisionFactory
from tests.policies.authors import address, fields_of, save

# Their help says what is taken; there is no answer to give an example of.
WITHOUT_EXAMPLE = {"upload", "member"}
# The radio buttons stand in the rows of the targets, below the help of their list.
IN_ROWS = {"primary"}


def fields():
    for section in SECTIONS:
        yield from _fields(section.slug, section.form)
        for kind in section.lists:
            yield from _fields(kind.name, kind.form)
    for form in (PhotoUploadForm, AttachmentUploadForm, NewForm):
        yield from _fields(form.__name__, form)


def _fields(where, form):
    for name, field in form.base_fields.items():
        if not field.widget.is_hidden and name not in IN_ROWS:
            yield pytest.param(name, field, id=f"{where}-{name}")


@pytest.mark.parametrize(("name", "field"), list(fields()))
def test_every_answer_is_explained_with_an_example(name, field):
    assert str(field.label)
    help_text = str(field.help_text)
    assert help_text
    assert ('class="example"' in help_text) == (name not in WITHOUT_EXAMPLE)


def test_figure_without_a_word_on_its_exactness_is_as_stated():
    empty = {
        (name, str(label))
        for section in SECTIONS
        for form in (section.form, *(kind.form for kind in section.lists))
        for name, field in form.base_fields.items()
        for value, label in getattr(field, "choices", ())
        if value == "" and ("qualifier" in name or name in ("budget_basis", "scale"))
    }
    qualifiers = ["qualifier", "budget_qualifier", "people_served_qualifier"]
    assert {label for name, label in empty if "qualifier" in name} == {"As stated"}
    assert {name for name, _label in empty}.issuperset(qualifiers)
    assert {("budget_basis", "Not reported"), ("scale", "Not reported")} <= empty


def test_every_section_and_list_says_what_it_is_for():
    texts = [section.help for section in SECTIONS]
    texts += [kind.help for section in SECTIONS for kind in section.lists]
    assert all(str(text).endswith(".") for text in texts)
    assert len({str(text) for text in texts}) == len(texts)


@pytest.fixture
def official(client, db):
    membership = MembershipFactory()
    client.force_login(membership.user)
    client.member = membership.member
    return client


@pytest.mark.parametrize(
    ("section", "field"),
    [
        ("budget", "budget_unavailable"),
        ("manpower", "staff_unavailable"),
        ("stakeholders", "stakeholders_unavailable"),
    ],
)
def test_what_cannot_be_said_is_explained_instead(reference, official, section, field):
    draft = RevisionFactory(case__member=official.member)
    page = official.get(address(draft.case, section)).text
    assert "Not available, because …" in page
    save(official, draft.case, section, **{field: "The records were lost."})
    draft.refresh_from_db()
    assert getattr(draft, field) == "The records were lost."


def test_long_texts_are_counted_against_what_fits(official):
    draft = RevisionFactory(case__member=official.member)
    page = official.get(address(draft.case, "challenge-solution")).text
    assert page.count('data-most="50000"') == 2
    # Browsers would cut what is pasted without a word.
    assert "maxlength" not in page.split('id="section-form"')[1]


def test_suggested_targets_are_chosen_by_people_only(reference, official):
    draft = RevisionFactory(
        case__member=official.member,
        title="Night buses",
        summary="Safe and affordable public transport for people who work at night.",
        solution="Public transport runs at night, with road safety in mind.",
    )
    page = official.get(address(draft.case, "targets-themes"))
    suggested = [each.target.code for each in page.context["suggestions"]]
    assert "11.2" in suggested
    assert 'value="add:contributions:11.2"' in page.text
    assert page.context["suggestions"][suggested.index("11.2")].words
    sent = fields_of(page)
    assert sent["contributions-TOTAL_FORMS"] == ["0"]
    official.post(address(draft.case, "targets-themes"), sent)
    assert not draft.contributions.exists()


def test_alternative_text_is_the_only_word_on_a_photo_that_is_needed():
    required = {name for name, field in PhotoUploadForm.base_fields.items() if field.required}
    assert required == {"upload", "alt"}


def test_languages_stand_in_the_order_of_their_names():
    names = [str(label) for value, label in BasicsForm.base_fields["language"].choices if value]
    assert names == sorted(names)
    assert len(names) == len(Revision.Language.choices)
    # A sign before the names, such as "choose", stays before them.
    assert [str(label) for _value, label in choices()] == names
    assert BasicsForm.base_fields["language"].clean("my") == "my"


def test_what_is_asked_most_stands_in_the_line_of_a_row_and_the_rest_is_folded():
    lines = {
        kind.name: [field.name for field in kind.form().folded()]
        for section in SECTIONS
        for kind in section.lists
        if kind.form.in_line
    }
    assert lines == {
        "phases": ["source_number"],
        "budget_lines": ["qualifier", "source_number"],
        "funding_sources": ["qualifier", "currency", "fiscal_year", "note", "source_number"],
        "staff_roles": ["source_number"],
        "stakeholders": ["source_number"],
        "indicators": [
            *("baseline_qualifier", "planned", "planned_qualifier", "result_qualifier", "series"),
            *("evidence", "reporter", "source", "source_number"),
        ],
    }
    said = {"name": "Trips", "planned": "5,000", "evidence": "measured", "reporter": "press"}
    right, wrong = IndicatorForm(said), IndicatorForm(said | {"source_number": "x"})
    answers = [(form.folded_answers(), form.is_unfolded()) for form in (right, wrong)]
    assert answers == [(3, False), (4, True)]
