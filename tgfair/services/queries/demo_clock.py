"""Moments in the life of the fairs that the demo clock can be set to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tgfair.core.calendar_text import VIETNAM, full_date, parse_vn_date, vn_date
from tgfair.core.errors import InvalidError
from tgfair.models.fair import Fair, FairKind
from tgfair.policy import Actor
from tgfair.services.queries.fairs import fairs_for_staff

MORNING = time(9, 0)
FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(frozen=True)
class ClockChoice:
    """A day to look at, as the form sends it and as people read it."""

    value: str
    label: str
    note: str


def clock_choices(actor: Actor) -> list[ClockChoice]:
    """Return the days worth looking at, the fairs in order of their opening."""
    choices: list[ClockChoice] = []
    for fair in reversed(fairs_for_staff(actor)):
        choices += [
            ClockChoice(vn_date(day), f"{label}: {fair.name}", full_date(day))
            for label, day in _moments(fair)
        ]
    return choices


def _moments(fair: Fair) -> list[tuple[str, date]]:
    if fair.kind is FairKind.REVIEW_CONFERENCE:
        invited = fair.invite_on or fair.first_day - timedelta(days=21)
        halfway = invited + (fair.first_day - invited) // 2
        return [("Đang nhận trả lời giấy mời", halfway), ("Giữa hội nghị", fair.first_day)]
    closes = fair.registration_closes_at.astimezone(VIETNAM).date()
    decision = fair.decision_on or closes + timedelta(days=4)
    return [
        ("Giữa đợt xét duyệt", closes + (decision - closes) // 2),
        ("Ngày khai mạc", fair.first_day),
    ]


def read_clock_time(typed: str) -> datetime:
    """Return the instant to set the clock to: nine o'clock of the typed day.

    Raises:
        InvalidError: no such day, or one of another century.
    """
    day = parse_vn_date(typed, field="day")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidError(f"Hãy chọn năm từ {FIRST_YEAR} đến {LAST_YEAR}.", field="day")
    return datetime.combine(day, MORNING, tzinfo=VIETNAM)
