"""Who draws in which zone, and what speaks against a draw, before anything is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tgfair.core.layout.suitability import BoothFacts, Needs, Reason, ZoneFacts, unsuitable_reasons


@dataclass(frozen=True, slots=True)
class Applicant:
    """An approved application without a booth; `wishes` are codes of zones, best first."""

    code: str
    name: str
    wanted: int
    wishes: tuple[str, ...]
    needs: Needs


@dataclass(frozen=True, slots=True)
class ZoneOffer:
    """The free booths of a zone in the draw."""

    code: str
    facts: ZoneFacts
    booths: tuple[BoothFacts, ...]


@dataclass(frozen=True, slots=True)
class ZoneShare:
    """Who draws for what in a zone."""

    code: str
    label: str
    applications: tuple[str, ...]
    booths: tuple[str, ...]

    @property
    def waiting(self) -> int:
        """How many applications will get no booth."""
        return max(0, len(self.applications) - len(self.booths))


@dataclass(frozen=True, slots=True)
class Aside:
    """An application that no zone of the draw can take, and why."""

    code: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Feasibility:
    """What a draw would look like; it may begin when nothing is left aside unknowingly."""

    zones: tuple[ZoneShare, ...]
    asides: tuple[Aside, ...]

    @property
    def applications(self) -> int:
        """How many applications draw."""
        return sum(len(zone.applications) for zone in self.zones)


def share_out(
    offers: Iterable[ZoneOffer], applicants: Iterable[Applicant], *, by_order: bool
) -> Feasibility:
    """Put every applicant into one zone.

    The zone is the first wish in which every booth suits, else the first such zone by its code:
    any lot may fall to anybody. `by_order` says that lots are places in the order of choosing;
    then a zone does when one of its booths suits, whatever the number of booths wanted.
    """
    zones = sorted(offers, key=lambda offer: offer.code)
    members: dict[str, list[str]] = {zone.code: [] for zone in zones}
    asides = []
    for applicant in sorted(applicants, key=lambda one: one.code):
        if applicant.wanted > 1 and not by_order:
            words = f"Muốn {applicant.wanted} gian; bốc thăm chỉ cho mỗi hồ sơ một gian."
            asides.append(Aside(applicant.code, applicant.name, words))
            continue
        found = _zone_of(applicant, zones, by_order=by_order)
        if isinstance(found, ZoneOffer):
            members[found.code].append(applicant.code)
        else:
            asides.append(Aside(applicant.code, applicant.name, found))
    shares = [
        ZoneShare(
            zone.code,
            zone.facts.label,
            tuple(members[zone.code]),
            tuple(sorted(booth.label for booth in zone.booths)),
        )
        for zone in zones
        if members[zone.code] and zone.booths
    ]
    return Feasibility(tuple(shares), tuple(asides))


def _zone_of(
    applicant: Applicant, zones: Sequence[ZoneOffer], *, by_order: bool
) -> ZoneOffer | str:
    """Return the applicant's zone, or in words why there is none."""
    wished = [zone for code in applicant.wishes for zone in zones if zone.code == code]
    others = [zone for zone in zones if zone not in wished]
    against = ""
    for zone in (*wished, *others):
        reasons = _against(applicant.needs, zone, by_order=by_order)
        if not reasons:
            return zone
        against = against or f"Khu {zone.code}: {reasons[0].sentence}"
    return against or "Không có khu nào còn gian trống để bốc."


def _against(needs: Needs, zone: ZoneOffer, *, by_order: bool) -> list[Reason]:
    if not zone.booths:
        return [Reason("no_booth", "không còn gian trống.")]
    each = [unsuitable_reasons(needs, booth, zone.facts) for booth in zone.booths]
    if by_order:
        return min(each, key=len)
    return max(each, key=len)
