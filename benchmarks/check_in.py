"""G4: checking a badge in by the gate's API, beside a bare conditional UPDATE and one row.

Every request carries one scan of another badge, as a phone with a network sends it: the site
verifies the signature, looks up the badge and its earlier passages, judges, and keeps the scan.
Both sides run on SQLite in WAL mode with synchronous FULL and BEGIN IMMEDIATE, on the same server.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import floors
from benchmarks.figure import Figure, note
from benchmarks.load import drive, request
from benchmarks.rounds import medians
from benchmarks.server import SITE, free_port, granian
from benchmarks.world import World, world
from tests.support.gate_world import sent_scan, write_badges
from tgfair import clock
from tgfair.core.badge import sign
from tgfair.models import Badge, Fair
from tgfair.policy import SYSTEM
from tgfair.services import gates
from tgfair.services.badge_printing import payload_of
from tgfair.services.keys import private_key
from tgfair.services.uow import reader, transaction

PROCESSES, CLIENTS, SECONDS, ROUNDS = 2, 8, 2.0, 3
BATCH, WARM = 240, 80

Address = tuple[str, int]


def figures() -> Iterator[Figure]:
    """Yield the rate as a share of the floor's."""
    port = free_port()
    with world("sqlite") as made, TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'floor.sqlite3'}"
        floors.make_table(url)
        floors.refill(url, 10**9)
        token, texts = made.run(lambda: _prepare(made))
        with (
            granian(SITE, processes=PROCESSES, env=made.env(port), port=port) as site,
            granian(
                "benchmarks.floors:last_places",
                processes=PROCESSES,
                env={"FLOOR_DATABASE_URL": url},
            ) as floor,
        ):
            yield from _rates(site, floor, token, iter(texts))


def _prepare(made: World) -> tuple[str, list[str]]:
    """Pair a phone with a fair of today; return its token and what its badges' codes say."""
    now = clock.real_now()
    with transaction() as session:
        fair = session.get_one(Fair, made.fair_id)
        fair.first_day = clock.day_in_vietnam(now)
    gates.create_gate(SYSTEM, made.fair_id, "Cổng chính", now=now)
    gates.create_pairing(SYSTEM, made.fair_id, 1, now=now)
    code = gates.newest_pairing(SYSTEM, made.fair_id, 1).code
    paired = gates.pair(code, "Máy đo", now=now)
    fair = reader().get_one(Fair, made.fair_id)
    write_badges(fair, WARM + BATCH * ROUNDS)
    badges = reader().query(Badge).filter_by(fair_id=made.fair_id).order_by(Badge.id)
    key = private_key(reader(), badges.first().kid)
    return paired.token, [sign(payload_of(badge, fair.number), key) for badge in badges]


def _rates(site: Address, floor: Address, token: str, texts: Iterator[str]) -> Iterator[Figure]:
    statuses: Counter[int] = Counter()
    _check_in(site, token, texts, WARM, Counter())
    _update(floor, 1)
    found = medians(
        {
            "site": lambda: _check_in(site, token, texts, BATCH, statuses),
            "floor": lambda: _update(floor, SECONDS),
        },
        rounds=ROUNDS,
    )
    note(f"G4 check-ins {found['site']:.0f}/s, bare updates {found['floor']:.0f}/s, {statuses}")
    assert {*statuses} == {200}, statuses
    yield Figure("G4-check-in", 100 * found["site"] / found["floor"], "%", 40, at_least=True)


def _check_in(
    site: Address, token: str, texts: Iterator[str], count: int, statuses: Counter[int]
) -> float:
    mine = [_sending(token, next(texts)) for _ in range(count)]
    outcome = drive(site, lambda n: iter(mine[n::CLIENTS]), clients=CLIENTS, seconds=120)
    statuses.update(outcome.statuses)
    return outcome.rate


def _sending(token: str, text: str) -> bytes:
    headers = (
        f"Authorization: Bearer {token}",
        "X-Tgfair: gate",
        "Content-Type: application/json",
    )
    scan = sent_scan(text, at=clock.real_now(), id=secrets.token_hex(16))
    body = json.dumps({"scans": [scan]}).encode()
    return request("POST", "/api/v1/gate/scans", "127.0.0.1", headers=headers, body=body)


def _update(floor: Address, seconds: float) -> float:
    data = request("POST", "/", "127.0.0.1", headers=("Content-Length: 0",))
    outcome = drive(floor, lambda _: repeat(data), clients=CLIENTS, seconds=seconds)
    assert {*outcome.statuses} == {200}, outcome.statuses
    return outcome.rate
