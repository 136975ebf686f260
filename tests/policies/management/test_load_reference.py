"""``load_reference``: whole after one run, unchanged by a second, repaired after damage."""

import io
import json

import pytest
from django.core.management import call_command

from policies.models import Theme
from sdg import thesaurus as thesaurus_files
from sdg.models import Goal, Target, ThesaurusVersion
from sdg.reference import GOALS_FILE
from tests.factories import RevisionFactory, ThemeFactory

NOTHING_CHANGED = (
    "goals: 0 added, 0 repaired, 0 removed, 0 kept\n"
    "targets: 0 added, 0 repaired, 0 removed, 0 kept\n"
    "labels of targets: 0 added, 0 repaired, 0 removed, 0 kept\n"
    "terms of the thesaurus: 0 added, 0 repaired, 0 removed, 0 kept\n"
    "themes: 0 added, 0 repaired, 0 removed, 0 kept\n"
    "names of members: 0 repaired\n"
)


@pytest.fixture(autouse=True)
def _no_thesaurus(monkeypatch, tmp_path):
    """Its 19,000 terms are tested in ``tests/sdg/test_thesaurus.py``."""
    for name in ("TERMS_FILE", "LABELS_FILE"):
        monkeypatch.setattr(thesaurus_files, name, tmp_path / name)
        (tmp_path / name).write_text("{}", encoding="utf-8")


def load():
    """Run the command and give what it prints."""
    out = io.StringIO()
    call_command("load_reference", stdout=out)
    return out.getvalue()


def tables():
    """Everything that the command writes."""
    return [list(model.objects.order_by("pk").values()) for model in (Goal, Target, Theme)]


@pytest.mark.django_db
def test_empty_database_gets_every_row_of_the_files():
    printed = load()

    assert printed.splitlines()[0] == "goals: 17 added, 0 repaired, 0 removed, 0 kept"
    assert printed.splitlines()[1] == "targets: 169 added, 0 repaired, 0 removed, 0 kept"
    assert printed.splitlines()[4] == "themes: 10 added, 0 repaired, 0 removed, 0 kept"
    data = json.loads(GOALS_FILE.read_text(encoding="utf-8"))
    rows = [
        (goal["number"], *(target[key] for key in ("code", "kind", "label", "text")))
        for goal in data["goals"]
        for target in goal["targets"]
    ]
    stored = Target.objects.values_list("goal_id", "code", "kind", "label", "text")
    assert list(stored) == rows
    assert list(Target.objects.values_list("position", flat=True)) == list(range(1, 170))


@pytest.mark.django_db
def test_themes_have_the_names_of_the_network_in_their_order():
    load()

    assert list(Theme.objects.values_list("slug", "name")) == [
        ("urban-planning", "Urban Planning"),
        ("housing", "Housing"),
        ("transport", "Transport"),
        ("water-and-sanitation", "Water and Sanitation"),
        ("energy", "Energy"),
        ("solid-waste", "Solid Waste"),
        ("environment-and-resilience", "Environment and Resilience"),
        ("governance-and-finance", "Governance and Finance"),
        ("social-inclusiveness-and-well-being", "Social Inclusiveness and Well-being"),
        ("economy-and-jobs", "Economy and Jobs"),
    ]
    assert not Theme.objects.filter(description="").exists()


def test_second_run_changes_nothing(reference, django_assert_num_queries):
    before = tables()
    ThesaurusVersion.renew()

    # A savepoint and its release, the surplus, and one question for each table, and what targets
    # there are.
    with django_assert_num_queries(12):
        printed = load()

    assert printed == NOTHING_CHANGED
    assert tables() == before


def test_damaged_rows_are_repaired_and_named(reference):
    before = tables()
    Goal.objects.filter(pk=11).update(title="Cities", colour="#000000")
    Target.objects.filter(pk="11.2").update(text="Buses", kind="means", goal_id=9)

    printed = load()

    assert "goals: 0 added, 1 repaired (11), 0 removed, 0 kept" in printed.splitlines()
    assert "targets: 0 added, 1 repaired (11.2), 0 removed, 0 kept" in printed.splitlines()
    assert tables() == before


def test_swapped_positions_are_repaired(reference):
    before = tables()
    Target.objects.filter(pk="1.1").update(position=1000)
    Target.objects.filter(pk="17.19").update(position=1)
    Target.objects.filter(pk="1.1").update(position=169)

    printed = load()

    assert "targets: 0 added, 2 repaired (1.1, 17.19), 0 removed, 0 kept" in printed.splitlines()
    assert tables() == before


def test_missing_rows_are_added(reference):
    before = tables()
    Target.objects.filter(goal=17).delete()
    Goal.objects.filter(pk=17).delete()

    printed = load()

    assert "goals: 1 added, 0 repaired, 0 removed, 0 kept" in printed.splitlines()
    assert "targets: 19 added, 0 repaired, 0 removed, 0 kept" in printed.splitlines()
    assert tables() == before


def test_target_unknown_to_the_resolution_goes_unless_a_case_names_it(reference):
    for code, position in [("11.x", 200), ("11.y", 201)]:
        Target.objects.create(
            code=code, goal_id=11, kind="outcome", label="Odd", text="Odd", position=position
        )
    RevisionFactory(targets=["11.y"])

    printed = load()

    assert "targets: 0 added, 0 repaired, 1 removed (11.x), 1 kept (11.y)" in printed.splitlines()
    assert Target.objects.count() == 170


def test_target_kept_leaves_the_place_of_another(reference):
    before = tables()
    Target.objects.filter(pk="11.2").update(position=500)
    position = Target.objects.get(pk="11.1").position + 1
    odd = Target.objects.create(
        code="11.y", goal_id=11, kind="outcome", label="Odd", text="Odd", position=position
    )
    RevisionFactory(targets=["11.y"])

    load()

    odd.refresh_from_db()
    assert odd.position == 501
    load()
    odd.refresh_from_db()
    assert odd.position == 501
    assert [row for row in tables()[1] if row["code"] != "11.y"] == before[1]


def test_theme_reworded_by_a_moderator_stays(reference):
    Theme.objects.filter(slug="transport").update(name="Mobility", description="Getting about.")
    Theme.objects.filter(slug="housing").update(slug="homes")
    before = tables()

    assert load() == NOTHING_CHANGED
    assert tables() == before


@pytest.mark.django_db
def test_theme_that_exists_already_is_not_added_again():
    ThemeFactory(slug="transport", name="Transport")

    assert "themes: 9 added, 0 repaired, 0 removed, 0 kept" in load().splitlines()


def test_nothing_is_printed_when_asked_to_be_quiet(db):
    out = io.StringIO()

    call_command("load_reference", verbosity=0, stdout=out)

    assert out.getvalue() == ""
