"""Why a booth was given, and how to find it, in sentences for the producer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from tgfair.core.layout.plan import Kind, Plan

ENTRANCE = "entrance"


@dataclass(frozen=True, slots=True)
class Place:
    """A booth as far as the sentences need it; metres and watts."""

    label: str
    zone_code: str
    zone_label: str
    x: float
    y: float
    width: float
    depth: float
    power_w: int
    water: bool
    cooling: bool
    cooking: bool
    corner: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the application asked for; `wishes` are codes of zones, best first."""

    wishes: Sequence[str]
    power_w: int
    water: bool
    cooling: bool
    cooking: bool


def why_here(place: Place, asked: Asked) -> list[str]:
    """Return the reasons that speak for this booth, the wish first."""
    reasons = []
    if place.zone_code in asked.wishes:
        number = list(asked.wishes).index(place.zone_code) + 1
        reasons.append(f"Đúng khu cơ sở chọn, nguyện vọng {number}: {place.zone_label}.")
    else:
        reasons.append(f"Khu {place.zone_label}.")
    if 0 < asked.power_w <= place.power_w:
        reasons.append(f"Đủ điện: cần {asked.power_w} W, gian có {place.power_w} W.")
    met = [
        words
        for words, needed, offered in (
            ("có nước", asked.water, place.water),
            ("đặt được tủ mát", asked.cooling, place.cooling),
            ("được đun nấu", asked.cooking, place.cooking),
        )
        if needed and offered
    ]
    if met:
        reasons.append(f"Đáp ứng yêu cầu: {', '.join(met)}.")
    if place.corner:
        reasons.append("Gian góc, hai mặt thoáng.")
    return reasons


def how_to_find(place: Place, plan: Plan) -> str:
    """Return the zone and the nearest entrance with its distance in metres."""
    x, y = place.x + place.width / 2, place.y + place.depth / 2
    gates = [gate for gate in plan.of(Kind.GATE) if ENTRANCE in gate.tags]
    if not gates:
        return f"{place.zone_label}."
    distance, label = min(
        (hypot(gate.x + gate.w / 2 - x, gate.y + gate.h / 2 - y), gate.label) for gate in gates
    )
    return f"{place.zone_label}, cách {label} khoảng {round(distance)} m."
