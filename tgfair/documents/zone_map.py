"""A small map of a plan's zones: where each letter lies, light enough for a phone's form."""

from __future__ import annotations

from math import dist
from typing import Final

from markupsafe import Markup

from tgfair.core.layout.plan import Group, Kind, Plan, PlanObject

_LETTER_OF_SHORTER_SIDE: Final = 0.09
_BASELINE: Final = 0.36  # from the middle of a letter down to its baseline, of its size


def zone_map_svg(plan: Plan) -> Markup:
    """Return the plan's zones as an `<svg>`: booths in their zone's colour, its code upon them.

    One path a zone: 150 booths are 4 KB. Words are in the list beside it; its role is `img`.
    """
    size = min(plan.width, plan.height) * _LETTER_OF_SHORTER_SIDE
    zones = [zone for zone in plan.groups if _booths(plan, zone)]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="zone-map" viewBox="0 0 {wide} {high}"'
        ' role="img" aria-label="{name}"><rect width="{wide}" height="{high}" fill="#fff"'
        ' stroke="#8a9690" stroke-width=".3"/>{fixtures}{zones}</svg>'
    ).format(
        wide=_m(plan.width),
        high=_m(plan.height),
        name=f"Vị trí các khu: {', '.join(zone.id for zone in zones)}",
        fixtures=Markup().join(_fixture(item) for item in plan.of(Kind.STAGE, Kind.GATE)),
        zones=Markup().join(_zone(plan, zone, size) for zone in zones),
    )


def _booths(plan: Plan, zone: Group) -> list[PlanObject]:
    return [booth for booth in plan.booths if booth.group == zone.id]


def _fixture(item: PlanObject) -> Markup:
    return Markup('<path d="{}" fill="#c9d3cd"/>').format(_box(item))


def _zone(plan: Plan, zone: Group, size: float) -> Markup:
    booths = _booths(plan, zone)
    at = _most_central(booths)
    return Markup(
        '<path d="{path}" fill="{color}" stroke="#fff" stroke-width=".2"/>'
        '<text x="{x}" y="{y}" font-size="{size}" font-weight="700" text-anchor="middle"'
        ' fill="#10241b" stroke="#fff" stroke-width="{halo}" paint-order="stroke">{code}</text>'
    ).format(
        path="".join(map(_box, booths)),
        color=zone.color,
        x=_m(at.x + at.w / 2),
        y=_m(at.y + at.h / 2 + size * _BASELINE),
        size=_m(size),
        halo=_m(size / 4),
        code=zone.id,
    )


def _most_central(booths: list[PlanObject]) -> PlanObject:
    """Return the booth nearest to the middle: that of two rows apart may lie in another zone."""
    x, y = (sum(values) / len(booths) for values in zip(*map(_middle, booths), strict=True))
    return min(booths, key=lambda booth: dist(_middle(booth), (x, y)))


def _middle(booth: PlanObject) -> tuple[float, float]:
    return booth.x + booth.w / 2, booth.y + booth.h / 2


def _box(item: PlanObject) -> str:
    return f"M{_m(item.x)} {_m(item.y)}h{_m(item.w)}v{_m(item.h)}h-{_m(item.w)}z"


def _m(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
