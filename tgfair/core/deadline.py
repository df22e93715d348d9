"""Deadlines as people write them: "23:59" lasts through that minute."""

from __future__ import annotations

from datetime import datetime


def is_over(until: datetime, now: datetime) -> bool:
    """Return whether a deadline has passed: 23:59:30 is still in time for 23:59, 00:00:00 is not.

    Every deadline that a person typed is judged here, so that no two pages differ by a minute.
    """
    return until < minute_of(now)


def still_ahead(until: datetime | None, asked_at: datetime) -> datetime | None:
    """Return the deadline for what was asked at an instant; None when it was over by then.

    Nobody can be late for a deadline that passed before they were asked.
    """
    return None if until is None or is_over(until, asked_at) else until


def minute_of(now: datetime) -> datetime:
    """Return when the minute of `now` began: deadlines before it are over (for queries)."""
    return now.replace(second=0, microsecond=0)
