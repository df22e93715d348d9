"""How many badges of which kind a booth gets, and who says that a badge is due."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tgfair.core.badge import BadgeKind
from tgfair.core.badge_design import BadgeDesign, keep_design, read_design
from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text

MOST_A_BOOTH = 20
MAX_NAME = 120
# Kinds whose holders a producer names, besides the people at the booth.
NAMED_BY_PRODUCER = (BadgeKind.BUILDER, BadgeKind.VEHICLE)
_A_BOOTH = {BadgeKind.BUILDER: 4, BadgeKind.VEHICLE: 1}
_PLATE = re.compile(r"[0-9A-ZĐ][0-9A-ZĐ .\-]{2,13}[0-9A-ZĐ]")


class Condition(StrEnum):
    """When a badge of a kind is due (design.md, rulings on the data)."""

    CONFIRMED = "confirmed"
    RSVP = "rsvp"
    ORGANISER = "organiser"

    @property
    def label(self) -> str:
        """Return the Vietnamese words for it."""
        return _CONDITION_LABELS[self]


_CONDITION_LABELS = {
    Condition.CONFIRMED: "Cơ sở đã nhận gian và ghi tên",
    Condition.RSVP: "Khách đã trả lời “có tham dự”",
    Condition.ORGANISER: "Ban Tổ chức phát",
}


def condition_of(kind: BadgeKind) -> Condition:
    """Return when a badge of this kind is due; organisers may write any but a booth's by hand."""
    if kind is BadgeKind.EXHIBITOR or kind in NAMED_BY_PRODUCER:
        return Condition.CONFIRMED
    return Condition.RSVP if kind is BadgeKind.DELEGATE else Condition.ORGANISER


@dataclass(frozen=True, slots=True)
class BadgeRules:
    """What the organisers of a fair decided; `a_booth` counts badges for each booth held."""

    a_booth: Mapping[BadgeKind, int] = field(default_factory=lambda: dict(_A_BOOTH))
    design: BadgeDesign = field(default_factory=BadgeDesign)

    def most(self, kind: BadgeKind, booths: int) -> int:
        """Return how many badges of a kind an application with so many booths may have."""
        return self.a_booth.get(kind, 0) * max(booths, 1)


def read_rules(kept: Mapping[str, Any]) -> BadgeRules:
    """Return the rules kept as JSON; what is missing takes its first value."""
    counts = kept.get("a_booth", {})
    a_booth = {
        kind: min(max(int(counts.get(str(int(kind)), usual)), 0), MOST_A_BOOTH)
        for kind, usual in _A_BOOTH.items()
    }
    return BadgeRules(a_booth, read_design(kept.get("design", {})))


def keep_rules(rules: BadgeRules) -> dict[str, Any]:
    """Return the rules as JSON."""
    return {
        "a_booth": {str(int(kind)): count for kind, count in rules.a_booth.items()},
        "design": keep_design(rules.design),
    }


def check_holders(kind: BadgeKind, typed: Sequence[str], most: int) -> tuple[str, ...]:
    """Return the cleaned names of builders, or the plates of vehicles, without empty lines.

    Raises:
        InvalidError: too many, too long, no plate, or one vehicle twice; `field` is `name1`, ….
    """
    names: list[str] = []
    for number, text in enumerate(typed, 1):
        name = check_text(text, field=f"name{number}")
        if not name:
            continue
        if kind is BadgeKind.VEHICLE:
            name = _plate(name, f"name{number}")
            if name in names:
                raise InvalidError("Biển số này đã ghi ở trên.", field=f"name{number}")
        if len(name) > MAX_NAME:
            sentence = f"Dài quá {MAX_NAME} ký tự. Hãy viết ngắn lại."
            raise InvalidError(sentence, field=f"name{number}")
        names.append(name)
    if len(names) > most:
        raise InvalidError(f"Được tối đa {most} thẻ. Hãy bỏ bớt.", field="name1")
    return tuple(names)


def _plate(text: str, where: str) -> str:
    plate = text.upper()
    if not _PLATE.fullmatch(plate) or not any(letter.isdigit() for letter in plate):
        raise InvalidError("Biển số xe chưa đúng. Hãy ghi như 63C-123.45.", field=where)
    return plate
