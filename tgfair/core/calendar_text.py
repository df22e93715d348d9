"""Dates, times and numbers as Vietnamese readers write them, and typed dates read back."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from tgfair.core.errors import InvalidError
from tgfair.core.lunar import FIRST_YEAR, LAST_YEAR, lunar_label

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")

_WEEKDAYS: Final = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{1,4})")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_FOUR_DIGIT_YEAR: Final = 1000
_MONTHS: Final = 12


def vn_date(day: date) -> str:
    """Return a day as "19/06/2026"."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def vn_weekday(day: date) -> str:
    """Return the weekday: "Thứ Hai" to "Thứ Bảy", "Chủ nhật"."""
    return _WEEKDAYS[day.weekday()]


def full_date(day: date) -> str:
    """Return "Thứ Sáu, 19/06/2026 (mùng 5 tháng 5 năm Bính Ngọ)".

    Raises:
        InvalidError: the day is outside the lunar calendar (1900-2199).
    """
    return f"{vn_weekday(day)}, {vn_date(day)} ({lunar_label(day)})"


def vn_time(instant: datetime) -> str:
    """Return the wall-clock time in Việt Nam of an aware instant: "07:30"."""
    return f"{_local(instant):%H:%M}"


def vn_datetime(instant: datetime) -> str:
    """Return an aware instant by the clock of Việt Nam: "07:30 ngày 18/06/2026"."""
    local = _local(instant)
    return f"{local:%H:%M} ngày {vn_date(local)}"


def parse_vn_date(text: str, *, field: str | None = None) -> date:
    """Read a day typed by a person, day first; the browser's own yyyy-mm-dd is read too.

    Raises:
        InvalidError: the text is no date, the calendar has no such day, or its year is outside
            the lunar calendar (1900-2199), in which every day is shown.
    """
    typed = text.strip()
    if match := _DAY_FIRST.fullmatch(typed):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
    elif match := _YEAR_FIRST.fullmatch(typed):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    else:
        raise InvalidError("Hãy ghi ngày theo mẫu ngày/tháng/năm, ví dụ 19/06/2026.", field=field)
    if year < _FOUR_DIGIT_YEAR:
        raise InvalidError("Hãy ghi đủ bốn chữ số của năm, ví dụ 19/06/2026.", field=field)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        sentence = f"Năm phải từ {FIRST_YEAR} đến {LAST_YEAR}. Hãy xem lại năm."
        raise InvalidError(sentence, field=field)
    if not 1 <= month <= _MONTHS:
        raise InvalidError(f"Không có tháng {month}. Tháng phải từ 1 đến 12.", field=field)
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise InvalidError(
            f"Không có ngày {day}/{month}/{year}. Tháng {month}/{year} có {last} ngày.",
            field=field,
        )
    return date(year, month, day)


def vn_number(number: float | Decimal) -> str:
    """Return a number with points between thousands and a decimal comma: "1.056", "12,5"."""
    return f"{number:,}".translate({ord(","): ".", ord("."): ","})


def vn_money(amount_vnd: int) -> str:
    """Return an amount in đồng: "1.500.000 ₫"."""
    return f"{vn_number(amount_vnd)} ₫"


def _local(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a naive datetime names no instant")
    return instant.astimezone(VIETNAM)
