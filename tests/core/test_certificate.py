from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.certificate import add_months, certificate_state, expiry_of


@pytest.mark.parametrize(
    ("issued", "expires"),
    [
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2023, 7, 15), date(2026, 7, 15)),
        (date(2023, 12, 31), date(2026, 12, 31)),
        (date(2025, 1, 1), date(2028, 1, 1)),
    ],
)
def test_expiry_is_36_months_after_the_issue(issued, expires):
    assert expiry_of(issued) == expires


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.integers(0, 120))
def test_add_months_moves_by_whole_months(day, months):
    later = add_months(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and add_months(later, 0) == later)


@pytest.mark.parametrize(
    ("expires", "revoked", "state"),
    [
        (date(2027, 6, 8), False, "expired"),
        (date(2027, 6, 9), False, "expiring"),
        (date(2027, 9, 7), False, "expiring"),
        (date(2027, 9, 8), False, "valid"),
        (date(2029, 1, 1), True, "revoked"),
        (None, True, "revoked"),
        (None, False, None),
    ],
)
def test_state_on_a_day(expires, revoked, state):
    assert certificate_state(expires, revoked=revoked, on=date(2027, 6, 9)) == state
