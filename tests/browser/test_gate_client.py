"""The gate page in a phone-sized Chromium with a fake camera, against a stand-in server."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support import browser as browsers
from tests.support.gate_stand_in import AMBER, GREEN, OVERRIDDEN, RED, StandIn
from tgfair.core.short_code import short_code
from tgfair.documents.qr import badge_matrix, matrix_png

pytestmark = pytest.mark.browser

VALID = json.loads((Path(__file__).parents[1] / "data/the-qr-vectors.json").read_text("utf-8"))
TOKENS = {case["name"]: case["text"] for case in VALID["valid"]}
CAMERA_TOKEN = TOKENS["seven-spaces"]
CODE = "01000018"


@pytest.fixture(scope="module")
def camera_browser(playwright, tmp_path_factory):
    film = tmp_path_factory.mktemp("film") / "badge.mjpeg"
    frame = Image.new("RGB", (640, 480), "#8a8f88")
    card = Image.open(BytesIO(matrix_png(badge_matrix(CAMERA_TOKEN), scale=6))).convert("RGB")
    frame.paste(card.rotate(8, fillcolor="#8a8f88"), (170, 85))
    stream = BytesIO()
    frame.save(stream, "JPEG", quality=85)
    film.write_bytes(stream.getvalue() * 10)
    browser = browsers.launch(
        playwright,
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    yield browser
    browser.close()


@pytest.fixture
def server():
    stand_in = StandIn()
    yield stand_in
    stand_in.shutdown()
    stand_in.server_close()


@pytest.fixture
def state(server):
    server.state.verdicts = {CAMERA_TOKEN: GREEN, CODE: AMBER}
    return server.state


@pytest.fixture
def open_gate(camera_browser, server, state, request):
    watch, contexts = browsers.Watch(), []

    def opened(path="/cong/", *, width=360, camera=True, **options):
        context = camera_browser.new_context(
            viewport={"width": width, "height": browsers.HEIGHTS[width]},
            base_url=server.address,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            permissions=["camera"] if camera else [],
            **options,
        )
        watch.follow(context)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    marker = request.node.get_closest_marker("expects_console")
    assert watch.unexpected(marker.args if marker else ()) == []


def pair(page):
    page.get_by_label("Tên máy này").fill("Máy của Lan")
    page.get_by_role("button", name="Ghép máy này").click()
    expect(page.get_by_role("heading", name="Cổng chính")).to_be_visible()
    # The first sign of life went out with the state of the server as it was then.
    expect(queue(page)).to_have_attribute("data-reach", "online")


@pytest.fixture
def gate(open_gate):
    page = open_gate("/cong/ghep/GHEP-01")
    pair(page)
    return page


def enter(page, text):
    page.get_by_label("Mã 8 ký tự hoặc tên").fill(text)
    page.get_by_label("Mã 8 ký tự hoặc tên").press("Enter")


def shown(page):
    """What the verdict screen says, whole."""
    card = page.locator("#verdict")
    expect(card).to_be_visible()
    return {
        "colour": card.get_attribute("data-colour"),
        "title": page.locator("#verdict-title").inner_text(),
        "name": page.locator("#verdict-name").inner_text(),
        "plate": page.locator("#verdict-plate").inner_text(),
        "detail": page.locator("#verdict-detail").inner_text(),
    }


def screen_of(verdict):
    return {
        "colour": verdict["colour"],
        "title": verdict["title"],
        "name": verdict["name"],
        "plate": verdict["booth"],
        "detail": verdict["detail"],
    }


def stored(page):
    """The scans that are still in the phone."""
    return page.evaluate(
        """() => new Promise((resolve) => {
          const request = indexedDB.open("tgfair-gate", 1);
          request.onsuccess = () => {
            const all = request.result.transaction("scans").objectStore("scans").getAll();
            all.onsuccess = () => { request.result.close(); resolve(all.result); };
          };
        })"""
    )


def queue(page):
    return page.locator("#queue")


def test_pairing_link_pairs_on_a_tap_only(open_gate, state):
    page = open_gate("/cong/ghep/GHEP-01")
    expect(page.get_by_label("Mã ghép")).to_have_value("GHEP-01")
    assert state.pairings == []

    pair(page)

    assert state.pairings == [{"code": "GHEP-01", "name": "Máy của Lan"}]
    assert page.url.endswith("/cong/")
    page.reload()
    expect(page.get_by_role("heading", name="Cổng chính")).to_be_visible()


@pytest.mark.expects_console("404")
def test_pairing_with_a_used_code_says_so(open_gate):
    page = open_gate("/cong/ghep/GHEP-99")
    page.get_by_label("Tên máy này").fill("Máy của Lan")

    page.get_by_role("button", name="Ghép máy này").click()

    expect(page.locator("#pair-note")).to_have_text("Mã ghép đã dùng hoặc hết hạn.")
    expect(page.get_by_label("Mã ghép")).to_have_value("GHEP-99")


def test_camera_reads_a_badge_exactly_once(gate, state):
    gate.get_by_role("button", name="Bắt đầu quét").click()

    assert shown(gate) == screen_of(GREEN)
    expect(queue(gate)).to_have_text("Đã gửi hết")
    expect(gate.locator("#counter")).to_have_text("418/1.056")
    gate.wait_for_timeout(4000)
    (scan,) = state.scans.values()
    assert scan | {"id": "", "wall": "", "mono": 0} == {
        "id": "",
        "seq": 1,
        "text": CAMERA_TOKEN,
        "mode": "qr",
        "direction": "in",
        "wall": "",
        "mono": 0,
        "override": False,
        "reason": None,
        "cancels": None,
    }
    assert re.fullmatch(r"[0-9a-f]{32}", scan["id"])
    assert stored(gate) == []


def test_camera_stays_alive_above_the_verdict(gate):
    gate.get_by_role("button", name="Bắt đầu quét").click()
    shown(gate)

    strip = gate.locator("#stage").bounding_box()

    assert (strip["y"], strip["width"], round(strip["height"])) == (0, 360, 185)


def test_second_scan_is_amber_and_can_be_let_through(gate, state):
    enter(gate, "o1oo-oo18")
    assert shown(gate) == screen_of(AMBER)

    gate.get_by_role("button", name="Vẫn cho qua").click()
    gate.get_by_role("button", name="Vừa ra ngoài, quay lại").click()

    expect(gate.locator("#verdict-title")).to_have_text(OVERRIDDEN["title"])
    first, second = state.scans.values()
    assert [
        (scan["text"], scan["mode"], scan["override"], scan["reason"]) for scan in (first, second)
    ] == [
        (CODE, "code", False, None),
        (CODE, "code", True, "Vừa ra ngoài, quay lại"),
    ]


def test_red_has_no_way_round(gate):
    enter(gate, short_code(5))

    assert shown(gate) == screen_of(RED)
    expect(gate.get_by_role("button", name="Vẫn cho qua")).to_be_hidden()
    gate.get_by_role("button", name="Quét thẻ tiếp").click()
    expect(gate.locator("#verdict")).to_be_hidden()


@pytest.mark.expects_console("503")
def test_scan_without_network_is_kept_and_sent_later(gate, state):
    state.down = True
    enter(gate, CODE)

    assert shown(gate)["title"] == "CHƯA KIỂM TRA ĐƯỢC"
    assert "Mất mạng: đã lưu trong máy, sẽ tự gửi." in shown(gate)["detail"]
    expect(queue(gate)).to_have_text("Chờ gửi 1")
    (kept,) = stored(gate)
    assert (kept["text"], kept["parked"], state.scans) == (CODE, None, {})

    gate.get_by_role("button", name="Quét thẻ tiếp").click()
    state.down = False
    gate.evaluate("dispatchEvent(new Event('online'))")

    expect(queue(gate)).to_have_text("Đã gửi hết")
    expect(gate.locator("#recent-list li")).to_contain_text("ĐÃ VÀO RỒI")
    assert list(state.scans) == [kept["id"]]
    assert stored(gate) == []


@pytest.mark.expects_console("503")
def test_scan_whose_answer_is_lost_survives_a_reload_and_is_not_counted_twice(gate, state):
    state.lose_answers = True
    enter(gate, CODE)
    assert shown(gate)["colour"] == "saved"

    state.lose_answers = False
    gate.reload()

    expect(queue(gate)).to_have_text("Đã gửi hết")
    assert len(state.received) >= 2
    assert len({scan["id"] for scan in state.received}) == len(state.scans) == 1
    assert stored(gate) == []


@pytest.mark.expects_console("422", "503")
def test_a_bad_scan_is_put_aside_and_blocks_nobody(gate, state):
    state.down = True
    for number in (1, 2, 3):
        enter(gate, short_code(number))
        shown(gate)
        gate.get_by_role("button", name="Quét thẻ tiếp").click()
    state.poison = {short_code(2)}
    state.down = False

    gate.evaluate("dispatchEvent(new Event('online'))")

    expect(queue(gate)).to_have_text("Đã gửi hết")
    assert sorted(scan["text"] for scan in state.scans.values()) == [short_code(1), short_code(3)]
    assert [(scan["text"], scan["parked"]) for scan in stored(gate)] == [(short_code(2), "invalid")]
    expect(gate.locator("#banners")).to_contain_text("1 lượt máy chủ không nhận")


def test_a_rejected_scan_stays_in_the_phone(gate, state):
    state.rejected = {CODE}

    enter(gate, CODE)

    assert shown(gate)["colour"] == "red"
    assert [(scan["text"], scan["parked"]) for scan in stored(gate)] == [(CODE, "rejected")]


def test_undo_names_the_scan_it_cancels(gate, state):
    state.verdicts[CODE] = GREEN
    enter(gate, CODE)
    shown(gate)

    gate.get_by_role("button", name="Hủy lượt này").click()

    expect(gate.locator("#input-note")).to_have_text("Đã hủy lượt vừa rồi.")
    first, second = state.scans.values()
    assert (first["cancels"], second["cancels"]) == (None, first["id"])
    expect(gate.locator("#verdict")).to_be_hidden()


def test_same_code_twice_within_three_seconds_counts_once(gate, state):
    enter(gate, CODE)
    shown(gate)
    gate.get_by_role("button", name="Quét thẻ tiếp").click()

    enter(gate, CODE)
    gate.wait_for_timeout(500)

    assert len(state.scans) == 1


def test_usb_scanner_types_without_focus_and_keeps_the_blanks(open_gate, state):
    page = open_gate("/cong/ghep/GHEP-01", width=1280)
    pair(page)
    page.evaluate("document.activeElement.blur()")

    for token in (TOKENS["two-spaces-in-a-row"], TOKENS["golden"]):
        page.keyboard.type(token)
        page.keyboard.press("Enter")

    expect(page.locator("#recent-list li")).to_have_count(2)
    assert [(scan["text"], scan["mode"], scan["seq"]) for scan in state.scans.values()] == [
        (TOKENS["two-spaces-in-a-row"], "qr", 1),
        (TOKENS["golden"], "qr", 2),
    ]


def test_direction_out_is_sent(gate, state):
    gate.get_by_text("RA", exact=True).click()

    enter(gate, CODE)
    shown(gate)

    assert [scan["direction"] for scan in state.scans.values()] == ["out"]


def test_name_search_leads_to_a_scan(gate, state):
    gate.get_by_label("Mã 8 ký tự hoặc tên").fill("hanh")

    gate.get_by_role("button", name="Nguyễn Thị Út Hạnh").click()

    assert shown(gate) == screen_of(AMBER)
    assert [(scan["text"], scan["mode"]) for scan in state.scans.values()] == [(CODE, "name")]


def test_name_search_without_result_says_what_to_do(gate):
    enter(gate, "Trần Văn Không")

    expect(gate.locator("#input-note")).to_contain_text("Không tìm thấy.")


def test_mistyped_code_is_explained_and_kept(gate, state):
    enter(gate, "0100-0019")

    expect(gate.locator("#input-note")).to_contain_text("Mã chưa đúng")
    expect(gate.get_by_label("Mã 8 ký tự hoặc tên")).to_have_value("0100-0019")
    assert state.scans == {}


@pytest.mark.expects_console("401")
def test_revoked_device_is_asked_to_pair_again_and_keeps_its_scans(gate, state):
    state.token = "other"

    enter(gate, CODE)

    expect(gate.locator("#pair-note")).to_contain_text("không còn được ghép")
    assert [scan["text"] for scan in stored(gate)] == [CODE]


def test_without_permission_the_page_says_what_to_do(open_gate):
    page = open_gate("/cong/ghep/GHEP-01", camera=False)
    pair(page)

    page.get_by_role("button", name="Bắt đầu quét").click()

    expect(page.get_by_role("heading", name="Chưa cho phép dùng camera.")).to_be_visible()
    expect(page.get_by_text("Chụp ảnh ô QR")).to_be_visible()


def test_photo_of_a_badge_is_read_when_the_camera_is_refused(open_gate, state, tmp_path):
    photo = tmp_path / "the.png"
    photo.write_bytes(matrix_png(badge_matrix(CAMERA_TOKEN), scale=6))
    page = open_gate("/cong/ghep/GHEP-01", camera=False)
    pair(page)
    page.get_by_role("button", name="Bắt đầu quét").click()

    page.locator("#photo").set_input_files(photo)

    assert shown(page) == screen_of(GREEN)


def test_zalo_browser_gets_advice(open_gate):
    page = open_gate(user_agent="Mozilla/5.0 (Linux; Android 13) Chrome/120 Mobile Zalo/23.1")

    expect(page.get_by_text("Trang đang mở trong Zalo")).to_be_visible()


def test_wrong_clock_shows_a_banner(gate, state):
    state.clock = datetime.now(UTC) + timedelta(minutes=7)

    gate.evaluate("dispatchEvent(new Event('online'))")

    expect(gate.locator("#banners")).to_contain_text("Đồng hồ máy lệch 7 phút")


def test_short_code_rule_is_the_same_in_the_phone(gate):
    codes = [short_code(number * 7_919_333) for number in range(1, 400)]
    wrong = [code[:-1] + ("0" if code[-1] != "0" else "1") for code in codes]

    answers = gate.evaluate(
        """async (codes) => {
          const { parseShortCode } = await import("/static/gate/short-code.js");
          return codes.map(parseShortCode);
        }""",
        codes + wrong,
    )

    assert answers == codes + [None] * len(wrong)


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_every_screen_is_accessible_and_fits(open_gate, state, width, tmp_path):
    page = open_gate("/cong/ghep/GHEP-01", width=width)
    expect(page.get_by_role("heading", name="Ghép máy với cổng")).to_be_visible()
    findings = {"pair": browsers.axe_violations(page)}
    pair(page)
    findings["gate"] = browsers.axe_violations(page)
    for code, verdict in ((CODE, AMBER), (short_code(5), RED), (short_code(6), GREEN)):
        state.verdicts[code] = verdict
        enter(page, code)
        expect(page.locator("#verdict")).to_have_attribute("data-colour", verdict["colour"])
        findings[verdict["colour"]] = browsers.axe_violations(page)
        assert not browsers.scrolls_sideways(page)
        page.get_by_role("button", name="Quét thẻ tiếp").click()
    page.get_by_role("button", name="Bắt đầu quét").click()
    expect(page.locator("#stage")).to_have_class("stage is-live")
    # Three kinds of work at once on a small machine: the decoder gets its minute.
    expect(page.locator("#verdict")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Quét thẻ tiếp").click()
    findings["camera"] = browsers.axe_violations(page)

    assert {name: found for name, found in findings.items() if found} == {}
    assert not browsers.scrolls_sideways(page)
