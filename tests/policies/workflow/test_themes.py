"""Themes renamed, merged and deleted: no case loses its theme, and the search follows."""

import pytest
from django.core.management import call_command

from citynet.web import recent
from members.models import Event
from policies.models import RevisionTheme, Theme
from policies.search import index
from policies.workflow import themes
from policies.workflow.errors import ActionRefused, ReasonRequired
from tests.factories import LiveRevisionFactory, RevisionFactory, ThemeFactory, UserFactory
from tests.races import at_once, kinds, needs_two_connections

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return UserFactory(name="Mina Park")


@pytest.fixture
def transport():
    return ThemeFactory(slug="transport", name="Transport")


@pytest.fixture
def mobility():
    return ThemeFactory(slug="mobility", name="Mobility")


def slugs(revision):
    rows = RevisionTheme.objects.filter(revision=revision).order_by("position")
    return list(rows.values_list("theme__slug", flat=True))


def recorded():
    return list(Event.objects.order_by("pk").values_list("action", "subject", "reason"))


def test_added_theme_is_recorded(editor):
    themes.add(Theme(name="Water", slug="water", position=1), by=editor)
    assert Theme.objects.get().name == "Water"
    assert recorded() == [("theme-added", "Water", "")]


def test_renamed_theme_keeps_its_address(editor, transport):
    themes.rename(transport, "Getting about", by=editor, reason="Plain words.")
    transport.refresh_from_db()
    assert (transport.name, transport.slug) == ("Getting about", "transport")
    reason = "Transport → Getting about\nPlain words."
    assert recorded() == [("theme-changed", "Getting about", reason)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["transport"], ["mobility"]),
        (["mobility"], ["mobility"]),
        (["transport", "mobility"], ["mobility"]),
        (["mobility", "housing", "transport"], ["mobility", "housing"]),
        (["housing", "transport", "mobility"], ["housing", "mobility"]),
        (["energy", "housing", "transport"], ["energy", "housing", "mobility"]),
        (["housing"], ["housing"]),
    ],
)
def test_merge_leaves_every_text_with_its_themes(editor, transport, mobility, before, after):
    public, draft = LiveRevisionFactory(themes=before), RevisionFactory(themes=before)

    themes.merge(transport, mobility, by=editor, reason="Both mean the same.")

    assert slugs(public) == slugs(draft) == after
    assert not Theme.objects.filter(slug="transport").exists()
    reason = "Transport → Mobility\nBoth mean the same."
    assert recorded() == [("theme-merged", "Transport", reason)]


def test_merge_needs_a_reason_and_another_theme(editor, transport, mobility):
    with pytest.raises(ReasonRequired, match="Give a reason"):
        themes.merge(transport, mobility, by=editor, reason=" ")
    with pytest.raises(ActionRefused, match="into itself"):
        themes.merge(transport, transport, by=editor, reason="Why")
    assert (Theme.objects.count(), recorded()) == (2, [])


def test_second_merge_is_told(editor, transport, mobility):
    seen_by_both = Theme.objects.get(pk=transport.pk)
    themes.merge(transport, mobility, by=editor, reason="Both mean the same.")
    with pytest.raises(ActionRefused, match="merged or deleted one of these"):
        themes.merge(seen_by_both, mobility, by=editor, reason="Both mean the same.")


def test_merge_takes_the_same_queries_for_many(editor, django_assert_num_queries):
    for number in (1, 3):
        goes, stays = ThemeFactory(slug=f"goes-{number}"), ThemeFactory(slug=f"stays-{number}")
        for _row in range(number):
            RevisionFactory(themes=[goes.slug, stays.slug])
        with django_assert_num_queries(MERGE_QUERIES):
            themes.merge(goes, stays, by=editor, reason="Why")


MERGE_QUERIES = 19


def test_theme_in_use_is_not_deleted(editor, transport, mobility):
    RevisionFactory(themes=["transport"])
    with pytest.raises(ActionRefused, match="1 text has this theme"):
        themes.delete(transport, by=editor)
    themes.delete(mobility, by=editor)
    assert list(Theme.objects.all()) == [transport]
    assert recorded() == [("theme-deleted", "Mobility", "")]
    with pytest.raises(ActionRefused, match="deleted the theme already"):
        themes.delete(Theme(pk=mobility.pk or 0), by=editor)


def found(client, query):
    page = client.get(f"/policies/?{query}").text
    return "Night buses" in page.replace("<mark>", "").replace("</mark>", "")


def test_search_follows_a_rename(
    client, reference, synced, editor, django_capture_on_commit_callbacks
):
    LiveRevisionFactory(themes=["transport"], title="Night buses")
    synced()
    transport = Theme.objects.get(slug="transport")
    assert (found(client, "q=wayfaring"), found(client, "theme=transport")) == (False, True)

    with django_capture_on_commit_callbacks(execute=True):
        themes.rename(transport, "Wayfaring", by=editor)

    assert (found(client, "q=wayfaring"), found(client, "theme=transport")) == (True, True)
    # Some seconds later, as names are read now and then.
    recent.forget()
    assert "Wayfaring" in client.get("/policies/").text


def test_search_follows_a_merge(
    client, reference, synced, editor, django_capture_on_commit_callbacks
):
    LiveRevisionFactory(themes=["transport"], title="Night buses")
    synced()
    by_slug = {theme.slug: theme for theme in Theme.objects.all()}

    with django_capture_on_commit_callbacks(execute=True):
        themes.merge(by_slug["transport"], by_slug["housing"], by=editor, reason="Why")

    assert (found(client, "theme=housing"), found(client, "q=housing")) == (True, True)
    assert 'value="transport"' not in client.get("/policies/").text


def test_large_library_follows_in_the_background_and_is_found_meanwhile(
    client, reference, synced, editor, django_capture_on_commit_callbacks, monkeypatch
):
    LiveRevisionFactory(themes=["transport"], title="Night buses")
    synced()
    started = []
    monkeypatch.setattr(index, "MAX_INDEXED_AT_ONCE", 0)
    monkeypatch.setattr(index.threading.Thread, "start", lambda self: started.append(self.name))
    by_slug = {theme.slug: theme for theme in Theme.objects.all()}

    with django_capture_on_commit_callbacks(execute=True):
        themes.merge(by_slug["transport"], by_slug["housing"], by=editor, reason="Why")

    assert started == ["search-sync"]
    assert (found(client, "q=night"), found(client, "theme=housing")) == (True, False)
    index.sync()
    assert (found(client, "q=night"), found(client, "theme=housing")) == (True, True)


def test_merged_and_deleted_themes_are_not_loaded_again(reference, editor):
    by_slug = {theme.slug: theme for theme in Theme.objects.all()}
    themes.merge(by_slug["transport"], by_slug["housing"], by=editor, reason="Why")
    themes.delete(by_slug["energy"], by=editor)

    call_command("load_reference", verbosity=0)

    assert set(Theme.objects.all()) == set(by_slug.values()) - {
        by_slug["transport"],
        by_slug["energy"],
    }


@needs_two_connections
@pytest.mark.django_db(transaction=True)
def test_two_themes_are_not_merged_into_each_other(editor, transport, mobility):
    revision = RevisionFactory(themes=["transport", "mobility"])
    outcomes = at_once(
        lambda: themes.merge(transport, mobility, by=editor, reason="Why"),
        lambda: themes.merge(mobility, transport, by=editor, reason="Why"),
    )
    assert kinds(outcomes) == ["ActionRefused", "Theme"]
    assert slugs(revision) == [Theme.objects.get().slug]
