"""Solve the whole, and where that does not end soon, part after part.

A fair of one or two squares is solved whole. In larger ones the solver bounds well and finds good
plans slowly, so a few zones are taken at a time: everybody elsewhere stays, the few are solved, and
so on with other zones until nothing improves. The bound always comes from the whole program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tgfair.core.allocation.dice import Dice
from tgfair.core.allocation.engine import INFINITY, Engine, Outcome, Watch
from tgfair.core.allocation.model import Model

FIRST_NODES = 200
PART_NODES = 50
# Of the seconds left, how much one part may take.
PART_SHARE = 0.05
# A part may end this near to its own bound, in points; the whole decides in the end.
PART_NEAR = 60
# So many placed applications are decided anew at a time.
PART = 130
# Rounds without any gain after which the parts are left alone.
PATIENCE = 15
# In a part one placement counts as much as so many best wishes: more than a part can trade.
PER_PLACEMENT = 40
PER_PLACEMENT_FIRST = 10


# Of the seconds left each time: the first try of the whole, the parts, the last try. The solver
# finds numbers well and wishes slowly; and the wishes need time after the number.
FIRST_SHARE, PARTS_SHARE = 0.35, 0.4
FIRST_WISHES_SHARE, PARTS_WISHES_SHARE = 0.1, 0.7


def most_placed(model: Model, engine: Engine, watch: Watch) -> Outcome:
    """Return a plan with as many applications as possible."""
    costs = model.placed_costs
    first = engine.solve(costs, nodes=FIRST_NODES, share=FIRST_SHARE)
    if first.proven or first.values is None:
        return first
    values = _by_parts(model, engine, watch, first.values, _until(watch, PARTS_SHARE))
    reached = _score(model, values)[0]
    if first.bound is not None and reached >= first.bound:
        return Outcome(values, reached, first.bound, proven=True, infeasible=False)
    last = engine.solve(costs, start=values, nodes=FIRST_NODES, share=FIRST_SHARE)
    return _best(first, last, values, reached)


def most_wishes(model: Model, engine: Engine, watch: Watch, most: Outcome) -> Outcome:
    """Return the plan with most wish points among those that place as many as `most` does."""
    number = most.value or 0
    row = engine.add_row(number, INFINITY, model.placed_terms)
    if len(model.program.upper) <= watch.limits.small:
        return engine.solve(model.points, start=most.values)
    first = engine.solve(
        model.points, start=most.values, nodes=FIRST_NODES, share=FIRST_WISHES_SHARE
    )
    if first.proven or first.values is None:
        return first
    # The demand for the full number leads the search into plans with few wishes. So it begins with
    # a plan rich in wishes, and the parts find the last places.
    until = _until(watch, PARTS_WISHES_SHARE)
    engine.limit_row(row, 0, INFINITY)
    rich = engine.solve(
        together(model, PER_PLACEMENT_FIRST), nodes=FIRST_NODES, share=FIRST_WISHES_SHARE
    )
    start = rich.values or first.values
    values = _by_parts(model, engine, watch, start, until)
    engine.limit_row(row, number, INFINITY)
    if _score(model, values) < (number, 0):
        values = _by_parts(model, engine, watch, first.values, until)
    values = max(values, first.values, key=lambda one: _score(model, one))
    last = engine.solve(model.points, start=values)
    return _best(first, last, values, _score(model, values)[1])


def _until(watch: Watch, share: float) -> float:
    """Return how many seconds have to be left when this share of those left now is used."""
    return 0.0 if watch.left == INFINITY else watch.left * (1 - share)


def _best(first: Outcome, last: Outcome, values: tuple[int, ...], reached: int) -> Outcome:
    """Put together what two solves and the parts between them found and proved."""
    bound = min((one.bound for one in (first, last) if one.bound is not None), default=None)
    if last.value is None or last.value < reached:
        last = replace(last, values=values, value=reached)
    proven = bound is not None and last.value is not None and bound <= last.value
    return replace(last, bound=bound, proven=proven)


def together(model: Model, wishes_per_placement: int) -> dict[int, int]:
    """Return costs for both levels at once, that count a placement as so many best wishes."""
    high = wishes_per_placement * max(model.points.values(), default=1)
    return {column: high + model.points.get(column, 0) for column in model.placed_costs}


def _by_parts(
    model: Model, engine: Engine, watch: Watch, values: tuple[int, ...], enough: float
) -> tuple[int, ...]:
    dice = Dice(watch.limits.seed)
    costs = together(model, PER_PLACEMENT)
    score, idle = _score(model, values), 0
    patience = max(PATIENCE, len(model.choices) // 30)
    while idle < patience and watch.left > enough and not watch.over():
        moving = _part(model, values, dice)
        still = [
            column
            for one, columns in model.choices.items()
            if one not in moving
            for column in columns.values()
        ]
        engine.limit_columns({column: (values[column], values[column]) for column in still})
        outcome = engine.solve(
            costs, start=values, nodes=PART_NODES, share=PART_SHARE, near=PART_NEAR
        )
        engine.limit_columns(dict.fromkeys(still, (0, 1)))
        found = score if outcome.values is None else _score(model, outcome.values)
        idle = 0 if found > score else idle + 1
        if outcome.values is not None and found > score:
            values, score = outcome.values, found
    return values


def _score(model: Model, values: Sequence[int]) -> tuple[int, int]:
    placed = sum(values[column] for column in model.placed_costs)
    return placed, sum(points * values[column] for column, points in model.points.items())


def _part(model: Model, values: Sequence[int], dice: Dice) -> set[str]:
    """Choose whom to decide anew: those who could gain, with all in their zones, up to a number."""
    chosen = model.chosen(values)
    by_zone: dict[str, list[str]] = defaultdict(list)
    for one, choice in chosen.items():
        by_zone[choice.zone].append(one)
    hopeful = [one for one in model.choices if _could_gain(model, values, one)]
    moving: set[str] = set()
    zones: set[str] = set()
    while hopeful and sum(one in chosen for one in moving) < PART:
        one = hopeful[dice.below(len(hopeful))]
        named = {
            choice.zone for choice, column in model.choices[one].items() if column in model.points
        }
        here = {chosen[one].zone} if one in chosen else set()
        fresh = sorted((named | here) - zones) or sorted(by_zone.keys() - zones)
        if not fresh:
            break
        zone = fresh[dice.below(len(fresh))]
        zones.add(zone)
        moving |= {one, *by_zone[zone]}
    return moving | {
        one
        for one, choices in model.choices.items()
        if one not in chosen and any(choice.zone in zones for choice in choices)
    }


def _could_gain(model: Model, values: Sequence[int], one: str) -> bool:
    columns = model.choices[one].values()
    best = max((model.points.get(column, 0) for column in columns), default=0)
    got = [column for column in columns if values[column]]
    return bool(columns) and (not got or best > model.points.get(got[0], 0))
