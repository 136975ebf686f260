"""The moderators' desk in a real browser: from the sign-in to decisions, and two people at once."""

import json
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from .conftest import ROOT
from .secretariat import PASSWORD

QUEUE = "/admin/policies/revision/"
NEEDED = ["field-review_link", "field-waiting", "field-complete", "field-kind", "field-flags"]
SEEN_WHOLE = "name => (box => box.scrollWidth <= box.clientWidth)(document.querySelector(name))"
# Classes of the cells of which nothing lies beside the window.
INSIDE = """cells => cells.map(cell => [cell.className, cell.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && box.right <= innerWidth).map(([name]) => name)"""


@pytest.fixture(scope="module")
def secretariat(site, environment):
    """What ``secretariat.open_desk`` made: codes to sign in with, and what waits."""
    code = "from tests.e2e import secretariat; secretariat.open_desk()"
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(made.stdout)


@pytest.fixture(scope="module")
def sessions(browser, site, secretariat):
    """The cookies of both moderators, each signed in with password and code of recovery."""
    found = {}
    for name, code in secretariat["codes"].items():
        context = browser.new_context(base_url=site)
        page = context.new_page()
        page.goto(QUEUE)
        page.get_by_label("Email").fill(f"{name}@desk.example")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign In", exact=True).click()
        page.get_by_label("Code", exact=False).first.fill(code)
        page.get_by_role("button", name="Sign In", exact=True).click()
        expect(page.get_by_role("heading", name="Queue of submissions")).to_be_visible()
        [found[name]] = [each["value"] for each in context.cookies() if each["name"] == "sessionid"]
        context.close()
    return found


def sideways(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def send(page, button):
    page.get_by_role("button", name=button, exact=True).click()


def test_moderator_works_through_the_queue(open_page, sessions, secretariat, axe):
    page = open_page(QUEUE, session=sessions["mina"])
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert (axe(page), sideways(page)) == ([], 0), width
    page.set_viewport_size({"width": 1280, "height": 900})
    first = page.locator("#result_list tbody tr").first
    expect(first).to_contain_text("Edit of a public case, first-time author")

    first.locator(".field-review_link a").click()
    expect(page.get_by_role("heading", name="What changes")).to_be_visible()
    expect(page.locator(".diff ins")).to_contain_text("Ten lanes by now")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("#review details").evaluate_all("all => all.forEach(each => each.open = true)")
        assert (axe(page), sideways(page)) == ([], 0), width
    page.set_viewport_size({"width": 1280, "height": 900})

    # A no needs a reason, and the refusal leads to where it belongs.
    page.get_by_role("radio", name="Ask for changes").check()
    with page.refused(422):
        send(page, "Send decision")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Give a reason, so that the author knows how to go on.")
    assert axe(page) == []
    page.get_by_text("Saved phrases").click()
    page.get_by_role("checkbox", name="Year of the figures").check()
    page.get_by_text("Refer to sections").click()
    page.get_by_role("checkbox", name="Results and indicators").check()
    page.get_by_label("Quality: mark").select_option("Partly met")
    page.get_by_label("Note to the author").fill("And who counted.")
    send(page, "Send decision")

    expect(page.locator(".messagelist")).to_contain_text("is back with its author")
    history = page.locator(".review-log > li").last
    expect(history).to_contain_text("Say of which year it is.")
    expect(history).to_contain_text("And who counted.")
    expect(history.get_by_role("link")).to_have_attribute("href", re.compile("/edit/results/$"))
    expect(page.get_by_role("combobox", name="Quality: mark")).to_have_value("partly")

    # The next one is offered, and a colleague is quicker.
    page.get_by_role("link", name="Next in the queue").click()
    expect(page.locator(".diff")).to_contain_text("Lessons")
    other = open_page(page.url, session=sessions["lee"])
    other.get_by_role("radio", name="Publish it").check()
    send(other, "Send decision")
    expect(other.locator(".messagelist")).to_contain_text("can be found at once")
    page.get_by_role("radio", name="Reject it").check()
    page.get_by_label("Note to the author").fill("A long reason.")
    with page.refused(409):
        send(page, "Send decision")
    expect(page.get_by_role("alert")).to_contain_text("Lee acted first")
    expect(page.get_by_label("What you had written")).to_have_value("A long reason.")
    other.get_by_role("link", name="See the public page").click()
    expect(other.locator("main")).to_contain_text("Ask before you dig.")


def test_queue_shows_all_its_columns(open_page, sessions):
    page = open_page(QUEUE, session=sessions["mina"])
    for width in (820, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(SEEN_WHOLE, ".results") is True, width
        seen = page.locator("#result_list tbody tr").first.locator("td, th").evaluate_all(INSIDE)
        assert [name for name in NEEDED if name not in " ".join(seen).split()] == [], width


@pytest.mark.long
def test_case_goes_from_submission_to_its_end(open_page, sessions, desk):
    """Sent back, handed in again, published, edited, unpublished: two moderators, one author."""
    desk("person", email="budi@lamps.example", member="seoul")
    case = desk("draft", email="budi@lamps.example", member="seoul", title="Lamps by the canal")
    desk("submit", case=case)
    mina, lee = (open_page(QUEUE, session=sessions[name]) for name in ("mina", "lee"))

    def decide(page, choice, note=""):
        page.goto(f"{QUEUE}?q=Lamps+by+the+canal")
        page.locator("#result_list tbody .field-review_link a").first.click()
        page.get_by_role("radio", name=choice).check()
        page.get_by_label("Note to the author").fill(note)
        send(page, "Send decision")

    decide(mina, "Ask for changes", "How many lamps?")
    expect(mina.locator(".messagelist")).to_contain_text("is back with its author")
    desk("submit", case=case)
    decide(lee, "Publish it")
    expect(lee.locator(".messagelist")).to_contain_text("can be found at once")
    reader = open_page("/policies/?q=canal+lamps")
    reader.get_by_role("link", name="Lamps by the canal").click()
    expect(reader.locator("h1")).to_have_text("Lamps by the canal")

    # An edit stands beside the public text until it is decided.
    desk("edit_public", email="budi@lamps.example", title="Lamps by the canal")
    desk("change", case=case, lessons="Ask the anglers first.")
    desk("submit", case=case)
    reader.reload()
    expect(reader.locator("main")).not_to_contain_text("anglers")
    decide(mina, "Publish it")
    reader.reload()
    expect(reader.locator("main")).to_contain_text("Ask the anglers first.")

    # Taking it off needs a right that mina does not have, and a reason.
    path = f"/admin/policies/casestudy/{case}/unpublish/"
    with mina.refused(403):
        mina.goto(path)
    lee.goto(path)
    lee.get_by_label("Reason").fill("The lamps belong to another city.")
    send(lee, "Unpublish")
    expect(lee.locator(".messagelist")).to_contain_text("The case is unpublished.")
    with reader.refused(410):
        reader.reload()
    expect(reader.locator("h1")).to_contain_text("Lamps by the canal")
    expect(reader.locator("main")).not_to_contain_text("anglers")


def test_correction_is_proposed_without_losing_the_note(open_page, sessions, secretariat):
    path = f"{QUEUE}{secretariat['waiting'][2]}/review/"
    page = open_page(path, session=sessions["mina"], scripts=False)
    page.get_by_label("Note to the author").fill("Half a note")
    page.get_by_label("What is to be corrected?").select_option("Lessons")
    send(page, "Open it")
    page.get_by_label("Lessons", exact=True).fill("Ask before you build.")
    send(page, "Propose this correction")
    expect(page.locator(".messagelist")).to_contain_text("is proposed")
    expect(page.locator("#review-corrections ~ .quiet, .diff del").last).to_be_visible()
    expect(page.get_by_label("Note to the author")).to_have_value("Half a note")
    send(page, "Assign to me")
    expect(page.locator("#review header")).to_contain_text("Assigned to you")
    expect(page.get_by_label("Note to the author")).to_have_value("Half a note")


@pytest.mark.parametrize(
    ("width", "scripts"),
    [
        (1280, True),
        (390, False),
        pytest.param(390, True, marks=pytest.mark.long),
        pytest.param(1280, False, marks=pytest.mark.long),
    ],
)
def test_routine_decision_takes_three_clicks_from_the_first_page(
    open_page, sessions, desk, width, scripts
):
    """Two submissions that nothing is wrong with: what the first and the next of them cost."""
    writer, waits = f"routine-{width}-{scripts}@lamps.example".lower(), "2019-01-01T00:00:00Z"
    desk("person", email=writer, member="seoul")
    titles = [f"Routine {name} {width} {scripts}" for name in ("lamps", "lanes")]
    for title in titles:
        case = desk("draft", email=writer, member="seoul", title=title)
        desk("submit", case=case)
        desk("change", case=case, submitted_at=waits)
    page = open_page("/admin/", session=sessions["mina"], width=width, scripts=scripts)
    pages, clicks = [], []
    page.on("framenavigated", lambda frame: pages.append(frame.url))

    def click(locator):
        clicks.append(locator)
        locator.click()

    def publish(title):
        expect(page.locator("main h1, #content h1").first).to_contain_text(title)
        click(page.get_by_role("radio", name="Publish it"))
        click(page.get_by_role("button", name="Send decision", exact=True))
        expect(page.locator(".messagelist")).to_contain_text("can be found at once")

    click(page.get_by_role("link", name=titles[0]).first)
    publish(titles[0])
    assert (len(clicks), len(pages)) == (3, 2)
    click(page.get_by_role("link", name="Next in the queue"))
    publish(titles[1])
    assert (len(clicks), len(pages)) == (6, 4)


class Desk:
    """A moderator without a browser, who can send a form at the same moment as another."""

    def __init__(self, site, session):
        self.site, self.session = site, session

    def _ask(self, path, cookie, data=None):
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.site + path, data, {"Cookie": cookie, "Referer": self.site + path}
        )
        opener = urllib.request.build_opener(StaysHere)
        try:
            with opener.open(request) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.headers, answer.read().decode()

    def read(self, path):
        """Open a review and give the call that decides what was read."""
        cookie = f"sessionid={self.session}"
        _status, headers, page = self._ask(path, cookie)
        token = re.search(r"csrftoken=(\w+)", headers["Set-Cookie"])[1]
        form = {
            "act": "decide",
            "csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1],
            "decision-seen": re.search(r'name="decision-seen" value="(\w+)"', page)[1],
            "decision-decision": "published",
        }
        data = urllib.parse.urlencode(form).encode()
        return lambda: self._ask(path, f"{cookie}; csrftoken={token}", data)


class StaysHere(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer, not to be followed."""

    def redirect_request(self, *args):
        return None


@pytest.mark.long
def test_two_decide_at_once_on_one_machine(site, sessions, secretariat):
    """The database of this server is SQLite: one writer at a time, and the second one is told."""
    desks = [Desk(site, session) for session in sessions.values()]
    with ThreadPoolExecutor(len(desks)) as pool:
        for key in secretariat["races"]:
            path = f"{QUEUE}{key}/review/"
            calls = [desk.read(path) for desk in desks]
            answers = [call.result() for call in [pool.submit(call) for call in calls]]
            assert sorted(status for status, _headers, _page in answers) == [302, 409], key
            [told] = [page for status, _headers, page in answers if status == 409]
            assert "acted first: this revision is published now." in told
