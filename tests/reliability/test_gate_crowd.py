"""Eight gates that lose the network, their browsers and the server's answers (C3, P6)."""

from __future__ import annotations

import os
import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from tests.support import builders
from tests.support.gate_crowd import Disk, LostError, Phone
from tests.support.gate_world import (
    FAIR_DAY,
    make_gate,
    pair_phone,
    phone_actor,
    token_of,
    write_badges,
)
from tgfair.clock import day_in_vietnam
from tgfair.core.gate_passages import Book, merge
from tgfair.models import Scan
from tgfair.services import scans
from tgfair.services.keys import keyring
from tgfair.services.passages import passages_of_day
from tgfair.services.queries import head_counts
from tgfair.services.uow import reader, transaction

LONG = bool(os.environ.get("TGFAIR_LONG"))
SCANS = 100_000 if LONG else 10_000
KILLS = 100 if LONG else 10
BADGES = 2_000 if LONG else 500
GATES = 8
NIGHT = FAIR_DAY + timedelta(hours=12)


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    with app.app_context():
        fair = builders.make_fair()
        for number in range(1, GATES + 1):
            make_gate(fair, f"Cổng {number}")
        yield fair


class Server:
    """The real service behind a network that eats calls and answers."""

    def __init__(self, chance):
        self.chance = chance
        self.actors = {}
        self.lost_answers = 0

    def sender(self, device_id):
        def send(batch):
            fate = self.chance.random()
            if fate < 0.2:
                raise LostError
            taken = scans.record_scans(
                self.actors[device_id], batch, now=NIGHT, clock_shift=timedelta(0)
            )
            if fate < 0.4:
                self.lost_answers += 1
                raise LostError
            return [one.id for one in taken if one.status in {"accepted", "duplicate"}]

        return send


def crowd(fair, server):
    keys, phones = dict(keyring(reader(), fair.id)), []
    for number in range(1, GATES + 1):
        paired = pair_phone(fair, number)
        server.actors[paired.device_id] = phone_actor(paired)
        phones.append(Phone(paired.device_id, number, fair.number, keys, Disk()))
    return phones


def test_no_scan_is_lost_or_counted_twice_whatever_breaks(fair):
    chance = random.Random(20260618)  # noqa: S311 -- repeatable
    tokens = [token_of(badge) for badge in write_badges(fair, BADGES)]
    server = Server(chance)
    phones = crowd(fair, server)
    kills = set(chance.sample(range(SCANS), KILLS))
    for turn in range(SCANS):
        at = chance.randrange(GATES)
        if turn in kills:
            phones[at] = phones[at].reborn()
        moment = FAIR_DAY + timedelta(seconds=turn * 30_000 / SCANS)
        phones[at].scan(chance.choice(tokens), moment, chance)
        if chance.random() < 0.02:
            phones[at].is_online = not phones[at].is_online
        if phones[at].is_online and chance.random() < 0.05:
            phones[at].flush(server.sender(phones[at].device_id), chance)
    while any(phone.disk.waiting for phone in phones):
        for phone in chance.sample(phones, GATES):
            phone.flush(server.sender(phone.device_id), chance)

    made = [passage for phone in phones for passage in phone.disk.passages]
    book = merge(made, day_in_vietnam(FAIR_DAY))
    rows = reader().execute(select(Scan.scan_id, Scan.device_id, Scan.seq)).all()
    assert len(rows) == len(made) >= SCANS
    assert {row.scan_id for row in rows} == {passage.scan_id for passage in made}
    assert server.lost_answers > 0
    assert on_server(fair) == book
    assert book.conflicts
    assert head_counts.counts(fair.id, now=NIGHT).inside == len(book.inside)
    for phone in phones:
        own = sorted(row.seq for row in rows if row.device_id == phone.device_id)
        assert own == list(range(1, phone.disk.seq + 1))


def test_every_order_of_arrival_ends_in_the_same_book(fair):
    chance = random.Random(7)  # noqa: S311 -- repeatable
    tokens = [token_of(badge) for badge in write_badges(fair, 20)]
    server = Server(chance)
    phones = crowd(fair, server)
    for turn in range(120):
        moment = FAIR_DAY + timedelta(minutes=turn)
        chance.choice(phones).scan(chance.choice(tokens), moment, chance)
    told = [(phone.device_id, item) for phone in phones for item in phone.disk.waiting.values()]
    books, facts = set(), set()
    for _ in range(3):
        with transaction() as session:
            session.execute(delete(Scan))
        chance.shuffle(told)
        for device_id, item in told:
            actor = server.actors[device_id]
            scans.record_scans(actor, [item], now=NIGHT, clock_shift=timedelta(0))
        books.add(on_server(fair))
        kept = (Scan.scan_id, Scan.code, Scan.admitted, Scan.server_code, Scan.at)
        rows = reader().execute(select(*kept).order_by(Scan.scan_id))
        facts.add(tuple(tuple(row) for row in rows))

    assert len(books) == 1
    assert len(facts) == 1


def on_server(fair) -> Book:
    reader().rollback()
    day = day_in_vietnam(FAIR_DAY)
    return merge(passages_of_day(reader(), fair.id, day), day)
