"""Take and give back places in time windows, within the caller's transaction.

The database is the judge: a place moves by one conditional UPDATE whose row count is looked at
(design.md, section 6).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from tgfair.core.calendar_text import VIETNAM, vn_date, vn_time
from tgfair.core.names import VEHICLE_NAMES
from tgfair.core.workflow import ACCEPTED
from tgfair.models.application import Application
from tgfair.models.slot import Slot, SlotBooking, SlotKind, SlotWaiting, VehicleSize

# A subject drives in once and out once; staff may give a second window.
ONCE = frozenset({SlotKind.LOAD_IN, SlotKind.LOAD_OUT})
# From the smallest.
SIZES = tuple(VehicleSize)


def window_name(slot: Slot) -> str:
    """Return "07:00–08:00 ngày 17/06/2026, Cổng 1"."""
    day = vn_date(slot.starts_at.astimezone(VIETNAM).date())
    return f"{vn_time(slot.starts_at)}–{vn_time(slot.ends_at)} ngày {day}, {slot.place}"


def fits(slot: Slot, vehicle: VehicleSize | None) -> bool:
    """Return whether a window takes a vehicle; one with a limit has to know which comes."""
    if slot.largest is None:
        return True
    return vehicle is not None and SIZES.index(vehicle) <= SIZES.index(slot.largest)


def limit_words(slot: Slot) -> str:
    """Return which vehicles a window takes, or nothing when it takes all."""
    if slot.largest is None:
        return ""
    return f"lớn nhất là {VEHICLE_NAMES[slot.largest].lower()}"


def line_of(session: Session, slot: Slot) -> list[SlotWaiting]:
    """Return who waits for a window and fits, the longest first."""
    rows = session.scalars(
        select(SlotWaiting)
        .join(Application)
        .where(
            SlotWaiting.slot_id == slot.id,
            SlotWaiting.left_at.is_(None),
            Application.state.in_(ACCEPTED),
        )
        .order_by(SlotWaiting.entered_at, SlotWaiting.id)
    ).all()
    return [row for row in rows if fits(slot, row.vehicle)]


def leave_line(session: Session, application: Application, slot: Slot, *, now: datetime) -> bool:
    """Take an application out of a window's line; False when it did not wait."""
    left = (
        update(SlotWaiting)
        .where(
            SlotWaiting.slot_id == slot.id,
            SlotWaiting.application_id == application.id,
            SlotWaiting.left_at.is_(None),
        )
        .values(left_at=now)
    )
    return _rows(session, left) == 1


def take_place(session: Session, slot_id: int) -> bool:
    """Take one place; False when the window is full."""
    statement = (
        update(Slot)
        .where(Slot.id == slot_id, Slot.free > 0)
        .values(free=Slot.free - 1)
        .execution_options(synchronize_session=False)
    )
    return _rows(session, statement) == 1


def give_back(session: Session, booking: SlotBooking, *, now: datetime) -> bool:
    """Cancel a booking and free its place; False when somebody was faster."""
    cancelled = (
        update(SlotBooking)
        .where(SlotBooking.id == booking.id, SlotBooking.cancelled_at.is_(None))
        .values(cancelled_at=now)
        .execution_options(synchronize_session=False)
    )
    if _rows(session, cancelled) != 1:
        return False
    freed = (
        update(Slot)
        .where(Slot.id == booking.slot_id, Slot.free < Slot.capacity)
        .values(free=Slot.free + 1)
        .execution_options(synchronize_session=False)
    )
    return _rows(session, freed) == 1


def give_back_all(session: Session, application: Application, *, now: datetime) -> None:
    """Give back every place of an application that leaves the fair, and its places in line."""
    session.execute(
        update(SlotWaiting)
        .where(SlotWaiting.application_id == application.id, SlotWaiting.left_at.is_(None))
        .values(left_at=now)
    )
    bookings = session.scalars(
        select(SlotBooking)
        .where(SlotBooking.application_id == application.id, SlotBooking.cancelled_at.is_(None))
        .order_by(SlotBooking.slot_id)
    ).all()
    for booking in bookings:
        give_back(session, booking, now=now)


def _rows(session: Session, statement: Update) -> int:
    session.flush()
    result = session.execute(statement)
    return int(getattr(result, "rowcount", 0))
