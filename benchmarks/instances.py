"""Fairs to assign: invented like the square of the sample plan, with every rule biting."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from tgfair.core.allocation.problem import (
    Applicant,
    Booth,
    Limits,
    Pin,
    Problem,
    Rules,
    Wish,
    Zone,
)

# Zone: booths a row, rows, whom it takes, kinds of exhibitor it takes.
FOOD, DRINK, HERBAL, CRAFT = "food", "drink", "herbal", "craft"
ORNAMENTAL, TOURISM = "ornamental", "tourism"
SQUARE: dict[str, tuple[int, int, frozenset[str] | None, frozenset[str] | None]] = {
    "A": (12, 4, frozenset({FOOD, DRINK, HERBAL, CRAFT}), None),
    "B": (8, 4, frozenset({FOOD, ORNAMENTAL}), None),
    "C": (10, 2, None, frozenset({"cooperative", "enterprise"})),
    "D": (12, 2, None, frozenset({"guest", "enterprise"})),
    "E": (10, 2, frozenset({FOOD, DRINK}), None),
    "F": (6, 1, frozenset({ORNAMENTAL, CRAFT, TOURISM}), None),
}
GROUPS = [FOOD] * 58 + [DRINK] * 14 + [HERBAL] * 8 + [CRAFT] * 12 + [ORNAMENTAL] * 5 + [TOURISM] * 3
KINDS = ["household"] * 40 + ["cooperative"] * 33 + ["enterprise"] * 15 + ["guest"] * 12
# Watts a subject really states: a lamp, scales, a fridge, a hotplate; hardly ever round.
POWERS = [0, 60, 95, 120, 180, 245, 310, 385, 450, 480, 620, 745, 890, 980, 1230, 1480, 2150, 2870]


def provincial(seed: int, applicants: int = 155, booths: int = 150) -> Problem:
    """Return a fair of about this many booths, made of whole and part squares."""
    dice = random.Random(seed)  # noqa: S311 -- an invented fair, the same every time
    plan = [booth for booth in _booths(dice, booths) if booth is not None]
    field = [_applicant(dice, number, plan) for number in range(applicants)]
    field = _owners(dice, field)
    return Problem(
        booths=tuple(plan),
        zones=tuple(_zones(plan, field)),
        applicants=tuple(field),
        rules=Rules(
            cap_per_subject=4,
            cap_per_owner=4,
            apart=tuple(_apart(dice, field, max(5, applicants // 15))),
        ),
        pins=tuple(_pins(field, plan)),
        limits=Limits(seed=seed),
    )


def _booths(dice: random.Random, count: int) -> Iterator[Booth]:
    made = 0
    square = 0
    while made < count:
        square += 1
        for code, (length, rows, _, _) in SQUARE.items():
            zone = code if square == 1 else f"{code}{square}"
            for row in range(rows):
                for position in range(length):
                    if made == count:
                        return
                    made += 1
                    yield _booth(dice, zone, row, position, length)


def _booth(dice: random.Random, zone: str, row: int, position: int, length: int) -> Booth:
    code = zone[0]
    end = position in (0, length - 1)
    watts = {"E": 3000, "F": 2000}.get(code, 500)
    if code in "ABC" and row == 0:
        watts = 1500
    elif code in "AB" and row == 1 and position >= length // 2:
        watts = 1000
    label = f"{zone}{row + 1}{position + 1:02d}"
    return Booth(
        id=label,
        label=label,
        zone=zone,
        kind={"E": "food", "F": "raw"}.get(code, "standard"),
        power_w=watts,
        water=code == "E" or (code == "B" and row == 1),
        cooling=code == "E" or (code == "B" and row == 0 and position < 4),
        cooking=code == "E",
        corner=end and code in "AB",
        area={"F": 18 + 3 * position}.get(code, 9),
        row=f"{zone}-{row}",
        position=position,
        good=row == 0 and position < 3,
        bad=row == 1 and position >= length - 2,
        blocked="Cây che" if dice.random() < 0.02 else None,
    )


def _applicant(dice: random.Random, number: int, plan: list[Booth]) -> Applicant:
    group, kind = dice.choice(GROUPS), dice.choice(KINDS)
    cooking = group in (FOOD, DRINK) and dice.random() < 0.15
    power = dice.choice(POWERS[9:] if cooking else POWERS[:14])
    units = dice.choices([1, 2, 3, 4], [82, 12, 4, 2])[0]
    booths = {booth.zone for booth in plan}
    liked = [
        zone
        for zone in sorted(booths)
        if _accepts(zone, group, kind) and (not cooking or zone[0] == "E")
    ]
    dice.shuffle(liked)
    # Everybody wants the province's own zone first.
    liked.sort(key=lambda zone: zone[0] != "A" or dice.random() < 0.45)
    wishes = [Wish(zone=zone) for zone in liked[:3]]
    if wishes and dice.random() < 0.08:
        wanted = [booth.id for booth in plan if booth.zone == wishes[0].zone and booth.corner]
        if wanted:
            wishes = [Wish(booth=dice.choice(wanted)), *wishes[:2]]
    return Applicant(
        id=f"HS{number:04d}",
        name=f"Cơ sở {number}",
        units=units,
        groups=frozenset({group}),
        products=frozenset({f"{group}-{dice.randrange(9)}"}),
        product_count=dice.randint(1, 6),
        exhibitor_kind=kind,
        power_w=power,
        water=dice.random() < (0.5 if cooking else 0.05),
        cooling=group in (FOOD, ORNAMENTAL) and dice.random() < 0.08,
        cooking=cooking,
        min_area=20 if group == ORNAMENTAL and dice.random() < 0.3 else 0,
        wishes=tuple(wishes),
        cooperative=f"LH{dice.randrange(12)}" if kind == "cooperative" else None,
        commune=f"X{dice.randrange(40)}",
        stars=dice.choice([3, 3, 3, 4, 4, 5]),
        badness=dice.choice([0, 0, 0, 1, 2, 3]),
        lot=number + 1,
    )


def _accepts(zone: str, group: str, kind: str) -> bool:
    _, _, groups, kinds = SQUARE[zone[0]]
    return (groups is None or group in groups) and (kinds is None or kind in kinds)


def _zones(plan: list[Booth], field: list[Applicant]) -> Iterator[Zone]:
    """Give each zone a supply that carries about nine tenths of what its booths attract."""
    typical = sum(one.power_w for one in field) / sum(one.units for one in field)
    for code in sorted({booth.zone for booth in plan}):
        _, _, groups, kinds = SQUARE[code[0]]
        booths = [booth for booth in plan if booth.zone == code]
        share = {"E": 2.4, "F": 1.2}.get(code[0], 0.85)
        feed = int(len(booths) * typical * share / 10) * 10
        yield Zone(code, code, groups, kinds, feed)


def _owners(dice: random.Random, field: list[Applicant]) -> list[Applicant]:
    out = list(field)
    for owner in range(len(field) // 25):
        for number in dice.sample(range(len(field)), 3):
            out[number] = replace(out[number], owner=f"CH{owner}")
    return out


def _apart(dice: random.Random, field: list[Applicant], count: int) -> Iterator[tuple[str, str]]:
    for _ in range(count):
        one, other = dice.sample(field, 2)
        yield one.id, other.id


def _pins(field: list[Applicant], plan: list[Booth]) -> Iterator[Pin]:
    """Pin the first three single applications that suit the first booths of zone A."""
    spots = [booth for booth in plan if booth.zone == "A" and booth.blocked is None][5:8]
    plain = [
        one
        for one in field
        if one.units == 1
        and one.owner is None
        and one.groups <= (SQUARE["A"][2] or frozenset())
        and one.power_w <= 1500
        and not (one.water or one.cooling or one.cooking or one.min_area)
    ]
    for one, booth in zip(plain, spots, strict=False):
        yield Pin(one.id, (booth.id,))
