"""Take and give back places in time windows, within the caller's transaction.

The database is the judge: a place moves by one conditional UPDATE whose row count is looked at
(design.md, section 6).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from tgfair.core.calendar_text import VIETNAM, vn_date, vn_time
from tgfair.models.application import Application
from tgfair.models.slot import Slot, SlotBooking


def window_name(slot: Slot) -> str:
    """Return "07:00–08:00 ngày 17/06/2026, Cổng 1"."""
    day = vn_date(slot.starts_at.astimezone(VIETNAM).date())
    return f"{vn_time(slot.starts_at)}–{vn_time(slot.ends_at)} ngày {day}, {slot.place}"


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
    """Give back every place of an application that leaves the fair."""
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
