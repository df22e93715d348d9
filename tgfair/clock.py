"""The only place that reads the time.

Web and command line take `now` from here and pass it on. In the demo the clock may stand at another
day, so that either fair can be looked at in mid-life; leases and retries always use `real_now`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def real_now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- this module is the one that may


def shifted_now(offset_seconds: int) -> datetime:
    """Return the present instant moved by the demo clock's offset."""
    return real_now() + timedelta(seconds=offset_seconds)


def day_in_vietnam(instant: datetime) -> date:
    """Return the calendar day at Asia/Ho_Chi_Minh."""
    return instant.astimezone(VIETNAM).date()


def start_of_day(day: date) -> datetime:
    """Return the instant a Vietnamese day begins."""
    return datetime.combine(day, time(), tzinfo=VIETNAM).astimezone(UTC)
