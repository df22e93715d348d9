"""Forms of the plan's draft: one object, a row of booths, a zone, the sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from tgfair.core.layout.booth_types import BOOTH_TYPES, STANDARD, type_of, with_type
from tgfair.core.layout.plan import KIND_NAMES, Group, Kind, Plan, PlanObject
from tgfair.core.layout.rows import NUMBERING_NAMES, Numbering, RowRequest
from tgfair.services.plan_edits import Sheet
from tgfair.web.choices import pairs
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.number_fields import MetresField, WholeNumberField, number_from

NUMBER = "Hãy ghi một số."
FRONTS = {
    "": "Không rõ",
    "S": "Nam (dưới)",
    "N": "Bắc (trên)",
    "E": "Đông (phải)",
    "W": "Tây (trái)",
}
# Tags of the format with a box of their own; others that a file brought are kept as they are.
FLAGS = {Kind.BOOTH: ("cooling", "cooking"), Kind.GATE: ("entrance", "emergency")}


class DraftForm(BaseForm):
    """A form that changes the draft: `version` is the one that the page was made of."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        """Return the version the page showed; 0 never matches."""
        return number_from(self.version.data)


class ObjectForm(DraftForm):
    """One thing on the plan, in figures."""

    label = CleanStringField("Mã hoặc tên", [Length(max=120, message="Dài quá 120 ký tự.")])
    group = SelectField("Khu", [Optional()], validate_choice=False)
    x = MetresField("Cách mép trái x (m)", [InputRequired(NUMBER)])
    y = MetresField("Cách mép trên y (m)", [InputRequired(NUMBER)])
    w = MetresField("Rộng (m)", [InputRequired(NUMBER)], default=3)
    h = MetresField("Sâu (m)", [InputRequired(NUMBER)], default=3)
    rot = MetresField("Xoay (độ, theo chiều kim đồng hồ)", [InputRequired(NUMBER)], default=0)
    type = SelectField("Loại gian", [Optional()], choices=pairs(BOOTH_TYPES), validate_choice=False)
    front = SelectField("Mặt mở", [Optional()], choices=pairs(FRONTS), validate_choice=False)
    power_w = WholeNumberField("Điện (W)", [InputRequired(NUMBER)], default=0)
    water = BooleanField("Có nước")
    cooling = BooleanField("Có chỗ cho tủ mát, tủ đông")
    cooking = BooleanField("Được đun nấu")
    corner = BooleanField("Gian góc, hai mặt thoáng")
    entrance = BooleanField("Khách vào cửa này")
    emergency = BooleanField("Cửa thoát hiểm")


class RowForm(DraftForm):
    """The row tool."""

    group = SelectField("Khu", validate_choice=False)
    count = WholeNumberField("Số gian trong dãy", [InputRequired(NUMBER)], default=10)
    x = MetresField("Cách mép trái x (m)", [InputRequired(NUMBER)], default=5)
    y = MetresField("Cách mép trên y (m)", [InputRequired(NUMBER)], default=5)
    w = MetresField("Gian rộng (m)", [InputRequired(NUMBER)], default=3)
    d = MetresField("Gian sâu (m)", [InputRequired(NUMBER)], default=3)
    gap = MetresField("Hở giữa hai gian (m)", [InputRequired(NUMBER)], default=0)
    rot = MetresField("Xoay cả dãy (độ)", [InputRequired(NUMBER)], default=0)
    double = BooleanField("Hai dãy đâu lưng")
    pattern = CleanStringField(
        "Cách đánh số",
        [InputRequired("Hãy ghi cách đánh số.")],
        default="A##",
        description="# là số: A## cho A01, A02",
    )
    first = WholeNumberField("Số đầu", [InputRequired(NUMBER)], default=1)
    backwards = BooleanField("Đánh số từ phải sang trái")
    numbering = SelectField(
        "Hai dãy đánh số",
        choices=pairs({str(key): text for key, text in NUMBERING_NAMES.items()}),
        default="straight",
    )
    power_w = WholeNumberField("Điện mỗi gian (W)", [InputRequired(NUMBER)], default=500)
    type = SelectField("Loại gian", choices=pairs(BOOTH_TYPES), default=STANDARD)

    def request(self) -> RowRequest:
        """Return what was asked for."""
        return RowRequest(
            group=self.group.data or "",
            x=float(self.x.data or 0),
            y=float(self.y.data or 0),
            count=self.count.data or 0,
            w=float(self.w.data or 0),
            d=float(self.d.data or 0),
            gap=float(self.gap.data or 0),
            double=self.double.data,
            rot=float(self.rot.data or 0),
            pattern=self.pattern.data or "",
            first=self.first.data or 0,
            backwards=self.backwards.data,
            numbering=Numbering(self.numbering.data),
            power_w=self.power_w.data or 0,
            type=self.type.data,
        )


class GroupForm(DraftForm):
    """A zone; an id that exists is written anew."""

    id = CleanStringField(
        "Mã khu",
        [
            InputRequired("Hãy ghi mã khu."),
            Regexp(r"[A-Za-z0-9-]{1,8}$", message="Mã khu có 1–8 chữ không dấu hoặc số."),
        ],
        description="Ví dụ A. Ghi mã đã có để sửa tên và màu.",
    )
    label = CleanStringField(
        "Tên khu",
        [InputRequired("Hãy ghi tên khu."), Length(max=120, message="Dài quá 120 ký tự.")],
    )
    color = CleanStringField(
        "Màu",
        [Regexp(r"#[0-9A-Fa-f]{6}$", message="Ghi màu như #F6C65B.")],
        default="#8FC9E8",
        description="Ghi như #F6C65B; khi in mỗi khu còn có nét gạch riêng",
    )

    def value(self) -> Group:
        """Return the zone."""
        return Group(self.id.data or "", self.label.data or "", self.color.data or "")


class SheetForm(DraftForm):
    """The paper that is drawn on."""

    name = CleanStringField("Tên sơ đồ", [InputRequired("Hãy ghi tên sơ đồ.")])
    width = MetresField("Mặt bằng rộng (m)", [InputRequired(NUMBER)])
    height = MetresField("Mặt bằng dài (m)", [InputRequired(NUMBER)])
    north = MetresField(
        "Hướng bắc lệch (độ)", [InputRequired(NUMBER)], description="0: bắc ở phía trên"
    )
    note = CleanStringField("Ghi chú", [Length(max=1000, message="Dài quá 1.000 ký tự.")])

    def value(self) -> Sheet:
        """Return the sheet."""
        return Sheet(
            self.name.data or "",
            float(self.width.data or 0),
            float(self.height.data or 0),
            float(self.north.data or 0),
            self.note.data or "",
        )


class SelectionForm(DraftForm):
    """Rows of the table that were ticked, and how far to move them."""

    right = MetresField("Sang phải (m)", [Optional()], default=0)
    down = MetresField("Xuống dưới (m)", [Optional()], default=0)


def offer_zones(form: ObjectForm | RowForm, plan: Plan, *, optional: bool) -> None:
    """Let the form choose among the zones of a plan."""
    none = {"": "Không thuộc khu nào"} if optional else {}
    zones = {group.id: f"{group.id} – {group.label}" for group in plan.groups}
    form.group.choices = pairs(none | zones)


def object_form(item: PlanObject) -> ObjectForm:
    """Return the form filled with an object."""
    names = ("label", "x", "y", "w", "h", "rot", "power_w", "water", "corner")
    values = {name: getattr(item, name) for name in names}
    flags = {tag: tag in item.tags for tag in FLAGS.get(item.kind, ())}
    return ObjectForm(
        data=values
        | flags
        | {
            "group": item.group or "",
            "front": item.front or "",
            "type": type_of(item.tags),
        }
    )


def object_from(form: ObjectForm, before: PlanObject) -> PlanObject:
    """Return `before` with what the form says; tags that no form knows stay."""
    booth = before.kind is Kind.BOOTH
    place: dict[str, Any] = {
        name: float(form[name].data or 0) for name in ("x", "y", "w", "h", "rot")
    }
    return replace(
        before,
        **place,
        label=form.label.data or "",
        group=form.group.data or None,
        power_w=form.power_w.data or 0,
        water=form.water.data,
        corner=form.corner.data,
        front=(form.front.data or None) if booth else before.front,
        tags=_tags(form, before),
        poly=_outline(before, place),
    )


def _tags(form: ObjectForm, before: PlanObject) -> tuple[str, ...]:
    """Return the tags in their order, those ticked for the first time last."""
    tags, flags = before.tags, FLAGS.get(before.kind, ())
    if before.kind is Kind.BOOTH and form.type.data in BOOTH_TYPES:
        tags = with_type(tags, form.type.data)
    kept = tuple(tag for tag in tags if tag not in flags or form[tag].data)
    return kept + tuple(tag for tag in flags if form[tag].data and tag not in kept)


def _outline(before: PlanObject, place: dict[str, float]) -> tuple[tuple[float, float], ...] | None:
    """Return the outline moved along; one of another size or angle is its box from now on."""
    if (before.w, before.h, before.rot) != (place["w"], place["h"], place["rot"]):
        return None
    dx, dy = place["x"] - before.x, place["y"] - before.y
    return before.poly and tuple((round(x + dx, 3), round(y + dy, 3)) for x, y in before.poly)


def new_object(kind: Kind, plan: Plan) -> PlanObject:
    """Return an object to start from, in the middle of the sheet; its id is empty."""
    size = {Kind.BOOTH: (3, 3), Kind.AISLE: (20, 4), Kind.ZONE: (20, 10), Kind.STAGE: (10, 6),
            Kind.GATE: (4, 0.5), Kind.WALL: (10, 0.3), Kind.TOILET: (6, 3),
            Kind.POWER: (1, 1), Kind.TREE: (1.5, 1.5), Kind.TEXT: (6, 1)}[kind]  # fmt: skip
    group = plan.groups[0].id if kind is Kind.BOOTH and plan.groups else None
    return PlanObject(
        id="",
        kind=kind,
        x=round(plan.width / 2 - size[0] / 2, 1),
        y=round(plan.height / 2 - size[1] / 2, 1),
        w=size[0],
        h=size[1],
        label=KIND_NAMES[kind] if kind in {Kind.STAGE, Kind.GATE, Kind.TOILET} else "",
        group=group,
        front="S" if kind is Kind.BOOTH else None,
        power_w={Kind.BOOTH: 500, Kind.POWER: 10_000}.get(kind, 0),
        tags=(STANDARD,) if kind is Kind.BOOTH else ("entrance",) if kind is Kind.GATE else (),
    )
