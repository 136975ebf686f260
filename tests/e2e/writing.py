"""Filling in the forms of a case as a person does."""

import re

from playwright.sync_api import expect


def fill(page, values):
    """Type, choose or tick by the names of the fields; a list ticks boxes."""
    for name, value in values.items():
        field = page.locator(f"main [name='{name}']")
        if isinstance(value, list):
            for each in value:
                page.locator(f"[name='{name}'][value='{each}']").check()
        elif field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def held(page, values):
    """What the fields with these names hold."""
    return {
        name: [box.get_attribute("value") for box in page.locator(f"[name='{name}']:checked").all()]
        if isinstance(value, list)
        else page.locator(f"[name='{name}']").input_value()
        for name, value in values.items()
    }


def at_section(page, label):
    expect(page.get_by_role("heading", level=1)).to_have_text(label)


def press(page, button):
    page.get_by_role("button", name=button, exact=True).click()


def add_row(page, button, prefix, values):
    """One more row of a list, filled in; without a script that is a page of its own."""
    press(page, button)
    page.locator(f"#{prefix}").wait_for()
    fill(page, {f"{prefix}-{name}": value for name, value in values.items()})


def rows(page, name):
    """What the first field of each row of a list holds, in the order of the page."""
    cells = page.locator(f"#{name} [data-list] .entry")
    return [
        cells.nth(i).locator("input:not([type=hidden]), select, textarea").first.input_value()
        for i in range(cells.count())
    ]


def case_number(page):
    return int(re.search(r"/policies/(\d+)/", page.url)[1])


def shown_errors(page):
    """Where the links of the summary of errors lead."""
    links = page.locator(".errors a").all()
    return [link.get_attribute("href") for link in links]
