"""Every public template once: axe finds nothing, nothing scrolls sideways, nothing breaks."""

import re

import pytest

# A page of each template, in the state that shows most of it.
PAGES = {
    "home": "/",
    "search": "/policies/?q=plan&goal=11",
    "table": "/policies/?view=table&theme=transport",
    "map": "/policies/?view=map",
    "nothing found": "/policies/?q=zzzzqqqqxxxx",
    "wrong filter": "/policies/?goal=99",
    "case": "first:/policies/?q=Phnom+Penh+water",
    "history": "history:/policies/?q=AHURP",
    "compare": "/policies/compare/?case=1&case=2&case=3",
    "goals": "/sdgs/",
    "goal": "/sdgs/11/",
    "target": "/sdgs/11.6/",
    "coverage": "/sdgs/coverage/",
    "members": "/members/",
    "member": "/members/seoul/",
    "about": "/about/",
    "how we review": "/review/",
    "how to publish": "/publish/",
    "blank form": "/publish/blank/",
    "accessibility": "/accessibility/",
    "codebook": "/codebook/",
    "seminars": "/seminars/",
    "local reviews": "/sdgs/reviews/",
    "collections": "/collections/",
    "what a city measures": "/members/seoul/progress/",
    "data": "/data/",
    "for programs": "/api/",
    "brief of an estimate": "/policies/estimate/brief/?target=11.2",
    "coverage in a frame": "/embed/coverage/",
    "not found": "/policies/999999/nothing/",
}
REFUSED = {"wrong filter": 400, "not found": 404}
# What rules differ by width or by colours are the same style sheet's on all pages.
NARROW = ("search", "case", "compare")
DARK = ("search", "case", "coverage")
WIDE, TELEPHONE = ({"width": width, "height": 900} for width in (1280, 390))


@pytest.fixture
def visit(browsing):
    """``visit("home")`` opens a page by its name in ``PAGES``; cases are found by the search."""
    page, watched = browsing

    def visit(name):
        how, _, path = PAGES[name].rpartition(":")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(WIDE)
        page.goto(path)
        if how:
            page.goto(page.locator(".case-title a").first.get_attribute("href"))
        if how == "history":
            page.goto(page.url + "history/")
        if name in REFUSED:
            # Chromium reports the status of the page itself on its console.
            expected = re.compile(f"status of {REFUSED[name]} ")
            watched.troubles[:] = [line for line in watched.troubles if not expected.search(line)]
        return page

    yield visit
    watched.check()


def scrolls_sideways(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def unfold(page):
    """Open whatever is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")


@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound_and_accessible(visit, axe, name):
    page = visit(name)
    assert page.locator("h1").count() == 1
    assert page.title().endswith("Urban SDG Knowledge Platform")
    assert page.locator("html").get_attribute("lang") == "en"
    for width in (320, 390, 640, 900, 1600, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert scrolls_sideways(page) == 0, width
    if name in NARROW:
        # As it is opened there: folded.
        page.set_viewport_size(TELEPHONE)
        assert axe(page, but_colours=True) == []
        page.set_viewport_size(WIDE)
    unfold(page)
    assert axe(page) == []
    if name in DARK:
        page.emulate_media(color_scheme="dark")
        assert axe(page, colours=True) == []
