"""A plan while it is being drawn: unfinished, with a picture to draw over, edited step by step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.core.layout.plan import Group, Plan, PlanObject, plan_as_json
from tgfair.core.layout.reading import parse_plan

EMPTY_SIZE_M: Final = (60, 40)
FIRST_GROUP: Final = Group("A", "Khu A", "#F6C65B")
_MOST_PIXELS: Final = 20_000
_LARGEST_M: Final = 2000


@dataclass(frozen=True, slots=True)
class Background:
    """A photograph or scan under the drawing: its top left corner and metres in one pixel.

    `width` and `height` are its pixels, `rot` turns it clockwise about its corner by degrees,
    `opacity` runs from 0 to 1.
    """

    width: float
    height: float
    x: float = 0
    y: float = 0
    scale: float = 0.05
    rot: float = 0
    opacity: float = 0.4


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished plan and what lies under it."""

    plan: Plan
    background: Background | None = None


def empty_plan(name: str) -> Plan:
    """Return a sheet of 60 by 40 m with one zone and nothing on it."""
    width, height = EMPTY_SIZE_M
    return Plan(name, width, height, (FIRST_GROUP,), ())


def parse_draft(raw: object) -> Draft:
    """Return the draft that a decoded JSON document holds.

    Raises:
        InvalidError: it is no tgfair-plan/1, or a value is missing, too large or of a wrong type.
    """
    plan = parse_plan(raw, unfinished=True)
    found = raw.get("background") if isinstance(raw, Mapping) else None
    return Draft(plan, None if found is None else _background(found))


def draft_as_json(draft: Draft) -> dict[str, Any]:
    """Return the draft in format tgfair-plan/1, the picture's place under `background`."""
    picture = draft.background
    if picture is None:
        return plan_as_json(draft.plan)
    names = ("width", "height", "x", "y", "scale", "rot", "opacity")
    return plan_as_json(draft.plan) | {
        "background": {name: getattr(picture, name) for name in names}
    }


def with_objects(plan: Plan, items: Collection[PlanObject]) -> Plan:
    """Return the plan with these objects, in place of those of the same id, new ones last."""
    new = {item.id: item for item in items}
    kept = tuple(new.pop(item.id, item) for item in plan.objects)
    return checked(replace(plan, objects=(*kept, *new.values())))


def without_objects(plan: Plan, ids: Collection[str]) -> Plan:
    """Return the plan without the objects of these ids."""
    return replace(plan, objects=tuple(item for item in plan.objects if item.id not in ids))


def moved(plan: Plan, ids: Collection[str], dx: float, dy: float) -> Plan:
    """Return the plan with these objects `dx` metres further right and `dy` further down."""
    return with_objects(plan, [_shifted(o, dx, dy) for o in plan.objects if o.id in ids])


def with_group(plan: Plan, group: Group) -> Plan:
    """Return the plan with this zone, in place of the one of the same id."""
    if group.id in {one.id for one in plan.groups}:
        groups = tuple(group if one.id == group.id else one for one in plan.groups)
    else:
        groups = (*plan.groups, group)
    return checked(replace(plan, groups=groups))


def without_group(plan: Plan, group_id: str) -> Plan:
    """Return the plan without a zone.

    Raises:
        InvalidError: something on the plan still belongs to it.
    """
    left = [item for item in plan.objects if item.group == group_id]
    if left:
        raise InvalidError(
            f"Khu {group_id} còn {len(left)} đối tượng (ví dụ {left[0].name}). "
            "Hãy xóa hoặc chuyển chúng sang khu khác trước."
        )
    return replace(plan, groups=tuple(one for one in plan.groups if one.id != group_id))


def object_of(plan: Plan, object_id: str) -> PlanObject:
    """Return the object of an id.

    Raises:
        NotFoundError: there is none.
    """
    for item in plan.objects:
        if item.id == object_id:
            return item
    raise NotFoundError


def checked(plan: Plan) -> Plan:
    """Return the plan as it would be read back from its file.

    Raises:
        InvalidError: a value is out of range, too long or of an unusable form.
    """
    return parse_plan(plan_as_json(plan), unfinished=True)


def _shifted(item: PlanObject, dx: float, dy: float) -> PlanObject:
    poly = item.poly and tuple((round(x + dx, 3), round(y + dy, 3)) for x, y in item.poly)
    return replace(item, x=round(item.x + dx, 3), y=round(item.y + dy, 3), poly=poly)


def _background(raw: object) -> Background:
    if not isinstance(raw, Mapping):
        raise InvalidError("Ảnh nền của sơ đồ không đọc được.")
    return Background(
        width=_within(raw.get("width"), 1, _MOST_PIXELS),
        height=_within(raw.get("height"), 1, _MOST_PIXELS),
        x=_within(raw.get("x", 0), -_LARGEST_M, _LARGEST_M),
        y=_within(raw.get("y", 0), -_LARGEST_M, _LARGEST_M),
        scale=_within(raw.get("scale", 0.05), 0.0001, 100),
        rot=_within(raw.get("rot", 0), -360, 360),
        opacity=_within(raw.get("opacity", 0.4), 0, 1),
    )


def _within(raw: object, least: float, most: float) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise InvalidError("Ảnh nền của sơ đồ thiếu số đo.")
    if not least <= raw <= most:  # also what is no number at all, NaN
        raise InvalidError("Ảnh nền của sơ đồ có số đo quá lớn hoặc quá nhỏ.")
    return raw
