"""What people see while a part of the site is down or slow, and that nothing is lost by it."""

import os
import signal
import sys
import threading
import time
import uuid
from collections import Counter

import pytest

from tests.uploads import CSV, picture

from .acts import PASSWORD
from .browser import Browser
from .processes import wait_until

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("site")]

# With a number in them: pages that somebody asked for before are cached, and would hide much.
PUBLIC = ("/?{}", "/policies/?q=first+{}", "/sdgs/?{}", "/sdgs/11/?{}", "/members/surabaya/?{}")
# ``make faults`` does more of them.
ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))
SLOW = 25  # seconds in which a page must have been answered, whatever is the matter


class Load:
    """Visitors of both nodes, and an official who writes to the moderators, all at the same time."""

    def __init__(self, site, readers=3, writers=2):
        self.site, self.case = site, site.on_a.handed_in(title=f"Load {time.time()}")
        self.read, self.failures = Counter(), []
        self.acknowledged = []
        self.slowest = 0.0  # seconds of the page that took longest
        self.over = threading.Event()
        calls = [self._reads] * readers + [self._writes] * writers
        self.threads = [
            threading.Thread(target=call, args=[number]) for number, call in enumerate(calls)
        ]

    def __enter__(self):
        writers = [self.site.signed_in("official") for _each in self.threads]
        self.browsers = writers
        for thread in self.threads:
            thread.start()
        wait_until(lambda: self.acknowledged and self.read[200])
        return self

    def __exit__(self, *error):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def go_on(self):
        """Until somebody has read and written again."""
        read, written = self.read[200], len(self.acknowledged)
        wait_until(lambda: self.read[200] > read + 3 and len(self.acknowledged) > written + 1)

    def report(self, fault):
        """A row for the table of ``make faults``."""
        sys.stdout.write(
            f"\n{fault}: {self.read[200]} pages read, the slowest in {self.slowest:.1f} s; "
            f"{len(self.acknowledged)} writes acknowledged and there, {len(self.failures)} asked to "
            "try again\n"
        )

    def _node(self, number):
        return self.site.a if number % 2 else self.site.b

    def _reads(self, number):
        turn = number
        while not self.over.is_set():
            turn += 1
            started = time.monotonic()
            answer = Browser(self._node(turn)).get(public(turn))
            self.slowest = max(self.slowest, time.monotonic() - started)
            self.read[answer.status] += 1
            if answer.status != 200:
                self.failures.append(answer)

    def _writes(self, number):
        browser, turn = self.browsers[number], 0
        while not self.over.is_set():
            turn += 1
            text = f"Note {turn} of writer {number}"
            answer = browser.post(
                f"/policies/{self.case}/notes/", {"text": text}, node=self._node(turn)
            )
            if answer.status == 302:
                self.acknowledged.append(text)
            else:
                self.failures.append(answer)
            time.sleep(0.05)


def public(number):
    """An address of a public page."""
    return PUBLIC[number % len(PUBLIC)].format(uuid.uuid4())


def all_public_pages_are_there(site):
    return {Browser(site.a).get(public(each)).status for each in range(len(PUBLIC))} == {200}


def is_clean(answer):
    return answer.status == 503 and int(answer.headers["retry-after"]) > 0


@pytest.mark.short
def test_replica_dies_and_comes_back_unnoticed(site):
    with Load(site) as load:
        for _turn in range(ROUNDS):
            site.replica.stop(signal.SIGQUIT)  # at once, as a crash
            load.go_on()
            site.replica.start()
            load.go_on()
    assert load.failures == []
    assert load.read.keys() == {200}
    load.report(f"replica killed {ROUNDS} times")
    site.wait_for_replica()


def test_replica_that_is_out_of_reach_is_left_out(site):
    site.way_to_replica.close()
    try:
        for _turn in range(3):
            assert all_public_pages_are_there(site)
    finally:
        site.way_to_replica.open()
    site.wait_for_replica()


def test_who_waits_for_a_replica_that_hangs_is_answered_when_it_is_stopped(site):
    """Before that the web server in front says "Back in a moment", after 30 seconds."""
    waiting, answers = Browser(site.a, patience=SLOW), []
    site.way_to_replica.block()
    try:
        visitor = threading.Thread(target=lambda: answers.append(waiting.get(public(0))))
        visitor.start()
        assert site.signed_in("official").get("/my/").status == 200
        assert answers == []
        site.way_to_replica.close()
        visitor.join()
    finally:
        site.way_to_replica.open()
    assert [answer.status for answer in answers] == [200]
    site.wait_for_replica()


def test_database_is_restarted_under_load(site):
    restarts = 2 * ROUNDS
    with Load(site) as load:
        for _turn in range(restarts):
            site.primary.stop()
            time.sleep(1)
            site.primary.start()
            load.go_on()
    written = site.on_a.notes(case=load.case)

    # Everything acknowledged is there, and once; what was not is there at most once.
    assert Counter(load.acknowledged) <= Counter(written)
    assert max(Counter(written).values()) == 1
    # Readers were answered from the replica, writers were told to try again.
    assert load.read.keys() == {200}
    assert all(map(is_clean, load.failures)), {each.status for each in load.failures}
    assert load.failures
    load.report(f"database restarted {restarts} times")
    site.wait_for_replica()


@pytest.mark.short
def test_without_its_primary_the_site_reads_on_and_forms_give_back_what_was_typed(site):
    case = site.on_a.handed_in(title="Typed in vain")
    official = site.signed_in("official")
    text = "We counted the riders on nine lines for a year."
    wait_until(lambda: Browser(site.a).get("/readyz").status == 200)
    site.primary.stop()
    try:
        # Balancers go on sending visitors, who read from the replica.
        assert Browser(site.a).get("/readyz").status == 200
        assert all_public_pages_are_there(site)
        answer = official.post(f"/policies/{case}/notes/", {"text": text})
        assert is_clean(answer)
        assert "Please try again in a moment" in answer.text
        assert text in answer.text
    finally:
        site.primary.start()
    wait_until(lambda: official.post(f"/policies/{case}/notes/", {"text": text}).status == 302)
    assert site.on_a.notes(case=case) == [text]


@pytest.mark.short
def test_site_goes_on_without_redis(site):
    staying = site.signed_in("official")
    leaving = site.signed_in("official")
    for each in (staying, leaving):
        assert each.get("/my/").status == 200
    session = leaving.cookies["sessionid"]
    site.redis.stop()
    try:
        assert all_public_pages_are_there(site)
        assert staying.get("/my/").status == 200
        assert Browser(site.b).sign_in(site.people["official"], PASSWORD).status == 302
        # Limits go on, on all nodes together.
        guesser = Browser(site.a, address="198.51.100.9")
        answers = [
            guesser.sign_in("no@example.org", f"guess {each}", node=(site.a, site.b)[each % 2])
            for each in range(6)
        ]
        refused = ["Too many" in each.text or each.status == 429 for each in answers]
        assert refused == [False] * 5 + [True]
        # Who signs out is signed out on all of them, now and when Redis is back.
        assert leaving.post("/accounts/logout/", {}).status == 302
    finally:
        site.redis.start()
    leaving.cookies["sessionid"] = session
    for node in (site.a, site.b):
        assert leaving.get("/my/", node=node).status == 302
        assert staying.get("/my/", node=node).status == 200


def test_redis_that_hangs_costs_moments(site):
    site.redis.send(signal.SIGSTOP)
    try:
        started = time.monotonic()
        assert all_public_pages_are_there(site)
        assert site.signed_in("official").get("/my/").status == 200
        assert time.monotonic() - started < SLOW
    finally:
        site.redis.send(signal.SIGCONT)


@pytest.mark.parametrize("fault", ["close", "block"])
def test_upload_to_a_store_that_is_away_keeps_what_was_typed(site, fault):
    case = site.on_a.draft(title=f"Store {fault}")
    official = site.signed_in("official")
    address = f"/policies/{case}/edit/files/attachments/add/"
    texts = {"caption": "Riders by line", "credit": "City of Surabaya", "licence": ""}
    file = {"upload": ("riders.csv", CSV)}
    getattr(site.way_to_store, fault)()
    try:
        started = time.monotonic()
        answer = official.post(address, texts, files=file)
        assert time.monotonic() - started < SLOW
        assert answer.status == 422
        assert "The file storage does not answer just now" in answer.text
        assert "Riders by line" in answer.text
        assert "City of Surabaya" in answer.text
        assert site.on_a.files_of(case=case) == [[], []]
        assert Browser(site.a).get("/policies/").status == 200
    finally:
        site.way_to_store.open()
    assert official.post(address, texts, files=file).status == 302


def test_photo_of_a_store_that_is_away_can_be_had_later(site):
    case = site.on_a.draft(title="Photo away")
    official = site.signed_in("official")
    pictured = {"alt": "A bus", "caption": "", "credit": "", "licence": ""}
    file = {"upload": ("bus.png", picture("PNG"))}
    address = f"/policies/{case}/edit/files/photos/add/"
    assert official.post(address, pictured, files=file).status == 302
    _papers, (photo,) = site.on_a.files_of(case=case)
    site.way_to_store.close()
    try:
        assert is_clean(official.get(f"/policies/files/photos/{photo}/small.webp"))
    finally:
        site.way_to_store.open()
    assert official.get(f"/policies/files/photos/{photo}/small.webp").status == 200


@pytest.mark.parametrize("fault", ["close", "block"])
def test_mail_server_that_is_away_delays_mails_only(site, fault):
    before = len(site.mail.mails)
    email = f"new-{fault}@city.example"
    getattr(site.way_to_mail, fault)()
    try:
        case = site.on_a.handed_in(title=f"Mail {fault}")
        site.on_a.publish(case=case)
        site.on_a.make_due()
        outcome = site.on_a.deliver()
        assert (outcome["sent"], outcome["delayed"]) == (0, 1)
        assert site.on_a.notices_waiting() > 0
        started = time.monotonic()
        person = {"email": email, "name": "Kim", "password1": "quiet evenings by a lake"}
        answer = Browser(site.a).post("/accounts/signup/", person)
        assert time.monotonic() - started < SLOW
        assert (answer.status, answer.headers["location"]) == (302, "/accounts/confirm-email/")
    finally:
        site.way_to_mail.open()

    site.on_a.make_due()
    assert site.on_a.deliver()["sent"] > 0
    assert site.on_a.notices_waiting() == 0
    assert len(site.mail.mails) > before
