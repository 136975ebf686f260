"""A site of two nodes, a replica, Redis and S3: one site, whichever machine answers."""

import os
import re
import sys
import textwrap
import threading
import time
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.uploads import CSV, picture

from .acts import PASSWORD
from .browser import Browser
from .processes import ROOT, free_port, wait_until
from .site import Node

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("site")]

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))  # ``make faults`` does more of them
TEXTS = {"alt": "A bus", "caption": "Riders by line", "credit": "", "licence": ""}


@pytest.fixture
def late_replica(site):
    """The replica, which replays nothing until ``resume`` is called or the test is over."""

    class Late:
        def pause(self):
            site.replica.ask("SELECT pg_wal_replay_pause()")
            wait_until(
                lambda: site.replica.ask("SELECT pg_get_wal_replay_pause_state()") == "paused"
            )

        def resume(self):
            site.replica.ask("SELECT pg_wal_replay_resume()")

    late = Late()
    yield late
    late.resume()


@pytest.mark.short
def test_public_pages_are_read_from_the_replica_and_accounts_from_the_primary(site):
    for path in ("/?{}", "/policies/?q=first+{}", "/members/surabaya/?{}", "/policies/export.csv"):
        # On a busy machine the replica may be late for a moment.
        wait_until(lambda path=path: site.reads_replica(site.a, path), 20)

    before = site.reads_of_replica()
    official = site.signed_in("official")
    assert official.get("/policies/").status == 200
    assert official.get("/my/").status == 200
    assert Browser(site.a).get("/accounts/login/").status == 200
    assert site.reads_of_replica() == before


@pytest.mark.short
def test_who_signs_in_on_one_node_is_signed_in_on_the_other_and_reads_own_writes(
    site, late_replica
):
    late_replica.pause()
    official = Browser(site.a)
    assert official.sign_in(site.people["official"], PASSWORD).status == 302
    form = {"member": site.people["city"], "title": "Own writes", "summary": "", "language": "en"}
    started = official.post("/policies/new/", form, node=site.b)
    assert started.status == 302
    page = official.get(started.headers["location"], node=site.a)
    assert page.status == 200
    assert "Own writes" in page.text

    assert official.post("/accounts/logout/", {}, node=site.b).status == 302
    former = Browser(site.a)
    former.cookies = dict(official.cookies)
    for node in (site.a, site.b):
        assert former.get("/my/", node=node).status == 302


def test_session_that_has_ended_is_none_on_any_node(site):
    official = site.signed_in("official")
    session = official.cookies["sessionid"]
    for node in (site.a, site.b):
        assert official.get("/my/", node=node).status == 200

    assert official.post("/accounts/logout/", {}, node=site.b).status == 302
    assert "sessionid" not in official.cookies
    official.cookies["sessionid"] = session
    for node in (site.a, site.b):
        assert official.get("/my/", node=node).status == 302


def test_publication_is_seen_at_once_by_who_is_signed_in_and_soon_by_all(site, late_replica):
    case = site.on_a.handed_in(title="Trams by the sea")
    moderator = site.signed_in("moderator")
    review = f"/admin/policies/revision/{site.on_a.open_revision(case=case)}/review/"
    seen = re.search(r'name="decision-seen" value="(\w+)"', moderator.get(review).text)[1]
    search = "/policies/?q=trams"
    for node in (site.a, site.b):
        assert "Trams by the sea" not in Browser(node).get(search).text
    late_replica.pause()
    decision = {"decision-decision": "published", "decision-note": "", "decision-seen": seen}

    answer = moderator.post(review, {"act": "decide"} | decision)
    published = time.monotonic()
    assert answer.status == 302
    assert "Trams by the sea" in moderator.get(search).text

    late_replica.resume()
    for node in (site.a, site.b):
        wait_until(lambda node=node: "Trams by the sea" in Browser(node).get(search).text, 30)
    assert time.monotonic() - published < 30


def test_nodes_share_the_cached_pages(site):
    address = f"/policies/?q={uuid.uuid4()}"
    assert "age" not in Browser(site.a).get(address).headers
    assert Browser(site.b).get(address).headers["age"] == "0"


def test_limits_count_on_all_nodes_together(site):
    guesser = Browser(site.a, address="198.51.100.7")
    nodes = [site.a, site.b]
    answers = [
        guesser.sign_in("nobody@example.org", f"guess {number}", node=nodes[number % 2])
        for number in range(6)
    ]
    refused = [("Too many" in each.text or each.status == 429) for each in answers]
    assert refused == [False] * 5 + [True]
    # Limits of others are their own.
    other = Browser(site.b, address="198.51.100.8").sign_in("somebody@example.org", "guess")
    assert other.status == 200


def test_upload_on_one_node_is_sent_by_the_store_to_who_may_read_it(site):
    case = site.on_a.draft(title="With files")
    official = site.signed_in("official")
    for kind, file in (
        ("attachments", ("riders of line 3.csv", CSV)),
        ("photos", ("bus.png", picture("PNG"))),
    ):
        address = f"/policies/{case}/edit/files/{kind}/add/"
        answer = official.post(address, TEXTS, files={"upload": file})
        assert answer.status == 302, answer.text
    (paper,), (photo,) = site.on_a.files_of(case=case)
    address = f"/policies/files/attachments/{paper}/"
    pictured = f"/policies/files/photos/{photo}/small.webp"

    for path in (address, pictured):
        assert Browser(site.b).get(path).status == 404
    assert official.get(pictured, node=site.b).content.startswith(b"RIFF")
    answer = official.get(address, node=site.b)
    assert (answer.status, answer.headers["cache-control"]) == (302, "private, no-store")
    link = urlsplit(answer.headers["location"])
    signed = parse_qs(link.query)
    assert signed["X-Amz-Expires"] == ["60"]
    assert "X-Amz-Signature" in signed
    assert link.port == site.way_to_store.port

    sent = Browser(site.way_to_store).get(f"{link.path}?{link.query}")
    assert (sent.status, sent.content) == (200, CSV)
    assert sent.headers["content-type"] == "text/csv"
    assert sent.headers["content-disposition"] == 'attachment; filename="riders of line 3.csv"'
    head = official.get(address, method="HEAD")
    link = urlsplit(head.headers["location"])
    sent = Browser(site.way_to_store).get(f"{link.path}?{link.query}", method="HEAD")
    assert (sent.status, sent.content) == (200, b"")

    path = site.on_a.publish(case=case)
    site.wait_until_replayed()
    assert Browser(site.a).get(path).status == 200
    assert Browser(site.a).get(address).status == 302
    assert Browser(site.a).get(pictured).status == 200


def test_files_of_a_folder_are_moved_to_the_store_as_the_page_says(site):
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    program = textwrap.dedent(
        re.search(r'citynet shell --command "\n(.+?)\n    "', page, re.DOTALL)[1]
    )
    media = site.folder / "media"
    (media / "attachments").mkdir(parents=True)
    (media / "attachments" / "old.csv").write_bytes(CSV)
    for _time in range(2):
        site.on_a.run(program=program.replace("/var/lib/citynet/media", str(media)))
    assert site.on_b.stored(name="attachments/old.csv") == CSV.decode()
    assert " in use" in site.on_b.sweep()


def test_node_starts_from_nothing_while_others_serve(site):
    node = Node(site, f"new-{free_port()}")
    node.start()
    try:
        wait_until(node.is_up)
        visitor = Browser(node)
        # Visitors who are sent there too early are not turned away.
        assert visitor.get("/readyz").status == 503
        assert visitor.get("/policies/").status == 200
        node.watch.start()
        wait_until(lambda: visitor.get("/readyz").status == 200)
        assert "The first" in visitor.get("/policies/?q=first").text
        assert Browser(site.a).get("/policies/?q=first").status == 200
    finally:
        node.stop()


def test_two_nodes_publish_at_once(site):
    number = 10 * ROUNDS
    titles = {name: [f"At once {name}{each}" for each in range(number)] for name in "ab"}
    addresses = {}

    def publish(name, console):
        addresses[name] = console.publish_new(titles=titles[name])

    threads = [
        threading.Thread(target=publish, args=pair) for pair in (("a", site.on_a), ("b", site.on_b))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Each node shows its own at once to who is signed in ...
    official = site.signed_in("official")
    for name, node in (("a", site.a), ("b", site.b)):
        found = {official.get(path, node=node).status for path in addresses[name]}
        assert found == {200}
        newest = titles[name][-1]
        page = official.get(f"/policies/?q={newest.replace(' ', '+')}", node=node)
        assert newest in page.text
    # ... and soon all of them; node a has no watch in these tests, so it is told to look.
    site.on_a.sync()
    live = site.on_a.live()
    assert len(live) >= 20
    assert site.on_a.indexed() == live
    wait_until(lambda: site.on_b.indexed() == live, 30)
    sys.stdout.write(
        f"\ntwo nodes publish {2 * number} cases at once: {len(live)} live and indexed\n"
    )
