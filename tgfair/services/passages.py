"""Who was let through on some days, as the rule of the gate wants to know it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.core.calendar_text import vn_time
from tgfair.core.gate import Direction, EarlierScan
from tgfair.core.gate_scan import CLOCK_SLACK
from tgfair.models.gate import Gate, Scan


@dataclass(frozen=True)
class Passage:
    """A scan as far as it counts for the next one; `gate` is the gate's number."""

    badge_number: int | None
    scan_id: str
    device_id: int
    direction: str
    at: datetime
    gate: int
    admitted: bool
    cancels: str | None


class Passages:
    """Who was let through on the days of a batch, and what was undone since."""

    def __init__(
        self, session: Session, fair_id: int, numbers: Sequence[int], days: Collection[date]
    ) -> None:
        self._by_badge: dict[int | None, list[Passage]] = defaultdict(list)
        self._cancelled: set[tuple[int, str]] = set()
        rows = session.execute(
            select(
                Scan.badge_number,
                Scan.scan_id,
                Scan.device_id,
                Scan.direction,
                Scan.at,
                Gate.number,
                Scan.admitted,
                Scan.cancels,
            )
            .join(Gate, Gate.id == Scan.gate_id)
            .where(
                Scan.fair_id == fair_id,
                Scan.badge_number.in_(numbers),
                or_(Scan.admitted, Scan.cancels.is_not(None)),
            )
        )
        for row in rows:
            passage = Passage(*row)
            if passage.cancels or day_in_vietnam(passage.at) in days:
                self.add(passage)

    def add(self, passage: Passage) -> None:
        """Count one more scan; an undo takes back a scan of its own phone."""
        if passage.cancels:
            self._cancelled.add((passage.device_id, passage.cancels))
        elif passage.admitted:
            self._by_badge[passage.badge_number].append(passage)

    def before(self, number: int, at: datetime) -> list[EarlierScan]:
        """Return the passages of the badge's Vietnamese day, oldest first.

        Those a little later count too: two gates whose clocks differ must not both show green.
        """
        day = day_in_vietnam(at)
        kept = [
            passage
            for passage in self._by_badge[number]
            if (passage.device_id, passage.scan_id) not in self._cancelled
            and day_in_vietnam(passage.at) == day
            and passage.at <= at + CLOCK_SLACK
        ]
        kept.sort(key=lambda passage: passage.at)
        return [
            EarlierScan(Direction(passage.direction), vn_time(passage.at), passage.gate)
            for passage in kept
        ]
