from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.calendar_text import VIETNAM
from tgfair.core.deadline import is_over, minute_of

UNTIL = datetime(2026, 6, 1, 23, 59, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (datetime(2026, 6, 1, 23, 58, 59, tzinfo=VIETNAM), False),
        (datetime(2026, 6, 1, 23, 59, tzinfo=VIETNAM), False),
        (datetime(2026, 6, 1, 23, 59, 30, tzinfo=VIETNAM), False),
        (datetime(2026, 6, 1, 23, 59, 59, 999_999, tzinfo=VIETNAM), False),
        (datetime(2026, 6, 2, tzinfo=VIETNAM), True),
        (datetime(2026, 6, 1, 17, 0, tzinfo=UTC), True),
    ],
)
def test_a_deadline_lasts_through_its_minute(now, over):
    assert is_over(UNTIL, now) == over


@given(st.integers(0, 59), st.integers(-300, 300))
def test_seconds_of_a_stored_deadline_change_nothing(second, offset):
    now = UNTIL + timedelta(seconds=offset)

    assert is_over(UNTIL.replace(second=second), now) == is_over(UNTIL, now)
    assert is_over(UNTIL, now) == (minute_of(UNTIL) + timedelta(minutes=1) <= now)
