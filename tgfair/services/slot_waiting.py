"""The line at a full window: who waits longest, and fits, gets the place that becomes free.

The place is given at once and told by mail; unlike a booth it is given back by one press, so
nobody is asked first. Each place is given in a unit of its own, see services/slots.py.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.application import Application
from tgfair.models.slot import Slot, SlotBooking, SlotWaiting, VehicleSize
from tgfair.policy import SYSTEM, Actor
from tgfair.services.audit import record
from tgfair.services.notifications import notify_application
from tgfair.services.slot_places import ONCE, give_back, leave_line, line_of, window_name
from tgfair.services.slots import (
    AlreadyBookedError,
    Coming,
    load_booking_application,
    lock_windows,
    take,
    window_for,
)
from tgfair.services.uow import find, reader, transaction


def wait_for_slot(
    actor: Actor,
    code: str,
    slot_id: int,
    *,
    plate: str = "",
    vehicle: VehicleSize | None = None,
    now: datetime,
) -> int:
    """Enter the line of a full window and return the place in it; who waits keeps the place.

    Raises:
        InvalidError: the window has a place, is over or takes no such vehicle.
        AlreadyBookedError: it has a place in this window.
    """
    with transaction() as session:
        application = load_booking_application(session, actor, code)
        slot = window_for(session, actor, application, slot_id, vehicle=vehicle, now=now)
        lock_windows(session, slot.id)
        session.refresh(slot)
        _refuse_needless(session, application, slot)
        if application.id not in [one.application_id for one in line_of(session, slot)]:
            leave_line(session, application, slot, now=now)  # with a vehicle that did not fit
            session.add(
                SlotWaiting(
                    slot_id=slot.id,
                    application_id=application.id,
                    plate=check_text(plate, field="plate").upper()[:16] or None,
                    vehicle=vehicle,
                    entered_at=now,
                )
            )
            session.flush()
            record(session, actor, "slot.waits", application, now=now, window=window_name(slot))
        order = [one.application_id for one in line_of(session, slot)]
        return order.index(application.id) + 1


def _refuse_needless(session: Session, application: Application, slot: Slot) -> None:
    booked = select(SlotBooking.id).where(
        SlotBooking.slot_id == slot.id,
        SlotBooking.application_id == application.id,
        SlotBooking.cancelled_at.is_(None),
    )
    if session.scalar(booked) is not None:
        raise AlreadyBookedError(window_name(slot))
    if slot.free > 0 and not line_of(session, slot):
        raise InvalidError(f"Khung {window_name(slot)} còn chỗ. Hãy giữ chỗ luôn.")


def leave_slot_line(actor: Actor, code: str, slot_id: int, *, now: datetime) -> str:
    """Wait no more for a window, and return its name.

    Raises:
        InvalidError: it does not wait for it.
    """
    with transaction() as session:
        application = load_booking_application(session, actor, code)
        slot = find(session, Slot, Slot.id == slot_id, Slot.fair_id == application.fair_id)
        if not leave_line(session, application, slot, now=now):
            raise InvalidError("Cơ sở không chờ khung này nữa. Hãy tải lại trang.")
        record(session, actor, "slot.left_line", application, now=now, window=window_name(slot))
        return window_name(slot)


def sweep_slots(now: datetime) -> int:
    """Give free places to those who wait for them; return how many. For the worker."""
    given = 0
    while _give_one(now):
        given += 1
    return given


def _give_one(now: datetime) -> bool:
    found = _next(now)
    reader().rollback()
    if found is None:
        return False
    with transaction() as session:
        application = session.scalars(
            select(Application).where(Application.id == found.application_id).with_for_update()
        ).one()
        slot = session.get_one(Slot, found.slot_id)
        old = _in_exchange(session, application, slot)
        lock_windows(session, slot.id, *(one.slot_id for one in old))
        session.refresh(slot)
        line = line_of(session, slot)
        still = slot.free > 0 and bool(line) and line[0].id == found.id
        if still:
            _give(session, application, slot, line[0], old, now=now)
        return still


def _next(now: datetime) -> SlotWaiting | None:
    """Return who gets the next place, if there is one and somebody who fits."""
    session = reader()
    slots = session.scalars(
        select(Slot)
        .where(
            Slot.free > 0,
            Slot.ends_at > now,
            Slot.id.in_(select(SlotWaiting.slot_id).where(SlotWaiting.left_at.is_(None))),
        )
        .order_by(Slot.id)
    )
    return next((line[0] for slot in slots if (line := line_of(session, slot))), None)


def _in_exchange(session: Session, application: Application, slot: Slot) -> list[SlotBooking]:
    """Return the place that it gives back for this one, of a kind that one has once."""
    if slot.kind not in ONCE:
        return []
    return list(
        session.scalars(
            select(SlotBooking)
            .join(Slot)
            .where(
                SlotBooking.application_id == application.id,
                SlotBooking.cancelled_at.is_(None),
                Slot.kind == slot.kind,
            )
        )
    )


def _give(
    session: Session,
    application: Application,
    slot: Slot,
    waited: SlotWaiting,
    old: list[SlotBooking],
    *,
    now: datetime,
) -> None:
    for one in old:
        give_back(session, one, now=now)
    take(
        session,
        SYSTEM,
        application,
        slot,
        coming=Coming(waited.plate or "", waited.vehicle),
        now=now,
    )
    notify_application(
        session,
        "slot_given",
        application,
        dedupe=f"slot_waiting:{waited.id}",
        now=now,
        window=window_name(slot),
        before=window_name(old[0].slot) if old else None,
    )
