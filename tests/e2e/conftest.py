"""A real Chromium against the real thing: gunicorn, production settings, the sample library."""

import contextlib
import fcntl
import functools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from email import message_from_string, policy
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
# The same engine without the windows of a desktop takes half the processor time.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# A machine that runs other tests as well is slow now and then.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def chromium():
    """Path of an installed Chromium; without one these tests are skipped and say so."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        pytest.skip("no Chromium on this machine: the browser tests did not run")
    return path


@pytest.fixture(scope="session")
def mail_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mail")


@pytest.fixture
def mails(mail_folder):
    """``mails("a@b.example")`` gives the texts of the mails sent to an address, oldest first."""

    def read(address):
        files = sorted(mail_folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns)
        sent = [part for file in files for part in file.read_text().split(f"{'-' * 79}\n")]
        found = [message_from_string(part, policy=policy.default) for part in sent if part.strip()]
        return [mail.get_content() for mail in found if mail["To"] == address]

    return read


@pytest.fixture(scope="session")
def environment(tmp_path_factory, mail_folder):
    """What the commands and the server of the tested portal are told."""
    given = os.environ | {
        "VAR_DIR": str(tmp_path_factory.mktemp("var")),
        "SECRET_KEY": "only-for-tests",
        "DEBUG": "0",
        "HTTPS": "0",
        "SITE_URL": f"http://127.0.0.1:{free_port()}",
        "EMAIL_URL": f"file:///{mail_folder}",
        "LOG_LEVEL": "WARNING",
        "CACHE_URL": "locmem://",
        # Who looks on sees at once what others do.
        "PAGE_CACHE_SECONDS": "0",
        "DJANGO_SETTINGS_MODULE": "citynet.settings",
    }
    given.pop("DATABASE_URL", None)
    return given


@contextlib.contextmanager
def one_at_a_time(path):
    """Wait until no other process is inside of this for the same path."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def files(tmp_path_factory, environment):
    """Fill the folder of the portal, or copy what the first process of the test run has made."""
    runs = tmp_path_factory.getbasetemp()
    # The processes of a run that is shared out have folders below the one of the run.
    run = runs.parent if "PYTEST_XDIST_WORKER" in os.environ else runs
    made, var = run / "portal", Path(environment["VAR_DIR"])
    with one_at_a_time(run / "portal.lock"):
        if not made.exists():
            # In one process: to start Django takes as long as most of them.
            code = "from tests.e2e import desk; desk.set_up()"
            subprocess.run(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            shutil.copytree(var, made)
        else:
            shutil.copytree(made, var, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def site(chromium, tmp_path_factory, environment, files):
    """Address of the portal, served by gunicorn with the sample library in it."""
    address = environment["SITE_URL"]
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [
                *(
                    sys.executable,
                    "-m",
                    "gunicorn",
                    "citynet.wsgi",
                    "--bind",
                    address.rpartition("/")[2],
                ),
                *("--threads", "4", "--no-control-socket"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        wait_for(address + "/healthz", server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def desk(site, environment):
    """``desk("publish", case=5)`` runs a function of ``tests.e2e.desk`` on the data of the portal."""
    code = "from tests.e2e import desk; desk.serve()"
    with subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:

        def ask(name, /, **arguments):
            worker.stdin.write(json.dumps([name, arguments]) + "\n")
            worker.stdin.flush()
            answer = json.loads(worker.stdout.readline())
            assert "error" not in answer, answer["error"]
            return answer["answer"]

        yield ask
        # At the end of its input it ends by itself.
        worker.stdin.close()


def wait_for(address, server, log):
    for _ in range(150):
        if server.poll() is not None:
            pytest.fail(f"The server stopped:\n{log.read_text()}")
        with contextlib.suppress(OSError), urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
            if answer.status == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"The server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser(chromium):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


REFUSAL = re.compile(r" with a status of (\d+) .* ([^ ]+)$")


def said(line):
    return f"{line.text} {line.location.get('url', '')}"


class Watched:
    """What goes wrong on the pages of a test, and which refusals by the server it expects."""

    def __init__(self):
        self.troubles, self.expected = [], set()

    @contextlib.contextmanager
    def refused(self, page, status):
        """The server must answer with this status to what is done inside.

        Chromium writes a line on its console for that; those of this address are no trouble.
        """
        with page.expect_response(lambda answer: answer.status == status) as answer:
            yield
        self.expected.add((str(status), answer.value.url))

    def check(self):
        """Fail for what went wrong so far, but for the refusals that were expected."""
        refusals = [(line, REFUSAL.search(line)) for line in self.troubles]
        self.troubles.clear()
        assert [
            line
            for line, refusal in refusals
            if not refusal or refusal.groups() not in self.expected
        ] == []


@contextlib.contextmanager
def watched_pages(browser, site):
    """What the fixture ``open_page`` gives, and the :class:`Watched` to which its pages report."""
    contexts, watched = [], Watched()
    complain = watched.troubles.append

    def watch(page):
        page.on("console", lambda line: line.type == "error" and complain(said(line)))
        page.on("pageerror", lambda error: complain(str(error)))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((site, "data:")) or complain(f"left the site: {request.url}")
            ),
        )
        page.troubles = watched.troubles
        page.refused = functools.partial(watched.refused, page)

    def open_page(
        path="/", *, width=1280, height=900, dark=False, scripts=True, session="", beside=None
    ):
        if beside:
            page = beside.context.new_page()
            page.goto(path)
            return page
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            base_url=site,
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if session:
            sign_in(context, site, session)
        context.on("page", watch)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page, watched
    for context in contexts:
        context.close()
    watched.check()


def sign_in(context, site, session):
    """Make a browser that of the person with this session."""
    context.add_cookies([{"name": "sessionid", "value": session, "url": site}])


@pytest.fixture
def open_page(browser, site):
    """``open_page("/policies/", width=390)`` gives a page on which nothing may go wrong.

    Errors on the console, breaches of the content security policy and requests that leave the
    site fail the test at its end. Where the server has to refuse something:
    ``with page.refused(422): button.click()``. ``session`` is the cookie of a signed-in person;
    ``beside`` another page whose browser, cookies included, this one is a new tab of.
    """
    with watched_pages(browser, site) as (open_page, _watched):
        yield open_page


@pytest.fixture(scope="module")
def browsing(browser, site):
    """One page for a module, and what it reports: to open one takes longer than to look at one."""
    with watched_pages(browser, site) as (open_page, watched):
        yield open_page("about:blank"), watched


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast", "link-in-text-block"]
# Nine tenths of the time went into contrast. It follows from the style sheet, so it is looked at for
# so many elements of a kind: of one tag with the same classes and attributes, in elements of one kind.
OF_A_KIND = 3
CONTRAST_OF_A_KIND = """most => {
  const kinds = new Map(), counts = new Map();
  const walk = (element, within) => {
    const names = element.getAttributeNames().filter(name => name !== "data-alike").sort();
    const key = [within, element.localName, element.getAttribute("class"), names].join(" ");
    if (!kinds.has(key)) kinds.set(key, kinds.size);
    const kind = kinds.get(key);
    if (element.checkVisibility()) counts.set(kind, (counts.get(kind) || 0) + 1);
    element.toggleAttribute("data-alike", (counts.get(kind) || 0) > most);
    for (const child of element.children) walk(child, kind);
  };
  walk(document.documentElement, "");
  axe.configure({rules: [{id: "color-contrast", selector: "*:not([data-alike])"}]});
}"""


@pytest.fixture(scope="session")
def axe():
    """``axe(page)`` gives the rules that a page breaks, one line each.

    With ``colours`` only those of contrast: all that the dark scheme can change. With
    ``but_colours`` all others: all that another width can change.
    """
    source = Axe().axe_script

    def check(page, *, colours=False, but_colours=False):
        if not but_colours:
            # What a sticky bar covers can be scrolled from under it, but axe sees only the moment.
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(source)
        only = {"type": "rule", "values": CONTRAST} if colours else {"type": "tag", "values": RULES}
        options = {"runOnly": only, "resultTypes": ["violations"]}
        page.evaluate(CONTRAST_OF_A_KIND, OF_A_KIND)
        if but_colours:
            options["rules"] = {rule: {"enabled": False} for rule in CONTRAST}
        broken = page.evaluate(
            "options => axe.run(document, options).then(found => found.violations)", options
        )
        return [
            f"{rule['id']}: {node['target']} {node['html'][:160]}"
            for rule in broken
            for node in rule["nodes"]
        ]

    return check
