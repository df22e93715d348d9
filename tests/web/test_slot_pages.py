"""Time windows in the browser without JavaScript: staff make them, producers choose."""

from __future__ import annotations

import io
from datetime import time

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    csrf_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_user,
    open_link,
    sign_in,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import Role, Slot, SlotBooking, SlotKind, VehicleSize
from tgfair.policy import SYSTEM
from tgfair.services.slot_waiting import sweep_slots, wait_for_slot
from tgfair.services.slot_windows import Windows, create_slots
from tgfair.services.slots import book_slot, cancel_booking
from tgfair.services.uow import reader


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


@pytest.fixture
def fair():
    return make_fair()


@pytest.fixture
def application(fair):
    return make_application(fair, make_exhibitor(), State.ALLOCATED, fascia_name="Mắm Út Hạnh")


@pytest.fixture
def windows(fair) -> list[int]:
    """Two load-in windows of one hour with one place each."""
    day = fair.first_day
    wanted = Windows(SlotKind.LOAD_IN, "Cổng 1", day, time(7), time(9), 60, 1)
    create_slots(SYSTEM, fair.id, wanted, now=NOW)
    return list(reader().scalars(select(Slot.id).order_by(Slot.starts_at)).all())


@pytest.fixture
def organiser(client):
    sign_in(client, make_user(Role.ORGANISER))


@pytest.fixture
def owner(client, application):
    sign_in(client, make_member(application.exhibitor))


def post(client, url, **data):
    return client.post(url, data={"csrf_token": csrf_of(client), **data})


def bookings() -> list[tuple[int, str | None, bool]]:
    reader().rollback()
    rows = reader().scalars(select(SlotBooking).order_by(SlotBooking.id)).all()
    return [(row.slot_id, row.plate, row.cancelled_at is None) for row in rows]


def test_staff_make_windows_and_wrong_ones_keep_what_was_typed(organiser, client, fair):
    url = f"/ql/{fair.slug}/khung-gio"
    form = {"kind": "load_in", "place": "Cổng Hùng Vương", "day": "17/06/2026"}
    form |= {"first": "7h00", "last": "09:00", "minutes": "30", "capacity": "6"}

    wrong = post(client, url, **{**form, "day": "31/06/2026"})
    late = post(client, url, **{**form, "first": "25:00"})
    none = post(client, url, **{**form, "last": "07:10"})
    good = post(client, url, **form)

    assert [a.status_code for a in (wrong, late, none, good)] == [400, 400, 400, 303]
    assert "Tháng 6/2026 có 30 ngày" in wrong.text
    assert 'value="Cổng Hùng Vương"' in wrong.text
    assert "Giờ chưa đúng" in late.text
    assert "chưa đủ một khung" in none.text
    assert "Đã lập 4 khung giờ." in client.get(url).text


def test_staff_book_for_somebody_edit_and_delete(organiser, client, fair, application, windows):
    url = f"/ql/{fair.slug}/khung-gio"

    post(client, f"{url}/{windows[0]}/dat", code=application.code.lower(), plate="63a-1")
    post(client, f"{url}/{windows[1]}/dat", code="KHONG-CO")
    said = client.get(url).text
    post(client, f"{url}/{windows[0]}/xoa")
    refused = client.get(url).text
    post(client, f"{url}/{windows[1]}/sua", capacity="9", note="Xe tải")
    edited = client.get(url).text
    booking = reader().scalars(select(SlotBooking.id)).one()
    post(client, f"{url}/huy", code=application.code, booking=str(booking))

    assert ("Mắm Út Hạnh" in said, "Không có hồ sơ KHONG-CO" in said) == (True, True)
    assert "đã có 1 hồ sơ đặt chỗ" in refused
    assert "9/9" in edited
    assert bookings() == [(windows[0], "63A-1", False)]


def test_timetable_prints_and_exports_who_comes_when(organiser, client, fair, application, windows):
    book_slot(SYSTEM, application.code, windows[0], plate="63A-1", now=NOW)

    printed = client.get(f"/ql/{fair.slug}/khung-gio?in=1").text
    sheet = load_workbook(io.BytesIO(client.get(f"/ql/{fair.slug}/khung-gio.xlsx").data)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]

    assert "Mắm Út Hạnh" in printed
    assert any(application.code in row and "63A-1" in row for row in cells)


def test_producer_chooses_changes_and_gives_up(owner, client, application, windows):
    url = f"/ho-so/{application.code}/khung-gio"

    post(client, url, slot=str(windows[0]), plate="63a-1")
    page = client.get(url).text
    booking = reader().scalars(select(SlotBooking.id)).one()
    post(client, url, slot=str(windows[1]), doi=str(booking))
    moved = bookings()
    second = reader().scalars(select(SlotBooking.id).order_by(SlotBooking.id.desc())).first()
    post(client, f"{url}/huy", booking=str(second))

    assert "07:00–08:00" in page
    assert moved == [(windows[0], "63A-1", False), (windows[1], "63A-1", True)]
    assert [live for *_, live in bookings()] == [False, False]


def test_a_press_sent_twice_says_what_is_true_now(owner, client, application, windows):
    url = f"/ho-so/{application.code}/khung-gio"
    first = [post(client, url, slot=str(windows[0]), plate="63A-1") for _ in range(2)]
    booking = str(reader().scalars(select(SlotBooking.id)).one())
    moved = [post(client, url, slot=str(windows[1]), doi=booking) for _ in range(2)]
    second = str(reader().scalars(select(SlotBooking.id).order_by(SlotBooking.id.desc())).first())
    given_up = [post(client, f"{url}/huy", booking=second) for _ in range(2)]

    assert [[one.status_code for one in pair] for pair in (first, moved, given_up)] == [
        [303, 409],
        [303, 303],
        [303, 409],
    ]
    assert "đã có chỗ trong khung 07:00–08:00" in first[1].text
    assert "đã đổi hay đã bỏ" in given_up[1].text
    assert bookings() == [(windows[0], "63A-1", False), (windows[1], "63A-1", False)]
    assert post(client, "/ho-so/HC-999/khung-gio/huy", booking=second).status_code == 404


def test_full_window_says_where_there_is_room(owner, client, fair, application, windows):
    other = make_application(fair, make_exhibitor(), State.APPROVED)
    url = f"/ho-so/{application.code}/khung-gio"
    client.get(url)
    book_slot(SYSTEM, other.code, windows[0], now=NOW)

    answer = post(client, url, slot=str(windows[0]), plate="63A-1")

    assert answer.status_code == 409
    assert "đã hết chỗ. Còn chỗ: 08:00–09:00" in answer.text
    assert 'value="63A-1"' in answer.text
    assert bookings() == [(windows[0], None, True)]


def test_nothing_chosen_or_a_wild_number_gets_a_sentence(owner, client, application, windows):
    url = f"/ho-so/{application.code}/khung-gio"

    answers = [
        post(client, url),
        post(client, url, slot="99999999999"),
        post(client, url, slot="x"),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert "Chưa chọn khung giờ" in answers[0].text
    assert post(client, url, slot="999").status_code == 409


def test_personal_link_may_choose_and_foreign_ones_find_nothing(client, fair, application, windows):
    open_link(client, make_invitation(fair, application.exhibitor))
    own = post(client, f"/ho-so/{application.code}/khung-gio", slot=str(windows[0]))
    foreign = make_application(fair, make_exhibitor(), State.APPROVED)

    answers = [
        client.get(f"/ho-so/{foreign.code}/khung-gio"),
        post(client, f"/ho-so/{foreign.code}/khung-gio/huy", booking="1"),
    ]

    assert own.status_code == 303
    assert [answer.status_code for answer in answers] == [404, 404]


def test_before_approval_the_page_says_when(client, fair):
    sent = make_application(fair, make_exhibitor(), State.SUBMITTED)
    sign_in(client, make_member(sent.exhibitor))

    assert "Hồ sơ được duyệt rồi" in client.get(f"/ho-so/{sent.code}/khung-gio").text


def test_reviewers_do_not_make_windows(client, fair):
    sign_in(client, make_user(Role.REVIEWER))

    assert client.get(f"/ql/{fair.slug}/khung-gio").status_code == 403


def test_producer_waits_for_a_full_window_and_gets_it(owner, client, fair, application, windows):
    other = make_application(fair, make_exhibitor(), State.APPROVED)
    book_slot(SYSTEM, other.code, windows[0], now=NOW)
    url = f"/ho-so/{application.code}/khung-gio"

    waits = post(client, url, slot=str(windows[0]), cho="1", vehicle="van", plate="63a-1")
    page = client.get(url).text
    cancel_booking(SYSTEM, other.code, reader().scalars(select(SlotBooking.id)).one(), now=NOW)
    sweep_slots(NOW)
    after = client.get(url).text

    assert waits.status_code == 303
    assert "Đang chờ: Chở hàng vào" in page
    assert "hết chỗ, 1 hồ sơ chờ" in page
    assert "Đang chờ: Chở hàng vào" not in after
    assert bookings()[-1] == (windows[0], "63A-1", True)


def test_after_the_last_window_the_page_says_so_and_nobody_waits(
    owner, client, fair, application, windows, monkeypatch
):
    book_slot(
        SYSTEM, make_application(fair, make_exhibitor(), State.APPROVED).code, windows[0], now=NOW
    )
    url = f"/ho-so/{application.code}/khung-gio"
    post(client, url, slot=str(windows[0]), cho="1")
    before = client.get(url).text
    later = reader().get_one(Slot, windows[1]).ends_at

    monkeypatch.setattr(clock, "real_now", lambda: later)
    sign_in(client, make_member(application.exhibitor))
    after = client.get(url).text

    said = ("thứ 1", "Các khung giờ của sự kiện đã qua.", "Chưa có khung giờ nào")
    assert [[words in page for words in said] for page in (before, after)] == [
        [True, False, False],
        [False, True, False],
    ]


def test_producer_leaves_the_line_and_a_wrong_size_says_what_fits(owner, client, fair, application):
    day = fair.first_day
    wanted = Windows(
        SlotKind.LOAD_IN, "Cổng 1", day, time(7), time(8), 60, 1, largest=VehicleSize.VAN
    )
    create_slots(SYSTEM, fair.id, wanted, now=NOW)
    slot = str(reader().scalars(select(Slot.id)).one())
    other = make_application(fair, make_exhibitor(), State.APPROVED)
    book_slot(SYSTEM, other.code, int(slot), vehicle=VehicleSize.HAND, now=NOW)
    url = f"/ho-so/{application.code}/khung-gio"

    large = post(client, url, slot=slot, cho="1", vehicle="lorry")
    post(client, url, slot=slot, cho="1", vehicle="van")
    post(client, f"{url}/thoi-cho", slot=slot)

    assert large.status_code == 409
    assert "lớn nhất là xe bán tải" in large.text
    assert '<option selected value="lorry">' in large.text
    assert "Không chờ nữa: 07:00–08:00" in client.get(url).text
    assert post(client, f"{url}/thoi-cho", slot=slot).status_code == 400


def test_staff_set_the_largest_vehicle_and_see_who_waits(
    organiser, client, fair, application, windows
):
    url = f"/ql/{fair.slug}/khung-gio"
    other = make_application(fair, make_exhibitor(), State.APPROVED)
    post(client, f"{url}/{windows[0]}/sua", capacity="1", largest="truck", note="")
    post(client, f"{url}/{windows[0]}/dat", code=other.code, vehicle="truck", plate="63C-9")
    wait_for_slot(SYSTEM, application.code, windows[0], vehicle=VehicleSize.VAN, now=NOW)

    page, printed = client.get(url).text, client.get(f"{url}?in=1").text

    assert "Lớn nhất: Xe tải đến 5 tấn" in page
    assert f"Đang chờ: {application.code}" in page
    assert "Xe tải đến 5 tấn" in printed
