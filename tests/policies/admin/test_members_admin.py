"""Pages on members in the admin: the search index follows what is changed there."""

import pytest
from django.urls import reverse

from policies.search import index
from tests.conftest import signed_in
from tests.factories import LiveRevisionFactory, MemberFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return signed_in(StaffFactory(is_superuser=True))


@pytest.fixture
def synced_times(monkeypatch):
    calls = []
    monkeypatch.setattr(index, "sync_quietly", lambda: calls.append(1))
    return calls


def test_index_follows_a_changed_member(
    reference, administrator, monkeypatch, django_capture_on_commit_callbacks
):
    written = []
    monkeypatch.setattr(index, "write_cases", written.append)
    member = MemberFactory(name="Surabaya", slug="surabaya")
    case = LiveRevisionFactory(case__member=member).case
    address = reverse("admin:members_member_change", args=[member.pk])
    form = administrator.get(address).context["adminform"].form
    sent = {name: "" if value is None else value for name, value in form.initial.items()}
    sent |= {"name": "City of Surabaya", "evidence-TOTAL_FORMS": 0, "evidence-INITIAL_FORMS": 0}
    with django_capture_on_commit_callbacks(execute=True):
        answer = administrator.post(address, sent)
    member.refresh_from_db()
    assert (answer.status_code, member.name) == (302, "City of Surabaya")
    assert written == [[case.pk]]


def test_index_follows_a_merge(
    reference, administrator, synced_times, django_capture_on_commit_callbacks
):
    double, kept = MemberFactory(), MemberFactory(slug="kept")
    sent = {"kept": "kept", "reason": "The same city"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = administrator.post(reverse("admin:members_member_merge", args=[double.pk]), sent)
    assert answer.status_code == 302
    assert synced_times == [1]
    assert list(type(kept).objects.all()) == [kept]
