"""What makes the watch compare the index with the database, and what a look costs otherwise."""

import pytest

from members.models import Member
from policies.search import files, index, reconcile
from policies.workflow import moderation
from tests.factories import CaseStudyFactory, RevisionFactory

pytestmark = pytest.mark.django_db


def publish(title):
    return moderation.publish(RevisionFactory(title=title), name="Secretariat")


@pytest.fixture
def watcher():
    publish("Parks")
    watcher = reconcile.Watcher()
    assert watcher.look() == (1, 0)
    return watcher


@pytest.mark.parametrize("cases", [1, 3])
def test_look_at_what_has_not_changed_is_a_few_small_queries(cases, django_assert_num_queries):
    for number in range(cases):
        publish(f"Case {number}")
    watcher = reconcile.Watcher()
    watcher.look()
    with django_assert_num_queries(4):
        assert watcher.look() is None


def test_publication_is_noticed(watcher):
    publish("Trees")
    assert watcher.look() == (1, 0)
    assert watcher.look() is None


def test_event_that_becomes_visible_late_is_noticed(watcher):
    """The number was drawn before another's, and its transaction ended after it."""
    revision = publish("Trees")
    event = revision.events.get()
    event.delete()
    watcher.look()
    moderation.unpublish(publish("Squares"), name="Secretariat", note="Wrong.")
    watcher.look()
    assert watcher.look() is None
    event.save(force_insert=True)
    assert watcher.look() is not None


def test_change_of_a_member_is_noticed(watcher):
    Member.objects.get().save()
    assert watcher.look() == (1, 0)


def test_new_case_is_noticed(watcher):
    CaseStudyFactory()
    assert watcher.look() == (0, 0)


def test_index_that_is_gone_or_asked_for_is_made(watcher):
    (files.root() / files.POINTER).unlink()
    assert watcher.look() == (1, 0)
    files.mark_pending(files.root())
    assert watcher.look() == (0, 0)
    assert watcher.look(rebuild=True) == (1, 1)
    assert index.count() == 1


def test_whole_is_compared_now_and_then(watcher, monkeypatch):
    monkeypatch.setattr(reconcile, "FULL_COMPARISON", 0)
    assert watcher.look() == (0, 0)
