"""The deadlines of a fair, proposed backwards from the opening and checked for their order.

Days before the opening are those of the trade offices' usual planning; all are editable.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import InvalidError

LONGEST_DAYS: Final = 60
# A badge counts its days in 16 bits, until 2149; nobody plans further than that.
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100


@dataclass(frozen=True, slots=True)
class Timetable:
    """The days of a fair in order; `None` where this kind of fair has no such step."""

    opening: date
    closing: date
    invite_on: date | None = None
    registration_opens: date | None = None
    fair_file_due: date | None = None
    registration_closes: date | None = None
    supplement_deadline: date | None = None
    decision_on: date | None = None
    plan_published_on: date | None = None
    confirm_deadline: date | None = None
    waitlist_filled_by: date | None = None
    badges_on: date | None = None
    setup_from: date | None = None
    setup_to: date | None = None


@dataclass(frozen=True, slots=True)
class TimetableProblem:
    """One field of a timetable that breaks a rule, and the sentence to show beside it."""

    field: str
    sentence: str


LABELS: Final[dict[str, str]] = {
    "invite_on": "Gửi giấy mời",
    "registration_opens": "Mở đăng ký",
    "fair_file_due": "Nộp hồ sơ đăng ký tổ chức hội chợ",
    "registration_closes": "Hết hạn đăng ký",
    "supplement_deadline": "Hạn bổ sung hồ sơ",
    "decision_on": "Trả lời kết quả duyệt",
    "plan_published_on": "Công bố sơ đồ, bốc thăm",
    "confirm_deadline": "Hạn xác nhận gian hàng",
    "waitlist_filled_by": "Gọi danh sách chờ xong",
    "badges_on": "Phát thẻ",
    "setup_from": "Bắt đầu dựng gian",
    "setup_to": "Dựng gian xong",
    "opening": "Khai mạc",
    "closing": "Kết thúc",
}

_FAIR_DAYS_BEFORE: Final = {
    "invite_on": 40,
    "registration_opens": 35,
    "fair_file_due": 30,
    "registration_closes": 18,
    "supplement_deadline": 16,
    "decision_on": 14,
    "plan_published_on": 12,
    "confirm_deadline": 9,
    "waitlist_filled_by": 7,
    "badges_on": 5,
    "setup_from": 2,
    "setup_to": 1,
}
_CONFERENCE_DAYS_BEFORE: Final = {
    "invite_on": 21,
    "registration_opens": 21,
    "registration_closes": 8,
    "plan_published_on": 6,
    "confirm_deadline": 4,
    "badges_on": 3,
    "setup_from": 1,
    "setup_to": 1,
}
WRONG_YEAR: Final = f"Năm tổ chức phải từ {FIRST_YEAR} đến {LAST_YEAR}. Hãy xem lại năm."
_TOO_LONG: Final = f"Sự kiện dài quá {LONGEST_DAYS} ngày. Hãy kiểm tra ngày kết thúc."


def propose_timetable(opening: date, closing: date, *, today: date) -> Timetable:
    """Return the usual deadlines of a fair of several days, from 40 days before the opening.

    With less time left every step is drawn in proportionally, so that none lies in the past;
    under eight days some steps can break the rules of `check_timetable`.

    Raises:
        InvalidError: the fair ends before it opens, is too long, or the opening has passed.
    """
    return _propose(opening, closing, today, _FAIR_DAYS_BEFORE)


def propose_conference_timetable(day: date, *, today: date) -> Timetable:
    """Return the shorter timetable of a one-day conference with invited guests.

    Raises:
        InvalidError: the day has passed.
    """
    return _propose(day, day, today, _CONFERENCE_DAYS_BEFORE)


def check_timetable(timetable: Timetable) -> list[TimetableProblem]:
    """Return every broken rule of order, in the order of the steps; empty when all is well."""
    problems = []
    latest, latest_day = "", date.min
    for name, day in _days(timetable).items():
        if day < latest_day:
            problems.append(_too_early(name, day, latest, latest_day))
        else:
            latest, latest_day = name, day
    return problems + _other_problems(timetable)


def _propose(opening: date, closing: date, today: date, days_before: dict[str, int]) -> Timetable:
    _require_run(opening, closing)
    left = (opening - today).days
    if left < 0:
        raise InvalidError(
            f"Ngày khai mạc {vn_date(opening)} đã qua. Hãy chọn ngày khác.", field="opening"
        )
    longest = max(days_before.values())
    span = min(left, longest)
    steps = {
        name: opening - timedelta(days=days * span // longest) for name, days in days_before.items()
    }
    return Timetable(opening=opening, closing=closing, **steps)


def _require_run(opening: date, closing: date) -> None:
    if closing < opening:
        raise InvalidError(
            f"Ngày kết thúc {vn_date(closing)} phải từ ngày khai mạc {vn_date(opening)} trở đi.",
            field="closing",
        )
    if (closing - opening).days >= LONGEST_DAYS:
        raise InvalidError(_TOO_LONG, field="closing")


def _days(timetable: Timetable) -> dict[str, date]:
    values = asdict(timetable)
    # The registration file goes to another office and binds none of the steps around it.
    return {name: values[name] for name in LABELS if name != "fair_file_due" and values[name]}


def _too_early(name: str, day: date, other: str, other_day: date) -> TimetableProblem:
    return TimetableProblem(
        name,
        f"{LABELS[name]} ({vn_date(day)}) không được sớm hơn "
        f"“{LABELS[other]}” ({vn_date(other_day)}).",
    )


def _other_problems(timetable: Timetable) -> list[TimetableProblem]:
    problems = []
    if not FIRST_YEAR <= timetable.opening.year <= LAST_YEAR:
        problems.append(TimetableProblem("opening", WRONG_YEAR))
    closes, setup, due = (
        timetable.registration_closes,
        timetable.setup_from,
        timetable.fair_file_due,
    )
    if closes and closes == setup:
        sentence = f"Hết hạn đăng ký phải trước ngày bắt đầu dựng gian ({vn_date(closes)})."
        problems.append(TimetableProblem("registration_closes", sentence))
    if due and due > timetable.opening:
        problems.append(_too_early("opening", timetable.opening, "fair_file_due", due))
    if (timetable.closing - timetable.opening).days >= LONGEST_DAYS:
        problems.append(TimetableProblem("closing", _TOO_LONG))
    return problems
