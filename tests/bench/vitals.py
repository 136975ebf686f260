"""How pages feel on a telephone: what Chromium reports of them, with a processor four times slower.

    python -m tests.bench.vitals http://localhost:8000 [number of loads]

Run it by hand against ``make serve``, on a machine that does nothing else. Each page is loaded anew
without a cache; the middle of the loads is printed.
"""

import shutil
import statistics
import sys

from playwright.sync_api import sync_playwright

PAGES = {
    "home": "/",
    "search": "/policies/?q=waste",
    "case": "/policies/1/",
    "target": "/sdgs/11.6/",
    "estimate": "/policies/estimate/?target=11.6",
}
SLOWER, WIDTH, HEIGHT = 4, 390, 844
# Milliseconds after the load in which scripts may still have something to do.
SETTLE = 1000
WATCH = """
window.seen = {lcp: 0, shift: 0, tasks: []};
const watch = (type, take) => new PerformanceObserver(list => list.getEntries().forEach(take))
  .observe({type, buffered: true});
watch("largest-contentful-paint", entry => { seen.lcp = entry.startTime; });
watch("layout-shift", entry => { if (!entry.hadRecentInput) seen.shift += entry.value; });
watch("longtask", entry => { seen.tasks.push(entry.duration); });
"""
READ = """() => ({...seen, bytes: [...performance.getEntriesByType("resource"),
  ...performance.getEntriesByType("navigation")].reduce((sum, each) => sum + each.transferSize, 0),
  requests: performance.getEntriesByType("resource").length + 1,
  fcp: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  nodes: document.querySelectorAll("*").length})"""


def load(browser, address):
    """Return what one load of a page took."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, is_mobile=True)
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    page.goto(address, wait_until="load")
    page.wait_for_timeout(SETTLE)
    found = page.evaluate(READ)
    context.close()
    tasks = found.pop("tasks")
    # What lasts longer than 50 ms keeps a tap waiting: the sum of what is above it.
    return found | {"tasks": len(tasks), "blocking": sum(each - 50 for each in tasks)}


def main(site, loads=5):
    names = ("fcp", "lcp", "shift", "tasks", "blocking", "bytes", "requests", "nodes")
    sys.stdout.write(f"{'':10}" + "".join(f"{name:>10}" for name in names) + "\n")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for page, path in PAGES.items():
            load(browser, site + path)
            rows = [load(browser, site + path) for _turn in range(loads)]
            middle = {name: statistics.median(row[name] for row in rows) for name in names}
            cells = (
                f"{middle[name]:10.3f}" if name == "shift" else f"{middle[name]:10.0f}"
                for name in names
            )
            sys.stdout.write(f"{page:10}{''.join(cells)}\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
