"""Picking a booth, the waiting list and full windows, on a phone and at a desk."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
    make_user,
    session_token,
)
from tests.support.steps import arrive, page_problems
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import BoothGiving, Role, Slot, SlotKind, VehicleSize
from tgfair.policy import SYSTEM
from tgfair.services.allocations import assign_booth
from tgfair.services.publications import publish
from tgfair.services.slot_waiting import wait_for_slot
from tgfair.services.slot_windows import Windows, create_slots
from tgfair.services.slots import book_slot
from tgfair.services.uow import reader
from tgfair.services.waitlist_rounds import offer_now
from tgfair.services.waitlists import enter_waitlist

OWN = (
    ("/ho-so/{code}/chon-gian", "Chọn gian, danh sách chờ"),
    ("/ho-so/{code}/khung-gio", "Khung giờ của cơ sở"),
    ("/{slug}/danh-sach-cho/", "Danh sách chờ"),
)
STAFF = (
    ("/ql/{slug}/danh-sach-cho", "Danh sách chờ"),
    ("/ql/{slug}/khung-gio", "Khung giờ"),
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    """The day after the deadline to confirm."""
    monkeypatch.setattr(clock, "real_now", lambda: NOW + timedelta(days=36))


@pytest.fixture
def names(app) -> dict[str, str]:
    """A fair of first come with a line, an open offer, a late answer and a full window."""
    with app.app_context():
        fair = make_fair(giving=BoothGiving.FIRST_COME)
        install_plan(fair)
        owner = make_exhibitor("Cơ sở Mắm tôm chà Út Hạnh")
        own = make_application(fair, owner, State.APPROVED, wishes=[])
        late = make_application(fair, make_exhibitor(), State.APPROVED)
        assign_booth(SYSTEM, fair.id, "A02", late.code, now=NOW)
        publish(SYSTEM, fair.id, note=None, now=NOW)
        for _ in range(2):
            waits = make_application(fair, make_exhibitor(), State.WAITLISTED)
            enter_waitlist(SYSTEM, waits.code, now=NOW)
            offer_now(SYSTEM, fair.id, now=NOW)
        last = make_application(fair, make_exhibitor(), State.WAITLISTED, water=True, wishes=["A"])
        enter_waitlist(SYSTEM, last.code, now=NOW)
        hours = Windows(
            SlotKind.LOAD_IN, "Cổng 1", fair.first_day, time(7), time(9), 60, 1, "", VehicleSize.VAN
        )
        create_slots(SYSTEM, fair.id, hours, now=NOW)
        slot = reader().scalars(select(Slot.id).order_by(Slot.starts_at)).first()
        book_slot(SYSTEM, late.code, slot, vehicle=VehicleSize.VAN, plate="63C-12345", now=NOW)
        wait_for_slot(SYSTEM, own.code, slot, vehicle=VehicleSize.MOTORBIKE, now=NOW)
        return {
            "code": own.code,
            "late": late.code,
            "slug": fair.slug,
            "owner": session_token(make_member(owner)),
            "staff": session_token(make_user(Role.ORGANISER)),
        }


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible_and_fit(names, open_page, live_server, width):
    page = open_page(width)

    visits = {"owner": OWN, "staff": STAFF}
    assert page_problems(page, live_server, names, visits) == {}


@pytest.mark.browser
@pytest.mark.parametrize("java_script", [True, False])
def test_producer_picks_from_plan_or_table_and_takes_the_booth(
    names, open_page, live_server, java_script
):
    page = open_page(360, java_script=java_script)
    arrive(page, live_server, names, "owner", *OWN[0])
    row = page.locator("#gian-B05")

    if java_script:
        page.locator("svg.plan-svg a[href='#gian-B05']").press("Enter")
        expect(page).to_have_url(f"{live_server}/ho-so/{names['code']}/chon-gian#gian-B05")
    row.get_by_role("button", name="Giữ").click()
    expect(page.get_by_text("Đang giữ cho cơ sở")).to_be_visible()
    page.get_by_role("button", name="Nhận gian này").click()

    expect(page.get_by_text("Cơ sở đã nhận gian B05")).to_be_visible()
    expect(page.get_by_role("button", name="Vào danh sách chờ")).to_have_count(0)


@pytest.mark.browser
def test_organiser_takes_an_unconfirmed_booth_back_and_calls_an_offer_back(
    names, page1280, live_server
):
    page = page1280
    arrive(page, live_server, names, "staff", *STAFF[0])

    page.get_by_role("row", name=names["late"]).get_by_text("Thu hồi", exact=True).last.click()
    page.get_by_role("button", name=f"Thu hồi gian {names['late']}").click()
    expect(page.get_by_text(f"Đã thu hồi gian A02 của hồ sơ {names['late']}")).to_be_visible()
    page.get_by_text("Đổi, rút lời mời").first.click()
    page.get_by_label("Lý do rút lời mời").first.fill("Nhầm gian")
    page.get_by_role("button", name="Rút lời mời").first.click()

    expect(page.get_by_text("Hồ sơ vẫn giữ thứ tự")).to_be_visible()
