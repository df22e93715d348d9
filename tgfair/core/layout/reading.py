"""Floor plans read from JSON that anybody may have written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Final

from tgfair.core.errors import InvalidError
from tgfair.core.layout.plan import FORMAT, MOST_OBJECTS, Group, Kind, Plan, PlanObject
from tgfair.core.vietnamese import clean_text

_LARGEST_M: Final = 2000
_LARGEST_W: Final = 1_000_000
_MOST_GROUPS: Final = 40
_MOST_TAGS: Final = 20
_MOST_POINTS: Final = 200
_LONGEST_NAME: Final = 120
_LONGEST_NOTE: Final = 1000
_FULL_TURN: Final = 360
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,36}")
_GROUP_ID: Final = re.compile(r"[A-Za-z0-9-]{1,8}")
_BOOTH_LABEL: Final = re.compile(r"[A-Za-z0-9-]{1,12}")
_COLOR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_TAG: Final = re.compile(r"[A-Za-z0-9:_-]{1,30}")


def parse_plan(raw: object, *, unfinished: bool = False) -> Plan:
    """Return the plan that a decoded JSON document holds; unknown keys are ignored.

    A background picture is ignored too: it serves while drawing, never afterwards. With
    `unfinished` it may have nothing on it yet, and two booths of one label (see `check_plan`).

    Raises:
        InvalidError: the document is no tgfair-plan/1, or something in it is missing, twice, too
            large or of the wrong type; the sentence names the object by its label.
    """
    if not isinstance(raw, Mapping) or raw.get("format") != FORMAT:
        raise InvalidError(f"Tệp này không phải sơ đồ theo mẫu {FORMAT}. Hãy chọn tệp khác.")
    if raw.get("unit", "m") != "m":
        raise InvalidError("Sơ đồ phải dùng đơn vị mét (unit: “m”).")
    size = raw.get("size")
    if not isinstance(size, list) or len(size) != 2:  # noqa: PLR2004 -- width and height
        raise InvalidError("Sơ đồ thiếu kích thước mặt bằng (size: [rộng, dài] tính bằng mét).")
    groups = _groups(raw.get("groups", []))
    return Plan(
        name=_text(raw.get("name"), "Sơ đồ", "tên (name)", _LONGEST_NAME, required=True),
        width=_number(size[0], "Sơ đồ", "chiều rộng (size)", above=0),
        height=_number(size[1], "Sơ đồ", "chiều dài (size)", above=0),
        groups=groups,
        objects=_objects(raw.get("objects"), {group.id for group in groups}, unfinished),
        north=_number(raw.get("north", 0), "Sơ đồ", "hướng bắc (north)", most=_FULL_TURN),
        note=_text(raw.get("note", ""), "Sơ đồ", "ghi chú (note)", _LONGEST_NOTE),
        version=_whole(raw.get("version", 1), "Sơ đồ", "phiên bản (version)"),
    )


def _groups(raw: object) -> tuple[Group, ...]:
    if not isinstance(raw, list) or len(raw) > _MOST_GROUPS:
        raise InvalidError(f"Danh sách khu (groups) phải là danh sách tối đa {_MOST_GROUPS} khu.")
    groups = tuple(_group(item, number) for number, item in enumerate(raw, 1))
    _refuse_twice([group.id for group in groups], "Mã khu")
    return groups


def _group(raw: object, number: int) -> Group:
    who = f"Khu thứ {number}"
    if not isinstance(raw, Mapping):
        raise InvalidError(f"{who} trong danh sách khu (groups) không đọc được.")
    return Group(
        id=_matching(raw.get("id"), _GROUP_ID, who, "mã (id)"),
        label=_text(raw.get("label"), who, "tên (label)", _LONGEST_NAME, required=True),
        color=_matching(raw.get("color"), _COLOR, who, "màu (color, mẫu #F6C65B)"),
    )


def _objects(raw: object, group_ids: set[str], unfinished: bool) -> tuple[PlanObject, ...]:  # noqa: FBT001 -- handed on
    if not isinstance(raw, list) or (not raw and not unfinished):
        raise InvalidError("Sơ đồ không có đối tượng nào (objects). Hãy chọn tệp khác.")
    if len(raw) > MOST_OBJECTS:
        raise InvalidError(
            f"Sơ đồ có {len(raw)} đối tượng, nhiều nhất là {MOST_OBJECTS}. "
            "Hãy chia thành nhiều tệp."
        )
    objects = tuple(_object(item, number, group_ids) for number, item in enumerate(raw, 1))
    _refuse_twice([item.id for item in objects], "Mã đối tượng")
    if not unfinished:
        labels = [item.label.upper() for item in objects if item.kind is Kind.BOOTH]
        _refuse_twice(labels, "Mã gian")
    return objects


def _object(raw: object, number: int, group_ids: set[str]) -> PlanObject:
    who = f"Đối tượng thứ {number}"
    if not isinstance(raw, Mapping):
        raise InvalidError(f"{who} (objects) không đọc được.")
    label = _text(raw.get("label", ""), who, "nhãn (label)", _LONGEST_NAME)
    who = f"{who} “{label}”" if label else who
    kind = _kind(raw.get("kind"), who)
    if kind is Kind.BOOTH and not _BOOTH_LABEL.fullmatch(label):
        raise InvalidError(
            f"{who}: mã gian phải có 1–12 ký tự, gồm chữ không dấu, số và dấu gạch ngang."
        )
    group = raw.get("group")
    if kind is Kind.BOOTH or group is not None:
        group = _known(group, group_ids, who)
    return PlanObject(
        id=_matching(raw.get("id"), _ID, who, "mã (id)"),
        kind=kind,
        x=_number(raw.get("x"), who, "vị trí x"),
        y=_number(raw.get("y"), who, "vị trí y"),
        w=_number(raw.get("w"), who, "chiều rộng (w)", above=0),
        h=_number(raw.get("h"), who, "chiều dài (h)", above=0),
        rot=_number(raw.get("rot", 0), who, "góc xoay (rot)", most=_FULL_TURN),
        label=label,
        group=group,
        power_w=_whole(raw.get("power_w", 0), who, "công suất điện (power_w)"),
        water=_flag(raw.get("water", False), who, "nước (water)"),
        corner=_flag(raw.get("corner", False), who, "gian góc (corner)"),
        front=_front(raw.get("front"), who),
        tags=_tags(raw.get("tags", []), who),
        poly=_poly(raw.get("poly"), who),
    )


def _kind(raw: object, who: str) -> Kind:
    if not isinstance(raw, str) or raw not in set(Kind):
        raise InvalidError(f"{who}: loại (kind) không có trong mẫu {FORMAT}.")
    return Kind(raw)


def _known(raw: object, group_ids: set[str], who: str) -> str:
    if not isinstance(raw, str) or raw not in group_ids:
        raise InvalidError(f"{who}: khu (group) không có trong danh sách khu của sơ đồ.")
    return raw


def _front(raw: object, who: str) -> str | None:
    if raw is None:
        return None
    return _matching(raw, re.compile("[NESW]"), who, "mặt thoáng (front: N, E, S hoặc W)")


def _tags(raw: object, who: str) -> tuple[str, ...]:
    if not isinstance(raw, list) or len(raw) > _MOST_TAGS:
        raise InvalidError(f"{who}: đặc điểm (tags) phải là danh sách tối đa {_MOST_TAGS} mục.")
    return tuple(_matching(tag, _TAG, who, "đặc điểm (tags)") for tag in raw)


def _poly(raw: object, who: str) -> tuple[tuple[float, float], ...] | None:
    if raw is None:
        return None
    if not isinstance(raw, list) or not 3 <= len(raw) <= _MOST_POINTS:  # noqa: PLR2004 -- triangle
        raise InvalidError(f"{who}: đường bao (poly) phải có từ 3 đến {_MOST_POINTS} điểm.")
    points = []
    for point in raw:
        if not isinstance(point, list) or len(point) != 2:  # noqa: PLR2004 -- x and y
            raise InvalidError(f"{who}: mỗi điểm của đường bao (poly) phải có hai số.")
        points.append((_number(point[0], who, "poly"), _number(point[1], who, "poly")))
    return tuple(points)


def _text(raw: object, who: str, what: str, longest: int, *, required: bool = False) -> str:
    if not isinstance(raw, str):
        raise InvalidError(f"{who}: thiếu {what}.")
    text = clean_text(raw)
    if not text.isprintable():  # controls, overrides of direction, halves of surrogate pairs
        raise InvalidError(f"{who}: {what} có ký tự không dùng được.")
    if (required and not text) or len(text) > longest:
        raise InvalidError(f"{who}: {what} phải có từ 1 đến {longest} ký tự.")
    return text


def _matching(raw: object, pattern: re.Pattern[str], who: str, what: str) -> str:
    if not isinstance(raw, str) or not pattern.fullmatch(raw):
        raise InvalidError(f"{who}: {what} bị thiếu hoặc không đúng mẫu.")
    return raw


def _number(
    raw: object, who: str, what: str, *, above: float | None = None, most: float = _LARGEST_M
) -> float:
    # bool is an int in Python, its JSON reader accepts NaN, and isfinite() overflows on 10**400
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise InvalidError(f"{who}: {what} phải là một số.")
    if isinstance(raw, float) and not isfinite(raw):
        raise InvalidError(f"{who}: {what} phải là một số.")
    if abs(raw) > most or (above is not None and raw <= above):
        low = f"lớn hơn {above:g}" if above is not None else f"từ {-most:g}"
        raise InvalidError(f"{who}: {what} phải {low} đến {most:g}.")
    return raw


def _whole(raw: object, who: str, what: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= _LARGEST_W:
        raise InvalidError(f"{who}: {what} phải là số nguyên từ 0 đến {_LARGEST_W}.")
    return raw


def _flag(raw: object, who: str, what: str) -> bool:
    if not isinstance(raw, bool):
        raise InvalidError(f"{who}: {what} phải là true hoặc false.")
    return raw


def _refuse_twice(values: list[str], what: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise InvalidError(f"{what} “{value}” có hai lần trong sơ đồ. Hãy đổi một mã.")
        seen.add(value)
