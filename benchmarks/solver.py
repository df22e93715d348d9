"""B1: what the booth assignment proves, how fast, and how it grows; G9: plain assignment."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.figure import Figure, note
from benchmarks.instances import provincial
from tgfair.core.allocation.problem import Applicant, Booth, Limits, Problem, Wish, Zone
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

    def gap(self, level: Level) -> float:
        """Return the gap of a level in per cent of its bound."""
        gap = self.solution.score(level).gap
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
    yield Figure("B1-wishes-gap", max(run.gap(Level.WISHES) for run in runs), "%", 0.2)
    yield Figure("B1-wishes-proven", len(wishes), "of 10", 7, at_least=True)
    for applicants, booths in GROWTH:
        seconds, goal = {320: (60, 1.0), 1500: (120, 2.0)}.get(booths, (60, 1.0))
        run = measure(applicants, booths, 1, seconds - 5, 20_000)
        _tell(f"{applicants} x {booths}", run)
        yield Figure(f"B1-{booths}-placed-gap", run.gap(Level.PLACED), "%", goal)
        yield Figure(f"B1-{booths}-wishes-gap", run.gap(Level.WISHES), "%", goal)
        yield Figure(f"B1-{booths}-time", run.seconds, "s", seconds)


def plain() -> Iterator[Figure]:
    """Yield the time of 200 applications on 200 booths by wishes alone, no rule in the way."""
    applicants = tuple(
        Applicant(
            f"{i:03d}", f"{i}", wishes=tuple(Wish(booth=f"{(i * k) % 200:03d}") for k in (3, 7, 11))
        )
        for i in range(200)
    )
    booths = tuple(Booth(f"{i:03d}", f"{i}", "A", row="r", position=i) for i in range(200))
    limits = Limits(explain=False, moves=0)
    problem = Problem(booths, (Zone("A", "A"),), applicants, limits=limits)
    solve(problem)  # the import of the solver is not the assignment
    times = []
    for _ in range(3):
        started = time.perf_counter()
        solution = solve(problem)
        times.append(time.perf_counter() - started)
    if verify(problem, solution) or not solution.score(Level.WISHES).proven:
        raise SystemExit("G9: the plain assignment is wrong or not proven")
    yield Figure("G9", 1000 * sorted(times)[1], "ms", 100)


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
