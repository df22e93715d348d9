"""G2: sending an application beside a bare Flask-SQLAlchemy view that inserts one row.

Both on SQLite in WAL mode with synchronous FULL and BEGIN IMMEDIATE, on the same server. Every
submission is a draft of its own, sent by a session of its own, as people do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from benchmarks import floors
from benchmarks.figure import Figure, note
from benchmarks.load import drive, request
from benchmarks.rounds import medians
from benchmarks.server import SITE, free_port, granian
from benchmarks.world import Visitor, visitors, world
from tgfair.services.identifiers import public_id

PROCESSES, CLIENTS, SECONDS, ROUNDS = 2, 8, 2.0, 5
BATCH, WARM = 480, 160

Address = tuple[str, int]


def figures() -> Iterator[Figure]:
    """Yield the rate as a share of the floor's, and the answers of the 500 kind."""
    port = free_port()
    with world("sqlite") as made, TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'floor.sqlite3'}"
        floors.make_table(url)
        drafts = iter(visitors(made, WARM + BATCH * ROUNDS))
        with (
            granian(SITE, processes=PROCESSES, env=made.env(port), port=port) as site,
            granian(
                "benchmarks.floors:insert_one",
                processes=PROCESSES,
                env={"FLOOR_DATABASE_URL": url},
            ) as floor,
        ):
            yield from _rates(site, floor, drafts)


def _rates(site: Address, floor: Address, drafts: Iterator[Visitor]) -> Iterator[Figure]:
    statuses: Counter[int] = Counter()
    _submit(site, drafts, WARM, Counter())
    _insert(floor, 1)
    found = medians(
        {
            "site": lambda: _submit(site, drafts, BATCH, statuses),
            "floor": lambda: _insert(floor, SECONDS),
        },
        rounds=ROUNDS,
    )
    note(f"G2 submissions {found['site']:.0f}/s, bare inserts {found['floor']:.0f}/s")
    note(f"G2 answers {dict(statuses)}")
    assert {status for status in statuses if status < 500} == {303}, statuses
    yield Figure("G2-submit", 100 * found["site"] / found["floor"], "%", 25, at_least=True)
    errors = sum(count for status, count in statuses.items() if status >= 500)
    yield Figure("G2-5xx", errors, "answers", 0)


def _submit(site: Address, drafts: Iterator[Visitor], count: int, statuses: Counter[int]) -> float:
    mine = [_sending(next(drafts)) for _ in range(count)]
    outcome = drive(site, lambda n: iter(mine[n::CLIENTS]), clients=CLIENTS, seconds=120)
    statuses.update(outcome.statuses)
    return outcome.rate


def _sending(visitor: Visitor) -> bytes:
    form = {"csrf_token": visitor.csrf, "idempotency_key": public_id(), "consent": "y"}
    path = f"/ho-so/{visitor.code}/kiem-tra"
    body = urlencode(form).encode()
    return request("POST", path, "127.0.0.1", headers=visitor.headers, body=body)


def _insert(floor: Address, seconds: float) -> float:
    body = urlencode({"name": "Trần Văn Bé", "phone": "0912345678"}).encode()
    header = ("Content-Type: application/x-www-form-urlencoded",)
    data = request("POST", "/", "127.0.0.1", headers=header, body=body)
    outcome = drive(floor, lambda _: repeat(data), clients=CLIENTS, seconds=seconds)
    assert {*outcome.statuses} == {200}, outcome.statuses
    return outcome.rate
