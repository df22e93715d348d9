"""What a change of a fair's days does to its deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta

from tgfair.core.anchors import Anchor, day_of, hang
from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import InvalidError
from tgfair.core.timetable import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_DAYS,
    WRONG_YEAR,
    Timetable,
    check_timetable,
)

_ENDS = frozenset({"opening", "closing"})


def shift_timetable(
    timetable: Timetable, opening: date, closing: date, *, today: date
) -> Timetable:
    """Return the timetable with the fair on other days.

    Steps still to come move along with the opening, not further back than today; steps whose day
    has passed have happened, and stay.

    Raises:
        InvalidError: the fair would end before it opens, last too long, open in the past or in
            another century.
    """
    if not FIRST_YEAR <= opening.year <= LAST_YEAR:
        raise InvalidError(WRONG_YEAR, field="opening")
    if closing < opening:
        raise InvalidError(
            f"Ngày kết thúc {vn_date(closing)} phải từ ngày khai mạc {vn_date(opening)} trở đi.",
            field="closing",
        )
    if (closing - opening).days >= LONGEST_DAYS:
        raise InvalidError(
            f"Sự kiện dài quá {LONGEST_DAYS} ngày. Hãy kiểm tra ngày kết thúc.", field="closing"
        )
    if opening < today and opening != timetable.opening:
        raise InvalidError(
            f"Ngày khai mạc {vn_date(opening)} đã qua. Hãy chọn ngày khác.", field="opening"
        )
    by = opening - timetable.opening
    steps = {
        name: _moved(day, by, today)
        for name, day in asdict(timetable).items()
        if name not in {"opening", "closing"}
    }
    return replace(timetable, opening=opening, closing=closing, **steps)


def _moved(day: date | None, by: timedelta, today: date) -> date | None:
    if day is None or day < today:
        return day
    return max(today, day + by)


def copy_timetable(timetable: Timetable, opening: date, closing: date, *, today: date) -> Timetable:
    """Return an earlier fair's timetable for a new one: the same distances from the opening.

    Steps that would lie in the past are to be done today.

    Raises:
        InvalidError: as for `shift_timetable`.
    """
    by = opening - timetable.opening
    on_old_days = shift_timetable(
        Timetable(opening=timetable.opening, closing=timetable.closing),
        opening,
        closing,
        today=today,
    )
    steps = {
        name: max(today, day + by)
        for name, day in asdict(timetable).items()
        if day is not None and name not in {"opening", "closing"}
    }
    return replace(on_old_days, **steps)


def hang_to_come(
    timetable: Timetable, old: Timetable, anchors: Mapping[str, Anchor], *, today: date
) -> Timetable:
    """Return a shifted timetable with its anchored steps to come on their days, none before today.

    `old` is the timetable before the shift: a step that has happened stays.

    Raises:
        InvalidError: an anchored step has no day, or would break the order of the steps.
    """
    to_come = {
        step: anchor
        for step, anchor in anchors.items()
        if (day := getattr(old, step)) is not None and day >= today
    }
    hung = hang(timetable, to_come)
    steps = {step: max(today, getattr(hung, step)) for step in to_come if step not in _ENDS}
    hung = replace(hung, **steps)
    problems = check_timetable(hung) if to_come else []
    if problems and not check_timetable(timetable):
        raise InvalidError(f"Mốc đã neo bị lệch thứ tự. {problems[0].sentence}", field="opening")
    return hung


def true_anchors(anchors: Mapping[str, Anchor], timetable: Timetable) -> dict[str, Anchor]:
    """Return the anchors that still mean the days of the timetable."""
    return {step: anchor for step, anchor in anchors.items() if _means(anchor, step, timetable)}


def _means(anchor: Anchor, step: str, timetable: Timetable) -> bool:
    try:
        return bool(day_of(anchor, timetable) == getattr(timetable, step))
    except InvalidError:
        return False
