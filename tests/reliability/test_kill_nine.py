"""kill -9 of web and worker while producers send: nothing acknowledged is lost, no mail is missing.

Producers open their personal link, name who stands at the booth, and send; whoever gets no answer
presses again. Meanwhile the web server and the worker are killed, at random moments or the moment a
submission shows up in the database (its answer is then still under way).
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.support.builders import install_plan, make_exhibitor, make_fair, make_invitation
from tests.support.effort import rounds
from tests.support.faulty_smtp import FaultySmtp
from tests.support.phone import Phone
from tests.support.processes import Site
from tgfair import clock
from tgfair.core.workflow import Event, State
from tgfair.models import Application, ApplicationEvent, Message, MessageState
from tgfair.services.links import invitation_token
from tgfair.services.uow import reader, transaction

SUBMISSIONS = rounds(24, 200)
KILLS = rounds(4, 30)
CLIENTS = 6
PATIENCE = 60.0


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
        TGFAIR_WORKER="0",
        TGFAIR_RATE_LIMITS="0",  # everybody comes from one address here
    )
    with site:
        yield site


def invite() -> list[str]:
    """A fair open now, and one personal link for each producer."""
    now = clock.real_now()
    fair = make_fair(
        registration_opens_at=now - timedelta(days=1),
        registration_closes_at=now + timedelta(days=20),
        opens_at=now + timedelta(days=40),
        first_day=(now + timedelta(days=40)).date(),
        last_day=(now + timedelta(days=43)).date(),
    )
    install_plan(fair)
    invitations = [make_invitation(fair, make_exhibitor()) for _ in range(SUBMISSIONS)]
    return [f"/m/{invitation_token(one.id, one.revision)}" for one in invitations]


def apply(phone: Phone, link: str) -> str:
    """Go from the personal link to the receipt; return the code that it acknowledges."""
    _, hidden = phone.get(link)
    status, draft = phone.post(link, csrf_token=hidden["csrf_token"])
    assert (status, draft.split("/")[1]) == (303, "ho-so"), draft
    code = draft.split("/")[2]
    people = f"/ho-so/{code}/buoc/4"
    _, hidden = phone.get(people)
    status, onward = phone.post(people, **hidden, name1="Trần Văn Bé", phone1="0912345678")
    assert status == 303, onward
    check = f"/ho-so/{code}/kiem-tra"
    _, hidden = phone.get(check)
    status, receipt = phone.post(check, **hidden, consent="y")
    assert (status, receipt) == (303, f"/ho-so/{code}/da-gui"), receipt
    status, _ = phone.get(receipt)
    assert status == 200
    return code


def submitted() -> int:
    """How many submissions the database holds just now."""
    reader().rollback()
    done = select(func.count()).where(ApplicationEvent.event == Event.SUBMIT)
    return reader().scalar(done) or 0


class Killer(threading.Thread):
    """Kills web and worker in turn, spread over the run, and starts them again."""

    def __init__(self, app: Flask, site: Site, seed: int) -> None:
        super().__init__(daemon=True)
        self._app, self._site, self._chance = app, site, random.Random(seed)  # noqa: S311 -- when to kill
        self._running = {"run": site.running[0], "worker": site.command("worker")}
        self.killed: Counter[str] = Counter()

    def run(self) -> None:
        with self._app.app_context():
            for number in range(1, KILLS + 1):
                self._wait_for(number * SUBMISSIONS // (KILLS + 1), every=0.01)
                if self._chance.random() < 0.5:
                    self._wait_for(submitted() + 1, every=0.0005)  # committed, not yet answered
                else:
                    time.sleep(self._chance.uniform(0, 0.1))
                self._kill("run" if number % 2 else "worker")

    def _kill(self, name: str) -> None:
        self._site.kill(self._running[name])
        self.killed[name] += 1
        web = name == "run"
        self._running[name] = self._site.start() if web else self._site.command("worker")

    def _wait_for(self, count: int, *, every: float) -> None:
        deadline = time.monotonic() + PATIENCE
        while submitted() < min(count, SUBMISSIONS) and time.monotonic() < deadline:
            time.sleep(every)


def end_leases() -> None:
    """Let half a minute pass for what a killed worker had taken."""
    with transaction() as session:
        session.execute(
            update(Message)
            .where(Message.state == MessageState.LEASED)
            .values(lease_until=clock.real_now() - timedelta(seconds=1))
        )


def test_nothing_acknowledged_is_lost_when_web_and_worker_are_killed(app, site, smtp_sink):
    links = invite()
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # shown when the test fails
    killer = Killer(app, site, seed)
    killer.start()
    phones = [Phone(site.address) for _ in links]

    with ThreadPoolExecutor(CLIENTS) as clients:
        acknowledged = list(clients.map(apply, phones, links))
    killer.join(PATIENCE)
    for process in [*site.running]:
        site.kill(process)
    end_leases()
    assert site.command("worker", "--drain").wait(120) == 0

    assert killer.killed.total() == KILLS
    reader().rollback()
    states = reader().execute(select(Application.code, Application.state)).all()
    assert Counter(map(tuple, states)) == Counter((code, State.SUBMITTED) for code in acknowledged)
    sent = reader().scalars(
        select(Application.code)
        .join(ApplicationEvent)
        .where(ApplicationEvent.event == Event.SUBMIT)
    )
    assert Counter(sent) == Counter(acknowledged)
    receipts = reader().execute(
        select(Application.code, Message.state)
        .join(Message, Message.application_id == Application.id)
        .where(Message.kind == "receipt")
    )
    assert Counter(map(tuple, receipts)) == Counter(
        (code, MessageState.SENT) for code in acknowledged
    )
    expected = {f"<{name}@localhost>" for name in reader().scalars(select(Message.message_id))}
    assert {*smtp_sink.ids()} == expected
    doubled = [count - 1 for count in Counter(smtp_sink.ids()).values()]
    assert sum(doubled) <= killer.killed["worker"] + 1
