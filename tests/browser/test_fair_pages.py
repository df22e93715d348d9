"""The pages of fairs for staff and the time windows of producers, on a phone and at a desk."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_conference,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_user,
    session_token,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import Role, Rsvp, SlotKind
from tgfair.policy import SYSTEM
from tgfair.services.allocations import assign_booth, block_booth
from tgfair.services.queries.slots import windows
from tgfair.services.slot_windows import Windows, create_slots
from tgfair.services.slots import book_slot

PAGES = (
    "/ql/",
    "/ql/?in=1",
    "/ql/su-kien",
    "/ql/su-kien/moi",
    "/ql/su-kien/moi?buoc=le&le=doan-ngo-2027&truoc=1&mau=hoi-cho",
    "/ql/su-kien/moi?buoc=tiep&khai_mac=30/2/2027&mau=hoi-cho",
    "/ql/su-kien/moi?buoc=tiep&khai_mac=18/06/2027&mau=hoi-cho",
    "/ql/{slug}/",
    "/ql/{slug}/so-do",
    "/ql/{slug}/so-do?in=1",
    "/ql/{slug}/so-do/gian/A03",
    "/ql/{slug}/khung-gio",
    "/ql/{slug}/khung-gio?in=1",
    "/ql/{slug}/cai-dat",
    "/ql/{slug}/cai-dat/van-ban",
    "/ql/{slug}/cai-dat/khu/A",
    "/ql/{slug}/cai-dat/doi-ngay?opening=25/06/2026&closing=28/06/2026",
    "/ql/{slug}/cai-dat/trang-thai?den=cancelled",
    "/ql/{empty}/so-do",
    "/ql/{empty}/khung-gio",
    "/ho-so/{code}/khung-gio",
)

ANCHORS = {
    "opening": {"on": "moon", "month": 5, "day": 5, "leap": False, "days": -1},
    "badges_on": {"on": "step", "step": "opening", "days": -5},
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


@pytest.fixture
def names(app) -> dict[str, str]:
    """A fair in mid-life and an empty conference."""
    with app.app_context():
        fair = make_fair(anchors=ANCHORS)
        install_plan(fair)
        places = zip(State, ("A01", "A02", "B01"), strict=False)
        for state in State:
            make_application(fair, make_exhibitor(), state)
        for _, label in places:
            one = make_application(fair, make_exhibitor(), State.APPROVED)
            assign_booth(SYSTEM, fair.id, label, one.code, now=NOW)
        for _ in range(3):
            make_invitation(fair, make_exhibitor(), opened_at=NOW)
        make_invitation(fair, make_exhibitor(), rsvp=Rsvp.YES, headcount=2, answered_at=NOW)
        block_booth(SYSTEM, fair.id, "A03", reason="Gốc cây", now=NOW)
        day = fair.first_day - timedelta(days=1)
        wanted = Windows(SlotKind.LOAD_IN, "Cổng Hùng Vương", day, time(7), time(9), 60, 1)
        create_slots(SYSTEM, fair.id, wanted, now=NOW)
        first = windows(fair.id)[0][1][0]
        book_slot(SYSTEM, one.code, first.id, plate="63A-123.45", now=NOW)
        return {"slug": fair.slug, "code": one.code, "empty": make_conference().slug}


@pytest.fixture
def token(app, names) -> str:
    with app.app_context():
        return session_token(make_user(Role.ADMIN, name="Lê Thị Hạnh"))


def signed_in(page, live_server: str, token: str):
    page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])
    return page


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.expects_console("status of 400")
def test_every_page_is_sound_and_fits(open_page, live_server, names, token, width):
    page = signed_in(open_page(width), live_server, token)

    found = {}
    for path in PAGES:
        page.goto(path.format(**names))
        wrong = axe_violations(page)
        page.set_viewport_size({"width": 320, "height": 640})
        if "in=1" not in path and scrolls_sideways(page):
            wrong.append("scrolls sideways at 320 px")
        page.set_viewport_size({"width": width, "height": 800})
        if wrong:
            found[path] = wrong

    assert found == {}


def test_a_fair_is_made_on_a_phone_without_javascript(open_page, live_server, names, token):
    page = signed_in(open_page(360, java_script=False), live_server, token)

    page.goto("/ql/su-kien")
    page.get_by_role("link", name="Lập sự kiện").click()
    page.get_by_label("Ngày lễ", exact=False).first.select_option("doan-ngo-2027")
    page.get_by_label("Khai mạc trước ngày lễ mấy ngày").fill("1")
    page.get_by_role("button", name="Điền ngày theo lễ").click()
    expect(page.get_by_label("Ngày khai mạc")).to_have_value("08/06/2027")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Nơi tổ chức", exact=True).fill("Quảng trường Hùng Vương")
    page.get_by_role("button", name="Lập sự kiện").click()

    expect(page.get_by_text("Đã lập sự kiện ở trạng thái nháp")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hội chợ OCOP")
