"""Time windows: nothing is overbooked, whoever comes at the same moment."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from tests.support.builders import (
    NOW,
    make_application,
    make_exhibitor,
    make_fair,
    make_staff,
    save,
)
from tgfair.core.errors import ForbiddenError, InvalidError, NotFoundError
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import (
    Application,
    Message,
    MessageState,
    Role,
    Slot,
    SlotBooking,
    SlotKind,
    SlotWaiting,
    VehicleSize,
)
from tgfair.policy import SYSTEM, Actor
from tgfair.services.fair_status import set_fair_status
from tgfair.services.slot_places import window_name
from tgfair.services.slot_waiting import leave_slot_line, sweep_slots, wait_for_slot
from tgfair.services.slot_windows import (
    SlotInUseError,
    Windows,
    create_slots,
    delete_slot,
    edit_slot,
)
from tgfair.services.slots import (
    AlreadyBookedError,
    SlotFullError,
    book_slot,
    cancel_booking,
    move_booking,
)
from tgfair.services.uow import reader

DAY = date(2026, 6, 17)
WINDOWS = Windows(SlotKind.LOAD_IN, "Cổng 1", DAY, time(7), time(10), 60, 5)
RIVALS, PLACES = 40, 5


@pytest.fixture
def fair(app):
    with app.app_context():
        yield make_fair()


@pytest.fixture
def slots(fair) -> list[Slot]:
    """Three windows of one hour from 07:00, five places each."""
    create_slots(SYSTEM, fair.id, WINDOWS, now=NOW)
    return list(reader().scalars(select(Slot).order_by(Slot.starts_at)).all())


def approved(fair):
    return make_application(fair, make_exhibitor(), State.APPROVED)


def member_of(application) -> Actor:
    return Actor(user_id=None, label="Chủ cơ sở", owns=frozenset({application.exhibitor_id}))


def free(slot_id: int) -> int:
    reader().rollback()
    return reader().get_one(Slot, slot_id).free


def live_bookings(slot_id: int) -> int:
    reader().rollback()
    count = select(func.count()).where(
        SlotBooking.slot_id == slot_id, SlotBooking.cancelled_at.is_(None)
    )
    return reader().scalar(count) or 0


def booking_id(application) -> int:
    statement = select(SlotBooking.id).where(
        SlotBooking.application_id == application.id, SlotBooking.cancelled_at.is_(None)
    )
    return reader().scalars(statement).one()


def test_windows_of_a_day_are_made_once(fair):
    made = [create_slots(SYSTEM, fair.id, WINDOWS, now=NOW) for _ in range(2)]

    starts = reader().scalars(select(Slot.starts_at).order_by(Slot.starts_at)).all()
    assert made == [3, 0]
    assert starts[0] == datetime(2026, 6, 17, 0, 0, tzinfo=UTC)  # 07:00 in Vietnam
    assert starts[-1] - starts[0] == timedelta(hours=2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"place": " "}, "place"),
        ({"capacity": 0}, "capacity"),
        ({"minutes": 1}, "minutes"),
        ({"last": time(7, 30)}, "last"),
        ({"first": time(0), "last": time(23, 59), "minutes": 5}, "minutes"),
        ({"day": date(2020, 1, 1)}, "day"),
        ({"day": date(2027, 6, 17)}, "day"),
    ],
)
def test_impossible_windows_are_refused_on_their_field(fair, changes, field):
    values = {"kind": SlotKind.STAGE, "place": "Sân khấu", "day": DAY, "first": time(7)}
    values |= {"last": time(10), "minutes": 60, "capacity": 5}

    with pytest.raises(InvalidError) as refused:
        create_slots(SYSTEM, fair.id, Windows(**{**values, **changes}), now=NOW)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("first", "last"),
    [(time(6, 30), time(7, 30)), (time(7, 30), time(7, 40)), (time(9, 50), time(11))],
)
def test_windows_that_overlap_at_the_same_place_are_refused(fair, slots, first, last):
    length = (last.hour - first.hour) * 60 + last.minute - first.minute
    other = replace(WINDOWS, first=first, last=last, minutes=length)

    with pytest.raises(InvalidError, match="Trùng giờ với khung đã có") as refused:
        create_slots(SYSTEM, fair.id, other, now=NOW)

    assert refused.value.field == "first"
    elsewhere = replace(other, place="Cổng 2")
    assert create_slots(SYSTEM, fair.id, elsewhere, now=NOW) == 1


def test_booking_takes_a_place_and_cancelling_gives_it_back(fair, slots):
    one = approved(fair)

    name = book_slot(member_of(one), one.code, slots[0].id, plate="63a-12345", now=NOW)
    taken = free(slots[0].id)
    cancel_booking(member_of(one), one.code, booking_id(one), now=NOW)

    assert (name, taken, free(slots[0].id)) == ("07:00–08:00 ngày 17/06/2026, Cổng 1", 4, 5)
    assert reader().scalars(select(SlotBooking.plate)).one() == "63A-12345"


def test_forty_threads_for_five_places_give_away_exactly_five(app, fair, slots):
    slot_id = slots[0].id
    codes = [approved(fair).code for _ in range(RIVALS)]
    start = threading.Barrier(RIVALS)
    outcomes: list[str] = []

    def claim(code: str) -> None:
        with app.app_context():
            start.wait()
            try:
                book_slot(SYSTEM, code, slot_id, now=NOW)
                outcomes.append("won")
            except SlotFullError:
                outcomes.append("full")
            except Exception as error:  # noqa: BLE001 -- the test counts whatever happened
                outcomes.append(repr(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=claim, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    counted = {outcome: outcomes.count(outcome) for outcome in outcomes}
    assert counted == {"won": PLACES, "full": RIVALS - PLACES}
    assert (free(slot_id), live_bookings(slot_id)) == (0, PLACES)


def test_threads_that_cancel_one_booking_give_one_place_back(app, fair, slots):
    slot_id = slots[0].id
    one = approved(fair)
    book_slot(SYSTEM, one.code, slot_id, now=NOW)
    book_slot(SYSTEM, approved(fair).code, slot_id, now=NOW)
    code, booked = one.code, booking_id(one)
    reader().rollback()
    start = threading.Barrier(8)
    outcomes: list[str] = []

    def give_up() -> None:
        with app.app_context():
            start.wait()
            try:
                cancel_booking(SYSTEM, code, booked, now=NOW)
                outcomes.append("done")
            except NotFoundError:
                outcomes.append("gone")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=give_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done"] + ["gone"] * 7
    assert (free(slot_id), live_bookings(slot_id)) == (PLACES - 1, 1)


def test_one_subject_from_two_phones_gets_one_load_in(app, fair, slots):
    one = approved(fair)
    actor, code, ids = member_of(one), one.code, [slot.id for slot in slots[:2]]
    reader().rollback()
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def claim(slot_id: int) -> None:
        with app.app_context():
            start.wait()
            try:
                book_slot(actor, code, slot_id, now=NOW)
                outcomes.append("won")
            except AlreadyBookedError:
                outcomes.append("already")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=claim, args=(slot_id,)) for slot_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["already", "won"]
    assert sum(live_bookings(slot_id) for slot_id in ids) == 1


def test_full_window_names_the_nearest_free_ones(fair, slots):
    for _ in range(PLACES):
        book_slot(SYSTEM, approved(fair).code, slots[0].id, now=NOW)

    with pytest.raises(SlotFullError) as full:
        book_slot(SYSTEM, approved(fair).code, slots[0].id, now=NOW)

    assert full.value.message() == (
        "Khung 07:00–08:00 ngày 17/06/2026, Cổng 1 đã hết chỗ. Còn chỗ: "
        "08:00–09:00 ngày 17/06/2026, Cổng 1; 09:00–10:00 ngày 17/06/2026, Cổng 1."
    )


def test_full_window_of_a_foreign_fair_is_named_to_nobody(fair, slots):
    own, foreign = approved(make_fair()), approved(fair)
    for _ in range(PLACES):
        book_slot(SYSTEM, approved(fair).code, slots[0].id, now=NOW)

    for code in (own.code, foreign.code, "TGF1-XXXXX"):
        with pytest.raises(NotFoundError):
            book_slot(member_of(own), code, slots[0].id, now=NOW)


def test_moving_to_a_full_window_keeps_the_old_place(fair, slots):
    one = approved(fair)
    book_slot(SYSTEM, one.code, slots[1].id, now=NOW)
    for _ in range(PLACES):
        book_slot(SYSTEM, approved(fair).code, slots[0].id, now=NOW)

    with pytest.raises(SlotFullError):
        move_booking(SYSTEM, one.code, booking_id(one), slots[0].id, now=NOW)
    move_booking(SYSTEM, one.code, booking_id(one), slots[2].id, now=NOW)

    assert [free(slot.id) for slot in slots] == [0, 5, 4]


def test_staff_may_give_a_second_load_in_and_producers_may_not(fair, slots):
    one = approved(fair)
    book_slot(member_of(one), one.code, slots[0].id, now=NOW)

    with pytest.raises(AlreadyBookedError):
        book_slot(member_of(one), one.code, slots[1].id, now=NOW)
    book_slot(make_staff(Role.ORGANISER), one.code, slots[1].id, now=NOW)
    with pytest.raises(AlreadyBookedError):
        book_slot(SYSTEM, one.code, slots[1].id, now=NOW)

    assert [free(slot.id) for slot in slots] == [4, 4, 5]


def test_only_accepted_applications_book_and_not_in_the_past(fair, slots):
    sent = make_application(fair, make_exhibitor(), State.SUBMITTED)
    one = approved(fair)

    with pytest.raises(InvalidError):
        book_slot(SYSTEM, sent.code, slots[0].id, now=NOW)
    with pytest.raises(InvalidError):
        book_slot(member_of(one), one.code, slots[0].id, now=slots[0].ends_at)


def test_foreign_applications_and_windows_are_not_found(fair, slots):
    one, other = approved(fair), approved(fair)
    elsewhere = make_fair()
    foreign = save(
        Slot(
            fair_id=elsewhere.id,
            kind=SlotKind.LOAD_IN,
            place="Cổng 1",
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=1),
            capacity=1,
            free=1,
        )
    )

    with pytest.raises(NotFoundError):
        book_slot(member_of(one), other.code, slots[0].id, now=NOW)
    with pytest.raises(NotFoundError):
        book_slot(SYSTEM, one.code, foreign.id, now=NOW)
    with pytest.raises(ForbiddenError):
        create_slots(make_staff(Role.REVIEWER), fair.id, WINDOWS, now=NOW)


def test_capacity_never_falls_below_what_is_booked(fair, slots):
    for _ in range(2):
        book_slot(SYSTEM, approved(fair).code, slots[0].id, now=NOW)

    with pytest.raises(SlotInUseError) as refused:
        edit_slot(SYSTEM, fair.id, slots[0].id, capacity=1, note="", now=NOW)
    edit_slot(SYSTEM, fair.id, slots[0].id, capacity=2, note="", now=NOW)

    assert refused.value.booked == 2
    assert free(slots[0].id) == 0


def test_only_empty_windows_are_deleted(fair, slots):
    one = approved(fair)
    book_slot(SYSTEM, one.code, slots[0].id, now=NOW)

    with pytest.raises(SlotInUseError):
        delete_slot(SYSTEM, fair.id, slots[0].id, now=NOW)
    cancel_booking(SYSTEM, one.code, booking_id(one), now=NOW)
    delete_slot(SYSTEM, fair.id, slots[0].id, now=NOW)

    assert reader().scalars(select(Slot.id).order_by(Slot.id)).all() == [s.id for s in slots[1:]]


def test_whoever_leaves_the_fair_gives_its_place_back(fair, slots):
    from tgfair.models import FairStatus

    book_slot(SYSTEM, approved(fair).code, slots[0].id, now=NOW)

    set_fair_status(SYSTEM, fair.id, FairStatus.CANCELLED, reason="Bão", seen_version=1, now=NOW)

    assert free(slots[0].id) == 5


def fill_up(fair, slot, count=PLACES):
    """Book that many places; return who has them."""
    found = [approved(fair) for _ in range(count)]
    for one in found:
        book_slot(SYSTEM, one.code, slot.id, now=NOW)
    return found


def booked(slot_id):
    reader().rollback()
    return set(
        reader().scalars(
            select(SlotBooking.application_id).where(
                SlotBooking.slot_id == slot_id, SlotBooking.cancelled_at.is_(None)
            )
        )
    )


def test_window_takes_no_larger_vehicle_than_it_says(fair, slots):
    edit_slot(SYSTEM, fair.id, slots[0].id, capacity=5, note="", largest=VehicleSize.VAN, now=NOW)
    one = approved(fair)

    with pytest.raises(InvalidError, match="Hãy chọn cỡ xe"):
        book_slot(SYSTEM, one.code, slots[0].id, now=NOW)
    with pytest.raises(InvalidError, match="lớn nhất là xe bán tải"):
        book_slot(SYSTEM, one.code, slots[0].id, vehicle=VehicleSize.TRUCK, now=NOW)
    book_slot(SYSTEM, one.code, slots[1].id, vehicle=VehicleSize.TRUCK, now=NOW)
    with pytest.raises(InvalidError, match="lớn nhất"):
        move_booking(SYSTEM, one.code, booking_id(one), slots[0].id, now=NOW)
    move_booking(
        SYSTEM, one.code, booking_id(one), slots[0].id, vehicle=VehicleSize.MOTORBIKE, now=NOW
    )

    assert reader().scalars(select(SlotBooking.vehicle).order_by(SlotBooking.id)).all() == [
        VehicleSize.TRUCK,
        VehicleSize.MOTORBIKE,
    ]


def test_freed_place_goes_to_who_waits_longest_and_nobody_overtakes(fair, slots):
    holder, *_ = fill_up(fair, slots[0])
    first, second, quick = (approved(fair) for _ in range(3))
    assert [
        wait_for_slot(member_of(one), one.code, slots[0].id, now=NOW) for one in (first, second)
    ] == [1, 2]
    assert wait_for_slot(member_of(first), first.code, slots[0].id, now=NOW) == 1

    cancel_booking(SYSTEM, holder.code, booking_id(holder), now=NOW)
    with pytest.raises(SlotFullError):
        book_slot(member_of(quick), quick.code, slots[0].id, now=NOW)

    assert (sweep_slots(NOW), sweep_slots(NOW)) == (1, 0)
    assert first.id in booked(slots[0].id)
    told = reader().scalars(select(Message)).one()
    assert (told.kind, told.application_id) == ("slot_given", first.id)


def test_who_loses_a_place_by_a_cadre_is_told_once(fair, slots):
    one, other = approved(fair), approved(fair)
    for application in (one, other):
        book_slot(SYSTEM, application.code, slots[0].id, now=NOW)

    cancel_booking(member_of(other), other.code, booking_id(other), now=NOW)
    name = cancel_booking(make_staff(Role.ORGANISER), one.code, booking_id(one), now=NOW)

    told = reader().scalars(select(Message)).one()
    assert (told.kind, told.application_id, told.state, told.params["window"]) == (
        "slot_cancelled",
        one.id,
        MessageState.QUEUED,
        name,
    )


def test_who_waits_for_a_window_is_told_when_it_is_deleted(fair, slots):
    holders = fill_up(fair, slots[0])
    fits, large, left = (approved(fair) for _ in range(3))
    for one, vehicle in ((fits, VehicleSize.VAN), (large, VehicleSize.LORRY), (left, None)):
        wait_for_slot(member_of(one), one.code, slots[0].id, vehicle=vehicle, now=NOW)
    leave_slot_line(member_of(left), left.code, slots[0].id, now=NOW)
    edit_slot(SYSTEM, fair.id, slots[0].id, capacity=5, note="", largest=VehicleSize.VAN, now=NOW)
    with pytest.raises(SlotInUseError):
        delete_slot(SYSTEM, fair.id, slots[0].id, now=NOW)
    assert reader().scalars(select(Message)).all() == []
    name = window_name(slots[0])
    for holder in holders:
        cancel_booking(member_of(holder), holder.code, booking_id(holder), now=NOW)

    delete_slot(SYSTEM, fair.id, slots[0].id, now=NOW)

    told = reader().scalars(select(Message).order_by(Message.id)).all()
    assert [(one.kind, one.application_id, one.params["window"]) for one in told] == [
        ("slot_gone", fits.id, name),
        ("slot_gone", large.id, name),
    ]
    assert (sweep_slots(NOW), reader().scalars(select(SlotWaiting)).all()) == (0, [])


def test_who_does_not_fit_is_passed_over_and_keeps_the_place_in_line(fair, slots):
    holder, *_ = fill_up(fair, slots[0])
    large, small = approved(fair), approved(fair)
    wait_for_slot(SYSTEM, large.code, slots[0].id, vehicle=VehicleSize.LORRY, now=NOW)
    wait_for_slot(SYSTEM, small.code, slots[0].id, vehicle=VehicleSize.VAN, now=NOW)
    edit_slot(SYSTEM, fair.id, slots[0].id, capacity=5, note="", largest=VehicleSize.VAN, now=NOW)

    cancel_booking(SYSTEM, holder.code, booking_id(holder), now=NOW)
    sweep_slots(NOW)

    assert small.id in booked(slots[0].id)
    still = select(SlotWaiting.application_id).where(SlotWaiting.left_at.is_(None))
    assert reader().scalars(still).all() == [large.id]


def test_load_in_that_was_waited_for_replaces_the_one_there_was(fair, slots):
    holder, *_ = fill_up(fair, slots[0])
    one, other = approved(fair), approved(fair)
    book_slot(SYSTEM, one.code, slots[1].id, now=NOW)
    fill_up(fair, slots[1], PLACES - 1)
    wait_for_slot(SYSTEM, one.code, slots[0].id, now=NOW)
    wait_for_slot(SYSTEM, other.code, slots[1].id, now=NOW)

    cancel_booking(SYSTEM, holder.code, booking_id(holder), now=NOW)

    assert sweep_slots(NOW) == 2  # the place given back goes to the next line at once
    assert (one.id in booked(slots[0].id), one.id in booked(slots[1].id)) == (True, False)
    assert other.id in booked(slots[1].id)
    assert [free(slot.id) for slot in slots] == [0, 0, 5]


def test_nobody_waits_for_what_can_be_had_or_for_what_they_have(fair, slots):
    one = approved(fair)
    with pytest.raises(InvalidError, match="còn chỗ"):
        wait_for_slot(SYSTEM, one.code, slots[0].id, now=NOW)
    holder, *_ = fill_up(fair, slots[0])
    with pytest.raises(AlreadyBookedError):
        wait_for_slot(SYSTEM, holder.code, slots[0].id, now=NOW)
    wait_for_slot(SYSTEM, one.code, slots[0].id, now=NOW)

    leave_slot_line(member_of(one), one.code, slots[0].id, now=NOW)

    with pytest.raises(InvalidError):
        leave_slot_line(member_of(one), one.code, slots[0].id, now=NOW)
    cancel_booking(SYSTEM, holder.code, booking_id(holder), now=NOW)
    assert sweep_slots(NOW) == 0


def test_threads_that_sweep_and_cancel_give_each_place_once(app, fair, slots):
    slot_id = slots[0].id
    holders = fill_up(fair, slots[0])
    waits = [approved(fair).id for _ in range(8)]
    for application_id in waits:
        code = reader().scalar(select(Application.code).where(Application.id == application_id))
        wait_for_slot(SYSTEM, code, slot_id, now=NOW)
    gone = [(one.code, booking_id(one)) for one in holders[:3]]
    reader().rollback()
    start, faults = threading.Barrier(6), []

    def act(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                if number < 3:
                    cancel_booking(SYSTEM, *gone[number], now=NOW)
                sweep_slots(NOW)
            except Exception as error:  # noqa: BLE001 -- the test counts whatever happened
                faults.append(repr(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep_slots(NOW)

    assert faults == []
    assert (free(slot_id), live_bookings(slot_id)) == (0, PLACES)
    assert booked(slot_id) == {one.id for one in holders[3:]} | set(waits[:3])
