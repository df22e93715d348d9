"""Who went through a gate, whatever the order in which the phones tell it.

A set of passages says everything: what was before a scan, who is inside, which badge came in at
two places. Nothing here depends on the order of arrival, and a passage told twice counts once.
The phone keeps the same book (`static/gate/passages.js`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tgfair.core.gate import Direction, EarlierScan

# Two gates whose clocks differ by less must not both show green for one badge.
CLOCK_SLACK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Passage:
    """A scan as far as it counts for others; `gate` is the gate's number.

    `at` is the corrected instant in the time zone whose days count. `knowing` when the volunteer
    let the badge in again by intent. `cancels` names the scan of the same phone it takes back.
    """

    badge_number: int | None
    scan_id: str
    device_id: int
    direction: Direction
    at: datetime
    gate: int
    admitted: bool
    cancels: str | None = None
    knowing: bool = False

    @property
    def order(self) -> tuple[datetime, str]:
        """Return the place among all passages: time first, then the random id."""
        return self.at, self.scan_id


@dataclass(frozen=True, slots=True)
class TwoEntries:
    """One badge let in twice without going out between, by phones that did not know."""

    badge_number: int
    first: Passage
    second: Passage


@dataclass(frozen=True, slots=True)
class Book:
    """What a set of passages comes to: each badge counts once, whatever was scanned twice."""

    inside: frozenset[int]
    entered: frozenset[int]
    conflicts: tuple[TwoEntries, ...]
    counted: tuple[Passage, ...]


class History:
    """The passages known so far, to be asked what was before a scan."""

    def __init__(self, passages: Iterable[Passage] = ()) -> None:
        self._by_badge: dict[int | None, dict[str, Passage]] = defaultdict(dict)
        self._cancelled: set[tuple[int, str]] = set()
        for passage in passages:
            self.add(passage)

    def add(self, passage: Passage) -> None:
        """Count one more scan; an undo takes back a scan of its own phone."""
        if passage.cancels:
            self._cancelled.add((passage.device_id, passage.cancels))
        elif passage.admitted:
            self._by_badge[passage.badge_number][passage.scan_id] = passage

    def before(self, number: int, at: datetime) -> list[EarlierScan]:
        """Return the passages of the badge's day, oldest first.

        Those a little later count too: two gates whose clocks differ must not both show green.
        """
        day, latest = at.date(), at + CLOCK_SLACK
        kept = [
            passage
            for passage in self._by_badge.get(number, {}).values()
            if (passage.device_id, passage.scan_id) not in self._cancelled
            and passage.at.date() == day
            and passage.at <= latest
        ]
        kept.sort(key=lambda passage: passage.order)
        return [
            EarlierScan(passage.direction, f"{passage.at:%H:%M}", passage.gate) for passage in kept
        ]


def merge(passages: Iterable[Passage], day: date | None = None) -> Book:
    """Return what the passages come to, of one day if it is given.

    The same set in any order, with any repetition, gives the same book.
    """
    told = {passage.scan_id: passage for passage in passages}
    cancelled = {(one.device_id, one.cancels) for one in told.values() if one.cancels}
    counted = sorted(
        (
            one
            for one in told.values()
            if one.admitted
            and one.badge_number is not None
            and not one.cancels
            and (one.device_id, one.scan_id) not in cancelled
            and (day is None or one.at.date() == day)
        ),
        key=lambda one: one.order,
    )
    return _book(counted)


def _book(counted: Sequence[Passage]) -> Book:
    last_in: dict[int, Passage] = {}
    entered: set[int] = set()
    conflicts = []
    for one in counted:
        number = one.badge_number or 0
        before = last_in.get(number)
        if one.direction is Direction.OUT:
            last_in.pop(number, None)
            continue
        if before is not None and before.at.date() == one.at.date() and _is_blind(one):
            conflicts.append(TwoEntries(number, before, one))
        last_in[number] = one
        entered.add(number)
    return Book(frozenset(last_in), frozenset(entered), tuple(conflicts), tuple(counted))


def _is_blind(second: Passage) -> bool:
    """Return whether the second entry was given without knowing of the first."""
    return second.direction is Direction.IN and not second.knowing
