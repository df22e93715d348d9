"""Reads of the workbench that ask the problem itself: why, what if, where wishes crowd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tgfair.core.allocation.explain import explain
from tgfair.core.allocation.fitting import Fitting, wish_rank
from tgfair.core.allocation.solution import Explanation
from tgfair.core.allocation.solve import evaluate
from tgfair.services.queries.allocation_plans import PlanView


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


def why_of(view: PlanView, code: str) -> Why | None:
    """Return why an application stands where the plan has it; None when it stands nowhere."""
    if code not in view.places:
        return None
    problem = view.cast.problem
    found = explain(problem, evaluate(problem, view.places), code)
    return Why(
        found,
        {one.id: one.name for one in problem.applicants},
        {one.id: one.label for one in problem.booths},
    )


def objections(view: PlanView, code: str) -> dict[str, str]:
    """Return for every booth's label why it does not suit the application; "" where it does."""
    fitting = Fitting(view.cast.problem)
    applicant = fitting.applicants.get(code)
    if applicant is None:
        return {}
    return {
        booth.label: " ".join(one.sentence for one in fitting.reasons(applicant, booth))
        for booth in view.cast.problem.booths
    }


def heat_of(view: PlanView) -> Heat:
    """Return how many applications wish for each place that suits them."""
    problem = view.cast.problem
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


def differences(first: PlanView, second: PlanView) -> list[Difference]:
    """Return whom the second plan places elsewhere than the first, losers first."""
    cast, before, after = first.cast, first.places, second.places
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
