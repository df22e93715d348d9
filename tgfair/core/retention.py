"""How long personal data are kept after a fair, as the page on personal data promises it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

# What stands where a person's name or words were, so that pages, lists and counts still work.
NAME_GONE: Final = "(đã xóa tên)"
TEXT_GONE: Final = "(đã xóa theo hạn lưu)"


@dataclass(frozen=True, slots=True)
class Retention:
    """Days for names and portraits on badges, months for the gate log and for contacts."""

    badge_days: int = 90
    gate_months: int = 12
    contact_months: int = 24

    def badges_before(self, today: date) -> date:
        """Return the day before which a fair must have ended for its badges to lose their names.

        They go with the gate log at the latest: its passages would still name people otherwise.
        """
        return max(today - timedelta(days=self.badge_days), self.gates_before(today))

    def gates_before(self, today: date) -> date:
        """Return the same for the gate log."""
        return months_before(today, self.gate_months)

    def contacts_before(self, today: date) -> date:
        """Return the same for contacts."""
        return months_before(today, self.contact_months)


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last day of a month without it."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
