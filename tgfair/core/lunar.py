"""The Vietnamese lunar calendar: lunar dates to solar ones and back, at UTC+7.

Method: Hồ Ngọc Đức's, after Meeus, with the truncated series for new moons. Compared with an
independent astronomical computation the first day of three months in 1901-2099 differs
(1944-5, 2072-11, 2077-10), none of them between 1968 and 2060.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import floor, pi, radians, sin
from typing import Final

from tgfair.core.errors import InvalidError

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199

_STEMS: Final = ("Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý")
_BRANCHES: Final = (
    *("Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ"),
    *("Ngọ", "Mùi", "Thân", "Dậu", "Tuất", "Hợi"),
)
_MONTHS: Final = 12
_FULL_MOON_DAY: Final = 15
_LAST_NAMED_WITH_MUNG: Final = 10
_SYNODIC_MONTH: Final = 29.530588853
_FIRST_NEW_MOON: Final = 2415021.076998695  # Julian day of new moon number 0, January 1900
_ORDINAL_TO_JULIAN: Final = 1721425  # Julian day number at noon minus `date.toordinal()`
_HANOI: Final = 7 / 24  # days east of Greenwich: China's +8 gives another Tết in 1985, 2007, 2030


@dataclass(frozen=True, slots=True, order=True)
class LunarDate:
    """A day of the lunar calendar; `leap` marks the repeated month of a leap year."""

    year: int
    month: int
    day: int
    leap: bool = False


def solar_from_lunar(year: int, month: int, day: int, *, leap: bool = False) -> date:
    """Return the solar day of a lunar one.

    Raises:
        InvalidError: the lunar calendar has no such day (day 30 of a short month, a leap month
            in a year without one), or the year is outside 1900-2199.
    """
    _require_year(year)
    if not 1 <= month <= _MONTHS:
        raise InvalidError(f"Năm âm lịch không có tháng {month}. Hãy chọn tháng từ 1 đến 12.")
    months = [start for start in _months(year) if (start.month, start.leap) == (month, leap)]
    if not months:
        raise InvalidError(f"Năm {year_name(year)} ({year}) không có tháng {month} nhuận.")
    if not 1 <= day <= months[0].length:
        raise InvalidError(
            f"Tháng {month}{' nhuận' if leap else ''} năm {year_name(year)} ({year}) âm lịch "
            f"có {months[0].length} ngày, không có ngày {day}."
        )
    return date.fromordinal(months[0].first + day - 1)


def lunar_from_solar(day: date) -> LunarDate:
    """Return the lunar day of a solar one.

    Raises:
        InvalidError: the day's lunar year is outside 1900-2199.
    """
    ordinal = day.toordinal()
    _require_year(day.year)
    year = day.year if ordinal >= _months(day.year)[0].first else day.year - 1
    _require_year(year)
    month = max(start for start in _months(year) if start.first <= ordinal)
    return LunarDate(year, month.month, ordinal - month.first + 1, month.leap)


def year_name(year: int) -> str:
    """Return the name of a lunar year by stem and branch (can chi): 2026 is "Bính Ngọ"."""
    return f"{_STEMS[(year - 4) % 10]} {_BRANCHES[(year - 4) % 12]}"


def lunar_label(day: date) -> str:
    """Return the lunar day of a solar day in words: "mùng 5 tháng 5 năm Bính Ngọ".

    Raises:
        InvalidError: as for `lunar_from_solar`.
    """
    lunar = lunar_from_solar(day)
    if lunar.day <= _LAST_NAMED_WITH_MUNG:
        name = f"mùng {lunar.day}"
    elif lunar.day == _FULL_MOON_DAY:
        name = "rằm"
    else:
        name = f"ngày {lunar.day}"
    leap = " nhuận" if lunar.leap else ""
    return f"{name} tháng {lunar.month}{leap} năm {year_name(lunar.year)}"


def tet(year: int) -> date:
    """Return the solar day of Tết Nguyên Đán, which falls in the solar year of the same number."""
    return solar_from_lunar(year, 1, 1)


def doan_ngo(year: int) -> date:
    """Return the solar day of Tết Đoan Ngọ: 5/5, in a leap year of the first fifth month."""
    return solar_from_lunar(year, 5, 5)


@dataclass(frozen=True, slots=True, order=True)
class _Month:
    first: int  # ordinal of its first solar day
    length: int
    month: int
    leap: bool


def _require_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidError(f"Chỉ đổi được ngày âm lịch của các năm {FIRST_YEAR}-{LAST_YEAR}.")


@lru_cache(maxsize=64)
def _months(year: int) -> tuple[_Month, ...]:
    """Return the 12 or 13 months of a lunar year in order."""
    return tuple(
        month
        for solar_year, wanted in ((year, range(1, 11)), (year + 1, (11, 12)))
        for month in _from_month_11(solar_year)
        if month.month in wanted
    )


def _from_month_11(year: int) -> list[_Month]:
    """Return the months from the eleventh one of `year` - 1 to the tenth one of `year`."""
    begin, end = _number_of_month_11(year - 1), _number_of_month_11(year)
    starts = [_new_moon(number) for number in range(begin, end + 1)]
    leap_at = len(starts)
    if end - begin > _MONTHS:  # thirteen moons: the first one without a principal term is leap
        sectors = [_sun_sector(start) for start in starts]
        leap_at = next(i for i in range(1, end - begin) if sectors[i] == sectors[i + 1])
    return [
        _Month(
            first=starts[i],
            length=starts[i + 1] - starts[i],
            month=(i + 10 - (i >= leap_at)) % _MONTHS + 1,
            leap=i == leap_at,
        )
        for i in range(end - begin)
    ]


def _number_of_month_11(year: int) -> int:
    """Return the number of the new moon that begins the month with the winter solstice."""
    last_day = date(year, 12, 31).toordinal()
    number = floor((last_day + _ORDINAL_TO_JULIAN - _FIRST_NEW_MOON) / _SYNODIC_MONTH) + 1
    while _new_moon(number) > last_day:
        number -= 1
    return number - 1 if _sun_sector(_new_moon(number)) >= 9 else number  # noqa: PLR2004 -- 270°


def _new_moon(number: int) -> int:
    """Return the ordinal of the day, in Việt Nam, on which a new moon falls (Meeus)."""
    t = number / 1236.85  # Julian centuries since 1900
    julian = 2415020.75933 + 29.53058868 * number + 0.0001178 * t**2 - 0.000000155 * t**3
    julian += 0.00033 * sin(radians(166.56 + 132.87 * t - 0.009173 * t**2))
    sun = radians(359.2242 + 29.10535608 * number - 0.0000333 * t**2 - 0.00000347 * t**3)
    moon = radians(306.0253 + 385.81691806 * number + 0.0107306 * t**2 + 0.00001236 * t**3)
    node = radians(21.2964 + 390.67050646 * number - 0.0016528 * t**2 - 0.00000239 * t**3)
    julian += (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun)
    julian += -0.4068 * sin(moon) + 0.0161 * sin(2 * moon) - 0.0004 * sin(3 * moon)
    julian += 0.0104 * sin(2 * node) - 0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon)
    julian += 0.0004 * sin(2 * node + sun) - 0.0004 * sin(2 * node - sun)
    julian += -0.0006 * sin(2 * node + moon) + 0.0010 * sin(2 * node - moon)
    julian += 0.0005 * sin(sun + 2 * moon)
    julian -= -0.000278 + 0.000265 * t + 0.000262 * t**2  # dynamical to universal time
    return floor(julian + 0.5 + _HANOI) - _ORDINAL_TO_JULIAN


def _sun_sector(ordinal: int) -> int:
    """Return which twelfth of the sky (0-11, from the spring point) the sun is in at midnight."""
    t = (ordinal + _ORDINAL_TO_JULIAN - 0.5 - _HANOI - 2451545.0) / 36525
    anomaly = radians(357.52910 + 35999.05030 * t - 0.0001559 * t**2 - 0.00000048 * t**3)
    longitude = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    longitude += (1.914600 - 0.004817 * t - 0.000014 * t**2) * sin(anomaly)
    longitude += (0.019993 - 0.000101 * t) * sin(2 * anomaly) + 0.000290 * sin(3 * anomaly)
    return floor(radians(longitude) % (2 * pi) / (pi / 6))
