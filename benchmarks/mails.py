"""G6: the outbox into a local sink by 1, 2 and 4 workers on PostgreSQL, beside two bare floors.

Floors: one connection that builds each message and sends it, and commits of one row each; the goal
is a share of the smaller one, measured in the same run. Every mail arrives once, over few
connections. Each worker has sent one mail before, as the floors have opened their connections.
"""

from __future__ import annotations

import multiprocessing
import smtplib
import statistics
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, select

from benchmarks.figure import Figure, note
from benchmarks.world import World, world
from tests.support import builders
from tests.support.databases import make_config
from tests.support.faulty_smtp import FaultySmtp
from tgfair.app import create_app
from tgfair.config import MailConfig
from tgfair.core.workflow import State
from tgfair.mail.enqueue import Links, Recipient, enqueue
from tgfair.models import Message, MessageState
from tgfair.services.outbox import deliver_due
from tgfair.services.uow import reader, transaction

MAILS = 1000
FLOOR = 300
ROUNDS = 3
WORKERS = (1, 2, 4)
GOAL = 0.75
A_CONNECTION = 100
LONGEST = 120
COMMITS = Table("commits", MetaData(), Column("id", Integer, primary_key=True))


def figures() -> Iterator[Figure]:
    """Yield the share of the floor at each number of workers, and what must never happen."""
    with world("postgres") as made:
        rates: dict[int, list[float]] = {count: [] for count in WORKERS}
        floors: list[float] = []
        doubled = connections = 0
        for _ in range(ROUNDS):
            floors.append(min(_bare_rate(), _commit_rate(made.url)))
            for count in WORKERS:
                sink = FaultySmtp()
                try:
                    rate, opened = _rate(made, sink, count)
                    rates[count].append(rate)
                    doubled += len(sink.ids()) - len({*sink.ids()})
                    connections = max(connections, opened)
                finally:
                    sink.close()
    floor = statistics.median(floors)
    note(f"G6 floor {floor:.0f}/s")
    for count in WORKERS:
        rate = statistics.median(rates[count])
        note(f"G6 {count} workers: {rate:.0f} mails/s")
        yield Figure(f"G6.workers{count}", rate / floor, "of the floor", GOAL, at_least=True)
    yield Figure("G6.doubled", doubled, "mails", 0)
    yield Figure("G6.connections", connections, "connections", MAILS / A_CONNECTION)


def _rate(made: World, sink: FaultySmtp, workers: int) -> tuple[float, int]:
    """Queue the mails and let processes send them; return mails a second, and connections."""
    made.run(lambda: _queue(MAILS + workers))
    gate = multiprocessing.get_context("spawn").Barrier(workers + 1)
    processes = [
        multiprocessing.get_context("spawn").Process(
            target=_work, args=(made.url, str(made.instance), sink.host, sink.port, gate)
        )
        for _ in range(workers)
    ]
    for process in processes:
        process.start()
    gate.wait(120)
    began, opened = time.perf_counter(), sink.connections
    while sink.count < MAILS + workers and time.perf_counter() - began < LONGEST:
        time.sleep(0.005)
    while made.run(_left):
        time.sleep(0.005)
    took = time.perf_counter() - began
    for process in processes:
        process.join(30)
    return MAILS / took, sink.connections - opened


def _work(url: str, instance: str, host: str, port: int, gate: Any) -> None:
    config = make_config(url, Path(instance), mail=MailConfig(server=host, port=port))
    with create_app(config).app_context():
        owner = f"{multiprocessing.current_process().pid}"
        deliver_due(owner=owner, limit=1)
        gate.wait(120)
        while deliver_due(owner=owner).tried:
            pass


def _queue(count: int) -> None:
    fair, exhibitor = builders.make_fair(), builders.make_exhibitor()
    application = builders.make_application(fair, exhibitor, State.APPROVED)
    links = Links(fair.id, application.id)
    with transaction() as session:
        for number in range(count):
            who = Recipient("Cô Út", f"nguoi{number}@example.vn", None, exhibitor.id)
            cause = f"{application.id}:{number}"
            enqueue(session, "approved", who, dedupe=cause, now=builders.NOW, links=links)


def _left() -> int:
    reader().rollback()
    waiting = (MessageState.QUEUED, MessageState.LEASED, MessageState.FAILED)
    statement = select(func.count()).select_from(Message).where(Message.state.in_(waiting))
    return reader().scalar(statement) or 0


def _bare_rate() -> float:
    """Return how many messages a second one connection takes when each is built anew."""
    sink = FaultySmtp()
    try:
        with smtplib.SMTP(sink.host, sink.port, timeout=10) as server:
            began = time.perf_counter()
            for number in range(FLOOR):
                message = EmailMessage()
                message["From"], message["To"] = "a@example.vn", f"nguoi{number}@example.vn"
                message["Subject"] = "Hồ sơ đã được duyệt"
                message.set_content("Kính gửi cơ sở,\n\nHồ sơ đã được duyệt.\n" * 8)
                message.add_alternative("<p>Hồ sơ đã được duyệt.</p>" * 40, subtype="html")
                server.send_message(message)
            return FLOOR / (time.perf_counter() - began)
    finally:
        sink.close()


def _commit_rate(url: str) -> float:
    """Return how many durable commits of one row a second the database takes from one writer."""
    engine = create_engine(url)
    COMMITS.create(engine, checkfirst=True)
    with engine.connect() as connection:
        began = time.perf_counter()
        for _ in range(FLOOR):
            connection.execute(COMMITS.insert())
            connection.commit()
        took = time.perf_counter() - began
    engine.dispose()
    return FLOOR / took
