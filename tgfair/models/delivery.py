"""What became of messages on their way, and which addresses are left alone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.base import Base, short, text_enum
from tgfair.models.outbox import Channel, Message


class DeliveryEvent(Base):
    """A line of a message's story: a failure, a bounce, a call; not the sending."""

    __tablename__ = "delivery_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("message.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    channel: Mapped[Channel] = mapped_column(text_enum(Channel))
    outcome: Mapped[str] = mapped_column(short(32))
    text: Mapped[str] = mapped_column(short(400), default="")
    actor_label: Mapped[str] = mapped_column(short(200), default="")

    message: Mapped[Message] = relationship()


class SuppressionReason(StrEnum):
    """Bounced stops every mail; the others stop what goes to many."""

    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINT = "complaint"


class Suppression(Base):
    """An address that is left alone; kept in lower case."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("address", "reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(short(254))
    reason: Mapped[SuppressionReason] = mapped_column(text_enum(SuppressionReason))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(short(400), default="")


class Bounce(Base):
    """A report that came back; the same one taken in twice counts once."""

    __tablename__ = "bounce"

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of the report and of the recipient in it.
    digest: Mapped[str] = mapped_column(short(64), unique=True)
    received_at: Mapped[datetime]
    # None when it names no mail of ours: then nothing is marked.
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("message.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str] = mapped_column(short(254))
    sort: Mapped[str] = mapped_column(short(16))
    status: Mapped[str] = mapped_column(short(12), default="")
    diagnostic: Mapped[str] = mapped_column(short(400), default="")


class MailDomain(Base):
    """A domain whose server puts us off: after several times in a row it is left in peace."""

    __tablename__ = "mail_domain"

    domain: Mapped[str] = mapped_column(short(254), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    closed_until: Mapped[datetime | None]
