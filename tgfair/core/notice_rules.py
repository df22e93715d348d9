"""When a notice of the timetable is due, and when a late one no longer makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from tgfair.core.anchors import Anchor, OnStep
from tgfair.core.calendar_text import VIETNAM, vn_date
from tgfair.core.timetable import LABELS, Timetable

# Nobody is written to at night (21:00 to 07:00 in Việt Nam).
DAY_BEGINS: Final = 7
NIGHT_BEGINS: Final = 21
MOST_LATE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Skip:
    """A due notice that tells nobody, and why."""

    reason: str


def is_night(now: datetime) -> bool:
    """Return whether it is too early or too late in Việt Nam to write to anybody."""
    return not DAY_BEGINS <= now.astimezone(VIETNAM).hour < NIGHT_BEGINS


def due_at(day: date, hour: int) -> datetime:
    """Return the instant of a notice's day and hour."""
    return datetime.combine(day, time(hour), tzinfo=VIETNAM)


def why_too_late(
    anchor: Anchor, timetable: Timetable, due: datetime, *, now: datetime
) -> Skip | None:
    """Return why a notice that was due (the machine was off) is not sent any more, or None.

    A reminder of a step to come is useless after that step's day; any other after a week.
    """
    if isinstance(anchor, OnStep) and anchor.days < 0:
        step = getattr(timetable, anchor.step)
        if step is not None and now.astimezone(VIETNAM).date() > step:
            return Skip(f"Máy nghỉ lúc đến hạn; nay “{LABELS[anchor.step]}” đã qua.")
    if now - due > MOST_LATE:
        return Skip(f"Máy nghỉ từ {vn_date(due.astimezone(VIETNAM).date())}, trễ quá 7 ngày.")
    return None
