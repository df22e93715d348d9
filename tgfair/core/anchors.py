"""Where a day of a timetable hangs: on a solar day, on a lunar one, or on another step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import InvalidError
from tgfair.core.lunar import solar_from_lunar
from tgfair.core.timetable import LABELS, Timetable

MOST_DAYS: Final = 400
_LONGEST_MONTH: Final = 30
_MONTHS: Final = 12
_NAMED_MUNG: Final = 10
_FULL_MOON: Final = 15
_DECEMBER: Final = "Chạp"


@dataclass(frozen=True, slots=True)
class OnDay:
    """A solar day that nothing moves."""

    day: date


@dataclass(frozen=True, slots=True)
class OnMoon:
    """A day of the lunar year, and some days after it (before it when negative)."""

    month: int
    day: int
    leap: bool = False
    days: int = 0


@dataclass(frozen=True, slots=True)
class OnStep:
    """Some days after a step of the timetable, before it when negative."""

    step: str
    days: int


Anchor = OnDay | OnMoon | OnStep


def check_anchor(anchor: Anchor) -> Anchor:
    """Return the anchor when it can be used.

    Raises:
        InvalidError: no lunar year has such a day, there is no such step, or it is over a year off.
    """
    if isinstance(anchor, OnMoon) and not (
        1 <= anchor.month <= _MONTHS and 1 <= anchor.day <= _LONGEST_MONTH
    ):
        raise InvalidError(
            "Ngày âm lịch phải từ 1 đến 30, tháng âm lịch từ 1 đến 12.", field="moon_day"
        )
    if isinstance(anchor, OnStep) and anchor.step not in LABELS:
        raise InvalidError("Hãy chọn một mốc có trong lịch.", field="step")
    if not isinstance(anchor, OnDay) and abs(anchor.days) > MOST_DAYS:
        raise InvalidError(f"Cách mốc tối đa {MOST_DAYS} ngày.", field="days")
    return anchor


def anchor_as_json(anchor: Anchor) -> dict[str, Any]:
    """Return an anchor as the database keeps it."""
    match anchor:
        case OnDay(day):
            return {"on": "day", "day": day.isoformat()}
        case OnMoon():
            return {"on": "moon", **asdict(anchor)}
        case OnStep():
            return {"on": "step", **asdict(anchor)}


def anchor_from_json(data: Mapping[str, Any]) -> Anchor:
    """Read what `anchor_as_json` wrote.

    Raises:
        InvalidError: it is none.
    """
    rest = {name: value for name, value in data.items() if name != "on"}
    try:
        match data.get("on"):
            case "day":
                return OnDay(date.fromisoformat(rest["day"]))
            case "moon":
                return check_anchor(OnMoon(**rest))
            case "step":
                return check_anchor(OnStep(**rest))
    except (TypeError, ValueError, KeyError):
        pass
    raise InvalidError("Mốc neo ngày không đọc được.")


def day_of(anchor: Anchor, timetable: Timetable) -> date:
    """Return the day an anchor means for a fair; a lunar one is that nearest to the opening.

    Raises:
        InvalidError: the step has no day, or the years around have no such lunar day.
    """
    match anchor:
        case OnDay(day):
            return day
        case OnStep(step, days):
            base = getattr(timetable, step)
            if base is None:
                raise InvalidError(f"Mốc “{LABELS[step]}” chưa có ngày.", field="step")
            return _moved(base, days)
        case OnMoon():
            return _nearest(anchor, timetable.opening)


def moon_day(anchor: OnMoon, year: int) -> date:
    """Return the day in the lunar year that has the number of a solar one.

    Raises:
        InvalidError: that lunar year has no such day (30 of a short month, an absent leap month).
    """
    day = solar_from_lunar(year, anchor.month, anchor.day, leap=anchor.leap)
    return _moved(day, anchor.days)


def _nearest(anchor: OnMoon, opening: date) -> date:
    found: list[date] = []
    refused: InvalidError | None = None
    for year in (opening.year - 1, opening.year, opening.year + 1):
        try:
            found.append(moon_day(anchor, year))
        except InvalidError as error:
            refused = error if year == opening.year else refused
    near = [day for day in found if abs(day - opening) <= timedelta(days=183)]
    if not near:
        raise refused or InvalidError(f"Quanh ngày {vn_date(opening)} không có {words(anchor)}.")
    return min(near, key=lambda day: abs(day - opening))


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise InvalidError(f"Cách mốc tối đa {MOST_DAYS} ngày.", field="days") from None


def hang(timetable: Timetable, anchors: Mapping[str, Anchor]) -> Timetable:
    """Return the timetable with its anchored steps on their days; opening and closing stay.

    Raises:
        InvalidError: an anchor has no day, or steps hang on each other in a circle.
    """
    left = {step: anchor for step, anchor in anchors.items() if step not in {"opening", "closing"}}
    while left:
        ready = [
            step
            for step, anchor in left.items()
            if not isinstance(anchor, OnStep) or anchor.step not in left
        ]
        if not ready:
            names = ", ".join(f"“{LABELS[step]}”" for step in left)
            raise InvalidError(f"Các mốc {names} neo vòng vào nhau. Hãy sửa một mốc.", field="step")
        for step in ready:
            timetable = replace(timetable, **{step: day_of(left.pop(step), timetable)})
    return timetable


def words(anchor: Anchor) -> str:
    """Return "7 ngày trước Khai mạc", "rằm tháng Chạp (âm lịch)", "19/06/2026"."""
    match anchor:
        case OnDay(day):
            return vn_date(day)
        case OnStep(step, days):
            return _apart(days, f"“{LABELS[step]}”")
        case OnMoon():
            return _apart(anchor.days, f"{_moon_name(anchor)} (âm lịch)")


def _apart(days: int, base: str) -> str:
    if not days:
        return f"đúng {base}" if base.startswith("“") else base
    return f"{abs(days)} ngày {'sau' if days > 0 else 'trước'} {base}"


def _moon_name(anchor: OnMoon) -> str:
    day = "rằm" if anchor.day == _FULL_MOON else f"ngày {anchor.day}"
    if anchor.day <= _NAMED_MUNG:
        day = f"mùng {anchor.day}"
    month = {1: "Giêng", _MONTHS: _DECEMBER}.get(anchor.month, str(anchor.month))
    return f"{day} tháng {month}{' nhuận' if anchor.leap else ''}"
