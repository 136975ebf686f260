"""One server as the page for operators makes it: nginx in front, and gunicorn behind."""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pytest

from .installation import SITE, Installation

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("nginx")]

YEAR = "public, max-age=31536000, immutable"
READERS = 2
REQUESTS = 40
# Between two requests of a reader: fewer than an address may send.
PAUSE = 0.12
# Seconds: proxy_read_timeout of pages in deploy/nginx.
PATIENCE = 30


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    for program in ("nginx", "openssl"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not on this machine.")
    # The path of a socket file has to be short.
    installation = Installation(tmp_path_factory.mktemp("site"))
    installation.prepare()
    try:
        installation.open_socket()
        installation.start_web()
        installation.start_nginx()
        installation.wait_for_web()
        yield installation
    finally:
        installation.close()


@pytest.fixture
def nobody_serves(site):
    """The portal does not run and cannot be started, as after a mistake in its settings."""
    site.stop_web()
    site.socket.close()
    yield
    site.open_socket()
    site.start_web()


@pytest.fixture
def nobody_answers(site):
    """The portal takes requests and says nothing, until ``nobody_answers()`` is called."""
    children = Path(f"/proc/{site.web.pid}/task/{site.web.pid}/children").read_text().split()
    processes = [site.web.pid, *map(int, children)]

    def go_on():
        for process in processes:
            os.kill(process, signal.SIGCONT)

    for process in processes:
        os.kill(process, signal.SIGSTOP)
    yield go_on
    go_on()


def text(answer):
    return answer.content.decode()


def stylesheet(site):
    """The address of the stylesheet, as pages name it."""
    return re.search(r"/static/css/site\.[0-9a-f]{12}\.css", text(site.ask("/")))[0]


def while_people_read(site, happens):
    """How often which status was answered while ``happens`` ran among the requests.

    nginx waits for the portal as long as its settings say (PATIENCE); a machine that has so much else to
    do that the portal takes longer to stop and start shows nothing of what is looked at here.
    """
    seen, slow = Counter(), []

    def read():
        for _turn in range(REQUESTS):
            began = time.monotonic()
            try:
                status = site.ask("/policies/?q=water").status
            except TimeoutError:
                status = 0
            took = time.monotonic() - began
            if status != 200 and took >= PATIENCE:
                slow.append(took)
            seen[status] += 1
            time.sleep(PAUSE)

    readers = [threading.Thread(target=read) for _reader in range(READERS)]
    for reader in readers:
        reader.start()
    time.sleep(PAUSE)
    happens()
    for reader in readers:
        reader.join()
    if slow:
        pytest.skip(f"The portal did not start within {PATIENCE} s here: {slow[0]:.0f} s.")
    return seen


@pytest.mark.short
def test_file_whose_name_has_a_checksum_is_kept_for_ever(site):
    answer = site.ask(stylesheet(site), Accept_Encoding="gzip")

    assert (answer.status, answer.headers["Cache-Control"]) == (200, YEAR)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.short
def test_file_of_a_plain_name_is_asked_for_again(site):
    answer = site.ask("/static/css/site.css")

    assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, max-age=3600")


@pytest.mark.short
@pytest.mark.parametrize(
    "path",
    [
        "/static/staticfiles.json",
        "/static../var/db.sqlite3",
        "/static/../var/db.sqlite3",
        "/static/%2e%2e/var/db.sqlite3",
        "/media/photo.webp",
        "/413.html",
        "/nowhere/",
    ],
)
def test_only_static_files_are_served_from_the_disk(site, path):
    (site.folder / "var" / "media").mkdir(exist_ok=True)
    (site.folder / "var" / "media" / "photo.webp").touch()

    assert site.ask(path).status in {400, 404}


@pytest.mark.short
def test_plain_http_leads_to_https(site):
    connection = http.client.HTTPConnection("127.0.0.1", site.http)
    connection.request("GET", "/policies/?q=water", headers={"Host": SITE})
    answer = connection.getresponse()
    connection.close()

    assert answer.status == 301
    assert answer.headers["Location"] == f"https://{SITE}/policies/?q=water"


@pytest.mark.short
def test_another_name_gets_nothing(site):
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        site.ask("/", name="other.example.org")
    with socket.create_connection(("127.0.0.1", site.http)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: other.example.org\r\n\r\n")
        assert connection.recv(100) == b""


@pytest.mark.short
def test_what_a_visitor_says_about_the_way_is_not_believed(site):
    answer = site.ask(
        "/policies/",
        X_Forwarded_Proto="http",
        X_Forwarded_Host="other.example.org",
        X_Forwarded_For="192.0.2.1, 192.0.2.2",
        X_Request_ID="chosen-by-the-visitor",
        X_Request_Start="t=1",
    )

    assert answer.status == 200
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])
    assert f'rel="canonical" href="https://{SITE}/policies/"' in text(answer)


@pytest.mark.short
def test_nobody_is_told_which_version_answers(site):
    assert site.ask("/").headers.get_all("Server") == ["nginx"]
    assert site.ask("/static/nowhere").headers["Server"] == "nginx"


@pytest.mark.short
def test_file_that_is_too_large_is_refused_with_a_page(site):
    answer = site.ask("/policies/new/", "POST", b"x" * (23 * 1024**2))

    assert answer.status == 413
    assert "This file is too large" in text(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Retry-After"] is None


@pytest.mark.short
def test_many_forms_from_one_address_are_asked_to_wait(site):
    answers = [site.ask("/accounts/login/", "POST", b"login=x") for _turn in range(30)]
    refused = [answer for answer in answers if answer.status == 429]

    # Those that pass carry no token.
    assert {answer.status for answer in answers} == {403, 429}
    assert len(refused) >= 10
    assert refused[-1].headers["Retry-After"] == "10"
    assert "Too many requests" in text(refused[-1])


def test_downloads_of_one_address_are_two_at_once_and_pages_go_on(site, nobody_answers):
    with ThreadPoolExecutor() as pool:
        downloads = [pool.submit(site.ask, "/policies/export.csv") for _time in range(3)]
        first = next(as_completed(downloads))
        page = pool.submit(site.ask, "/policies/")
        nobody_answers()
        assert page.result().status == 200

    refused = first.result()
    assert (refused.status, refused.headers["Retry-After"]) == (503, "10")
    assert "Others are downloading" in text(refused)
    assert refused.headers["Cache-Control"] == "no-store"
    assert sorted(each.result().status for each in downloads) == [200, 200, 503]
    assert site.ask("/policies/export.csv").status == 200


def test_nobody_sees_an_error_while_settings_are_read_again(site):
    def happens():
        site.reload_web()
        time.sleep(2)
        site.reload_web()

    assert while_people_read(site, happens) == {200: READERS * REQUESTS}


def test_nobody_sees_an_error_while_a_release_is_changed(site):
    def happens():
        site.stop_web()
        site.start_web()

    assert while_people_read(site, happens) == {200: READERS * REQUESTS}


def test_page_says_when_to_come_back_while_nobody_serves(site, nobody_serves):
    answer = site.ask("/policies/")

    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert "Back in a moment" in text(answer)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert site.ask("/static/css/site.css").status == 200
