"""The board and one application: by keyboard, without JavaScript, accessible at both widths."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import (
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    session_token,
)
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import Application, Role

pytestmark = pytest.mark.browser
LONG = "Công ty trách nhiệm hữu hạn một thành viên sản xuất, kinh doanh mắm tôm chà Út Hạnh Gò"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def board(app, live_server):
    """The board's address and the codes on it, the longest name first."""
    with app.app_context():
        fair = make_fair(opens_at=datetime(2090, 6, 18, 1, 0, tzinfo=UTC))
        install_plan(fair)
        names = [LONG, "Hợp tác xã Hòa Lộc", "Cơ sở Bánh kẹp xếp"]
        codes = [make_application(fair, make_exhibitor(name)).code for name in names]
        make_application(fair, make_exhibitor("HTX Nháp"), State.DRAFT)
        return f"/ql/{fair.slug}/ho-so", codes


@pytest.fixture
def open_as_organiser(app, open_page, live_server):
    def opened(width: int, **how):
        page = open_page(width, **how)
        with app.app_context():
            token = session_token(make_user(Role.ORGANISER, name="Nguyễn Thị Ngọc Hạnh"))
        page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])
        return page

    return opened


def states(app, codes: list[str]) -> list[str]:
    with app.app_context():
        db.session.rollback()
        found = dict(db.session.execute(select(Application.code, Application.state)).all())
    return [found[code] for code in codes]


def ready(page) -> None:
    """Wait until the page listens to keys: its script shows the button then."""
    expect(page.locator("[data-keys-open]")).to_be_visible()


def test_a_review_by_keyboard_alone(app, board, open_as_organiser):
    url, (one, two, three) = board
    page = open_as_organiser(1280)
    page.goto(f"{url}?tt=submitted")
    ready(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Hợp tác xã Hòa Lộc")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("d")
    expect(page.get_by_role("heading", level=1)).to_have_text("Duyệt: 1 hồ sơ")
    page.get_by_role("button", name="Duyệt 1 hồ sơ").press("Enter")
    expect(page.get_by_text("Đã duyệt 1 hồ sơ.")).to_be_visible()

    ready(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(LONG)
    ready(page)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cơ sở Bánh kẹp xếp")
    ready(page)
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_contain_text(LONG)
    ready(page)
    page.keyboard.press("d")
    expect(page.get_by_role("button", name="Duyệt", exact=True)).to_be_focused()
    assert states(app, [one]) == ["submitted"]
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Đã duyệt hồ sơ {one}")).to_be_visible()

    ready(page)
    page.keyboard.press("t")
    expect(page.get_by_text("Sản phẩm ngoài phạm vi")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_label("Ghi chú nội bộ")).to_be_focused()
    page.keyboard.type("xd?")
    expect(page.get_by_label("Ghi chú nội bộ")).to_have_value("xd?")
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(f"**{url}")
    assert states(app, [one, two, three]) == ["approved", "approved", "submitted"]


def test_the_keys_are_listed_and_can_be_switched_off(board, open_as_organiser):
    url, _ = board
    page = open_as_organiser(1280)
    page.goto(url)
    ready(page)

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Dùng phím tắt trên máy này").uncheck()
    page.get_by_role("button", name="Đóng").click()
    page.reload()
    ready(page)
    page.keyboard.press("/")
    expect(page.get_by_label("Tên hoặc mã hồ sơ")).not_to_be_focused()
    page.keyboard.press("?")
    page.get_by_label("Dùng phím tắt trên máy này").check()
    page.get_by_role("button", name="Đóng").click()
    page.keyboard.press("/")
    expect(page.get_by_label("Tên hoặc mã hồ sơ")).to_be_focused()


@pytest.mark.expects_console("status of 400")
def test_everything_works_without_javascript(app, board, open_as_organiser):
    url, codes = board
    page = open_as_organiser(360, java_script=False)
    page.goto(url)

    page.get_by_label("Tên hoặc mã hồ sơ").fill("banh kep")
    page.get_by_role("button", name="Lọc", exact=True).click()
    page.get_by_role("link", name="Cơ sở Bánh kẹp xếp").click()
    page.get_by_text("Yêu cầu bổ sung", exact=True).click()
    page.get_by_text("Bước 5: Ảnh và giấy tờ").click()
    page.get_by_label("Ảnh sản phẩm", exact=True).check()
    page.get_by_role("button", name="Gửi yêu cầu bổ sung").click()
    expect(page.get_by_role("alert")).to_contain_text("Chưa ghi cần sửa gì ở mục “Ảnh sản phẩm”.")
    page.get_by_label("Cần sửa gì ở mục Ảnh sản phẩm").fill("Chưa có ảnh, hãy chụp một tấm")
    page.get_by_role("button", name="Gửi yêu cầu bổ sung").click()
    expect(page.get_by_text(f"Đã yêu cầu bổ sung hồ sơ {codes[2]}")).to_be_visible()

    page.goto(f"{url}?tt=submitted")
    for box in page.locator(".pick").all():
        box.check()
    page.get_by_role("button", name="Duyệt…", exact=True).click()
    page.get_by_role("button", name="Duyệt 2 hồ sơ").click()
    expect(page.get_by_text("Đã duyệt 2 hồ sơ.")).to_be_visible()
    assert states(app, codes) == ["approved", "approved", "changes_requested"]


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_are_accessible_and_never_scroll_sideways(board, open_as_organiser, width):
    url, (one, *_) = board
    page = open_as_organiser(width)
    for path in (url, f"{url}?q=xyz&sao=5", f"{url}/{one}?tt=submitted", f"{url}/{one}?in=1"):
        page.goto(path)
        assert (path, axe_violations(page), scrolls_sideways(page)) == (path, [], False)
        if width == 360:
            page.set_viewport_size({"width": 320, "height": 640})
            assert (path, scrolls_sideways(page)) == (path, False)
            page.set_viewport_size({"width": width, "height": 740})
    page.goto(url)
    page.locator(".pick").first.check()
    page.get_by_role("button", name="Yêu cầu bổ sung…").click()
    assert (axe_violations(page), scrolls_sideways(page)) == ([], False)


def test_one_application_is_printed_on_one_sheet_with_room_to_spare(board, open_as_organiser):
    url, (one, *_) = board
    page = open_as_organiser(1280)
    page.goto(f"{url}/{one}?in=1")
    # A fifth larger than it is printed: another machine's typeface is wider than this one's.
    assert page.pdf(format="A4", scale=1.2).count(b"/Type /Page\n") == 1
