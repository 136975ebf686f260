"""From “Not reported” to an answer: an official without a team, an asked colleague, and a reader."""

import re

from playwright.sync_api import expect

ASKER, COLLEAGUE = "thu@danang.example", "asha@kathmandu.example"
CASE = "/policies/?q=Sajha+Yatayat"
WHY = "We plan a first line in 2028 and need posts for it."
NEPALI = "छ जना कर्मचारी नौ महिनासम्म खटिए: दुई जना इन्जिनियर र चार जना प्राविधिक।"
ENGLISH = "Six people worked on it for nine months: two engineers and four technicians."


def test_a_gap_is_asked_for_answered_and_judged(open_page, desk, axe, mails):
    desk("person", email=ASKER, name="Thu Pham")
    desk("person", email=COLLEAGUE, name="Asha Gurung", member="kathmandu", role="coordinator")
    desk("advised", email=COLLEAGUE)

    # A visitor reads that the staff is not reported, and is asked to sign in.
    page = open_page(CASE)
    page.locator(".case-title a").first.click()
    case = page.url
    ask = page.locator("#staff ~ * a.ask, section[aria-labelledby=staff] a.ask").first
    address = ask.get_attribute("href")
    assert re.search(r"/exchange/ask/\?case=\d+&gap=staff$", address)
    ask.click()
    expect(page).to_have_url(re.compile("/accounts/login/"))

    # Without a team the question is written and kept.
    page = open_page(address, session=desk("session", email=ASKER))
    expect(page.get_by_role("heading", name="Asking needs a team")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Why you ask").fill(WHY)
    page.get_by_role("button", name="Keep it and find my team").click()
    told(page, "Your question is kept.")

    # In a team it is all there, and is sent by keyboard.
    desk("join", email=ASKER, member="da-nang")
    page.goto("/exchange/ask/")
    expect(page.get_by_label("Why you ask")).to_have_value(WHY)
    title = page.get_by_label("Your question").input_value()
    assert title.startswith("How many people worked on “")
    assert axe(page) == []
    page.get_by_role("button", name="Send the question").press("Enter")
    told(page, "Your question is on its way.")
    question = page.url
    desk("approve", title=title)
    desk("mail")
    (letter,) = mails(COLLEAGUE)
    assert "Thu Pham of Da Nang asks Kathmandu Metropolitan City:" in letter
    assert f"\n> \n> {WHY}\n" in letter
    assert ASKER not in letter

    # A colleague takes it and answers in the own language.
    answering = open_page(question, session=desk("session", email=COLLEAGUE))
    answering.get_by_role("button", name="Take it and answer").click()
    answering.get_by_label("What you know").fill(NEPALI)
    answering.get_by_label("Language of the text").select_option("ne")
    answering.get_by_label("People, in full-time equivalents").fill("6")
    answering.get_by_label("English text").fill(ENGLISH)
    assert axe(answering) == []
    answering.get_by_role("button", name="Send the answer").click()
    told(answering, "The asker gets your whole answer")

    # The asker reads it and says how far it goes.
    page.goto(question)
    expect(page.locator("[lang=ne]").get_by_text(NEPALI)).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Partly").check()
    page.get_by_role("button", name="Save").click()
    told(page, "Thank you.")

    _everybody_reads(open_page(case, width=390))

    _figure_goes_into_the_case(answering, axe)


def told(page, words):
    """What just happened is said on the page."""
    expect(page.locator(".messages")).to_contain_text(words)


def _everybody_reads(reader):
    """The answer stands on the page of the case, which goes on saying “Not reported”."""
    know_how = reader.locator("section[aria-labelledby=know-how]")
    expect(know_how.locator("[lang=ne]").get_by_text(NEPALI)).to_be_visible()
    expect(know_how.get_by_text(ENGLISH)).to_be_visible()
    expect(know_how.get_by_text("These figures are not in the case yet.")).to_be_visible()
    expect(reader.locator("section[aria-labelledby=staff]")).to_contain_text("Not reported")


def _figure_goes_into_the_case(page, axe):
    """The case's own team puts the figure of the answer into its draft."""
    page.get_by_role("link", name="Address of this answer").first.click()
    page.get_by_role("button", name="Put this into the case: the people").click()
    told(page, "The answer says:")
    expect(page).to_have_url(re.compile(r"/edit/manpower/#"))
    page.locator("#id_staff_fte").fill("6")
    assert axe(page) == []
    section = page.url
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_load_state()
    page.goto(section)
    expect(page.locator("#id_staff_fte")).to_have_value(re.compile(r"^6(\.0)?$"))


ADOPTER, HOST = "linh@danang.example", "bina@kathmandu.example"
KEPT = "One council of the operator, the city and the riders sets lines and fares."


def test_a_policy_is_adopted_and_its_city_is_met(open_page, desk, axe, mails):
    desk("person", email=ADOPTER, name="Linh Tran", member="da-nang", role="coordinator")
    desk("person", email=HOST, name="Bina Shrestha", member="kathmandu", role="coordinator")
    for email in (ADOPTER, HOST):
        desk("advised", email=email)
    page = open_page(CASE, session=desk("session", email=ADOPTER))
    page.locator(".case-title a").first.click()
    case = page.url

    # Two questions are enough; then what was kept and changed.
    page.get_by_role("link", name="We want to do this too").first.click()
    page.get_by_label("Preparing").check()
    page.get_by_label("What interests you most?").fill("How riders are heard.")
    assert axe(page) == []
    page.get_by_role("button", name="Show it").click()
    told(page, "The original city is told.")
    adoption = page.url
    page.get_by_role("link", name="Say what you kept and changed").click()
    page.get_by_label("What was kept").fill(KEPT)
    assert axe(page) == []
    page.get_by_role("button", name="Save").click()

    # Two reports; the newer one says the stage.
    _report(page, adoption, "2026-05", "Preparing", "The council met twice.")
    _report(page, adoption, "2026-11", "Under way", "The first line runs.")
    reader = open_page(case, width=390)
    adopted = reader.locator("section[aria-labelledby=adopted-by]")
    expect(adopted).to_contain_text("Da Nang")
    expect(adopted).to_contain_text("Under way")

    # An offer, a need that it fits, and an introduction to which both agree.
    offering = open_page("/exchange/cooperation/new/", session=desk("session", email=HOST))
    offer = _published(offering, "An offer", "See our bus company at work")
    page.goto("/exchange/cooperation/new/")
    need = _published(page, "A need", "How to begin a bus company of the city")
    page.goto(need)
    expect(page.locator("main")).to_contain_text("See our bus company at work")
    expect(page.locator("main")).to_contain_text("Study visit")
    assert axe(page) == []
    page.goto(offer)
    page.get_by_role("link", name="Ask to be introduced").first.click()
    page.get_by_label("What you write").fill("Two of us would come for two days in March.")
    page.get_by_label("If the member accepts").check()
    assert axe(page) == []
    page.get_by_role("button", name="Ask for the introduction").click()
    introduction = page.url
    expect(page.locator("main")).not_to_contain_text("@")
    offering.goto(introduction)
    offering.get_by_role("button", name="Accept").click()
    expect(offering.locator("main")).to_contain_text(ADOPTER)
    assert axe(offering) == []
    desk("mail")
    assert sum(HOST in letter for letter in mails(ADOPTER)) == 1
    assert sum(ADOPTER in letter for letter in mails(HOST)) == 1


def _report(page, adoption, month, stage, text):
    page.goto(adoption)
    page.get_by_role("link", name="Write a report").click()
    page.get_by_label("Date").fill(month)
    page.get_by_label("Stage").select_option(label=stage)
    page.get_by_label("How it went").fill(text)
    page.get_by_role("button", name="Add the report").click()
    expect(page.locator("main")).to_contain_text(text)


def _published(page, kind, title):
    """Write a need or offer on 11.2, publish it, and return its public address."""
    page.get_by_label(kind).check()
    page.get_by_label("Title").fill(title)
    page.get_by_label("In your words").fill("Two days with the drivers and in the control room.")
    box = page.locator("input[name=targets][value='11.2']")
    box.locator("xpath=ancestor::details/summary").click()
    box.check()
    page.get_by_label("Study visit").check()
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Publish it").click()
    page.get_by_role("link", name="As everybody reads it").click()
    return page.url
