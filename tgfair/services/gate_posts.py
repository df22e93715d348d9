"""Where a phone stands, and what the list says of the badges it was shown.

Asked with every scan: columns instead of objects, and statements that are built once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.core.badge_issue import MovedDays
from tgfair.core.gate import ListedBadge
from tgfair.models.application import Application
from tgfair.models.badge import Badge
from tgfair.models.fair import Fair, FairDateChange, FairStatus
from tgfair.models.gate import Gate, GateDevice
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, require
from tgfair.services.gate_lists import is_void_row
from tgfair.services.gates import UnpairedError

_POST = (
    select(
        GateDevice.id,
        GateDevice.fair_id,
        GateDevice.gate_id,
        Gate.number.label("gate"),
        GateDevice.paired_at,
        Fair.number.label("event"),
        Fair.status,
        Fair.first_day,
        Fair.last_day,
        Fair.setup_from,
        select(func.max(FairDateChange.changed_at))
        .where(FairDateChange.fair_id == GateDevice.fair_id)
        .scalar_subquery()
        .label("changed_at"),
    )
    .join(Gate, Gate.id == GateDevice.gate_id)
    .join(Fair, Fair.id == GateDevice.fair_id)
    .where(GateDevice.id == bindparam("device_id"), GateDevice.revoked_at.is_(None))
)
_LISTED = (
    select(
        Badge.id,
        Badge.number,
        Badge.generation,
        Badge.kind,
        Badge.issued_at,
        Badge.state,
        Badge.application_id,
        Application.state.label("application_state"),
        Invitation.rsvp,
    )
    .outerjoin(Application, Application.id == Badge.application_id)
    .outerjoin(Invitation, Invitation.id == Badge.invitation_id)
    .where(
        Badge.fair_id == bindparam("fair_id"),
        Badge.number.in_(bindparam("numbers", expanding=True)),
    )
)


@dataclass(frozen=True)
class Post:
    """A phone, its gate, and its fair as far as it decides about badges."""

    device_id: int
    fair_id: int
    gate_id: int
    gate: int
    paired_at: datetime
    event: int
    status: FairStatus
    moved: MovedDays


@dataclass(frozen=True)
class Listed:
    """A badge of the list, and the fair's days when they replace those in its token."""

    id: int
    badge: ListedBadge
    fair_days: tuple[date, date] | None


def post_of(session: Session, actor: Actor, device_id: int | None = None) -> Post:
    """Return where the phone stands that asks, or another one of its fair.

    Raises:
        UnpairedError: there is no such phone, or it was revoked.
        ForbiddenError: the actor is no phone of that fair.
    """
    wanted = actor.device_id if device_id is None else device_id
    row = session.connection().execute(_POST, {"device_id": wanted or 0}).one_or_none()
    if row is None:
        raise UnpairedError
    setup_day = day_in_vietnam(row.setup_from) if row.setup_from else None
    moved = MovedDays(row.changed_at, row.first_day, row.last_day, setup_day)
    where = (row.id, row.fair_id, row.gate_id, row.gate, row.paired_at)
    post = Post(*where, row.event, row.status, moved)
    require(actor, Action.SCAN, post)
    return post


def listed_badges(session: Session, post: Post, numbers: Collection[int]) -> Mapping[int, Listed]:
    """Return what the list says of these badges of the phone's fair, by the number in the token."""
    wanted = {"fair_id": post.fair_id, "numbers": sorted(numbers)}
    rows = session.connection().execute(_LISTED, wanted)
    return {
        row.number: Listed(
            row.id,
            ListedBadge(row.generation, is_void_row(post.status, row)),
            post.moved.days_of(row.kind, row.issued_at),
        )
        for row in rows
    }


def serialise(session: Session, numbers: Sequence[int]) -> None:
    """Let scans of one badge wait for each other: of two gates at once exactly one shows green.

    SQLite has one writer anyway. The numbers are sorted, so that two batches cannot deadlock.
    """
    if numbers and session.get_bind().dialect.name == "postgresql":
        for number in numbers:
            session.execute(select(func.pg_advisory_xact_lock(number)))
