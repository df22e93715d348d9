"""Rectangles found again in the corners that another program has kept, moved or turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import atan2, degrees, hypot
from typing import Any, Final

from tgfair.core.errors import InvalidError
from tgfair.core.layout.geometry import Point, corners
from tgfair.core.layout.plan import Kind, PlanObject

_SAME_M: Final = 0.0005
_CORNERS: Final = 4
_SLIP: Final = 0.01  # of the longer side: the drawer's hand
_NO_RECTANGLE: Final = "Có hình không phải hình chữ nhật. Hãy vẽ gian bằng hình chữ nhật."


def clockwise(points: Sequence[Point]) -> list[Point]:
    """Return the outline as it runs clockwise on the sheet (y down)."""
    ring = list(points)
    area = sum(x * b - a * y for (x, y), (a, b) in pairwise([*ring, *ring[:1]]))
    return ring if area >= 0 else ring[::-1]


def placed(
    facts: Mapping[str, Any], found: Sequence[Point], *, from_top_left: bool
) -> dict[str, Any]:
    """Return an object of the file with the place where its outline was found.

    `facts` speak of a place too; where nothing was moved since, they are kept to the last figure.
    `from_top_left`: the outline still begins at the corner that was the top left one.

    Raises:
        InvalidError: the outline is no rectangle where it has to be one.
    """
    if _is_where(facts, found):
        return dict(facts)
    if facts.get("poly"):
        return {**facts, **_around(found)}
    if len(found) != _CORNERS:
        raise InvalidError(_NO_RECTANGLE)
    ring = clockwise(found)
    if from_top_left:
        return {**facts, **_box_of(ring)}
    said = facts.get("rot")
    rot = said if isinstance(said, int | float) else 0
    # which corner was the top left one? Take that by which it was turned the least
    boxes = [_box_of(ring[start:] + ring[:start]) for start in range(len(ring))]
    return {**facts, **min(boxes, key=lambda box: abs((box["rot"] - rot + 180) % 360 - 180))}


def _around(outline: Sequence[Point]) -> dict[str, Any]:
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    return {
        "x": round(min(xs), 4),
        "y": round(min(ys), 4),
        "w": round(max(xs) - min(xs), 4),
        "h": round(max(ys) - min(ys), 4),
        "rot": 0,
        "poly": [[round(x, 4), round(y, 4)] for x, y in outline],
    }


def _box_of(ring: Sequence[Point]) -> dict[str, float]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = ring
    width, height = hypot(bx - ax, by - ay), hypot(cx - bx, cy - by)
    skew = hypot(ax + cx - bx - dx, ay + cy - by - dy)
    unequal = abs(hypot(cx - ax, cy - ay) - hypot(dx - bx, dy - by))
    if max(skew, unequal) > _SLIP * max(width, height):
        raise InvalidError(_NO_RECTANGLE)
    return {
        "x": round((ax + cx) / 2 - width / 2, 4),
        "y": round((ay + cy) / 2 - height / 2, 4),
        "w": round(width, 4),
        "h": round(height, 4),
        "rot": round(degrees(atan2(by - ay, bx - ax)), 4),
    }


def _is_where(facts: Mapping[str, Any], found: Sequence[Point]) -> bool:
    try:
        said = _said(facts)
    except (TypeError, ValueError, KeyError, OverflowError):
        return False  # drawn in the other program
    ring = clockwise(found)
    said = clockwise(said)
    # another program may begin the same outline at another corner
    return len(ring) == len(said) and any(
        all(
            abs(x - a) < _SAME_M and abs(y - b) < _SAME_M
            for (x, y), (a, b) in zip(ring[start:] + ring[:start], said, strict=True)
        )
        for start in range(len(ring))
    )


def _said(facts: Mapping[str, Any]) -> Sequence[Point]:
    if facts.get("poly"):
        return [(float(x), float(y)) for x, y in facts["poly"]]
    x, y, w, h, rot = (float(facts[key]) for key in ("x", "y", "w", "h", "rot"))
    return corners(PlanObject("", Kind.BOOTH, x, y, w, h, rot))
