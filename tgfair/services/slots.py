"""Places in time windows: book, move, give back. Never more than fit.

Every act locks its one application first and then windows by number, so none waits crosswise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError, GoneError, InvalidError, NotFoundError
from tgfair.core.vietnamese import check_text
from tgfair.core.workflow import ACCEPTED, STATE_LABELS
from tgfair.models.application import Application
from tgfair.models.slot import Slot, SlotBooking, VehicleSize
from tgfair.policy import Action, Actor, can, require, visible_to
from tgfair.services.audit import record
from tgfair.services.notifications import notify_application
from tgfair.services.slot_places import (
    ONCE,
    fits,
    give_back,
    leave_line,
    limit_words,
    line_of,
    take_place,
    window_name,
)
from tgfair.services.uow import find, reader, transaction

ALTERNATIVES = 3


@dataclass(frozen=True)
class Coming:
    """With what somebody comes."""

    plate: str = ""
    vehicle: VehicleSize | None = None


class SlotFullError(GoneError):
    """No place is left in the window; `alternatives` are the nearest ones that have some."""

    code = "slot_full"

    def message(self) -> str:
        """Name the window and the nearest free ones."""
        if not self.alternatives:
            return f"Khung {self.name} đã hết chỗ. Cơ sở có thể chờ khung này."
        return f"Khung {self.name} đã hết chỗ. Còn chỗ: {'; '.join(self.alternatives)}."


class AlreadyBookedError(ConflictError):
    """The application has a place in this window, or in another of the kind one has once."""

    code = "already_booked"

    def __init__(self, window: str) -> None:
        super().__init__(window)
        self.window = window

    def message(self) -> str:
        """Name the window, and say how to change it."""
        return f"Hồ sơ đã có chỗ trong khung {self.window}. Muốn đổi, hãy bấm “Đổi sang khung này”."


def book_slot(
    actor: Actor,
    code: str,
    slot_id: int,
    *,
    plate: str = "",
    vehicle: VehicleSize | None = None,
    now: datetime,
) -> str:
    """Give an application a place in a window and return the window's name.

    Raises:
        SlotFullError: no place, or somebody waits for the next; with the nearest free windows.
        AlreadyBookedError: it has a place here, or in another window of a kind one has once.
        InvalidError: the application is not accepted, the window is over or takes no such vehicle.
    """
    # Read before the write lock, so that losers do not queue behind the winners.
    _refuse_full(actor, code, slot_id)
    try:
        with transaction() as session:
            application = load_booking_application(session, actor, code)
            slot = window_for(session, actor, application, slot_id, vehicle=vehicle, now=now)
            name = window_name(slot)
            refuse_second(session, actor, application, slot)
            _refuse_past_the_line(session, application, slot)
            coming = Coming(plate, vehicle)
            take(session, actor, application, slot, coming=coming, now=now)
            return name
    except SlotFullError as error:
        raise SlotFullError(error.name, _alternatives(slot_id)) from None


def move_booking(
    actor: Actor,
    code: str,
    booking_id: int,
    slot_id: int,
    *,
    plate: str = "",
    vehicle: VehicleSize | None = None,
    now: datetime,
) -> str:
    """Move a booking to another window, all or nothing, and return the new window's name.

    A press sent twice moves it once.

    Raises:
        SlotFullError: the new window is full; the old place stays.
        InvalidError: the new window takes no such vehicle.
        NotFoundError: there is no such booking.
    """
    _refuse_full(actor, code, slot_id)
    try:
        with transaction() as session:
            application = load_booking_application(session, actor, code)
            live = _live(session, application)
            if booking_id not in live and slot_id in {one.slot_id for one in live.values()}:
                return window_name(session.get_one(Slot, slot_id))
            booking = _booking(session, application, booking_id)
            coming = Coming(plate or booking.plate or "", vehicle or booking.vehicle)
            slot = window_for(session, actor, application, slot_id, vehicle=coming.vehicle, now=now)
            name = window_name(slot)
            if slot.id == booking.slot_id:
                raise AlreadyBookedError(name)
            _refuse_past_the_line(session, application, slot)
            lock_windows(session, slot.id, booking.slot_id)
            if not give_back(session, booking, now=now):
                raise NotFoundError
            take(session, actor, application, slot, coming=coming, now=now)
            return name
    except SlotFullError as error:
        raise SlotFullError(error.name, _alternatives(slot_id)) from None


def cancel_booking(actor: Actor, code: str, booking_id: int, *, now: datetime) -> str:
    """Give a place back and return the window's name; who lost it by a cadre's act is told.

    Raises:
        NotFoundError: there is no such booking, or it was given back already.
    """
    with transaction() as session:
        application = load_booking_application(session, actor, code)
        booking = _booking(session, application, booking_id)
        name = window_name(booking.slot)
        record(session, actor, "slot.cancelled", application, now=now, window=name)
        if actor.is_staff and booking.slot.ends_at > now:
            notify_application(
                session,
                "slot_cancelled",
                application,
                dedupe=f"slot_booking:{booking.id}",
                now=now,
                window=name,
            )
        # The place last: its row is locked for as short as can be.
        if not give_back(session, booking, now=now):
            raise NotFoundError
        return name


def load_booking_application(session: Session, actor: Actor, code: str) -> Application:
    """Load an application that the actor may book for, and lock it: always before a window.

    Raises:
        NotFoundError: missing or foreign.
    """
    # The lock keeps two requests of one subject from taking two windows of a kind one has once.
    application = session.scalars(
        select(Application)
        .where(Application.code == code, visible_to(actor, Application))
        .with_for_update()
    ).one_or_none()
    if application is None:
        raise NotFoundError
    require(actor, Action.BOOK_SLOT, application)
    return application


def _live(session: Session, application: Application) -> dict[int, SlotBooking]:
    bookings = session.scalars(
        select(SlotBooking).where(
            SlotBooking.application_id == application.id, SlotBooking.cancelled_at.is_(None)
        )
    )
    return {booking.id: booking for booking in bookings}


def _booking(session: Session, application: Application, booking_id: int) -> SlotBooking:
    return find(
        session,
        SlotBooking,
        SlotBooking.id == booking_id,
        SlotBooking.application_id == application.id,
        SlotBooking.cancelled_at.is_(None),
    )


def lock_windows(session: Session, *slot_ids: int) -> None:
    """Lock windows in one order everywhere, so that two who change places do not wait crosswise."""
    session.scalars(
        select(Slot.id).where(Slot.id.in_(slot_ids)).order_by(Slot.id).with_for_update()
    ).all()


def window_for(
    session: Session,
    actor: Actor,
    application: Application,
    slot_id: int,
    *,
    vehicle: VehicleSize | None,
    now: datetime,
) -> Slot:
    """Return a window of the application's fair that it may still come to.

    Raises:
        InvalidError: the application is not accepted, the window is over or takes no such vehicle.
        NotFoundError: there is no such window at its fair.
    """
    slot = find(session, Slot, Slot.id == slot_id, Slot.fair_id == application.fair_id)
    if application.state not in ACCEPTED:
        raise InvalidError(
            f"Hồ sơ đang “{STATE_LABELS[application.state]}”. Hồ sơ được duyệt mới chọn khung giờ."
        )
    if slot.ends_at <= now and not can(actor, Action.EDIT_FAIR, application.fair):
        raise InvalidError(f"Khung {window_name(slot)} đã qua. Hãy chọn khung khác.")
    if not fits(slot, vehicle):
        ask = "Hãy chọn khung khác." if vehicle else "Hãy chọn cỡ xe."
        raise InvalidError(f"Khung {window_name(slot)}: xe {limit_words(slot)}. {ask}")
    return slot


def refuse_second(session: Session, actor: Actor, application: Application, slot: Slot) -> None:
    """Refuse a second place in the window, or a second window of a kind that one has once.

    Raises:
        AlreadyBookedError: it names the window.
    """
    others = session.scalars(
        select(Slot)
        .join(SlotBooking)
        .where(
            SlotBooking.application_id == application.id,
            SlotBooking.cancelled_at.is_(None),
            Slot.kind == slot.kind,
        )
    ).all()
    here = [other for other in others if other.id == slot.id]
    staff = can(actor, Action.EDIT_FAIR, application.fair)
    again = here or (others if slot.kind in ONCE and not staff else [])
    if again:
        raise AlreadyBookedError(window_name(again[0]))


def _refuse_past_the_line(session: Session, application: Application, slot: Slot) -> None:
    """A place that became free is for those who wait, whoever is faster."""
    if any(one.application_id != application.id for one in line_of(session, slot)):
        raise SlotFullError(window_name(slot))


def take(
    session: Session,
    actor: Actor,
    application: Application,
    slot: Slot,
    *,
    coming: Coming,
    now: datetime,
) -> None:
    """Book a place; whoever waited for it waits no more.

    Raises:
        SlotFullError: there is none.
    """
    name = window_name(slot)
    session.add(
        SlotBooking(
            slot_id=slot.id,
            application_id=application.id,
            plate=check_text(coming.plate, field="plate").upper()[:16] or None,
            vehicle=coming.vehicle,
            booked_at=now,
        )
    )
    leave_line(session, application, slot, now=now)
    record(session, actor, "slot.booked", application, now=now, window=name)
    # The place last: its row is locked for as short as can be.
    if not take_place(session, slot.id):
        raise SlotFullError(name)


def _refuse_full(actor: Actor, code: str, slot_id: int) -> None:
    """Say so of a window of the application's own fair only, to who may see the application.

    Not to who has a place in it.
    """
    own = select(SlotBooking.slot_id).where(
        SlotBooking.application_id == Application.id, SlotBooking.cancelled_at.is_(None)
    )
    slot = reader().scalar(
        select(Slot)
        .join(Application, Application.fair_id == Slot.fair_id)
        .where(
            Slot.id == slot_id,
            Slot.free <= 0,
            Slot.id.not_in(own),
            Application.code == code,
            visible_to(actor, Application),
        )
    )
    if slot is not None:
        raise SlotFullError(window_name(slot), _alternatives(slot.id))


def _alternatives(slot_id: int) -> list[str]:
    """Return the nearest windows of the same kind with places, the nearest first."""
    session = reader()
    full = session.get(Slot, slot_id)
    if full is None:
        return []
    others = session.scalars(
        select(Slot).where(Slot.fair_id == full.fair_id, Slot.kind == full.kind, Slot.free > 0)
    ).all()
    nearest = sorted(others, key=lambda one: (abs(one.starts_at - full.starts_at), one.id))
    return [window_name(one) for one in nearest[:ALTERNATIVES]]
