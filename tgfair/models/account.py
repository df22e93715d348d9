"""People who sign in, what they may do, their sessions and one-time codes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.base import Base, short, text_enum


class Role(StrEnum):
    """Staff roles; what each may do stands in `tgfair.policy`."""

    ADMIN = "admin"
    ORGANISER = "organiser"
    REVIEWER = "reviewer"
    COMMUNE_OFFICER = "commune_officer"


class User(Base):
    """A person with an account: staff, or somebody of an exhibitor."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(120))
    email: Mapped[str | None] = mapped_column(short(254), unique=True)
    phone: Mapped[str | None] = mapped_column(short(16), unique=True)
    email_bounced_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(short(255))
    # Sealed (services/sealing.py): a stolen copy of the database opens no account.
    totp_secret: Mapped[str | None] = mapped_column(short(64))
    # A code works once: pyotp itself accepts the same one twice within its time step.
    totp_last_step: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="user", cascade="all, delete-orphan"
    )


class RoleGrant(Base):
    """A staff role, for all fairs or one, for all communes or one."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("user_id", "role", "fair_id", "unit_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    unit_code: Mapped[str | None] = mapped_column(short(8))

    user: Mapped[User] = relationship(back_populates="grants")


class AuthSession(Base):
    """A signed-in browser. The cookie holds a random token, this row its SHA-256.

    `invitation_id` is set for somebody who came by a personal link: such a session opens and edits
    the draft, but `verified_at` (a one-time code) is needed to withdraw or change contact.
    """

    __tablename__ = "auth_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(short(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    invitation_id: Mapped[int | None] = mapped_column(
        ForeignKey("invitation.id", ondelete="CASCADE"), index=True
    )
    # The link's revision at the time: revoking the link ends the sessions it opened.
    invitation_revision: Mapped[int | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(short(200), default="")

    user: Mapped[User | None] = relationship()


class CodePurpose(StrEnum):
    """What a one-time link or code may be used for; it works for nothing else."""

    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    STAFF_SETUP = "staff_setup"
    CHANGE_CONTACT = "change_contact"


class OneTimeCode(Base):
    """A link with a 6-digit code, single use, 15 minutes, five tries counted in the database.

    Link and code are derived by HMAC from (id, nonce) and the installation's secret, so the outbox
    can render them at delivery while no row anywhere holds them; only their hashes are kept.
    """

    __tablename__ = "one_time_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[CodePurpose] = mapped_column(text_enum(CodePurpose))
    nonce: Mapped[str] = mapped_column(short(32))
    token_hash: Mapped[str] = mapped_column(short(64), unique=True)
    code_hash: Mapped[str] = mapped_column(short(64))
    # Whom it identifies: a user, or an address that will become one.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    email: Mapped[str | None] = mapped_column(short(254), index=True)
    phone: Mapped[str | None] = mapped_column(short(16), index=True)
    exhibitor_id: Mapped[int | None] = mapped_column(ForeignKey("exhibitor.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("auth_session.id", ondelete="CASCADE")
    )
    # For a change of contact: what it will be changed to.
    new_value: Mapped[str | None] = mapped_column(short(254))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    net: Mapped[str] = mapped_column(short(64), default="")
