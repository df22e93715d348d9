"""Gates without a network: phones that decide by themselves, die, come back and tell it all."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tgfair.clock import VIETNAM
from tgfair.core.badge import BadgePayload, read
from tgfair.core.gate import AtGate, Colour, Direction, ListedBadge, judge
from tgfair.core.gate_passages import History, Passage

BATCH = 50
WAYS = (*[Direction.IN] * 7, Direction.OUT, Direction.OUT, Direction.BACK)
Send = Callable[[list[dict[str, Any]]], Sequence[str]]


class LostError(Exception):
    """The call, or its answer, never came through."""


@dataclass
class Disk:
    """What outlives the death of a phone's browser."""

    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)
    seq: int = 0


class Phone:
    """One phone at one gate, with the rule and the book of the real one."""

    def __init__(
        self, device_id: int, gate: int, event: int, keys: Mapping[int, bytes], disk: Disk
    ) -> None:
        self.device_id, self.gate, self.event, self.keys = device_id, gate, event, keys
        self.disk = disk
        self.history = History(disk.passages)
        self.is_online = False

    def reborn(self) -> Phone:
        """The same phone after its browser was killed."""
        return Phone(self.device_id, self.gate, self.event, self.keys, self.disk)

    def scan(self, token: str, at: datetime, chance: random.Random) -> None:
        """Decide, keep, and sometimes take it back: all before anybody else hears of it."""
        direction = chance.choice(WAYS)
        shown = read(token, self.keys, self.event)
        number = shown.badge if isinstance(shown, BadgePayload) else None
        local = at.astimezone(VIETNAM)
        earlier = self.history.before(number, local) if number is not None else []
        override = chance.random() < 0.1
        at_gate = AtGate(self.gate, local.date(), direction, override=override)
        verdict = judge(shown, ListedBadge(0, revoked=False), earlier, at_gate)
        item = self._keep(token, at, direction, chance, override=override)
        item["shown"] = {"code": verdict.code, "detail": verdict.detail}
        is_in = verdict.colour is Colour.GREEN
        self._note(item, number, local, direction, is_in=is_in, code=verdict.code)
        if is_in and chance.random() < 0.05:
            later = at + timedelta(seconds=4)
            undo = self._keep(token, later, direction, chance, cancels=item["id"])
            self._note(undo, number, later.astimezone(VIETNAM), direction, is_in=False, code="")

    def _keep(
        self, token: str, at: datetime, direction: Direction, chance: random.Random, **more: Any
    ) -> dict[str, Any]:
        self.disk.seq += 1
        item = {
            "id": f"{chance.getrandbits(128):032x}",
            "seq": self.disk.seq,
            "text": token,
            "mode": "qr",
            "direction": direction.value,
            "wall": at.isoformat(),
            "mono": self.disk.seq,
            "cancels": None,
            **more,
        }
        self.disk.waiting[item["id"]] = item
        return item

    def _note(
        self,
        item: dict[str, Any],
        number: int | None,
        at: datetime,
        direction: Direction,
        *,
        is_in: bool,
        code: str,
    ) -> None:
        passage = Passage(
            badge_number=number,
            scan_id=item["id"],
            device_id=self.device_id,
            direction=direction,
            at=at,
            gate=self.gate,
            admitted=is_in,
            cancels=item["cancels"],
            knowing=code == "overridden",
        )
        self.disk.passages.append(passage)
        self.history.add(passage)

    def flush(self, send: Send, chance: random.Random) -> None:
        """Send one batch, in any order, with some scans twice; keep what was not named."""
        items = list(self.disk.waiting.values())
        chance.shuffle(items)
        batch = items[:BATCH] + items[: chance.randrange(4)]
        try:
            named = send(batch)
        except LostError:
            return
        for scan_id in named:
            self.disk.waiting.pop(scan_id, None)
