"""The waiting list of a fair: who waits for a booth, jumps in the order, offers of freed booths."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.application import Application
from tgfair.models.base import Base, short, text_enum


class WaitSource(StrEnum):
    """Where an entry's place in the order comes from."""

    APPROVAL = "approval"
    DRAW = "draw"
    HAND = "hand"
    REQUEST = "request"


class WaitState(StrEnum):
    """`lapsed` left an offer unanswered; it may enter again, at the end."""

    WAITING = "waiting"
    PLACED = "placed"
    LAPSED = "lapsed"
    LEFT = "left"


WAITS = "state = 'waiting'"


class WaitlistEntry(Base):
    """An application waiting for `units` booths; what it needs of them stands in the application.

    The order of a fair is (rank, id): whoever enters gets the highest rank plus one.
    """

    __tablename__ = "waitlist_entry"
    __table_args__ = (
        Index(
            "uq_waitlist_entry_waiting",
            "application_id",
            unique=True,
            sqlite_where=text(WAITS),
            postgresql_where=text(WAITS),
        ),
        Index("ix_waitlist_entry_order", "fair_id", "state", "rank"),
        CheckConstraint("units BETWEEN 1 AND 50", name="units"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    source: Mapped[WaitSource] = mapped_column(text_enum(WaitSource))
    state: Mapped[WaitState] = mapped_column(text_enum(WaitState), default=WaitState.WAITING)
    rank: Mapped[int]
    units: Mapped[int] = mapped_column(default=1)
    # Codes of the zones it waits for, best first; empty waits for any.
    zones: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str | None] = mapped_column(short(300))
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    left_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship()


class WaitlistJump(Base):
    """A change of the order by hand: the reason and both places are shown to everybody.

    `booth` names the one that was given past the list: then there is no new place, and no old one
    either when the application did not wait.
    """

    __tablename__ = "waitlist_jump"

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"), index=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    from_place: Mapped[int | None]
    to_place: Mapped[int | None]
    booth: Mapped[str | None] = mapped_column(short(12))
    reason: Mapped[str] = mapped_column(short(300))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    application: Mapped[Application] = relationship()


class OfferState(StrEnum):
    """Life of an offer; `withdrawn` by the organisers, or because its application left."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


OPEN = "state = 'offered'"


class Offer(Base):
    """Freed booths kept for one entry until an instant.

    Its booths are the assignments that carry its number: `held` while it is open, `live` once it
    is accepted.
    """

    __tablename__ = "offer"
    __table_args__ = (
        Index(
            "uq_offer_open",
            "entry_id",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index("ix_offer_due", "state", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("waitlist_entry.id", ondelete="CASCADE"))
    state: Mapped[OfferState] = mapped_column(text_enum(OfferState), default=OfferState.OFFERED)
    until: Mapped[datetime]
    made_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    entry: Mapped[WaitlistEntry] = relationship()
