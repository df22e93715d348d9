"""The floor plan as typed values: metres, origin top left, x to the right, y down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

FORMAT: Final = "tgfair-plan/1"
MOST_OBJECTS: Final = 2000


class Kind(StrEnum):
    """What an object of the plan is."""

    BOOTH = "booth"
    ZONE = "zone"
    STAGE = "stage"
    GATE = "gate"
    AISLE = "aisle"
    WALL = "wall"
    TEXT = "text"
    TOILET = "toilet"
    POWER = "power"
    TREE = "tree"


KIND_NAMES: Final[dict[Kind, str]] = {
    Kind.BOOTH: "Gian",
    Kind.ZONE: "Khu",
    Kind.STAGE: "Sân khấu",
    Kind.GATE: "Cổng",
    Kind.AISLE: "Lối đi",
    Kind.WALL: "Tường",
    Kind.TEXT: "Chữ",
    Kind.TOILET: "Nhà vệ sinh",
    Kind.POWER: "Tủ điện",
    Kind.TREE: "Cây",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A zone of booths: short id (A, B …), its name and its colour as #RRGGBB."""

    id: str
    label: str
    color: str


@dataclass(frozen=True, slots=True)
class PlanObject:
    """One thing on the plan; `rot` turns it clockwise by degrees about its middle."""

    id: str
    kind: Kind
    x: float
    y: float
    w: float
    h: float
    rot: float = 0
    label: str = ""
    group: str | None = None
    power_w: int = 0
    water: bool = False
    corner: bool = False
    front: str | None = None
    tags: tuple[str, ...] = ()
    poly: tuple[tuple[float, float], ...] | None = None

    @property
    def area(self) -> float:
        """Return the floor area in square metres."""
        return round(self.w * self.h, 2)

    @property
    def size(self) -> str:
        """Return "3 × 2,5 m"."""
        return f"{self.w:g} × {self.h:g} m".replace(".", ",")

    @property
    def name(self) -> str:
        """Return what a sentence calls it: "Gian A01", "Lối đi “Lối Bắc”"."""
        if self.kind is Kind.BOOTH:
            return f"Gian {self.label}"
        place = f" tại ({self.x:g}; {self.y:g})".replace(".", ",")
        label = f" “{self.label}”" if self.label else place
        return KIND_NAMES[self.kind] + label


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole floor plan; sizes in metres, `north` in degrees clockwise from up."""

    name: str
    width: float
    height: float
    groups: tuple[Group, ...]
    objects: tuple[PlanObject, ...]
    north: float = 0
    note: str = ""
    version: int = 1

    @property
    def booths(self) -> tuple[PlanObject, ...]:
        """Return the booths in the order of the plan."""
        return self.of(Kind.BOOTH)

    def of(self, *kinds: Kind) -> tuple[PlanObject, ...]:
        """Return the objects of these kinds in the order of the plan."""
        return tuple(item for item in self.objects if item.kind in kinds)


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """Return the plan in format tgfair-plan/1, ready for `json.dumps`."""
    return {
        "format": FORMAT,
        "version": plan.version,
        "name": plan.name,
        "note": plan.note,
        "unit": "m",
        "size": [plan.width, plan.height],
        "north": plan.north,
        "background": None,
        "groups": [{"id": g.id, "label": g.label, "color": g.color} for g in plan.groups],
        "objects": [_object_as_json(item) for item in plan.objects],
    }


def _object_as_json(item: PlanObject) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": item.id,
        "kind": item.kind.value,
        "x": item.x,
        "y": item.y,
        "w": item.w,
        "h": item.h,
        "rot": item.rot,
        "label": item.label,
    }
    if item.group is not None:
        out["group"] = item.group
    if item.kind is Kind.BOOTH:
        out |= {"water": item.water, "corner": item.corner, "front": item.front}
    if item.kind in (Kind.BOOTH, Kind.POWER):
        out["power_w"] = item.power_w
    if item.tags:
        out["tags"] = list(item.tags)
    if item.poly is not None:
        out["poly"] = [list(point) for point in item.poly]
    return out
