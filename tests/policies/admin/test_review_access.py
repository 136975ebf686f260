"""The review screen: who may open it and press its buttons."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from policies.models import Revision
from policies.workflow import moderation
from tests.factories import RevisionFactory, StaffFactory
from tests.policies.admin.review_screen import address, decide, send, state_of

pytestmark = pytest.mark.django_db

BUTTONS = (
    "decide",
    "note",
    "phrase",
    "checklist",
    "open-correction",
    "correct",
    "take",
    "give-back",
)


def test_staff_without_the_right_are_refused(submitted, subtests):
    for right in [None, "view_revision", "change_casestudy"]:
        with subtests.test(right=right):
            person = StaffFactory()
            if right:
                person.user_permissions.add(Permission.objects.get(codename=right))
            client = Client()
            client.force_login(person)
            answers = [client.get(address(submitted)), client.get(address(submitted, "preview"))]
            answers += [send(client, submitted, act) for act in BUTTONS]
            assert {answer.status_code for answer in answers} == {403}
            assert state_of(submitted) == "submitted"


def test_staff_without_a_second_factor_are_led_to_sign_in(submitted):
    client = Client()
    client.force_login(StaffFactory(groups=["Moderators"], second_factor=False))
    answers = [client.get(address(submitted)), send(client, submitted, "take")]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert all(answer["Location"].startswith("/admin/login/") for answer in answers)
    assert Revision.objects.get().reviewer is None


@pytest.mark.parametrize("signed_in", [True, False])
def test_people_who_are_no_staff_are_led_to_sign_in(submitted, author, signed_in):
    client = Client()
    if signed_in:
        client.force_login(author)
    answer = client.get(address(submitted))
    assert (answer.status_code, "Night buses" in answer.text) == (302, False)


def test_forged_form_is_refused(moderator_client, submitted, subtests):
    client = Client(enforce_csrf_checks=True)
    client.force_login(moderator_client.person)
    for act in BUTTONS:
        with subtests.test(act=act):
            answer = send(client, submitted, act, **{"decision-decision": "published"})
            assert answer.status_code == 403
            assert state_of(submitted) == "submitted"


def test_editor_and_administrator_may_decide(editor_client, administrator_client, author):
    for client in (editor_client, administrator_client):
        revision = moderation.submit(RevisionFactory(created_by=author), by=author)
        decide(client, revision, "published")
        assert state_of(revision) == "published"


def test_drafts_are_closed_to_the_desk(moderator_client, administrator_client):
    draft = RevisionFactory()
    for client in (moderator_client, administrator_client):
        for page in ("review", "preview"):
            assert client.get(address(draft, page)).status_code == 404
        assert send(client, draft, "take").status_code == 404
    assert moderator_client.get("/admin/policies/revision/999999/review/").status_code == 404


def test_unknown_button_does_nothing(moderator_client, submitted, subtests):
    for act in ["", "publish", "x" * 3000, "\0"]:
        with subtests.test(act=act):
            assert send(moderator_client, submitted, act).status_code == 422
            assert state_of(submitted) == "submitted"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(moderator_client, submitted, method):
    assert getattr(moderator_client, method)(address(submitted)).status_code == 405
