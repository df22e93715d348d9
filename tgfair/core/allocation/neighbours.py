"""The third level: who stands beside whom and who gets the sought-after places.

These goals ask about pairs, which a linear program says badly. So a plan that is settled in number
and wishes is improved by exchanging places, never at the cost of a rule or of an earlier level.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from tgfair.core.allocation.fitting import Fitting, wish_points
from tgfair.core.allocation.problem import Applicant, Booth, Mode, Problem

Plan = dict[str, tuple[Booth, ...]]

APART_PENALTY = 1_000_000


class Board:
    """A plan as something to move pieces on, with the neighbour score of any change."""

    def __init__(self, problem: Problem, fitting: Fitting, plan: Plan) -> None:
        self.problem = problem
        self.fitting = fitting
        self.weights = problem.rules.weights
        self.plan: Plan = dict(plan)
        self.holder = {b.id: one for one, booths in plan.items() for b in booths}
        self._apart = set(problem.rules.apart)
        self._pairs: dict[tuple[str, str], int] = {}
        self.beside: dict[str, list[str]] = defaultdict(list)
        for row in fitting.rows:
            for left, right in pairwise(row):
                self.beside[left.id].append(right.id)
                self.beside[right.id].append(left.id)
        self.fixed = frozenset(pin.applicant for pin in problem.fixed)
        self.feed_left = self._feeds()
        self._crowd: dict[str, int] = defaultdict(int)  # applications of a commune on good places
        for one, booths in self.plan.items():
            self._count_good(one, booths, 1)

    def _feeds(self) -> dict[str, int]:
        left = {zone.code: zone.feed_w for zone in self.problem.zones if zone.feed_w is not None}
        for one, booths in self.plan.items():
            for code in {booth.zone for booth in booths} & left.keys():
                left[code] -= self.fitting.applicants[one].power_w
        return left

    def _count_good(self, one: str, booths: Iterable[Booth], step: int) -> None:
        commune = self.fitting.applicants[one].commune
        if commune is not None and any(booth.good for booth in booths):
            self._crowd[commune] += step

    def pair(self, one: str, other: str) -> int:
        """Return what it counts that these two stand side by side."""
        key = (one, other) if one < other else (other, one)
        known = self._pairs.get(key)
        if known is None:
            applicants = self.fitting.applicants
            known = self._judge(applicants[key[0]], applicants[key[1]])
            if key in self._apart:
                known -= APART_PENALTY
            self._pairs[key] = known
        return known

    def _judge(self, one: Applicant, other: Applicant) -> int:
        weights = self.weights
        magnet = weights.magnet_stars
        return (
            weights.same_group * bool(one.groups & other.groups)
            + weights.cooperative
            * (one.cooperative is not None and one.cooperative == other.cooperative)
            - weights.same_product * bool(one.products & other.products)
            - weights.magnets * (one.stars >= magnet and other.stars >= magnet)
        )

    def place(self, one: str, booths: Iterable[Booth]) -> int:
        """Return what the place itself counts for the application."""
        applicant, weights = self.fitting.applicants[one], self.weights
        booths = tuple(booths)
        score = weights.last_year * applicant.badness * any(b.good for b in booths)
        score -= weights.last_year * applicant.badness * any(b.bad for b in booths)
        many = applicant.product_count >= weights.many_products
        if applicant.cooperative is not None and many:
            score += weights.corner * any(b.corner for b in booths)
        return score

    def edges(self, ones: Iterable[str]) -> int:
        """Return the pair points of all edges at these applications, each edge once."""
        total, seen = 0, set()
        for one in ones:
            for booth in self.plan[one]:
                for other_booth in self.beside[booth.id]:
                    other = self.holder.get(other_booth)
                    if other is None or other == one:
                        continue
                    edge = (
                        (booth.id, other_booth)
                        if booth.id < other_booth
                        else (other_booth, booth.id)
                    )
                    if edge not in seen:
                        seen.add(edge)
                        total += self.pair(one, other)
        return total

    def _crowding(self, communes: Iterable[str | None]) -> int:
        named = {commune for commune in communes if commune is not None}
        pairs = sum(self._crowd[one] * (self._crowd[one] - 1) // 2 for one in named)
        return self.weights.communes * pairs

    def local(self, ones: Iterable[str], gone: Iterable[str] = ()) -> int:
        """Return the part of the score that moving these, and taking those away, can change."""
        ones = tuple(ones)
        communes = [self.fitting.applicants[one].commune for one in (*ones, *gone)]
        places = sum(self.place(one, self.plan[one]) for one in ones)
        return self.edges(ones) + places - self._crowding(communes)

    def total(self) -> int:
        """Return the neighbour score of the whole plan."""
        return self.local(self.plan)

    def wish_points(self) -> int:
        """Return the wish points of the whole plan."""
        return self.wish_points_of(self.plan)

    def wish_points_of(self, ones: Iterable[str]) -> int:
        """Return the wish points of these applications where they stand."""
        points, applicants = self.weights.wishes, self.fitting.applicants
        return sum(wish_points(applicants[one], self.plan[one], points) for one in ones)

    def breaks_apart(self, one: str) -> bool:
        """Return whether the application stands beside one it must not."""
        around = (self.holder.get(b) for booth in self.plan[one] for b in self.beside[booth.id])
        return any(self.must_be_apart(one, other) for other in around if other is not None)

    def must_be_apart(self, one: str, other: str) -> bool:
        """Return whether these two must not stand side by side."""
        return (min(one, other), max(one, other)) in self._apart

    def take(self, ones: Iterable[str]) -> None:
        """Take their booths from applications."""
        for one in ones:
            old = self.plan.pop(one)
            self._count_good(one, old, -1)
            self._use(one, old, 1)
            for booth in old:
                del self.holder[booth.id]

    def put(self, moves: Mapping[str, tuple[Booth, ...]]) -> None:
        """Give applications these booths instead of what they have, all at once."""
        self.take([one for one in moves if one in self.plan])
        for one, booths in moves.items():
            self.plan[one] = booths
            self._count_good(one, booths, 1)
            self._use(one, booths, -1)
            for booth in booths:
                self.holder[booth.id] = one

    def _use(self, one: str, booths: Iterable[Booth], sign: int) -> None:
        for code in {booth.zone for booth in booths} & self.feed_left.keys():
            self.feed_left[code] += sign * self.fitting.applicants[one].power_w

    def allowed(self, moves: Mapping[str, tuple[Booth, ...]]) -> bool:
        """Return whether the moves keep every rule and do not lower the wish points.

        After lots nobody's own wish may get worse; otherwise the sum counts.
        """
        strict = self.problem.mode is Mode.LOTS
        points, applicants = self.weights.wishes, self.fitting.applicants
        gain = 0
        need: dict[str, int] = defaultdict(int)
        for one, booths in moves.items():
            applicant = applicants[one]
            if one in self.fixed or not all(self.fitting.suits(applicant, b) for b in booths):
                return False
            change = wish_points(applicant, booths, points)
            change -= wish_points(applicant, self.plan[one], points)
            gain += change
            if strict and change < 0:
                return False
            need[booths[0].zone] += applicant.power_w
            need[self.plan[one][0].zone] -= applicant.power_w
        if gain < 0:
            return False
        return all(more <= self.feed_left.get(zone, more) for zone, more in need.items())

    def free_block(self, booth: Booth, units: int) -> tuple[Booth, ...] | None:
        """Return the free booths from this one to the right, or None when one is taken."""
        row, at = self.fitting.place_in_row[booth.id]
        block = row[at : at + units]
        taken = any(b.id in self.holder or b.blocked is not None for b in block)
        return None if taken or len(block) < units else block
