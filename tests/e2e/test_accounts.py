"""Accounts in a real browser: with and without scripts, and with a passkey."""

import re

import pytest

PASSWORD = "rivers run under the old town"


def sign_up(page, mails, email, name="Ani Rahma"):
    """From the masthead to a signed-in person."""
    page.get_by_role("link", name="Account", exact=True).click()
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign Up").click()
    page.get_by_role("heading", name="Verify Your Email Address").wait_for()
    link = re.search(r"http://\S+?(/accounts/\S+)", mails(email)[-1])[1]
    page.goto(link)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Account").wait_for()
    assert page.get_by_role("main").get_by_text(email, exact=True).count() == 1


def confirm_access(page):
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


# Who comes with scripts signs up in the journey of a newcomer.
@pytest.mark.parametrize(
    "scripts",
    [
        pytest.param(True, id="scripts", marks=pytest.mark.long),
        pytest.param(False, id="no scripts"),
    ],
)
def test_person_signs_up_and_out_and_in(open_page, mails, scripts):
    email = f"ani-{scripts}@surabaya.example".lower()
    page = open_page("/", scripts=scripts)
    sign_up(page, mails, email)
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign Out").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.get_by_role("heading", name="Account").wait_for()


def test_password_can_be_shown_and_is_sent_as_a_password(open_page):
    page = open_page("/accounts/login/")
    field = page.locator("#id_password")
    field.fill("what I type")
    page.get_by_label("Show password").check()
    assert field.get_attribute("type") == "text"
    page.get_by_label("Show password").uncheck()
    assert field.get_attribute("type") == "password"


def test_person_signs_in_with_a_passkey(browser, site, mails):
    # Browsers know passkeys under names only, not under 127.0.0.1.
    context = browser.new_context(base_url=site.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    key = context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    authenticator = key.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/")
    sign_up(page, mails, "key@surabaya.example")
    page.goto("/accounts/2fa/webauthn/add/")
    confirm_access(page)
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.get_by_role("heading", name="Recovery Codes").wait_for()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign Out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("heading", name="Account").wait_for()
    assert page.get_by_role("main").get_by_text("key@surabaya.example").count() == 1

    # A key that is gone gives a message, not silence.
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign Out").click()
    key.send("WebAuthn.removeVirtualAuthenticator", authenticator)
    key.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("alert").get_by_text("That did not work").wait_for()
    context.close()
