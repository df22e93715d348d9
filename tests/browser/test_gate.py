"""The tail of the main job: a printed badge held before a phone's camera, against the real site."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.support import browser as browsers
from tests.support import builders
from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import session_token
from tests.support.gate_phone import beat, new_code, pair
from tests.support.gate_world import (
    expect_verdict,
    launch_with_camera,
    make_badges,
    make_confirmed,
    make_gate,
    pair_phone,
    phone_actor,
    qr_texts,
    sent_scan,
    token_of,
    write_film,
)
from tgfair import clock
from tgfair.clock import day_in_vietnam
from tgfair.core.workflow import State
from tgfair.models import Role
from tgfair.policy import SYSTEM
from tgfair.services import allocations, badge_printing, badges, publications, scans

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    today = day_in_vietnam(clock.real_now())
    with app.app_context():
        fair = builders.make_fair(
            first_day=today,
            last_day=today + timedelta(days=3),
            confirm_until=clock.real_now() + timedelta(days=1),
        )
        make_gate(fair)
        yield fair


@pytest.fixture
def camera_page(playwright, live_server, tmp_path):
    """A phone of 360 px whose camera plays a film of a badge."""
    opened, watch = [], browsers.Watch()

    def open_with(token):
        film = write_film(tmp_path / "badge.mjpeg", token, seconds_away=5)
        browser = launch_with_camera(playwright, film)
        opened.append(browser)
        context = browser.new_context(
            viewport={"width": 360, "height": 740},
            base_url=live_server,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            permissions=["camera"],
        )
        watch.follow(context)
        return context.new_page()

    yield open_with
    for browser in opened:
        browser.close()
    assert watch.unexpected(()) == []


def test_badge_from_the_printed_sheet_is_green_then_amber_then_red(fair, camera_page):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    (printed,) = qr_texts(badge_printing.badges_pdf(SYSTEM, [badge.public_id]))
    assert printed == token_of(badge)
    page = camera_page(printed)
    pair(page, fair)

    page.get_by_role("button", name="Bắt đầu quét").click()

    expect_verdict(page, "green", "MỜI VÀO")
    expect(page.locator("#verdict-name")).to_have_text("Nguyễn Thị Út Hạnh")
    expect(page.locator("#counter")).to_have_text("1/1")
    expect_verdict(page, "amber", "ĐÃ VÀO RỒI")
    badges.revoke_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=clock.real_now())
    beat(page)
    expect(page.locator("#counter")).to_have_text("1/0")
    expect_verdict(page, "red", "DỪNG LẠI")
    expect(page.locator("#verdict-detail")).to_have_text("Thẻ đã bị hủy. Mời đến bàn Ban Tổ chức.")
    expect(page.locator("#counter")).to_have_text("1/0")
    expect(page.locator("#queue")).to_have_text("Đã gửi hết")


@pytest.fixture
def staff_pages(fair):
    """The officers' pages, with something on each of them."""
    builders.install_plan(fair)
    application = builders.make_application(
        fair, builders.make_exhibitor("Cơ sở Mắm Út Hạnh"), State.APPROVED
    )
    allocations.assign_booth(
        SYSTEM, fair.id, "C12", application.code, reason="Hợp nhất", now=builders.NOW
    )
    publications.publish(SYSTEM, fair.id, note=None, now=builders.NOW)
    first, second, _ = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức", "Đặng Thị Ở")
    badges.revoke_badge(SYSTEM, second.public_id, reason="Mất thẻ", now=builders.NOW)
    make_confirmed(fair, exhibitor=builders.make_exhibitor("Cơ sở Quên Tên"))
    now = clock.real_now()
    phone = phone_actor(pair_phone(fair, now=now), now=now)
    items = [sent_scan(token_of(one), at=now) for one in (first, second, first)]
    scans.record_scans(phone, items, now=now, clock_shift=timedelta(0))
    new_code(fair)
    base = f"/ql/{fair.slug}"
    return [
        f"{base}/the",
        f"{base}/the/{first.public_id}",
        f"{base}/the/{second.public_id}",
        f"{base}/the/them",
        f"{base}/cong",
        f"{base}/cong/1/ghep",
        f"{base}/cong/co-mat",
        f"{base}/cong/bao-cao",
    ]


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_staff_pages_are_accessible_and_fit(fair, staff_pages, open_page, live_server, width):
    page = open_page(width)
    organiser = builders.make_user(Role.ORGANISER, fair=fair)
    sign_in(page, live_server, session_token(organiser))

    problems = {}
    for path in staff_pages:
        page.goto(path)
        problems[path] = axe_violations(page) + ["sideways"] * scrolls_sideways(page)

    assert {path: found for path, found in problems.items() if found} == {}


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_producer_pages_are_accessible_and_fit(fair, open_page, live_server, width):
    builders.install_plan(fair)
    exhibitor = builders.make_exhibitor("Cơ sở Mắm Út Hạnh")
    application = builders.make_application(fair, exhibitor, State.APPROVED, wishes=["C"])
    allocations.assign_booth(
        SYSTEM, fair.id, "C12", application.code, reason="Hợp nhất", now=builders.NOW
    )
    publications.publish(SYSTEM, fair.id, note=None, now=builders.NOW)
    page = open_page(width)
    sign_in(page, live_server, session_token(builders.make_member(exhibitor)))
    base = f"/ho-so/{application.code}"
    problems = {}

    def look(name):
        problems[name] = axe_violations(page) + ["sideways"] * scrolls_sideways(page)

    page.goto(f"{base}/gian")
    look("offered")
    page.get_by_role("button", name="Nhận gian này").click()
    expect(page.get_by_label("Họ và tên").first).to_be_visible()
    look("people")
    page.get_by_label("Họ và tên").first.fill("Nguyễn Thị Út Hạnh")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("link", name="Thẻ ra vào")).to_be_visible()
    look("confirmed")
    page.get_by_role("link", name="Thẻ ra vào").click()
    expect(page.get_by_role("link", name="Tải bản in (PDF)")).to_be_visible()
    look("badges")
    page.goto("/the/TG1:x")
    look("stranger")

    assert {name: found for name, found in problems.items() if found} == {}


def sign_in(page, address, token):
    page.context.add_cookies([{"name": "tgfair", "value": token, "url": address}])


def test_producer_does_everything_without_javascript(fair, open_page, live_server):
    builders.install_plan(fair)
    exhibitor = builders.make_exhibitor("Cơ sở Mắm Út Hạnh")
    application = builders.make_application(fair, exhibitor, State.APPROVED)
    allocations.assign_booth(
        SYSTEM, fair.id, "C12", application.code, reason="Hợp nhất", now=builders.NOW
    )
    publications.publish(SYSTEM, fair.id, note=None, now=builders.NOW)
    page = open_page(360, java_script=False)
    sign_in(page, live_server, session_token(builders.make_member(exhibitor)))

    page.goto(f"/ho-so/{application.code}/gian")
    page.get_by_role("button", name="Nhận gian này").click()
    page.get_by_label("Họ và tên").first.fill("Nguyễn Thị Út Hạnh")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_role("link", name="Thẻ ra vào").click()
    expect(page.get_by_role("link", name="Tải bản in (PDF)")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải bản in (PDF)").click()

    pdf = download.value.path().read_bytes()
    assert [text[:4] for text in qr_texts(pdf)] == ["TG1:"]
