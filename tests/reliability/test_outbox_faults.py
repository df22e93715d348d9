"""Mail through a server that fails half of the time, sent by workers that are killed (D1).

Each mail is delivered or a failure that a person sees; a double comes only from a kill or from an
accept that the server never answered, with the same Message-ID; the inbox has no doubles. Timed: how
long the mails of a killed worker are stuck, and when a person can read that an address is wrong.
"""

from __future__ import annotations

import os
import random
import re
import socket
import subprocess
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import func, select

from tests.support.builders import (
    NOW,
    actor_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    sign_in,
)
from tests.support.faulty_smtp import FaultySmtp
from tests.support.processes import Site
from tgfair.mail.enqueue import Links, Recipient, enqueue
from tgfair.models import Channel, Message, MessageState, Role
from tgfair.policy import Actor
from tgfair.services import outbox
from tgfair.services.queries.inbox import is_mine
from tgfair.services.queries.messages import Tab, message_counts
from tgfair.services.uow import reader, transaction

LONG = os.environ.get("TGFAIR_LONG") == "1"
MAILS, KILLS, WORKERS = (20_000, 50, 4) if LONG else (2_000, 5, 2)
TIME_LIMIT = 1800 if LONG else 300
# The long run has the leases of real life; the short one's are shorter by SCALE.
LEASE = outbox.LEASE.total_seconds() if LONG else 8
SCALE = outbox.LEASE.total_seconds() / LEASE
STUCK_SECONDS, SEEN_SECONDS = 120, 60
DOMAINS = 40
ADDRESS = re.compile(r"nguoi\d+@mien\d+\.vn")
# Of two hundred tries a hundred fail; a stall holds a worker for its whole time-out.
FAULTS = {
    "421 4.3.2 closing": 20,
    "451 4.7.1 later": 28,
    "data:451 4.3.0 later": 8,
    "550 5.1.1 no such user": 14,
    "drop_in_data": 12,
    "drop_unanswered": 9,
    "drop_after_250": 8,
    "stall": 1,
    "": 100,
}


def faults(seed):
    """Twice as many tries as mails, half of them failing; after them all goes well."""
    once = [fault for fault, times in FAULTS.items() for _ in range(times)]
    drawn = once * (MAILS // 100)
    random.Random(seed).shuffle(drawn)  # noqa: S311 -- a test that can be repeated
    return drawn


@pytest.fixture
def database_url(sqlite_url, request):
    return request.getfixturevalue("postgres_url") if LONG else sqlite_url


@pytest.fixture
def smtp_sink():
    server = FaultySmtp(*faults(7))
    yield server
    server.close()


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def start_worker(config, smtp_sink):
    site = Site(
        config.database_url,
        config.instance_dir,
        TGFAIR_MAIL_SERVER=smtp_sink.host,
        TGFAIR_MAIL_PORT=str(smtp_sink.port),
    )
    started = []

    def start():
        owner = f"worker{len(started)}"
        command = [sys.executable, "-m", "tests.reliability.fast_worker", owner, str(LEASE)]
        started.append(subprocess.Popen(command, env=site.env))
        return owner, started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def queue():
    """Queue the mails, each to an address of its own; return fair and subject."""
    fair, exhibitor = make_fair(), make_exhibitor()
    application = make_application(fair, exhibitor)
    links = Links(fair.id, application.id)
    for start in range(0, MAILS, 1000):
        with transaction() as session:
            for number in range(start, min(start + 1000, MAILS)):
                email = f"nguoi{number}@mien{number % DOMAINS}.vn"
                who = Recipient("Cô Út", email, "+84900000001", exhibitor.id)
                enqueue(session, "approved", who, dedupe=f"{number}", now=NOW, links=links)
    with transaction() as session:
        session.merge(application).state = "approved"
    return fair, exhibitor


def left():
    reader().rollback()
    waiting = (MessageState.QUEUED, MessageState.LEASED, MessageState.FAILED)
    statement = select(func.count()).select_from(Message)
    return reader().scalar(
        statement.where(Message.channel == Channel.EMAIL, Message.state.in_(waiting))
    )


class Stuck:
    """How long the mails of killed workers lie there before another worker takes them."""

    def __init__(self):
        self.longest = 0.0
        self._killed = {}

    def kill(self, owner, process):
        process.kill()
        process.wait()
        self._killed[owner] = time.monotonic()

    def look(self):
        leased = Message.state == MessageState.LEASED
        holding = {*reader().scalars(select(Message.lease_owner).where(leased))}
        for owner in self._killed.keys() - holding:
            self.longest = max(self.longest, time.monotonic() - self._killed.pop(owner))


class Failures:
    """The page that an organiser reads, looked at every second."""

    def __init__(self, client, fair):
        self.counts = []
        self._client, self._page = client, f"/ql/{fair.slug}/thong-bao?muc=khong-gui"

    def look(self, *, pause=1.0):
        if self.counts and time.monotonic() - self.counts[-1][0] < pause:
            return
        html = self._client.get(self._page).text
        shown = re.search(r"([\d.]+) thư</caption>", html)
        self.counts.append((time.monotonic(), int(shown[1].replace(".", "")) if shown else 0))

    def longest(self, refused_at, others):
        """Return the longest time until as many failures were shown as there were by then."""
        waits = []
        for number, instant in enumerate(sorted(refused_at), start=1):
            seen = (at for at, count in self.counts if at >= instant and count - others >= number)
            waits.append(next(seen) - instant)
        return max(waits)

    def addresses(self):
        """Return every address that the page shows, leaf by leaf."""
        found, number = set(), 1
        while leaf := {*ADDRESS.findall(self._client.get(f"{self._page}&trang={number}").text)}:
            if leaf <= found:
                break
            found |= leaf
            number += 1
        return found


def run_with_kills(start_worker, stuck, failures):
    """Let workers send; kill one whenever a share of the mails is through."""
    workers = [start_worker() for _ in range(WORKERS)]
    killed, until = 0, time.monotonic() + TIME_LIMIT
    while (waiting := left()) and time.monotonic() < until:
        if killed < KILLS and waiting <= MAILS * (KILLS - killed) / (KILLS + 1):
            stuck.kill(*workers.pop(0))
            killed += 1
            workers.append(start_worker())
        stuck.look()
        failures.look()
        time.sleep(0.2)
    assert left() == 0
    stuck.look()
    failures.look(pause=0)
    return killed


def test_every_mail_arrives_or_fails_where_a_person_sees_it(smtp_sink, start_worker, client):
    fair, exhibitor = queue()
    organiser = make_user(Role.ORGANISER)
    sign_in(client, organiser)
    stuck, failures = Stuck(), Failures(client, fair)
    began = time.monotonic()

    killed = run_with_kills(start_worker, stuck, failures)

    took = time.monotonic() - began
    session = reader()
    mails = session.scalars(select(Message).where(Message.channel == Channel.EMAIL)).all()
    states = Counter(mail.state for mail in mails)
    assert {*states} == {MessageState.SENT, MessageState.DEAD}
    assert (sum(states.values()), killed) == (MAILS, KILLS)

    arrived = Counter(token.strip("<>").partition("@")[0] for token in smtp_sink.ids())
    sent = {mail.message_id for mail in mails if mail.state is MessageState.SENT}
    assert sent - {*arrived} == set()
    doubles = sum(count - 1 for count in arrived.values())
    assert doubles <= killed + smtp_sink.unanswered

    dead = [mail for mail in mails if mail.state is MessageState.DEAD]
    worn_out = {mail.email for mail in dead if mail.attempts > len(outbox.BACKOFF)}
    assert {mail.email for mail in dead} == {*smtp_sink.refused} | worn_out
    assert failures.addresses() == {mail.email for mail in dead}
    counts = message_counts(actor_of(organiser), fair.id)
    assert (counts[Tab.DEAD], counts[Tab.CALLS]) == (len(dead),) * 2
    owner = Actor(user_id=1, owns=frozenset({exhibitor.id}))
    seen = session.scalars(select(Message.dedupe_key).where(is_mine(owner))).all()
    assert (len(seen), len({*seen})) == (MAILS, MAILS)

    read_after = failures.longest(smtp_sink.refused.values(), len(dead) - len(smtp_sink.refused))
    print(
        f"{MAILS} mails in {took:.0f} s, {killed} kills, {smtp_sink.unanswered} unanswered, "
        f"{doubles} doubles; {len(dead)} failures, read after {read_after:.1f} s at most; "
        f"mails of a killed worker stuck for {stuck.longest * SCALE:.0f} s at most "
        f"(lease {LEASE:.0f} s, scaled by {SCALE:.2f})"
    )
    if LONG:  # alone on its machine
        assert read_after < SEEN_SECONDS
        assert stuck.longest < STUCK_SECONDS


def test_half_a_mail_is_none_for_the_server_either():
    sink = FaultySmtp()
    with socket.create_connection((sink.host, sink.port)) as link, link.makefile("rb") as answers:
        link.sendall(b"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nMessage-ID: <1@x>\r\n")
        link.shutdown(socket.SHUT_WR)  # as when the sender is killed
        answers.read()  # until the server has hung up

    assert sink.count == 0
    sink.close()
