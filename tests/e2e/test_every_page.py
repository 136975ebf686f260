"""What must hold on every page: axe finds nothing, nothing scrolls sideways, nothing breaks."""

import re

import pytest

PAGES = {
    "home": "/",
    "list": "/policies/",
    "search": "/policies/?q=plan&goal=11",
    "table": "/policies/?view=table&theme=transport",
    "map": "/policies/?view=map",
    "nothing found": "/policies/?q=zzzzqqqqxxxx",
    "wrong filter": "/policies/?goal=99",
    "case": "first:/policies/?q=AHURP",
    "case with results": "first:/policies/?q=Phnom+Penh+water",
    "history": "history:/policies/?q=AHURP",
    "compare": "/policies/compare/?case=1&case=2&case=3",
    "compare nothing": "/policies/compare/",
    "goals": "/sdgs/",
    "goal": "/sdgs/11/",
    "target": "/sdgs/11.6/",
    "target without a case": "/sdgs/4.1/",
    "coverage": "/sdgs/coverage/",
    "members": "/members/",
    "member": "/members/seoul/",
    "about": "/about/",
    "how we review": "/review/",
    "accessibility": "/accessibility/",
    "codebook": "/codebook/",
    "account": "/accounts/",
    "sign in": "/accounts/login/",
    "sign up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "not found": "/policies/999999/nothing/",
}
REFUSED = {"wrong filter": 400, "not found": 404}


def visit(open_page, name, **kwargs):
    """Open a page by its name in ``PAGES``; cases are found through the search."""
    how, _, path = PAGES[name].rpartition(":")
    page = open_page(path, **kwargs)
    if how:
        page.goto(page.locator(".case-title a").first.get_attribute("href"))
    if how == "history":
        page.goto(page.url + "history/")
    if name in REFUSED:
        # Chromium reports the status of the page itself on its console.
        expected = re.compile(f"status of {REFUSED[name]} ")
        page.troubles[:] = [line for line in page.troubles if not expected.search(line)]
    return page


@pytest.fixture(scope="session")
def followed():
    """Status of every link already followed: pages share most of theirs."""
    return {}


def scrolls_sideways(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def unfold(page):
    """Open whatever is folded, and mark it with a class; gives how many parts were."""
    return page.evaluate("""() => {
        const folded = [...document.querySelectorAll('details:not([open])')]
        for (const part of folded) {
            part.open = true
            part.classList.add('unfolded')
        }
        return folded.length
    }""")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(open_page, axe, name, width):
    page = visit(open_page, name, width=width)
    assert axe(page) == []
    # Once more with everything unfolded, then in the dark.
    if unfold(page):
        # Contrast is most of the work, and what was not folded has the colours that it had.
        assert axe(page, colours=True, within=".unfolded") == []
        assert axe(page, but_colours=True) == []
    page.emulate_media(color_scheme="dark")
    assert axe(page, colours=True) == []


@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound(open_page, name, site, followed):
    page = visit(open_page, name)
    assert page.locator("h1").count() == 1
    assert page.title().endswith("Urban SDG Knowledge Platform")
    assert page.locator("html").get_attribute("lang") == "en"
    for width in (320, 390, 640, 900, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        assert scrolls_sideways(page) == 0, width
    assert broken_links(page, site, followed) == {}


def broken_links(page, site, followed):
    """The links into the site that do not answer 200, with what they answer."""
    addresses = page.eval_on_selector_all(
        "a[href]",
        "links => [...new Set(links.map(link => new URL(link.getAttribute('href'), document.baseURI).href.split('#')[0]))]",
    )
    itself = page.url.split("#")[0]
    inside = [link for link in addresses if link.startswith(site) and link != itself]
    assert inside
    for address in inside:
        if address not in followed:
            followed[address] = page.request.get(address, max_redirects=2).status
    return {address: followed[address] for address in inside if followed[address] != 200}
