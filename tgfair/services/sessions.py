"""Server-side sessions: who a cookie stands for, and ending it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session, selectinload

from tgfair import clock
from tgfair.core.errors import NotFoundError, UnavailableError
from tgfair.models.account import AuthSession, Role, User
from tgfair.models.exhibitor import Exhibitor, MemberRole, Membership
from tgfair.models.fair import Fair
from tgfair.models.invitation import Invitation
from tgfair.policy import Actor, Grant
from tgfair.services.audit import record
from tgfair.services.identifiers import digest, new_token
from tgfair.services.links import links_are_over
from tgfair.services.uow import find, reader, transaction

# Idle and absolute life (reliability.md, section 6).
EXHIBITOR_IDLE = timedelta(hours=12)
EXHIBITOR_LIFE = timedelta(days=30)
STAFF_IDLE = timedelta(minutes=30)
STAFF_LIFE = timedelta(hours=12)
# A demo officer who looks around is not thrown out after half an hour.
DEMO_IDLE = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
# Every request asks this, so it is built once and brings no more than is needed.
BY_TOKEN = (
    select(
        AuthSession.id,
        AuthSession.user_id,
        AuthSession.invitation_id,
        AuthSession.invitation_revision,
        AuthSession.last_seen_at,
        AuthSession.expires_at,
        AuthSession.verified_at,
        Invitation.revision,
        Invitation.revoked_at,
        Invitation.exhibitor_id,
        Invitation.fair_id,
        Exhibitor.name,
        Fair.last_day,
    )
    .outerjoin(Invitation, Invitation.id == AuthSession.invitation_id)
    .outerjoin(Exhibitor, Exhibitor.id == Invitation.exhibitor_id)
    .outerjoin(Fair, Fair.id == Invitation.fair_id)
    .where(AuthSession.token_hash == bindparam("token_hash"))
)


def open_session(
    session: Session,
    *,
    user: User | None,
    invitation: Invitation | None = None,
    verified: bool,
    user_agent: str,
) -> tuple[AuthSession, str]:
    """Add a session row and return it with the token for the cookie (kept nowhere else)."""
    now = clock.real_now()
    token = new_token()
    staff = user is not None and bool(user.grants)
    row = AuthSession(
        token_hash=digest(token),
        user_id=user.id if user else None,
        invitation_id=invitation.id if invitation else None,
        invitation_revision=invitation.revision if invitation else None,
        created_at=now,
        last_seen_at=now,
        expires_at=now + (STAFF_LIFE if staff else EXHIBITOR_LIFE),
        verified_at=now if verified else None,
        user_agent=user_agent[:200],
    )
    session.add(row)
    session.flush()
    return row, token


def link_label(name: str) -> str:
    """Return what the records call somebody who came by the personal link of a subject."""
    return f"{name[:180]} (đường dẫn mời)"


def actor_for(token: str, *, now: datetime, demo: bool = False) -> Actor | None:
    """Return who the cookie stands for, or None when its session is over or unknown.

    Sessions end by the real clock; what a personal link opened ends with its fair, at `now`.
    """
    session = reader()
    row = session.connection().execute(BY_TOKEN, {"token_hash": digest(token)}).one_or_none()
    if row is None:
        return None
    actor = _user_actor(session, row, demo=demo) if row.user_id else _invited_actor(row, now=now)
    if actor is not None and clock.real_now() - row.last_seen_at > TOUCH_EVERY:
        # A page must still open when nothing can be written.
        with suppress(UnavailableError):
            _touch(row.id)
    return actor


def _over(row: Any, idle: timedelta) -> bool:
    now = clock.real_now()
    return bool(now >= row.expires_at or now - row.last_seen_at >= idle)


def _user_actor(session: Session, row: Any, *, demo: bool) -> Actor | None:
    user = session.scalars(
        select(User).where(User.id == row.user_id).options(selectinload(User.grants))
    ).one()
    idle = (DEMO_IDLE if demo else STAFF_IDLE) if user.grants else EXHIBITOR_IDLE
    if not user.is_active or _over(row, idle):
        return None
    today = clock.day_in_vietnam(clock.real_now())
    memberships = session.scalars(select(Membership).where(Membership.user_id == user.id)).all()
    current = [m for m in memberships if m.valid_to is None or m.valid_to >= today]
    return Actor(
        user_id=user.id,
        label=user.name,
        grants=tuple(Grant(g.role, g.fair_id, g.unit_code) for g in user.grants),
        owns=frozenset(m.exhibitor_id for m in current if m.role == MemberRole.OWNER),
        staffs=frozenset(m.exhibitor_id for m in current if m.role == MemberRole.STAFF),
        verified=row.verified_at is not None,
        session_id=row.id,
    )


def _invited_actor(row: Any, *, now: datetime) -> Actor | None:
    if row.invitation_id is None or row.revoked_at is not None:
        return None
    if row.revision != row.invitation_revision or _over(row, EXHIBITOR_IDLE):
        return None
    if links_are_over(row.last_day, now=now):
        return None
    return Actor(
        label=link_label(row.name),
        invitation_id=row.invitation_id,
        invited_exhibitor_id=row.exhibitor_id,
        invited_fair_id=row.fair_id,
        verified=row.verified_at is not None,
        session_id=row.id,
    )


def _touch(session_id: int) -> None:
    with transaction() as session:
        session.execute(
            update(AuthSession)
            .where(AuthSession.id == session_id)
            .values(last_seen_at=clock.real_now())
        )


def sign_out(actor: Actor) -> None:
    """End the actor's own session."""
    with transaction() as session:
        session.execute(delete(AuthSession).where(AuthSession.id == (actor.session_id or 0)))


def sign_out_everywhere(actor: Actor, *, now: datetime) -> int:
    """End every session of the actor's account, this one too; return how many."""
    with transaction() as session:
        if actor.user_id is None:
            raise NotFoundError
        user = find(session, User, User.id == actor.user_id)
        ended = session.execute(delete(AuthSession).where(AuthSession.user_id == user.id))
        record(session, actor, "user.sign_out_everywhere", user, now=now)
        return int(ended.rowcount)  # type: ignore[attr-defined]  # -- a DELETE has it


def end_own_session(actor: Actor, session_id: int) -> None:
    """End one session of the actor's account, on a phone that was lost or lent.

    Raises:
        NotFoundError: it is not the actor's.
    """
    with transaction() as session:
        own = AuthSession.user_id == (actor.user_id or 0)
        session.delete(find(session, AuthSession, AuthSession.id == session_id, own))


def needs_totp(user: User) -> bool:
    """Return whether the account must show a second factor: administrators and organisers."""
    return any(grant.role in {Role.ADMIN, Role.ORGANISER} for grant in user.grants)
