"""Mail through a server that fails half of the time, sent by workers that are killed (D1).

Each mail is delivered or a failure that a person sees; a double comes only from a kill or from an
accept that the server never answered, with the same Message-ID; the inbox has no doubles.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import func, select

from tests.support.builders import NOW, make_application, make_exhibitor, make_fair, make_staff
from tests.support.faulty_smtp import FaultySmtp
from tests.support.processes import Site
from tgfair.mail.enqueue import Links, Recipient, enqueue
from tgfair.models import Channel, Message, MessageState, Role
from tgfair.policy import Actor
from tgfair.services.queries.inbox import is_mine
from tgfair.services.queries.messages import Tab, message_counts
from tgfair.services.uow import reader, transaction

LONG = os.environ.get("TGFAIR_LONG") == "1"
MAILS, KILLS, WORKERS = (20_000, 50, 4) if LONG else (200, 2, 2)
TIME_LIMIT = 3600 if LONG else 300
DOMAINS = 40
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
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.fast_worker"], env=site.env
        )
        started.append(process)
        return process

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


def run_with_kills(start_worker):
    """Let workers send; kill one whenever a share of the mails is through."""
    workers = [start_worker() for _ in range(WORKERS)]
    killed, until = 0, time.monotonic() + TIME_LIMIT
    while (waiting := left()) and time.monotonic() < until:
        if killed < KILLS and waiting <= MAILS * (KILLS - killed) / (KILLS + 1):
            victim = workers.pop(0)
            victim.kill()
            victim.wait()
            killed += 1
            workers.append(start_worker())
        time.sleep(0.1)
    assert left() == 0
    return killed


def test_every_mail_arrives_or_fails_where_a_person_sees_it(smtp_sink, start_worker):
    fair, exhibitor = queue()

    killed = run_with_kills(start_worker)

    session = reader()
    mails = session.scalars(select(Message).where(Message.channel == Channel.EMAIL)).all()
    states = Counter(mail.state for mail in mails)
    assert {*states} == {MessageState.SENT, MessageState.DEAD}
    assert sum(states.values()) == MAILS

    arrived = Counter(token.strip("<>").partition("@")[0] for token in smtp_sink.ids())
    sent = {mail.message_id for mail in mails if mail.state is MessageState.SENT}
    assert sent - {*arrived} == set()
    doubles = sum(count - 1 for count in arrived.values())
    assert doubles <= killed + smtp_sink.unanswered

    staff = make_staff(Role.ORGANISER)
    counts = message_counts(staff, fair.id)
    assert (counts[Tab.DEAD], counts[Tab.CALLS]) == (states[MessageState.DEAD],) * 2
    owner = Actor(user_id=1, owns=frozenset({exhibitor.id}))
    seen = session.scalars(select(Message.dedupe_key).where(is_mine(owner))).all()
    assert (len(seen), len({*seen})) == (MAILS, MAILS)
    print(f"{MAILS} mails, {killed} kills, {smtp_sink.unanswered} unanswered, {doubles} doubles")
