"""Does a booth suit an application: rows turned into the facts that `core` decides on."""

from __future__ import annotations

from tgfair.core.allocation.rulebook import accepted_by_type
from tgfair.core.layout.booth_types import type_of
from tgfair.core.layout.suitability import BoothFacts, Needs, Reason, ZoneFacts, unsuitable_reasons
from tgfair.models.application import Application
from tgfair.models.booth import Booth
from tgfair.models.fair import Zone


def needs_of(application: Application) -> Needs:
    """Return what an application needs of a booth."""
    return Needs(
        product_groups=frozenset(p.group for p in application.products if p.group),
        power_w=application.power_w,
        water=application.water,
        cooling=application.cooling,
        cooking=application.cooking,
        exhibitor_kind=application.exhibitor.kind,
    )


def facts_of(booth: Booth) -> tuple[BoothFacts, ZoneFacts]:
    """Return what a booth offers, whom its type takes by the fair's rules, and whom its zone."""
    zone, kind = booth.zone, type_of(booth.tags)
    return (
        BoothFacts(
            booth.label,
            booth.power_w,
            booth.water,
            frozenset(booth.tags),
            round(booth.width_m * booth.depth_m, 2),
            kind,
            accepted_by_type(zone.fair.booth_rules).get(kind),
        ),
        zone_facts(zone),
    )


def zone_facts(zone: Zone) -> ZoneFacts:
    """Return whom a zone takes."""
    return ZoneFacts(
        zone.label,
        None if zone.groups is None else frozenset(zone.groups),
        None if zone.exhibitor_kinds is None else frozenset(zone.exhibitor_kinds),
    )


def reasons_against(application: Application, booth: Booth) -> list[Reason]:
    """Return why the booth does not suit the application; empty when it does."""
    if booth.blocked_reason:
        return [Reason("blocked", f"Gian {booth.label} không dùng: {booth.blocked_reason}.")]
    facts, zone = facts_of(booth)
    return unsuitable_reasons(needs_of(application), facts, zone)
