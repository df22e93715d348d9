"""Deadlines of a fair that moves to other days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.date_change import shift_timetable
from tgfair.core.errors import InvalidError
from tgfair.core.timetable import Timetable, check_timetable, propose_timetable

JUNE = date(2026, 6, 25)


def test_steps_to_come_move_with_the_opening():
    old = propose_timetable(JUNE, date(2026, 6, 28), today=date(2026, 5, 1))

    new = shift_timetable(old, date(2026, 7, 2), date(2026, 7, 5), today=date(2026, 5, 10))

    assert new == propose_timetable(date(2026, 7, 2), date(2026, 7, 5), today=date(2026, 5, 1))


def test_steps_that_have_passed_stay_and_none_is_drawn_into_the_past():
    old = Timetable(
        opening=JUNE,
        closing=JUNE,
        registration_closes=date(2026, 6, 7),
        decision_on=date(2026, 6, 11),
        setup_to=date(2026, 6, 24),
    )

    new = shift_timetable(old, date(2026, 6, 18), date(2026, 6, 21), today=date(2026, 6, 9))

    assert new == Timetable(
        opening=date(2026, 6, 18),
        closing=date(2026, 6, 21),
        registration_closes=date(2026, 6, 7),
        decision_on=date(2026, 6, 9),
        setup_to=date(2026, 6, 17),
    )


@pytest.mark.parametrize(
    ("opening", "closing", "field"),
    [
        (date(2026, 7, 2), date(2026, 7, 1), "closing"),
        (date(2026, 7, 2), date(2026, 10, 1), "closing"),
        (date(2026, 4, 2), date(2026, 4, 3), "opening"),
    ],
)
def test_impossible_days_are_refused_on_their_field(opening, closing, field):
    old = propose_timetable(JUNE, JUNE, today=date(2026, 5, 1))

    with pytest.raises(InvalidError) as refused:
        shift_timetable(old, opening, closing, today=date(2026, 5, 10))

    assert refused.value.field == field


def test_a_running_fair_may_be_made_longer():
    old = Timetable(opening=JUNE, closing=date(2026, 6, 28))

    new = shift_timetable(old, JUNE, date(2026, 6, 29), today=date(2026, 6, 27))

    assert new == Timetable(opening=JUNE, closing=date(2026, 6, 29))


@given(st.integers(-60, 60), st.integers(0, 55))
def test_the_order_of_the_steps_survives(by, passed):
    today = JUNE - timedelta(days=55 - passed)
    old = propose_timetable(JUNE, JUNE, today=date(2026, 5, 1))
    opening = max(today, JUNE + timedelta(days=by))

    new = shift_timetable(old, opening, opening, today=today)

    # Only two deadlines drawn onto one day by the limit of today may meet.
    assert [p.field for p in check_timetable(new) if p.field != "registration_closes"] == []


def test_a_fair_does_not_move_to_another_century():
    day = date(2151, 6, 18)
    old = Timetable(opening=date(2026, 6, 18), closing=date(2026, 6, 21))

    with pytest.raises(InvalidError, match="từ 2000 đến 2100"):
        shift_timetable(old, day, day, today=date(2026, 5, 10))
