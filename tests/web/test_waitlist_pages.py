"""Picking a booth and the waiting list, through the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.builders import (
    csrf_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
    make_user,
    sign_in,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import BoothGiving, Fair, FairStatus, Role
from tgfair.policy import SYSTEM
from tgfair.services.allocations import assign_booth
from tgfair.services.holds import hold_booth
from tgfair.services.uow import transaction
from tgfair.services.waitlist_jumps import move_in_line
from tgfair.services.waitlist_rounds import offer_now
from tgfair.services.waitlists import enter_waitlist


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def fair():
    day = clock.day_in_vietnam(clock.real_now()) + timedelta(days=60)
    fair = make_fair(giving=BoothGiving.FIRST_COME, first_day=day, last_day=day)
    install_plan(fair)
    return fair


def producer(client, fair):
    exhibitor = make_exhibitor()
    application = make_application(fair, exhibitor, State.APPROVED)
    sign_in(client, make_member(exhibitor))
    return f"/ho-so/{application.code}/chon-gian", application.code


def test_producer_picks_from_the_table_and_takes_the_booth(client, fair):
    url, _ = producer(client, fair)
    assert "A01" in client.get(url).text

    held = client.post(url, data={"csrf_token": csrf_of(client), "gian": "A01"})
    assert held.status_code == 303
    assert "Nhận gian này" in client.get(url).text
    taken = client.post(f"{url}/nhan", data={"csrf_token": csrf_of(client)})

    assert taken.status_code == 303
    assert "đã có đủ 1 gian" in client.get(url).text


def test_a_booth_on_offer_is_not_taken_back_where_booths_are_assigned(client, fair):
    waits = make_application(fair, make_exhibitor("Trà Mỹ Tho"), State.WAITLISTED)
    enter_waitlist(SYSTEM, waits.code, now=clock.real_now())
    make_application(fair, make_exhibitor(), State.APPROVED)
    offer_now(SYSTEM, fair.id, now=clock.real_now())
    sign_in(client, make_user(Role.ORGANISER))

    page = client.get(f"/ql/{fair.slug}/xep?gian=A01").text

    assert "Đang mời Trà Mỹ Tho từ danh sách chờ, hạn" in page
    assert "Thu hồi gian A01" not in page


@pytest.mark.parametrize("room", ["danh-sach-cho", "boc-tham", "xep/the-le"])
def test_the_pages_of_a_draft_do_not_link_to_public_ones_that_are_not_there(client, fair, room):
    sign_in(client, make_user(Role.ORGANISER))
    url, public = f"/ql/{fair.slug}/{room}", f'href="/{fair.slug}/'

    with transaction() as session:
        session.get_one(Fair, fair.id).status = FairStatus.DRAFT
    hidden = public in client.get(url).text
    with transaction() as session:
        session.get_one(Fair, fair.id).status = FairStatus.OPEN

    assert (hidden, public in client.get(url).text) == (False, True)


def test_loser_gets_alternatives_with_409(client, fair):
    rival = make_application(fair, make_exhibitor(), State.APPROVED)
    hold_booth(SYSTEM, rival.code, "A01", now=clock.real_now())
    url, _ = producer(client, fair)

    lost = client.post(url, data={"csrf_token": csrf_of(client), "gian": "A01"})

    assert lost.status_code == 409
    assert "Còn trống: A02, A13, A14, A03, A15" in lost.text
    assert lost.text.count('name="gian"') == 5  # the nearest, and a link to all
    assert "Xem mọi gian trống" in lost.text


def test_leaving_the_line_asks_before_the_place_is_lost(client, fair):
    url, code = producer(client, fair)
    enter_waitlist(SYSTEM, code, now=clock.real_now())

    asked = client.get(url).text.partition("<details")[2].partition("</details>")[0]

    assert "Rời là mất chỗ thứ 1; vào lại thì đứng cuối." in asked
    assert 'name="roi"' in asked


def test_organiser_sees_the_line_and_offers(client, fair):
    code = make_application(fair, make_exhibitor(), State.WAITLISTED).code
    sign_in(client, make_user(Role.ORGANISER))
    url = f"/ql/{fair.slug}/danh-sach-cho"
    form = {"csrf_token": csrf_of(client)}

    client.post(f"{url}/them", data={**form, "code": code})
    assert "Có gian hợp, chờ mời" in client.get(url).text
    client.post(f"{url}/moi", data=form)

    assert "Đang mời, hạn" in client.get(url).text


def test_everybody_sees_the_order_and_each_change_of_it_with_its_reason(client, fair):
    one, two = (make_application(fair, make_exhibitor(), State.APPROVED).code for _ in range(2))
    link = f'href="/{fair.slug}/danh-sach-cho/"'
    assert link not in client.get(f"/{fair.slug}/").text
    for code in (one, two):
        enter_waitlist(SYSTEM, code, now=clock.real_now())
    move_in_line(SYSTEM, fair.id, two, to_place=1, reason="Nhường vì ốm", now=clock.real_now())

    page = client.get(f"/{fair.slug}/danh-sach-cho/").text

    assert link in client.get(f"/{fair.slug}/").text
    assert page.index(two) < page.index(one)
    assert f"hồ sơ {two} từ vị trí 2 đến 1. Lý do: Nhường vì ốm" in page


def test_code_of_another_fair_does_not_enter_this_list(client, fair):
    elsewhere = make_application(make_fair(), make_exhibitor(), State.APPROVED).code
    sign_in(client, make_user(Role.ORGANISER))
    url = f"/ql/{fair.slug}/danh-sach-cho"

    client.post(f"{url}/them", data={"csrf_token": csrf_of(client), "code": elsewhere})

    page = client.get(url).text
    assert f"Sự kiện này không có hồ sơ {elsewhere}" in page
    assert "Chưa có ai chờ" in page


def test_rules_that_cannot_be_are_refused_on_their_field_and_kept(client, fair):
    sign_in(client, make_user(Role.ORGANISER))
    url = f"/ql/{fair.slug}/danh-sach-cho"
    form = {
        "csrf_token": csrf_of(client),
        "giving": "first_come",
        "from_day": "20/05/2026",
        "until_day": "19/05/2026",
        "hold_minutes": "20",
        "rule": "strict",
        "offer_hours": "48",
        "version": "1",
    }

    backwards = client.post(f"{url}/cach-giao", data=form)
    wild = client.post(f"{url}/cach-giao", data={**form, "hold_minutes": "0"})
    saved = client.post(f"{url}/cach-giao", data={**form, "until_day": "21/05/2026"})
    stale = client.post(f"{url}/cach-giao", data={**form, "until_day": "22/05/2026"})

    tried = (backwards, wild, saved, stale)
    assert [answer.status_code for answer in tried] == [400, 400, 303, 400]
    assert 'name="version" value="2"' in stale.text
    assert 'value="22/05/2026"' in stale.text
    assert "Giờ hết chọn gian phải sau giờ mở" in backwards.text
    assert "Ghi từ 1 đến 1440 phút" in wild.text
    assert 'value="20/05/2026"' in client.get(url).text


def test_pages_refuse_what_was_left_empty_in_words(client, fair):
    code = make_application(fair, make_exhibitor(), State.WAITLISTED).code
    enter_waitlist(SYSTEM, code, now=clock.real_now())
    sign_in(client, make_user(Role.ORGANISER))
    url, form = f"/ql/{fair.slug}/danh-sach-cho", {"csrf_token": csrf_of(client)}

    said = {}
    for act, fields in (("them", {}), ("doi", {"code": code}), ("rut-loi-moi", {"code": code})):
        client.post(f"{url}/{act}", data={**form, **fields})
        said[act] = client.get(url).text

    assert "Hãy ghi mã hồ sơ." in said["them"]
    assert "Hãy ghi vị trí." in said["doi"]
    assert "Hãy ghi lý do rút lời mời." in said["rut-loi-moi"]


def test_who_has_enough_booths_is_not_sent_to_the_waiting_list(client, fair):
    url, _ = producer(client, fair)
    form = {"csrf_token": csrf_of(client)}
    assert "Vào danh sách chờ" in client.get(url).text

    client.post(url, data={**form, "gian": "a01"})
    client.post(f"{url}/nhan", data=form)

    page = client.get(url).text
    assert "Vào danh sách chờ" not in page
    assert "không phải chờ" in page
    assert client.post(url, data=form).status_code == 400


def test_public_list_tells_of_a_booth_given_past_it(client, fair):
    waits, placed = (make_application(fair, make_exhibitor(), State.APPROVED).code for _ in "ab")
    now = clock.real_now()
    with transaction() as session:
        session.get_one(Fair, fair.id).offers_on = True
    enter_waitlist(SYSTEM, waits, now=now)

    assign_booth(SYSTEM, fair.id, "A01", placed, reason="Nhà tài trợ", now=now)

    page = client.get(f"/{fair.slug}/danh-sach-cho/").text
    assert f"hồ sơ {placed} được xếp gian A01 vượt danh sách chờ. Lý do: Nhà tài trợ" in page


def test_own_pages_call_to_an_offer_first_and_to_the_line_of_who_waits(client, fair):
    with transaction() as session:
        session.get_one(Fair, fair.id).giving = BoothGiving.ORGANISER
    exhibitor = make_exhibitor()
    code = make_application(fair, exhibitor, State.APPROVED).code
    sign_in(client, make_member(exhibitor))
    pages = f"/ho-so/{code}/", "/ho-so/"
    picking = f"/ho-so/{code}/chon-gian"
    never = client.get(pages[0]).text

    enter_waitlist(SYSTEM, code, now=clock.real_now())
    waits = client.get(pages[0]).text
    offer_now(SYSTEM, fair.id, now=clock.real_now())
    asked = [client.get(page).text for page in pages]

    assert [picking in page for page in (never, waits)] == [False, True]
    assert ["Trả lời lời mời nhận gian A01" in page for page in (waits, *asked)] == [
        False,
        True,
        True,
    ]


def test_own_page_calls_to_the_booth_held_or_to_picking(client, fair):
    url, code = producer(client, fair)
    own = f"/ho-so/{code}/"
    free = client.get(own).text
    client.post(url, data={"csrf_token": csrf_of(client), "gian": "A01"})
    held = client.get(own).text
    client.post(f"{url}/nhan", data={"csrf_token": csrf_of(client)})
    taken = client.get(own).text

    todo = [f'<a href="{url}">{label}</a>' for label in ("Chọn gian", "Nhận gian A01 đang giữ")]
    assert [[label in page for label in todo] for page in (free, held, taken)] == [
        [True, False],
        [False, True],
        [False, False],
    ]


def test_taking_the_held_booth_twice_says_twice_that_it_is_theirs(client, fair):
    url, _ = producer(client, fair)
    form = {"csrf_token": csrf_of(client), "gian": "A01"}
    client.post(url, data=form)
    stale = client.post(f"{url}/nhan", data={**form, "gian": "A02"})

    pressed = [client.post(f"{url}/nhan", data=form) for _ in range(2)]

    assert [stale.status_code, *(one.status_code for one in pressed)] == [409, 303, 303]
    assert "Cơ sở đã nhận gian A01." in client.get(url).text
