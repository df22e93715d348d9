"""The bulletin: fairs elsewhere, training classes, meetings; who follows it and who answers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.base import Base, Versioned, short, text_enum
from tgfair.models.exhibitor import Exhibitor


class BulletinKind(StrEnum):
    """What is announced."""

    FAIR = "fair"
    PROMOTION = "promotion"
    CLASS = "class"
    MEETING = "meeting"


class Area(StrEnum):
    """Where it takes place, as seen from the province."""

    PROVINCE = "province"
    REGION = "region"
    COUNTRY = "country"
    ABROAD = "abroad"


class BulletinState(StrEnum):
    """A draft is seen by staff only; a withdrawn item says so to those who answered."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Bulletin(Versioned, Base):
    """One item. With `places` it is registered for; without, interest is collected."""

    __tablename__ = "bulletin"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("places IS NULL OR places BETWEEN 1 AND 5000", name="places"),
        # Only moves by a conditional UPDATE: the database is the judge of the last place.
        CheckConstraint("free >= 0", name="free"),
        Index("ix_bulletin_state_day", "state", "first_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(short(32), unique=True)
    kind: Mapped[BulletinKind] = mapped_column(text_enum(BulletinKind))
    state: Mapped[BulletinState] = mapped_column(
        text_enum(BulletinState), default=BulletinState.DRAFT
    )
    title: Mapped[str] = mapped_column(short(200))
    organiser: Mapped[str | None] = mapped_column(short(200))
    place: Mapped[str] = mapped_column(short(200))
    area: Mapped[Area] = mapped_column(text_enum(Area))
    first_day: Mapped[date]
    last_day: Mapped[date]
    hours: Mapped[str | None] = mapped_column(short(60))
    answer_until: Mapped[date | None]
    # Who pays what, in the organiser's words ("tỉnh hỗ trợ gian hàng, cơ sở tự lo đi lại").
    costs: Mapped[str | None] = mapped_column(short(400))
    # Product groups it is meant for; None for all.
    groups: Mapped[list[Any] | None]
    text: Mapped[str | None] = mapped_column(short(4000))
    contact_name: Mapped[str | None] = mapped_column(short(120))
    contact_phone: Mapped[str | None] = mapped_column(short(16))
    contact_email: Mapped[str | None] = mapped_column(short(254))
    places: Mapped[int | None]
    free: Mapped[int | None]
    file_name: Mapped[str | None] = mapped_column(short(120))
    file_type: Mapped[str | None] = mapped_column(short(40))
    file_sha256: Mapped[str | None] = mapped_column(short(64))
    withdrawn_reason: Mapped[str | None] = mapped_column(short(400))
    ics_sequence: Mapped[int] = mapped_column(default=0)
    search_fold: Mapped[str] = mapped_column(short(800))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class BulletinSubscription(Base):
    """What an exhibitor wants to hear of; None means all groups or all areas."""

    __tablename__ = "bulletin_subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    exhibitor_id: Mapped[int] = mapped_column(
        ForeignKey("exhibitor.id", ondelete="CASCADE"), unique=True
    )
    groups: Mapped[list[Any] | None]
    areas: Mapped[list[Any] | None]
    created_at: Mapped[datetime]
    # Items published up to this instant are in an earlier digest.
    digested_until: Mapped[datetime]

    exhibitor: Mapped[Exhibitor] = relationship()


class AnswerState(StrEnum):
    """Interest is collected, a place is taken, or one waits for a place."""

    INTERESTED = "interested"
    PLACED = "placed"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


class BulletinAnswer(Base):
    """An exhibitor's answer to an item."""

    __tablename__ = "bulletin_answer"
    __table_args__ = (
        Index(
            "uq_bulletin_answer_live",
            "bulletin_id",
            "exhibitor_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # In the QR that is shown at the door of a class.
    public_id: Mapped[str] = mapped_column(short(32), unique=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id", ondelete="CASCADE"))
    exhibitor_id: Mapped[int] = mapped_column(
        ForeignKey("exhibitor.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[AnswerState] = mapped_column(text_enum(AnswerState))
    person: Mapped[str] = mapped_column(short(120))
    phone: Mapped[str | None] = mapped_column(short(16))
    note: Mapped[str | None] = mapped_column(short(400))
    answered_at: Mapped[datetime]
    attended_at: Mapped[datetime | None]
    attended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    bulletin: Mapped[Bulletin] = relationship()
    exhibitor: Mapped[Exhibitor] = relationship()
