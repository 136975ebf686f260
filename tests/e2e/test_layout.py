"""What only a browser shows: paper, large text, skipping, and amounts in one piece."""

import pytest
from playwright.sync_api import expect

CUT_OFF = """names => [...document.querySelectorAll(names)].some(cell =>
  cell.getBoundingClientRect().right > document.documentElement.clientWidth + 1)"""

# Words of the cells, of which a part stands in another line.
BROKEN = """names => [...document.querySelectorAll(names)].flatMap(cell => {
  const range = document.createRange(), found = [], texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[\\p{L}\\d.]+/gu)) {
    range.setStart(texts.currentNode, word.index);
    range.setEnd(texts.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(each => Math.round(each.top))).size > 1) found.push(word[0]);
  }
  return found;
})"""


@pytest.mark.parametrize(
    "address", ["/policies/compare/?case=1&case=2&case=3&case=4", "/policies/?view=table"]
)
def test_wide_tables_print_whole(open_page, address):
    # The width of an A4 sheet across, without its margins.
    page = open_page(address, width=1047)
    page.emulate_media(media="print")
    assert page.evaluate(CUT_OFF, "main table :is(th, td):not(.no-print)") is False
    assert page.evaluate(BROKEN, "main table :is(th, td:nth-child(n + 3)):not(.no-print)") == []


def test_coverage_at_twice_the_text_does_not_grow_sideways(open_page):
    page = open_page("/sdgs/coverage/")
    page.evaluate("document.documentElement.style.setProperty('font-size', '32px')")
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


@pytest.mark.parametrize("address", ["/policies/", "/members/"])
def test_results_are_two_tabs_away(open_page, address):
    page = open_page(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to results")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#results")).to_be_focused()


def test_amount_of_13_digits_stays_in_one_piece(open_page):
    page = open_page("/policies/1/")
    amount = page.locator(".keys dd").first
    amount.evaluate("amount => { amount.textContent = 'VND 1,284,500,000,000'; }")
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 900})
        lines = amount.evaluate(
            """amount => { const range = document.createRange();
            range.setStart(amount.firstChild, 4);
            range.setEnd(amount.firstChild, amount.textContent.length);
            return range.getClientRects().length; }"""
        )
        assert lines == 1, width


def test_tables_of_a_case_fold_on_a_telephone(open_page):
    page = open_page("/policies/40/", width=390)
    # Funding, staff and indicators: each with what it rests on, in sight.
    tables = page.locator("main .scroll > .tab")
    assert tables.count() == 3
    beside = "all => all.filter(box => box.scrollWidth > box.clientWidth).length"
    assert page.locator("main .scroll:has(> .tab)").evaluate_all(beside) == 0
    labels = (
        page.locator(".measured tbody tr")
        .first.locator("td")
        .evaluate_all(
            """all => all.map(cell => getComputedStyle(cell, "::before").content.replaceAll('"', ""))"""
        )
    )
    assert labels == ["Before", "Planned", "Result", "Change", "Evidence"]


def test_what_a_city_measures_folds_on_a_telephone_and_prints_whole(open_page):
    page = open_page("/members/seoul/progress/", width=390)
    table = page.locator("main table").first
    expect(table).to_be_hidden()
    page.locator("main summary").first.click()
    expect(table).to_be_visible()
    page.locator("main summary").first.click()
    page.emulate_media(media="print")
    expect(table).to_be_visible()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(table).to_be_visible()
    expect(page.locator("main summary").first).to_be_hidden()
