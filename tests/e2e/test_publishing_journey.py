"""From the home page to a submitted case, with and without scripts, on a phone and on a desk: pages and
clicks."""

import re

import pytest
from playwright.sync_api import expect

from tests import uploads

from .writing import at_section, case_number, fill, press

PASSWORD = "lanterns along nine lanes"
# Of each width, with and without scripts: the member that is joined, by its slug and name.
CITIES = {
    (390, True): ("makati", "Makati City"),
    (1280, True): ("muntinlupa", "Muntinlupa City"),
    (390, False): ("marikina", "Marikina City"),
    (1280, False): ("naga", "Naga City"),
}
TEXTS = {
    "Basics": {"summary": "Nine lanes are lit at night."},
    "Challenge and solution": {"challenge": "Dark lanes.", "solution": "•\tLanterns\n•\tGuards"},
    "Time frame and phases": {"stage": "under-way", "start": "May 2019"},
    "Budget and funding": {
        "budget_amount": "1 250 000",
        "budget_currency": "php",
        "budget_year": "2019",
    },
    "Manpower": {"staff_fte": "3.5"},
}
PASTED = "Kind\tName\tWhat they did\nCommunity\tWalkers’ union\tChose lanes\nUtility\tPower grid\tLaid cables\n"


# What the bars said for as long as the page with them was there.
KEEP_BARS = """() => new MutationObserver(() => {
  sessionStorage.bars = [...document.querySelectorAll("progress")].map(bar => bar.ariaLabel).join();
}).observe(document.querySelector("[data-progress]"), {childList: true})"""


class Counted:
    """A page whose loads and clicks are counted."""

    def __init__(self, page):
        self.page, self.loads, self.clicks = page, 0, 0
        page.on("load", lambda _page: setattr(self, "loads", self.loads + 1))

    def click(self, locator):
        self.clicks += 1
        locator.click()

    def link(self, name, **options):
        self.click(self.page.get_by_role("link", name=name, **options).first)

    def button(self, name):
        self.clicks += 1
        press(self.page, name)


@pytest.mark.parametrize(
    ("width", "scripts"),
    [
        (390, True),
        (1280, False),
        pytest.param(1280, True, marks=pytest.mark.long),
        pytest.param(390, False, marks=pytest.mark.long),
    ],
)
def test_a_newcomer_writes_and_submits_a_case(open_page, desk, mails, width, scripts):
    slug, name = CITIES[width, scripts]
    domain = f"{slug}-lights.example"
    leader = f"leader@{domain}"
    desk("person", email=leader, name="Lea Der", member=slug, role="coordinator")
    desk("mail_domain", member=slug, domain=domain)
    page = open_page("/", width=width, scripts=scripts)
    way = Counted(page)
    to_the_draft(way, mails, f"ani@{domain}", name)
    page.wait_for_load_state("load")
    assert (way.loads, way.clicks) == (8, 7)
    case = case_number(page)
    write(way, scripts)
    expect(
        page.get_by_text("You can submit it as soon as the team has taken you in.")
    ).to_be_visible()
    theirs = open_page("/my/", session=desk("session", email=leader))
    theirs.get_by_role("link", name=f"Ani Rahma asks to join {name}").first.click()
    expect(theirs.get_by_text(f"verified address at {domain}").first).to_be_visible()
    press(theirs, "Approve")
    page.reload()
    way.button("Submit to the moderators")
    expect(page.get_by_text("It is with the moderators now")).to_be_visible()
    desk("mail")
    assert f"/policies/{case}/edit/" in mails(f"ani@{domain}")[-1]
    page.wait_for_load_state("load")
    # A page a section, two to paste, three for the photos; the last page is read twice. Without
    # scripts, to find a target and to add it are pages too.
    assert (way.loads, way.clicks) == (8 + (18 if scripts else 20), 7 + 21)


def to_the_draft(way, mails, email, name):
    page = way.page
    way.link("Publish", exact=True)
    way.link("Create an account")
    expect(page.get_by_text("Sign in to publish a policy")).to_be_visible()
    page.get_by_label("Your name").fill("Ani Rahma")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    way.button("Sign Up")
    page.get_by_role("heading", name="Verify Your Email Address").wait_for()
    page.goto(re.search(r"http://\S+?(/accounts/\S+)", mails(email)[-1])[1])
    way.button("Confirm")
    way.link(f"Ask to join {name}")
    expect(page.get_by_text("your request is marked so, stands first")).to_be_visible()
    way.button("Ask to join")
    fill(page, {"title": f"Lanterns of {name}"})
    way.button("Begin the draft")
    expect(page.get_by_text("Only you can see this draft.")).to_be_visible()


def write(way, scripts):
    page = way.page
    way.link("1. Basics")
    for label in ("Basics", "Challenge and solution"):
        typed(way, label)
    at_section(page, "Targets and themes")
    # Two steps from the link that skips to the form to its first field.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#section') !== null")
    way.click(page.get_by_label("Transport", exact=True))
    page.get_by_label("Word or code").fill("11.2")
    page.get_by_label("Word or code").press("Enter")
    way.click(page.locator("#picker").get_by_role("button", name="Add 11.2"))
    way.click(page.locator("#contributions-0").get_by_label("Primary target"))
    way.button("Save and continue")
    for label in ("Time frame and phases", "Budget and funding", "Manpower"):
        typed(way, label)
    at_section(page, "Stakeholders")
    way.click(page.locator("details.paste summary"))
    page.locator("#paste-stakeholders").fill(PASTED)
    way.button("Show how it is understood")
    way.button("Add these 2 rows")
    expect(page.locator("[name='stakeholders-1-kind']")).to_have_value("utility")
    way.button("Save and continue")
    for _section in ("Results and indicators", "Lessons and transferability"):
        way.button("Save and continue")
    photos(way, scripts)
    way.button("Save and continue")
    expect(page.get_by_text("Everything that is needed is there.")).to_be_visible()


def typed(way, label):
    at_section(way.page, label)
    fill(way.page, TEXTS[label])
    way.button("Save and continue")


def photos(way, scripts):
    """Two photos at once, each described where it is listed."""
    page = way.page
    at_section(page, "Photos, files and sources")
    pictures = [
        {
            "name": f"{name}.jpg",
            "mimeType": "image/jpeg",
            "buffer": uploads.picture(size=(60 + n, 40)),
        }
        for n, name in enumerate(("lane", "lamp"))
    ]
    page.get_by_label("Photos from your device").set_input_files(pictures)
    if scripts:
        page.evaluate(KEEP_BARS)
    way.button("Add these photos")
    expect(page.locator(".files img")).to_have_count(2)
    for name in ("lane", "lamp"):
        page.get_by_label(f"What the picture shows: {name}.jpg").fill(f"A {name} at night")
        way.click(page.get_by_role("button", name=re.compile(f"Save.*{name}.jpg")))
        expect(page.get_by_role("img", name=f"A {name} at night")).to_be_visible()
    large = page.get_by_role("link", name="A lane at night Enlarge").get_attribute("href")
    assert page.request.get(large).headers["content-type"] == "image/webp"
    if scripts:
        # While they were sent one saw how far each was.
        bars = page.evaluate("sessionStorage.bars")
        assert ("lane.jpg" in bars, "lamp.jpg" in bars) == (True, True)
