"""How many are inside, and whose passages count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from tgfair.clock import day_in_vietnam, start_of_day
from tgfair.core.badge_issue import HAS_BADGES
from tgfair.models.application import Application
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.gate import Scan
from tgfair.services.uow import reader


@dataclass(frozen=True)
class Counts:
    """How many badges are inside today, and how many are valid at all."""

    inside: int
    expected: int


def counts(fair_id: int, *, now: datetime) -> Counts:
    """Return the head counts of a fair."""
    session = reader()
    return Counts(_inside(session, fair_id, day_in_vietnam(now)), _expected(session, fair_id))


def _expected(session: Session, fair_id: int) -> int:
    gone = select(Application.id).where(
        Application.fair_id == fair_id, Application.state.not_in(HAS_BADGES)
    )
    statement = select(func.count()).where(
        Badge.fair_id == fair_id,
        Badge.state == BadgeState.VALID,
        Badge.application_id.is_(None) | Badge.application_id.not_in(gone),
    )
    return session.scalar(statement) or 0


def _inside(session: Session, fair_id: int, day: date) -> int:
    last = func.row_number().over(
        partition_by=Scan.badge_number, order_by=(Scan.at.desc(), Scan.scan_id.desc())
    )
    passages = (
        select(Scan.direction.label("direction"), last.label("place"))
        .where(*passages_of(fair_id, day))
        .subquery()
    )
    counted = select(func.count()).where(passages.c.place == 1, passages.c.direction != "out")
    return session.scalar(counted) or 0


def passages_of(fair_id: int, day: date) -> tuple[Any, ...]:
    """Return the criteria of a day's scans that let somebody through and were not undone."""
    undo = aliased(Scan)
    undone = (
        select(undo.id)
        .where(
            undo.fair_id == fair_id,
            undo.badge_number == Scan.badge_number,
            undo.device_id == Scan.device_id,
            undo.cancels == Scan.scan_id,
        )
        .exists()
    )
    return (
        Scan.fair_id == fair_id,
        Scan.at >= start_of_day(day),
        Scan.at < start_of_day(day) + timedelta(days=1),
        Scan.admitted,
        ~undone,
    )
