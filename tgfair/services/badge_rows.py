"""The rows of badges: made, numbered, raised to the next generation, revoked.

Parts of the services that issue and revoke; each runs in its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.core.badge import LAST_GENERATION, BadgeKind
from tgfair.core.badge_issue import badge_days
from tgfair.core.retention import NAME_GONE
from tgfair.core.short_code import NUMBER_LIMIT, short_code
from tgfair.core.vietnamese import fold
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.fair import Fair
from tgfair.policy import Actor
from tgfair.services.audit import record
from tgfair.services.identifiers import public_id, random_bits
from tgfair.services.portrait_ends import drop_portrait

NUMBER_BITS = 63
ALL_GATES = 255
REPLACED = "Thẻ đã cấp lại quá 15 lần, thay bằng thẻ mang số mới."


def valid_badges(session: Session, application_id: int, *kinds: BadgeKind) -> Sequence[Badge]:
    """Return the badges of an application that are not revoked, oldest first.

    Without `kinds` those of every kind.
    """
    criteria = [Badge.application_id == application_id, Badge.state == BadgeState.VALID]
    if kinds:
        criteria.append(Badge.kind.in_(kinds))
    return session.scalars(select(Badge).where(*criteria).order_by(Badge.id)).all()


def raise_generation(
    session: Session,
    actor: Actor,
    badge: Badge,
    *,
    name: str | None,
    reason: str,
    now: datetime,
) -> Badge:
    """Let the next generation of a badge, under `name` if given, replace the printed one.

    It gets another short code: the one on the printed badge would open the gate when typed.
    """
    if badge.generation == LAST_GENERATION:
        return with_new_number(session, actor, badge, name=name, now=now)
    badge.generation += 1
    badge.short_code = _new_short_code(session)
    if name is not None and name != badge.holder_name:
        badge.holder_name = name
        drop_portrait(session, badge, now=now)  # perhaps another person
    badge.printed_at = None
    badge.issued_at = now
    badge.search_fold = _search_text(badge)
    record(
        session,
        actor,
        "badge.reissued",
        badge,
        now=now,
        generation=badge.generation,
        reason=reason,
    )
    return badge


def name_badge(session: Session, actor: Actor, badge: Badge, name: str, *, now: datetime) -> None:
    """Write a name on a badge that had none; one printed without it stays good."""
    badge.holder_name, badge.printed_at = name, None
    badge.search_fold = _search_text(badge)
    record(session, actor, "badge.named", badge, now=now)


def forget_holder(badge: Badge) -> None:
    """Take the holder's name off a badge whose time is over; one without a name stays so."""
    badge.holder_name = badge.holder_name and NAME_GONE
    badge.search_fold = _search_text(badge)


def with_new_number(
    session: Session, actor: Actor, old: Badge, *, name: str | None, now: datetime
) -> Badge:
    """Put a badge with another number, under `name` if given, in the place of `old`."""
    same = ("fair_id", "application_id", "invitation_id", "kind", "organisation")
    days_and_gates = ("gates", "first_day", "days")
    badge = Badge(**{column: getattr(old, column) for column in (*same, *days_and_gates)})
    badge.holder_name = old.holder_name if name is None else name
    if badge.holder_name == old.holder_name:
        badge.photo_sha256 = old.photo_sha256
    if old.state is BadgeState.VALID:
        void(session, actor, old, reason=REPLACED, now=now)
    stamp(session, actor, badge, kid=old.kid, now=now)
    return badge


def void(session: Session, actor: Actor, badge: Badge, *, reason: str, now: datetime) -> None:
    """Revoke a badge with a reason."""
    badge.state = BadgeState.REVOKED
    badge.revoked_at = now
    badge.revoke_reason = reason
    record(session, actor, "badge.revoked", badge, now=now, reason=reason)


def new_badge(fair: Fair, kind: BadgeKind, *, name: str, organisation: str) -> Badge:
    """Return a badge for the fair's days and every gate, those opened later included."""
    setup_day = day_in_vietnam(fair.setup_from) if fair.setup_from else None
    first_day, days = badge_days(kind, fair.first_day, fair.last_day, setup_day)
    return Badge(
        fair_id=fair.id,
        kind=kind,
        holder_name=name,
        organisation=organisation,
        gates=ALL_GATES,
        first_day=first_day,
        days=days,
    )


def stamp(session: Session, actor: Actor, badge: Badge, *, kid: int, now: datetime) -> None:
    """Give a new badge its numbers and add it."""
    badge.public_id = public_id()
    badge.number = random_bits(NUMBER_BITS)
    badge.short_code = _new_short_code(session)
    badge.generation = 0
    badge.kid = kid
    badge.state = BadgeState.VALID
    badge.issued_at = now
    badge.search_fold = _search_text(badge)
    session.add(badge)
    record(session, actor, "badge.issued", badge, now=now, kind=badge.kind)


def _new_short_code(session: Session) -> str:
    while True:
        code = short_code(random_bits(NUMBER_LIMIT.bit_length() - 1))
        if session.scalar(select(Badge.id).where(Badge.short_code == code)) is None:
            return code


def _search_text(badge: Badge) -> str:
    return fold(f"{badge.holder_name} {badge.organisation} {badge.short_code}")[:400]
