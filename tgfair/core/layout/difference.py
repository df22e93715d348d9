"""What one drawing has that another has not, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tgfair.core.layout.plan import Kind, Plan, PlanObject


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `code` is added, removed, moved or edited; `id` the object, or a group."""

    code: str
    id: str
    sentence: str


def plan_changes(old: Plan, new: Plan) -> list[Change]:
    """Return what has to be done to `old` to get `new`: sheet and zones, then the objects."""
    return [*_sheet(old, new), *_groups(old, new), *_objects(old, new)]


def _sheet(old: Plan, new: Plan) -> Iterator[Change]:
    if (old.width, old.height) != (new.width, new.height):
        size = f"{new.width:g} × {new.height:g} m".replace(".", ",")
        yield Change("edited", "", f"Mặt bằng đổi thành {size}.")
    if (old.name, old.note, old.north) != (new.name, new.note, new.north):
        yield Change("edited", "", "Tên, ghi chú hoặc hướng bắc của sơ đồ thay đổi.")


def _groups(old: Plan, new: Plan) -> Iterator[Change]:
    before = {group.id: group for group in old.groups}
    after = {group.id: group for group in new.groups}
    for key, group in after.items():
        if key not in before:
            yield Change("added", key, f"Thêm khu {key} ({group.label}).")
        elif before[key] != group:
            yield Change("edited", key, f"Khu {key} đổi tên hoặc màu ({group.label}).")
    for key, group in before.items():
        if key not in after:
            yield Change("removed", key, f"Bỏ khu {key} ({group.label}).")


def _objects(old: Plan, new: Plan) -> Iterator[Change]:
    before = {item.id: item for item in old.objects}
    after = {item.id: item for item in new.objects}
    for key, item in after.items():
        if key not in before:
            yield Change("added", key, f"Thêm {_named(item)}.")
        elif before[key] != item:
            yield _changed(before[key], item)
    for key, item in before.items():
        if key not in after:
            yield Change("removed", key, f"Bỏ {_named(item)}.")


def _changed(before: PlanObject, after: PlanObject) -> Change:
    done = [
        words
        for words, was, now in (
            (f"đổi mã thành {after.label}", before.label, after.label),
            ("dời chỗ", (before.x, before.y, before.rot), (after.x, after.y, after.rot)),
            ("đổi cỡ", (before.w, before.h, before.poly), (after.w, after.h, after.poly)),
            (f"sang khu {after.group}", before.group, after.group),
            (f"điện {after.power_w} W", before.power_w, after.power_w),
            ("đổi mặt thoáng", (before.front, before.corner), (after.front, after.corner)),
            ("có nước" if after.water else "không còn nước", before.water, after.water),
            ("đổi đặc điểm", (before.tags, before.kind), (after.tags, after.kind)),
        )
        if was != now
    ]
    code = "moved" if "dời chỗ" in done else "edited"
    return Change(code, after.id, f"{before.name}: {', '.join(done)}.")


def _named(item: PlanObject) -> str:
    return item.name if item.kind is Kind.BOOTH else item.name[0].lower() + item.name[1:]
