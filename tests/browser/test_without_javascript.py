"""The whole way from the invitation to a visitor at the booth with JavaScript off (A9)."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support import steps
from tests.support.builders import (
    install_plan,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_user,
    session_token,
)
from tests.support.mailbox import Mailbox, text_of
from tgfair import clock
from tgfair.models import Role
from tgfair.services.links import invitation_url
from tgfair.services.outbox import deliver_due

pytestmark = pytest.mark.browser

SUBJECT = "Hợp tác xã Nông nghiệp Hòa Lộc"
FASCIA = "HTX Hòa Lộc"
ADDRESS = "hoaloc@example.vn"
SLUG = "hoi-cho"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def link(app: Flask) -> str:
    """The subject's personal link to a fair that takes applications now."""
    now = clock.real_now()
    with app.app_context():
        fair = make_fair(
            slug=SLUG,
            registration_opens_at=now - timedelta(days=1),
            registration_closes_at=now + timedelta(days=20),
            first_day=(now + timedelta(days=40)).date(),
            last_day=(now + timedelta(days=43)).date(),
            opens_at=now + timedelta(days=40),
        )
        install_plan(fair)
        exhibitor = make_exhibitor(SUBJECT, email=ADDRESS)
        return invitation_url(make_invitation(fair, exhibitor))


@pytest.fixture
def officer(app: Flask, open_page, live_server) -> Page:
    with app.app_context():
        token = session_token(make_user(Role.ORGANISER, name="Nguyễn Thị Ngọc Hạnh"))
    page = open_page(1280, java_script=False)
    page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])
    return page


def photo() -> dict[str, object]:
    picture = io.BytesIO()
    Image.new("RGB", (1200, 900), "#884400").save(picture, "JPEG")
    return {"name": "anh xoai.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def register(page: Page, link: str) -> str:
    """Apply in five steps; return the code of the application."""
    page.goto(link)
    steps.begin(page)
    steps.next_step(page, 2)
    steps.next_step(page, 3)
    page.get_by_label("Thích nhất").select_option("B")
    steps.next_step(page, 4)
    page.get_by_label("Họ và tên").first.fill("Trần Văn Bé")
    steps.next_step(page, 5)
    page.locator("input[type=file]").first.set_input_files(photo())
    steps.to_check(page)
    page.locator("#consent").check()
    page.get_by_role("button", name="Gửi hồ sơ").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã nhận hồ sơ")
    return re.search(r"/ho-so/([^/]+)/", page.url).group(1)


def give_back(page: Page) -> None:
    page.goto(f"/ql/{SLUG}/ho-so")
    page.get_by_role("link", name=SUBJECT).click()
    page.get_by_text("Yêu cầu bổ sung", exact=True).click()
    page.get_by_text("Bước 3: Gian hàng", exact=True).click()
    page.locator("#text-booth-fascia").fill("Tên trên bảng quá dài, hãy rút gọn")
    page.get_by_role("button", name="Gửi yêu cầu bổ sung").click()
    expect(page.get_by_text("Đã yêu cầu bổ sung hồ sơ")).to_be_visible()


def mend(page: Page, code: str) -> None:
    page.goto(f"/ho-so/{code}/")
    page.get_by_role("link", name="Sửa").first.click()
    page.get_by_label("Tên ghi trên bảng").fill(FASCIA)
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.get_by_label("Tên ghi trên bảng")).to_have_count(0)
    page.goto(f"/ho-so/{code}/kiem-tra")
    page.locator("#consent").check()
    page.get_by_role("button", name="Gửi lại hồ sơ").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã nhận")


def approve(page: Page) -> None:
    page.goto(f"/ql/{SLUG}/ho-so")
    page.get_by_role("link", name=SUBJECT).click()
    page.get_by_role("button", name="Duyệt", exact=True).click()
    expect(page.get_by_text("Đã duyệt hồ sơ")).to_be_visible()


def assign(page: Page, label: str) -> None:
    page.get_by_role("link", name="Xếp gian", exact=True).click()
    page.get_by_role("link", name=SUBJECT).click()
    page.get_by_role("link", name=f"Chọn gian {label}").click()
    page.get_by_role("button", name=f"vào gian {label}").click()
    expect(page.get_by_text(f"Đã xếp {SUBJECT} vào gian {label}.")).to_be_visible()


def publish_and_send(page: Page) -> None:
    page.get_by_role("link", name="Công bố 1 thay đổi…").click()
    page.get_by_role("button", name="Công bố 1 thay đổi").click()
    expect(page.get_by_text("Đã công bố bản số 1.")).to_be_visible()
    page.get_by_role("button", name="Gửi 1 thư").click()
    expect(page.get_by_text("Đã cho gửi 1 thư.")).to_be_visible()


def find_as_visitor(page: Page, label: str) -> None:
    page.goto("/")
    page.locator(f"a[href='/{SLUG}/']").first.click()
    page.locator(f"a[href='/{SLUG}/gian-hang/']").first.click()
    page.get_by_label("Sản phẩm hoặc tên gian").fill("mam tom cha")
    page.locator("main form button").click()
    expect(page.get_by_text("1 gian có bán")).to_be_visible()
    page.get_by_role("link", name="Xem trên sơ đồ").click()
    page.get_by_role("link", name="Xem dạng danh sách").click()
    page.locator("tbody").get_by_role("link", name=label).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FASCIA)
    expect(page.locator("main")).to_contain_text("Mắm tôm chà")


def test_from_the_invitation_to_a_visitor_at_the_booth(
    app, open_page, officer, link, smtp_sink: Mailbox
):
    producer = open_page(360, java_script=False)

    code = register(producer, link)
    give_back(officer)
    mend(producer, code)
    approve(officer)
    assign(officer, "B03")
    publish_and_send(officer)
    with app.app_context():
        deliver_due(owner="test")
    told = smtp_sink.to(ADDRESS)
    find_as_visitor(open_page(360, java_script=False), "B03")

    assert [code in text_of(message) for message in told] == [True] * len(told)
    assert "B03" in text_of(told[-1])
