"""Badges and the keys that sign them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.application import Application
from tgfair.models.base import Base, BigInt, short, text_enum
from tgfair.models.fair import Fair
from tgfair.models.invitation import Invitation


class BadgeState(StrEnum):
    """Valid until revoked; a re-issue raises the generation of the same badge."""

    VALID = "valid"
    REVOKED = "revoked"


class SigningKey(Base):
    """Public half of a badge key; the private half lies in the instance folder."""

    __tablename__ = "signing_key"

    # The key id inside the token: one byte, per installation, never reused.
    kid: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"), index=True)
    public_hex: Mapped[str] = mapped_column(short(64))
    created_at: Mapped[datetime]
    # Retired: signs no more. Compromised: the gates refuse what it signed as well.
    retired_at: Mapped[datetime | None]
    compromised_at: Mapped[datetime | None]


class Badge(Base):
    """A badge. The token is signed anew from these columns whenever it is printed."""

    __tablename__ = "badge"
    __table_args__ = (
        CheckConstraint("generation BETWEEN 0 AND 15", name="generation"),
        CheckConstraint("kind BETWEEN 0 AND 15", name="kind"),
        Index("ix_badge_fair_kind", "fair_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(short(32), unique=True)
    # The badge id inside the token: random, 63 bits so that both databases hold it.
    number: Mapped[int] = mapped_column(BigInt, unique=True)
    short_code: Mapped[str] = mapped_column(short(8), unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    invitation_id: Mapped[int | None] = mapped_column(
        ForeignKey("invitation.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[int]
    generation: Mapped[int] = mapped_column(default=0)
    holder_name: Mapped[str] = mapped_column(short(120))
    organisation: Mapped[str] = mapped_column(short(200))
    gates: Mapped[int] = mapped_column(default=255)
    first_day: Mapped[date]
    days: Mapped[int]
    kid: Mapped[int] = mapped_column(ForeignKey("signing_key.kid"))
    state: Mapped[BadgeState] = mapped_column(text_enum(BadgeState), default=BadgeState.VALID)
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None] = mapped_column(short(300))
    search_fold: Mapped[str] = mapped_column(short(400))
    # A portrait, encoded anew; never a picture of an identity card.
    photo_sha256: Mapped[str | None] = mapped_column(short(64))
    # When this generation was last put on a sheet; a re-issue clears it.
    printed_at: Mapped[datetime | None]

    application: Mapped[Application | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    fair: Mapped[Fair] = relationship()
