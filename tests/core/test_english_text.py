"""English days: by the clock of Việt Nam, never read as another day."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tgfair.core.english_text import STATE_LABELS_EN, en_day, en_instant
from tgfair.core.workflow import State


def test_a_day_is_written_out():
    assert en_day(date(2027, 12, 5)) == "Sunday, 5 December 2027"


def test_an_instant_is_told_by_the_clock_of_vietnam():
    assert en_instant(datetime(2027, 5, 29, 17, 30, tzinfo=UTC)) == "00:30 on Sunday, 30 May 2027"


def test_every_state_has_its_english_name():
    assert set(STATE_LABELS_EN) == set(State)
