"""Public draws of lots: the frozen list, what was typed, who got which lot."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.core.draw.sources import SourceKind
from tgfair.models.application import Application
from tgfair.models.base import Base, Versioned, short, text_enum
from tgfair.models.booth import Booth


class DrawMode(StrEnum):
    """What a lot is: a booth, or a place in the order of choosing."""

    BOOTHS = "booths"
    ORDER = "order"


class DrawState(StrEnum):
    """frozen waits for the public number; replaced and called_off happened before it existed."""

    FROZEN = "frozen"
    DRAWN = "drawn"
    REPLACED = "replaced"
    CALLED_OFF = "called_off"


class Draw(Versioned, Base):
    """A frozen and published list, its hash, and later the number and the seed.

    `closed` is the list as it was hashed; result and waiting list follow from it and `public`.
    """

    __tablename__ = "draw"
    __table_args__ = (
        UniqueConstraint("fair_id", "number"),
        # One list at a time waits for its number.
        Index(
            "uq_draw_frozen",
            "fair_id",
            unique=True,
            sqlite_where=text("state = 'frozen'"),
            postgresql_where=text("state = 'frozen'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    number: Mapped[int]
    mode: Mapped[DrawMode] = mapped_column(text_enum(DrawMode))
    state: Mapped[DrawState] = mapped_column(text_enum(DrawState))
    source_kind: Mapped[SourceKind] = mapped_column(text_enum(SourceKind))
    # The place of the hall, or the name of the lottery.
    source_name: Mapped[str] = mapped_column(short(160))
    # When the public number appears; a postponement moves it, the list keeps its first instant.
    source_at: Mapped[datetime]
    closed_at: Mapped[datetime]
    objection_hours: Mapped[int]
    objections_until: Mapped[datetime]
    closed: Mapped[dict[str, Any]]
    list_hash: Mapped[str] = mapped_column(short(64))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("draw.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # Four eyes: what the first person typed, until a second one types the same.
    first_public: Mapped[str | None] = mapped_column(short(400))
    first_typed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    first_typed_at: Mapped[datetime | None]
    second_typed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    public: Mapped[str | None] = mapped_column(short(400))
    seed: Mapped[str | None] = mapped_column(short(64))
    drawn_at: Mapped[datetime | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("allocation_run.id"))

    entries: Mapped[list[DrawEntry]] = relationship(
        cascade="all, delete-orphan", order_by="DrawEntry.id"
    )
    notes: Mapped[list[DrawNote]] = relationship(
        cascade="all, delete-orphan", order_by="DrawNote.id"
    )
    objections: Mapped[list[DrawObjection]] = relationship(
        cascade="all, delete-orphan", order_by="DrawObjection.id"
    )
    changes: Mapped[list[DrawChange]] = relationship(
        cascade="all, delete-orphan", order_by="DrawChange.id"
    )


class DrawEntry(Base):
    """One application on the list; after the draw its lot (from 1) and what the lot gave."""

    __tablename__ = "draw_entry"
    __table_args__ = (
        UniqueConstraint("draw_id", "application_id"),
        UniqueConstraint("draw_id", "zone_code", "lot"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id", ondelete="CASCADE"))
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    zone_code: Mapped[str] = mapped_column(short(8))
    lot: Mapped[int | None]
    # None in the waiting list, and in a draw for the order of choosing.
    booth_id: Mapped[int | None] = mapped_column(ForeignKey("booth.id", ondelete="RESTRICT"))

    application: Mapped[Application] = relationship()
    booth: Mapped[Booth | None] = relationship()


class ChangeState(StrEnum):
    """Where a change of a drawn booth stands."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class DrawChange(Base):
    """A change of a booth that was drawn: one person asks with a reason, a second one does it."""

    __tablename__ = "draw_change"
    __table_args__ = (
        Index(
            "uq_draw_change_asked",
            "application_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id", ondelete="CASCADE"), index=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id", ondelete="RESTRICT"))
    # None: the booth is taken back. One with a holder: the two change places.
    to_booth_id: Mapped[int | None] = mapped_column(ForeignKey("booth.id", ondelete="RESTRICT"))
    reason: Mapped[str] = mapped_column(short(300))
    state: Mapped[ChangeState] = mapped_column(text_enum(ChangeState))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship()
    booth: Mapped[Booth] = relationship(foreign_keys=[booth_id])
    to_booth: Mapped[Booth | None] = relationship(foreign_keys=[to_booth_id])


class DrawNote(Base):
    """What was done to a draw after its list was published; everybody may read it."""

    __tablename__ = "draw_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    # corrected | cleared | postponed | called_off | changed
    kind: Mapped[str] = mapped_column(short(16))
    text: Mapped[str] = mapped_column(short(400))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class DrawObjection(Base):
    """What somebody on (or missing from) the list says against it, and the answer."""

    __tablename__ = "draw_objection"

    id: Mapped[int] = mapped_column(primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id", ondelete="CASCADE"), index=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(short(600))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answer: Mapped[str | None] = mapped_column(short(600))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    application: Mapped[Application] = relationship()
