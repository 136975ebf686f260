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
    desk("let_through", title=title)
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
