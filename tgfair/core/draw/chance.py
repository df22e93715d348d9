"""What a participant may expect, found by drawing ten thousand times with numbers of our own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tgfair.core.draw.lots import APPLICATION, Closed, in_lot_order, list_hash, seed_of

TRIALS = 10_000


@dataclass(frozen=True, slots=True)
class Chance:
    """How one application fared in `trials` trial draws of its zone.

    `won` counts the draws that gave it a booth (in a draw for the order of choosing: none), and
    `early` those in which its lot was among the first third of the zone.
    """

    trials: int
    applications: int
    booths: int
    won: int
    early: int

    @property
    def exact(self) -> float:
        """The probability of a booth, which the trials approach."""
        return min(1.0, self.booths / self.applications)


def zone_chances(closed: Closed, zone_code: str, *, trials: int = TRIALS) -> dict[str, Chance]:
    """Return the chance of every application of a zone; the same list gives the same figures.

    The trial numbers are "thử 1", "thử 2", …: no real source can give them, so that the trials
    say nothing about the draw to come.
    """
    zone = next(one for one in closed["zones"] if one["code"] == zone_code)
    names, places = zone["applications"], len(zone["booths"])
    third = -(-len(names) // 3)
    announced = list_hash(closed)
    won: Counter[str] = Counter()
    early: Counter[str] = Counter()
    for trial in range(1, trials + 1):
        order = in_lot_order(seed_of(announced, f"thử {trial}"), zone_code, APPLICATION, names)
        won.update(order[:places])
        early.update(order[:third])
    return {name: Chance(trials, len(names), places, won[name], early[name]) for name in names}
