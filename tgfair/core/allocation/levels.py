"""The first two levels: as many applications as possible, then as many wishes as possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tgfair.core.allocation.apart import Clash, lay_out
from tgfair.core.allocation.engine import INFINITY, Engine, Outcome, Watch
from tgfair.core.allocation.model import Model
from tgfair.core.allocation.neighbours import Plan
from tgfair.core.allocation.solution import Level, LevelScore

Announce = Callable[[Level], None]


@dataclass(frozen=True, slots=True)
class Settled:
    """A plan that is settled in the earlier levels, with what is proven about them."""

    plan: Plan
    scores: tuple[LevelScore, ...]


def settle(model: Model, watch: Watch, announce: Announce) -> Settled | None:
    """Return the best plan by number and wishes; None when no plan keeps pins and requirements."""
    while True:
        announce(Level.PLACED)
        engine = Engine(model.program, watch)
        most = engine.solve(model.placed_costs)
        if most.infeasible:
            return None
        best, wishes = most, None
        if most.values is not None and most.value is not None:
            announce(Level.WISHES)
            engine.add_row(most.value, INFINITY, model.placed_terms)
            wishes = engine.solve(model.points, start=most.values)
            best = wishes if wishes.values is not None else most
        if best.values is None:
            return Settled(dict(model.fixed), _scores(model, dict(model.fixed), most, None))
        chosen = model.chosen(best.values)
        plan = lay_out(model, chosen, model.plan(best.values), watch)
        if not isinstance(plan, Clash):
            return Settled(plan, _scores(model, plan, most, wishes))
        columns = [model.choices[one][shape] for one, shape in plan.shapes.items()]
        model.program.row(-INFINITY, len(columns) - 1, dict.fromkeys(columns, 1.0))


def _scores(
    model: Model, plan: Plan, most: Outcome, wishes: Outcome | None
) -> tuple[LevelScore, ...]:
    """Add what the fixed applications count to values and bounds of the free ones."""
    fixed = len(model.fixed)
    placed = LevelScore(
        Level.PLACED,
        len(plan),
        None if most.bound is None else most.bound + fixed,
        proven=most.proven,
    )
    points = model.plan_points(plan)
    settled = model.plan_points(model.fixed)
    bound = None if wishes is None or wishes.bound is None else wishes.bound + settled
    level = LevelScore(Level.WISHES, points, bound, proven=False)
    # The wishes of the best number are proven only when that number is.
    return placed, replace(level, proven=placed.proven and bound is not None and bound <= points)
