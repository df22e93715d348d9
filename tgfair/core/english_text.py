"""Days, instants and states as English readers write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from tgfair.core.calendar_text import VIETNAM, vn_time
from tgfair.core.workflow import State

# Not strftime's own: those follow the server's locale.
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
STATE_LABELS_EN: Final[dict[State, str]] = {
    State.DRAFT: "Draft",
    State.SUBMITTED: "Submitted",
    State.CHANGES_REQUESTED: "Changes requested",
    State.APPROVED: "Approved",
    State.WAITLISTED: "On the waiting list",
    State.ALLOCATED: "Booth assigned",
    State.CONFIRMED: "Confirmed",
    State.REJECTED: "Not approved",
    State.WITHDRAWN: "Withdrawn",
    State.CANCELLED: "Cancelled",
}


def en_day(day: date) -> str:
    """Return "Sunday, 30 May 2027": a day that cannot be read as another."""
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def en_instant(instant: datetime) -> str:
    """Return an aware instant by the clock of Việt Nam: "23:59 on Sunday, 30 May 2027"."""
    return f"{vn_time(instant)} on {en_day(instant.astimezone(VIETNAM).date())}"
