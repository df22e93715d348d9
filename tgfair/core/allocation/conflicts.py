"""Name a smallest set of rules that together leave no plan.

Every rule that an organiser could give up is a demand; demands are given up by making the problem
easier, and what remains is asked of the solver. What nobody can give up (a booth has one holder,
the plan has the booths it has, n booths stand in a row) is never part of the answer and always
holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from tgfair.core.allocation.engine import Watch
from tgfair.core.allocation.fitting import Fitting
from tgfair.core.allocation.levels import feasible
from tgfair.core.allocation.model import Model
from tgfair.core.allocation.problem import Applicant, Problem, Zone, checked
from tgfair.core.calendar_text import vn_number
from tgfair.core.layout.booth_types import type_name

# Up to so many demands the answer is a minimum one; above it is irreducible: no part of it can go.
MOST_FOR_MINIMUM = 12


@dataclass(frozen=True, slots=True)
class Demand:
    """A rule that could be given up: `code` with whom it is about, and the rule in words."""

    code: str
    subject: str
    sentence: str


def explain_infeasible(
    problem: Problem, *, should_stop: Callable[[], bool] | None = None
) -> tuple[Demand, ...]:
    """Return demands that contradict each other, of which none can be spared; empty if none do.

    Give `Rules.required` the applications that have to be placed, to learn why they cannot.

    Raises:
        InvalidError: the problem names something twice, or something that is missing.
        EngineMissingError: the solver is not installed.
    """
    problem = checked(_about_demands(problem))
    demands = demands_of(problem)
    watch = Watch(problem.limits, should_stop)
    known: dict[frozenset[Demand], bool] = {}

    def holds(kept: Iterable[Demand]) -> bool:
        key = frozenset(kept)
        if key not in known:
            known[key] = _possible(_relaxed(problem, demands, key), watch)
        return known[key]

    if holds(demands):
        return ()
    found = _irreducible(list(demands), holds)
    if len(demands) <= MOST_FOR_MINIMUM:
        found = _minimum(list(demands), found, holds)
    order = list(demands)
    return tuple(sorted(found, key=order.index))


def _about_demands(problem: Problem) -> Problem:
    """Leave out who is neither required nor fixed: nobody needs a place for them."""
    asked = {pin.applicant for pin in problem.fixed} | problem.rules.required
    pairs = tuple(pair for pair in problem.rules.apart if asked.issuperset(pair))
    return replace(
        problem,
        applicants=tuple(one for one in problem.applicants if one.id in asked),
        rules=replace(problem.rules, apart=pairs),
        pins=problem.fixed,
        previous=(),
    )


def _possible(problem: Problem, watch: Watch) -> bool:
    """Return whether pins and requirements can be met; a run that was stopped says yes."""
    booths = [booth for pin in problem.pins for booth in pin.booths]
    if len(set(booths)) < len(booths):
        return False
    return feasible(Model(problem, Fitting(problem)), watch)


def _irreducible(demands: list[Demand], holds: Callable[[Iterable[Demand]], bool]) -> list[Demand]:
    """Return a conflict of which no member can be spared (QuickXplain: halves, not singles)."""

    def search(base: list[Demand], added: bool, rest: list[Demand]) -> list[Demand]:  # noqa: FBT001 -- a private step of the method
        if added and not holds(base):
            return []
        if len(rest) == 1:
            return rest
        half = len(rest) // 2
        left, right = rest[:half], rest[half:]
        second = search(base + left, True, right)
        first = search(base + second, bool(second), left)
        return first + second

    return search([], False, demands)


def _minimum(
    demands: Sequence[Demand], found: list[Demand], holds: Callable[[Iterable[Demand]], bool]
) -> list[Demand]:
    for size in range(1, len(found)):
        for some in combinations(demands, size):
            if not holds(some):
                return list(some)
    return found


def _relaxed(problem: Problem, demands: Iterable[Demand], kept: frozenset[Demand]) -> Problem:
    for demand in demands:
        if demand not in kept:
            problem = _EASIER[demand.code](problem, demand.subject)
    return problem


def demands_of(problem: Problem) -> tuple[Demand, ...]:
    """Return every rule of the problem that could be given up, the weightier first."""
    names = dict(problem.names)
    who = {applicant.id: applicant.name for applicant in problem.applicants}
    labels = {booth.id: booth.label for booth in problem.booths}
    rules = problem.rules
    out = [Demand("required", one, f"{who[one]} phải có gian.") for one in sorted(rules.required)]
    out += [
        Demand(
            "pin",
            pin.applicant,
            f"{who[pin.applicant]} được ghim ở gian {', '.join(labels[b] for b in pin.booths)}.",
        )
        for pin in problem.pins
    ]
    out += _zone_demands(problem, names)
    if rules.cap_per_subject is not None:
        out.append(Demand("cap_subject", "", f"Mỗi cơ sở nhiều nhất {rules.cap_per_subject} gian."))
    if rules.cap_per_owner is not None:
        out.append(
            Demand("cap_owner", "", f"Mỗi nhóm cùng chủ nhiều nhất {rules.cap_per_owner} gian.")
        )
    out += [
        Demand("apart", f"{one} {other}", f"{who[one]} và {who[other]} không đứng cạnh nhau.")
        for one, other in rules.apart
    ]
    out += [
        Demand(
            "kind_groups",
            kind,
            f"{type_name(kind)} chỉ nhận nhóm {_listed(groups, names)}.",
        )
        for kind, groups in rules.kind_groups
    ]
    out += [need for applicant in problem.applicants for need in _needs(problem, applicant)]
    out += [
        Demand("blocked", booth.id, f"Gian {booth.label} không dùng: {booth.blocked}.")
        for booth in problem.booths
        if booth.blocked is not None
    ]
    return tuple(out)


def _zone_demands(problem: Problem, names: dict[str, str]) -> list[Demand]:
    out = []
    for zone in problem.zones:
        if zone.groups is not None:
            words = _listed(zone.groups, names)
            out.append(Demand("zone_groups", zone.code, f"Khu {zone.label} chỉ nhận nhóm {words}."))
        if zone.exhibitor_kinds is not None:
            words = _listed(zone.exhibitor_kinds, names)
            sentence = f"Khu {zone.label} chỉ dành cho {words}."
            out.append(Demand("zone_kinds", zone.code, sentence))
        if zone.feed_w is not None:
            sentence = f"Nguồn điện khu {zone.label} chịu được {vn_number(zone.feed_w)} W."
            out.append(Demand("feed", zone.code, sentence))
    return out


def _listed(keys: Iterable[str], names: dict[str, str]) -> str:
    return ", ".join(sorted(names.get(key, key) for key in keys)) or "(không có)"


def _needs(problem: Problem, one: Applicant) -> list[Demand]:
    if one.id not in problem.rules.required:
        return []
    words = (
        ("power", one.power_w > 0, f"cần {vn_number(one.power_w)} W"),
        ("water", one.water, "cần nước"),
        ("cooling", one.cooling, "cần chỗ đặt tủ mát, tủ đông"),
        ("cooking", one.cooking, "cần được đun nấu"),
        ("size", one.min_area > 0, f"cần gian rộng ít nhất {one.min_area:g} m²"),
        ("kind_asked", one.booth_kinds is not None, "chỉ nhận loại gian đã xin"),
    )
    return [
        Demand(code, one.id, f"{one.name} {sentence}.") for code, asked, sentence in words if asked
    ]


def _zone_with(problem: Problem, code: str, change: Callable[[Zone], Zone]) -> Problem:
    zones = tuple(change(zone) if zone.code == code else zone for zone in problem.zones)
    return replace(problem, zones=zones)


def _applicant_with(
    problem: Problem, one: str, change: Callable[[Applicant], Applicant]
) -> Problem:
    changed = tuple(change(a) if a.id == one else a for a in problem.applicants)
    return replace(problem, applicants=changed)


def _without_requirement(problem: Problem, one: str) -> Problem:
    rules = problem.rules
    return replace(problem, rules=replace(rules, required=rules.required - {one}))


def _without_pin(problem: Problem, one: str) -> Problem:
    return replace(problem, pins=tuple(pin for pin in problem.pins if pin.applicant != one))


def _unblocked(problem: Problem, booth_id: str) -> Problem:
    booths = tuple(
        replace(booth, blocked=None) if booth.id == booth_id else booth for booth in problem.booths
    )
    return replace(problem, booths=booths)


def _not_apart(problem: Problem, pair: str) -> Problem:
    left = tuple(both for both in problem.rules.apart if " ".join(both) != pair)
    return replace(problem, rules=replace(problem.rules, apart=left))


def _any_group(problem: Problem, kind: str) -> Problem:
    left = tuple(entry for entry in problem.rules.kind_groups if entry[0] != kind)
    return replace(problem, rules=replace(problem.rules, kind_groups=left))


def _no_cap(problem: Problem, _: str) -> Problem:
    return replace(problem, rules=replace(problem.rules, cap_per_subject=None))


def _no_owner_cap(problem: Problem, _: str) -> Problem:
    return replace(problem, rules=replace(problem.rules, cap_per_owner=None))


_EASIER: dict[str, Callable[[Problem, str], Problem]] = {
    "required": _without_requirement,
    "pin": _without_pin,
    "zone_groups": lambda p, code: _zone_with(p, code, lambda z: replace(z, groups=None)),
    "zone_kinds": lambda p, code: _zone_with(p, code, lambda z: replace(z, exhibitor_kinds=None)),
    "feed": lambda p, code: _zone_with(p, code, lambda z: replace(z, feed_w=None)),
    "cap_subject": _no_cap,
    "cap_owner": _no_owner_cap,
    "apart": _not_apart,
    "kind_groups": _any_group,
    "power": lambda p, one: _applicant_with(p, one, lambda a: replace(a, power_w=0)),
    "water": lambda p, one: _applicant_with(p, one, lambda a: replace(a, water=False)),
    "cooling": lambda p, one: _applicant_with(p, one, lambda a: replace(a, cooling=False)),
    "cooking": lambda p, one: _applicant_with(p, one, lambda a: replace(a, cooking=False)),
    "size": lambda p, one: _applicant_with(p, one, lambda a: replace(a, min_area=0)),
    "kind_asked": lambda p, one: _applicant_with(p, one, lambda a: replace(a, booth_kinds=None)),
    "blocked": _unblocked,
}
