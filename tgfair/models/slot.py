"""Capacity-limited time windows: load-in, stage, meetings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tgfair.models.application import Application
from tgfair.models.base import Base, short, text_enum


class SlotKind(StrEnum):
    """What a window is for."""

    LOAD_IN = "load_in"
    LOAD_OUT = "load_out"
    STAGE = "stage"
    MEETING = "meeting"


class VehicleSize(StrEnum):
    """Sizes of vehicles, from the smallest; a window may take none above a size."""

    HAND = "hand"
    MOTORBIKE = "motorbike"
    VAN = "van"
    TRUCK = "truck"
    LORRY = "lorry"


class Slot(Base):
    """A window. `free` is the judge of capacity: it only moves by a conditional UPDATE."""

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("free >= 0 AND free <= capacity", name="free"),
        CheckConstraint("ends_at > starts_at", name="window"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id", ondelete="CASCADE"), index=True)
    kind: Mapped[SlotKind] = mapped_column(text_enum(SlotKind))
    place: Mapped[str] = mapped_column(short(120))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    free: Mapped[int]
    note: Mapped[str | None] = mapped_column(short(200))
    # The largest vehicle that comes in; None takes all.
    largest: Mapped[VehicleSize | None] = mapped_column(text_enum(VehicleSize))


class SlotBooking(Base):
    """An application's place in a window."""

    __tablename__ = "slot_booking"
    __table_args__ = (
        # One place of an application in one window, while it is not given back.
        Index(
            "uq_slot_booking_live",
            "slot_id",
            "application_id",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="RESTRICT"))
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    plate: Mapped[str | None] = mapped_column(short(16))
    vehicle: Mapped[VehicleSize | None] = mapped_column(text_enum(VehicleSize))
    note: Mapped[str | None] = mapped_column(short(200))
    booked_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]

    slot: Mapped[Slot] = relationship()
    application: Mapped[Application] = relationship()


class SlotWaiting(Base):
    """An application waiting for a place in a full window; who waits longest gets it first."""

    __tablename__ = "slot_waiting"
    __table_args__ = (
        Index(
            "uq_slot_waiting_open",
            "slot_id",
            "application_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"))
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    plate: Mapped[str | None] = mapped_column(short(16))
    vehicle: Mapped[VehicleSize | None] = mapped_column(text_enum(VehicleSize))
    entered_at: Mapped[datetime]
    # Served, given up, or out of the fair.
    left_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship()
