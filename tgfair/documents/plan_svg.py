"""The floor plan as inline SVG: metres as user units, classes only, every text escaped.

No style attribute stands in it (the pages' CSP forbids them); colours live in css/plan.css.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from markupsafe import Markup

from tgfair.core.layout.geometry import corners
from tgfair.core.layout.plan import Kind, Plan, PlanObject

GROUP_LETTERS: Final[dict[str, str]] = {
    "food": "T",
    "drink": "Đ",
    "herbal": "D",
    "craft": "C",
    "ornamental": "S",
    "tourism": "L",
}
SCALES: Final = (25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1000, 1500, 2000, 5000)

_WORDS: Final[dict[str, str]] = {
    "free": "còn trống",
    "held": "đang giữ chỗ",
    "taken": "đã có người",
    "locked": "không dùng",
    "mine": "gian của cơ sở",
    "selected": "đang chọn",
    "found": "khớp tìm kiếm",
    "suitable": "phù hợp",
    "unsuitable": "không phù hợp",
    "pinned": "đã khóa",
    "changed": "khác phương án kia",
    **dict.fromkeys(("heat-0", "heat-1", "heat-2", "heat-3", "heat-4"), ""),
}
_UPWARDS: Final = (
    Kind.AISLE,
    Kind.ZONE,
    Kind.WALL,
    Kind.TREE,
    Kind.TOILET,
    Kind.POWER,
    Kind.STAGE,
    Kind.GATE,
    Kind.TEXT,
)
# One hatch per product group, so that the map also reads in black and white.
_HATCHES: Final[dict[str, str]] = {
    "food": "",
    "drink": "M0 .5H1",
    "herbal": "M0 1 1 0",
    "craft": "M0 .5H1M.5 0V1",
    "ornamental": "M.5 0V1",
    "tourism": "M0 0 1 1",
}
_MARGIN_M: Final = 2
_LARGEST_LABEL_M: Final = 1.3
_NARROW_M: Final = 1
_LETTER_WIDTH: Final = 0.62  # of the font size, bold capitals and figures of Be Vietnam Pro
_TEXT_WIDTH: Final = 0.55
_BASELINE: Final = 0.36  # from the middle of a line down to its baseline, of the font size
LYING_MM: Final = (400, 252)  # A3 landscape less margins, heading and legend
STANDING_MM: Final = (277, 375)  # the same sheet upright


@dataclass(frozen=True, slots=True)
class BoothView:
    """How one booth is shown.

    `state` is free, held, taken or locked; `marks` any of mine, selected, found, suitable,
    unsuitable, pinned, changed, heat-0 to heat-4; `group` the product group of the holder; `note`
    more words for the title, such as the reason why the booth does not suit; `figure` is written
    instead of the label.
    """

    state: str = "free"
    holder: str = ""
    group: str | None = None
    href: str | None = None
    id: str = ""
    marks: tuple[str, ...] = ()
    note: str = ""
    figure: str = ""


_FREE: Final = BoothView()


def plan_svg(
    plan: Plan, booths: Mapping[str, BoothView] | None = None, *, scale: int | None = None
) -> Markup:
    """Return the plan as an `<svg>` element; `booths` by label, those missing are free.

    With links inside its role is `group`, because the parts of an `img` cannot be reached. With
    `scale` (200 for 1:200) it has its true size on paper.
    """
    views = booths or {}
    linked = any(view.href for view in views.values())
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="plan-svg" viewBox="{view}"{size}'
        ' role="{role}" aria-labelledby="plan-title plan-desc" data-label="{label}">'
        '<title id="plan-title">{title}</title><desc id="plan-desc">{desc}</desc>{inner}</svg>'
    ).format(
        view=f"{-_MARGIN_M} {-_MARGIN_M} {_m(plan.width + 4)} {_m(plan.height + 4)}",
        size=_paper_size(plan, scale),
        role="group" if linked else "img",
        label=_m(min(map(_label_size, plan.booths), default=1)),
        title=plan.name,
        desc=_description(plan, views),
        inner=Markup().join([_patterns(plan), _base(plan), _booths(plan, views), _letters(plan)]),
    )


def print_scale(plan: Plan, room: tuple[int, int] = LYING_MM) -> int:
    """Return the largest usual scale at which the plan fits into the millimetres (200: 1:200)."""
    wide, high = plan.width + 2 * _MARGIN_M, plan.height + 2 * _MARGIN_M
    fits = (s for s in SCALES if wide * 1000 / s <= room[0] and high * 1000 / s <= room[1])
    return next(fits, SCALES[-1])


def group_swatch(group: str) -> Markup:
    """Return the legend's sample of a product group: colour, hatch and letter.

    Its hatch is defined by the plan on the same page.
    """
    return Markup(
        '<svg class="plan-svg swatch" viewBox="0 0 3 3" aria-hidden="true">'
        '<g class="booth taken" fill="url(#plan-{0})" font-size="1.6">'
        '<path d="M.1 .1h2.8v2.8h-2.8z"/>'
        '<text x="1.5" y="2.1">{1}</text></g></svg>'
    ).format(group, GROUP_LETTERS.get(group, ""))


def _paper_size(plan: Plan, scale: int | None) -> Markup:
    if scale is None:
        return Markup()
    return Markup(' width="{}mm" height="{}mm"').format(
        _m((plan.width + 2 * _MARGIN_M) * 1000 / scale),
        _m((plan.height + 2 * _MARGIN_M) * 1000 / scale),
    )


def _description(plan: Plan, views: Mapping[str, BoothView]) -> str:
    free = sum(views.get(booth.label, _FREE).state == "free" for booth in plan.booths)
    size = f"{_m(plan.width)} × {_m(plan.height)} m".replace(".", ",")
    return f"Mặt bằng {size}, {len(plan.booths)} gian, {free} gian còn trống."


def _patterns(plan: Plan) -> Markup:
    unit = min(1, _text_size(plan))  # small tables need a finer hatch
    return Markup("<defs>{}</defs>").format(
        Markup().join(
            Markup(
                '<pattern id="plan-{0}" width="1" height="1" patternUnits="userSpaceOnUse"'
                ' patternTransform="scale({2})">'
                '<path class="g-{0}" d="M0 0h1v1h-1z"/><path class="hatch" d="{1}"/></pattern>'
            ).format(group, lines, _m(unit))
            for group, lines in _HATCHES.items()
        )
    )


def _base(plan: Plan) -> Markup:
    """Draw everything that is no booth: the floor, the shapes upwards, then the names."""
    rank = {kind: number for number, kind in enumerate(_UPWARDS)}
    items = sorted(
        (item for item in plan.objects if item.kind in rank), key=lambda item: rank[item.kind]
    )
    colors = {group.id: group.color for group in plan.groups}
    return Markup(
        '<g class="base" aria-hidden="true" font-size="{}">'
        '<path class="ground" d="M0 0h{}v{}H0z"/>{}{}</g>'
    ).format(
        _m(_text_size(plan)),
        _m(plan.width),
        _m(plan.height),
        Markup().join(_fixture(item, colors) for item in items),
        Markup().join(_name(plan, item) for item in items if item.label),
    )


def _fixture(item: PlanObject, colors: Mapping[str, str]) -> Markup:
    if item.kind is Kind.TEXT:
        return Markup()
    if item.kind is Kind.TREE:
        return Markup('<circle class="tree" cx="{}" cy="{}" r="{}"/>').format(
            _m(item.x + item.w / 2), _m(item.y + item.h / 2), _m(min(item.w, item.h) / 2)
        )
    classes = " ".join((item.kind.value, *(tag for tag in item.tags if tag.isalpha())))
    fill = Markup(' fill="{}"').format(colors[item.group]) if item.group is not None else ""
    return Markup('<path class="{}" d="{}"{}/>').format(classes, _outline(item), fill)


def _name(plan: Plan, item: PlanObject) -> Markup:
    if item.kind is Kind.GATE:
        return _gate_name(plan, item)
    if item.kind is Kind.POWER or (item.kind is Kind.ZONE and item.group is not None):
        return Markup()  # the cabinet is smaller than its name; the zones stand in the legend
    return _name_inside(plan, item)


def _outline(item: PlanObject) -> str:
    if item.poly is None and not item.rot:
        w, h = _m(item.w), _m(item.h)
        return f"M{_m(item.x)} {_m(item.y)}h{w}v{h}h-{w}z"
    points = item.poly or corners(item)
    return "M" + "L".join(f"{_m(x)} {_m(y)}" for x, y in points) + "z"


def _gate_name(plan: Plan, item: PlanObject) -> Markup:
    """Write a gate's name outside the edge it stands in, along it and inside the picture."""
    size = _text_size(plan)
    half = len(item.label) * size * _LETTER_WIDTH / 2
    x = _between(item.x + item.w / 2, half - _MARGIN_M, plan.width + _MARGIN_M - half)
    y = _between(item.y + item.h / 2, half - _MARGIN_M, plan.height + _MARGIN_M - half)
    side = _nearest_side(plan, item)
    x, y = {
        "W": (-0.5 * size, y),
        "E": (plan.width + 1.3 * size, y),
        "N": (x, -0.5 * size),
        "S": (x, plan.height + 1.3 * size),
    }[side]
    turn = Markup(' transform="rotate(-90 {} {})"').format(_m(x), _m(y)) if side in "WE" else ""
    return Markup('<text class="gate-name{}" x="{}" y="{}"{}>{}</text>').format(
        " emergency" if "emergency" in item.tags else "", _m(x), _m(y), turn, item.label
    )


def _nearest_side(plan: Plan, item: PlanObject) -> str:
    x, y = item.x + item.w / 2, item.y + item.h / 2
    far = {"W": x, "E": plan.width - x, "N": y, "S": plan.height - y}
    return min(far, key=lambda side: far[side])


def _between(value: float, least: float, most: float) -> float:
    return max(least, min(value, most))


def _name_inside(plan: Plan, item: PlanObject) -> Markup:
    """Write the name in the middle, along the longer side, on as many lines as it needs."""
    size = _text_size(plan)
    x, y = item.x + item.w / 2, item.y + item.h / 2
    upright = item.h <= 2 * item.w or item.kind is Kind.TOILET
    room = item.w if upright else item.h
    lines = _wrapped(item.label, max(4, int(room / (size * _TEXT_WIDTH))))
    first = y - (len(lines) - 1) * size * 0.65 + size * _BASELINE
    spans = Markup().join(
        Markup('<tspan x="{}" y="{}">{}</tspan>').format(_m(x), _m(first + n * size * 1.3), line)
        for n, line in enumerate(lines)
    )
    turn = "" if upright else Markup(' transform="rotate(-90 {} {})"').format(_m(x), _m(y))
    return Markup('<text class="name on-{}"{}>{}</text>').format(item.kind.value, turn, spans)


def _wrapped(text: str, letters: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _booths(plan: Plan, views: Mapping[str, BoothView]) -> Markup:
    runs = groupby(plan.booths, key=_label_size)
    return Markup().join(
        Markup('<g font-size="{}">{}</g>').format(_m(size), _run(booths, size, views))
        for size, booths in runs
    )


def _run(booths: Iterable[PlanObject], size: float, views: Mapping[str, BoothView]) -> Markup:
    return Markup().join(_booth(booth, size, views.get(booth.label, _FREE)) for booth in booths)


def _booth(booth: PlanObject, size: float, view: BoothView) -> Markup:
    attributes = Markup('class="{}" data-booth="{}"').format(
        " ".join(("booth", view.state, *view.marks)), booth.label
    )
    if view.group in _HATCHES and view.state != "free":
        attributes += Markup(' fill="url(#plan-{})"').format(view.group)
    if view.id:
        attributes += Markup(' data-id="{}"').format(view.id)
    body = Markup('<title>{}</title><path d="{}"/>{}').format(
        _title(booth, view), _outline(booth), _label(booth, size, view.figure)
    )
    if view.href is None:
        return Markup("<g {}>{}</g>").format(attributes, body)
    return Markup('<a {} href="{}">{}</a>').format(attributes, view.href, body)


def _label(booth: PlanObject, size: float, figure: str) -> Markup:
    x, y = booth.x + booth.w / 2, booth.y + booth.h / 2
    turn = Markup(' transform="rotate(-90 {} {})"').format(_m(x), _m(y))
    return Markup('<text x="{}" y="{}"{}>{}</text>').format(
        _m(x), _m(y + size * _BASELINE), turn if _is_narrow(booth) else "", figure or booth.label
    )


def _title(booth: PlanObject, view: BoothView) -> str:
    parts = [f"Gian {booth.label}", view.holder, *(_WORDS[m] for m in (view.state, *view.marks))]
    return ", ".join(part for part in (*parts, view.note) if part)


def _letters(plan: Plan) -> Markup:
    """Write each zone's id large, for the view of the whole plan where booths are too small."""
    size = 5 * _text_size(plan)
    out = Markup()
    for group in plan.groups:
        booths = [booth for booth in plan.booths if booth.group == group.id]
        if booths:
            booth = booths[len(booths) // 2]
            out += Markup('<text class="zone-id" x="{}" y="{}">{}</text>').format(
                _m(booth.x + booth.w / 2), _m(booth.y + booth.h / 2 + size * _BASELINE), group.id
            )
    return Markup('<g font-size="{}">{}</g>').format(_m(size), out)


def _label_size(booth: PlanObject) -> float:
    """Return the font size in metres at which the label fits into the booth."""
    along, across = (booth.h, booth.w) if _is_narrow(booth) else (booth.w, booth.h)
    wide = along * 0.95 / (_LETTER_WIDTH * max(2, len(booth.label)))
    return round(min(wide, across * 0.6, _LARGEST_LABEL_M), 2)


def _is_narrow(booth: PlanObject) -> bool:
    return booth.w < _NARROW_M and booth.h > booth.w


def _text_size(plan: Plan) -> float:
    """Return the font size in metres of everything but booths: the same share of any plan."""
    return _between(max(plan.width, plan.height) / 85, 0.4, 2)


def _m(value: float) -> str:
    return f"{round(value, 2):g}"
