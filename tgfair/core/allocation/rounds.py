"""Plans of large fairs: near a relaxation at first, then a few zones decided anew, again and again.

The prices of the relaxation tell where a plan loses what it lacks beside the bound: supply left
over in a zone, booths given to others than those whom the relaxation puts there. The more a zone
loses, the sooner it is decided anew, with zones that its applications would go to as well. Two
parts that share no zone are solved at once; which of them ends first makes no difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import isfinite

from tgfair.core.allocation.dice import Dice
from tgfair.core.allocation.engine import INFINITY, Engine, Outcome, Program, Relaxed, Watch
from tgfair.core.allocation.model import Model
from tgfair.core.allocation.parts import PER_PLACEMENT_FIRST, together

# What a relaxation gives as good as whole, and what it prices at nothing.
WHOLE, NOTHING = 1 - 1e-6, 1e-6
# Nodes and share of the seconds for the first plan, then for each part.
FIRST_NODES, FIRST_SHARE = 5, 0.1
NODES, SHARE = 30, 0.02
# So many placed applications are decided anew in a part: at first, at least, at most. After a part
# that was proven the next ones are a little larger, after one that was not smaller.
SIZE, LEAST, MOST = 70, 40, 400
GROW, SHRINK = 1.03, 0.9
# Beside them all without a place who wish to come in, and so many of those placed elsewhere.
HOPEFUL = 20
# Out of the zones leads what loses no more than this, in points.
OUT = 1
# A way from zone to zone is a wish that loses no more than so many points.
NEAR = 20
# A zone that loses nothing is drawn as often as one that loses so many points.
LOSSLESS = 10
# Rounds without any gain that end the search, and the share of the seconds that does.
PATIENCE = 60
ROUNDS_SHARE = 0.93


@dataclass(frozen=True, slots=True)
class Part:
    """Who is decided anew, and the columns that this concerns; all others stay."""

    anew: frozenset[str]
    columns: tuple[int, ...]


def from_guide(model: Model, watch: Watch, guide: Relaxed) -> tuple[int, ...] | None:
    """Return a good plan for a large fair; both levels count at once, nothing is proven here.

    `guide` relaxes the program with the costs `together(model, PER_PLACEMENT_FIRST)`. None when
    what it gives whole leaves no plan.
    """
    seconds = watch.left
    until = 0.0 if seconds == INFINITY else seconds * (1 - ROUNDS_SHARE)
    search = _Search(model, guide)
    if not search.begin(watch, seconds * FIRST_SHARE):
        return None
    size, idle = float(SIZE), 0
    while idle < PATIENCE and watch.left > until and not watch.over():
        search.tell(watch)
        parts = search.parts(round(size))
        outcomes = _at_once(search, watch, parts, seconds * SHARE)
        idle = 0 if search.take(parts, outcomes) else idle + 1
        if outcomes[0].proven and len(parts[0].anew) == len(model.choices):
            break
        for outcome in outcomes:
            size = min(size * GROW, MOST) if outcome.proven else max(size * SHRINK, LEAST)
    return tuple(search.values)


def _at_once(search: _Search, watch: Watch, parts: Sequence[Part], seconds: float) -> list[Outcome]:
    watches = [watch.beside(seconds=seconds, asks=number == 0) for number in range(len(parts))]
    with ThreadPoolExecutor(1) as other:
        later = [
            other.submit(search.solve, part, its)
            for part, its in zip(parts[1:], watches[1:], strict=True)
        ]
        outcomes = [search.solve(parts[0], watches[0]), *(one.result() for one in later)]
    watch.spent += max(one.spent for one in watches)
    return outcomes


class _Search:
    """A plan that is made better, with what it uses of each row."""

    def __init__(self, model: Model, guide: Relaxed) -> None:
        self._model, self._guide, self._program = model, guide, model.program
        self._dice = Dice(model.problem.limits.seed)
        self._costs = together(model, PER_PLACEMENT_FIRST)
        self._zones = {
            column: choice.zone
            for choices in model.choices.values()
            for choice, column in choices.items()
        }
        self._rows = _by_column(model.program)
        # Columns of no application, by zone: where blocks lie, and which booths a choice means.
        self._rest = self._others_by_zone()
        self._priced = list(self._priced_rows())
        self._ways = {
            one: {
                choice.zone
                for choice, column in choices.items()
                if column in model.points and guide.shortfalls[column] > -NEAR
            }
            for one, choices in model.choices.items()
        }
        self.values = [0] * len(self._rows)
        self._used = [0.0] * len(self._program.rows)

    def _priced_rows(self) -> Iterator[tuple[int, float, float, str]]:
        """Yield the rows of one zone that lose something when not full: price, limit, zone."""
        for row, price in enumerate(self._guide.prices):
            lower, upper, _ = self._program.rows[row]
            limit, zone = upper if price > 0 else lower, self._zone_of(row)
            if abs(price) > NOTHING and isfinite(limit) and zone is not None:
                yield row, price, limit, zone

    def _zone_of(self, row: int) -> str | None:
        """Return the one zone of a row, None for rows that join several."""
        terms = self._program.rows[row][2]
        zones = {self._zones[column] for column in terms if column in self._zones}
        return zones.pop() if len(zones) == 1 else None

    def begin(self, watch: Watch, seconds: float) -> bool:
        """Take what the guide gives whole and the best for the others; False if that fails."""
        kept = {column for column in self._zones if self._guide.values[column] > WHOLE}
        self._move(dict.fromkeys(kept, 1))
        choices = self._model.choices
        part = self._part(one for one in choices if kept.isdisjoint(choices[one].values()))
        its = watch.beside(seconds=seconds, asks=True)
        outcome = self.solve(part, its, nodes=FIRST_NODES, begun=False)
        watch.spent += its.spent
        if outcome.values is not None:
            self._move(dict(zip(part.columns, outcome.values, strict=True)))
        return outcome.values is not None

    def solve(self, part: Part, watch: Watch, *, nodes: int = NODES, begun: bool = True) -> Outcome:
        """Return the best values of a part's columns while all others stay."""
        if not part.columns:
            return Outcome((), 0, 0, proven=True, infeasible=False)
        costs = {new: self._costs.get(old, 0) for new, old in enumerate(part.columns)}
        start = [self.values[column] for column in part.columns] if begun else None
        return Engine(self._cut(part), watch).solve(costs, start=start, nodes=nodes)

    def _cut(self, part: Part) -> Program:
        """Return the program of a part alone."""
        program = Program(
            [self._program.upper[column] for column in part.columns],
            [self._program.integer[column] for column in part.columns],
        )
        rows: dict[int, dict[int, float]] = defaultdict(dict)
        taken = defaultdict[int, float](float)
        for new, column in enumerate(part.columns):
            for row, factor in self._rows[column]:
                rows[row][new] = factor
                taken[row] += factor * self.values[column]
        for row in sorted(rows):
            lower, upper, _ = self._program.rows[row]
            others = self._used[row] - taken[row]
            program.rows.append((lower - others, upper - others, rows[row]))
        return program

    def parts(self, size: int) -> list[Part]:
        """Return two parts of about `size` placed applications that share no zone, or the whole."""
        where = {one: choice.zone for one, choice in self._model.chosen(self.values).items()}
        crowds: dict[str, list[str]] = defaultdict(list)
        for one, zone in where.items():
            crowds[zone].append(one)
        if len(where) <= size:
            return [self._part(self._model.choices)]
        losses = self._losses()
        first = self._gathered(crowds, losses, size)
        second = self._gathered({z: crowds[z] for z in crowds.keys() - first}, losses, size)
        found, anew = list[Part](), set[str]()
        for zones in (first, second):
            inside = {one for zone in zones for one in crowds[zone]}
            fresh = inside.union(self._from_outside(where, zones)) - anew
            anew |= fresh
            found.append(self._part(fresh, zones))
        return found

    def _gathered(
        self, crowds: Mapping[str, Sequence[str]], losses: Mapping[str, float], size: int
    ) -> set[str]:
        """Return zones with as many placed applications as that, each led to by the ones before."""
        zones, ways = set[str](), set[str]()
        left = size
        while left > 0 and len(zones) < len(crowds):
            ways &= crowds.keys() - zones
            zone = self._drawn(sorted(ways or crowds.keys() - zones), losses)
            zones.add(zone)
            left -= len(crowds[zone])
            ways = ways.union(*(self._ways[one] for one in crowds[zone]))
        return zones

    def _drawn(self, zones: Sequence[str], losses: Mapping[str, float]) -> str:
        weights = [LOSSLESS + int(losses.get(zone, 0)) for zone in zones]
        left = self._dice.below(sum(weights))
        for zone, weight in zip(zones, weights, strict=True):
            if left < weight:
                return zone
            left -= weight
        raise AssertionError("the dice showed more than all weights")

    def _losses(self) -> dict[str, float]:
        """Return what each zone loses beside the bound, in points."""
        losses: dict[str, float] = defaultdict(float)
        for row, price, limit, zone in self._priced:
            losses[zone] += price * (limit - self._used[row])
        for column, zone in self._zones.items():
            if self.values[column]:
                losses[zone] -= min(0.0, self._guide.shortfalls[column])
        return losses

    def _from_outside(self, where: Mapping[str, str], zones: set[str]) -> list[str]:
        """Return who would get a better wish inside: all without a place, some with one."""
        waiting, hopeful = list[str](), list[str]()
        points = self._model.points
        for one, choices in self._model.choices.items():
            if where.get(one) in zones:
                continue
            got = max((points.get(c, 0) for c in choices.values() if self.values[c]), default=0)
            if any(ch.zone in zones and points.get(c, 0) > got for ch, c in choices.items()):
                (hopeful if one in where else waiting).append(one)
        while len(hopeful) > HOPEFUL:
            hopeful.pop(self._dice.below(len(hopeful)))
        return waiting + hopeful

    def _others_by_zone(self) -> dict[str, list[int]]:
        """Return the columns that belong to no application; rows link them to those that do."""
        zones: dict[int, str] = {}
        waiting = [c for c in range(len(self._rows)) if c not in self._zones]
        while waiting:
            left = list[int]()
            for column in waiting:
                linked = (
                    zones.get(other) or self._zones.get(other)
                    for row, _ in self._rows[column]
                    for other in self._program.rows[row][2]
                )
                zone = next((one for one in linked if one is not None), None)
                if zone is None:
                    left.append(column)
                else:
                    zones[column] = zone
            if len(left) == len(waiting):
                break  # nobody can take them
            waiting = left
        found: dict[str, list[int]] = defaultdict(list)
        for column, zone in zones.items():
            found[zone].append(column)
        return found

    def _part(self, anew: Iterable[str], zones: Collection[str] | None = None) -> Part:
        """Return a part whose applications go into these zones, stay, or leave at no loss."""
        names, columns, places = frozenset(anew), set[int](), set[str]()
        for one in names:
            for choice, column in self._model.choices[one].items():
                inside = zones is None or choice.zone in zones or self.values[column]
                if inside or self._guide.shortfalls[column] > -OUT:
                    columns.add(column)
                    places.add(choice.zone)
        for zone in self._rest if zones is None else places:
            columns.update(self._rest.get(zone, ()))
        return Part(names, tuple(sorted(columns)))

    def take(self, parts: Sequence[Part], outcomes: Sequence[Outcome]) -> bool:
        """Move to what is better; of two parts the second only where the first left room."""
        before = list(self.values)
        gained = False
        for part, outcome in zip(parts, outcomes, strict=True):
            found = zip(part.columns, outcome.values or (), strict=outcome.values is not None)
            new = {column: value for column, value in found if value != before[column]}
            if any(self.values[column] != before[column] for column in new):
                continue
            self._move(new)
            if self._gain(before, new) > (0, 0) and self._keeps_rows(new):
                gained = True
            else:
                self._move({column: before[column] for column in new})
        return gained

    def _move(self, new: Mapping[int, int]) -> None:
        for column, value in new.items():
            change = value - self.values[column]
            if change:
                self.values[column] = value
                for row, factor in self._rows[column]:
                    self._used[row] += factor * change

    def _gain(self, before: Sequence[int], new: Mapping[int, int]) -> tuple[int, int]:
        """Return how many placements and points more than before these values bring."""
        changes = {c: value - before[c] for c, value in new.items() if c in self._zones}
        points = self._model.points
        return sum(changes.values()), sum(points.get(c, 0) * by for c, by in changes.items())

    def _keeps_rows(self, new: Iterable[int]) -> bool:
        for row in {row for column in new for row, _ in self._rows[column]}:
            lower, upper, _ = self._program.rows[row]
            if not lower - NOTHING <= self._used[row] <= upper + NOTHING:
                return False
        return True

    def tell(self, watch: Watch) -> None:
        """Tell the wish points, beside what the guide leaves for wishes with this number placed."""
        if watch.tell is None:
            return
        placed, points = self._gain([0] * len(self.values), dict(enumerate(self.values)))
        high = PER_PLACEMENT_FIRST * max(self._model.points.values(), default=1)
        watch.tell(points, self._guide.bound - high * placed, watch.spent)


def _by_column(program: Program) -> list[list[tuple[int, float]]]:
    """Return the rows of each column, with the factors there."""
    columns: list[list[tuple[int, float]]] = [[] for _ in program.upper]
    for row, (_, _, terms) in enumerate(program.rows):
        for column, factor in terms.items():
            columns[column].append((row, factor))
    return columns
