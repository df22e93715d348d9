"""The history of a fair's days: what was decided, by whom, and how everything stood before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.fair import DateChangeKind, Fair, FairDateChange
from tgfair.models.notice import Notice
from tgfair.models.slot import Slot
from tgfair.policy import Actor
from tgfair.services.fair_timetable import DAYS, MOMENTS

MAX_REASON, MAX_DECIDED_BY = 400, 200
COLUMN_DAYS: Final = ("first_day", "last_day", *DAYS.values())
COLUMN_INSTANTS: Final = (
    "opens_at",
    "teardown_from",
    "picks_from",
    "picks_until",
    "put_off_at",
    *(column for column, _ in MOMENTS.values()),
)


@dataclass(frozen=True)
class Decision:
    """Why a fair's days change, and who decided it (a person, an office, a paper)."""

    reason: str
    decided_by: str = ""

    def checked(self) -> Decision:
        """Return it cleaned.

        Raises:
            InvalidError: there is no reason.
        """
        reason = check_text(self.reason, field="reason")[:MAX_REASON]
        if not reason:
            raise InvalidError("Hãy ghi lý do đổi ngày để báo cho các cơ sở.", field="reason")
        return Decision(reason, check_text(self.decided_by, field="decided_by")[:MAX_DECIDED_BY])


def keep_change(
    session: Session,
    actor: Actor,
    fair: Fair,
    kind: DateChangeKind,
    days: tuple[date, date],
    decision: Decision,
    *,
    now: datetime,
) -> FairDateChange:
    """Write a line of the history before the fair itself changes; notices of days gone by rest."""
    change = FairDateChange(
        fair_id=fair.id,
        kind=kind,
        old_first_day=fair.first_day,
        old_last_day=fair.last_day,
        new_first_day=days[0],
        new_last_day=days[1],
        reason=decision.reason,
        decided_by=decision.decided_by,
        before=snapshot(session, fair),
        changed_by_id=actor.user_id,
        changed_at=now,
    )
    session.add(change)
    session.execute(update(Notice).where(Notice.fair_id == fair.id).values(since=now))
    session.flush()
    return change


def snapshot(session: Session, fair: Fair) -> dict[str, Any]:
    """Return the fair's days, instants, anchors and windows as JSON."""
    values = {name: getattr(fair, name) for name in (*COLUMN_DAYS, *COLUMN_INSTANTS)}
    return {
        "fair": {name: value.isoformat() if value else None for name, value in values.items()},
        "anchors": dict(fair.anchors),
        "slots": {
            str(slot.id): [slot.starts_at.isoformat(), slot.ends_at.isoformat()]
            for slot in _slots(session, fair)
        },
    }


def restore(session: Session, fair: Fair, before: dict[str, Any]) -> None:
    """Put days, instants, anchors and windows back; windows made since stay where they are."""
    for name in COLUMN_DAYS:
        text = before["fair"].get(name)
        setattr(fair, name, date.fromisoformat(text) if text else None)
    for name in COLUMN_INSTANTS:
        text = before["fair"].get(name)
        setattr(fair, name, datetime.fromisoformat(text) if text else None)
    fair.anchors = dict(before["anchors"])
    for slot in _slots(session, fair):
        if str(slot.id) in before["slots"]:
            begins, ends = before["slots"][str(slot.id)]
            slot.starts_at = datetime.fromisoformat(begins)
            slot.ends_at = datetime.fromisoformat(ends)
    session.flush()


def _slots(session: Session, fair: Fair) -> Sequence[Slot]:
    return session.scalars(select(Slot).where(Slot.fair_id == fair.id)).all()


def newest_change(session: Session, fair_id: int) -> FairDateChange | None:
    """Return the newest line of the history."""
    return session.scalars(
        select(FairDateChange)
        .where(FairDateChange.fair_id == fair_id)
        .order_by(FairDateChange.id.desc())
        .limit(1)
    ).one_or_none()
