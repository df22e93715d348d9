"""First come, first served: who may pick a booth now, and which ones to show a loser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tgfair.core.calendar_text import vn_datetime
from tgfair.core.deadline import is_over

ALTERNATIVES = 5


class Window(StrEnum):
    """How the time for picking stands."""

    BEFORE = "before"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Spot:
    """A booth as far as the choice of alternatives needs it; metres."""

    label: str
    zone: str
    x: float
    y: float


def window_at(opens: datetime | None, closes: datetime | None, now: datetime) -> Window:
    """Return whether picking is still to come, open or over; without limits it is open."""
    if opens is not None and now < opens:
        return Window.BEFORE
    return Window.OVER if closes is not None and is_over(closes, now) else Window.OPEN


def window_sentence(window: Window, opens: datetime | None, closes: datetime | None) -> str:
    """Return why nothing can be picked, or until when it can."""
    if window is Window.BEFORE and opens is not None:
        return f"Mở chọn gian lúc {vn_datetime(opens)}."
    if window is Window.OVER:
        return "Đã hết giờ tự chọn gian. Hãy gọi Ban Tổ chức."
    return f"Chọn gian đến {vn_datetime(closes)}." if closes is not None else ""


def nearest(lost: Spot, free: Iterable[Spot], *, most: int = ALTERNATIVES) -> list[str]:
    """Return the labels of free spots to offer instead: the same zone first, then the nearest."""

    def rank(spot: Spot) -> tuple[bool, float, str]:
        far = (spot.x - lost.x) ** 2 + (spot.y - lost.y) ** 2
        return (spot.zone != lost.zone, far, spot.label)

    return [spot.label for spot in sorted(free, key=rank)[:most]]
