"""A real Chromium against the real thing: gunicorn, production settings, the sample library."""

import contextlib
import os
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
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


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
def site(chromium, tmp_path_factory, mail_folder):
    """Address of the portal, served by gunicorn with the sample library in it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "VAR_DIR": str(tmp_path_factory.mktemp("var")),
        "SECRET_KEY": "only-for-tests",
        "DEBUG": "0",
        "HTTPS": "0",
        "SITE_URL": address,
        "EMAIL_URL": f"file:///{mail_folder}",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "citynet.settings",
    }
    environment.pop("DATABASE_URL", None)
    for command in ("migrate", "load_reference", "load_samples", "collectstatic --no-input"):
        subprocess.run(
            [sys.executable, "manage.py", *command.split()],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "citynet.wsgi", "--bind", f"127.0.0.1:{port}"),
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


def said(line):
    return f"{line.text} {line.location.get('url', '')}"


@pytest.fixture
def open_page(browser, site):
    """``open_page("/policies/", width=390)`` gives a page on which nothing may go wrong.

    Errors on the console, breaches of the content security policy and requests that leave the
    site fail the test at its end.
    """
    contexts, troubles = [], []

    def complain(message):
        troubles.append(message)

    def open_page(path="/", *, width=1280, height=900, dark=False, scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            base_url=site,
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: line.type == "error" and complain(said(line)))
        page.on("pageerror", lambda error: complain(str(error)))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((site, "data:")) or complain(f"left the site: {request.url}")
            ),
        )
        page.troubles = troubles
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def axe():
    """``axe(page)`` gives the rules that a page breaks, one line each.

    With ``colours`` only those of contrast: all that the dark scheme can change.
    """
    runner = Axe()

    def check(page, *, colours=False):
        # What a sticky bar covers can be scrolled from under it, but axe sees only the moment.
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
        only = (
            {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
            if colours
            else {"type": "tag", "values": RULES}
        )
        options = {"runOnly": only, "resultTypes": ["violations"]}
        return [
            f"{rule['id']}: {node['target']} {node['html'][:160]}"
            for rule in runner.run(page, options=options).response["violations"]
            for node in rule["nodes"]
        ]

    return check
