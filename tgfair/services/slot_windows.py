"""Make, change and delete time windows of a fair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tgfair.core.calendar_text import VIETNAM, vn_date
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.core.workflow import ACCEPTED
from tgfair.models.application import Application
from tgfair.models.fair import Fair
from tgfair.models.slot import Slot, SlotBooking, SlotKind, SlotWaiting, VehicleSize
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.notifications import notify_application
from tgfair.services.slot_places import window_name
from tgfair.services.slots import lock_windows
from tgfair.services.uow import find, transaction

MOST_WINDOWS = 200
MOST_PLACES = 1000
# Goods and stages are built some days before, and taken down after; a wrong year is further off.
MARGIN = timedelta(days=30)
LEAST_MINUTES, MOST_MINUTES = 5, 24 * 60


class SlotInUseError(ConflictError):
    """The window has bookings that would not fit any more."""

    code = "slot_in_use"

    def __init__(self, booked: int) -> None:
        super().__init__(booked)
        self.booked = booked

    def message(self) -> str:
        """Say how many places are taken."""
        return f"Khung này đã có {self.booked} hồ sơ đặt chỗ. Hãy hủy hoặc đổi các chỗ đó trước."


@dataclass(frozen=True)
class Windows:
    """Equal windows of one day, from the first start to the last end."""

    kind: SlotKind
    place: str
    day: date
    first: time
    last: time
    minutes: int
    capacity: int
    note: str = ""
    # The largest vehicle that comes in; None takes all.
    largest: VehicleSize | None = None


def create_slots(actor: Actor, fair_id: int, windows: Windows, *, now: datetime) -> int:
    """Make equal windows and return how many; those that are there already are left alone.

    Raises:
        InvalidError: a number, an hour or the day is out of range, or a window overlaps another of
            this kind and place.
    """
    place = check_text(windows.place, field="place")
    starts = _starts(windows, place)
    length = timedelta(minutes=windows.minutes)
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.EDIT_FAIR, fair)
        # Two officers who make the same windows at the same moment make them once.
        session.refresh(fair, with_for_update=True)
        _refuse_far(fair, windows.day)
        same = (Slot.fair_id == fair.id, Slot.kind == windows.kind, Slot.place == place)
        known = session.scalars(select(Slot).where(*same).order_by(Slot.starts_at)).all()
        new = [start for start in starts if start not in {slot.starts_at for slot in known}]
        _refuse_overlap(known, new, length)
        session.add_all(
            Slot(
                fair_id=fair.id,
                kind=windows.kind,
                place=place,
                starts_at=start,
                ends_at=start + length,
                capacity=windows.capacity,
                free=windows.capacity,
                note=check_text(windows.note, field="note")[:200] or None,
                largest=windows.largest,
            )
            for start in new
        )
        record(session, actor, "slots.created", fair, now=now, fair_id=fair.id, count=len(new))
        return len(new)


def _refuse_far(fair: Fair, day: date) -> None:
    first, last = fair.first_day - MARGIN, fair.last_day + MARGIN
    if not first <= day <= last:
        raise InvalidError(
            f"Ngày này quá xa ngày tổ chức. Hãy ghi ngày từ {vn_date(first)} đến {vn_date(last)}.",
            field="day",
        )


def _refuse_overlap(known: Sequence[Slot], starts: Sequence[datetime], length: timedelta) -> None:
    """Refuse a second window at the same hour and place: it would double the place's capacity."""
    met = next(
        (
            slot
            for start in starts
            for slot in known
            if slot.starts_at < start + length and start < slot.ends_at
        ),
        None,
    )
    if met is not None:
        raise InvalidError(
            f"Trùng giờ với khung đã có: {window_name(met)}. Hãy chọn giờ khác, hoặc sửa số chỗ "
            "của khung đó.",
            field="first",
        )


def _starts(windows: Windows, place: str) -> list[datetime]:
    if not place or len(place) > 120:  # noqa: PLR2004 -- the column's length
        raise InvalidError("Hãy ghi nơi, ví dụ Cổng 1.", field="place")
    if not 1 <= windows.capacity <= MOST_PLACES:
        raise InvalidError(f"Số chỗ từ 1 đến {MOST_PLACES}.", field="capacity")
    if not LEAST_MINUTES <= windows.minutes <= MOST_MINUTES:
        raise InvalidError(f"Mỗi khung từ {LEAST_MINUTES} phút đến 24 giờ.", field="minutes")
    first = datetime.combine(windows.day, windows.first, tzinfo=VIETNAM)
    last = datetime.combine(windows.day, windows.last, tzinfo=VIETNAM)
    count = int((last - first) / timedelta(minutes=windows.minutes))
    if count < 1:
        raise InvalidError("Từ giờ đầu đến giờ cuối chưa đủ một khung.", field="last")
    if count > MOST_WINDOWS:
        raise InvalidError(f"Nhiều nhất {MOST_WINDOWS} khung một lần.", field="minutes")
    return [first + timedelta(minutes=windows.minutes * n) for n in range(count)]


def edit_slot(
    actor: Actor,
    fair_id: int,
    slot_id: int,
    *,
    capacity: int,
    note: str,
    largest: VehicleSize | None = None,
    now: datetime,
) -> None:
    """Change a window's number of places, largest vehicle and note; who has a place keeps it.

    Raises:
        SlotInUseError: more places are booked than would be left.
        InvalidError: the number is out of range.
    """
    if not 1 <= capacity <= MOST_PLACES:
        raise InvalidError(f"Số chỗ từ 1 đến {MOST_PLACES}.", field="capacity")
    with transaction() as session:
        slot = _slot(session, actor, fair_id, slot_id)
        taken = Slot.capacity - Slot.free
        changed = session.execute(
            update(Slot)
            .where(Slot.id == slot.id, taken <= capacity)
            .values(
                capacity=capacity,
                free=capacity - taken,
                note=check_text(note)[:200] or None,
                largest=largest,
            )
            .execution_options(synchronize_session=False)
        )
        if getattr(changed, "rowcount", 0) != 1:
            raise SlotInUseError(slot.capacity - slot.free)
        record(session, actor, "slot.edited", slot, now=now, capacity=capacity)


def delete_slot(actor: Actor, fair_id: int, slot_id: int, *, now: datetime) -> None:
    """Delete a window that nobody has a place in; who waits for one is told.

    Raises:
        SlotInUseError: somebody has.
    """
    with transaction() as session:
        slot = _slot(session, actor, fair_id, slot_id)
        _tell_line(session, slot, now=now)
        record(session, actor, "slot.deleted", slot, now=now, window=window_name(slot))
        session.execute(
            delete(SlotBooking).where(
                SlotBooking.slot_id == slot.id, SlotBooking.cancelled_at.is_not(None)
            )
        )
        try:
            gone = session.execute(
                delete(Slot)
                .where(Slot.id == slot.id, Slot.free == Slot.capacity)
                .execution_options(synchronize_session=False)
            )
        except IntegrityError as error:
            raise SlotInUseError(1) from error
        if getattr(gone, "rowcount", 0) != 1:
            raise SlotInUseError(slot.capacity - slot.free)


def _tell_line(session: Session, slot: Slot, *, now: datetime) -> None:
    """Tell everybody in the line of a window to come, the ones that do not fit it included."""
    line = (
        select(Application)
        .join(SlotWaiting)
        .where(
            SlotWaiting.slot_id == slot.id,
            SlotWaiting.left_at.is_(None),
            Application.state.in_(ACCEPTED),
        )
        .order_by(Application.id)
    )
    # Applications before the window, as everywhere; then nobody enters the line any more.
    session.scalars(line.with_for_update(of=Application)).all()
    lock_windows(session, slot.id)
    if slot.ends_at <= now:
        return
    for application in session.scalars(line):
        notify_application(
            session,
            "slot_gone",
            application,
            dedupe=f"slot:{slot.id}:{now.isoformat()}",
            now=now,
            window=window_name(slot),
        )


def _slot(session: Session, actor: Actor, fair_id: int, slot_id: int) -> Slot:
    fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.EDIT_FAIR, fair)
    return find(session, Slot, Slot.id == slot_id, Slot.fair_id == fair.id)
