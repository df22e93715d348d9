"""What is wrong with a floor plan, in sentences an officer can act on.

The editor says the same while one draws: static/js/plan/problems.js, held to the same vectors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor
from typing import Final

from tgfair.core.calendar_text import vn_number
from tgfair.core.layout.geometry import (
    TOLERANCE_M,
    Corners,
    corners,
    distance,
    middle,
    overlap,
    strip_before,
)
from tgfair.core.layout.plan import Kind, Plan, PlanObject


@dataclass(frozen=True, slots=True)
class Limits:
    """The free widths and the way out that a plan must keep, in metres."""

    aisle_m: float = 3
    front_m: float = 3
    exit_m: float = 30


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: its code, the ids of the objects concerned, and a sentence."""

    code: str
    objects: tuple[str, ...]
    sentence: str


FAIR_LIMITS: Final = Limits()
HALL_LIMITS: Final = Limits(aisle_m=2, front_m=1.5)  # display tables in a hall

_SOLID: Final = (Kind.BOOTH, Kind.STAGE, Kind.TOILET, Kind.WALL, Kind.POWER, Kind.TREE, Kind.GATE)
_FURNISHED: Final = (Kind.BOOTH, Kind.STAGE, Kind.TOILET, Kind.ZONE)


def limits_for(plan: Plan) -> Limits:
    """Return the limits of a hall when every booth is a table, otherwise those of a fair."""
    tables = all("table" in booth.tags for booth in plan.booths)
    return HALL_LIMITS if tables else FAIR_LIMITS


@dataclass(frozen=True, slots=True)
class _Placed:
    item: PlanObject
    points: Corners

    @property
    def left(self) -> float:
        return min(x for x, _ in self.points)

    @property
    def right(self) -> float:
        return max(x for x, _ in self.points)

    @property
    def blocks(self) -> bool:
        return self.item.kind in _SOLID or self.is_tent

    @property
    def is_tent(self) -> bool:
        return self.item.kind is Kind.ZONE and "service" in self.item.tags


def check_plan(plan: Plan, limits: Limits | None = None) -> list[Problem]:
    """Return every broken rule of the plan; empty when it can be used as it is.

    Without `limits` those of `limits_for` hold. Codes: `duplicate_label`, `outside`, `overlap`,
    `aisle_narrow`, `aisle_blocked`, `front_blocked`, `no_exit`, `feed_over`.
    """
    limits = limits or limits_for(plan)
    placed = [_Placed(item, corners(item)) for item in plan.objects]
    solid = sorted((one for one in placed if one.blocks), key=lambda one: one.left)
    return [
        *_duplicate_labels(plan),
        *_outside(plan, placed),
        *_overlaps(solid),
        *_aisles(placed, solid, limits.aisle_m),
        *_fronts(plan, solid, limits.front_m),
        *_exits(placed, limits.exit_m),
        *_feeds(plan),
    ]


def _duplicate_labels(plan: Plan) -> Iterator[Problem]:
    counts = Counter(booth.label.upper() for booth in plan.booths)
    for label, count in counts.items():
        if count > 1:
            ids = tuple(booth.id for booth in plan.booths if booth.label.upper() == label)
            yield Problem("duplicate_label", ids, f"Có {count} gian cùng mang mã {label}.")


def _outside(plan: Plan, placed: list[_Placed]) -> Iterator[Problem]:
    for one in placed:
        inside = all(
            -TOLERANCE_M <= x <= plan.width + TOLERANCE_M
            and -TOLERANCE_M <= y <= plan.height + TOLERANCE_M
            for x, y in (*one.points, *(one.item.poly or ()))
        )
        if not inside:
            yield Problem("outside", (one.item.id,), f"{one.item.name} nằm ngoài mặt bằng.")


def _overlaps(solid: list[_Placed]) -> Iterator[Problem]:
    for number, one in enumerate(solid):
        right = one.right
        for two in solid[number + 1 :]:
            if two.left >= right:
                break
            kinds = {one.item.kind, two.item.kind}
            # walls meet in corners, and a gate is a hole in a wall
            if kinds <= {Kind.WALL, Kind.GATE} or not overlap(one.points, two.points):
                continue
            yield Problem(
                "overlap",
                (one.item.id, two.item.id),
                f"{one.item.name} chồng lên {two.item.name}.",
            )


def _aisles(placed: list[_Placed], solid: list[_Placed], least_m: float) -> Iterator[Problem]:
    furnished = [one for one in solid if one.item.kind in _FURNISHED]
    for one in placed:
        if one.item.kind is not Kind.AISLE:
            continue
        width = min(one.item.w, one.item.h)
        if width < least_m - TOLERANCE_M:
            sentence = f"{one.item.name} rộng {_metres(width)}, cần ít nhất {_metres(least_m)}."
            yield Problem("aisle_narrow", (one.item.id,), sentence)
        for other in _in_the_way(one.points, furnished):
            sentence = f"{other.name} lấn vào {one.item.name}."
            yield Problem("aisle_blocked", (one.item.id, other.id), sentence)


def _fronts(plan: Plan, solid: list[_Placed], least_m: float) -> Iterator[Problem]:
    for booth in plan.booths:
        if booth.front is None:
            continue
        for other in _in_the_way(strip_before(booth, least_m), solid):
            if other is not booth and other.kind is not Kind.GATE:
                sentence = (
                    f"Trước mặt {booth.name} cần trống {_metres(least_m)}: vướng {other.name}."
                )
                yield Problem("front_blocked", (booth.id, other.id), sentence)


def _in_the_way(floor: Corners, solid: list[_Placed]) -> Iterator[PlanObject]:
    left, right = min(x for x, _ in floor), max(x for x, _ in floor)
    for other in solid:
        if other.left >= right:
            break
        if other.right > left and overlap(floor, other.points):
            yield other.item


def _exits(placed: list[_Placed], most_m: float) -> Iterator[Problem]:
    gates = [one.points for one in placed if one.item.kind is Kind.GATE]
    for one in placed:
        if one.item.kind is not Kind.BOOTH:
            continue
        nearest = min((distance(middle(one.points), gate) for gate in gates), default=None)
        if nearest is None or nearest > most_m + TOLERANCE_M:
            far = f" (gần nhất {_metres(nearest)})" if nearest is not None else ""
            sentence = f"{one.item.name} không có lối ra nào trong vòng {_metres(most_m)}{far}."
            yield Problem("no_exit", (one.item.id,), sentence)


def _feeds(plan: Plan) -> Iterator[Problem]:
    """Compare each zone's needs with its own cabinets; zones without one share the common ones."""
    cabinets = plan.of(Kind.POWER)
    if not cabinets:
        return
    feeds, needs = Counter[str](), Counter[str]()
    for cabinet in cabinets:
        feeds[cabinet.group or ""] += cabinet.power_w
    for booth in plan.booths:
        own = booth.group if booth.group in feeds else ""
        needs[own or ""] += booth.power_w
    labels = {group.id: f"Khu {group.id} ({group.label})" for group in plan.groups}
    for zone, need in needs.items():
        if need > feeds[zone]:
            ids = tuple(cabinet.id for cabinet in cabinets if (cabinet.group or "") == zone)
            who = labels.get(zone, "Các khu dùng tủ điện chung")
            yield Problem(
                "feed_over",
                ids,
                f"{who} cần {vn_number(need)} W, tủ điện chỉ có {vn_number(feeds[zone])} W.",
            )


def _metres(value: float) -> str:
    # halves go up, as in the browser's copy of these rules
    return f"{floor(value * 10 + 0.5) / 10:g}".replace(".", ",") + " m"
