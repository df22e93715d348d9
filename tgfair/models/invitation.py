"""Invitations: one personal link per subject and fair."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.base import Base, short, text_enum
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair


class Rsvp(StrEnum):
    """Answer of an invited subject."""

    YES = "yes"
    NO = "no"
    ATTEND_ONLY = "attend_only"


class Invitation(Base):
    """An invitation of one subject to one fair.

    Its link is derived by HMAC from (id, revision): letter, mail and Zalo text carry the same one,
    a reprint voids nothing, and revoking is revision + 1.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("fair_id", "exhibitor_id"),
        CheckConstraint("headcount IS NULL OR headcount BETWEEN 0 AND 50", name="headcount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    exhibitor_id: Mapped[int] = mapped_column(
        ForeignKey("exhibitor.id", ondelete="CASCADE"), index=True
    )
    revision: Mapped[int] = mapped_column(default=1)
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # Counted on POST only: previews of chat programs fetch with GET.
    opened_at: Mapped[datetime | None]
    letter_printed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    not_mine_at: Mapped[datetime | None]
    rsvp: Mapped[Rsvp | None] = mapped_column(text_enum(Rsvp))
    headcount: Mapped[int | None]
    rsvp_note: Mapped[str | None] = mapped_column(short(300))
    answered_at: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()
    exhibitor: Mapped[Exhibitor] = relationship()
