"""A policymaker's whole way: search, narrow, read, compare, cite, take along."""

import io
import re

import pikepdf
import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize(
    ("scripts", "width"), [(True, 1280), (False, 390)], ids=["scripts", "no scripts, narrow"]
)
def test_from_a_question_to_a_comparison(open_page, scripts, width):
    page = open_page("/", scripts=scripts, width=width)
    page.locator("main input[name=q]").fill("waste")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.wait_for_url("**/policies/?q=waste")
    assert page.get_by_role("status").filter(has_text="match “waste”").count() == 1

    # Narrow by a facet, then see it among the filters in use, where it can be removed.
    page.locator("details.side-panel > summary").evaluate(
        "summary => { summary.parentElement.open = true }"
    )
    goal = page.locator("input[type=checkbox][name=goal][value='12']")
    goal.check()
    # Its targets are asked for by a button, by keyboard too; what is ticked stays ticked.
    page.locator("button[name=open][value=goal-12]").press("Enter")
    page.locator("#goal-12 input[name=target][value='12.5']").wait_for()
    assert goal.is_checked()
    assert page.locator("button[name=open][value=goal-11]").count() == 1
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url(re.compile(r"q=waste.*goal=12"))
    narrowed = page.locator(".case").count()
    assert 2 <= narrowed <= 20
    active_filter = page.locator("a.active-filter", has_text="Goal 12")
    assert active_filter.count() == 1

    # Two of them side by side.
    titles = page.locator(".case-title").all_inner_texts()[:2]
    for box in page.locator("input[name=case]").all()[:2]:
        box.check()
    page.get_by_role("button", name="Compare ticked policies").first.click()
    expect(page.locator("h1")).to_have_text("2 policies side by side")
    text = page.locator("table.vs").inner_text()
    for title in titles:
        assert title in text
    assert "Not reported" in text

    # One of them in full, with how to cite it.
    page.get_by_role("link", name=titles[0]).first.click()
    expect(page.locator("h1")).to_have_text(titles[0])
    for section in ("Challenge", "Budget", "Manpower", "Stakeholders", "Results"):
        assert page.get_by_role("heading", name=section, exact=True, level=2).count() == 1
    reference = page.request.get(
        page.get_by_role("link", name="BibTeX").get_attribute("href")
    ).text()
    assert titles[0] in reference
    page.go_back()
    page.go_back()
    active_filter.click()
    page.wait_for_url(lambda address: "goal=12" not in address)
    assert page.locator(".case").count() >= narrowed


def test_suggestions_by_keyboard(open_page):
    page = open_page("/")
    box = page.locator("main input[name=q]")
    box.press_sequentially("11.6", delay=20)
    option = page.get_by_role("option").first
    option.wait_for()
    assert "11.6" in option.inner_text()
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    box.press("Enter")
    page.wait_for_url("**/sdgs/11.6/")
    assert page.locator("h1").inner_text().startswith("Target 11.6")


def test_escape_closes_the_suggestions_and_keeps_the_words(open_page):
    page = open_page("/")
    box = page.locator("main input[name=q]")
    box.press_sequentially("seoul", delay=20)
    page.get_by_role("option").first.wait_for()
    box.press("Escape")
    assert page.get_by_role("option").count() == 0
    assert box.input_value() == "seoul"


def test_keyboard_reaches_the_content_past_the_navigation(open_page):
    page = open_page("/policies/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_page_prints_without_its_controls(open_page):
    page = open_page("/policies/?q=bus")
    page.emulate_media(media="print")
    for selector in (".side-panel", ".skip", "nav.nav"):
        assert not page.locator(selector).first.is_visible(), selector
    assert page.locator(".case-title").first.is_visible()


SHEETS = """() => [...document.querySelectorAll(".sheet")].map(
    (sheet) => sheet.scrollHeight <= sheet.clientHeight && sheet.scrollWidth <= sheet.clientWidth)"""


def test_brief_is_two_pages_that_nothing_is_cut_off_from(open_page):
    """Of the case that says most, and of an estimate with many policies."""
    first = open_page("/policies/?q=Phnom+Penh+water").locator(".case-title a").first
    case = first.get_attribute("href")
    for address in (f"{case}brief/", "/policies/estimate/brief/?goal=11&for=seoul"):
        page = open_page(address)
        with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as file:
            assert len(file.pages) == 2
            width, height = file.pages[0].mediabox[2:]
            assert (round(width), round(height)) == (595, 842)
        page.emulate_media(media="print")
        assert page.evaluate(SHEETS) == [True, True]


def test_page_weighs_little(open_page, site):
    """The first visit of a search page: page, style and script, as they travel."""
    sizes = []

    page = open_page("/about/")
    page.on("requestfinished", lambda request: sizes.append((request.url, request.sizes())))
    page.goto("/policies/?q=plan")
    page.wait_for_load_state("networkidle")
    kinds = [
        size["responseBodySize"]
        for url, size in sizes
        if not url.endswith((".svg", ".png", ".webp"))
    ]
    assert 0 < sum(kinds) <= 60_000


def test_a_policy_is_shared_the_way_the_device_does(open_page):
    page = open_page("/policies/1/")
    page.add_init_script("navigator.share = async given => { window.shared = given; }")
    page.reload()
    page.get_by_role("button", name="Share").click()
    assert page.evaluate("window.shared.url").endswith(
        page.url.partition("//")[2].partition("/")[2]
    )
    assert page.evaluate("window.shared.title") == page.title()
