"""What happens while somebody writes: saving by itself, rows, other people, lost sessions, bad files."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests import uploads

from .conftest import sign_in as become
from .test_accounts import PASSWORD
from .writing import add_row, fill, press, rows, shown_errors

CITY = "tarlac"
EMAIL = "writer@tarlac.example"
TEXT = "Rain fills the streets by noon."
both = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture(scope="module")
def writer(desk):
    """The address of an official who can sign in."""
    desk("person", email=EMAIL, password=PASSWORD, member=CITY, role="coordinator")
    return EMAIL


@pytest.fixture
def case(desk, writer, request):
    """The number of a draft of their own for each test."""
    return desk("draft", email=writer, member=CITY, title=f"Drains: {request.node.name[:80]}")


@pytest.fixture
def write(open_page, desk, writer, case):
    """``write("budget")`` opens a section of the draft; ``beside`` makes it a second tab."""

    def write(slug, **options):
        if "beside" not in options:
            options["session"] = desk("session", email=writer)
        return open_page(f"/policies/{case}/edit/{slug}/", **options)

    return write


def stop_the_clock(page):
    """From now on the page saves by itself when the test lets time pass, and not before."""
    page.clock.install()
    page.reload()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))


def saved(page):
    """Wait until the page has saved by itself."""
    expect(page.locator("#save-state")).to_have_text(re.compile("^Saved at "))


def test_text_is_saved_by_itself_with_its_state_and_its_words(write):
    page = write("challenge-solution")
    state = page.locator("#save-state")
    expect(state).to_have_text(re.compile("^Last saved: "))
    stop_the_clock(page)
    page.locator("#id_challenge").fill(TEXT)
    expect(page.locator("#id_challenge-count")).to_have_text("Words: 6")
    expect(state).to_have_text("Not saved yet")
    page.clock.run_for(3000)
    saved(page)
    page.reload()
    expect(page.locator("#id_challenge")).to_have_value(TEXT)
    # What is too long is said at once, and cut nowhere.
    page.goto(page.url.replace("challenge-solution", "basics"))
    page.locator("#id_summary").fill("x" * 1003)
    expect(page.locator("#id_summary-count")).to_have_text("Characters too many: 3")


# Thai, Japanese, Khmer and Chinese put no blanks between words; Korean and Arabic do.
COUNTED = [
    ("น้ำท่วมถนนทุกปี", "Characters: 15"),
    ("雨で道が水につかる。\n毎年のこと。", "Characters: 17"),
    ("ទឹកជំនន់", "Characters: 8"),
    ("每年夏天街道被淹", "Characters: 8"),
    ("비가 오면 길이 잠긴다", "Words: 4"),
    ("تغمر المياه الشوارع", "Words: 3"),
    ("Line 水 of the river", "Words: 5"),
]


def test_counter_counts_characters_where_words_have_no_blanks(write):
    page = write("challenge-solution")
    stop_the_clock(page)
    for text, said in COUNTED:
        page.locator("#id_challenge").fill(text)
        expect(page.locator("#id_challenge-count")).to_have_text(said)


def test_messages_follow_when_a_row_with_an_error_is_removed(write):
    page = write("time")
    stop_the_clock(page)
    state = page.locator("#save-state")
    shown = state.inner_text()
    # An empty row is nothing that would have to be saved.
    press(page, "Add a phase")
    expect(state).to_have_text(shown)
    fill(page, {"phases-0-name": "Trial", "phases-0-start": "soon"})
    expect(state).to_have_text("Not saved yet")
    with page.refused(422):
        page.clock.run_for(3000)
    expect(state).to_contain_text("Saved, but for 1 answer that needs")
    page.locator("#phases-0").get_by_role("button", name="Remove").click()
    expect(page.locator(".has-err, .errorlist, [data-live-error]")).to_have_count(0)
    page.clock.run_for(3000)
    saved(page)
    # Nothing is left in the browser that would be offered again.
    page.reload()
    expect(page.locator("#phases-0")).to_have_count(0)
    expect(page.get_by_role("button", name="Put it back")).to_have_count(0)
    expect(state).to_have_text(re.compile("^Last saved: "))


def test_summary_of_errors_keeps_what_is_still_wrong(write):
    page = write("time")
    stop_the_clock(page)
    fill(page, {"start": "soon", "end": "later"})
    with page.refused(422):
        press(page, "Save")
    expect(page.get_by_role("heading", name="There is a problem with 2 answers")).to_be_visible()
    # What is right was saved with the page: nothing is sent again, and the summary can be read.
    page.clock.run_for(10_000)
    assert shown_errors(page) == ["#id_start", "#id_end"]
    fill(page, {"end": "2020"})
    with page.refused(422):
        page.clock.run_for(3000)
    heading = "Saved, but for 1 answer that needs a correction."
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    assert shown_errors(page) == ["#id_start"]


LOOK = """button => { const style = getComputedStyle(button);
  return [style.cursor, style.borderStyle, style.borderColor, style.backgroundColor]; }"""


def test_button_that_cannot_be_pressed_looks_so(write):
    page = write("time")
    for place, name in enumerate(("First", "Second")):
        add_row(page, "Add a phase", f"phases-{place}", {"name": name})
    up, down = (page.locator(f"#phases-0 [data-row='{way}']") for way in ("up", "down"))
    assert (up.is_disabled(), down.is_disabled()) == (True, False)
    looks = up.evaluate(LOOK), down.evaluate(LOOK)
    assert [look[:2] for look in looks] == [["not-allowed", "dashed"], ["pointer", "solid"]]
    # Under the pointer only what can be pressed answers.
    down.hover()
    assert down.evaluate(LOOK)[2:] != looks[1][2:]
    up.hover(force=True)
    assert up.evaluate(LOOK) == looks[0]


def test_wrong_answer_is_told_beside_its_field_while_writing(write):
    page = write("time")
    stop_the_clock(page)
    page.locator("#id_start").fill("April")
    page.locator("#id_end").focus()
    with page.refused(422):
        page.clock.run_for(3000)
    expect(page.locator("#save-state")).to_contain_text("Saved, but for 1 answer that needs")
    expect(page.locator(".field.has-err #id_start")).to_have_attribute("aria-invalid", "true")
    page.locator("#id_start").fill("2019-04")
    page.clock.run_for(3000)
    saved(page)
    expect(page.locator(".has-err")).to_have_count(0)


def test_who_leaves_with_unsaved_text_is_asked(write):
    page = write("lessons")
    stop_the_clock(page)
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("#id_lessons").click()
    page.keyboard.type("Ask the drivers")
    page.get_by_role("link", name="My page").first.click(no_wait_after=True)
    expect(page.locator("#save-state")).to_have_text("Not saved yet")
    page.clock.run_for(3000)
    saved(page)
    assert asked == ["beforeunload"]
    expect(page.locator("#id_lessons")).to_have_value("Ask the drivers")
    # Saved: nobody is asked any more.
    page.get_by_role("link", name="My page").first.click()
    page.wait_for_url("**/my/")
    assert asked == ["beforeunload"]


@both
def test_rows_are_added_moved_and_removed_with_what_is_in_them(write, scripts):
    page = write("stakeholders", scripts=scripts)
    for place, name in enumerate(("Union", "School", "Market")):
        add_row(page, "Add a stakeholder", f"stakeholders-{place}", {"name": name})
    page.locator("#stakeholders-2").get_by_role("button", name="Up").click()
    expect(page.locator("[name='stakeholders-1-name']")).to_have_value("Market")
    page.locator("#stakeholders-0").get_by_role("button", name="Remove").click()
    expect(page.locator("[name='stakeholders-1-name']")).to_have_value("School")
    expect(page.locator("#stakeholders-2")).to_have_count(0)
    assert rows(page, "stakeholders") == ["Market", "School"]
    press(page, "Save")
    expect(page.get_by_text("Saved: Stakeholders.")).to_be_visible()
    assert rows(page, "stakeholders") == ["Market", "School"]


def test_row_is_moved_by_keyboard_and_the_focus_goes_with_it(write):
    page = write("time")
    for place, name in enumerate(("Second", "First")):
        add_row(page, "Add a phase", f"phases-{place}", {"name": name})
    up = page.locator("#phases-1").get_by_role("button", name="Up")
    up.focus()
    page.keyboard.press("Enter")
    assert rows(page, "phases") == ["First", "Second"]
    # It is the first now and cannot go further up: the row itself has the focus.
    assert page.evaluate("document.activeElement.id") == "phases-0"


def test_enter_in_a_field_saves_and_in_the_search_for_targets_finds(write):
    page = write("time", scripts=False)
    page.locator("#id_start").fill("2019")
    page.locator("#id_start").press("Enter")
    expect(page.get_by_text("Saved: Time frame and phases.")).to_be_visible()
    page.goto(page.url.replace("/time/", "/targets-themes/"))
    page.get_by_label("Energy", exact=True).check()
    page.locator("#find_words").fill("housing")
    page.locator("#find_words").press("Enter")
    expect(page.locator("[data-found]")).to_contain_text("11.1")
    # Nothing is saved by that, and nothing is lost.
    expect(page.locator("#save-state")).to_have_text("Not saved yet")
    expect(page.get_by_label("Energy", exact=True)).to_be_checked()


@both
def test_second_tab_that_saves_later_is_refused_and_shows_both_texts(write, scripts):
    late = write("challenge-solution", scripts=scripts)
    early = write("challenge-solution", beside=late)
    fill(early, {"challenge": "Two hours of rain"})
    press(early, "Save")
    expect(early.get_by_text("Saved: Challenge and solution.")).to_be_visible()
    fill(late, {"challenge": "Three hours of rain"})
    with late.refused(409):
        press(late, "Save")
    alert = late.get_by_role("alert")
    expect(alert.locator("del")).to_have_text("Two")
    expect(alert.locator("ins")).to_have_text("Three")
    alert.get_by_text("Both texts in full").click()
    expect(alert.get_by_text("Theirs, saved: Two hours of rain")).to_be_visible()
    expect(alert.get_by_text("Yours, not saved: Three hours of rain")).to_be_visible()
    expect(late.locator("#id_challenge")).to_have_value("Three hours of rain")
    press(late, "Save mine over theirs")
    expect(late.get_by_text("Saved: Challenge and solution.")).to_be_visible()
    early.reload()
    expect(early.locator("#id_challenge")).to_have_value("Three hours of rain")


def test_saving_by_itself_over_a_newer_text_stops_and_says_so(write):
    late = write("lessons")
    early = write("lessons", beside=late)
    stop_the_clock(late)
    fill(early, {"lessons": "Theirs"})
    press(early, "Save")
    expect(early.get_by_text("Saved: Lessons and transferability.")).to_be_visible()
    fill(late, {"lessons": "Mine"})
    with late.refused(409):
        late.clock.run_for(3000)
    expect(late.locator("#save-state")).to_contain_text("Press “Save” to see both texts")
    with late.refused(409):
        press(late, "Save")
    late.get_by_role("link", name="Take theirs").click()
    expect(late.locator("#id_lessons")).to_have_value("Theirs")
    expect(late.get_by_role("alert")).to_have_count(0)


def cookie(page):
    return next(each for each in page.context.cookies() if each["name"] == "sessionid")["value"]


def sign_in(page):
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign In")
    page.wait_for_url("**/my/")


def test_session_that_ends_while_writing_loses_nothing(write, desk):
    page = write("results")
    stop_the_clock(page)
    desk("end_session", key=cookie(page))
    fill(page, {"results": TEXT})
    with page.refused(401):
        page.clock.run_for(3000)
    expect(page.locator("#save-state")).to_contain_text("You are signed out.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="sign in in a new tab").click()
    sign_in(opened.value)
    # The form is from before: it gets a new token and is sent again by itself.
    with page.refused(403):
        page.clock.run_for(15_000)
    page.clock.run_for(100)
    saved(page)
    page.reload()
    expect(page.locator("#id_results")).to_have_value(TEXT)


def test_session_that_ends_while_writing_loses_nothing_without_scripts(write, desk):
    page = write("results", scripts=False)
    desk("end_session", key=cookie(page))
    fill(page, {"results": TEXT})
    with page.refused(401):
        press(page, "Save")
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.get_by_label("Results")).to_have_value(TEXT)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value)
    with page.refused(403):
        press(page, "Send it again")
    expect(page.get_by_label("Results")).to_have_value(TEXT)
    press(page, "Send it again")
    expect(page.get_by_text("Saved: Results and indicators.")).to_be_visible()
    expect(page.locator("#id_results")).to_have_value(TEXT)


def test_text_of_a_page_that_was_closed_unsaved_is_offered_again(write, desk, site):
    page = write("lessons")
    page.locator("#id_lessons").fill(TEXT)
    page.close()
    colleague = "beside@tarlac.example"
    desk("person", email=colleague, password=PASSWORD, member=CITY, role="official")
    offers = []
    for email in (colleague, EMAIL):
        become(page.context, site, desk("session", email=email))
        again = write("lessons", beside=page)
        expect(again.locator("#id_lessons")).to_have_value("")
        offers.append(again.get_by_role("button", name="Put it back").count())
    # To who wrote it, and to nobody else at the same browser.
    assert offers == [0, 1]
    press(again, "Put it back")
    expect(again.locator("#id_lessons")).to_have_value(TEXT)
    saved(again)


HOSTILE = [
    ("photos", "lane.jpg", uploads.SVG),
    ("photos", "huge.png", uploads.png_that_claims(20_000, 20_000)),
    ("attachments", "report.pdf", uploads.EXECUTABLE),
    ("attachments", "page.html", uploads.HTML),
]


@both
def test_hostile_file_is_refused_with_a_reason_beside_its_field(write, scripts):
    page = write("files", scripts=scripts)
    section = page.url
    for kind, name, content in HOSTILE:
        page.goto(f"{section}{kind}/add/")
        file = {"name": name, "mimeType": "image/jpeg", "buffer": content}
        page.locator("#id_upload").set_input_files(file)
        texts = {"caption": TEXT} | ({"alt": "A lane"} if kind == "photos" else {})
        fill(page, texts)
        with page.refused(422):
            page.get_by_role("main").locator("[type=submit]").click()
        assert shown_errors(page) == ["#id_upload"]
        reason = page.locator(".field.has-err .errorlist").inner_text()
        assert reason in page.get_by_role("alert").inner_text()
        assert len(reason) > 20
        expect(page.locator("[name='caption']")).to_have_value(TEXT)
    page.goto(section)
    expect(page.get_by_text("None yet.")).to_have_count(2)


def test_colleague_is_invited_and_accepts_by_the_link_in_the_mail(open_page, desk, writer, mails):
    page = open_page("/my/teams/tarlac/", session=desk("session", email=writer))
    email = "colleague@tarlac.example"
    page.get_by_label("E-mail address").fill(email)
    press(page, "Send the invitation")
    expect(page.get_by_text(f"An invitation goes to {email}")).to_be_visible()
    desk("mail")
    link = re.search(r"http://\S+?(/my/invitations/\S+)", mails(email)[-1])[1]

    stranger = open_page(link)
    expect(stranger.get_by_role("link", name="Create an account")).to_be_visible()
    desk("person", email=email, name="Col League")
    theirs = open_page("/my/", session=desk("session", email=email))
    theirs.get_by_role("link", name="See the invitation").click()
    assert theirs.url.endswith(link)
    press(theirs, "Accept the invitation")
    expect(theirs.get_by_text("You are in the team of Tarlac City.")).to_be_visible()
    page.reload()
    expect(page.locator("#people").locator("xpath=../ul")).to_contain_text("Col League")
    # Once only.
    with theirs.refused(410):
        theirs.goto(link)
    expect(theirs.get_by_role("link", name="To the team")).to_be_visible()


def test_request_is_declined_with_the_reason(open_page, desk, writer):
    email = "else@where.example"
    desk("person", email=email, name="El Se")
    theirs = open_page(f"/my/teams/join/{CITY}/", session=desk("session", email=email))
    press(theirs, "Ask to join")
    page = open_page(f"/my/teams/{CITY}/", session=desk("session", email=writer))
    page.get_by_role("link", name="El Se asks to join").click()
    with page.refused(422):
        press(page, "Decline")
    assert shown_errors(page) == ["#id_note"]
    page.get_by_label("Note", exact=True).fill("We do not know you yet.")
    press(page, "Decline")
    expect(page.get_by_text("El Se is told.")).to_be_visible()
    theirs.goto("/my/notices/")
    expect(theirs.get_by_text("We do not know you yet.")).to_be_visible()


TOPS = """row => [...row.querySelectorAll(".line > .field > :is(input, select)")].map(
  input => Math.round(input.getBoundingClientRect().top))"""


def test_rows_take_a_line_and_what_is_open_stands_where_it_is_read(write, case):
    page = write("budget")
    page.emulate_media(reduced_motion="reduce")
    for slug, name, label, add in [
        ("budget", "budget_lines", "How exact", "Add a budget line"),
        ("budget", "funding_sources", "Currency", "Add a funding source"),
        ("time", "phases", "Source no.", "Add a phase"),
        ("manpower", "staff_roles", "Source no.", "Add a role"),
        ("stakeholders", "stakeholders", "Source no.", "Add a stakeholder"),
        ("results", "indicators", "Planned", "Add an indicator"),
    ]:
        page.goto(f"/policies/{case}/edit/{slug}/")
        page.get_by_role("button", name=add).click()
        page.get_by_role("button", name=add).click()
        first, second = page.locator(f"#{name}-0"), page.locator(f"#{name}-1")
        assert [len(set(row.evaluate(TOPS))) for row in (first, second)] == [1, 1], name
        # The second has the columns of the first, and no labels of its own that one sees.
        assert second.bounding_box()["height"] < 120, name
        expect(second.get_by_label(label, exact=True)).to_be_hidden()
        second.locator("summary").click()
        expect(second.get_by_label(label, exact=True)).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/policies/{case}/edit/challenge-solution/")
    hint = page.get_by_role("link", name=re.compile("^Still open in this section: "))
    assert hint.bounding_box()["y"] < page.locator("#id_challenge").bounding_box()["y"]
    hint.click()
    expect(page.get_by_role("heading", name="Still open in this section")).to_be_in_viewport()
    fill(page, {"challenge": TEXT, "solution": "Wider drains and pumps against floods."})
    press(page, "Save and continue")
    # What is suggested stands above what was chosen, its button beside it.
    offer = page.locator(".suggest > li").first
    words, button = offer.locator("b").first.bounding_box(), offer.locator("button").bounding_box()
    assert button["x"] >= words["x"] + words["width"]
    assert button["y"] < words["y"] + words["height"]
    chosen = page.get_by_text("No target is chosen yet.").bounding_box()
    assert button["y"] < chosen["y"]
