"""Whom a zone of a fair takes, and what it is for."""

from __future__ import annotations

from datetime import datetime

from tgfair.core.vietnamese import check_text
from tgfair.models.fair import Fair, Zone
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.fair_templates import ZoneRule
from tgfair.services.uow import check_seen, find, transaction


def rule_of(zone: Zone) -> ZoneRule:
    """Return whom a zone takes."""
    return ZoneRule(tuple(zone.groups or ()), tuple(zone.exhibitor_kinds or ()))


def put_rule(zone: Zone, rule: ZoneRule) -> None:
    """Write whom a zone takes; an empty list means everybody."""
    zone.groups = list(rule.groups) or None
    zone.exhibitor_kinds = list(rule.exhibitor_kinds) or None


def edit_zone(
    actor: Actor,
    fair_id: int,
    zone_code: str,
    rule: ZoneRule,
    *,
    purpose: str,
    seen_version: int,
    now: datetime,
) -> None:
    """Set whom a zone takes and what it is for.

    Raises:
        ConflictError: somebody else changed the zone since the page was shown.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.EDIT_FAIR, fair)
        zone = find(session, Zone, Zone.fair_id == fair.id, Zone.code == zone_code)
        check_seen(zone, seen_version)
        put_rule(zone, rule)
        zone.purpose = check_text(purpose)[:200] or None
        record(session, actor, "zone.edited", zone, now=now, code=zone_code)
