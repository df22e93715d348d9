"""Zalo's rules for notices (ZNS): how long a value may be, which numbers, which hours."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from tgfair.core.calendar_text import VIETNAM
from tgfair.core.errors import InvalidError

MOST_LETTERS = 30
MOST_ROWS = 100_000
COLUMNS = ("phone", "ten_co_so", "su_kien", "ngay", "ma_ho_so", "noi_dung", "han")
DAYS = frozenset({"ngay", "han"})
NIGHT_FROM, NIGHT_UNTIL = time(22), time(6)
PHONE = re.compile(r"0\d{9}|84\d{9}")
DAY = re.compile(r"\d{2}/\d{2}/\d{4}")
# What everybody writes short, longest first.
SHORT = (
    ("Liên hiệp hợp tác xã", "LHHTX"),
    ("Hợp tác xã", "HTX"),
    ("Tổ hợp tác", "THT"),
    ("Công ty trách nhiệm hữu hạn", "Cty TNHH"),
    ("Công ty cổ phần", "Cty CP"),
    ("Công ty", "Cty"),
    ("Doanh nghiệp tư nhân", "DNTN"),
    ("Hộ kinh doanh", "HKD"),
    ("nông nghiệp", "NN"),
    ("Hội chợ", "HC"),
    ("Hội nghị", "HN"),
)


def short_value(text: str, length: int = MOST_LETTERS) -> str:
    """Return a text that fits: usual abbreviations first, then cut after a word."""
    # A cell that begins like a formula would be run by the program that opens the file.
    text = " ".join(text.split()).lstrip("=+-@ ")
    for long, brief in SHORT:
        if len(text) <= length:
            return text
        text = re.sub(re.escape(long), brief, text, flags=re.IGNORECASE)
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    at_word = cut.rpartition(" ")[0] if text[length - 1] != " " else cut
    return (at_word or cut).rstrip(" ,;:–-") + "…"


def zns_phone(e164: str | None) -> str:
    """Return a stored mobile number as the file wants it: ten digits from 0; empty for none."""
    digits = "0" + (e164 or "").removeprefix("+84")
    return digits if (e164 or "").startswith("+84") and PHONE.fullmatch(digits) else ""


def problems_of(row: Mapping[str, str]) -> list[str]:
    """Return what Zalo would refuse in a row."""
    found = []
    if not PHONE.fullmatch(row.get("phone", "")):
        found.append("phone")
    for name in COLUMNS[1:]:
        value = row.get(name, "")
        if not value or len(value) > MOST_LETTERS or (name in DAYS and not DAY.fullmatch(value)):
            found.append(name)
    return found


class _Lines:
    """What the csv module writes to, without a file."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> None:
        """Keep a line."""
        self.written.append(text)


def zns_file(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return the campaign file: UTF-8, a column for each parameter.

    Raises:
        InvalidError: more rows than one file may have, or a row that Zalo would refuse.
    """
    if len(rows) > MOST_ROWS:
        raise InvalidError("Mỗi tệp ZNS nhiều nhất 100.000 dòng. Hãy lọc bớt.")
    for number, row in enumerate(rows, 1):
        wrong = problems_of(row)
        if wrong:
            raise InvalidError(f"Dòng {number} chưa đúng quy định của Zalo: {', '.join(wrong)}.")
    lines = _Lines()
    writer = csv.DictWriter(lines, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + "".join(lines.written).encode()


def next_allowed(now: datetime) -> datetime:
    """Return when a notice may be sent: now, or at six in the morning after a night."""
    local = now.astimezone(VIETNAM)
    if NIGHT_UNTIL <= local.time() < NIGHT_FROM:
        return now
    day = local.date() + timedelta(days=local.time() >= NIGHT_FROM)
    return datetime.combine(day, NIGHT_UNTIL, VIETNAM).astimezone(now.tzinfo)
