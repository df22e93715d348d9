"""Check a plan against the rules by plain counting.

Written against the words of the rules (docs/allocation.md) and shares no line with the search: a
mistake in the program that the solver gets is found here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tgfair.core.allocation.problem import Applicant, Booth, Mode, Problem, Zone
from tgfair.core.allocation.solution import Level, Placement, Solution


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule or wrong statement of a solution; `subjects` are applicants or booths."""

    code: str
    subjects: tuple[str, ...]


def verify(problem: Problem, solution: Solution) -> list[Violation]:
    """Return all that is wrong with the solution; empty when it keeps every rule.

    Pinned applications are held only to what no organiser can decide: a booth has one holder.
    """
    check = _Check(problem, solution)
    return [
        *check.completeness(),
        *check.booths_once(),
        *check.pins(),
        *check.suitability(),
        *check.rows(),
        *check.feeds(),
        *check.caps(),
        *check.apart(),
        *check.required(),
        *check.room_for_more(),
        *check.scores(),
    ]


class _Check:
    def __init__(self, problem: Problem, solution: Solution) -> None:
        self.problem, self.solution = problem, solution
        self.booth: dict[str, Booth] = {b.id: b for b in problem.booths}
        self.who: dict[str, Applicant] = {a.id: a for a in problem.applicants}
        self.zone: dict[str, Zone] = {z.code: z for z in problem.zones}
        self.held = {b: p.applicant for p in solution.placements for b in p.booths}
        self.pinned = {pin.applicant: pin.booths for pin in problem.pins}
        if problem.mode is Mode.FILL:
            taken = [booth for booths in self.pinned.values() for booth in booths]
            for pin in problem.previous:
                if not any(booth in taken for booth in pin.booths):
                    self.pinned.setdefault(pin.applicant, pin.booths)
        self.at = {(b.zone, b.row, b.position): b.id for b in problem.booths if b.row}
        self.used: Counter[str] = Counter()
        for placement in solution.placements:
            for code in {self.booth[b].zone for b in placement.booths}:
                self.used[code] += self.who[placement.applicant].power_w

    def completeness(self) -> list[Violation]:
        named = [p.applicant for p in self.solution.placements]
        named += [u.applicant for u in self.solution.unplaced]
        found = [Violation("named_twice", (one,)) for one, n in Counter(named).items() if n > 1]
        missing = sorted(set(self.who) ^ set(named))
        found += [Violation("not_accounted_for", (one,)) for one in missing]
        silent = [u.applicant for u in self.solution.unplaced if not u.reasons]
        return found + [Violation("no_reason", (one,)) for one in silent]

    def booths_once(self) -> list[Violation]:
        count = Counter(b for p in self.solution.placements for b in p.booths)
        return [Violation("booth_twice", (one,)) for one, n in count.items() if n > 1]

    def pins(self) -> list[Violation]:
        got = {p.applicant: p.booths for p in self.solution.placements}
        return [
            Violation("pin", (one,))
            for one, booths in self.pinned.items()
            if sorted(got.get(one, ())) != sorted(booths)
        ]

    def _free(self) -> list[Placement]:
        return [p for p in self.solution.placements if p.applicant not in self.pinned]

    def suitability(self) -> list[Violation]:
        return [
            Violation(code, (p.applicant, b))
            for p in self._free()
            for b in p.booths
            for code in self._objections(self.who[p.applicant], self.booth[b])
        ]

    def _objections(self, one: Applicant, booth: Booth) -> list[str]:
        zone = self.zone[booth.zone]
        kinds = dict(self.problem.rules.kind_groups)
        broken = {
            "blocked": booth.blocked is not None,
            "zone_kind": zone.exhibitor_kinds is not None
            and one.exhibitor_kind not in zone.exhibitor_kinds,
            "product_group": zone.groups is not None and not one.groups <= zone.groups,
            "booth_kind": booth.kind in kinds and not one.groups <= kinds[booth.kind],
            "kind_asked": one.booth_kinds is not None and booth.kind not in one.booth_kinds,
            "power": booth.power_w < one.power_w,
            "water": one.water > booth.water,
            "cooling": one.cooling > booth.cooling,
            "cooking": one.cooking > booth.cooking,
            "size": booth.area < one.min_area,
        }
        return [code for code, is_broken in broken.items() if is_broken]

    def rows(self) -> list[Violation]:
        return [
            Violation("not_in_one_row", (p.applicant,))
            for p in self._free()
            if len(p.booths) != self.who[p.applicant].units or not self._in_one_row(p.booths)
        ]

    def _in_one_row(self, booths: tuple[str, ...]) -> bool:
        if len(booths) == 1:
            return True
        all_of_them = [self.booth[b] for b in booths]
        if len({(b.zone, b.row) for b in all_of_them}) > 1 or not all_of_them[0].row:
            return False
        positions = sorted(b.position for b in all_of_them)
        return positions == list(range(positions[0], positions[0] + len(booths)))

    def feeds(self) -> list[Violation]:
        """A supply that the pins alone overload is the organiser's; nobody may be added to it."""
        found = []
        for zone in self.problem.zones:
            if zone.feed_w is None or self.used[zone.code] <= zone.feed_w:
                continue
            guests = [
                p.applicant
                for p in self._free()
                if self.who[p.applicant].power_w
                and any(self.booth[b].zone == zone.code for b in p.booths)
            ]
            if guests:
                found.append(Violation("feed", (zone.code, *guests)))
        return found

    def caps(self) -> list[Violation]:
        rules = self.problem.rules
        found = [
            Violation("cap_subject", (p.applicant,))
            for p in self._free()
            if rules.cap_per_subject is not None and len(p.booths) > rules.cap_per_subject
        ]
        return found + [
            Violation("cap_owner", (p.applicant,))
            for p in self._free()
            if self._owned(p.applicant) > (rules.cap_per_owner or self._owned(p.applicant))
        ]

    def _owned(self, one: str) -> int:
        owner = self.who[one].owner
        if owner is None:
            return 0
        return sum(
            len(p.booths) for p in self.solution.placements if self.who[p.applicant].owner == owner
        )

    def apart(self) -> list[Violation]:
        return [
            Violation("apart", (one, other))
            for one, other in self.problem.rules.apart
            if not {one, other} <= self.pinned.keys() and other in self._beside(one)
        ]

    def _beside(self, one: str) -> set[str]:
        booths = [self.booth[b] for b, holder in self.held.items() if holder == one]
        return {self.held[b] for booth in booths for b in self._next_to(booth) if b in self.held}

    def _next_to(self, booth: Booth) -> list[str]:
        places = ((booth.zone, booth.row, booth.position + step) for step in (-1, 1))
        return [self.at[place] for place in places if booth.row and place in self.at]

    def required(self) -> list[Violation]:
        got = {p.applicant for p in self.solution.placements}
        return [Violation("required", (one,)) for one in self.problem.rules.required - got]

    def room_for_more(self) -> list[Violation]:
        """Nobody is left out who could simply be added."""
        return [
            Violation("could_be_placed", (u.applicant, first.id))
            for u in self.solution.unplaced
            for first in self.problem.booths
            if self._could_have(self.who[u.applicant], first)
        ]

    def _could_have(self, one: Applicant, first: Booth) -> bool:
        rules = self.problem.rules
        places = [(first.zone, first.row, first.position + i) for i in range(one.units)]
        ids = [first.id, *(self.at.get(place) for place in places[1:])]
        block = [self.booth[b] for b in ids if b is not None and (first.row or b == first.id)]
        if len(block) < one.units or any(b.id in self.held for b in block):
            return False
        if any(self._objections(one, b) for b in block):
            return False
        feed = self.zone[first.zone].feed_w
        if feed is not None and one.power_w and self.used[first.zone] + one.power_w > feed:
            return False
        if rules.cap_per_subject is not None and one.units > rules.cap_per_subject:
            return False
        owner_full = (
            rules.cap_per_owner is not None
            and one.owner is not None
            and self._owned(one.id) + one.units > rules.cap_per_owner
        )
        beside = {self.held.get(b) for booth in block for b in self._next_to(booth)}
        enemies = {x for pair in rules.apart if one.id in pair for x in pair} - {one.id}
        return not owner_full and not beside & enemies

    def scores(self) -> list[Violation]:
        counted = {Level.PLACED: len(self.solution.placements), Level.WISHES: self._wishes()}
        counted[Level.LOTS] = counted[Level.WISHES]
        wrong = [
            Violation("score", (score.level.value,))
            for score in self.solution.scores
            if counted.get(score.level, score.value) != score.value
        ]
        beyond = [
            Violation("bound", (score.level.value,))
            for score in self.solution.scores
            if score.bound is not None and score.value > score.bound
        ]
        ranks = [
            Violation("wish", (p.applicant,))
            for p in self.solution.placements
            if p.wish != self._rank(p)
        ]
        return wrong + beyond + ranks

    def _rank(self, placement: Placement) -> int | None:
        booths = [self.booth[b] for b in placement.booths]
        granted = [
            rank
            for rank, wish in enumerate(self.who[placement.applicant].wishes, start=1)
            if wish.booth in placement.booths or wish.zone in {b.zone for b in booths}
        ]
        return min(granted, default=None)

    def _wishes(self) -> int:
        points = dict(enumerate(self.problem.rules.weights.wishes, start=1))
        ranks = [self._rank(p) for p in self.solution.placements]
        return sum(points.get(rank, 0) for rank in ranks if rank is not None)
