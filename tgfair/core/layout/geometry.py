"""Turned rectangles: corners, overlap, distance. Metres."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import cos, hypot, radians, sin
from typing import Final

from tgfair.core.layout.plan import PlanObject

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]

TOLERANCE_M: Final = 0.005  # drawings share edges; rounding must not make them overlap


def corners(item: PlanObject) -> Corners:
    """Return the four corners, clockwise from the top left one, after turning."""
    return _turned(item, item.x, item.y, item.w, item.h)


def strip_before(item: PlanObject, depth: float) -> Corners:
    """Return the corners of the strip of floor before the open side, `depth` metres deep."""
    x, y, w, h = item.x, item.y, item.w, item.h
    sides = {
        "N": (x, y - depth, w, depth),
        "S": (x, y + h, w, depth),
        "W": (x - depth, y, depth, h),
        "E": (x + w, y, depth, h),
    }
    return _turned(item, *sides[item.front or "S"])


def overlap(one: Corners, two: Corners) -> bool:
    """Tell whether two rectangles share floor, touching edges aside (separating axes)."""
    for axis_x, axis_y in (*_axes(one), *_axes(two)):
        first = [x * axis_x + y * axis_y for x, y in one]
        second = [x * axis_x + y * axis_y for x, y in two]
        if max(first) <= min(second) + TOLERANCE_M or max(second) <= min(first) + TOLERANCE_M:
            return False
    return True


def distance(point: Point, rectangle: Corners) -> float:
    """Return the straight distance from a point to the nearest edge of a rectangle."""
    return min(
        _to_segment(point, begin, end) for begin, end in pairwise((*rectangle, rectangle[0]))
    )


def middle(rectangle: Corners) -> Point:
    """Return the middle of a rectangle."""
    return (rectangle[0][0] + rectangle[2][0]) / 2, (rectangle[0][1] + rectangle[2][1]) / 2


def _turned(item: PlanObject, x: float, y: float, w: float, h: float) -> Corners:
    turn, mid_x, mid_y = radians(item.rot), item.x + item.w / 2, item.y + item.h / 2

    def turned(px: float, py: float) -> Point:
        dx, dy = px - mid_x, py - mid_y
        return (
            mid_x + dx * cos(turn) - dy * sin(turn),
            mid_y + dx * sin(turn) + dy * cos(turn),
        )

    return turned(x, y), turned(x + w, y), turned(x + w, y + h), turned(x, y + h)


def _axes(rectangle: Corners) -> Iterator[Point]:
    for begin, end in pairwise(rectangle[:3]):
        dx, dy = end[0] - begin[0], end[1] - begin[1]
        length = hypot(dx, dy)
        yield dx / length, dy / length


def _to_segment(point: Point, begin: Point, end: Point) -> float:
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    along = ((point[0] - begin[0]) * dx + (point[1] - begin[1]) * dy) / (dx * dx + dy * dy)
    share = min(1.0, max(0.0, along))
    return hypot(point[0] - begin[0] - share * dx, point[1] - begin[1] - share * dy)
