"""G3: 500 requests at once for the last 50 places of a window, on both databases.

Exactly 50 get one, whatever the number of processes. The floor is the same race in
Flask-SQLAlchemy: read whether a place is free, then take it by a conditional UPDATE.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import delete, func, select, update

from benchmarks import floors
from benchmarks.figure import Figure, note
from benchmarks.load import Outcome, drive, request
from benchmarks.server import SITE, free_port, granian
from benchmarks.world import DATABASES, World, database, visitors, world
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import Slot, SlotBooking, SlotKind
from tgfair.services.uow import reader, transaction

RIVALS, PLACES = 500, 50
PROCESSES = (2, 4, 8)
RUNS = 20 if os.environ.get("BENCH_FULL") else 3

Address = tuple[str, int]


def figures() -> Iterator[Figure]:
    """Yield, for each database and number of processes: exact runs, 5xx answers, p95."""
    if RUNS < 20:
        note(f"G3 does {RUNS} runs of each kind; BENCH_FULL=1 does the 20 of the goal")
    for kind in DATABASES:
        with world(kind) as made, database(kind) as floor_url:
            floors.make_table(floor_url)
            slot_id = _window(made)
            contest = _requests(made, slot_id)
            for processes in PROCESSES:
                with _servers(made, floor_url, processes) as (site, floor):
                    name = f"{kind}-{processes}p"
                    yield from _runs(made, slot_id, contest, (site, floor), floor_url, name)


@contextmanager
def _servers(made: World, floor_url: str, processes: int) -> Iterator[tuple[Address, Address]]:
    port = free_port()
    env = {"FLOOR_DATABASE_URL": floor_url}
    with (
        granian(SITE, processes=processes, env=made.env(port), port=port) as site,
        granian("benchmarks.floors:last_places", processes=processes, env=env) as floor,
    ):
        yield site, floor


def _runs(
    made: World,
    slot_id: int,
    contest: list[bytes],
    servers: tuple[Address, Address],
    floor_url: str,
    name: str,
) -> Iterator[Figure]:
    site, floor = servers
    exact, errors, ours, bare = 0, 0, [], []
    statuses: Counter[int] = Counter()
    for _ in range(RUNS):
        made.run(lambda: _empty(slot_id))
        outcome = _race(site, contest)
        statuses.update(outcome.statuses)
        exact += made.run(lambda: _sold(slot_id)) == (PLACES, 0) and outcome.statuses[303] == PLACES
        errors += outcome.server_errors
        ours.append(outcome.percentile(0.95))
        floors.refill(floor_url, PLACES)
        bare.append(_race(floor, [request("POST", "/", "127.0.0.1")] * RIVALS).percentile(0.95))
    note(f"G3 {name}: p95 {median(ours):.0f} ms, floor {median(bare):.0f} ms, {dict(statuses)}")
    yield Figure(f"G3-exact-{name}", exact, f"of-{RUNS}-runs", RUNS, at_least=True)
    yield Figure(f"G3-5xx-{name}", errors, "answers", 0)
    yield Figure(f"G3-p95-{name}", median(ours) / median(bare), "x-floor", 2)


def _race(address: Address, requests: list[bytes]) -> Outcome:
    """Let everybody send one request at the same moment."""
    return drive(address, lambda n: iter(requests[n : n + 1]), clients=RIVALS, seconds=120)


def _window(made: World) -> int:
    def work() -> int:
        starts = clock.real_now() + timedelta(days=39)
        with transaction() as session:
            slot = Slot(
                fair_id=made.fair_id,
                kind=SlotKind.LOAD_IN,
                place="Cổng 1",
                starts_at=starts,
                ends_at=starts + timedelta(hours=1),
                capacity=PLACES,
                free=PLACES,
            )
            session.add(slot)
            session.flush()
            return slot.id

    return int(made.run(work))


def _requests(made: World, slot_id: int) -> list[bytes]:
    found = []
    for visitor in visitors(made, RIVALS, State.APPROVED):
        body = urlencode({"csrf_token": visitor.csrf, "slot": slot_id}).encode()
        path = f"/ho-so/{visitor.code}/khung-gio"
        found.append(request("POST", path, "127.0.0.1", headers=visitor.headers, body=body))
    return found


def _empty(slot_id: int) -> None:
    with transaction() as session:
        session.execute(delete(SlotBooking).where(SlotBooking.slot_id == slot_id))
        session.execute(update(Slot).where(Slot.id == slot_id).values(free=PLACES))


def _sold(slot_id: int) -> tuple[int, int]:
    """Return (live bookings, places left)."""
    session = reader()
    session.rollback()
    live = select(func.count()).where(
        SlotBooking.slot_id == slot_id, SlotBooking.cancelled_at.is_(None)
    )
    sold = session.scalar(live) or 0, session.get_one(Slot, slot_id).free
    session.rollback()
    return sold
