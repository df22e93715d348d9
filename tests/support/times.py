"""Fixed instants, so that no test depends on the day it runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

NOON = datetime(2026, 6, 1, 5, 0, tzinfo=UTC)  # 12:00 in Viet Nam, a Monday
TODAY = date(2026, 6, 1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
