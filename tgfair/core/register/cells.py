"""Read single cells: dates, stars, decisions, kinds, people, e-mail addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from tgfair.core.register.sheet import Cell
from tgfair.core.vietnamese import clean_text, fold

_SERIAL_START = date(1899, 12, 30)  # day 0 of spreadsheets, with their 29 February 1900 undone
_SERIALS = range(32874, 73051)  # 1990 to 2099
_YEARS = range(1990, 2100)
_YEAR = r"(?P<year>\d{4})"
_DATE_FORMS = (
    (re.compile(_YEAR + r"-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[t ]00:00(?::00)?)?"), "day"),
    (
        re.compile(
            r"(?P<day>\d{1,2})\s*(?P<sep>[/.\-])\s*(?P<month>\d{1,2})\s*(?P=sep)\s*"
            r"(?P<year>\d{4}|\d{2})"
        ),
        "day",
    ),
    (re.compile(r"(?:ngay )?(?P<day>\d{1,2}) thang (?P<month>\d{1,2}),? nam " + _YEAR), "day"),
    (
        re.compile(
            r"(?:quy|q)\s*\.?\s*(?P<quarter>iii|ii|iv|i|[1-4])\s*(?:[/.\-,]|,? ?nam )\s*" + _YEAR
        ),
        "quarter",
    ),
    (
        re.compile(r"(?:thang|t)?\s*(?P<month>\d{1,2})\s*(?:[/.\-]|,? nam )\s*" + _YEAR),
        "month",
    ),
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}

_STAR_WORDS = {"ba": 3, "bon": 4, "nam": 5}
_LEAST_STARS, _MOST_STARS = 3, 5

_DECISION_PREFIX = re.compile(r"^(?:(?:qđ|quyết định)\s*)?(?:số)?\s*[:.]?\s*(?=\d)", re.IGNORECASE)
_DECISION_DATE = re.compile(r",?\s*(?:ký\s+)?ngày\s+(.+)$", re.IGNORECASE)
_DECISION_ISSUER = re.compile(r"\s*(?:\(\s*([^()]+?)\s*\)|\bcủa\s+(.+?))\s*$", re.IGNORECASE)
_LONGEST_NUMBER = 60
_LONGEST_ISSUER = 120
_ISSUER_LEVELS = (
    ("commune", r"ubnd (?:xa|phuong|thi tran)\b"),
    ("province", r"(?:ubnd )?tinh\b|so\b"),
    ("district", r"ubnd (?:huyen|thi xa|tx|thanh pho|tp|quan|h)\b"),
    ("central", r"bo\b|trung uong\b|thu tuong\b"),
)

_KINDS = (
    ("coop_union", r"lien hiep (?:htx|hop tac xa)"),
    ("cooperative", r"htx|hop tac xa|quy tin dung"),
    ("coop_group", r"tht|to hop tac|to hop (?:san xuat|tac)"),
    ("household_business", r"hkd|ho (?:kd|kinh doanh)"),
    ("farm", r"trang trai"),
    ("producer_household", r"cssx|co so|ho (?:sx|san xuat|gia dinh|nong dan)|ho$|cs\b"),
    ("company", r"cong ty|cty|ct\b|dntn|doanh nghiep|dn\b|tong cong ty|tnhh|xi nghiep|nha may"),
    ("association", r"hoi\b|hiep hoi|chi hoi|cau lac bo|clb"),
    (
        "public_unit",
        r"don vi su nghiep|trung tam|vien\b|tram\b|truong\b|ban quan ly|luc luong vu trang|trai\b",
    ),
)

_TITLE_WORDS = (
    r"(?:(?:tổng|phó|phó tổng)\s+)?(?:giám đốc|gđ)"
    r"|(?:phó\s+)?chủ tịch(?:\s+(?:hđqt|hội đồng quản trị))?"
    r"|chủ (?:cơ sở|hộ|nhiệm|trang trại|doanh nghiệp|dn)|tổ trưởng"
    r"|(?:phó )?trưởng ban|quản lý|hội trưởng"
)
_TITLE_AFTER = re.compile(
    rf"\s*(?:\(\s*([^()]+?)\s*\)|[-–,:]\s*({_TITLE_WORDS})|\s({_TITLE_WORDS}))\s*$", re.IGNORECASE
)
_TITLE_BEFORE = re.compile(rf"^({_TITLE_WORDS})\s*[:\-–]\s*", re.IGNORECASE)
_HONORIFIC = re.compile(r"^(ông|bà)\s*[.:]?\s+(?=\S)", re.IGNORECASE)
_EMAIL = re.compile(r"[a-z0-9._%+-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


@dataclass(frozen=True, slots=True)
class DateReading:
    """A day with how precisely it was written: `day`, `month` or `quarter` (then the first day)."""

    day: date
    precision: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision cell taken apart; only what the cell names is set."""

    number: str | None
    issuer: str | None
    issuer_level: str | None
    date_text: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """A representative; the honorific (Ông, Bà) and the title stand apart from the name."""

    name: str | None
    honorific: str | None
    title: str | None


def read_date(cell: Cell) -> DateReading | None:
    """Return the day a cell means, always day first, or None if it is no real day.

    Reads true dates, serial numbers, `dd/mm/yyyy` with `/`, `.` or `-`, two-digit years,
    `yyyy-mm-dd`, `ngày … tháng … năm …`, and a month or quarter alone (its first day, the
    cautious reading). Years outside 1990-2099 are no date of a certificate.
    """
    if isinstance(cell.value, date):
        return DateReading(cell.value, "day") if cell.value.year in _YEARS else None
    text = fold(cell.text)
    if re.fullmatch(r"[0-9]{1,9}", text):
        serial = int(text)
        return DateReading(_SERIAL_START + timedelta(serial), "day") if serial in _SERIALS else None
    for pattern, precision in _DATE_FORMS:
        if match := pattern.fullmatch(text):
            return _reading(match.groupdict(), precision)
    return None


def read_stars(cell: Cell) -> int | None:
    """Return 3, 4 or 5 from a figure or the number of ★ (☆ does not count), else None."""
    text = fold(cell.text)
    stars = sum(text.count(star) for star in "★⭐*")
    figures = re.findall(r"\d+(?:[.,]\d+)?", text)
    if not figures and stars:
        count: float = stars
    elif len(figures) == 1:
        count = float(figures[0].replace(",", "."))
    else:
        count = next((n for word, n in _STAR_WORDS.items() if word in text.split()), 0)
    return int(count) if count in range(_LEAST_STARS, _MOST_STARS + 1) else None


def read_decision(cell: Cell) -> Decision:
    """Take a decision cell apart: `QĐ số 12/qđ-ubnd ngày 1/2/2025` is `12/QĐ-UBND` and a day."""
    text = _DECISION_PREFIX.sub("", cell.text)
    date_text = issuer = None
    for _ in range(2):  # the issuer and the date come in either order
        if issuer is None and (match := _DECISION_ISSUER.search(text)):
            issuer, text = match[1] or match[2], text[: match.start()]
            if found := _DECISION_DATE.search(f" {issuer}"):
                date_text, issuer = found[1], issuer[: max(found.start() - 1, 0)].strip() or None
        if date_text is None and (match := _DECISION_DATE.search(text)):
            date_text, text = match[1], text[: match.start()]
    number = re.sub(r"\s+", "", text).upper().strip(".,;")[:_LONGEST_NUMBER] or None
    issuer = issuer[:_LONGEST_ISSUER] if issuer else None
    return Decision(number, issuer, read_issuer_level(issuer), date_text)


def read_issuer_level(issuer: str | None) -> str | None:
    """Return commune, district, province or central if the issuer's name tells, else None."""
    text = fold(issuer or "").replace(".", " ")
    for level, pattern in _ISSUER_LEVELS:
        if re.search(rf"\b(?:{pattern})", text):
            return level
    return None


def read_kind(cell: Cell, name: str) -> str:
    """Return the legal form from its cell, or from the beginning of the name, or `other`."""
    for text in (cell.text, name):
        words = " ".join(re.findall(r"\w+", fold(text)))
        for kind, pattern in _KINDS:
            if re.match(rf"(?:{pattern})", words):
                return kind
    return "other"


def read_person(cell: Cell) -> Person:
    """Take `Ông Nguyễn Văn A (Giám đốc)` apart."""
    text, title = cell.text, None
    if match := _TITLE_AFTER.search(text):
        title = match[1] or match[2] or match[3]
        text = text[: match.start()]
    elif match := _TITLE_BEFORE.search(text):
        title, text = match[1], text[match.end() :]
    honorific = None
    if match := _HONORIFIC.search(text):
        honorific, text = match[1].capitalize(), text[match.end() :]
    return Person(clean_text(text) or None, honorific, title)


def read_email(cell: Cell) -> str | None:
    """Return the address in small letters without `Email:` or `mailto:`, or None if it is none."""
    text = re.sub(r"^(?:(?:e-?mail|thư điện tử|mailto)\s*:\s*)+", "", cell.text.lower())
    text = text.strip(" <>;,.").removeprefix("mailto:")
    return text if _EMAIL.fullmatch(text) and ".." not in text else None


def _reading(parts: dict[str, str | None], precision: str) -> DateReading | None:
    year = int(parts["year"] or 0)
    quarter = parts.get("quarter")
    month = (_ROMAN.get(quarter) or int(quarter)) * 3 - 2 if quarter else int(parts["month"] or 0)
    if len(parts["year"] or "") == 2:  # noqa: PLR2004 -- two digits: this century
        year += 2000
    try:
        day = date(year, month, int(parts.get("day") or 1))
    except ValueError:
        return None
    return DateReading(day, precision) if year in _YEARS else None
