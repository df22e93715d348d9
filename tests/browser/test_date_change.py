"""A fair moves: 140 participants told again, calendars and reminders moved, one undo (D4)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar
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
from tgfair.models import FairStatus, Role
from tgfair.policy import SYSTEM
from tgfair.services.notices import add_usual
from tgfair.services.outbox import deliver_due

pytestmark = pytest.mark.browser
NOW = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
PARTICIPANTS, CONFIRMED = 140, 95
WHY, WHO = "Tránh bão số 3", "Phó Chủ tịch UBND tỉnh"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


@pytest.fixture
def fair(app):
    """A fair on 18-21/06/2026 with 140 participants, most of them confirmed, and its reminders."""
    with app.app_context():
        fair = make_fair(
            status=FairStatus.OPEN,
            badges_on=date(2026, 6, 13),
            confirm_until=datetime(2026, 6, 9, 16, 59, tzinfo=UTC),
        )
        for number in range(PARTICIPANTS):
            exhibitor = make_exhibitor(f"Cơ sở số {number}", email=f"cs{number}@example.vn")
            state = State.CONFIRMED if number < CONFIRMED else State.SUBMITTED
            make_application(fair, exhibitor, state)
        add_usual(SYSTEM, fair.id, now=NOW)
        return fair.slug


@pytest.fixture
def page(app, fair, open_page, live_server) -> Page:
    with app.app_context():
        token = session_token(make_user(Role.ORGANISER, name="Nguyễn Thị Ngọc Hạnh"))
    page = open_page(1280)
    page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])
    return page


def move(page: Page, slug: str, first: str, last: str) -> None:
    page.goto(f"/ql/{slug}/cai-dat/doi-ngay")
    page.get_by_label("Ngày khai mạc mới").fill(first)
    page.get_by_label("Ngày kết thúc mới").fill(last)
    page.get_by_role("button", name="Xem thay đổi").click()
    expect(
        page.get_by_text(f"{CONFIRMED} cơ sở đã xác nhận gian phải xác nhận lại")
    ).to_be_visible()
    page.get_by_label("Lý do").fill(WHY)
    page.get_by_label("Ai quyết định").fill(WHO)
    page.get_by_role("button", name="Đổi ngày và soạn thư báo").click()
    expect(page.get_by_text(f"{PARTICIPANTS} thư báo chờ bấm gửi")).to_be_visible()


def send_all(page: Page, app, slug: str, count: int) -> None:
    page.goto(f"/ql/{slug}/thong-bao")
    page.get_by_role("button", name=f"Gửi {count} thư").first.click()
    expect(page.get_by_text(f"Đã cho gửi {count} thư.")).to_be_visible()
    page.get_by_role("button", name="Không chờ, gửi ngay").click()
    expect(page.get_by_text("Thư bắt đầu gửi ngay bây giờ.")).to_be_visible()
    with app.app_context():
        while deliver_due(owner="test").tried:
            pass


def entry(message):
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    (event,) = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    return str(event["UID"]), int(event["SEQUENCE"]), event["DTSTART"].dt, event["DTEND"].dt


def reminder(page: Page, slug: str) -> str:
    """The day of the reminder to confirm, on the timetable."""
    page.goto(f"/ql/{slug}/lich")
    row = page.get_by_role("row").filter(has_text="Nhắc xác nhận gian hàng")
    return row.get_by_role("rowheader").inner_text().split(" (")[0]


def test_a_fair_moves_everybody_is_told_and_one_undo_brings_it_back(
    app, fair, page, smtp_sink: Mailbox
):
    slug = fair
    assert reminder(page, slug) == "Thứ Bảy, 06/06/2026"

    move(page, slug, "25/06/2026", "28/06/2026")
    send_all(page, app, slug, PARTICIPANTS)

    told = [smtp_sink.to(f"cs{number}@example.vn") for number in range(PARTICIPANTS)]
    assert [len(mails) for mails in told] == [1] * PARTICIPANTS
    assert WHY in text_of(told[0][0])
    moved = entry(told[0][0])
    assert moved[1:] == (1, date(2026, 6, 25), date(2026, 6, 29))
    assert reminder(page, slug) == "Thứ Bảy, 13/06/2026"
    page.goto(f"/ql/{slug}/cai-dat/doi-ngay")
    history = page.get_by_role("row").filter(has_text=WHY)
    expect(history).to_contain_text("18/06/2026–21/06/2026")
    expect(history).to_contain_text("25/06/2026–28/06/2026")
    expect(history).to_contain_text(WHO)
    assert (axe_violations(page), scrolls_sideways(page)) == ([], False)

    page.get_by_text("Hoàn tác lần đổi ngày cuối").click()
    page.get_by_role("button", name="Trở lại ngày cũ").click()
    expect(page.get_by_text("Đã trở lại ngày cũ.")).to_be_visible()
    expect(page.get_by_text("Hoàn tác lần đổi ngày cuối")).to_have_count(0)
    send_all(page, app, slug, PARTICIPANTS)

    last = smtp_sink.to("cs0@example.vn")[-1]
    assert entry(last) == (moved[0], 2, date(2026, 6, 18), date(2026, 6, 22))
    assert reminder(page, slug) == "Thứ Bảy, 06/06/2026"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_the_timetable_are_sound_and_fit(page, fair, width):
    page.set_viewport_size({"width": width, "height": 800})
    found = {}
    for path in ("lich", "lich/them", "lich/neo", "cai-dat/hoan", "cai-dat/doi-ngay"):
        page.goto(f"/ql/{fair}/{path}")
        found[path] = axe_violations(page) + ["sideways"] * scrolls_sideways(page)

    assert found == {path: [] for path in found}
