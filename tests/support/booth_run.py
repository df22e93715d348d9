"""A run of rivals who are killed: `python -m tests.support.booth_run SETTINGS.json`.

One process without a thread or a connection forks the rivals, kills them at random, and looks at
the database meanwhile. It prints what it saw as JSON. Time passes with the acts, not with the
clock: the same on a fast and a slow machine.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import signal
import struct
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.support import booth_rivals, booth_watch
from tests.support.builders import NOW
from tests.support.databases import make_config
from tgfair.app import create_app
from tgfair.core.errors import TgfairError, UnavailableError
from tgfair.extensions import db

# Passes at each act: a hold of five minutes lasts for 15 of them.
STEP = timedelta(seconds=20)
PATIENCE = 600
# Acts that write exactly one line of the audit trail, and which.
LINES = {
    "hold": "booth.held",
    "take": "booth.picked",
    "assign": "booth.assigned",
    "release": "booth.released",
    "move": "booth.moved",
    "accept": "waitlist.accepted",
}
# Answered again with what was done the first time, without another line.
REPLAYED = {"accept"}
COUNTS = ("acts", *LINES)


@dataclass(frozen=True)
class Settings:
    """How hard to try."""

    url: str
    instance: str
    seed: int
    acts: int
    processes: int
    kills: int
    looks: int
    booths: int
    # SQL to break a promise first: the run must then see it broken.
    sabotage: str = ""


class Tally:
    """Counters that outlive the process which counts: a row for each, in shared memory."""

    def __init__(self, rows: int) -> None:
        self._width = 8 * len(COUNTS)
        self._memory = mmap.mmap(-1, rows * self._width)
        self._rows = rows

    def add(self, row: int, name: str) -> None:
        """Count one; only the row's own process may."""
        at = row * self._width + 8 * COUNTS.index(name)
        struct.pack_into("q", self._memory, at, self._get(at) + 1)

    def sum(self, name: str) -> int:
        """Return what all rows counted."""
        offset = 8 * COUNTS.index(name)
        return sum(self._get(row * self._width + offset) for row in range(self._rows))

    def _get(self, at: int) -> int:
        return int(struct.unpack_from("q", self._memory, at)[0])


class Run:
    """The rivals, who is killed, and what was seen."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.chance = random.Random(settings.seed)  # noqa: S311 -- a test's choice
        self.app = create_app(make_config(settings.url, Path(settings.instance)))
        self.engine = booth_watch.engine_of(settings.url)
        self.tally = Tally(settings.processes)
        self.log = Path(settings.instance) / "rivals.log"
        self.process = os.getpid()
        self.started = 0
        self.seen: Counter[str] = Counter()
        self.faults: list[str] = []

    def go(self) -> dict[str, Any]:
        """Run to the end, or to the first fault, and return the report."""
        with self.app.app_context():
            self.square = booth_rivals.build(self.settings.booths)
            self.before = {line: booth_watch.written(self.engine, line) for line in LINES.values()}
            db.session.remove()
            db.engine.dispose()
        if self.settings.sabotage:
            with self.engine.begin() as connection:
                connection.execute(text(self.settings.sabotage))
        rivals = {row: self._start(row) for row in range(self.settings.processes)}
        try:
            self._watch(rivals)
        finally:
            for process in rivals.values():
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
        self._look()
        return self._report()

    def _watch(self, rivals: dict[int, int]) -> None:
        acts, kills, looks = self.settings.acts, self.settings.kills, self.settings.looks
        last, since = 0, time.monotonic()
        while not self.faults:
            done = self.tally.sum("acts")
            if done >= acts and self.seen["kills"] >= kills:
                return
            if done > last:
                last, since = done, time.monotonic()
            elif time.monotonic() - since > PATIENCE:
                self.faults.append(f"nothing happens after {done} acts")
            if self.seen["kills"] < min(kills, kills * done // acts):
                self._kill(rivals)
            if self.seen["looks"] < min(looks, looks * done // acts):
                self._look()
            time.sleep(0.002)

    def _kill(self, rivals: dict[int, int]) -> None:
        row = self.chance.randrange(self.settings.processes)
        time.sleep(self.chance.uniform(0, 0.02))
        os.kill(rivals[row], signal.SIGKILL)
        _, status = os.waitpid(rivals[row], 0)
        if not os.WIFSIGNALED(status):
            self.faults.append(f"a rival ended by itself: {status}")
        self.seen["kills"] += 1
        rivals[row] = self._start(row)

    def _look(self) -> None:
        self.seen["looks"] += 1
        self.faults += booth_watch.faults(self.engine, self.square.fair_id)

    def _start(self, row: int) -> int:
        self.started += 1
        process = os.fork()
        if process:
            return process
        try:
            self._compete(row, self.settings.seed * 1000 + self.started)
        finally:
            os._exit(1)
        return 0

    def _compete(self, row: int, seed: int) -> None:
        with self.app.app_context():
            rival = booth_rivals.Rival(self.square, seed, self._now)
            while os.getppid() == self.process:  # nobody goes on alone
                self.tally.add(row, "acts")
                try:
                    name = rival.act()
                    if name in LINES:
                        self.tally.add(row, name)
                except (TgfairError, UnavailableError) as error:
                    self._note("refused", error.code)
                    if not isinstance(error, TgfairError) and "deadlock" in str(error.__cause__):
                        self._note("fault", f"deadlock in {traceback.format_exc()}")
                except Exception:  # noqa: BLE001 -- whatever else happens is what we look for
                    self._note("fault", traceback.format_exc())
                db.session.remove()

    def _now(self) -> datetime:
        return NOW + STEP * self.tally.sum("acts")

    def _note(self, kind: str, what: str) -> None:
        line = json.dumps([kind, what]) + "\n"
        with self.log.open("ab", buffering=0) as log:
            log.write(line.encode())

    def _report(self) -> dict[str, Any]:
        notes = [json.loads(line) for line in self.log.read_text().splitlines()]
        self.faults += sorted({what for kind, what in notes if kind == "fault"})
        for act, line in LINES.items():
            heard = self.tally.sum(act)
            kept = booth_watch.written(self.engine, line) - self.before[line]
            least = 1 if act in REPLAYED and heard else heard
            # A killed process may have committed what it never came to say.
            if not least <= kept <= heard + self.seen["kills"] + self.settings.processes:
                self.faults.append(f"{heard} times {act} was answered, {kept} times it was kept")
        return {
            **self.seen,
            "acts": self.tally.sum("acts"),
            "done": {name: self.tally.sum(name) for name in LINES},
            "refused": Counter(what for kind, what in notes if kind == "refused"),
            "faults": self.faults,
        }


if __name__ == "__main__":
    print(json.dumps(Run(Settings(**json.loads(sys.argv[1]))).go(), ensure_ascii=False))
