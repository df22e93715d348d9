"""What is to be assigned, and by which rules: plain values, complete before anything is solved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from tgfair.core.errors import InvalidError


class Mode(StrEnum):
    """How a plan is sought."""

    OPTIMISE = "optimise"
    LOTS = "lots"
    FILL = "fill"


MODE_NAMES = {
    Mode.OPTIMISE: "Tối ưu chung",
    Mode.LOTS: "Theo số bốc thăm",
    Mode.FILL: "Chỉ xếp những cơ sở chưa có gian",
}


@dataclass(frozen=True, slots=True)
class Booth:
    """One booth. `row` and `position` say who stands side by side: numbers that follow each other.

    `area` in square metres. `good` marks a sought-after place (by an entrance, at the stage), `bad`
    a poor one. `blocked` gives the reason why nobody may have it.
    """

    id: str
    label: str
    zone: str
    kind: str = "standard"
    power_w: int = 0
    water: bool = False
    cooling: bool = False
    cooking: bool = False
    corner: bool = False
    area: float = 9
    row: str = ""
    position: int = 0
    good: bool = False
    bad: bool = False
    blocked: str | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the plan; `None` accepts everybody. `feed_w` is what its supply carries in all."""

    code: str
    label: str
    groups: frozenset[str] | None = None
    exhibitor_kinds: frozenset[str] | None = None
    feed_w: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A zone, or one booth by its id."""

    zone: str | None = None
    booth: str | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """An application in the competition for booths.

    `units` booths in one row, each of which has to meet the needs; `power_w` counts once against
    the zone's supply. `owner` names a group of subjects with one owner, `cooperative` one whose
    members like to stand together. `badness` is how poor last year's place was (0 to 3), `lot` the
    number drawn (1 is first).
    """

    id: str
    name: str
    units: int = 1
    groups: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    product_count: int = 1
    exhibitor_kind: str | None = None
    booth_kinds: frozenset[str] | None = None
    power_w: int = 0
    water: bool = False
    cooling: bool = False
    cooking: bool = False
    min_area: float = 0
    wishes: tuple[Wish, ...] = ()
    owner: str | None = None
    cooperative: str | None = None
    commune: str | None = None
    stars: int = 0
    badness: int = 0
    lot: int | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """An organiser's decision that stands: this application has these booths."""

    applicant: str
    booths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """What each soft goal counts: points of a wish by rank, then points of the neighbour level."""

    wishes: tuple[int, ...] = (100, 60, 30)
    same_group: int = 4
    cooperative: int = 10
    same_product: int = 12
    magnets: int = 3
    communes: int = 2
    last_year: int = 6
    corner: int = 5
    # From how many products on a cooperative counts as one "with many products".
    many_products: int = 4
    # From how many stars on a product draws visitors by itself.
    magnet_stars: int = 4


@dataclass(frozen=True, slots=True)
class Rules:
    """The fair's own rules beside what booths and zones say.

    Caps count booths. `kind_groups` limits a kind of booth to product groups. `apart` are pairs of
    applications that must not stand side by side. `required` have to be placed.
    """

    cap_per_subject: int | None = None
    cap_per_owner: int | None = None
    kind_groups: tuple[tuple[str, frozenset[str]], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    required: frozenset[str] = frozenset()
    weights: Weights = Weights()


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a run ends. Without `seconds` the result depends on the problem and this alone."""

    seed: int = 1
    nodes: int = 2_000
    moves: int = 20_000
    seconds: float | None = None
    # Programs with as many columns, fairs of one or two squares, are left to the solver alone.
    small: int = 3_000
    # Programs with more columns are bounded by relaxation and searched near it.
    large: int = 3_000
    # Explanations of all placements cost time in plans of thousands; `explain` gives single ones.
    explain: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """All that decides an assignment. `previous` is the plan that `fill` must not touch.

    `names` gives the Vietnamese names of the keys of groups and kinds, for sentences.
    """

    booths: tuple[Booth, ...]
    zones: tuple[Zone, ...]
    applicants: tuple[Applicant, ...]
    rules: Rules = Rules()
    pins: tuple[Pin, ...] = ()
    previous: tuple[Pin, ...] = ()
    mode: Mode = Mode.OPTIMISE
    limits: Limits = Limits()
    names: tuple[tuple[str, str], ...] = ()

    def zone(self, code: str) -> Zone:
        """Return the zone of this code."""
        return next(zone for zone in self.zones if zone.code == code)

    @property
    def fixed(self) -> tuple[Pin, ...]:
        """Return what stands before the search: the pins, and in `fill` the previous plan.

        A pin takes the booth from whoever had it in the previous plan.
        """
        pinned = {pin.applicant for pin in self.pins}
        taken = {booth for pin in self.pins for booth in pin.booths}
        kept = self.previous if self.mode is Mode.FILL else ()
        return (
            *self.pins,
            *(p for p in kept if p.applicant not in pinned and taken.isdisjoint(p.booths)),
        )


def checked(problem: Problem) -> Problem:
    """Return the problem in one fixed order, so that the order of the input decides nothing.

    Raises:
        InvalidError: something is named twice, or named and missing.
    """
    booths = _unique((b.id for b in problem.booths), "Gian")
    applicants = _unique((a.id for a in problem.applicants), "Hồ sơ")
    zones = _unique((z.code for z in problem.zones), "Khu")
    places = [(b.row, b.position) for b in problem.booths if b.row]
    if len(set(places)) < len(places):
        raise InvalidError("Hai gian cùng một vị trí trong dãy. Hãy xem lại sơ đồ.")
    _known((b.zone for b in problem.booths), zones, "khu")
    for pins in (problem.pins, problem.previous):
        _unique((pin.applicant for pin in pins), "Ghim của hồ sơ")
        _known((pin.applicant for pin in pins), applicants, "hồ sơ")
        _known((b for pin in pins for b in pin.booths), booths, "gian")
    _known(problem.rules.required, applicants, "hồ sơ")
    _known((one for pair in problem.rules.apart for one in pair), applicants, "hồ sơ")
    return replace(
        problem,
        booths=tuple(sorted(problem.booths, key=lambda b: b.id)),
        zones=tuple(sorted(problem.zones, key=lambda z: z.code)),
        applicants=tuple(sorted(problem.applicants, key=lambda a: a.id)),
        pins=tuple(sorted(problem.pins, key=lambda p: p.applicant)),
        previous=tuple(sorted(problem.previous, key=lambda p: p.applicant)),
        rules=replace(
            problem.rules,
            apart=tuple(sorted({(min(pair), max(pair)) for pair in problem.rules.apart})),
            kind_groups=tuple(sorted(problem.rules.kind_groups, key=lambda kind: kind[0])),
        ),
    )


def _unique(names: Iterable[str], what: str) -> set[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidError(f"{what} {name} có hai lần trong dữ liệu xếp gian.")
        seen.add(name)
    return seen


def _known(names: Iterable[str], known: set[str], what: str) -> None:
    missing = sorted(set(names) - known)
    if missing:
        raise InvalidError(f"Dữ liệu xếp gian nhắc tới {what} {missing[0]} nhưng không có mục đó.")
