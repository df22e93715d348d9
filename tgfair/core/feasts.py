"""The feasts that fairs are held for, on their solar days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from tgfair.core.calendar_text import vn_date, vn_weekday
from tgfair.core.lunar import doan_ngo, tet

YEARS_AHEAD: Final = 5
# Key of a feast -> its lunar month and day.
FEAST_DAYS: Final = {"tet": (1, 1), "doan-ngo": (5, 5)}
_FEASTS: Final = (("tet", "Tết Nguyên Đán", tet), ("doan-ngo", "Tết Đoan Ngọ", doan_ngo))


@dataclass(frozen=True, slots=True)
class Feast:
    """A feast of one year: `key` such as "doan-ngo-2026"."""

    key: str
    name: str
    day: date

    @property
    def label(self) -> str:
        """Return "Tết Đoan Ngọ năm 2026 (Thứ Sáu, 19/06/2026)"."""
        return f"{self.name} năm {self.day.year} ({vn_weekday(self.day)}, {vn_date(self.day)})"


def next_feasts(today: date, years: int = YEARS_AHEAD) -> list[Feast]:
    """Return each feast's next `years` days from today on, the nearest first."""
    found = []
    for key, name, day_in in _FEASTS:
        days = [day_in(year) for year in range(today.year, today.year + years + 1)]
        to_come = [day for day in days if day >= today][:years]
        found += [Feast(f"{key}-{day.year}", name, day) for day in to_come]
    return sorted(found, key=lambda feast: feast.day)
