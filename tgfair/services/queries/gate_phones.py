"""What a gate phone may know: where it stands, whom a badge belongs to, names of its own fair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tgfair.core.badge import BadgeKind
from tgfair.core.errors import NotFoundError
from tgfair.core.vietnamese import fold
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.fair import Fair
from tgfair.models.gate import Gate, GateDevice
from tgfair.policy import Action, Actor, require
from tgfair.services.badge_printing import published_labels
from tgfair.services.uow import find, reader

MIN_LETTERS, MAX_LETTERS = 2, 100
MAX_HITS = 20
# Asked with every scan, so it is built once.
_HOLDERS = select(
    Badge.id, Badge.application_id, Badge.holder_name, Badge.organisation, Badge.kind
).where(Badge.id.in_(bindparam("badge_ids", expanding=True)), Badge.fair_id == bindparam("fair_id"))


@dataclass(frozen=True)
class Holder:
    """Whom a gate shows: no telephone, no address."""

    name: str
    organisation: str
    booth: str
    kind_label: str
    badge_no: str


@dataclass(frozen=True)
class Hit:
    """A badge found by name; choosing it scans its short code."""

    short_code: str
    name: str
    organisation: str
    booth: str
    kind_label: str


@dataclass(frozen=True)
class Station:
    """Where a phone stands."""

    fair_id: int
    fair_name: str
    gate_label: str


def station_of(actor: Actor) -> Station:
    """Return the fair and gate of a phone.

    Raises:
        NotFoundError: the actor is no phone.
    """
    row = (
        reader()
        .execute(
            select(Fair.id, Fair.name, Gate.label)
            .join(Gate, Gate.fair_id == Fair.id)
            .join(GateDevice, GateDevice.gate_id == Gate.id)
            .where(GateDevice.id == (actor.device_id or 0))
        )
        .one_or_none()
    )
    if row is None:
        raise NotFoundError
    return Station(*row)


def holders_of(actor: Actor, badge_ids: Collection[int]) -> Mapping[int, Holder]:
    """Return whom the badges of the phone's own fair belong to."""
    session = reader()
    fair_id = actor.device_fair_id or 0
    wanted = {"badge_ids": sorted(badge_ids), "fair_id": fair_id}
    badges = session.connection().execute(_HOLDERS, wanted).all()
    applications = {badge.application_id for badge in badges if badge.application_id}
    booths = published_labels(session, fair_id, applications) if applications else {}
    places = _badge_numbers(session, applications) if applications else {}
    return {
        badge.id: Holder(
            name=badge.holder_name,
            organisation=badge.organisation,
            booth=booths.get(badge.application_id or 0, ""),
            kind_label=_kind_label(badge.kind),
            badge_no=places.get(badge.id, ""),
        )
        for badge in badges
    }


def _badge_numbers(session: Session, application_ids: Collection[int]) -> Mapping[int, str]:
    """Return "2/3" by badge id, for the valid badges of these applications."""
    rows = session.execute(
        select(Badge.application_id, Badge.id)
        .where(Badge.application_id.in_(application_ids), Badge.state == BadgeState.VALID)
        .order_by(Badge.id)
    ).all()
    grouped: dict[int, list[int]] = defaultdict(list)
    for application_id, badge_id in rows:
        grouped[application_id or 0].append(badge_id)
    return {
        badge_id: f"{place}/{len(ids)}"
        for ids in grouped.values()
        for place, badge_id in enumerate(ids, 1)
    }


def _kind_label(kind: int) -> str:
    return BadgeKind(kind).label if kind in set(BadgeKind) else ""


def search_badges(actor: Actor, text: str) -> list[Hit]:
    """Return the badges of the phone's fair whose name or organisation holds the typed letters."""
    session = reader()
    fair = find(session, Fair, Fair.id == (actor.device_fair_id or 0))
    require(actor, Action.SCAN, fair)
    wanted = fold(text[:MAX_LETTERS])
    if len(wanted) < MIN_LETTERS:
        return []
    badges = session.scalars(
        select(Badge)
        .where(
            Badge.fair_id == fair.id,
            Badge.state == BadgeState.VALID,
            Badge.search_fold.contains(wanted, autoescape=True),
        )
        .order_by(Badge.search_fold)
        .limit(MAX_HITS)
    ).all()
    applications = {badge.application_id for badge in badges if badge.application_id}
    booths = published_labels(session, fair.id, applications)
    return [
        Hit(
            badge.short_code,
            badge.holder_name,
            badge.organisation,
            booths.get(badge.application_id or 0, ""),
            _kind_label(badge.kind),
        )
        for badge in badges
    ]
