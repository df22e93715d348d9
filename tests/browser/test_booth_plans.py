"""From a fair whose review is over to a published plan: at a desk, by keyboard, without scripts."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from tests.support import booth_world
from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    save,
    session_token,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import (
    AllocationRun,
    Application,
    Assignment,
    AssignmentSource,
    AssignmentState,
    Booth,
    Fair,
    Message,
    MessageState,
    Role,
)
from tgfair.services import jobs
from tgfair.services.allocation_settings import Settings, settings_as_json

pytestmark = pytest.mark.browser

MOST_CLICKS = 30
SWAPS = 5


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


@pytest.fixture
def work(app):
    """Let the worker do what is queued."""

    def done():
        with app.app_context():
            while jobs.run_due("test"):
                pass

    return done


class Hand:
    """A person at the page who counts what they press: a click, or Enter in its place."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def click(self, role: str, name: str) -> None:
        self.presses += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()

    def enter(self) -> None:
        self.presses += 1
        self.page.keyboard.press("Enter")

    def sees(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=heading)).to_be_visible()

    def says(self, words: str) -> None:
        expect(self.page.get_by_role("status").first).to_contain_text(words)


def desk(app, live_server, page: Page) -> Page:
    with app.app_context():
        token = session_token(make_user(Role.ADMIN, name="Lê Thị Hạnh"))
    page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])
    return page


def test_three_hundred_booths_imported_solved_swapped_by_keyboard_published(
    app, live_server, open_page, work
):
    with app.app_context():
        fair = make_fair()
        booth_world.fill(fair, 290)
        slug, fair_id = fair.slug, fair.id
    page = desk(app, live_server, open_page(1280))
    hand = Hand(page)
    page.goto(f"/ql/{slug}/so-do")
    page.locator("input[type=file]").first.set_input_files(
        {
            "name": "san-300.json",
            "mimeType": "application/json",
            "buffer": json.dumps(booth_world.drawing()).encode(),
        }
    )
    hand.click("button", "Nạp tệp")
    hand.says("300")

    hand.click("link", "Xếp gian")
    hand.sees("Xếp gian")
    hand.click("link", "Phương án của máy")
    hand.sees("Phương án xếp gian")
    hand.click("button", "Tìm cách xếp")
    expect(page.get_by_text("Đang tìm cách xếp")).to_be_visible()
    work()
    expect(page.get_by_role("link", name="Kiểm tra và công bố…")).to_be_visible()

    with app.app_context():
        pairs = alike(fair_id)
    for booth, other in pairs:
        swap_by_keyboard(hand, booth=booth, with_booth=other)
    hand.sees("Phương án PA1.1")
    expect(page.get_by_text(f"{SWAPS} lần sửa tay")).to_be_visible()

    hand.click("link", "Kiểm tra và công bố…")
    hand.sees("Kiểm tra trước khi công bố PA1.1")
    page.get_by_label("Ghi lại tên phương án để công bố").fill("PA1.1")
    hand.click("button", "Công bố PA1.1")
    hand.says("Đã công bố PA1.1 thành bản số 1.")

    assert hand.presses <= MOST_CLICKS
    with app.app_context():
        live = select(func.count()).where(
            Assignment.fair_id == fair_id, Assignment.state == AssignmentState.LIVE
        )
        assert db.session.scalar(live) == 300
        assert {*db.session.scalars(select(Message.state))} == {MessageState.PROPOSED}


def alike(fair_id: int) -> list[tuple[str, str]]:
    """Pairs of booths of one zone whose holders need nothing that the other booth lacks."""
    run = db.session.scalars(select(AllocationRun)).one()
    holder = {one["booths"][0]: one["applicant"] for one in run.result["placements"]}
    modest = select(Application.code).where(
        Application.fair_id == fair_id,
        Application.power_w == 0,
        ~Application.water,
        Application.booths_wanted == 1,
    )
    codes = {*db.session.scalars(modest)}
    rows = db.session.execute(
        select(Booth.label, Booth.plan_object_id).where(Booth.fair_id == fair_id)
    )
    free = sorted(label for label, key in rows if label[0] == "A" and holder.get(key) in codes)
    return list(zip(free[:SWAPS], free[SWAPS : 2 * SWAPS], strict=True))


def test_a_mouse_drags_one_booth_onto_another(app, live_server, open_page, work):
    with app.app_context():
        fair = make_fair()
        install_plan(fair)
        one, two = (make_application(fair, make_exhibitor(), State.APPROVED) for _ in range(2))
        places = {one.code: ("A01",), two.code: ("A05",)}
        save_plan(fair, places)
        slug = fair.slug
    page = desk(app, live_server, open_page(1280))
    page.goto(f"/ql/{slug}/xep/phuong-an/PA1")
    expect(page.get_by_text("Kéo một gian sang gian khác")).to_be_visible()
    expect(page.locator(".plan.live")).to_be_visible()
    start, end = (page.locator(f'[data-booth="{label}"] path') for label in ("A01", "A05"))
    start.scroll_into_view_if_needed()
    start.hover(force=True)
    page.mouse.down()
    end.hover(force=True)
    end.hover(force=True)
    page.mouse.up()

    expect(page.get_by_role("heading", level=1, name="Phương án PA1.1")).to_be_visible()
    expect(page.locator("#ho-so .plate").first).to_contain_text("A05")


def save_plan(fair: Fair, places: dict[str, tuple[str, ...]]) -> None:
    """A plan as if it had been sought."""
    rows = db.session.execute(
        select(Booth.label, Booth.plan_object_id).where(Booth.fair_id == fair.id)
    )
    keys = {row[0]: row[1] for row in rows}
    placements = [
        {"applicant": code, "booths": [keys[one] for one in labels], "wish": 1, "pinned": False}
        for code, labels in places.items()
    ]
    save(
        AllocationRun(
            fair_id=fair.id,
            label="PA1",
            source=AssignmentSource.OPTIMISER,
            settings=settings_as_json(Settings()),
            inputs_digest="",
            result={"placements": placements, "unplaced": [], "scores": [], "stopped": False},
            created_at=NOW,
        )
    )


def swap_by_keyboard(hand: Hand, *, booth: str, with_booth: str) -> None:
    """Find a holder by the booth, type the other booth: three fields' worth of keys, no mouse."""
    page = hand.page
    page.get_by_label("Tìm tên cơ sở, mã hồ sơ hoặc mã gian").focus()
    page.keyboard.type(booth)
    hand.enter()
    field = page.get_by_label("Chuyển, hoặc đổi chỗ với gian")
    expect(field).to_be_visible()
    field.focus()
    page.keyboard.type(with_booth)
    hand.enter()
    hand.says("Đổi chỗ ")
    expect(page.locator("#ho-so .plate").first).to_contain_text(with_booth)


def test_the_workbench_without_scripts_fits_and_is_accessible(app, live_server, open_page, work):
    with app.app_context():
        fair = make_fair()
        install_plan(fair)
        booth_world.fill(fair, 24)
        slug = fair.slug
    page = desk(app, live_server, open_page(360, java_script=False))
    page.goto(f"/ql/{slug}/xep/phuong-an")
    page.get_by_role("button", name="Tìm cách xếp").click()
    expect(page.get_by_role("button", name="Dừng, giữ kết quả này")).to_be_visible()
    work()
    # Without scripts the page reloads itself every three seconds.
    expect(page.get_by_role("heading", name="Ai ở đâu")).to_be_visible()

    page.locator("#cho tr th a").first.click()
    expect(page.get_by_role("heading", name="Vì sao ở đây")).to_be_visible()
    page.get_by_role("button", name="Khóa chỗ này").click()
    expect(page.get_by_role("button", name="Mở khóa chỗ này")).to_be_visible()
    page.get_by_role("button", name="Lưu bản sao").click()
    expect(page.get_by_role("heading", level=1, name="Phương án PA1.1")).to_be_visible()
    page.get_by_role("link", name="So sánh").click()
    expect(page.get_by_text("Hai phương án xếp mọi cơ sở như nhau.")).to_be_visible()

    scripted = desk(app, live_server, open_page(360))
    for path in ("", "/PA1", "/PA1?nong=1", "/PA1.1/so-sanh?voi=PA1", "/PA1/cong-bo", "/PA1.1/xoa"):
        scripted.goto(f"/ql/{slug}/xep/phuong-an{path}")
        assert axe_violations(scripted) == []
        scripted.set_viewport_size({"width": 320, "height": 640})
        assert not scrolls_sideways(scripted)
        scripted.set_viewport_size({"width": 360, "height": 740})
