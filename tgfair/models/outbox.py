"""Messages on their way out: one row in the transaction of its cause."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.application import Application
from tgfair.models.base import Base, short, text_enum
from tgfair.models.campaign import Campaign
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair


class MessageState(StrEnum):
    """proposed waits for a person; dead is a permanent failure that a person must see."""

    PROPOSED = "proposed"
    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """E-mail, or a line on the call list for somebody without e-mail; the others are optional."""

    EMAIL = "email"
    CALL = "call"
    ZNS = "zns"
    SMS = "sms"
    LETTER = "letter"


class Lane(StrEnum):
    """Personal mail (codes, receipts, decisions) is never behind bulk."""

    PERSONAL = "personal"
    BULK = "bulk"


class Message(Base):
    """A notification to one person. Rendered at delivery; the row holds no secret."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_due", "state", "channel", "lane", "next_attempt_at"),
        Index("ix_message_fair_state", "fair_id", "state"),
        # Most messages have neither.
        *(
            Index(
                f"ix_message_{column}",
                column,
                sqlite_where=text(f"{column} IS NOT NULL"),
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for column in ("invitation_id", "campaign_id")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(short(32))
    channel: Mapped[Channel] = mapped_column(text_enum(Channel))
    lane: Mapped[Lane] = mapped_column(text_enum(Lane))
    state: Mapped[MessageState] = mapped_column(text_enum(MessageState))
    # One cause, one message: a second insert with the same key is refused.
    dedupe_key: Mapped[str] = mapped_column(short(120), unique=True)
    # Fixed at creation, so that a mail sent twice is recognised as one.
    message_id: Mapped[str] = mapped_column(short(120), unique=True)
    recipient_name: Mapped[str] = mapped_column(short(200))
    email: Mapped[str | None] = mapped_column(short(254))
    phone: Mapped[str | None] = mapped_column(short(16))
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    exhibitor_id: Mapped[int | None] = mapped_column(
        ForeignKey("exhibitor.id", ondelete="CASCADE"), index=True
    )
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    invitation_id: Mapped[int | None] = mapped_column(
        ForeignKey("invitation.id", ondelete="CASCADE")
    )
    # Identifiers and plain values that the template needs beside the rows above.
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    lease_owner: Mapped[str | None] = mapped_column(short(64))
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(short(400))
    sent_at: Mapped[datetime | None]
    # Said by the recipient's server, where it says so.
    delivered_at: Mapped[datetime | None]
    # Opened in the inbox on the site.
    read_at: Mapped[datetime | None]
    # The notice it belongs to, or the release of proposals that can be undone.
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    # For the call list: who called, and what came of it.
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    outcome: Mapped[str | None] = mapped_column(short(200))

    fair: Mapped[Fair | None] = relationship()
    exhibitor: Mapped[Exhibitor | None] = relationship()
    application: Mapped[Application | None] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
