"""The composer from the first word to the report, with the sending taken back once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import (
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    session_token,
)
from tests.support.mailbox import Mailbox, text_of
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import Role
from tgfair.services import jobs
from tgfair.services.outbox import deliver_due

pytestmark = pytest.mark.browser
NAMES = ("HTX Gò Công", "HTX Cai Lậy", "HTX Cái Bè")
BODY = "Kính gửi {cơ sở},\n\nMời đến nhận gian trước {ngày tổ chức}.\n\n{đường dẫn}"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    """A fair with three approved applications and one that nobody has read yet."""
    with app.app_context():
        fair = make_fair()
        for number, name in enumerate(NAMES):
            exhibitor = make_exhibitor(name, email=f"htx{number}@mien{number}.vn")
            make_application(fair, exhibitor, State.APPROVED)
        make_application(fair, make_exhibitor("HTX Chợ Gạo"), State.SUBMITTED)
        return fair.slug


@pytest.fixture
def page(app, fair, open_page, live_server) -> Page:
    with app.app_context():
        token = session_token(make_user(Role.ORGANISER))
    page = open_page(1280)
    page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])
    return page


def compose(page: Page, slug: str) -> None:
    page.goto(f"/ql/{slug}/thong-bao/soan")
    page.get_by_label("Tên để tìm lại").fill("Giờ nhận gian")
    page.get_by_role("button", name="Bắt đầu soạn").click()
    expect(page.get_by_text("Bản nháp: chưa gửi cho ai.")).to_be_visible()
    page.get_by_label("Gửi cho", exact=True).select_option(label="Hồ sơ đăng ký")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_text("4 người nhận")).to_be_visible()
    page.get_by_label("Đã duyệt", exact=True).check()
    page.get_by_label("Tiêu đề thư", exact=True).fill("Giờ nhận gian tại {sự kiện}")
    page.get_by_label("Nội dung", exact=True).fill(BODY)
    page.get_by_role("button", name="Lưu và kiểm tra").click()
    expect(page.get_by_text("Không thấy lỗi nào trong thư")).to_be_visible()


def preview(page: Page) -> set[str]:
    """Leaf through the previews and return what the three mails say first."""
    page.get_by_role("link", name="Xem trước từng người").click()
    seen = set()
    for number in range(1, len(NAMES) + 1):
        expect(page.get_by_text(f"Người nhận {number} trên {len(NAMES)}")).to_be_visible()
        seen.add(page.locator(".pre").inner_text().splitlines()[0])
        if number < len(NAMES):
            page.get_by_role("link", name="Trang sau").click()
    return seen


def send(page: Page, app) -> None:
    page.get_by_role("button", name=f"Gửi cho {len(NAMES)} người").click()
    expect(page.get_by_text("Trong 10 phút tới vẫn thu lại được.")).to_be_visible()
    with app.app_context():
        jobs.run_due("test")
    page.reload()
    expect(page.get_by_text(f"0 trên {len(NAMES)} đã xong")).to_be_visible()


def deliver(app) -> int:
    """Deliver what is due within five minutes; return how many mails."""
    with app.app_context():
        return deliver_due(owner="test", tick=lambda: clock.real_now() + timedelta(minutes=5)).tried


def test_a_notice_is_composed_taken_back_sent_and_reported(app, fair, page, smtp_sink: Mailbox):
    compose(page, fair)
    check = page.url
    assert preview(page) == {f"Kính gửi {name}," for name in NAMES}

    page.goto(check)
    send(page, app)
    assert deliver(app) == 0
    page.get_by_role("button", name="Thu lại").click()
    expect(page.get_by_text("Đã thu lại. Chưa có thư nào gửi đi.")).to_be_visible()
    expect(page.get_by_text("Bản nháp: chưa gửi cho ai.")).to_be_visible()

    page.goto(check)
    send(page, app)
    page.get_by_role("button", name="Không chờ, gửi ngay").click()
    expect(page.get_by_text("Thư bắt đầu gửi ngay bây giờ.")).to_be_visible()
    smtp_sink.refuse_next("550 5.1.1 no such user")
    assert deliver(app) == len(NAMES)

    page.reload()
    expect(page.get_by_text(f"{len(NAMES)} trên {len(NAMES)} đã xong")).to_be_visible()
    page.get_by_role("link", name="Không gửi được").click()
    refused = page.get_by_role("row").filter(has_text="550 5.1.1 no such user")
    expect(refused).to_have_count(1)
    page.get_by_role("link", name="Đã gửi", exact=True).click()
    for number, name in enumerate(NAMES):
        told = smtp_sink.to(f"htx{number}@mien{number}.vn")
        expect(page.get_by_role("rowheader", name=name)).to_have_count(len(told))
        assert [f"Kính gửi {name}," in text_of(mail) for mail in told] == [True] * len(told)
    assert len(smtp_sink.messages) == len(NAMES) - 1
    assert (axe_violations(page), scrolls_sideways(page)) == ([], False)
