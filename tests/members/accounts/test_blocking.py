"""Blocking an account and opening it again."""

import pytest
from allauth.usersessions.models import UserSession

from members.accounts import blocking
from members.errors import AlreadyDecided, NotAllowed, ReasonRequired
from members.models import Event
from tests.factories import StaffFactory, UserFactory
from tests.members.people import is_signed_in, person, sign_in

pytestmark = pytest.mark.django_db

EDITORS = ["Editors in chief"]


@pytest.fixture
def editor():
    return StaffFactory(groups=EDITORS, name="Min-jun")


def test_blocked_person_is_signed_out_and_cannot_sign_in(client, editor):
    ani = person(name="Ani")
    sign_in(client, ani.email)
    assert is_signed_in(client)

    blocking.block(ani, by=editor, reason="Spam")

    assert UserSession.objects.count() == 0
    assert client.get("/my/").status_code == 302
    sign_in(client, ani.email)
    assert not is_signed_in(client)
    assert Event.objects.values_list("action", "actor_name", "subject", "reason").get() == (
        *("account-blocked", "Min-jun"),
        *("Ani", "Spam"),
    )


def test_unblocked_person_can_sign_in_again(client, editor):
    ani = person()
    blocking.block(ani, by=editor, reason="Spam")
    blocking.unblock(ani, by=editor, reason="It was somebody else")
    sign_in(client, ani.email)
    assert is_signed_in(client)
    assert list(Event.objects.order_by("pk").values_list("action", flat=True)) == [
        "account-blocked",
        "account-unblocked",
    ]


@pytest.mark.parametrize(
    ("who", "whom"),
    [
        (lambda: StaffFactory(groups=["Moderators"]), UserFactory),
        (UserFactory, UserFactory),
        (lambda: StaffFactory(groups=EDITORS), lambda: StaffFactory(is_superuser=True)),
    ],
)
def test_account_is_blocked_by_those_who_may_only(who, whom):
    by, user = who(), whom()
    with pytest.raises(NotAllowed, match="You may not"):
        blocking.block(user, by=by, reason="Spam")
    user.refresh_from_db()
    assert (user.is_active, Event.objects.count()) == (True, 0)


def test_nobody_blocks_their_own_account(editor):
    with pytest.raises(NotAllowed, match="You may not"):
        blocking.block(editor, by=editor, reason="Enough")


def test_administrator_blocks_another_one():
    by, user = StaffFactory(is_superuser=True), StaffFactory(is_superuser=True)
    assert not blocking.block(user, by=by, reason="Left").is_active


@pytest.mark.parametrize("reason", ["", "  \n"])
@pytest.mark.parametrize("step", [blocking.block, blocking.unblock])
def test_reason_is_needed(editor, step, reason):
    with pytest.raises(ReasonRequired, match="Give a reason"):
        step(UserFactory(), by=editor, reason=reason)


def test_second_click_is_told_what_is_so_already(editor):
    ani = UserFactory()
    with pytest.raises(AlreadyDecided, match="is not blocked"):
        blocking.unblock(ani, by=editor, reason="Why not")
    blocking.block(ani, by=editor, reason="Spam")
    with pytest.raises(AlreadyDecided, match="blocked already"):
        blocking.block(ani, by=editor, reason="Spam")
    assert Event.objects.count() == 1
