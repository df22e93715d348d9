"""Small fairs and the best plan by trying everything."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from tgfair.core.allocation.fitting import rows_of, wish_points
from tgfair.core.allocation.problem import Applicant, Booth, Limits, Pin, Problem, Rules, Wish, Zone
from tgfair.core.allocation.solution import Placement, Reason, Solution, Unplaced
from tgfair.core.allocation.verify import verify

GROUPS = ("food", "craft")
ZONES = ("A", "B")


@st.composite
def problems(draw: st.DrawFn, *, pins: bool = True, most: int = 6) -> Problem:
    """Draw a fair of up to two zones, six booths and six applications."""
    booths = tuple(draw(_booths(most)))
    applicants = tuple(draw(_applicants(booths, most)))
    pairs = st.tuples(*[st.sampled_from([a.id for a in applicants])] * 2)
    apart = draw(st.lists(pairs, max_size=3)) if len(applicants) > 1 else []
    zones = tuple(
        Zone(
            code,
            code,
            groups=draw(st.sampled_from([None, None, frozenset({"food"})])),
            exhibitor_kinds=draw(st.sampled_from([None, None, frozenset({"enterprise"})])),
            feed_w=draw(st.sampled_from([None, 500, 900, 1400])),
        )
        for code in ZONES
    )
    rules = Rules(
        cap_per_subject=draw(st.sampled_from([None, 2])),
        cap_per_owner=draw(st.sampled_from([None, 2, 3])),
        kind_groups=draw(st.sampled_from([(), (), (("food", frozenset({"food"})),)])),
        apart=tuple(pair for pair in apart if pair[0] != pair[1]),
    )
    problem = Problem(booths, zones, applicants, rules, limits=Limits(seed=3, moves=200))
    if pins and draw(st.booleans()):
        problem = draw(_with_pin(problem))
    return problem


@st.composite
def _booths(draw: st.DrawFn, most: int) -> list[Booth]:
    count = draw(st.integers(2, most))
    return [
        Booth(
            id=f"{i:02d}",
            label=f"G{i:02d}",
            zone=ZONES[0] if i < draw(st.integers(1, count)) else ZONES[1],
            kind=draw(st.sampled_from(["standard", "standard", "food"])),
            power_w=draw(st.sampled_from([500, 500, 1000])),
            water=draw(st.sampled_from([False, False, True])),
            corner=draw(st.booleans()),
            good=draw(st.booleans()),
            row=draw(st.sampled_from(["r", "r", "s"])),
            position=i,
            blocked=draw(st.sampled_from([None] * 9 + ["Cây che"])),
        )
        for i in range(count)
    ]


@st.composite
def _applicants(draw: st.DrawFn, booths: tuple[Booth, ...], most: int) -> list[Applicant]:
    wish = st.one_of(
        st.sampled_from(ZONES).map(lambda code: Wish(zone=code)),
        st.sampled_from(booths).map(lambda booth: Wish(booth=booth.id)),
    )
    return [
        Applicant(
            id=f"HS{i}",
            name=f"Cơ sở {i}",
            units=draw(st.sampled_from([1, 1, 1, 2, 3])),
            groups=frozenset({draw(st.sampled_from(GROUPS))}),
            products=frozenset({draw(st.sampled_from("xyz"))}),
            product_count=draw(st.integers(1, 5)),
            exhibitor_kind=draw(st.sampled_from(["household", "enterprise"])),
            power_w=draw(st.sampled_from([0, 130, 450, 900])),
            water=draw(st.sampled_from([False, False, True])),
            wishes=tuple(draw(st.lists(wish, max_size=3))),
            owner=draw(st.sampled_from([None, None, "o"])),
            cooperative=draw(st.sampled_from([None, "c"])),
            commune=draw(st.sampled_from([None, "x"])),
            stars=draw(st.sampled_from([3, 5])),
            badness=draw(st.integers(0, 2)),
            lot=i + 1,
        )
        for i in range(draw(st.integers(1, most)))
    ]


@st.composite
def _with_pin(draw: st.DrawFn, problem: Problem) -> Problem:
    from dataclasses import replace

    one = draw(st.sampled_from(problem.applicants))
    blocks = list(_blocks(problem, one.units))
    return (
        replace(problem, pins=(Pin(one.id, draw(st.sampled_from(blocks))),)) if blocks else problem
    )


def _blocks(problem: Problem, units: int) -> Iterator[tuple[str, ...]]:
    for row in rows_of(problem.booths):
        for start in range(len(row) - units + 1):
            yield tuple(booth.id for booth in row[start : start + units])


def as_solution(problem: Problem, plan: dict[str, tuple[str, ...]]) -> Solution:
    """Return the plan as a solution without scores."""
    booth = {b.id: b for b in problem.booths}
    placements = []
    for applicant in problem.applicants:
        if applicant.id in plan:
            booths = plan[applicant.id]
            granted = [
                rank
                for rank, wish in enumerate(applicant.wishes, start=1)
                if wish.booth in booths or wish.zone in {booth[b].zone for b in booths}
            ]
            placements.append(Placement(applicant.id, booths, min(granted, default=None)))
    without = [a.id for a in problem.applicants if a.id not in plan]
    return Solution(
        tuple(placements), tuple(Unplaced(one, (Reason("x", "x"),)) for one in without), ()
    )


def allowed_plans(problem: Problem) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield every plan that `verify` finds nothing against, but room for more."""
    pinned = {pin.applicant: pin.booths for pin in problem.pins}

    def extend(
        index: int, plan: dict[str, tuple[str, ...]]
    ) -> Iterator[dict[str, tuple[str, ...]]]:
        found = verify(problem, as_solution(problem, plan))
        if any(v.code not in {"could_be_placed", "pin", "required"} for v in found):
            return
        if index == len(problem.applicants):
            if not any(v.code in {"pin", "required"} for v in found):
                yield dict(plan)
            return
        one = problem.applicants[index]
        if one.id in pinned:
            yield from extend(index + 1, plan)
            return
        yield from extend(index + 1, plan)
        for block in _blocks(problem, one.units):
            yield from extend(index + 1, {**plan, one.id: block})

    yield from extend(0, dict(pinned))


def value(problem: Problem, plan: dict[str, tuple[str, ...]]) -> tuple[int, int]:
    """Return the first two levels of a plan."""
    booth = {b.id: b for b in problem.booths}
    who = {a.id: a for a in problem.applicants}
    points = problem.rules.weights.wishes
    wishes = sum(wish_points(who[o], [booth[b] for b in bs], points) for o, bs in plan.items())
    return len(plan), wishes


def best(problem: Problem) -> tuple[int, int]:
    """Return the best first two levels by trying everything."""
    return max(value(problem, plan) for plan in allowed_plans(problem))


def lots_value(problem: Problem, plan: dict[str, tuple[str, ...]]) -> tuple[int, ...]:
    """Return the number placed, then how good everybody's place is in the order of the lots."""
    ranks = {p.applicant: p.wish for p in as_solution(problem, plan).placements}
    order = sorted(problem.applicants, key=lambda a: a.lot or 0)
    goodness = [0 if a.id not in plan else 10 - (ranks[a.id] or 9) for a in order]
    return (len(plan), *goodness)


def best_lots(problem: Problem) -> tuple[int, ...]:
    """Return the best value of a draw by trying everything."""
    return max(lots_value(problem, plan) for plan in allowed_plans(problem))
