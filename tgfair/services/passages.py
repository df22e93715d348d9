"""Who was let through on some days, as the rule of the gate wants to know it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from tgfair.clock import VIETNAM, start_of_day
from tgfair.core.gate import Direction
from tgfair.core.gate_passages import History, Passage
from tgfair.models.gate import Gate, Scan

_PASSAGES: Select[*tuple[Any, ...]] = select(
    Scan.badge_number,
    Scan.scan_id,
    Scan.device_id,
    Scan.direction,
    Scan.at,
    Gate.number,
    Scan.admitted,
    Scan.cancels,
    Scan.code,
    Scan.id,
).join(Gate, Gate.id == Scan.gate_id)
# Asked with every scan, so it is built once.
_HISTORY = _PASSAGES.where(
    Scan.fair_id == bindparam("fair_id"),
    Scan.badge_number.in_(bindparam("numbers", expanding=True)),
    or_(Scan.admitted, Scan.cancels.is_not(None)),
)


def history_of(
    session: Session, fair_id: int, numbers: Sequence[int], days: Collection[date]
) -> History:
    """Return the passages of these badges on these days, and what was undone since."""
    wanted = {"fair_id": fair_id, "numbers": numbers}
    rows = session.connection().execute(_HISTORY, wanted)
    passages = (passage_of(row) for row in rows)
    return History(one for one in passages if one.cancels or one.at.date() in days)


def passages_of_day(session: Session, fair_id: int, day: date) -> list[Passage]:
    """Return every passage of a day, undone ones and undoings included."""
    begins = start_of_day(day)
    criteria = (Scan.at >= begins, Scan.at < begins + timedelta(days=1))
    let_in = session.execute(passage_rows(fair_id).where(Scan.admitted, *criteria))
    undoings = session.execute(passage_rows(fair_id).where(Scan.cancels.is_not(None)))
    return [passage_of(row) for row in [*let_in, *undoings]]


def passage_rows(fair_id: int) -> Select[*tuple[Any, ...]]:
    """Return the statement whose rows `passage_of` reads."""
    return _PASSAGES.where(Scan.fair_id == fair_id)


def passage_of(row: Row[*tuple[Any, ...]]) -> Passage:
    """Return one row as the rule knows it."""
    number, scan_id, device_id, direction, at, gate, admitted, cancels, code, _ = row
    return Passage(
        badge_number=number,
        scan_id=scan_id,
        device_id=device_id,
        direction=Direction(direction),
        at=at.astimezone(VIETNAM),
        gate=gate,
        admitted=admitted,
        cancels=cancels,
        knowing=code == "overridden",
    )
