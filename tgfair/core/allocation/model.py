"""The hard rules as an integer program over the shapes, and its answer as booths again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise

from tgfair.core.allocation.capacity import add_capacity, add_feed
from tgfair.core.allocation.engine import INFINITY, Program
from tgfair.core.allocation.fitting import Fitting, wish_points, wish_rank
from tgfair.core.allocation.problem import Applicant, Booth, Problem
from tgfair.core.allocation.shapes import Choice, Shape, find_shapes

Plan = dict[str, tuple[Booth, ...]]


class Model:
    """The program of the free applications: who gets which shape, and where shapes lie.

    The shapes of a zone that are equal to an application are one choice, and only the number of
    those with the same choice is spread over the shapes: else the search would try the same plan
    with names exchanged.
    """

    def __init__(self, problem: Problem, fitting: Fitting) -> None:
        self.problem = problem
        self.fitting = fitting
        self.fixed: Plan = {
            pin.applicant: tuple(fitting.booths[b] for b in pin.booths) for pin in problem.fixed
        }
        taken = frozenset(b.id for booths in self.fixed.values() for b in booths)
        # The seed, not the name, decides between plans that are equally good.
        self.free = sorted(
            (a for a in problem.applicants if a.id not in self.fixed),
            key=lambda a: sha256(f"{problem.limits.seed}:{a.id}".encode()).digest(),
        )
        self.shapes = find_shapes(fitting, self.free, taken)
        self._class_of = {
            booth.id: number
            for number, booths in enumerate(self.shapes.members)
            for booth in booths
            if len(booths) > 1
        }
        self.program = Program()
        # The column that gives an application a choice, per application.
        self.choices: dict[str, dict[Choice, int]] = {}
        self.points: dict[int, int] = {}
        self._inside: dict[tuple[int, int], int] = {}  # segment, units -> how many blocks
        self._crossing: list[int] = []
        self._spread: dict[Choice, dict[Shape, int]] = {}  # how many of a choice get a shape
        self._takers: dict[Shape, list[int]] = defaultdict(list)
        self._looks: dict[Shape, list[Booth]] = {}
        self._add_choices()
        self._add_places()
        self._add_feeds()
        self._add_owner_caps()

    @property
    def placed_costs(self) -> dict[int, int]:
        """Return the goal of the first level: one for every application that gets a place."""
        return {column: 1 for choices in self.choices.values() for column in choices.values()}

    @property
    def placed_terms(self) -> dict[int, float]:
        """Return the same as coefficients of a row."""
        return dict.fromkeys(self.placed_costs, 1.0)

    def ranks(self, applicant: Applicant) -> dict[int, int]:
        """Return how good each column is for the applicant: 1 without a wish, best the first."""
        best = len(applicant.wishes) + 2
        out = {}
        for choice, column in self.choices[applicant.id].items():
            rank = wish_rank(applicant, self._representative(choice.shapes[0]))
            out[column] = 1 if rank is None else best - rank
        return out

    def holds(self, one: str, booth: str) -> bool:
        """Return whether the application has this booth before the search begins."""
        return any(b.id == booth for b in self.fixed.get(one, ()))

    def blocks(self, choice: Choice) -> list[tuple[Booth, ...]]:
        """Return every place on the plan that this choice means."""
        return [block for shape in choice.shapes for block in self._blocks(shape)]

    def _blocks(self, shape: Shape) -> list[tuple[Booth, ...]]:
        if shape.booth:
            return [(self.fitting.booths[shape.booth],)]
        if not shape.inside:
            return [c.booths for c in self.shapes.crossings if c.shape == shape]
        return [
            segment.booths[start : start + shape.units]
            for segment in self.shapes.segments
            if segment.booth_class == shape.classes[0][0]
            for start in range(len(segment.booths) - shape.units + 1)
        ]

    def _representative(self, shape: Shape) -> list[Booth]:
        known = self._looks.get(shape)
        if known is None:
            members = [self.shapes.members[number] for number, _ in shape.classes]
            # One of many stands for any of them, so it must not look like the one asked for.
            known = [m[0] if len(m) == 1 else replace(m[0], id="") for m in members]
            if shape.booth:
                known = [self.fitting.booths[shape.booth]]
            self._looks[shape] = known
        return known

    def _asked_for(self, applicant: Applicant) -> list[Shape]:
        """Return the single booths that the application names and that share their class."""
        named = [wish.booth for wish in applicant.wishes if wish.booth in self._class_of]
        return [
            Shape(self.fitting.booths[one].zone, 1, ((self._class_of[one], 1),), one)
            for one in dict.fromkeys(named)
            if one is not None and applicant.units == 1
        ]

    def _shapes_by_units(self) -> dict[int, list[Shape]]:
        found: dict[Shape, None] = {}
        units = {a.units for a in self.free}
        for segment in self.shapes.segments:
            for size in sorted(units):
                if size <= len(segment.booths):
                    zone = segment.booths[0].zone
                    found[Shape(zone, size, ((segment.booth_class, size),))] = None
        for crossing in self.shapes.crossings:
            found[crossing.shape] = None
        out: dict[int, list[Shape]] = defaultdict(list)
        for shape in found:
            out[shape.units].append(shape)
        return out

    def _add_choices(self) -> None:
        shapes = self._shapes_by_units()
        together: dict[Choice, list[int]] = defaultdict(list)
        for applicant in self.free:
            columns: dict[Choice, int] = {}
            for choice, points in self._choices_of(applicant, shapes[applicant.units]):
                column = columns[choice] = self.program.column()
                together[choice].append(column)
                if points:
                    self.points[column] = points
            self.choices[applicant.id] = columns
            least = 1 if applicant.id in self.problem.rules.required else 0
            if columns or least:
                self.program.row(least, 1, dict.fromkeys(columns.values(), 1.0))
        for choice, takers in together.items():
            self._add_spread(choice, takers)

    def _choices_of(
        self, applicant: Applicant, shapes: list[Shape]
    ) -> Iterator[tuple[Choice, int]]:
        """Yield what suits the application, by zone and granted wish, with the wish points."""
        rules = self.problem.rules
        cap = rules.cap_per_subject
        if cap is not None and applicant.units > cap:
            return
        equal: dict[tuple[str, int | None], list[Shape]] = defaultdict(list)
        for shape in [*shapes, *self._asked_for(applicant)]:
            if all(applicant.id in self.shapes.suited[number] for number, _ in shape.classes):
                rank = wish_rank(applicant, self._representative(shape))
                equal[shape.zone, rank].append(shape)
        for (zone, _), alike in equal.items():
            points = wish_points(applicant, self._representative(alike[0]), rules.weights.wishes)
            yield Choice(zone, tuple(alike)), points

    def _add_spread(self, choice: Choice, takers: list[int]) -> None:
        if len(choice.shapes) == 1:
            self._takers[choice.shapes[0]].extend(takers)
            return
        spread = {
            shape: self.program.column(1 if shape.booth else len(takers)) for shape in choice.shapes
        }
        self._spread[choice] = spread
        terms = dict.fromkeys(takers, 1.0) | dict.fromkeys(spread.values(), -1.0)
        self.program.row(0, 0, terms)
        for shape, column in spread.items():
            self._takers[shape].append(column)

    def _add_places(self) -> None:
        """Blocks have to lie somewhere; single booths take what the blocks leave of a class."""
        segments, crossings = self.shapes.segments, self.shapes.crossings
        used: list[dict[int, float]] = [{} for _ in segments]
        borders: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
        places: dict[Shape, dict[int, float]] = defaultdict(dict)
        for crossing in crossings:
            column = self.program.column()
            self._crossing.append(column)
            places[crossing.shape][column] = -1.0
            for number, taken in crossing.takes:
                used[number][column] = float(taken)
            numbers = [number for number, _ in crossing.takes]
            for border in pairwise(numbers):
                borders[border][column] = 1.0
        for number, segment in enumerate(segments):
            self._add_blocks(number, segment.booth_class, len(segment.booths), used, places)
        self._add_singles(used)
        for terms in borders.values():
            self.program.row(-INFINITY, 1, terms)
        for shape, columns in self._takers.items():
            if shape.units > 1:
                takers = dict.fromkeys(columns, 1.0)
                self.program.row(-INFINITY, 0, takers | places[shape])

    def _add_blocks(
        self,
        number: int,
        booth_class: int,
        length: int,
        used: list[dict[int, float]],
        places: dict[Shape, dict[int, float]],
    ) -> None:
        for shape in self._takers:
            if shape.units < 2 or shape.classes != ((booth_class, shape.units),):  # noqa: PLR2004 -- a block has two or more
                continue
            if shape.units <= length:
                column = self.program.column(length // shape.units)
                self._inside[number, shape.units] = column
                used[number][column] = float(shape.units)
                places[shape][column] = -1.0

    def _add_singles(self, used: list[dict[int, float]]) -> None:
        by_class: dict[int, dict[int, float]] = defaultdict(dict)
        for number, segment in enumerate(self.shapes.segments):
            if used[number]:
                self.program.row(-INFINITY, len(segment.booths), used[number])
            for column, taken in used[number].items():
                row = by_class[segment.booth_class]
                row[column] = row.get(column, 0.0) + taken
        singles: dict[int, list[int]] = defaultdict(list)
        for shape, columns in self._takers.items():
            if shape.units == 1:
                singles[shape.classes[0][0]].extend(columns)
            if shape.booth and len(columns) > 1:
                self.program.row(-INFINITY, 1, dict.fromkeys(columns, 1.0))
        for number, booths in enumerate(self.shapes.members):
            takers = dict.fromkeys(singles.get(number, ()), 1.0)
            if takers:
                self.program.row(-INFINITY, len(booths), takers | by_class[number])

    def _add_feeds(self) -> None:
        for zone in self.problem.zones:
            if zone.feed_w is None:
                continue
            left = zone.feed_w - sum(
                self.fitting.applicants[one].power_w
                for one, booths in self.fixed.items()
                if any(booth.zone == zone.code for booth in booths)
            )
            terms = {
                column: applicant.power_w
                for applicant in self.free
                if applicant.power_w
                for choice, column in self.choices[applicant.id].items()
                if choice.zone == zone.code
            }
            add_feed(self.program, terms, max(left, 0))

    def _add_owner_caps(self) -> None:
        cap = self.problem.rules.cap_per_owner
        if cap is None:
            return
        groups: dict[str, list[Applicant]] = defaultdict(list)
        for applicant in self.problem.applicants:
            if applicant.owner is not None:
                groups[applicant.owner].append(applicant)
        for members in groups.values():
            left = cap - sum(len(self.fixed.get(one.id, ())) for one in members)
            terms = {
                column: one.units
                for one in members
                for column in self.choices.get(one.id, {}).values()
            }
            add_capacity(self.program, terms, max(left, 0))

    def plan_points(self, plan: Plan) -> int:
        """Return the wish points of a plan."""
        points, applicants = self.problem.rules.weights.wishes, self.fitting.applicants
        return sum(wish_points(applicants[one], booths, points) for one, booths in plan.items())

    def chosen(self, values: Sequence[int]) -> dict[str, Choice]:
        """Return the choice each placed application got."""
        return {
            one: choice
            for one, choices in self.choices.items()
            for choice, column in choices.items()
            if values[column]
        }

    def _waiting(self, values: Sequence[int]) -> dict[Shape, list[str]]:
        """Return who gets which shape."""
        together: dict[Choice, list[str]] = defaultdict(list)
        for one, choice in self.chosen(values).items():
            together[choice].append(one)
        waiting: dict[Shape, list[str]] = defaultdict(list)
        for choice, names in together.items():
            spread = self._spread.get(choice)
            for shape in choice.shapes:
                count = len(names) if spread is None else values[spread[shape]]
                if count:
                    waiting[shape].extend(names.pop() for _ in range(count))
        return waiting

    def plan(self, values: Sequence[int]) -> Plan:
        """Return the booths of everybody placed, the fixed ones included."""
        waiting = self._waiting(values)
        plan: Plan = dict(self.fixed)
        blocked: set[str] = set()
        for column, crossing in zip(self._crossing, self.shapes.crossings, strict=True):
            if values[column] and waiting[crossing.shape]:
                plan[waiting[crossing.shape].pop()] = crossing.booths
                blocked.update(booth.id for booth in crossing.booths)
        for shape in [shape for shape in waiting if shape.booth]:
            plan[waiting.pop(shape)[0]] = (self.fitting.booths[shape.booth],)
            blocked.add(shape.booth)
        left: dict[int, list[Booth]] = defaultdict(list)
        for number, segment in enumerate(self.shapes.segments):
            free = [booth for booth in segment.booths if booth.id not in blocked]
            for shape in [s for s in waiting if s.classes == ((segment.booth_class, s.units),)]:
                inside = self._inside.get((number, shape.units))
                count = 0 if inside is None else values[inside]
                while count and waiting[shape]:
                    plan[waiting[shape].pop()] = tuple(free[: shape.units])
                    free = free[shape.units :]
                    count -= 1
            left[segment.booth_class].extend(free)
        for shape, names in waiting.items():
            for one in names:
                plan[one] = (left[shape.classes[0][0]].pop(),)
        return plan
