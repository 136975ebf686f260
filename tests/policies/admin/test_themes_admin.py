"""Themes and phrases in the admin: renamed, merged, deleted by those who may."""

import pytest
from django.urls import reverse

from members.models import Event
from policies.models import Phrase, Theme
from policies.workflow import themes
from policies.workflow.errors import ActionRefused
from tests.factories import LiveRevisionFactory, RevisionFactory, ThemeFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:policies_theme_changelist")
ADD = reverse("admin:policies_theme_add")


@pytest.fixture
def transport():
    return ThemeFactory(slug="transport", name="Transport")


@pytest.fixture
def mobility():
    return ThemeFactory(slug="mobility", name="Mobility")


def address(page, theme):
    return reverse(f"admin:policies_theme_{page}", args=[theme.pk])


def recorded():
    return list(Event.objects.order_by("pk").values_list("action", "actor__name", "subject"))


def test_theme_is_added_and_renamed(editor_client):
    name = editor_client.person.name
    editor_client.post(ADD, {"name": "Water", "slug": "water", "position": "1"})
    theme = Theme.objects.get()
    sent = {"name": "Water and sanitation", "slug": "wet", "position": "2", "description": "Taps."}

    answer = editor_client.post(address("change", theme), sent)

    theme.refresh_from_db()
    assert answer.url == LIST
    assert (theme.name, theme.slug, theme.position, theme.description) == (
        "Water and sanitation",
        "water",
        2,
        "Taps.",
    )
    assert recorded() == [
        ("theme-added", name, "Water"),
        ("theme-changed", name, "Water and sanitation"),
    ]


def test_name_of_another_theme_is_refused(editor_client, transport, mobility):
    sent = {"name": "mobility", "position": "1"}
    answer = editor_client.post(address("change", transport), sent)
    assert list(answer.context["adminform"].form.errors) == ["name"]
    transport.refresh_from_db()
    assert transport.name == "Transport"


def test_theme_is_merged(editor_client, transport, mobility):
    revision = LiveRevisionFactory(themes=["transport", "mobility"])
    page = editor_client.get(address("merge", transport))
    assert "1 text has it" in page.text
    assert [theme for _key, theme in page.context["form"].fields["into"].choices][1:] == [
        "Mobility"
    ]

    sent = {"into": mobility.pk, "reason": "Both mean the same."}
    answer = editor_client.post(address("merge", transport), sent, follow=True)

    assert answer.redirect_chain == [(LIST, 302)]
    told = [str(message) for message in answer.context["messages"]]
    assert told == ["Transport is merged into Mobility."]
    assert list(revision.themes.all()) == list(Theme.objects.all()) == [mobility]
    assert editor_client.post(address("merge", transport), sent).status_code == 404


@pytest.mark.parametrize("missing", ["into", "reason"])
def test_merge_needs_a_theme_and_a_reason(editor_client, transport, mobility, missing):
    sent = {"into": mobility.pk, "reason": "Both mean the same.", missing: ""}
    answer = editor_client.post(address("merge", transport), sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [missing])
    assert Theme.objects.count() == 2


def test_theme_is_not_merged_into_itself(editor_client, transport, mobility):
    sent = {"into": transport.pk, "reason": "Why"}
    answer = editor_client.post(address("merge", transport), sent)
    assert list(answer.context["form"].errors) == ["into"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_themes_are_changed_by_editors_in_chief(moderator_client, transport, mobility, method):
    sent = {"into": mobility.pk, "reason": "Why", "name": "Buses", "position": "1"}
    assert getattr(moderator_client, method)(address("merge", transport), sent).status_code == 403
    assert moderator_client.post(address("change", transport), sent).status_code == 403
    assert moderator_client.post(address("delete", transport), {"post": "yes"}).status_code == 403
    assert moderator_client.post(ADD, sent).status_code == 403
    assert "/merge/" not in moderator_client.get(address("change", transport)).text
    assert set(Theme.objects.values_list("name", flat=True)) == {"Transport", "Mobility"}


def test_theme_in_use_is_not_deleted(editor_client, transport, mobility):
    RevisionFactory(themes=["transport"])
    assert editor_client.post(address("delete", transport), {"post": "yes"}).status_code == 403
    assert editor_client.post(address("delete", mobility), {"post": "yes"}).url == LIST
    assert list(Theme.objects.all()) == [transport]
    assert recorded() == [("theme-deleted", editor_client.person.name, "Mobility")]


def test_many_are_not_deleted_at_once(editor_client, transport):
    sent = {"action": "delete_selected", "_selected_action": [transport.pk], "post": "yes"}
    editor_client.post(LIST, sent)
    assert list(Theme.objects.all()) == [transport]


def test_list_counts_public_cases(editor_client, transport, mobility):
    LiveRevisionFactory(themes=["transport"])
    LiveRevisionFactory(themes=["transport", "mobility"])
    RevisionFactory(themes=["mobility"])
    found = editor_client.get(LIST).context["cl"].result_list
    assert {theme.name: theme.public for theme in found} == {"Transport": 2, "Mobility": 1}


def test_moderators_keep_phrases_and_editors_delete_them(moderator_client, editor_client):
    sent = {"use": "rejected", "title": "No policy", "text": "This is no policy.", "position": "1"}
    moderator_client.post(reverse("admin:policies_phrase_add"), sent)
    phrase = Phrase.objects.get()
    delete = reverse("admin:policies_phrase_delete", args=[phrase.pk])
    assert moderator_client.post(delete, {"post": "yes"}).status_code == 403
    assert editor_client.post(delete, {"post": "yes"}).status_code == 302
    assert not Phrase.objects.exists()


def test_each_phrase_that_is_deleted_with_others_is_on_record(editor_client):
    made = [Phrase.objects.create(use="rejected", title=text, text=text) for text in ("A", "B")]
    sent = {"action": "delete_selected", "_selected_action": [each.pk for each in made]}
    editor_client.post(reverse("admin:policies_phrase_changelist"), sent | {"post": "yes"})
    assert not Phrase.objects.exists()
    found = Event.objects.filter(action="phrase-deleted").order_by("reason")
    assert list(found.values_list("actor__email", "reason")) == [
        (editor_client.person.email, "A"),
        (editor_client.person.email, "B"),
    ]


def test_a_theme_that_somebody_used_or_merged_meanwhile_says_so(
    editor_client, transport, mobility, monkeypatch
):
    def refuse(*_themes, **_facts):
        raise ActionRefused("A text has it meanwhile.")

    monkeypatch.setattr(themes, "delete", refuse)
    monkeypatch.setattr(themes, "merge", refuse)
    for act, sent in (
        ("delete", {"post": "yes"}),
        ("merge", {"into": mobility.pk, "reason": "Both mean the same."}),
    ):
        answer = editor_client.post(address(act, transport), sent, follow=True)
        assert answer.redirect_chain == [(LIST, 302)]
        told = [str(message) for message in answer.context["messages"]]
        assert told == ["A text has it meanwhile."]
    assert Theme.objects.count() == 2
