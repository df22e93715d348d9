"""Time windows with who booked them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tgfair.core.errors import NotFoundError
from tgfair.core.workflow import ACCEPTED
from tgfair.models.application import Application
from tgfair.models.slot import Slot, SlotBooking, SlotKind, SlotWaiting, VehicleSize
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.fair_timetable import local_day
from tgfair.services.slot_places import ONCE, fits
from tgfair.services.uow import reader


@dataclass(frozen=True)
class Booked:
    """A place in a window."""

    id: int
    code: str
    exhibitor: str
    phone: str | None
    plate: str | None
    vehicle: VehicleSize | None


@dataclass(frozen=True)
class Window:
    """A window with its bookings, and who waits for a place in it (codes, the first in front)."""

    id: int
    kind: SlotKind
    place: str
    day: date
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    note: str | None
    largest: VehicleSize | None
    booked: tuple[Booked, ...] = ()
    line: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody may take a place: there is one, and nobody waits for it."""
        return self.free > 0 and not self.line


@dataclass(frozen=True)
class MyWindows:
    """The windows that an application has, waits for and may choose from, by kind.

    `over`: the fair has windows, and the last of them is past.
    """

    application: Application
    mine: tuple[tuple[int, str | None, Window], ...]
    waits: tuple[tuple[Window, int], ...]
    options: tuple[tuple[SlotKind, tuple[Window, ...]], ...]
    may_book: bool
    over: bool

    def holds(self, kind: SlotKind) -> int | None:
        """Return the booking that a new choice of this kind replaces, or None."""
        if kind not in ONCE:
            return None
        return next((booking for booking, _, one in self.mine if one.kind is kind), None)


def windows(fair_id: int) -> list[tuple[date, list[Window]]]:
    """Return a fair's windows with their bookings, day by day. For staff."""
    slots = _slots(fair_id)
    bookings = (
        reader()
        .scalars(
            select(SlotBooking)
            .where(
                SlotBooking.slot_id.in_([slot.id for slot in slots]),
                SlotBooking.cancelled_at.is_(None),
            )
            .options(joinedload(SlotBooking.application).joinedload(Application.exhibitor))
            .order_by(SlotBooking.booked_at, SlotBooking.id)
        )
        .all()
    )
    by_slot: dict[int, list[Booked]] = defaultdict(list)
    for one in bookings:
        by_slot[one.slot_id].append(_booked(one))
    lines = _lines(fair_id)
    days: dict[date, list[Window]] = defaultdict(list)
    for slot in slots:
        window = _window(slot, tuple(by_slot[slot.id]), lines[slot.id])
        days[local_day(slot.starts_at)].append(window)
    return list(days.items())


def my_windows(actor: Actor, code: str, *, now: datetime) -> MyWindows:
    """Return what the slot page of an application shows.

    Raises:
        NotFoundError: missing or foreign.
    """
    session = reader()
    application = session.scalars(
        select(Application)
        .where(Application.code == code, visible_to(actor, Application))
        .options(joinedload(Application.fair), joinedload(Application.exhibitor))
    ).one_or_none()
    if application is None:
        raise NotFoundError
    require(actor, Action.BOOK_SLOT, application)
    slots = _slots(application.fair_id)
    lines = _lines(application.fair_id)
    by_id = {slot.id: _window(slot, line=lines[slot.id]) for slot in slots}
    bookings = session.scalars(
        select(SlotBooking).where(
            SlotBooking.application_id == application.id, SlotBooking.cancelled_at.is_(None)
        )
    ).all()
    mine = tuple((one.id, one.plate, by_id[one.slot_id]) for one in bookings)
    return MyWindows(
        application=application,
        mine=tuple(sorted(mine, key=lambda one: one[2].starts_at)),
        waits=tuple(
            (one, one.line.index(code) + 1)
            for one in by_id.values()
            if code in one.line and one.ends_at > now
        ),
        options=_options(by_id, {one.slot_id for one in bookings}, now),
        may_book=application.state in ACCEPTED,
        over=bool(slots) and all(slot.ends_at <= now for slot in slots),
    )


def has_windows(fair_id: int) -> bool:
    """Return whether a fair has any window to choose from."""
    return reader().scalar(select(Slot.id).where(Slot.fair_id == fair_id).limit(1)) is not None


def _options(
    by_id: dict[int, Window], taken: set[int], now: datetime
) -> tuple[tuple[SlotKind, tuple[Window, ...]], ...]:
    to_come = [one for one in by_id.values() if one.ends_at > now and one.id not in taken]
    return tuple(
        (kind, of_kind)
        for kind in SlotKind
        if (of_kind := tuple(one for one in to_come if one.kind is kind))
    )


def _lines(fair_id: int) -> dict[int, tuple[str, ...]]:
    """Return the codes of those who wait and fit, by window, the first in front."""
    rows = reader().execute(
        select(Slot, SlotWaiting.vehicle, Application.code)
        .join(SlotWaiting, SlotWaiting.slot_id == Slot.id)
        .join(Application, Application.id == SlotWaiting.application_id)
        .where(
            Slot.fair_id == fair_id,
            SlotWaiting.left_at.is_(None),
            Application.state.in_(ACCEPTED),
        )
        .order_by(SlotWaiting.entered_at, SlotWaiting.id)
    )
    lines: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for slot, vehicle, code in rows:
        if fits(slot, vehicle):
            lines[slot.id] += (code,)
    return lines


def _slots(fair_id: int) -> Sequence[Slot]:
    statement = (
        select(Slot)
        .where(Slot.fair_id == fair_id)
        .order_by(Slot.starts_at, Slot.kind, Slot.place, Slot.id)
    )
    return reader().scalars(statement).all()


def _window(slot: Slot, booked: tuple[Booked, ...] = (), line: tuple[str, ...] = ()) -> Window:
    return Window(
        id=slot.id,
        kind=slot.kind,
        place=slot.place,
        day=local_day(slot.starts_at),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        capacity=slot.capacity,
        free=slot.free,
        note=slot.note,
        largest=slot.largest,
        booked=booked,
        line=line,
    )


def _booked(one: SlotBooking) -> Booked:
    application = one.application
    return Booked(
        id=one.id,
        code=application.code,
        exhibitor=application.fascia_name or application.exhibitor.name,
        phone=application.contact_phone or application.exhibitor.phone,
        plate=one.plate,
        vehicle=one.vehicle,
    )
