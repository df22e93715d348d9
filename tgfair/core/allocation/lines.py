"""Find on the plan which booths stand side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import cos, inf, radians, sin

from tgfair.core.layout.plan import PlanObject

# Metres that two booths may be apart, or out of line, and still be neighbours.
TOLERANCE = 0.25


def find_lines(booths: Iterable[PlanObject]) -> dict[str, tuple[str, int]]:
    """Return row name and position for each booth id, for `Booth.row` and `Booth.position`.

    Booths of one row are of one zone, face the same way, stand in line and touch. A row is named
    after its first booth; a booth that touches none is a row of its own.
    """
    lanes: dict[tuple[object, ...], list[tuple[float, float, PlanObject]]] = defaultdict(list)
    for booth in booths:
        start, length, offset = _along(booth)
        key = (booth.group, booth.front, booth.rot % 360, round(offset / TOLERANCE))
        lanes[key].append((start, length, booth))
    out: dict[str, tuple[str, int]] = {}
    for lane in lanes.values():
        row, position, end = "", 0, -inf
        for start, length, booth in sorted(lane, key=_by_start):
            if start - end > TOLERANCE:
                row, position = booth.id, 0
            out[booth.id] = (row, position)
            position, end = position + 1, start + length
    return out


def _by_start(place: tuple[float, float, PlanObject]) -> tuple[float, str]:
    return place[0], place[2].id


def _along(booth: PlanObject) -> tuple[float, float, float]:
    """Return where the booth begins on its row's line, how long it is there, and the line."""
    angle = radians(-booth.rot)
    x, y = booth.x + booth.w / 2, booth.y + booth.h / 2
    turned_x, turned_y = x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)
    if booth.front in ("E", "W"):
        return turned_y - booth.h / 2, booth.h, turned_x
    return turned_x - booth.w / 2, booth.w, turned_y
