"""Staff accounts: the first administrator, roles, set-up links, deactivation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tgfair.core.email_address import normalize_email
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.documents.reference_data import load_units
from tgfair.models.account import AuthSession, Role, RoleGrant, User
from tgfair.models.fair import Fair
from tgfair.policy import SYSTEM, Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.staff_sign_in import invite_staff
from tgfair.services.uow import find, reader, transaction


class AlreadyInstalledError(ConflictError):
    """There is an administrator already."""

    code = "already_installed"

    def message(self) -> str:
        """Say how further administrators are made."""
        return "There is an administrator already; further ones are made under /ql/tai-khoan."


@dataclass(frozen=True)
class NewUser:
    """A staff account to add: one role, for all fairs or one, for all communes or one."""

    name: str
    email: str
    role: Role
    fair_slug: str = ""
    unit_code: str = ""


def create_first_admin(*, email: str, name: str, now: datetime) -> str:
    """Add the first administrator; return the token of the one-time set-up link.

    Run again before the link was used, it gives a new link to the same person.

    Raises:
        AlreadyInstalledError: an administrator exists and has set a password.
    """
    address = normalize_email(email)
    with transaction() as session:
        users = session.scalars(
            select(User).join(RoleGrant).where(RoleGrant.role == Role.ADMIN)
        ).all()
        if any(user.password_hash or user.email != address for user in users):
            raise AlreadyInstalledError
        user = users[0] if users else None
        if user is None:
            user = User(name=name[:120], email=address, created_at=now)
            user.grants = [RoleGrant(role=Role.ADMIN)]
            session.add(user)
            session.flush()
        record(session, SYSTEM, "user.first_admin", user, now=now)
        return invite_staff(session, user, now=now)


def count_users() -> int:
    """Return how many accounts there are (0: a fresh installation)."""
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(User)) or 0


def add_user(actor: Actor, new: NewUser, *, now: datetime) -> tuple[str, str]:
    """Add a staff account, or a role to an existing one; return its name and its link's token.

    An account that is there already keeps its own name.

    Raises:
        InvalidError: no name, no address, an unknown fair or commune, or the role is held already.
    """
    address = normalize_email(new.email)
    name = check_text(new.name, field="name")[:120]
    if not name:
        raise InvalidError("Hãy ghi họ tên.", field="name")
    with transaction() as session:
        require(actor, Action.MANAGE_USERS)
        grant = _grant(session, new)
        user = session.scalars(select(User).where(User.email == address)).one_or_none()
        if user is None:
            user = User(name=name, email=address, created_at=now)
            session.add(user)
        held = {(g.role, g.fair_id, g.unit_code) for g in user.grants}
        if (grant.role, grant.fair_id, grant.unit_code) in held:
            raise InvalidError("Người này đã có vai trò đó.", field="email")
        user.grants.append(grant)
        session.flush()
        # Sessions opened with less right, and without a second factor, end here.
        _end_sessions(session, user)
        record(session, actor, "user.role_added", user, now=now, role=new.role.value)
        return user.name, invite_staff(session, user, now=now)


def _grant(session: Session, new: NewUser) -> RoleGrant:
    if new.role is Role.ADMIN and (new.fair_slug or new.unit_code):
        raise InvalidError("Quản trị không giới hạn theo sự kiện hay xã.", field="role")
    unit_code = new.unit_code or None
    communes = {u.code for u in load_units().units if u.valid_to is None}
    if unit_code is not None and (
        new.role is not Role.COMMUNE_OFFICER or unit_code not in communes
    ):
        raise InvalidError("Hãy chọn xã, phường cho vai trò cán bộ xã.", field="unit_code")
    if new.role is Role.COMMUNE_OFFICER and new.fair_slug:
        raise InvalidError("Cán bộ xã không giới hạn theo sự kiện.", field="fair_slug")
    fair_id = find(session, Fair, Fair.slug == new.fair_slug).id if new.fair_slug else None
    return RoleGrant(role=new.role, fair_id=fair_id, unit_code=unit_code)


def remove_role(actor: Actor, user_id: int, grant_id: int, *, now: datetime) -> None:
    """Take a role away; it acts with that person's next request.

    Raises:
        InvalidError: it is the actor's own right to manage accounts, or the last administrator's.
    """
    with transaction() as session:
        require(actor, Action.MANAGE_USERS)
        user = find(session, User, User.id == user_id)
        grant = find(session, RoleGrant, RoleGrant.id == grant_id, RoleGrant.user_id == user.id)
        if grant.role is Role.ADMIN:
            if user.id == actor.user_id:
                raise InvalidError(
                    "Không tự bỏ vai trò Quản trị của mình được. Hãy nhờ một quản trị khác."
                )
            _keep_an_admin(session, user)
        user.grants.remove(grant)
        record(session, actor, "user.role_removed", user, now=now, role=grant.role.value)


def staff_id(actor: Actor, email: str) -> int:
    """Return the account with this address.

    Raises:
        NotFoundError: there is none.
    """
    require(actor, Action.MANAGE_USERS)
    return find(reader(), User, User.email == normalize_email(email)).id


def renew_setup_link(actor: Actor, user_id: int, *, now: datetime) -> tuple[str, str]:
    """Return name and token of a new set-up link (forgotten password, lost phone); old ones end.

    Raises:
        InvalidError: the account is locked or has no role.
    """
    with transaction() as session:
        require(actor, Action.MANAGE_USERS)
        user = find(session, User, User.id == user_id)
        if not user.is_active or not user.grants:
            raise InvalidError("Tài khoản này đang khóa hoặc không có vai trò nào.")
        record(session, actor, "user.setup_link", user, now=now)
        return user.name, invite_staff(session, user, now=now)


def set_active(actor: Actor, user_id: int, *, active: bool, now: datetime) -> None:
    """Lock an account, ending its sessions at once, or open it again.

    Raises:
        InvalidError: it is the actor's own, or the last administrator's.
    """
    with transaction() as session:
        require(actor, Action.MANAGE_USERS)
        user = find(session, User, User.id == user_id)
        if not active:
            if user.id == actor.user_id:
                raise InvalidError("Không tự khóa tài khoản của mình được.")
            _keep_an_admin(session, user)
            _end_sessions(session, user)
        user.is_active = active
        record(session, actor, "user.opened" if active else "user.locked", user, now=now)


def end_sessions_of(actor: Actor, user_id: int, *, now: datetime) -> None:
    """End every session of another account (lost phone, somebody who left)."""
    with transaction() as session:
        require(actor, Action.MANAGE_USERS)
        user = find(session, User, User.id == user_id)
        _end_sessions(session, user)
        record(session, actor, "user.sessions_ended", user, now=now)


def _end_sessions(session: Session, user: User) -> None:
    session.execute(delete(AuthSession).where(AuthSession.user_id == user.id))


def _keep_an_admin(session: Session, user: User) -> None:
    # Two administrators who remove each other at the same moment: the second waits, and is refused.
    of_admins = select(RoleGrant.id).where(RoleGrant.role == Role.ADMIN).order_by(RoleGrant.id)
    session.execute(of_admins.with_for_update())
    others = (
        select(func.count())
        .select_from(User)
        .join(RoleGrant)
        .where(
            RoleGrant.role == Role.ADMIN,
            User.is_active,
            # Who never set a password cannot sign in to let anybody else in.
            User.password_hash.is_not(None),
            User.id != user.id,
        )
    )
    is_admin = any(grant.role is Role.ADMIN for grant in user.grants)
    if is_admin and not session.scalar(others):
        raise InvalidError("Cần ít nhất một quản trị đang dùng được.")
