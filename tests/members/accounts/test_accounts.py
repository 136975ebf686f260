"""Sign-up, sign-in, addresses and passwords, through the pages and with the mails."""

import re
import socket
import time
from html import unescape
from urllib.parse import quote

import pytest
import time_machine
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings as project_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import int_to_base36

from members.accounts import adapter
from members.accounts.passwords import GuessablePasswordValidator
from members.models import Event, Notice, User
from members.record import audit
from members.teams import memberships
from tests.factories import MembershipFactory, UserFactory, give_second_factor
from tests.members.people import (
    PASSWORD,
    is_signed_in,
    link_in,
    one_time_code,
    person,
    reauthenticate,
    sign_in,
)
from tests.sweeps import some

pytestmark = pytest.mark.django_db

PROTECTED = "account_name"


def sign_up(client, email, *, name="Ani Rahma", password=PASSWORD, website="", follow=False):
    return client.post(
        reverse("account_signup"),
        {"name": name, "email": email, "password1": password, "website": website},
        follow=follow,
    )


def plain(answer, email):
    """A page without what differs at each request: the address typed and the form token."""
    text = answer.text.replace(email, "ADDRESS")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


def test_sign_up_leads_by_the_mailed_link_to_a_signed_in_person(client, mailoutbox):
    answer = sign_up(client, "Ani@Surabaya.example")
    assert answer.url == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    [mail] = mailoutbox
    assert mail.to == ["ani@surabaya.example"]
    assert mail.subject == "Confirm your e-mail address"
    assert mail.extra_headers == {"Auto-Submitted": "auto-generated"}
    # The name is chosen by whoever signs up, perhaps with somebody else's address.
    assert "Ani" not in mail.body

    answer = client.post(link_in(mail))
    assert answer.url == reverse("my:home")
    assert is_signed_in(client)
    user = User.objects.get()
    assert (user.email, user.name) == ("ani@surabaya.example", "Ani Rahma")
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("ani@surabaya.example", True, True)
    ]
    assert client.get(reverse(PROTECTED)).status_code == 200


def test_second_click_on_sign_up_makes_one_account(client, mailoutbox):
    answers = [sign_up(client, "ani@surabaya.example") for _click in range(2)]
    assert [answer.url for answer in answers] == [reverse("account_email_verification_sent")] * 2
    assert User.objects.count() == EmailAddress.objects.count() == 1
    # Who signed up twice may be two people: the later one counts.
    assert "expired or is invalid" in client.post(link_in(mailoutbox[0])).text
    assert client.post(link_in(mailoutbox[1])).url == reverse("my:home")
    assert is_signed_in(client)


def test_second_click_on_confirm_leads_home(client, mailoutbox):
    sign_up(client, "ani@surabaya.example")
    link = link_in(mailoutbox[0])
    assert client.post(link).url == reverse("my:home")
    assert client.post(link).url == reverse("my:home")
    assert is_signed_in(client)


def test_link_that_was_used_says_so_to_others(client, mailoutbox):
    sign_up(client, "ani@surabaya.example")
    link = link_in(mailoutbox[0])
    client.post(link)
    client.logout()
    answer = client.post(link)
    assert answer.status_code == 200
    assert "expired or is invalid" in answer.text


def test_opening_the_mailed_link_confirms_nothing_yet(client, mailoutbox):
    sign_up(client, "ani@surabaya.example")
    answer = client.get(link_in(mailoutbox[0]))
    assert answer.status_code == 200
    assert not EmailAddress.objects.get().verified
    assert not is_signed_in(client)


def test_link_opened_on_another_device_asks_for_the_password(client, mailoutbox):
    """Who reads the mail of a sign-up that somebody else made opens nothing for them."""
    email = "ani@surabaya.example"
    sign_up(client, email)
    link = link_in(mailoutbox[0])
    asked = f"{reverse('account_login')}?next={quote(link)}"
    other, strangers = type(client)(), type(client)()
    strangers.force_login(person(email="other@surabaya.example"))
    for session, leads_to in ((other, asked), (strangers, reverse("account_overview"))):
        assert [session.get(link).url, session.post(link).url] == [leads_to, leads_to]
    assert is_signed_in(strangers)
    assert "Sign in with the password chosen when signing up" in other.get(asked).text
    typed = {"login": email, "next": link}
    assert (
        other.post(reverse("account_login"), typed | {"password": "wrong one"}).status_code == 200
    )
    assert other.post(link).url == asked
    assert not EmailAddress.objects.get(email=email).verified

    with time_machine.travel(time.time() + 200):  # when another mail would be sent
        assert other.post(reverse("account_login"), typed | {"password": PASSWORD}).url == link
        assert other.get(link).status_code == 200
        assert other.post(link).url == reverse("my:home")
    assert is_signed_in(other)
    assert EmailAddress.objects.get(email=email).verified
    assert len(mailoutbox) == 1


def test_sign_up_takes_the_place_of_an_account_that_nobody_ever_entered(client, mailoutbox):
    email, own = "mayor@surabaya.example", "another river runs under the town"
    attacker = type(client)()
    sign_up(attacker, email, name="Mallory")
    sign_up(client, email, name="Tran Van", password=own)
    assert User.objects.get(email=email).name == "Tran Van"
    theirs, link = map(link_in, mailoutbox)
    sign_in(attacker, email)
    for session in (client, attacker):
        assert "expired or is invalid" in session.post(theirs).text
    assert client.post(link).url == reverse("my:home")
    sign_in(attacker, email)
    assert not is_signed_in(attacker)
    assert is_signed_in(client)

    # One that was entered, given something, blocked or made by an administrator stays, and one whose
    # password was set by a mailed link.
    entered = User.objects.get(email=email)
    kept = [
        {"is_staff": True},
        {"is_superuser": True},
        {"is_active": False},
        {"last_login": entered.last_login},
    ]
    kept = [UserFactory(**fields) for fields in kept]
    kept.append(MembershipFactory().user)
    kept.append(UserFactory())
    audit.record("password-changed", kept[-1], by=kept[-1])
    for user in kept:
        EmailAddress.objects.create(user=user, email=user.email)
    for user in [*kept, entered, UserFactory()]:
        sign_up(type(client)(), user.email)
        same = User.objects.get(email=user.email)
        assert (same.pk, same.name, same.password) == (user.pk, user.name, user.password)


def test_later_sign_up_is_confirmed_by_its_own_browser_and_link_only(client, mailoutbox):
    """The two have one account after each other, but neither proves the address for the other."""
    email = "mayor@surabaya.example"
    sign_up(client, email, name="Tran Van", password="another river runs under the town")
    User.objects.update(muted=["note"], date_joined="2020-01-01T00:00Z")
    stranger = type(client)()
    # A program that fills in everything takes nobody's place.
    sign_up(stranger, email, website="https://spam.example")
    assert User.objects.get().name == "Tran Van"
    sign_up(stranger, email, name="Mallory")
    user = User.objects.get()
    assert (user.name, user.muted, user.date_joined.year > 2020) == ("Mallory", [], True)
    own, theirs = map(link_in, mailoutbox)
    # The owner of the address opens the stranger's mail where the first sign-up was made.
    asked = f"{reverse('account_login')}?next={quote(theirs)}"
    assert [client.get(theirs).url, client.post(theirs).url] == [asked, asked]
    for session in (client, stranger):
        assert "expired or is invalid" in session.post(own).text
    assert not EmailAddress.objects.get().verified

    # Nor is it confirmed where the row of the address ends while the button is pressed.
    request = stranger.get(theirs).wsgi_request
    address = EmailAddress.objects.get()
    EmailAddress.objects.all().delete()
    assert not adapter.AccountAdapter(request).confirm_email(request, address)
    assert not EmailAddress.objects.exists()


def test_sign_up_does_the_same_for_known_waiting_and_new_addresses(client):
    """Nor does it look in what others were told for a name and an address that nobody has proven."""
    leader = MembershipFactory(role="coordinator")
    known = UserFactory(name="Ani Wulandari", email="old@surabaya.example")
    memberships.request_membership(known, leader.member, "It is Ani Wulandari of the bus office.")
    known.email = "ani@surabaya.example"
    known.save()
    told = Notice.objects.get(recipient=leader.user).context
    sign_up(client, "warm@surabaya.example")
    work = []
    for name in ("new", "ani", "new", "old", "old"):
        with CaptureQueriesContext(connection) as queries:
            sign_up(type(client)(), f"{name}@surabaya.example", name="Ani Wulandari")
        work.append(len(queries))
    assert max(work) - min(work) < 20, work
    assert Notice.objects.get(recipient=leader.user).context == told


def test_sign_ups_with_one_address_send_it_few_mails(client, mailoutbox):
    for _number in range(7):
        sign_up(type(client)(), "ani@surabaya.example")
    assert len(mailoutbox) == 5
    sign_up(type(client)(REMOTE_ADDR="192.0.2.7"), "ani@surabaya.example")
    assert len(mailoutbox) == 6


def test_what_one_came_for_is_carried_by_the_link_into_another_browser(client, mailoutbox):
    going = "/policies/new/?target=11.2"
    typed = {"name": "Ani", "password1": PASSWORD, "website": ""}
    client.post(reverse("account_signup"), typed | {"email": "ani@surabaya.example", "next": going})
    link = link_in(mailoutbox[0])
    # The words of who signed up are not in the mail: the address may be another person's.
    assert "11.2" not in link
    other = type(client)()
    asked = other.get(link).url
    typed = {"login": "ani@surabaya.example", "password": PASSWORD, "next": link}
    assert asked == f"{reverse('account_login')}?next={quote(link)}"
    assert other.post(reverse("account_login"), typed).url == link
    page = other.get(link).text
    path, _mark, _query = link.partition("?")
    form = re.search(rf'<form[^>]*action="{path}".*?</form>', page, re.DOTALL)[0]
    onward = unescape(re.search(r'name="next" value="([^"]*)"', form)[1])
    assert onward == going
    assert other.post(path, {"next": onward}).url == going
    assert is_signed_in(other)


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_link_leads_to_no_other_site(onward, client, mailoutbox):
    typed = {"name": "Ani", "password1": PASSWORD, "website": "", "email": "ani@surabaya.example"}
    client.post(reverse("account_signup"), typed | {"next": onward})
    link = link_in(mailoutbox[0])
    assert "?" not in link
    # Not even signed, and no more what is signed for something else, changed or too long.
    signed = signing.dumps(onward, salt="confirm-email", compress=True)
    for query in (signed, signing.dumps("/my/"), signed[:-1], "a" * 5000, "\x00"):
        assert "evil" not in client.get(link, {"for": query}).text
        assert 'name="next"' not in client.get(link, {"for": query}).text
    assert client.post(link, {"next": onward}).url == reverse("my:home")


def test_unverified_person_reaches_no_protected_page(client, mailoutbox):
    sign_up(client, "ani@surabaya.example")
    answer = sign_in(client, "ani@surabaya.example")
    assert answer.url == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    page = reverse(PROTECTED)
    assert client.get(page).url == f"{reverse('account_login')}?next={page}"


def test_person_made_without_verification_is_mailed_a_link_at_sign_in(client, mailoutbox):
    user = UserFactory(email="budi@surabaya.example")
    user.set_password(PASSWORD)
    user.save()
    assert sign_in(client, user.email).url == reverse("account_email_verification_sent")
    assert [mail.to for mail in mailoutbox] == [["budi@surabaya.example"]]


def test_verify_lets_a_person_sign_in(client):
    user = UserFactory(email="Budi@surabaya.example")
    user.set_password(PASSWORD)
    user.save()
    adapter.verify(user)
    adapter.verify(user)
    assert EmailAddress.objects.count() == 1
    assert sign_in(client, "budi@surabaya.example").url == reverse("my:home")
    assert is_signed_in(client)


def test_sign_up_answers_alike_for_known_and_unknown_addresses(client, mailoutbox):
    person(email="known@surabaya.example")
    pages = []
    for email in ("known@surabaya.example", "unknown@surabaya.example"):
        answer = sign_up(type(client)(), email, follow=True)
        pages.append((answer.redirect_chain, plain(answer, email)))
    assert pages[0] == pages[1]
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["known@surabaya.example"], "Account Already Exists"),
        (["unknown@surabaya.example"], "Confirm your e-mail address"),
    ]
    assert User.objects.count() == 2


def work_of(step, *args):
    """Return how often a step hashes a password."""
    hashed = []
    encode = MD5PasswordHasher.encode

    def counting(self, password, salt):
        hashed.append(salt)
        return encode(self, password, salt)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MD5PasswordHasher, "encode", counting)
        step(*args)
    return len(hashed)


def test_known_and_unknown_addresses_cost_the_same_work(client, mailoutbox):
    person(email="known@surabaya.example")
    counted = [
        [
            work_of(sign_in, type(client)(), email, "not the password at all"),
            work_of(sign_up, type(client)(), email),
            work_of(client.post, reverse("account_reset_password"), {"email": email}),
        ]
        for email in ("known@surabaya.example", "unknown@surabaya.example")
    ]
    assert counted == [[1, 1, 0]] * 2
    assert len(mailoutbox) == 4


def test_reset_answers_alike_for_known_and_unknown_addresses(client, mailoutbox):
    person(email="known@surabaya.example")
    pages = []
    for email in ("known@surabaya.example", "unknown@surabaya.example"):
        answer = type(client)().post(
            reverse("account_reset_password"), {"email": email}, follow=True
        )
        pages.append((answer.redirect_chain, plain(answer, email)))
    assert pages[0] == pages[1]
    assert [mail.to for mail in mailoutbox] == [
        ["known@surabaya.example"],
        ["unknown@surabaya.example"],
    ]


def test_sign_in_answers_alike_for_wrong_password_and_unknown_address(client):
    person(email="known@surabaya.example")
    pages = [
        plain(sign_in(type(client)(), email, "not the password of anybody"), email)
        for email in ("known@surabaya.example", "unknown@surabaya.example")
    ]
    assert pages[0] == pages[1]
    assert "The email address and/or password you specified are not correct." in pages[0]


def test_failed_sign_ins_lock_the_account_for_a_while(client):
    user = person()
    for _attempt in range(5):
        sign_in(client, user.email, "not the password of anybody")
    answer = sign_in(client, user.email)
    assert "Too many failed login attempts." in answer.text
    assert not is_signed_in(client)


def test_many_sign_ins_from_one_address_are_429(client):
    for attempt in range(60):
        assert sign_in(client, f"person{attempt}@city.example").status_code == 200
    answer = sign_in(client, "another@city.example")
    assert answer.status_code == 429
    assert "<h1>Too many requests</h1>" in answer.text


def test_forged_forwarding_header_does_not_escape_the_limit(client):
    answers = [
        sign_in(client, "a@city.example", **{"X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(61)
    ]
    assert answers[-1].status_code == 429


def test_visitors_behind_a_trusted_proxy_are_counted_apart(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answers = [
        sign_in(client, "a@city.example", **{"X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(61)
    ]
    assert {answer.status_code for answer in answers} == {200}


def test_reset_by_the_mailed_link_changes_the_password_once(client, mailoutbox):
    user = person()
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = link_in(mailoutbox[0])
    form = client.get(link).url
    answer = client.post(form, {"password1": "too short", "password2": "too short"})
    assert "It must contain at least 15 characters." in answer.text
    new = "another river under another town"
    answer = client.post(form, {"password1": new, "password2": new})
    assert answer.url == reverse("account_reset_password_from_key_done")
    # The person is told, in case it was somebody else.
    assert mailoutbox[-1].to == [user.email]

    assert sign_in(type(client)(), user.email).status_code == 200
    assert sign_in(client, user.email, new).url == reverse("my:home")
    assert "This link no longer works" in type(client)().get(link, follow=True).text


def test_changed_address_counts_when_it_is_confirmed(client, mailoutbox):
    user = person(email="old@surabaya.example")
    sign_in(client, user.email)
    page = reverse("account_email")
    answer = client.post(page, {"email": "new@surabaya.example", "action_add": ""})
    assert answer.url.startswith(reverse("account_reauthenticate"))
    reauthenticate(client)
    client.post(page, {"email": "new@surabaya.example", "action_add": ""})
    user.refresh_from_db()
    assert user.email == "old@surabaya.example"
    confirmation = next(mail for mail in mailoutbox if mail.to == ["new@surabaya.example"])

    client.post(link_in(confirmation))
    user.refresh_from_db()
    assert user.email == "new@surabaya.example"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("new@surabaya.example", True, True)
    ]
    assert mailoutbox[-1].to == ["old@surabaya.example"]


def test_address_that_others_only_typed_stays_its_owners(client, mailoutbox):
    """One would change to it, one has signed up with it: nobody has proven it."""
    wanted, other = "mayor@surabaya.example", person(email="other@surabaya.example")
    EmailAddress.objects.create(user=other, email=wanted)

    client.post(reverse("account_reset_password"), {"email": wanted})
    sign_up(client, wanted)
    assert [(mail.to, "/password/reset/key/" in mail.body) for mail in mailoutbox] == [
        ([wanted], False),
        ([wanted], False),
    ]
    assert other.emailaddress_set.count() == 2
    assert client.post(link_in(mailoutbox[1])).url == reverse("my:home")
    owner = User.objects.get(email=wanted)
    assert owner.name == "Ani Rahma"
    addresses = EmailAddress.objects.values_list("user", "email", "verified", "primary")
    assert list(addresses.order_by("pk")) == [
        (other.pk, other.email, True, True),
        (owner.pk, wanted, True, True),
    ]

    # What is typed now mails and bars nobody: it is proven.
    EmailAddress.objects.create(user=other, email=wanted)
    client.post(reverse("account_reset_password"), {"email": wanted})
    assert mailoutbox[-1].to == [wanted]
    assert f"/{int_to_base36(owner.pk)}-" in mailoutbox[-1].body


def test_change_of_address_needs_the_session_of_its_account_and_deletes_none(client, mailoutbox):
    """The mail of a change that somebody else has asked for reaches who has just signed up."""
    wanted, attacker = "mayor@surabaya.example", person(email="other@surabaya.example")
    theirs = type(client)()
    sign_in(theirs, attacker.email)
    reauthenticate(theirs)
    theirs.post(reverse("account_email"), {"email": wanted, "action_add": ""})
    of_change = mailoutbox[0]
    assert of_change.to == [wanted]
    assert of_change.subject == "Confirm the change of your e-mail address"
    assert "asked to change the e-mail address of an existing account" in of_change.body
    sign_up(client, wanted)
    owner, link = User.objects.get(email=wanted), link_in(of_change)
    strangers = type(client)()
    strangers.force_login(person())
    for session, leads_to in (
        (type(client)(), f"{reverse('account_login')}?next={quote(link)}"),
        (client, f"{reverse('account_login')}?next={quote(link)}"),
        (strangers, reverse("account_overview")),
    ):
        assert [session.get(link).url, session.post(link).url] == [leads_to, leads_to]
        assert "This link changes the address of a" in session.get(link, follow=True).text
    # Also in its own session a change takes no account away, proven or not.
    answer = theirs.post(link, follow=True)
    assert "There is another account with the address mayor@surabaya.example." in answer.text
    attacker.refresh_from_db()
    assert attacker.email == "other@surabaya.example"
    assert User.objects.filter(pk=owner.pk).exists()
    assert not Event.objects.filter(action="account-deleted").exists()

    own = EmailConfirmationHMAC(owner.emailaddress_set.get()).key
    assert client.post(reverse("account_confirm_email", args=[own])).url == reverse("my:home")
    assert EmailAddress.objects.get(email=wanted).user == owner


def test_mails_are_counted_by_account_and_address(client, mailoutbox):
    """Who has a link sent to an address, and again, keeps none from who signs up with it."""
    wanted, others, own = "mayor@surabaya.example", [], "another river runs under the town"
    for email in ("other@surabaya.example", "third@surabaya.example"):
        others.append(type(client)())
        sign_in(others[-1], person(email=email).email)
        reauthenticate(others[-1])
    again, mails = {"email": wanted, "action_send": ""}, []
    for step, count in (
        (lambda: others[0].post(reverse("account_email"), {"email": wanted, "action_add": ""}), 1),
        (lambda: others[0].post(reverse("account_email"), again), 0),
        (lambda: others[1].post(reverse("account_email"), {"email": wanted, "action_add": ""}), 1),
        (lambda: sign_up(client, wanted, password=own), 1),
        # Not yet confirmed: signing in sends the link again, but not within three minutes.
        (lambda: sign_in(type(client)(), wanted, own), 0),
        # Each sign-up is a new account until one is confirmed.
        (lambda: sign_up(type(client)(), wanted), 1),
        (lambda: sign_up(type(client)(), wanted), 1),
    ):
        before = len(mailoutbox)
        step()
        mails.append((len(mailoutbox) - before, count))
    assert mails == [(count, count) for _sent, count in mails]
    with time_machine.travel(time.time() + 181):
        sign_in(type(client)(), wanted, own)
    assert [mail.to for mail in mailoutbox] == [[wanted]] * 5
    assert mailoutbox[-1].subject == "Confirm your e-mail address"


def test_program_that_fills_the_honeypot_gets_no_account_and_no_hint(client, mailoutbox):
    person_answer = sign_up(type(client)(), "ani@surabaya.example")
    program_answer = sign_up(client, "bot@spam.example", website="https://spam.example")
    assert (program_answer.status_code, program_answer.url) == (
        person_answer.status_code,
        person_answer.url,
    )
    assert [mail.to for mail in mailoutbox] == [["ani@surabaya.example"]]
    assert User.objects.filter(email="bot@spam.example").count() == 0


def test_honeypot_is_hidden_by_the_stylesheet(client):
    page = client.get(reverse("account_signup")).text
    trap = re.search(r'<div class="trap" aria-hidden="true">(.*?)</div>', page, re.DOTALL)[1]
    assert re.search(r'<input type="text" name="website" tabindex="-1"', trap)
    css = (project_settings.BASE_DIR / "static/css/account.css").read_text()
    assert re.search(r"\.trap \{[^}]*clip-path: inset\(50%\)", css)
    assert "css/account.css" in page


@pytest.mark.parametrize(
    "name", ["see https://spam.example", "www.spam.example", "a@b.example", "123", "–", ""]
)
def test_name_that_is_none_is_refused(client, mailoutbox, name):
    answer = sign_up(client, "ani@surabaya.example", name=name)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["name"]
    assert (User.objects.count(), mailoutbox) == (0, [])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ani \n Rahma ", "Ani Rahma"),
        ("Ani \u202eamhaR", "Ani amhaR"),
        ("김서울", "김서울"),
        ("می‌خواهم", "می‌خواهم"),
    ],
)
def test_name_is_kept_as_typed_but_for_spaces_and_direction_marks(client, typed, kept):
    user = person(name="Before")
    client.force_login(user)
    answer = client.post(reverse("account_name"), {"name": typed})
    assert answer.url == reverse("account_name")
    user.refresh_from_db()
    assert user.name == kept


def test_password_like_the_name_is_refused(client):
    answer = sign_up(
        client, "x@city.example", name="Siti Nurhaliza Tarudin", password="sitinurhalizatarudin"
    )
    assert answer.context["form"].errors == {
        "password1": ["The password is too similar to the name."]
    }


@pytest.mark.parametrize(
    "password",
    [
        "fourteen chars",
        "passwordpassword",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "123456789012345",
        "qwertyuiopasdfghjkl",
        "zyxwvutsrqponmlkj",
        "urbansdgplatform",
        "citynet-platform-2026",
        "Password1234567890",
        "UrbanSDGKnowledgePlatform",
        "citynet citynet",
        "seoul@surabaya.example",
    ],
)
def test_password_that_is_easily_guessed_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, User(email="seoul@surabaya.example", name="Ani"))


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("citynet-platform-2026", "mostly made of words that are expected"),
        ("abcabcabcabcabcabc", "repeats itself"),
        ("zyxwvutsrqponmlkj", "follows the alphabet or the keyboard"),
        ("iloveyou12031987", "is easily guessed"),
    ],
)
def test_reason_why_a_password_is_refused_is_told(password, reason):
    with pytest.raises(ValidationError) as refusal:
        GuessablePasswordValidator().validate(password)
    assert reason in refusal.value.message


@pytest.mark.parametrize(
    "password",
    [
        "rivers run under the old town",
        "onlysmalllettershere",
        "x" * 3 + "buses at night carry nurses home " * 3,
        "강은 오래된 도시 아래로 흐른다 밤에도",
        "4816 2953 7710 3348",
        "our city wants fewer cars",
    ],
)
def test_password_that_is_long_and_unforeseen_is_taken(password):
    assert validate_password(password, User(email="ani@surabaya.example", name="Ani")) is None


def test_broken_mail_server_breaks_no_page(client, settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = unused.getsockname()[1]
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    answer = sign_up(client, "ani@surabaya.example")
    assert answer.url == reverse("account_email_verification_sent")
    assert User.objects.get().email == "ani@surabaya.example"


def test_admin_is_entered_by_the_same_door_and_a_second_factor(client):
    answer = client.get(f"{reverse('admin:login')}?next=/admin/")
    assert answer.url == f"{reverse('account_login')}?next=%2Fadmin%2F"
    staff = person(is_staff=True)
    secret = give_second_factor(staff)
    answer = client.post(
        reverse("account_login"), {"login": staff.email, "password": PASSWORD, "next": "/admin/"}
    )
    assert answer.url == reverse("mfa_authenticate")
    assert client.get("/admin/").status_code == 302
    answer = client.post(reverse("mfa_authenticate"), {"code": one_time_code(secret)})
    assert answer.url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_admin_door_is_closed_to_officials(client):
    client.force_login(person())
    assert client.get(reverse("admin:login")).status_code == 403


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_sign_in_leads_to_no_other_site(client, address):
    user = person()
    answer = client.post(
        reverse("account_login"), {"login": user.email, "password": PASSWORD, "next": address}
    )
    assert answer.url == reverse("my:home")


def test_changed_password_ends_other_sessions(client):
    user = person()
    other = type(client)()
    sign_in(client, user.email)
    sign_in(other, user.email)
    new = "another river under another town"
    answer = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert answer.url == reverse("account_change_password")
    assert client.get(reverse(PROTECTED)).status_code == 200
    assert other.get(reverse(PROTECTED)).status_code == 302


@pytest.mark.parametrize(("is_staff", "status"), [(True, 302), (False, 200)])
def test_secretariat_signs_in_anew_after_twelve_hours(client, is_staff, status):
    user = person(is_staff=is_staff)
    with time_machine.travel("2026-11-27 08:00:00Z", tick=False) as clock:
        sign_in(client, user.email)
        clock.shift(12 * 60 * 60)
        assert client.get(reverse(PROTECTED)).status_code == 200
        clock.shift(1)
        assert client.get(reverse(PROTECTED)).status_code == status
        assert is_signed_in(client) == (not is_staff)


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client):
    user = person()
    sign_in(client, user.email)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


ANYTHING = ["\x00", "x" * 100_000, "😀" * 50, "' OR 1=1 --", "%s%n", "\u202e@"]


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("account_login", ["login", "password", "next", "remember"]),
        ("account_signup", ["name", "email", "password1", "website", "next"]),
        ("account_reset_password", ["email", "next"]),
    ],
)
def test_anything_may_be_typed_into_the_forms(client, name, fields):
    for place, field in enumerate(fields):
        for value in some(ANYTHING, 2, place):
            answer = client.post(reverse(name), {field: value})
            assert (field, value[:9], answer.status_code) == (field, value[:9], 200)
            assert 'class="errors" role="alert"' in answer.text
            assert client.get(reverse(name), {field: value}).context["form"].errors == {}
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "password/reset/key/zzzzzzzzzzzzzzzzzzzzzzzzz-set-password/",
        "password/reset/key/1-" + "x" * 3000 + "/",
        "password/reset/key/1-%00/",
        "confirm-email/" + "x" * 3000 + "/",
        "confirm-email/a:b:c/",
        "confirm-email/-/",
    ],
)
def test_broken_link_says_so(client, path):
    answer = client.get(f"/accounts/{path}")
    assert answer.status_code == 200
    assert re.search("expired or is invalid|This link no longer works", answer.text)
