"""How long personal data are kept, counted in days and months."""

from __future__ import annotations

from datetime import date

from tgfair.core.retention import Retention, months_before


def test_months_are_counted_back_to_the_end_of_a_shorter_one():
    assert [
        months_before(date(2028, 3, 31), 1),
        months_before(date(2027, 3, 31), 13),
        months_before(date(2027, 1, 15), 24),
        months_before(date(2027, 12, 31), 12),
    ] == [date(2028, 2, 29), date(2026, 2, 28), date(2025, 1, 15), date(2026, 12, 31)]


def test_names_go_with_the_gate_log_at_the_latest():
    today = date(2027, 6, 22)
    kept = Retention(badge_days=4000)

    assert kept.badges_before(today) == kept.gates_before(today) == date(2026, 6, 22)
