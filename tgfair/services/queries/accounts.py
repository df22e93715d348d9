"""Reads for "my account" and for the list of staff accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tgfair.core.email_address import normalize_email
from tgfair.core.errors import NotFoundError
from tgfair.core.vietnamese import sort_key
from tgfair.documents.reference_data import load_units
from tgfair.models.account import AuthSession, RoleGrant, User
from tgfair.models.audit import AuditEntry
from tgfair.models.exhibitor import Exhibitor, MemberRole, Membership
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, can, require, visible_to
from tgfair.services.contact import waiting_change
from tgfair.services.uow import find, reader

READ_OUTS_SHOWN = 5


@dataclass(frozen=True)
class Member:
    """Somebody who acts for an exhibitor."""

    id: int
    user_id: int
    name: str
    email: str | None
    phone: str | None
    role: MemberRole


@dataclass(frozen=True)
class OwnExhibitor:
    """An exhibitor the actor acts for, with those who act beside."""

    exhibitor: Exhibitor
    members: tuple[Member, ...]
    manages: bool


@dataclass(frozen=True)
class ReadOut:
    """A code that an officer read out for one of the actor's exhibitors."""

    at: datetime
    officer: str


@dataclass(frozen=True)
class StaffGrant:
    """A role with the names of what it is limited to."""

    id: int
    role: object
    fair: str
    commune: str


@dataclass(frozen=True)
class StaffUser:
    """An account with a staff role."""

    user: User
    grants: tuple[StaffGrant, ...]


def own_user(actor: Actor) -> User | None:
    """Return the actor's account; None for somebody who came by a personal link."""
    return reader().get(User, actor.user_id) if actor.user_id else None


def own_sessions(actor: Actor) -> Sequence[AuthSession]:
    """Return the browsers that are signed in to the actor's account, the latest first."""
    query = select(AuthSession).where(AuthSession.user_id == (actor.user_id or 0))
    return reader().scalars(query.order_by(AuthSession.last_seen_at.desc())).all()


def own_exhibitors(actor: Actor) -> list[OwnExhibitor]:
    """Return the exhibitors the actor acts for, with their members."""
    session = reader()
    query = select(Exhibitor).where(Exhibitor.id.in_(actor.exhibitor_ids))
    exhibitors = session.scalars(query.order_by(Exhibitor.sort_key)).all()
    rows = session.execute(
        select(Membership, User)
        .join(User, Membership.user_id == User.id)
        .where(Membership.exhibitor_id.in_(actor.owns | actor.staffs))
        .order_by(Membership.id)
    ).all()
    return [
        OwnExhibitor(
            exhibitor,
            tuple(
                Member(m.id, user.id, user.name, user.email, user.phone, m.role)
                for m, user in rows
                if m.exhibitor_id == exhibitor.id
            ),
            can(actor, Action.MANAGE_MEMBERS, exhibitor),
        )
        for exhibitor in exhibitors
    ]


def members_of(exhibitor: Exhibitor) -> tuple[Member, ...]:
    """Return who acts for an exhibitor that the caller was allowed to see."""
    rows = reader().execute(
        select(Membership, User)
        .join(User, Membership.user_id == User.id)
        .where(Membership.exhibitor_id == exhibitor.id)
        .order_by(Membership.id)
    )
    return tuple(
        Member(m.id, user.id, user.name, user.email, user.phone, m.role) for m, user in rows
    )


def own_exhibitor(actor: Actor, public_id: str) -> OwnExhibitor:
    """Return one exhibitor the actor acts for.

    Raises:
        NotFoundError: missing, or not the actor's.
    """
    for own in own_exhibitors(actor):
        if own.exhibitor.public_id == public_id and own.members:
            return own
    raise NotFoundError


def own_read_outs(actor: Actor) -> list[ReadOut]:
    """Return the last codes that officers read out for the actor's exhibitors."""
    session = reader()
    ids = session.scalars(
        select(Exhibitor.public_id).where(Exhibitor.id.in_(actor.exhibitor_ids))
    ).all()
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == "exhibitor.code_read_out", AuditEntry.object_id.in_(ids))
        .order_by(AuditEntry.id.desc())
        .limit(READ_OUTS_SHOWN)
    )
    return [ReadOut(entry.at, entry.actor_label) for entry in entries]


def exhibitor_to_change(actor: Actor, public_id: str) -> Exhibitor:
    """Return an exhibitor whose contact the actor may change.

    Raises:
        NotFoundError: missing, or not the actor's.
        ForbiddenError: a personal link without a code.
    """
    exhibitor = _visible(actor, public_id)
    require(actor, Action.CHANGE_CONTACT, exhibitor)
    return exhibitor


def change_that_waits(actor: Actor, public_id: str) -> tuple[Exhibitor, str | None]:
    """Return an exhibitor and the new address or number that waits for its code, if any."""
    exhibitor = exhibitor_to_change(actor, public_id)
    waiting = waiting_change(reader(), exhibitor)
    return exhibitor, waiting.new_value if waiting else None


def exhibitor_to_call(actor: Actor, public_id: str) -> tuple[Exhibitor, str | None]:
    """Return an exhibitor the actor may read a code out for, and the new number that waits.

    Raises:
        NotFoundError: missing, or not the actor's to see.
        ForbiddenError: the actor reads no codes out for it.
    """
    exhibitor = _visible(actor, public_id)
    require(actor, Action.READ_OUT_CODE, exhibitor)
    waiting = waiting_change(reader(), exhibitor)
    return exhibitor, waiting.phone if waiting else None


def _visible(actor: Actor, public_id: str) -> Exhibitor:
    return find(reader(), Exhibitor, Exhibitor.public_id == public_id, visible_to(actor, Exhibitor))


def staff_users(actor: Actor) -> list[StaffUser]:
    """Return every account that has or had a staff role, by name."""
    require(actor, Action.MANAGE_USERS)
    session = reader()
    fairs = dict(session.execute(select(Fair.id, Fair.name)).all())
    communes = {unit.code: unit.name for unit in load_units().units if unit.valid_to is None}
    staff = User.id.in_(select(RoleGrant.user_id)) | User.password_hash.is_not(None)
    query = select(User).where(staff).options(selectinload(User.grants)).order_by(User.name)

    def named(grant: RoleGrant) -> StaffGrant:
        fair = fairs[grant.fair_id] if grant.fair_id else ""
        commune = communes.get(grant.unit_code, grant.unit_code) if grant.unit_code else ""
        return StaffGrant(grant.id, grant.role, fair, commune)

    return [StaffUser(u, tuple(named(g) for g in u.grants)) for u in session.scalars(query)]


def subjects_of(actor: Actor, email: str) -> list[tuple[str, str]]:
    """Return the subjects (public id, name) whose member an address is: its holder decides none."""
    require(actor, Action.MANAGE_USERS)
    query = (
        select(Exhibitor.public_id, Exhibitor.name)
        .join(Membership)
        .join(User, Membership.user_id == User.id)
        .where(User.email == normalize_email(email))
        .order_by(Exhibitor.sort_key)
    )
    return [(public_id, name) for public_id, name in reader().execute(query)]


def role_limits(actor: Actor) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the fairs (slug, name) and communes (code, name) a role can be limited to."""
    require(actor, Action.MANAGE_USERS)
    query = select(Fair.slug, Fair.name).order_by(Fair.first_day.desc())
    fairs = [(slug, name) for slug, name in reader().execute(query)]
    communes = [
        (unit.code, unit.name)
        for unit in load_units().units
        if unit.valid_to is None and unit.kind in {"ward", "commune", "township"}
    ]
    return fairs, sorted(communes, key=lambda pair: sort_key(pair[1]))
