"""The signs of life of gate phones: what they say of themselves, what they hear of the others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.clock import day_in_vietnam, start_of_day
from tgfair.core.errors import UnavailableError
from tgfair.core.gate_passages import Passage
from tgfair.core.gate_scan import Report
from tgfair.models.fair import Fair
from tgfair.models.gate import GateDevice, Scan
from tgfair.policy import Action, Actor, require
from tgfair.services.passages import passage_of, passage_rows
from tgfair.services.uow import find, reader, transaction

MOST_PASSAGES = 2000
MOST_MISSING = 50
# Rows of transactions that end later may have a lower number: a few are told twice.
OVERLAP = 50


@dataclass(frozen=True)
class Heard:
    """What a phone hears: passages of all gates today, the last one's number, its own gaps."""

    passages: Sequence[Passage]
    last: int
    more: bool
    missing: Sequence[int]


def take_beat(actor: Actor, report: Report, *, now: datetime) -> Heard:
    """Note what the phone says of itself and tell it what it has not heard of."""
    session = reader()
    fair = find(session, Fair, Fair.id == (actor.device_fair_id or 0))
    require(actor, Action.SCAN, fair)
    device_id, fair_id = actor.device_id or 0, fair.id
    heard = _heard(session, fair_id, report.after, now=now)
    missing = _missing(session, device_id)
    session.rollback()
    # A phone is told of the others even when nothing can be written.
    with suppress(UnavailableError):
        _note(device_id, report)
    return Heard(*heard, missing)


def _heard(
    session: Session, fair_id: int, after: int, *, now: datetime
) -> tuple[Sequence[Passage], int, bool]:
    since = start_of_day(day_in_vietnam(now)) - timedelta(hours=12)
    rows = session.execute(
        passage_rows(fair_id)
        .where(
            Scan.id > max(0, after - OVERLAP),
            Scan.at >= since,
            or_(Scan.admitted, Scan.cancels.is_not(None)),
        )
        .order_by(Scan.id)
        .limit(MOST_PASSAGES + 1)
    ).all()
    kept = rows[:MOST_PASSAGES]
    last = max([after, *(row.id for row in kept)])
    return [passage_of(row) for row in kept], last, len(rows) > len(kept)


def _missing(session: Session, device_id: int) -> list[int]:
    """Return running numbers that never came, between the first and the last that did."""
    first, last, count = session.execute(
        select(func.min(Scan.seq), func.max(Scan.seq), func.count(func.distinct(Scan.seq))).where(
            Scan.device_id == device_id
        )
    ).one()
    if not count or last - first + 1 == count:
        return []
    known = set(session.scalars(select(Scan.seq).where(Scan.device_id == device_id)))
    return [seq for seq in range(first, last) if seq not in known][:MOST_MISSING]


def _note(device_id: int, report: Report) -> None:
    with transaction() as session:
        session.execute(
            update(GateDevice)
            .where(GateDevice.id == device_id)
            .values(
                last_seen_at=clock.real_now(),
                queued=report.queued,
                list_version=report.list_version,
                battery=report.battery,
                clock_offset_ms=report.clock_offset_ms,
            )
        )
