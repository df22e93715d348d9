"""The drawing board: vectors shared with the server, drawing by mouse, finger and keyboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import NOW, install_plan, make_fair, make_user, session_token
from tgfair import clock
from tgfair.models import Role
from tgfair.policy import SYSTEM
from tgfair.services import plan_drafts
from tgfair.services.uow import reader

DATA = Path(__file__).parents[1] / "data"
PROBLEMS = json.loads((DATA / "so-do-loi.json").read_text("utf-8"))
ROWS = json.loads((DATA / "so-do-day.json").read_text("utf-8"))
Z_ROW = ("Z01", "Z02", "Z03", "Z04")
DOCUMENT = "document.querySelector('[data-plan-editor]').editor.history.document"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


@pytest.fixture
def fair(app):
    with app.app_context():
        fair = make_fair()
        install_plan(fair)
        plan_drafts.start_draft(SYSTEM, fair.id, now=NOW)
        yield fair


@pytest.fixture
def open_board(open_page, live_server, fair):
    token = session_token(make_user(Role.ADMIN, name="Lê Thị Hạnh"))

    def opened(width=1280):
        page = open_page(width)
        page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])
        page.goto(f"/ql/{fair.slug}/so-do/sua")
        page.locator(".board svg").wait_for()
        return page

    return opened


def drawn(page, label):
    """The object of this label as the board has it."""
    return page.evaluate(f"label => {DOCUMENT}.objects.find(item => item.label === label)", label)


def saved(page, fair):
    """The draft as the server has it, once the board says that it is saved."""
    page.evaluate("document.querySelector('[data-plan-editor]').editor.saver.flush()")
    reader().rollback()
    view = plan_drafts.draft_of(SYSTEM, fair.id)
    assert view is not None
    return view.plan


def click_booth(page, label, **more):
    page.get_by_role("option", name=f"Gian {label},").click(**more)


def test_browser_and_server_find_the_same_problems_and_make_the_same_rows(open_board):
    page = open_board()

    found = page.evaluate(
        "async plans => { const m = await import('/static/js/plan/problems.js');"
        " return plans.map(m.checkPlan); }",
        [case["plan"] for case in PROBLEMS],
    )
    rows = page.evaluate(
        "async requests => { const m = await import('/static/js/plan/rows.js');"
        " return requests.map(r => { let n = 0; return m.rowOfBooths(r, () => `new-${++n}`); }); }",
        [case["request"] for case in ROWS],
    )

    assert found == [case["problems"] for case in PROBLEMS]
    assert rows == [case["booths"] for case in ROWS]


def test_a_plan_is_drawn_by_keyboard_and_saved(open_board, fair):
    page = open_board()
    before = drawn(page, "D01")

    page.locator(".board").focus()
    page.keyboard.press("ArrowRight")  # nothing is chosen: takes the first booth
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mã hoặc tên")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("D99")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".board")).to_be_focused()
    page.keyboard.press("Control+d")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Delete")

    after = drawn(page, "D99")
    assert (after["x"], after["y"], after["rot"]) == (
        pytest.approx(before["x"] + 0.4),
        before["y"] + 5,
        15,
    )
    plan = saved(page, fair)
    assert sorted(b.label for b in plan.booths if b.label in {"D99", "D100"}) == ["D100", "D99"]
    assert len(plan.booths) == 150


def test_a_hundred_steps_are_undone_and_done_again_exactly(open_board):
    page = open_board()
    read = f"JSON.stringify({DOCUMENT})"
    click_booth(page, "A05")
    states = [page.evaluate(read)]
    for step in range(100):
        page.keyboard.press(("ArrowRight", "ArrowDown", "r", "Control+d", "ArrowLeft")[step % 5])
        states.append(page.evaluate(read))

    back = [page.evaluate(read)]
    for _ in range(100):
        page.keyboard.press("Control+z")
        back.append(page.evaluate(read))
    for _ in range(100):
        page.keyboard.press("Control+y")

    assert back == states[::-1]
    assert page.evaluate(read) == states[-1]


def test_booths_are_moved_by_mouse_onto_the_grid_and_chosen_by_a_band(open_board):
    page = open_board()
    box = page.get_by_role("option", name="Gian A25,").bounding_box()
    before = drawn(page, "A25")

    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 33, steps=4)
    page.mouse.up()
    after = drawn(page, "A25")
    row = [page.get_by_role("option", name=f"Gian B{n},").bounding_box() for n in ("01", "04")]
    page.mouse.move(row[0]["x"] - 4, row[0]["y"] - 4)
    page.mouse.down()
    page.mouse.move(row[1]["x"] + 8, row[1]["y"] + 8, steps=4)
    page.mouse.up()

    assert after["x"] > before["x"]
    assert (after["x"] % 0.5, after["y"] % 0.5) == (0, 0)
    expect(page.locator("[data-heading]")).to_have_text("Đang chọn 4")
    page.get_by_role("button", name="Thẳng mép trái").click()
    assert {drawn(page, f"B0{n}")["x"] for n in (1, 2, 3, 4)} == {drawn(page, "B01")["x"]}


def test_a_row_is_added_and_problems_are_told_while_drawing(open_board, fair):
    page = open_board()
    expect(page.locator("[data-problem-count]")).to_have_text("Không có chỗ nào vướng")

    page.get_by_text("Thêm dãy gian").click()
    page.get_by_label("Số gian trong dãy").fill("4")
    page.get_by_label("Cách đánh số").fill("Z##")
    page.locator("#row-type").select_option(label="Gian ẩm thực")
    page.get_by_role("button", name="Thêm dãy").click()
    page.get_by_label("Cách mép trái x (m)").first.fill("13")
    page.get_by_label("Cách mép trái x (m)").first.press("Tab")

    expect(page.locator("[data-problem-count]")).to_contain_text("chỗ cần xem lại")
    expect(page.locator("#item-type")).to_have_value("food")
    page.locator("#item-type").select_option(label="Đất trống")
    click_booth(page, "A01")  # the file calls it a corner and says no type
    expect(page.locator("#item-type")).to_have_value("standard")
    page.locator("#item-type").select_option(label="Bàn")
    tags = {b.label: b.tags for b in saved(page, fair).booths if b.label in {"A01", *Z_ROW}}
    assert tags == dict.fromkeys(Z_ROW, ("raw",)) | {"A01": ("table", "corner")}


@pytest.mark.expects_console("status of 409")
def test_whoever_saves_second_chooses(open_board, fair):
    first, second = open_board(), open_board()
    for page, key in ((first, "ArrowRight"), (second, "ArrowDown")):
        click_booth(page, "A05")
        page.keyboard.press(key)
    saved(first, fair)

    second.evaluate("document.querySelector('[data-plan-editor]').editor.saver.flush()")

    expect(second.get_by_text("vừa sửa bản vẽ này. Gian A05: dời chỗ.")).to_be_visible()
    second.get_by_role("button", name="Giữ bản của tôi").click()
    mine = drawn(second, "A05")
    (kept,) = (b for b in saved(second, fair).booths if b.label == "A05")
    assert (kept.x, kept.y) == (mine["x"], mine["y"])


def test_phone_looks_moves_and_relabels(open_board, fair):
    page = open_board(360)

    page.get_by_role("button", name="Phóng to").click()
    page.evaluate(
        "document.querySelector('[data-plan-editor]').editor.keys.walkTo(30)"
    )  # a finger cannot hit a booth of 8 px; the list of problems and the table choose it too
    page.get_by_role("button", name="Dời sang phải 0,5 m").click()
    page.get_by_label("Mã hoặc tên").fill("X01")
    page.get_by_label("Mã hoặc tên").press("Tab")

    expect(page.get_by_role("button", name="Nhân đôi")).to_be_hidden()
    assert "X01" in {b.label for b in saved(page, fair).booths}
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_board_and_tables_are_sound(open_board, fair, width):
    page = open_board(width)
    page.evaluate("document.querySelector('[data-plan-editor]').editor.keys.walkTo(0)")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = {"sua": axe_violations(page)}
    for path in ("bang", "dung", "nhap/bo", "bang/them?loai=gate"):
        page.goto(f"/ql/{fair.slug}/so-do/{path}")
        found[path] = axe_violations(page) + (["sideways"] if scrolls_sideways(page) else [])

    assert found == {path: [] for path in found}
