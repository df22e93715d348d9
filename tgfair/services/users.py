"""Staff accounts: the first administrator, roles, deactivation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from tgfair.core.errors import ConflictError
from tgfair.models.account import Role, RoleGrant, User
from tgfair.policy import SYSTEM
from tgfair.services.accounts import invite_staff
from tgfair.services.audit import record
from tgfair.services.uow import transaction


class AlreadyInstalledError(ConflictError):
    """There is an administrator already."""

    code = "already_installed"

    def message(self) -> str:
        """Say how further administrators are made."""
        return "There is an administrator already; further ones are made under /ql/tai-khoan."


def create_first_admin(*, email: str, name: str, now: datetime) -> str:
    """Add the first administrator; return the token of the one-time set-up link.

    Run again before the link was used, it gives a new link to the same person.

    Raises:
        AlreadyInstalledError: an administrator exists and has set a password.
    """
    with transaction() as session:
        users = session.scalars(
            select(User).join(RoleGrant).where(RoleGrant.role == Role.ADMIN)
        ).all()
        if any(user.password_hash or user.email != email.lower() for user in users):
            raise AlreadyInstalledError
        user = users[0] if users else None
        if user is None:
            user = User(name=name, email=email.lower(), created_at=now)
            user.grants = [RoleGrant(role=Role.ADMIN)]
            session.add(user)
            session.flush()
        record(session, SYSTEM, "user.first_admin", user, now=now)
        return invite_staff(session, user, now=now)


def count_users() -> int:
    """Return how many accounts there are (0: a fresh installation)."""
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(User)) or 0
