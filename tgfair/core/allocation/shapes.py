"""The free booths seen as few kinds of places, so that the program stays small.

Two booths are of one class when the same applications may stand there (and no wish for one of them
tells them apart where blocks may lie).
A segment is a run of neighbours of one class. Blocks of booths inside one segment may stand in any
order, so only their number matters; a block over the border of segments has a place of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tgfair.core.allocation.fitting import Fitting, facts_key
from tgfair.core.allocation.problem import Applicant, Booth


@dataclass(frozen=True, slots=True)
class Shape:
    """What a block of `units` booths looks like: how many of each class, in order of class.

    `booth` is set where a single application asked for just this booth of its class.
    """

    zone: str
    units: int
    classes: tuple[tuple[int, int], ...]
    booth: str = ""

    @property
    def inside(self) -> bool:
        """Return whether the block lies within one class, and so within one segment."""
        return len(self.classes) == 1


@dataclass(frozen=True, slots=True)
class Choice:
    """What an application may get in a zone: one of these shapes, which are all equal to it."""

    zone: str
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """Neighbouring free booths of one class."""

    booth_class: int
    booths: tuple[Booth, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A place for a block over borders: its booths and how many it takes of each segment."""

    shape: Shape
    booths: tuple[Booth, ...]
    # Segment number and booths taken there, from left to right; borders lie between them.
    takes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """All places for the free applications."""

    members: tuple[tuple[Booth, ...], ...]  # booths by class
    suited: tuple[frozenset[str], ...]  # applications by class
    segments: tuple[Segment, ...]
    crossings: tuple[Crossing, ...]


def find_shapes(fitting: Fitting, applicants: Sequence[Applicant], taken: frozenset[str]) -> Shapes:
    """Return the places that the booths not `taken` offer to these applications."""
    classes, suited = _classes(fitting, applicants, taken)
    members: list[list[Booth]] = [[] for _ in suited]
    segments: list[Segment] = []
    crossings: list[Crossing] = []
    units = sorted({a.units for a in applicants if a.units > 1})
    for run in _runs(fitting, classes):
        first = len(segments)
        for number, booths in groupby(run, key=lambda b: classes[b.id]):
            segments.append(Segment(number, tuple(booths)))
            members[number].extend(segments[-1].booths)
        owner = [number for number in range(first, len(segments)) for _ in segments[number].booths]
        for size in units:
            crossings.extend(_crossings(run, owner, size, segments))
    return Shapes(tuple(tuple(m) for m in members), suited, tuple(segments), tuple(crossings))


def _classes(
    fitting: Fitting, applicants: Sequence[Applicant], taken: frozenset[str]
) -> tuple[dict[str, int], tuple[frozenset[str], ...]]:
    """Number the classes of the free booths that suit anybody, and say whom each suits.

    A booth that somebody asked for by name is a class of its own where blocks may lie, since there
    its place in the row matters.
    """
    named = {wish.booth for a in applicants for wish in a.wishes if wish.booth is not None}
    many = frozenset(a.id for a in applicants if a.units > 1)
    suited: dict[object, frozenset[str]] = {}
    numbers: dict[tuple[str, frozenset[str], str], int] = {}
    out: dict[str, int] = {}
    for booth in (b for row in fitting.rows for b in row):
        if booth.blocked is not None or booth.id in taken:
            continue
        key = facts_key(booth)
        if key not in suited:
            suited[key] = frozenset(a.id for a in applicants if fitting.suits(a, booth))
        if not suited[key]:
            continue
        own = booth.id if booth.id in named and suited[key] & many else ""
        signature = (booth.zone, suited[key], own)
        out[booth.id] = numbers.setdefault(signature, len(numbers))
    return out, tuple(whom for _, whom, _ in numbers)


def _runs(fitting: Fitting, classes: dict[str, int]) -> list[list[Booth]]:
    runs = []
    for row in fitting.rows:
        for usable, booths in groupby(row, key=lambda b: b.id in classes):
            if usable:
                runs.append(list(booths))
    return runs


def _crossings(
    run: list[Booth], owner: list[int], size: int, segments: list[Segment]
) -> list[Crossing]:
    out = []
    for start in range(len(run) - size + 1):
        covered = owner[start : start + size]
        if covered[0] == covered[-1]:
            continue
        takes = tuple((number, covered.count(number)) for number in sorted(set(covered)))
        counts: dict[int, int] = {}
        for number, taken in takes:
            booth_class = segments[number].booth_class
            counts[booth_class] = counts.get(booth_class, 0) + taken
        shape = Shape(run[0].zone, size, tuple(sorted(counts.items())))
        out.append(Crossing(shape, tuple(run[start : start + size]), takes))
    return out
