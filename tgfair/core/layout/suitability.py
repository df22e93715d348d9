"""Why a booth does not suit an application, in words for the officer and the exhibitor."""

from __future__ import annotations

from dataclasses import dataclass

from tgfair.core.calendar_text import vn_number
from tgfair.core.layout.booth_types import STANDARD, type_name, type_of
from tgfair.core.layout.plan import PlanObject
from tgfair.core.names import group_names


@dataclass(frozen=True, slots=True)
class Needs:
    """What an application needs of its booth; `min_area` in square metres."""

    product_groups: frozenset[str] = frozenset()
    power_w: int = 0
    water: bool = False
    cooling: bool = False
    cooking: bool = False
    min_area: float = 0
    exhibitor_kind: str | None = None


@dataclass(frozen=True, slots=True)
class BoothFacts:
    """What a booth offers, `area` in square metres; whom its type takes, `None` is every group."""

    label: str
    power_w: int
    water: bool
    tags: frozenset[str]
    area: float
    type: str = STANDARD
    accepted_groups: frozenset[str] | None = None

    @classmethod
    def of(cls, booth: PlanObject) -> BoothFacts:
        """Return the facts of a booth of a plan, whatever the fair's rules say of its type."""
        return cls(
            booth.label,
            booth.power_w,
            booth.water,
            frozenset(booth.tags),
            booth.area,
            type_of(booth.tags),
        )


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """Whom a zone takes; `None` means everybody."""

    label: str
    accepted_groups: frozenset[str] | None = None
    accepted_kinds: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One hard rule that the booth breaks, as a code and in words."""

    code: str
    sentence: str


def unsuitable_reasons(needs: Needs, booth: BoothFacts, zone: ZoneFacts) -> list[Reason]:
    """Return why the booth does not suit, in a fixed order; empty when it does.

    Codes: `zone_kind`, `product_group`, `booth_kind`, `power`, `water`, `cooling`, `cooking`,
    `size`.
    """
    return zone_reasons(needs, zone) + _type_reasons(needs, booth) + _booth_reasons(needs, booth)


def zone_reasons(needs: Needs, zone: ZoneFacts) -> list[Reason]:
    """Return why no booth of the zone suits, whatever the booth: `zone_kind`, `product_group`."""
    reasons = []
    kinds = zone.accepted_kinds
    if kinds is not None and needs.exhibitor_kind not in kinds:
        reasons.append(Reason("zone_kind", f"Khu {zone.label} không dành cho loại cơ sở này."))
    refused = _refused(needs, zone.accepted_groups)
    if refused:
        reasons.append(Reason("product_group", f"Khu {zone.label} không nhận nhóm {refused}."))
    return reasons


def _type_reasons(needs: Needs, booth: BoothFacts) -> list[Reason]:
    refused = _refused(needs, booth.accepted_groups)
    if not refused:
        return []
    what = type_name(booth.type).lower()
    return [Reason("booth_kind", f"Gian {booth.label} là {what}, không nhận nhóm {refused}.")]


def _refused(needs: Needs, accepted: frozenset[str] | None) -> str:
    """Return the names of the groups that are not taken, "" when all are."""
    refused = needs.product_groups - accepted if accepted is not None else ()
    return group_names(refused) if refused else ""


def _booth_reasons(needs: Needs, booth: BoothFacts) -> list[Reason]:
    checks = (
        (
            needs.power_w > booth.power_w,
            "power",
            f"Gian chỉ có {vn_number(booth.power_w)} W, cơ sở cần {vn_number(needs.power_w)} W.",
        ),
        (needs.water and not booth.water, "water", "Gian không có nước."),
        (
            needs.cooling and "cooling" not in booth.tags,
            "cooling",
            "Gian không có chỗ cho tủ mát, tủ đông.",
        ),
        (needs.cooking and "cooking" not in booth.tags, "cooking", "Gian không được đun nấu."),
        (
            needs.min_area > booth.area,
            "size",
            f"Gian rộng {_area(booth.area)}, cơ sở cần ít nhất {_area(needs.min_area)}.",
        ),
    )
    return [Reason(code, sentence) for broken, code, sentence in checks if broken]


def _area(square_metres: float) -> str:
    return f"{square_metres:g}".replace(".", ",") + " m²"
