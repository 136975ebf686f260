"""A city official's whole way, from no account to a public case and its next edition."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests import uploads

from .test_accounts import sign_up
from .writing import add_row, at_section, case_number, fill, held, press, rows

SUMMARY = "Along nine lanes the city lit the ways that people walk home at night."
CHALLENGE = "In 2019 women told the council which lanes they avoid at night, and why."
SOLUTION = "Lanterns of low power on nine lanes, chosen with residents.\n\n- Two lanes as a trial\n- Safe public spaces and transport stops lit first"
EDITED = "Twelve lanes are lit by now."
NOTE = "Say in which year the walkers were counted."
MISSING = [
    *("Write a summary.", "Describe the challenge.", "Describe what was done."),
    *("Choose at least one target.", "Choose at least one theme."),
    *("State how far the policy has come.", "State when it started."),
    "State the budget, or say why it is not available.",
    "State the staff, or say why it is not available.",
    "Name the stakeholders, or say why they are not available.",
]
SOURCE = (
    "Add a source",
    "sources-0",
    {"title": "Council minutes", "url": "https://lanes.example/minutes?year=2019"},
)
# Each section that is a list of plain fields: what is typed, and the rows below it.
SECTIONS = [
    (
        "Time frame and phases",
        {"stage": "under-way", "start": "2019-05", "end": ""},
        [
            ("Add a phase", "phases-0", {"name": "Nine lanes", "start": "2020"}),
            ("Add a phase", "phases-1", {"name": "Trial on two lanes", "start": "2019-05"}),
            ("Add a phase", "phases-2", {"name": "A mistake"}),
        ],
    ),
    (
        "Budget and funding",
        {"budget_amount": "1 250 000", "budget_currency": "php", "budget_year": "2019"},
        [
            ("Add a budget line", "budget_lines-0", {"category": "capital", "amount": "900,000"}),
            ("Add a funding source", "funding_sources-0", {"name": "City of Lanes"}),
        ],
    ),
    (
        "Manpower",
        {"staff_fte": "3.5", "staff_note": "Estimated from time sheets"},
        [("Add a role", "staff_roles-0", {"role": "Electrician", "people": "2"})],
    ),
    (
        "Stakeholders",
        {},
        [
            (
                "Add a stakeholder",
                "stakeholders-0",
                {"name": "Walkers’ union", "kind": "community", "role": "Chose the lanes"},
            )
        ],
    ),
    (
        "Results and indicators",
        {"results": "More people walk after dark; two lanes stayed as dark as before."},
        [
            (
                "Add an indicator",
                "indicators-0",
                {"name": "Walkers after dark", "baseline": "120", "result": "340"},
            )
        ],
    ),
    ("Lessons and transferability", {"lessons": "Ask before you dig."}, []),
]


@dataclass
class Official:
    """Who writes, and what; ``city`` is the slug and the name of the member."""

    page: Page
    scripts: bool
    domain: str
    city: tuple[str, str]
    title: str
    case: int = 0

    @property
    def email(self):
        return f"ani@{self.domain}"


@pytest.mark.parametrize(
    "scripts",
    [
        pytest.param(True, id="scripts"),
        # Clients of tests, which have none, go the whole way too, and readers and forms without them.
        pytest.param(False, id="no scripts", marks=pytest.mark.long),
    ],
)
def test_official_publishes_a_case_and_edits_it(open_page, desk, mails, scripts):
    official = Official(
        open_page("/", scripts=scripts, width=1280 if scripts else 390),
        scripts,
        f"lanes-{scripts}.example".lower(),
        ("baguio", "Baguio City") if scripts else ("iloilo", "Iloilo City"),
        f"Lanterns {'with' if scripts else 'without'} wires",
    )
    sign_up(official.page, mails, official.email)
    join(official, desk, open_page)
    reader = open_page("/")
    begin(official)
    assert official.title not in search(reader, official.title)
    submit_too_early(official)
    write_texts(official)
    write_rows(official)
    add_files(official)
    read_and_submit(official)
    desk("request_changes", case=official.case, note=NOTE)
    desk("mail")
    assert NOTE in mails(official.email)[-1]
    make_the_changes(official)
    desk("publish", case=official.case)
    assert search(reader, official.title)[0] == official.title
    read(reader, official)
    edit(official)
    # Whoever reads sees the old text until the new one is published.
    reader.reload()
    expect(reader.get_by_text(SUMMARY).first).to_be_visible()
    assert reader.get_by_text(EDITED).count() == 0
    if scripts:
        submit(official)
        desk("publish", case=official.case)
    else:
        discard(official)
    reader.reload()
    expect(reader.get_by_text(EDITED if scripts else SUMMARY).first).to_be_visible()


def search(page, words):
    page.goto(f"/policies/?q={words}")
    return page.locator(".case-title").all_inner_texts()


def join(official, desk, open_page):
    """Ask to join a team, suggested by the mail's domain and found by name, and be let in."""
    page, name = official.page, official.city[1]
    leader = f"leader@{official.domain}"
    desk("person", email=leader, name="Lea Der", member=official.city[0], role="coordinator")
    desk("mail_domain", member=official.city[0], domain=official.domain)
    page.goto("/my/")
    expect(page.get_by_text("you need to be in the team of a city")).to_be_visible()
    expect(page.get_by_role("link", name=f"Ask to join {name}")).to_be_visible()
    page.get_by_role("link", name="Find another city or organisation").click()
    page.get_by_label("Name of the city or organisation").fill(name[:5].lower())
    press(page, "Find")
    page.locator(".tasks").get_by_role("link", name=f"Ask to join {name}").click()
    page.get_by_label("Message to the team").fill("Lighting department, second floor.")
    press(page, "Ask to join")
    expect(page.get_by_text("Waits for a decision")).to_be_visible()
    page.goto("/policies/new/")
    expect(
        page.get_by_text(f"Your request to join {name} waits. You may write at once")
    ).to_be_visible()

    theirs = open_page("/my/", session=desk("session", email=leader))
    waiting = theirs.get_by_role("region", name="Waiting for your decision")
    waiting.get_by_role("link", name=f"Ani Rahma asks to join {name}").click()
    expect(theirs.get_by_text("Lighting department, second floor.")).to_be_visible()
    press(theirs, "Approve")
    expect(theirs.get_by_text("Ani Rahma is told.")).to_be_visible()


def begin(official):
    page = official.page
    page.goto("/my/")
    page.get_by_role("link", name="Start a case study").click()
    fill(page, {"title": official.title, "language": "en"})
    press(page, "Begin the draft")
    expect(page.get_by_text("Nobody outside the team of")).to_be_visible()
    official.case = case_number(page)


def submit_too_early(official):
    """It is refused, with links that lead to the fields."""
    page = official.page
    page.get_by_role("link", name="Review and submit").first.click()
    with page.refused(422):
        press(page, "Submit to the moderators")
    alert = page.get_by_role("alert")
    expect(alert.get_by_role("link")).to_have_text(MISSING)
    alert.get_by_role("link", name="Write a summary.").click()
    at_section(page, "Basics")
    assert page.url.endswith("#id_summary")


def write_texts(official):
    page = official.page
    fill(page, {"summary": SUMMARY})
    press(page, "Save and continue")
    at_section(page, "Challenge and solution")
    fill(page, {"challenge": CHALLENGE, "solution": SOLUTION})
    press(page, "Save and continue")
    at_section(page, "Targets and themes")
    choose_targets(official)
    press(page, "Save and continue")


def choose_targets(official):
    """Look for targets by code and by word, take a suggestion, and say which one matters most."""
    page = official.page
    page.get_by_label("Transport", exact=True).check()
    # Suggested from what was written, with the words that led there; nothing is chosen by itself.
    offers = page.locator("[aria-labelledby=suggested] .suggest")
    expect(offers.locator("mark").first).to_be_visible()
    expect(page.get_by_text("No target is chosen yet.")).to_be_visible()
    page.get_by_label("Word or code").fill("11.2")
    page.get_by_label("Word or code").press("Enter")
    expect(page.locator("#picker [data-message]")).to_have_text("Targets found: 1")
    expect(page.locator("#picker [data-found]")).to_contain_text("safe, affordable, accessible")
    page.locator("#picker").get_by_role("button", name="Add 11.2").click()
    expect(page.locator("#contributions-0 [data-code]")).to_have_text("11.2")
    fill(page, {"contributions-0-how": "People reach the stops at night."})
    code = offers.locator("[data-add-target]:not(:disabled)").first.get_attribute("data-add-target")
    offers.get_by_role("button", name=f"Add {code}").click()
    expect(page.locator("#contributions-1 [data-code]")).to_have_text(code)
    if official.scripts:
        expect(page.locator("#picker [data-add-target='11.2']")).to_be_disabled()
    page.locator("#contributions-0").get_by_label("Primary target").check()
    # The typed reason survived the second target.
    assert held(page, {"contributions-0-how": ""}) == {
        "contributions-0-how": "People reach the stops at night."
    }


def write_rows(official):
    page = official.page
    for label, values, lists in SECTIONS:
        at_section(page, label)
        fill(page, values)
        for row in lists:
            add_row(page, *row)
        if label.startswith("Time"):
            order_phases(page)
        press(page, "Save and continue")
    at_section(page, "Photos, files and sources")


def order_phases(page):
    """The third goes, the second comes first."""
    page.locator("#phases-2").get_by_role("button", name="Remove").click()
    expect(page.locator("#phases-2")).to_have_count(0)
    page.locator("#phases-1").get_by_role("button", name="Up").click()
    expect(page.locator("[name='phases-0-name']")).to_have_value("Trial on two lanes")
    assert rows(page, "phases") == ["Trial on two lanes", "Nine lanes"]


def add_files(official):
    page = official.page
    add_row(page, *SOURCE)
    press(page, "Save")
    expect(page.get_by_text("Saved: Photos, files and sources.")).to_be_visible()
    photo = {"name": "lane.jpg", "mimeType": "image/jpeg", "buffer": uploads.telephone_photo()}
    upload(page, "Add a photo", "Photo", photo, alt="A lane under lanterns", credit="The city")
    expect(page.get_by_role("img", name="A lane under lanterns")).to_be_visible()
    report = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": uploads.pdf()}
    upload(page, "Add a file", "File", report, caption="Plan of the lanes")
    expect(page.get_by_role("link", name="Plan of the lanes")).to_be_visible()


def upload(page, label, field, file, **texts):
    page.get_by_role("link", name=label).click()
    page.get_by_label(field, exact=True).set_input_files(file)
    fill(page, texts)
    press(page, label)


def read_and_submit(official):
    page = official.page
    page.goto(f"/policies/{official.case}/preview/")
    article = page.get_by_role("article")
    for text in (
        "Lanterns of low power",
        "PHP 1.25 million",
        "PHP 900,000",
        "Electrician",
        "Walkers’ union",
        "340",
    ):
        expect(article.get_by_text(text).first).to_be_visible()
    text = article.inner_text()
    assert text.index("Trial on two lanes") < text.index("Nine lanes")
    submit(official)
    expect(page.get_by_text("It is with the moderators now")).to_be_visible()


def submit(official):
    page = official.page
    page.goto(f"/policies/{official.case}/edit/review/")
    expect(page.get_by_text("Everything that is needed is there.")).to_be_visible()
    press(page, "Submit to the moderators")
    expect(page.get_by_text("With the moderators since")).to_be_visible()


def make_the_changes(official):
    """What the moderators ask for stands on the own page; one answers, changes and hands in."""
    page = official.page
    page.goto("/my/")
    expect(page.get_by_role("heading", name="The moderators ask for changes")).to_be_visible()
    expect(page.locator("#cases ~ ul").get_by_text(NOTE)).to_be_visible()
    page.get_by_role("link", name="Make the changes").click()
    page.get_by_label("Write to the moderators").fill("It was 2021.")
    press(page, "Send the note")
    expect(page.get_by_text("The moderators are told of your note.")).to_be_visible()
    page.get_by_role("link", name="8. Results and indicators").click()
    fill(page, {"indicators-0-result_year": "2021"})
    press(page, "Save and go to the overview")
    submit(official)


def read(reader, official):
    reader.get_by_role("link", name=official.title, exact=True).click()
    expect(reader.locator("h1")).to_have_text(official.title)
    expect(reader.get_by_text(SUMMARY).first).to_be_visible()
    photo = reader.get_by_role("img", name="A lane under lanterns")
    photo.scroll_into_view_if_needed()
    expect(photo).to_be_visible()
    plan = reader.get_by_role("link", name="Plan of the lanes").get_attribute("href")
    assert reader.request.get(plan).body() == uploads.pdf()
    expect(reader.locator("a[href='/sdgs/11.2/']").first).to_be_visible()


def edit(official):
    page = official.page
    page.goto(f"/policies/{official.case}/edit/")
    press(page, "Edit: open a draft beside the public text")
    page.get_by_role("link", name="1. Basics").click()
    fill(page, {"summary": EDITED})
    press(page, "Save and go to the overview")
    page.get_by_role("link", name="Preview").first.click()
    expect(page.get_by_text(EDITED).first).to_be_visible()


def discard(official):
    page = official.page
    page.goto(f"/policies/{official.case}/edit/")
    page.get_by_role("link", name="Discard this draft").click()
    press(page, "Discard the draft")
    expect(
        page.get_by_text("What you wrote is kept on this page, and you can go on from it.")
    ).to_be_visible()
