"""The waiting list: who is offered a freed booth, and why somebody was not offered one yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tgfair.core.layout.suitability import (
    BoothFacts,
    Needs,
    Reason,
    ZoneFacts,
    unsuitable_reasons,
)

# Booths stand together when the gap between their sides is at most this, in metres.
TOGETHER_M = 0.5
DRAWS = "Đang chờ bốc thăm theo danh sách đã công bố."
SHORT = {
    "zone_kind": "không đúng loại cơ sở",
    "product_group": "không đúng nhóm sản phẩm",
    "booth_kind": "loại gian không nhận nhóm sản phẩm",
    "power": "không đủ điện",
    "water": "không có nước",
    "cooling": "không đặt được tủ mát",
    "cooking": "không được đun nấu",
    "size": "không đủ rộng",
}


class Rule(StrEnum):
    """Strict: nobody in a zone is served before those in front who wait for it.

    Skip: who does not fit a booth is passed over, and keeps the place in the line.
    """

    STRICT = "strict"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class FreeBooth:
    """A booth that can be offered; its middle and size in metres."""

    id: int
    zone: str
    facts: BoothFacts
    zone_facts: ZoneFacts
    x: float
    y: float
    width: float
    depth: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry, in the order of the list.

    `zones` are codes, best first, empty for any; `refused` are booths that it declined or let
    lapse before; `has_offer` while it is being asked, `draws` while it waits for a public draw.
    """

    id: int
    code: str
    zones: tuple[str, ...]
    units: int
    needs: Needs
    refused: frozenset[int] = frozenset()
    has_offer: bool = False
    draws: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Booths to offer to an entry."""

    entry: int
    booths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """What a round of offering decides: offers, and for the others a sentence why not."""

    matches: tuple[Match, ...]
    why_not: dict[int, str]


def offer_round(entries: Sequence[Waiting], free: Sequence[FreeBooth], rule: Rule) -> Round:
    """Go through the list in order and match free booths, each to one entry at most.

    The same input gives the same matches. Every entry without an offer gets a sentence.
    """
    left = list(free)
    matches: list[Match] = []
    why: dict[int, str] = {}
    given: dict[int, str] = {}
    in_front: list[Waiting] = []
    for entry in entries:
        if entry.has_offer:
            continue
        if entry.draws:
            why[entry.id] = DRAWS
            continue
        allowed = [booth for booth in left if not _reserved(booth, in_front)]
        chosen = choose(entry, allowed)
        if chosen:
            matches.append(Match(entry.id, tuple(booth.id for booth in chosen)))
            left = [booth for booth in left if booth not in chosen]
            given |= {booth.id: entry.code for booth in chosen}
            continue
        why[entry.id] = _why_not(entry, free, given, in_front)
        if rule is Rule.STRICT:
            in_front.append(entry)
    return Round(tuple(matches), why)


def _reserved(booth: FreeBooth, in_front: Sequence[Waiting]) -> bool:
    """Return whether somebody in front, not served, waits for this booth's zone.

    Who was offered the booth before has had the turn.
    """
    return any(
        _waits_for(entry, booth.zone) and booth.id not in entry.refused for entry in in_front
    )


def _waits_for(entry: Waiting, zone: str) -> bool:
    return not entry.zones or zone in entry.zones


def choose(entry: Waiting, free: Sequence[FreeBooth]) -> list[FreeBooth]:
    """Return the best booths for an entry, as many as it needs, side by side; empty when none.

    The zone it wishes most comes first, then the label.
    """
    fitting = [booth for booth in free if not objections(entry, booth)]
    order = {zone: place for place, zone in enumerate(entry.zones)}
    fitting.sort(key=lambda booth: (order.get(booth.zone, len(order)), booth.facts.label))
    for first in fitting:
        group = _together(first, fitting, entry.units)
        if len(group) == entry.units:
            return group
    return []


def objections(entry: Waiting, booth: FreeBooth) -> list[Reason]:
    """Return why a booth cannot be offered to an entry; empty when it can."""
    if not _waits_for(entry, booth.zone):
        return [Reason("zone", f"Gian {booth.facts.label} ở khu khác.")]
    if booth.id in entry.refused:
        return [Reason("refused", f"Cơ sở đã được mời gian {booth.facts.label}.")]
    return unsuitable_reasons(entry.needs, booth.facts, booth.zone_facts)


def _together(first: FreeBooth, among: Sequence[FreeBooth], units: int) -> list[FreeBooth]:
    """Grow a group of touching booths of one zone from `first`."""
    group = [first]
    for _ in range(units - 1):
        found = next(
            (
                booth
                for booth in among
                if booth not in group
                and booth.zone == first.zone
                and any(_touch(booth, member) for member in group)
            ),
            None,
        )
        if found is None:
            break
        group.append(found)
    return group


def _touch(one: FreeBooth, other: FreeBooth) -> bool:
    aside = abs(one.x - other.x) - (one.width + other.width) / 2
    along = abs(one.y - other.y) - (one.depth + other.depth) / 2
    # Side by side, not corner to corner.
    return max(aside, along) <= TOGETHER_M and min(aside, along) < 0


def _why_not(
    entry: Waiting,
    free: Sequence[FreeBooth],
    given: dict[int, str],
    in_front: Sequence[Waiting],
) -> str:
    there = [booth for booth in free if _waits_for(entry, booth.zone)]
    where = f"khu {', '.join(entry.zones)}" if entry.zones else "cả sự kiện"
    if not there:
        return f"Chưa có gian trống ở {where}."
    fitting = [booth for booth in there if not objections(entry, booth)]
    if not fitting:
        return f"{_labels(there)}: {_faults(entry, there)}."
    ahead = [booth for booth in fitting if booth.id not in given]
    if not ahead:
        codes = sorted({given[booth.id] for booth in fitting})
        return f"{_labels(fitting)}: dành cho hồ sơ đứng trước ({', '.join(codes)})."
    waiting = [other.code for other in in_front if any(_waits_for(other, b.zone) for b in ahead)]
    if waiting:
        return (
            f"{_labels(ahead)}: danh sách theo thứ tự chặt, "
            f"hồ sơ đứng trước ({waiting[0]}) chưa có gian hợp."
        )
    return f"Cần {entry.units} gian liền nhau, mới trống {len(ahead)} gian chưa liền đủ."


def _labels(booths: Sequence[FreeBooth], most: int = 3) -> str:
    labels = sorted(booth.facts.label for booth in booths)
    more = f" và {len(labels) - most} gian khác" if len(labels) > most else ""
    return f"Gian trống {', '.join(labels[:most])}{more}"


def _faults(entry: Waiting, booths: Sequence[FreeBooth]) -> str:
    codes = Counter(objections(entry, booth)[0].code for booth in booths)
    words = {**SHORT, "refused": "cơ sở đã được mời trước đây"}
    return ", ".join(words.get(code, code) for code, _ in sorted(codes.items()))
