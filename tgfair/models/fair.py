"""Fairs and other events, their zones and history of dates."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.core.waitlist import Rule
from tgfair.models.base import Base, Versioned, short, text_enum


class FairKind(StrEnum):
    """Kinds of event."""

    REVIEW_CONFERENCE = "review_conference"
    FAIR = "fair"
    FESTIVAL = "festival"
    WEEK = "week"
    TRAINING = "training"


class IntakeMode(StrEnum):
    """How subjects come in: a list with RSVP, or open registration (invited ones too)."""

    INVITED = "invited"
    OPEN = "open"


class FairStatus(StrEnum):
    """Shown to staff and public; deadlines, not this, close the registration."""

    DRAFT = "draft"
    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"


class BoothGiving(StrEnum):
    """How booths come to their holders; the organisers may place by hand in both."""

    ORGANISER = "organiser"
    FIRST_COME = "first_come"


class Fair(Versioned, Base):
    """An event with dates, deadlines and texts."""

    __tablename__ = "fair"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("number BETWEEN 1 AND 65535", name="number"),
        CheckConstraint("hold_minutes BETWEEN 1 AND 1440", name="hold_minutes"),
        CheckConstraint("offer_hours BETWEEN 1 AND 336", name="offer_hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The event number inside badge tokens: two bytes, never reused.
    number: Mapped[int] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(short(12), unique=True)
    slug: Mapped[str] = mapped_column(short(60), unique=True)
    kind: Mapped[FairKind] = mapped_column(text_enum(FairKind))
    intake: Mapped[IntakeMode] = mapped_column(text_enum(IntakeMode))
    status: Mapped[FairStatus] = mapped_column(text_enum(FairStatus), default=FairStatus.DRAFT)
    name: Mapped[str] = mapped_column(short(160))
    theme: Mapped[str | None] = mapped_column(short(300))
    venue: Mapped[str] = mapped_column(short(200))
    venue_address: Mapped[str | None] = mapped_column(short(300))
    first_day: Mapped[date]
    last_day: Mapped[date]
    opens_at: Mapped[datetime]
    daily_hours: Mapped[str | None] = mapped_column(short(60))
    invite_on: Mapped[date | None]
    registration_opens_at: Mapped[datetime]
    # The file by which a fair is registered with the trade office (not for conferences).
    fair_file_due: Mapped[date | None]
    registration_closes_at: Mapped[datetime]
    supplement_until: Mapped[datetime | None]
    decision_on: Mapped[date | None]
    plan_on: Mapped[date | None]
    confirm_until: Mapped[datetime | None]
    # The last day on which somebody from the waiting list is called.
    waitlist_on: Mapped[date | None]
    badges_on: Mapped[date | None]
    setup_from: Mapped[datetime | None]
    setup_until: Mapped[datetime | None]
    teardown_from: Mapped[datetime | None]
    max_booths: Mapped[int] = mapped_column(default=4)
    max_staff: Mapped[int] = mapped_column(default=3)
    # Booths that two applications may share (tables of a hall).
    shares_booths: Mapped[bool] = mapped_column(default=False)
    giving: Mapped[BoothGiving] = mapped_column(
        text_enum(BoothGiving), default=BoothGiving.ORGANISER
    )
    # First come: from when until when producers pick, and how long a picked booth is kept.
    picks_from: Mapped[datetime | None]
    picks_until: Mapped[datetime | None]
    hold_minutes: Mapped[int] = mapped_column(default=15)
    waitlist_rule: Mapped[Rule] = mapped_column(text_enum(Rule), default=Rule.SKIP)
    offer_hours: Mapped[int] = mapped_column(default=24)
    # Whether free booths are offered to the waiting list by themselves.
    offers_on: Mapped[bool] = mapped_column(default=False)
    # Weights, caps and who must or must not be neighbours: see services/booth_rules.py.
    booth_rules: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Badges a booth, and how badges, signs and certificates look: see core/badge_rules.py.
    badge_rules: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hotline: Mapped[str | None] = mapped_column(short(16))
    hotline_name: Mapped[str | None] = mapped_column(short(80))
    # Letterhead, signer, rules, consent text, wanted papers: data of the organiser.
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ics_sequence: Mapped[int] = mapped_column(default=0)
    # Step of the timetable -> where it hangs (core/anchors.py); others are plain days.
    anchors: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Set while the fair is put off and nobody knows the new days yet.
    put_off_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    zones: Mapped[list[Zone]] = relationship(
        back_populates="fair", cascade="all, delete-orphan", order_by="Zone.code"
    )


class DateChangeKind(StrEnum):
    """What was done to the days; a fair put off has no new ones yet."""

    MOVED = "moved"
    EXTENDED = "extended"
    SHORTENED = "shortened"
    PUT_OFF = "put_off"
    CANCELLED = "cancelled"
    UNDONE = "undone"


class FairDateChange(Base):
    """A change of a fair's days: the old ones are kept."""

    __tablename__ = "fair_date_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"), index=True)
    old_first_day: Mapped[date]
    old_last_day: Mapped[date]
    new_first_day: Mapped[date]
    new_last_day: Mapped[date]
    kind: Mapped[DateChangeKind] = mapped_column(
        text_enum(DateChangeKind), default=DateChangeKind.MOVED
    )
    reason: Mapped[str] = mapped_column(short(400))
    # Who decided it: a person or an office, and the paper ("CV 151/KH-UBND").
    decided_by: Mapped[str] = mapped_column(short(200), default="")
    # The fair's own columns as they were, so that the last change can be undone once.
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[datetime | None]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime]


class Zone(Versioned, Base):
    """A part of the plan with its own rules on who may stand there."""

    __tablename__ = "zone"
    __table_args__ = (UniqueConstraint("fair_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(short(8))
    label: Mapped[str] = mapped_column(short(120))
    color: Mapped[str] = mapped_column(short(7), default="#F6C65B")
    # Product groups it accepts; None accepts all.
    groups: Mapped[list[Any] | None]
    # Kinds of exhibitor it accepts; None accepts all.
    exhibitor_kinds: Mapped[list[Any] | None]
    feed_w: Mapped[int | None]
    purpose: Mapped[str | None] = mapped_column(short(200))

    fair: Mapped[Fair] = relationship(back_populates="zones")
