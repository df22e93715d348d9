"""Which booth suits which application by the hard rules that need no other application."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise

from tgfair.core.allocation.problem import Applicant, Booth, Problem
from tgfair.core.layout.suitability import (
    BoothFacts,
    Needs,
    Reason,
    ZoneFacts,
    unsuitable_reasons,
)

# What the rules look at: booths alike in all of this suit the same applications.
FactsKey = tuple[str, str, int, bool, bool, bool, float]


def facts_key(booth: Booth) -> FactsKey:
    """Return all of a booth that the rules look at."""
    return (
        booth.zone,
        booth.kind,
        booth.power_w,
        booth.water,
        booth.cooling,
        booth.cooking,
        booth.area,
    )


class Fitting:
    """The suitability table of a problem; booths that look alike are judged once."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.booths = {booth.id: booth for booth in problem.booths}
        self.applicants = {applicant.id: applicant for applicant in problem.applicants}
        self._zones = {zone.code: zone for zone in problem.zones}
        self._kind_groups = dict(problem.rules.kind_groups)
        # Applications that need the same are judged once, too.
        numbers: dict[object, int] = {}
        self._alike = {
            one.id: numbers.setdefault((_needs(one), one.booth_kinds), len(numbers))
            for one in problem.applicants
        }
        self._known: dict[tuple[int, FactsKey], bool] = {}

    def suits(self, applicant: Applicant, booth: Booth) -> bool:
        """Return whether no rule speaks against the pair; blocked booths suit nobody."""
        if booth.blocked is not None:
            return False
        key = (self._alike[applicant.id], facts_key(booth))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = not self.reasons(applicant, booth)
        return known

    def reasons(self, applicant: Applicant, booth: Booth) -> list[Reason]:
        """Return what speaks against the pair, in the words of the page that assigns by hand."""
        if booth.blocked is not None:
            return [Reason("blocked", f"Gian {booth.label} không dùng: {booth.blocked}.")]
        zone = self._zones[booth.zone]
        reasons = unsuitable_reasons(
            _needs(applicant),
            self._facts(booth),
            ZoneFacts(zone.label, zone.groups, zone.exhibitor_kinds),
        )
        if applicant.booth_kinds is not None and booth.kind not in applicant.booth_kinds:
            reasons.append(
                Reason("kind_asked", f"Gian {booth.label} không đúng loại gian cơ sở xin.")
            )
        return reasons

    def _facts(self, booth: Booth) -> BoothFacts:
        marks = (("cooling", booth.cooling), ("cooking", booth.cooking))
        return BoothFacts(
            booth.label,
            booth.power_w,
            booth.water,
            frozenset(tag for tag, has in marks if has),
            booth.area,
            booth.kind,
            self._kind_groups.get(booth.kind),
        )

    def fits_somewhere(self, applicant: Applicant) -> bool:
        """Return whether a single booth of the plan suits."""
        return any(self.suits(applicant, booth) for booth in self._problem.booths)

    @cached_property
    def rows(self) -> tuple[tuple[Booth, ...], ...]:
        """Return the booths that stand side by side, in their order; each booth is in one row."""
        return tuple(rows_of(self._problem.booths))

    @cached_property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs of booths that stand side by side."""
        return tuple((a.id, b.id) for row in self.rows for a, b in pairwise(row))

    @cached_property
    def place_in_row(self) -> dict[str, tuple[tuple[Booth, ...], int]]:
        """Return the row of every booth and its index there."""
        return {booth.id: (row, at) for row in self.rows for at, booth in enumerate(row)}


def rows_of(booths: Iterable[Booth]) -> list[tuple[Booth, ...]]:
    """Split booths into rows of neighbours: one row name, one zone, positions without a gap."""
    rows: list[list[Booth]] = []
    for booth in sorted(booths, key=lambda b: (b.zone, b.row, b.position, b.id)):
        last = rows[-1][-1] if rows else None
        follows = (
            last is not None
            and booth.row
            and (last.zone, last.row, last.position + 1) == (booth.zone, booth.row, booth.position)
        )
        if follows:
            rows[-1].append(booth)
        else:
            rows.append([booth])
    return [tuple(row) for row in rows]


def wish_rank(applicant: Applicant, booths: Iterable[Booth]) -> int | None:
    """Return the rank (1 is best) of the first wish that these booths grant, or None."""
    booths = tuple(booths)
    zones, ids = {b.zone for b in booths}, {b.id for b in booths}
    for rank, wish in enumerate(applicant.wishes, start=1):
        if (wish.booth is not None and wish.booth in ids) or (
            wish.zone is not None and wish.zone in zones
        ):
            return rank
    return None


def wish_points(applicant: Applicant, booths: Iterable[Booth], points: tuple[int, ...]) -> int:
    """Return what the best granted wish counts."""
    rank = wish_rank(applicant, booths)
    return points[rank - 1] if rank is not None and rank <= len(points) else 0


def _needs(applicant: Applicant) -> Needs:
    return Needs(
        product_groups=applicant.groups,
        power_w=applicant.power_w,
        water=applicant.water,
        cooling=applicant.cooling,
        cooking=applicant.cooking,
        min_area=applicant.min_area,
        exhibitor_kind=applicant.exhibitor_kind,
    )
