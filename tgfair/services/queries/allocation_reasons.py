"""Reads of the workbench that ask the problem itself: why, what if, where wishes crowd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tgfair.core.allocation.explain import explain
from tgfair.core.allocation.fitting import Fitting, wish_rank
from tgfair.core.allocation.solution import Explanation
from tgfair.core.allocation.solve import evaluate
from tgfair.models.assignment import AllocationRun
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require
from tgfair.services.allocation_edits import standing_plan
from tgfair.services.allocation_problems import Cast, cast_of
from tgfair.services.allocation_publishing import Check, check_plan
from tgfair.services.allocation_runs import load_run
from tgfair.services.allocation_settings import Settings, settings_from_json
from tgfair.services.uow import reader


@dataclass(frozen=True)
class Difference:
    """What another plan means for one application; `gain` in points of wishes."""

    code: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    wish_before: int | None
    wish_after: int | None
    gain: int


@dataclass(frozen=True)
class Why:
    """The why-card of one application with the names that its sentences need."""

    found: Explanation
    names: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Heat:
    """Wishes: by booth's label how many it suits; by zone its booths and its wishes 1, 2, 3."""

    booths: Mapping[str, int]
    zones: tuple[tuple[str, int, tuple[int, ...]], ...]


def why_of(actor: Actor, fair: Fair, label: str, code: str) -> Why | None:
    """Return why an application stands where the plan has it; None when it stands nowhere."""
    run, cast = _run_and_cast(actor, fair, label)
    places = standing_plan(run, cast)
    if code not in places:
        return None
    found = explain(cast.problem, evaluate(cast.problem, places), code)
    return Why(
        found,
        {one.id: one.name for one in cast.problem.applicants},
        {one.id: one.label for one in cast.problem.booths},
    )


def objections(actor: Actor, fair: Fair, label: str, code: str) -> dict[str, str]:
    """Return for every booth's label why it does not suit the application; "" where it does."""
    _, cast = _run_and_cast(actor, fair, label)
    fitting = Fitting(cast.problem)
    applicant = fitting.applicants.get(code)
    if applicant is None:
        return {}
    return {
        booth.label: " ".join(one.sentence for one in fitting.reasons(applicant, booth))
        for booth in cast.problem.booths
    }


def _run_and_cast(actor: Actor, fair: Fair, label: str) -> tuple[AllocationRun, Cast]:
    session = reader()
    run = load_run(session, actor, fair.id, label)
    return run, cast_of(session, fair, settings_from_json(run.settings))


def heat_of(actor: Actor, fair: Fair) -> Heat:
    """Return how many applications wish for each place that suits them."""
    require(actor, Action.ASSIGN_BOOTHS, fair)
    problem = cast_of(reader(), fair, Settings()).problem
    fitting = Fitting(problem)
    heat: Counter[str] = Counter({booth.label: 0 for booth in problem.booths})
    for one in problem.applicants:
        wished = {wish.zone for wish in one.wishes}
        for booth in problem.booths:
            if booth.zone in wished and fitting.suits(one, booth):
                heat[booth.label] += 1
    ranks = Counter(
        (wish.zone, rank) for one in problem.applicants for rank, wish in enumerate(one.wishes, 1)
    )
    size = Counter(booth.zone for booth in problem.booths if booth.blocked is None)
    zones = tuple(
        (zone.label, size[zone.code], tuple(ranks[zone.code, rank] for rank in (1, 2, 3)))
        for zone in problem.zones
    )
    return Heat(dict(heat), zones)


def publishing_check(actor: Actor, fair: Fair, label: str) -> tuple[Check, Cast]:
    """Return what publishing the plan now would do, with the names for it."""
    run, cast = _run_and_cast(actor, fair, label)
    return check_plan(actor, run, cast), cast


def differences(actor: Actor, fair: Fair, label: str, other: str) -> list[Difference]:
    """Return whom the plan `other` places elsewhere than `label`, losers first."""
    run, cast = _run_and_cast(actor, fair, label)
    second = load_run(reader(), actor, fair.id, other)
    before, after = standing_plan(run, cast), standing_plan(second, cast)
    booths = {one.id: one for one in cast.problem.booths}
    points = cast.problem.rules.weights.wishes

    def worth(rank: int | None) -> int:
        return points[rank - 1] if rank is not None and rank <= len(points) else 0

    out = []
    for one in cast.problem.applicants:
        old, new = before.get(one.id, ()), after.get(one.id, ())
        if set(old) == set(new):
            continue
        ranks = [wish_rank(one, [booths[key] for key in keys]) for keys in (old, new)]
        out.append(
            Difference(
                one.id,
                one.name,
                tuple(booths[key].label for key in old),
                tuple(booths[key].label for key in new),
                ranks[0],
                ranks[1],
                worth(ranks[1]) - worth(ranks[0]),
            )
        )
    return sorted(out, key=lambda one: (one.gain, bool(one.after), one.name))
