"""The timetable of a fair: days as people plan them, instants as the database keeps them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final

from tgfair.core.calendar_text import VIETNAM
from tgfair.core.timetable import Timetable
from tgfair.models.fair import Fair

# Step of the timetable -> column with a day.
DAYS: Final = {
    "invite_on": "invite_on",
    "fair_file_due": "fair_file_due",
    "decision_on": "decision_on",
    "plan_published_on": "plan_on",
    "waitlist_filled_by": "waitlist_on",
    "badges_on": "badges_on",
}
MIDNIGHT, END_OF_DAY = time(0), time(23, 59)
# Step of the timetable -> column with an instant, and the hour it has when nobody says otherwise.
MOMENTS: Final = {
    "registration_opens": ("registration_opens_at", MIDNIGHT),
    "registration_closes": ("registration_closes_at", END_OF_DAY),
    "supplement_deadline": ("supplement_until", END_OF_DAY),
    "confirm_deadline": ("confirm_until", END_OF_DAY),
    "setup_from": ("setup_from", time(7)),
    "setup_to": ("setup_until", time(17)),
}
TEARDOWN: Final = time(16)


def local_day(instant: datetime) -> date:
    """Return the day of an instant in Việt Nam."""
    return instant.astimezone(VIETNAM).date()


def local_hour(instant: datetime) -> time:
    """Return the wall-clock time of an instant in Việt Nam."""
    return instant.astimezone(VIETNAM).time()


def timetable_of(fair: Fair) -> Timetable:
    """Return the fair's timetable as days."""
    steps: dict[str, Any] = {step: getattr(fair, column) for step, column in DAYS.items()}
    for step, (column, _) in MOMENTS.items():
        instant = getattr(fair, column)
        steps[step] = None if instant is None else local_day(instant)
    return Timetable(opening=fair.first_day, closing=fair.last_day, **steps)


def put_timetable(fair: Fair, timetable: Timetable, *, opens: time | None = None) -> None:
    """Write a timetable into the fair's columns; hours set by hand stay.

    `opens` is the hour of the opening; without it the fair keeps its own.
    """
    fair.first_day, fair.last_day = timetable.opening, timetable.closing
    for step, column in DAYS.items():
        setattr(fair, column, getattr(timetable, step))
    for step, (column, usual) in MOMENTS.items():
        day = getattr(timetable, step)
        setattr(fair, column, _instant(day, getattr(fair, column), usual))
    fair.opens_at = _at(timetable.opening, opens or _hour(fair.opens_at) or time(8))
    fair.teardown_from = _instant(timetable.closing, fair.teardown_from, TEARDOWN)


def _instant(day: date | None, before: datetime | None, usual: time) -> datetime | None:
    return None if day is None else _at(day, _hour(before) or usual)


def _hour(instant: datetime | None) -> time | None:
    return None if instant is None else local_hour(instant)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=VIETNAM)
