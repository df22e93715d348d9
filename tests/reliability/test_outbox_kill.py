"""kill -9 of a worker between sending and marking: nothing is missing, and a double shows itself."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.support.builders import NOW, make_application, make_exhibitor, make_fair
from tests.support.faulty_smtp import FaultySmtp
from tests.support.processes import Site
from tgfair import clock
from tgfair.mail.enqueue import Links
from tgfair.models import Message, MessageState
from tgfair.services.notifications import notify_exhibitor
from tgfair.services.outbox import deliver_due
from tgfair.services.uow import reader, transaction

MESSAGES = 30
KILLS = 3


@pytest.fixture
def smtp_sink():
    server = FaultySmtp()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def site(config, smtp_sink):
    site = Site(
        config.database_url,
        config.instance_dir,
        TGFAIR_MAIL_SERVER=smtp_sink.host,
        TGFAIR_MAIL_PORT=str(smtp_sink.port),
    )
    started = []
    yield lambda *arguments: started.append(site.command(*arguments)) or started[-1]
    for process in started:
        if process.poll() is None:
            site.kill(process)


def queue():
    fair, exhibitor = make_fair(), make_exhibitor()
    application = make_application(fair, exhibitor)
    with transaction() as session:
        exhibitor = session.merge(exhibitor)
        links = Links(fair.id, application.id)
        for number in range(MESSAGES):
            notify_exhibitor(
                session, "receipt", exhibitor, dedupe=str(number), now=NOW, links=links
            )
    return [f"<{token}@localhost>" for token in reader().scalars(select(Message.message_id))]


def end_leases():
    """Let half a minute pass."""
    with transaction() as session:
        session.execute(
            update(Message)
            .where(Message.state == MessageState.LEASED)
            .values(lease_until=clock.real_now() - timedelta(seconds=1))
        )


def test_no_mail_is_missing_when_workers_are_killed(smtp_sink, site):
    tokens = queue()
    for _ in range(KILLS):
        worker = site("worker")
        # The server has taken the mail, but its answer never arrives.
        target = len(smtp_sink.messages) + 4

        def kill(process=worker, target=target):
            if len(smtp_sink.messages) == target:
                os.killpg(process.pid, signal.SIGKILL)

        smtp_sink.on_data = kill
        assert worker.wait(30) == -signal.SIGKILL
        end_leases()
    smtp_sink.on_data = None

    while deliver_due(owner="last").tried:
        pass

    assert {*smtp_sink.ids()} == {*tokens}
    doubled = [count - 1 for count in Counter(smtp_sink.ids()).values() if count > 1]
    assert sum(doubled) <= KILLS
    reader().rollback()
    assert {*reader().scalars(select(Message.state))} == {MessageState.SENT}


def test_a_worker_told_to_stop_finishes_what_it_began(smtp_sink, site):
    tokens = queue()
    worker = site("worker")

    def stop():
        os.kill(worker.pid, signal.SIGTERM)
        smtp_sink.on_data = None

    smtp_sink.on_data = stop

    assert worker.wait(30) == 0
    reader().rollback()
    states = Counter(reader().scalars(select(Message.state)))
    assert states[MessageState.SENT] == len(smtp_sink.messages)
    assert states[MessageState.LEASED] == 0
    assert len(smtp_sink.messages) <= len(tokens)


def test_a_drained_outbox_ends_the_command(smtp_sink, site):
    tokens = queue()

    assert site("worker", "--drain").wait(60) == 0

    assert sorted(smtp_sink.ids()) == sorted(tokens)


def test_the_site_sends_by_itself_and_stops_when_told(smtp_sink, site):
    tokens = queue()
    server = site("run")
    deadline = time.monotonic() + 60
    while len(smtp_sink.messages) < len(tokens) and time.monotonic() < deadline:
        time.sleep(0.05)

    server.terminate()

    assert server.wait(30) == 0
    assert sorted(smtp_sink.ids()) == sorted(tokens)
