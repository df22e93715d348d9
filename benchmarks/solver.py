"""B1: what the booth assignment proves, how fast, and how it grows."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.figure import Figure, note
from benchmarks.instances import provincial
from tgfair.core.allocation.problem import Limits
from tgfair.core.allocation.solution import Level, Progress, Solution
from tgfair.core.allocation.solve import solve
from tgfair.core.allocation.verify import verify

# Applications and booths of a provincial fair; ten seeds over the range of the goal.
PROVINCIAL = [(140 + 3 * seed + seed // 3, 150) for seed in range(10)]
GROWTH = [(50, 50), (155, 150), (300, 320), (500, 500), (1500, 1500)]


@dataclass(frozen=True)
class Measured:
    """One run: when the number was proven, when all ended, and what it found."""

    solution: Solution
    placed_seconds: float
    seconds: float

    @property
    def wish_gap(self) -> float:
        """Return the gap of the wishes in per cent of the bound."""
        gap = self.solution.score(Level.WISHES).gap
        return 100.0 if gap is None else 100 * gap


def measure(applicants: int, booths: int, seed: int, seconds: float, moves: int) -> Measured:
    """Solve one fair with a limit of seconds inside the solver, and check the result."""
    problem = provincial(seed, applicants, booths)
    limits = Limits(seed=seed, nodes=10**9, moves=moves, seconds=seconds, explain=False)
    problem = replace(problem, limits=limits)
    later: list[float] = []

    def heard(progress: Progress) -> None:
        if progress.level is Level.WISHES:
            later.append(progress.seconds)

    started = time.perf_counter()
    solution = solve(problem, on_progress=heard)
    took = time.perf_counter() - started
    wrong = verify(problem, solution)
    if wrong:
        raise SystemExit(f"verify disagrees on {applicants} x {booths}, seed {seed}: {wrong[:3]}")
    return Measured(solution, later[0] if later else took, took)


def figures() -> Iterator[Figure]:
    """Yield the figures of the ten provincial fairs, then of the larger ones."""
    runs = []
    for seed, (applicants, booths) in enumerate(PROVINCIAL):
        run = measure(applicants, booths, seed, 20, 20_000)
        runs.append(run)
        _tell(f"{applicants} x {booths}, seed {seed}", run)
    proven = [run for run in runs if run.solution.score(Level.PLACED).proven]
    wishes = [run for run in runs if run.solution.score(Level.WISHES).proven]
    yield Figure("B1-placed-proven", len(proven), "of 10", 10, at_least=True)
    yield Figure("B1-placed-slowest", max(run.placed_seconds for run in runs), "s", 10)
    yield Figure("B1-wishes-gap", max(run.wish_gap for run in runs), "%", 0.2)
    yield Figure("B1-wishes-proven", len(wishes), "of 10", 7, at_least=True)
    for applicants, booths in GROWTH:
        seconds, goal = {320: (60, 1.0), 1500: (120, 2.0)}.get(booths, (60, 1.0))
        run = measure(applicants, booths, 1, seconds - 5, 20_000)
        _tell(f"{applicants} x {booths}", run)
        yield Figure(f"B1-{booths}-gap", run.wish_gap, "%", goal)
        yield Figure(f"B1-{booths}-time", run.seconds, "s", seconds)


def _tell(name: str, run: Measured) -> None:
    scores = ", ".join(
        f"{score.level} {score.value}" + (f" of {score.bound}" if score.bound is not None else "")
        for score in run.solution.scores
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note(
        f"{name}: {scores}; number after {run.placed_seconds:.1f} s, "
        f"all after {run.seconds:.1f} s, peak {peak:.0f} MiB"
    )
