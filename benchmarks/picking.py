"""B6: 200 producers at once pick among 50 booths by HTTP, at 2, 4 and 8 processes.

Each holds a booth and takes it; who was too late tries one of the booths that the answer names,
until it has one or is sent to the waiting list. Exactly 50 get one, nobody waits for 5 seconds.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

from sqlalchemy import delete, func, select

from benchmarks.figure import Figure, note
from benchmarks.load import Connection, request
from benchmarks.server import free_port, granian
from benchmarks.world import DATABASES, Visitor, World, visitors, world
from tgfair.core.workflow import State
from tgfair.models import Application, Assignment, AssignmentState, Booth, BoothGiving, Fair
from tgfair.services.suiting import reasons_against
from tgfair.services.uow import reader, transaction

PICKERS, BOOTHS = 200, 50
PROCESSES = (2, 4, 8)
RUNS = 20 if os.environ.get("BENCH_FULL") else 3
LONGEST = 5.0
OTHERS = re.compile(r"Còn trống: ([^<.]+)\.")
WAIT = "vào danh sách chờ"


@dataclass
class Rush:
    """What the pickers saw."""

    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    # Who was too late and was told neither of another booth nor of the waiting list.
    left_alone: int = 0

    @property
    def longest(self) -> float:
        """The longest wait for an answer, in seconds."""
        return max(self.waits)

    @property
    def server_errors(self) -> int:
        """Answers of the 500 kind."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def add(self, other: Rush) -> None:
        """Add what others saw."""
        self.statuses += other.statuses
        self.waits += other.waits
        self.taken += other.taken
        self.left_alone += other.left_alone


def figures() -> Iterator[Figure]:
    """Yield, for each database and number of processes: exact runs, 5xx, longest wait, losers."""
    if RUNS < 20:
        note(f"B6 does {RUNS} runs of each kind; BENCH_FULL=1 does 20")
    for kind in DATABASES:
        with world(kind) as made:
            everybody = visitors(made, PICKERS, State.APPROVED)
            labels = open_booths(made, BOOTHS)
            for processes in PROCESSES:
                port = free_port()
                with granian(
                    "tgfair.app:create_app", processes=processes, env=made.env(port), port=port
                ) as site:
                    yield from _runs(made, site, everybody, labels, f"{kind}-{processes}p")


def _runs(
    made: World,
    site: tuple[str, int],
    everybody: Sequence[Visitor],
    labels: Sequence[str],
    name: str,
) -> Iterator[Figure]:
    exact, every = 0, Rush()
    longest = []
    for number in range(RUNS):
        made.run(empty)
        seen = rush(site, everybody, labels, seed=number)
        exact += sorted(seen.taken) == sorted(labels) and made.run(standing) == len(labels)
        longest.append(seen.longest)
        every.add(seen)
    note(f"B6 {name}: longest wait {max(longest):.2f} s, {dict(every.statuses)}")
    yield Figure(f"B6-exact-{name}", exact, f"of-{RUNS}-runs", RUNS, at_least=True)
    yield Figure(f"B6-5xx-{name}", every.server_errors, "answers", 0)
    yield Figure(f"B6-longest-wait-{name}", max(longest), "s", LONGEST)
    yield Figure(f"B6-left-alone-{name}", every.left_alone, "losers", 0)


def open_booths(made: World, count: int) -> list[str]:
    """Let producers pick at the fair, among that many booths; return their labels."""

    def work() -> list[str]:
        with transaction() as session:
            session.get_one(Fair, made.fair_id).giving = BoothGiving.FIRST_COME
            one = session.scalars(select(Application).limit(1)).one()
            booths = session.scalars(select(Booth).order_by(Booth.label)).all()
            kept = [booth for booth in booths if not reasons_against(one, booth)][:count]
            for booth in booths:
                booth.blocked_reason = None if booth in kept else "Không dùng"
            return [booth.label for booth in kept]

    found: list[str] = made.run(work)
    return found


def empty() -> None:
    """Free every booth for the next run."""
    with transaction() as session:
        session.execute(delete(Assignment))


def standing() -> int:
    """Return how many booths have a holder, each counted once."""
    reader().rollback()
    live = Assignment.state == AssignmentState.LIVE
    rows, booths = (
        reader().scalar(select(func.count(what)).where(live)) or 0
        for what in (Assignment.id, Assignment.booth_id.distinct())
    )
    return rows if rows == booths else -rows


def rush(
    site: tuple[str, int], everybody: Sequence[Visitor], labels: Sequence[str], *, seed: int
) -> Rush:
    """Let everybody pick at the same moment, from two processes of threads."""
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[Rush] = context.Queue()
    pickers = [
        context.Process(target=_pick_all, args=(site, everybody[part::2], labels, seed, results))
        for part in range(2)
    ]
    for one in pickers:
        one.start()
    seen = Rush()
    for _ in pickers:
        seen.add(results.get(timeout=300))
    for one in pickers:
        one.join()
    return seen


def _pick_all(
    site: tuple[str, int],
    everybody: Sequence[Visitor],
    labels: Sequence[str],
    seed: int,
    results: multiprocessing.Queue[Rush],
) -> None:
    seen, lock = Rush(), threading.Lock()

    def picker(visitor: Visitor) -> None:
        mine = _pick(Connection(*site), visitor, labels, random.Random(f"{seed}{visitor.code}"))  # noqa: S311 -- a client's taste
        with lock:
            seen.add(mine)

    threads = [threading.Thread(target=picker, args=(one,)) for one in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(seen)


def _pick(
    connection: Connection, visitor: Visitor, labels: Sequence[str], chance: random.Random
) -> Rush:
    """Hold a booth, another one of those named when it is gone, and take it."""
    seen, page = Rush(), f"/ho-so/{visitor.code}/chon-gian"

    def send(path: str, **fields: str) -> tuple[int, str]:
        body = urlencode({"csrf_token": visitor.csrf, **fields}).encode()
        data = request("POST", path, "127.0.0.1", headers=visitor.headers, body=body)
        begun = time.perf_counter()
        status, answer = connection.send(data)
        seen.waits.append(time.perf_counter() - begun)
        seen.statuses[status] += 1
        return status, unescape(answer.partition(b"\r\n\r\n")[2].decode())

    label: str | None = chance.choice(labels)
    while label is not None:
        status, text = send(page, gian=label)
        if status == 303:
            status, _ = send(f"{page}/nhan")
            seen.taken += [label] if status == 303 else []
            break
        others = OTHERS.search(text)
        seen.left_alone += others is None and WAIT not in text
        label = chance.choice(others[1].split(", ")) if others else None
    return seen
