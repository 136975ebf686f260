"""Every form, refused where it can be: axe finds nothing, nothing scrolls sideways, errors lead to fields."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests import uploads

from .conftest import sign_in
from .test_accounts import PASSWORD
from .test_every_page import scrolls_sideways
from .writing import fill, press

CITY = "makati"
# The case of this city that has rows in every list.
PUBLIC = "City-to-city disaster aid transfers"
WRITER, GUARDED = "writer@makati.example", "guarded@makati.example"
COLLEAGUE, ASKING, LEADER = "col@makati.example", "asks@makati.example", "leader@tarlac.example"
WIDE, NARROW, SMALL = ({"width": width, "height": 900} for width in (1280, 390, 320))
WRONG_FILE = {"name": "lane.jpg", "mimeType": "image/jpeg", "buffer": uploads.SVG}
LONG = "x" * 1001


@dataclass(frozen=True)
class Form:
    """A form: where it is, and what is wrong in it by the names of its fields.

    ``button`` is pressed with what is wrong; the server must refuse it with ``status``. Forms that
    are only a button cannot be wrong. ``rows`` are added before something wrong is typed.
    """

    path: str
    wrong: dict | None = None
    button: str = ""
    status: int = 422
    file: str = ""
    rows: tuple = ()


def section(slug, wrong, *rows):
    return Form(f"/policies/{{empty}}/edit/{slug}/", wrong, "Save", rows=rows)


UP = {"email": "not@home.example", "password1": PASSWORD, "name": "Ani Rahma"}
SIGNED_OUT = {
    "sign up": Form("/accounts/signup/", UP | {"name": "", "password1": "short"}, "Sign Up", 200),
    "sign in": Form("/accounts/login/", {"login": "a@b.example", "password": ""}, "Sign In", 200),
    "reset": Form("/accounts/password/reset/", {"email": "nobody"}, "Reset My Password", 200),
    "invitation, signed out": Form("{invitation}"),
}  # fmt: skip
NEW_PASSWORD = {"oldpassword": PASSWORD, "password1": "lanterns over the old town"}
ACCOUNT = {
    "account": Form("/accounts/"),
    "name": Form("/accounts/name/", {"name": "www.ani.example"}, "Save", 200),
    "e-mail": Form("/accounts/email/", {"email": "nobody"}, "Change address", 200),
    "password": Form("/accounts/password/change/", NEW_PASSWORD | {"password1": "short"}, "Change Password", 200),
    "reauthenticate": Form("/accounts/reauthenticate/", {"password": "wrong"}, "Confirm", 200),
    "second factor": Form("/accounts/2fa/"),
    "app": Form("/accounts/2fa/totp/activate/", {"code": "12"}, "Activate", 200),
    "keys": Form("/accounts/2fa/webauthn/"),
    "key": Form("/accounts/2fa/webauthn/add/"),
    "sessions": Form("/accounts/sessions/"),
    "data": Form("/accounts/data/"),
    "delete account": Form("/accounts/delete/"),
    "sign out": Form("/accounts/logout/"),
}  # fmt: skip
TEAMS = {
    "find a team": Form("/my/teams/join/", {"q": "x" * 201}, "Find"),
    "join a team": Form("/my/teams/join/tarlac/", {"message": LONG}, "Ask to join"),
    "request": Form("/my/requests/{request}/", {"note": ""}, "Decline"),
    "team": Form("/my/teams/makati/", {"email": "nobody"}, "Send the invitation"),
    "invitation": Form("{invitation}"),
    "remove a colleague": Form("/my/teams/makati/people/{colleague}/remove/", {"note": LONG}, "Remove from the team"),
    "leave": Form("/my/teams/makati/leave/"),
    "notices": Form("/my/notices/"),
    "my page": Form("/my/"),
}  # fmt: skip
WRITING = {
    "new case": Form("/policies/new/", {"title": ""}, "Begin the draft"),
    "basics": section("basics", {"title": "", "summary": LONG}),
    "challenge and solution": section("challenge-solution", {"challenge": "x" * 50_001}),
    "targets and themes": section("targets-themes", {"themes": ["transport", "energy", "housing", "solid-waste"]}),
    "time": section("time", {"start": "April", "phases-0-start": "2015"}, "Add a phase"),
    "budget": section("budget", {"budget_amount": "many", "budget_lines-0-amount": "-", "funding_sources-0-amount": "-"}, "Add a budget line", "Add a funding source"),
    "manpower": section("manpower", {"staff_fte": "many", "staff_roles-0-people": "two"}, "Add a role"),
    "stakeholders": section("stakeholders", {"stakeholders-0-role": "Agreed"}, "Add a stakeholder"),
    "results": section("results", {"indicators-0-result": "more"}, "Add an indicator"),
    "lessons": section("lessons", {"lessons": "x" * 50_001}),
    "sources": section("files", {"sources-0-title": "A", "sources-0-url": "javascript:1"}, "Add a source"),
    "photo": Form("/policies/{empty}/edit/files/photos/add/", {"alt": ""}, "Add a photo", file="lane.jpg"),
    "file": Form("/policies/{empty}/edit/files/attachments/add/", {"caption": LONG}, "Add a file", file="plan.pdf"),
    "photo's texts": Form("/policies/{full}/edit/files/photos/{photo}/", {"alt": ""}, "Save"),
    "photo to remove": Form("/policies/{full}/edit/files/photos/{photo}/remove/"),
    "overview": Form("/policies/{empty}/edit/"),
    "review": Form("/policies/{empty}/edit/review/", {}, "Submit to the moderators"),
    "review of a full draft": Form("/policies/{full}/edit/review/"),
    "preview": Form("/policies/{full}/preview/"),
    "notes": Form("/policies/{returned}/edit/", {"text": ""}, "Send the note"),
    "submitted": Form("/policies/{submitted}/edit/"),
    "withdraw": Form("/policies/{submitted}/withdraw/"),
    "confirm": Form("/policies/{full}/confirm/"),
}  # fmt: skip

GUARDS = {
    "app to remove": Form("/accounts/2fa/totp/deactivate/"),
    "new recovery codes": Form("/accounts/2fa/recovery-codes/generate/"),
}
SIGNED_IN = ACCOUNT | TEAMS | WRITING
FORMS = SIGNED_OUT | SIGNED_IN | GUARDS
# One of each template, and of the sections those with parts that no other has.
EACH_TIME = {
    *("sign up", "sign in", "reauthenticate", "app", "key", "sessions", "data", "delete account"),
    *("find a team", "request", "team", "invitation", "notices", "my page"),
    *("new case", "targets and themes", "time", "budget", "stakeholders", "sources"),
    *("photo", "photo's texts", "overview", "review", "preview", "notes", "submitted", "confirm"),
}
CHOSEN = [
    name if name in EACH_TIME else pytest.param(name, marks=pytest.mark.long) for name in FORMS
]


@pytest.fixture(scope="module")
def things(desk):
    """What the addresses of the forms need: people, cases and requests, by name."""
    desk("person", email=WRITER, password=PASSWORD, member=CITY, role="coordinator")
    desk("person", email=GUARDED, password=PASSWORD)
    desk("second_factor", email=GUARDED)
    desk("person", email=ASKING, name="As Ker")
    desk("person", email=LEADER, member="tarlac", role="coordinator")
    full = desk("edit_public", email=WRITER, title=PUBLIC)
    cases = {
        name: desk("draft", email=WRITER, member=CITY, title=f"{name} lanes")
        for name in ("empty", "returned", "submitted")
    }
    for name in ("returned", "submitted"):
        desk("submit", case=cases[name])
    desk("request_changes", case=cases["returned"], note="Say when.")
    return cases | {
        "full": full,
        "photo": desk("photo", case=full),
        "request": desk("request", email=ASKING, member=CITY),
        "invitation": desk("invitation", email=WRITER, member="tarlac", by=LEADER),
        "colleague": desk("person", email=COLLEAGUE, name="Col League", member=CITY),
    }


@pytest.fixture
def visit(browsing, site, desk):
    """``visit("/my/", "a@b.example")`` opens a page as this person; nothing may go wrong on it."""
    page, watched = browsing

    def visit(path, email=""):
        # What was left on the page before must not be saved by somebody else.
        page.goto("about:blank")
        page.context.clear_cookies()
        if email:
            sign_in(page.context, site, desk("session", email=email))
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(WIDE)
        page.goto(path)
        assert page.url == site + path
        return page

    yield visit
    watched.check()


def sound(page, axe):
    """Nothing is wrong on the page, nor does it scroll sideways on a small screen."""
    page.set_viewport_size(SMALL)
    assert scrolls_sideways(page) == 0
    page.set_viewport_size(WIDE)
    assert axe(page) == []


def sound_everywhere(page, axe):
    """The same, also on a telephone and in the dark."""
    sound(page, axe)
    page.set_viewport_size(NARROW)
    assert axe(page, but_colours=True) == []
    page.emulate_media(color_scheme="dark")
    assert axe(page, colours=True) == []
    page.emulate_media(color_scheme="light")


def refuse(page, form):
    """Send what is wrong; the page that comes says so and leads to the first field that is."""
    for button in form.rows:
        page.get_by_role("button", name=button, exact=True).click()
    # What this browser cuts off, another one sends.
    page.eval_on_selector_all(
        "[maxlength]", "all => all.forEach(x => x.removeAttribute('maxlength'))"
    )
    if form.file:
        page.locator("#id_upload").set_input_files(WRONG_FILE)
    fill(page, form.wrong)
    button = page.get_by_role("main").get_by_role("button", name=form.button, exact=True).last
    if form.status == 200:
        button.click()
    else:
        with page.refused(form.status):
            button.click()
    page.get_by_role("alert").wait_for()


@pytest.mark.parametrize("name", CHOSEN)
def test_form_is_accessible(visit, axe, things, name):
    form = FORMS[name]
    person = GUARDED if name in GUARDS else WRITER
    page = visit(form.path.format(**things), "" if name in SIGNED_OUT else person)
    if form.wrong is None:
        sound(page, axe)
        return
    # A refused form has all that the empty one has, and its errors.
    refuse(page, form)
    sound(page, axe)
    link = page.locator(".errors a").first
    place = link.get_attribute("href").rpartition("#")[2]
    link.click()
    expect(page.locator(":target")).to_have_id(place)


@pytest.mark.parametrize(
    "slug",
    [
        "budget",
        *(pytest.param(slug, marks=pytest.mark.long) for slug in ("targets-themes", "files")),
    ],
)
def test_section_with_everything_in_it_is_accessible(visit, axe, things, slug):
    page = visit(f"/policies/{things['full']}/edit/{slug}/", WRITER)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    sound_everywhere(page, axe)


def test_targets_that_were_found_are_accessible(visit, axe, things):
    page = visit(f"/policies/{things['full']}/edit/targets-themes/", WRITER)
    page.locator("#find_words").fill("water")
    expect(page.locator("[data-found] li").first).to_be_visible()
    sound(page, axe)


def test_pages_that_give_a_text_back_are_accessible(visit, axe, desk, things, site):
    page = visit(f"/policies/{things['empty']}/edit/lessons/", WRITER)
    # As if somebody else had saved in between.
    page.locator("[name='seen']").evaluate("field => { field.value = 'older' }")
    fill(page, {"lessons": "Ask before you dig."})
    with page.refused(409):
        press(page, "Save")
    page.get_by_text("Both texts in full").click()
    sound(page, axe)
    page.context.clear_cookies()
    with page.refused(401):
        press(page, "Save mine over theirs")
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    sound(page, axe)
    page.context.clear_cookies()
    sign_in(page.context, site, desk("session", email=WRITER))
    with page.refused(403):
        press(page, "Send it again")
    expect(page.get_by_role("heading", name="The form was open for too long")).to_be_visible()
    sound(page, axe)


def test_forms_of_a_new_password_are_accessible(visit, axe, things, mails):
    page = visit("/accounts/password/reset/")
    page.get_by_label("Email").fill(WRITER)
    press(page, "Reset My Password")
    expect(page.get_by_role("heading", level=1)).to_have_text("Password Reset")
    sound(page, axe)
    page.goto(re.search(r"http://\S+?(/accounts/\S+)", mails(WRITER)[-1])[1])
    page.get_by_label("New Password", exact=True).fill("short")
    press(page, "Change Password")
    page.get_by_role("alert").wait_for()
    sound(page, axe)


def test_form_of_the_second_factor_is_accessible(visit, axe, things):
    page = visit("/accounts/login/")
    fill(page, {"login": GUARDED, "password": PASSWORD})
    press(page, "Sign In")
    page.wait_for_url("**/accounts/2fa/authenticate/")
    page.get_by_label("Code").fill("000000")
    press(page, "Sign In")
    page.get_by_role("alert").wait_for()
    sound(page, axe)
