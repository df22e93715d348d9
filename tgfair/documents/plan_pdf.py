"""The floor plan on one A3 sheet: vector, true to a stated scale, readable in black and white."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from math import cos, radians, sin
from typing import Final

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A3, landscape, portrait
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from tgfair.core.layout.geometry import Point, corners
from tgfair.core.layout.plan import KIND_NAMES, Kind, Plan, PlanObject
from tgfair.documents.fonts import SANS, SANS_BOLD, fit_text, register_fonts
from tgfair.documents.plan_hatch import draw_hatch
from tgfair.documents.plan_svg import STANDING_MM, print_scale

_EDGE: Final = 10 * mm
_STRIP: Final = 24 * mm
_INK: Final = HexColor("#13261F")
_MUTED: Final = HexColor("#4A5A53")
_LINE: Final = HexColor("#6B7B74")
_TREE: Final = HexColor("#C9DCCB")
_MARGIN_M: Final = 2
_LEAST_PT: Final = 7
_LETTER_WIDTH: Final = 0.72  # of the font size, wide capitals and figures of Be Vietnam Pro bold
_FILLS: Final[dict[Kind, Color | None]] = {
    Kind.AISLE: HexColor("#F1F4F2"),
    Kind.ZONE: None,
    Kind.WALL: HexColor("#4A5A53"),
    Kind.TREE: _TREE,
    Kind.TOILET: HexColor("#E6ECF6"),
    Kind.POWER: HexColor("#FFC21A"),
    Kind.STAGE: HexColor("#D5DAD7"),
    Kind.GATE: HexColor("#B3201B"),
    Kind.TEXT: None,
}
_EXIT: Final = HexColor("#00713F")
_LEGEND: Final = (Kind.GATE, Kind.POWER, Kind.TOILET, Kind.TREE)
_SIGNS: Final = {Kind.POWER: "Đ", Kind.TOILET: "WC"}


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """What is written beside the drawing; `printed_on` and `version` ready-made for the reader."""

    title: str
    subtitle: str
    version: str
    printed_on: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """From metres on the sheet (y down) to points on the page (y up)."""

    left: float
    top: float
    point: float  # points in one metre

    def of(self, at: Point) -> Point:
        return self.left + at[0] * self.point, self.top - at[1] * self.point


def plan_pdf(plan: Plan, sheet: PlanSheet) -> bytes:
    """Return the plan as a PDF of one A3 page, lying or standing; equal input gives equal bytes.

    The scale is the largest usual one that fits; each zone has a hatch of its own, so that the
    sheet survives a black and white copier.
    """
    register_fonts()
    stream = BytesIO()
    (width, height), scale = _page_for(plan)
    canvas = Canvas(stream, pagesize=(width, height), invariant=1, pageCompression=1)
    canvas.setTitle(f"{sheet.title} – {sheet.subtitle}")
    point = 1000 / scale * mm
    left = (width - plan.width * point) / 2
    frame = _Frame(left, height - _EDGE - _MARGIN_M * point, point)
    _draw_ground(canvas, plan, frame)
    for item in sorted(plan.objects, key=_upwards):
        _draw_object(canvas, plan, item, frame)
    for item in plan.objects:
        _label_fixture(canvas, plan, item, frame)
    _draw_strip(canvas, plan, sheet, scale, width)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _page_for(plan: Plan) -> tuple[tuple[float, float], int]:
    """Return the page, standing only where the plan comes out larger on it, and the scale."""
    lying, standing = print_scale(plan), print_scale(plan, STANDING_MM)
    return (portrait(A3), standing) if standing < lying else (landscape(A3), lying)


def _upwards(item: PlanObject) -> int:
    order = (Kind.ZONE, Kind.AISLE, Kind.TREE, Kind.WALL, Kind.TOILET, Kind.STAGE, Kind.BOOTH)
    return order.index(item.kind) if item.kind in order else len(order)


def _draw_ground(canvas: Canvas, plan: Plan, frame: _Frame) -> None:
    canvas.setStrokeColor(_LINE)
    canvas.setLineWidth(0.5)
    x, y = frame.of((0, plan.height))
    canvas.rect(x, y, plan.width * frame.point, plan.height * frame.point)


def _draw_object(canvas: Canvas, plan: Plan, item: PlanObject, frame: _Frame) -> None:
    points = [frame.of(point) for point in item.poly or corners(item)]
    canvas.saveState()
    canvas.setLineWidth(0.35)
    canvas.setStrokeColor(_INK if item.kind is Kind.BOOTH else _LINE)
    if item.kind is Kind.BOOTH:
        zone = [group.id for group in plan.groups].index(item.group or "")
        _outline(canvas, points, _tint(plan.groups[zone].color))
        draw_hatch(canvas, points, zone)
        _outline(canvas, points, None)
        _label_booth(canvas, item, frame)
    elif item.kind is Kind.TREE:
        x, y = frame.of((item.x + item.w / 2, item.y + item.h / 2))
        canvas.setFillColor(_TREE)
        canvas.circle(x, y, min(item.w, item.h) / 2 * frame.point, stroke=1, fill=1)
    elif item.kind is not Kind.TEXT:
        canvas.setDash((4, 2) if item.kind is Kind.ZONE else ())
        _outline(canvas, points, _EXIT if _is_exit(item) else _FILLS[item.kind])
    canvas.restoreState()


def _is_exit(item: PlanObject) -> bool:
    return item.kind is Kind.GATE and "emergency" in item.tags


def _outline(canvas: Canvas, points: list[Point], fill: Color | None) -> None:
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    if fill is not None:
        canvas.setFillColor(fill)
    canvas.drawPath(path, stroke=1, fill=int(fill is not None))


def _label_booth(canvas: Canvas, item: PlanObject, frame: _Frame) -> None:
    """Write the label upright on white, at least 7 points high where the booth has room for it."""
    wide, high = _upright_size(item, frame)
    letters = _LETTER_WIDTH * max(2, len(item.label))
    size = min(11.0, wide * 0.9 / letters, high * 0.7)
    upright = size >= _LEAST_PT or high <= wide
    if not upright:
        size = min(11.0, high * 0.9 / letters, wide * 0.8)
    x, y = frame.of((item.x + item.w / 2, item.y + item.h / 2))
    canvas.saveState()
    canvas.translate(x, y)
    canvas.rotate(0 if upright else 90)
    width = canvas.stringWidth(item.label, SANS_BOLD, size)
    canvas.setFillColor(white)
    canvas.rect(-width / 2 - 1, -size * 0.5, width + 2, size, stroke=0, fill=1)
    canvas.setFillColor(_INK)
    canvas.setFont(SANS_BOLD, size)
    canvas.drawCentredString(0, -size * 0.36, item.label)
    canvas.restoreState()


def _upright_size(item: PlanObject, frame: _Frame) -> tuple[float, float]:
    """Return the width and height in points of the room for an upright label."""
    turn = radians(item.rot)
    across, along = abs(cos(turn)), abs(sin(turn))
    if across > along:
        return item.w * frame.point, item.h * frame.point
    return item.h * frame.point, item.w * frame.point


def _label_gate(canvas: Canvas, plan: Plan, item: PlanObject, frame: _Frame) -> None:
    """Write a gate's name outside the edge that it stands in, along it."""
    x, y = item.x + item.w / 2, item.y + item.h / 2
    far = {"W": x, "E": plan.width - x, "N": y, "S": plan.height - y}
    side = min(far, key=lambda key: far[key])
    at = {"W": (-0.6, y), "E": (plan.width + 1.4, y), "N": (x, -0.6), "S": (x, plan.height + 1.4)}
    canvas.saveState()
    canvas.translate(*frame.of(at[side]))
    canvas.rotate(90 if side in "WE" else 0)
    canvas.setFillColor(_INK)
    canvas.setFont(SANS_BOLD, 7)
    canvas.drawCentredString(0, 0, item.label)
    canvas.restoreState()


def _label_fixture(canvas: Canvas, plan: Plan, item: PlanObject, frame: _Frame) -> None:
    """Write the name of what is no booth; what the legend names has at most a sign."""
    if item.kind is Kind.GATE:
        _label_gate(canvas, plan, item, frame)
    elif item.kind in _SIGNS:
        x, y = frame.of((item.x + item.w / 2, item.y + item.h / 2))
        canvas.setFillColor(_INK)
        canvas.setFont(SANS_BOLD, 6)
        canvas.drawCentredString(x, y - 2, _SIGNS[item.kind])
    elif (
        item.label
        and item.kind is not Kind.BOOTH
        and (item.kind is not Kind.ZONE or item.group is None)
    ):
        _write_inside(canvas, item, frame)


def _write_inside(canvas: Canvas, item: PlanObject, frame: _Frame) -> None:
    """Write the name in the middle, along the longer side where the object is narrow."""
    wide, high = item.w * frame.point, item.h * frame.point
    upright = high <= 2 * wide
    room, depth = (wide, high) if upright else (high, wide)
    text = fit_text(item.label, SANS, width=max(room * 0.95, 8), height=max(depth, 8), largest=9)
    canvas.saveState()
    canvas.translate(*frame.of((item.x + item.w / 2, item.y + item.h / 2)))
    canvas.rotate((0 if upright else 90) - item.rot)
    canvas.setFillColor(_INK if item.kind is Kind.STAGE else _MUTED)
    canvas.setFont(SANS_BOLD if item.kind is Kind.STAGE else SANS, text.size)
    for number, line in enumerate(text.lines):
        below = (number - (len(text.lines) - 1) / 2) * text.size * 1.2
        canvas.drawCentredString(0, -below - text.size * 0.36, line)
    canvas.restoreState()


def _tint(color: str) -> Color:
    """Return the zone's colour two thirds white, so that hatch and label stand out."""
    full = HexColor(color)
    return Color(*(1 - (1 - part) * 0.35 for part in (full.red, full.green, full.blue)))


def _draw_strip(canvas: Canvas, plan: Plan, sheet: PlanSheet, scale: int, width: float) -> None:
    """Draw what stands under the drawing: title, legend, scale bar, north, room to sign."""
    top = _EDGE + _STRIP
    canvas.setStrokeColor(_INK)
    canvas.setLineWidth(0.7)
    canvas.line(_EDGE, top, width - _EDGE, top)
    room = (88 if width > A3[0] else 62) * mm
    _draw_title(canvas, sheet, top, room)
    _draw_legend(canvas, plan, (_EDGE + room + 4 * mm, width - 144 * mm), top)
    _draw_scale(canvas, scale, width - 140 * mm, top)
    _draw_north(canvas, plan.north, width - 77 * mm, top - 11 * mm)
    canvas.setFont(SANS, 7.5)
    canvas.setFillColor(_INK)
    canvas.drawString(width - 66 * mm, top - 4.5 * mm, "Người lập sơ đồ")
    canvas.drawString(width - 36 * mm, top - 4.5 * mm, "Ban Tổ chức")


def _draw_title(canvas: Canvas, sheet: PlanSheet, top: float, room: float) -> None:
    title = fit_text(sheet.title, SANS_BOLD, width=room, height=28, largest=12)
    y = top - 3 * mm
    canvas.setFillColor(_INK)
    for line in title.lines:
        y -= title.size * 1.1
        canvas.setFont(SANS_BOLD, title.size)
        canvas.drawString(_EDGE, y, line)
    for text in (sheet.subtitle, f"{sheet.version} · {sheet.printed_on}"):
        fitted = fit_text(text, SANS, width=room, height=11, largest=8)
        y -= 11
        canvas.setFont(SANS, fitted.size)
        canvas.drawString(_EDGE, y, fitted.lines[0] if fitted.lines else "")


def _draw_legend(canvas: Canvas, plan: Plan, between: tuple[float, float], top: float) -> None:
    """Draw the zones with their hatch and number of booths, then the signs; five rows high."""
    left, right = between
    rows, column = 5, 56 * mm
    counts = {g.id: sum(b.group == g.id for b in plan.booths) for g in plan.groups}
    used = [(n, g) for n, g in enumerate(plan.groups) if counts[g.id]]
    entries: list[tuple[str, int | None, Color | None]] = [
        (f"{g.id}: {g.label} ({counts[g.id]})", n, _tint(g.color)) for n, g in used
    ]
    if any(map(_is_exit, plan.objects)):
        entries.append(("Cửa thoát hiểm", None, _EXIT))
    signs = {item.kind for item in plan.objects if not _is_exit(item)}
    entries += [(KIND_NAMES[kind], None, _FILLS[kind]) for kind in _LEGEND if kind in signs]
    narrow = min(column, (right - left) / max(1, -(-len(entries) // rows)))
    for place, (text, zone, fill) in enumerate(entries):
        x = left + place // rows * narrow
        y = top - (place % rows + 1) * 4.4 * mm
        box = [(x, y), (x + 6 * mm, y), (x + 6 * mm, y + 3.2 * mm), (x, y + 3.2 * mm)]
        canvas.setLineWidth(0.35)
        canvas.setStrokeColor(_INK)
        _outline(canvas, box, fill)
        if zone is not None:
            draw_hatch(canvas, box, zone)
        fitted = fit_text(text, SANS, width=narrow - 8 * mm, height=4.2 * mm, largest=7.5)
        canvas.setFillColor(_INK)
        canvas.setFont(SANS, fitted.size)
        for number, line in enumerate(fitted.lines):
            offset = (len(fitted.lines) - 1) / 2 - number
            canvas.drawString(x + 7 * mm, y + 1 * mm + offset * fitted.size, line)


def _draw_scale(canvas: Canvas, scale: int, left: float, top: float) -> None:
    """Draw the bar in pieces, each of a round number of metres."""
    piece = next(m for m in (1, 2, 5, 10, 20, 50, 100) if m * 1000 / scale >= 8)  # noqa: PLR2004 -- readable
    length = piece * 1000 / scale * mm
    pieces = min(5, int(58 * mm / length))
    y = top - 13 * mm
    canvas.setFillColor(_INK)
    canvas.setFont(SANS_BOLD, 9)
    canvas.drawString(left, top - 5 * mm, f"Tỷ lệ 1:{scale}")
    canvas.setFont(SANS, 6.5)
    canvas.setLineWidth(0.4)
    for number in range(pieces):
        canvas.setFillColor(white if number % 2 else _INK)
        canvas.rect(left + number * length, y, length, 1.6 * mm, stroke=1, fill=1)
        canvas.setFillColor(_INK)
        canvas.drawCentredString(left + number * length, y - 8, str(number * piece))
    canvas.drawCentredString(left + pieces * length, y - 8, f"{pieces * piece} m")
    canvas.drawString(left, y - 18, "In đúng cỡ A3, không co giãn")


def _draw_north(canvas: Canvas, north: float, x: float, y: float) -> None:
    canvas.saveState()
    canvas.translate(x, y)
    canvas.rotate(-north)
    canvas.setFillColor(_INK)
    canvas.setStrokeColor(_INK)
    arrow = canvas.beginPath()
    arrow.moveTo(0, 6 * mm)
    arrow.lineTo(2.6 * mm, -5 * mm)
    arrow.lineTo(0, -3 * mm)
    arrow.close()
    canvas.drawPath(arrow, stroke=1, fill=1)
    half = canvas.beginPath()
    half.moveTo(0, 6 * mm)
    half.lineTo(-2.6 * mm, -5 * mm)
    half.lineTo(0, -3 * mm)
    half.close()
    canvas.drawPath(half, stroke=1, fill=0)
    canvas.setFont(SANS_BOLD, 9)
    canvas.drawCentredString(0, 7 * mm, "B")
    canvas.restoreState()
