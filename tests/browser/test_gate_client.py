"""What a volunteer does with a phone at the gate, in a phone-sized Chromium with a fake camera."""

from __future__ import annotations

import re
from datetime import timedelta

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.support import browser as browsers
from tests.support import builders
from tests.support.gate_faults import Faults
from tests.support.gate_mutants import VECTORS
from tests.support.gate_phone import (
    FIELD,
    beat,
    enter,
    kept_in,
    new_code,
    next_verdict,
    on_server,
    pair,
    typed,
    waiting_in,
)
from tests.support.gate_world import (
    launch_with_camera,
    make_badges,
    make_gate,
    token_of,
    write_badges,
    write_film,
)
from tgfair import clock
from tgfair.clock import day_in_vietnam
from tgfair.core.badge import BadgeKind
from tgfair.core.short_code import short_code
from tgfair.core.workflow import State
from tgfair.documents.qr import badge_matrix, matrix_png
from tgfair.models import FairGates, GateDevice, Inspection
from tgfair.policy import SYSTEM
from tgfair.services import allocations, badges, gates, publications
from tgfair.services.uow import reader, transaction

pytestmark = pytest.mark.browser
# Of no key of the fair: what the film shows is judged all the same.
CAMERA_TOKEN = VECTORS["valid"][0]["text"]


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def faults(app):
    app.wsgi_app = Faults(app.wsgi_app)
    return app.wsgi_app


@pytest.fixture
def fair(app, faults):
    today = day_in_vietnam(clock.real_now())
    with app.app_context():
        fair = builders.make_fair(first_day=today, last_day=today + timedelta(days=3))
        make_gate(fair, "Cổng chính")
        yield fair


@pytest.fixture
def badge(fair):
    return make_badges(fair, "Nguyễn Thị Út Hạnh")[0]


@pytest.fixture(scope="module")
def camera_browser(playwright, tmp_path_factory):
    film = write_film(tmp_path_factory.mktemp("film") / "badge.mjpeg", CAMERA_TOKEN)
    browser = launch_with_camera(playwright, film)
    yield browser
    browser.close()


@pytest.fixture
def open_gate(camera_browser, live_server, request):
    watch, contexts = browsers.Watch(), []

    def opened(path="/cong/", *, width=360, camera=True, script="", **options):
        context = camera_browser.new_context(
            viewport={"width": width, "height": browsers.HEIGHTS[width]},
            base_url=live_server,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            permissions=["camera"] if camera else [],
            **options,
        )
        watch.follow(context)
        contexts.append(context)
        page = context.new_page()
        if script:
            page.add_init_script(script)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    marker = request.node.get_closest_marker("expects_console")
    assert watch.unexpected(marker.args if marker else ()) == []


@pytest.fixture
def phone(fair, badge, open_gate):
    page = open_gate()
    pair(page, fair)
    return page


def shown(page):
    """What the verdict screen says, whole."""
    card = page.locator("#verdict")
    expect(card).to_be_visible()
    return {
        "colour": card.get_attribute("data-colour"),
        **{
            part: page.locator(f"#verdict-{part}").inner_text()
            for part in ("title", "name", "who", "plate", "detail", "band")
        },
    }


def queue(page):
    return page.locator("#queue")


def test_pairing_link_pairs_on_a_tap_only(fair, open_gate):
    code = new_code(fair)
    page = open_gate(f"/cong/ghep/{code}")
    expect(page.get_by_label("Mã ghép")).to_have_value(code)
    assert gates.newest_pairing(SYSTEM, fair.id, 1).used is False

    page.get_by_label("Tên máy này").fill("Máy của Lan")
    page.get_by_role("button", name="Ghép máy này").click()

    expect(page.get_by_role("heading", name="Cổng chính")).to_be_visible()
    assert page.url.endswith("/cong/")
    page.reload()
    expect(page.get_by_role("heading", name="Cổng chính")).to_be_visible()


@pytest.mark.expects_console("400")
def test_pairing_with_a_used_code_says_so(fair, open_gate):
    page = open_gate("/cong/ghep/GHEP-99")
    page.get_by_label("Tên máy này").fill("Máy của Lan")

    page.get_by_role("button", name="Ghép máy này").click()

    expect(page.locator("#pair-note")).to_contain_text("Mã ghép đã dùng hoặc hết hạn.")
    expect(page.get_by_label("Mã ghép")).to_have_value("GHEP-99")


def test_first_scan_is_green_with_the_holder_and_is_sent(phone, badge):
    assert enter(phone, token_of(badge)) == "in"

    assert shown(phone) == {
        "colour": "green",
        "title": "MỜI VÀO",
        "name": "Nguyễn Thị Út Hạnh",
        "who": "Cơ sở Mắm Út Hạnh · Thẻ gian hàng",
        "plate": "",
        "detail": "",
        "band": "",
    }
    expect(phone.locator("#counter")).to_have_text("1/1")
    expect(queue(phone)).to_have_text("Đã gửi hết")
    (scan,) = kept_in(phone)
    assert re.fullmatch(r"[0-9a-f]{32}", scan["id"])
    (row,) = on_server().values()
    assert (row.scan_id, row.seq, row.mode, row.code) == (scan["id"], 1, "qr", "in")


def test_camera_reads_a_badge_once_and_stays_alive_above_the_verdict(phone):
    next_verdict(phone, phone.get_by_role("button", name="Bắt đầu quét").click)

    strip = phone.locator("#stage").bounding_box()
    assert (strip["y"], strip["width"], round(strip["height"])) == (0, 360, 185)
    expect(queue(phone)).to_have_text("Đã gửi hết")
    assert [scan["text"] for scan in kept_in(phone)] == [CAMERA_TOKEN]


def test_second_scan_is_amber_and_can_be_let_through(phone, badge):
    enter(phone, token_of(badge))
    assert enter(phone, badge.short_code) == "already_in"
    assert "ở cổng 1." in shown(phone)["detail"]

    phone.get_by_role("button", name="Vẫn cho qua").click()
    reason = phone.get_by_role("button", name="Vừa ra ngoài, quay lại")
    assert next_verdict(phone, reason.click) == "overridden"

    expect(queue(phone)).to_have_text("Đã gửi hết")
    told = [(row.mode, row.code, row.override_reason) for row in on_server().values()]
    assert told == [
        ("qr", "in", None),
        ("code", "already_in", None),
        ("code", "overridden", "Vừa ra ngoài, quay lại"),
    ]


def test_red_has_no_way_round(phone):
    assert enter(phone, short_code(5)) == "unknown_code"

    assert shown(phone)["colour"] == "red"
    for name in ("Vẫn cho qua", "Không cho vào", "Hủy lượt này"):
        expect(phone.get_by_role("button", name=name)).to_be_hidden()
    phone.get_by_role("button", name="Quét thẻ tiếp").click()
    expect(phone.locator("#verdict")).to_be_hidden()


@pytest.mark.expects_console("422", "503")
def test_a_scan_that_the_server_cannot_bear_blocks_nobody(phone, faults):
    faults.mode = "503"
    for number in (1, 2, 3):
        enter(phone, short_code(number))
    faults.poison = {short_code(2)}
    faults.mode = ""

    beat(phone)

    expect(queue(phone)).to_have_text("Chờ gửi 1")
    expect(phone.locator("#banners")).to_contain_text("1 lượt máy chủ không nhận")
    (parked,) = waiting_in(phone)
    assert (parked["text"], parked["parked"]) == (short_code(2), "invalid")
    assert len(on_server()) == 2
    faults.poison = set()
    phone.get_by_role("button", name="Quét thẻ tiếp").click()
    phone.locator("summary").click()
    phone.get_by_role("button", name="Gửi ngay").click()
    expect(queue(phone)).to_have_text("Đã gửi hết")
    assert len(on_server()) == 3


def test_undo_takes_the_last_scan_back(phone, badge):
    enter(phone, token_of(badge))

    phone.get_by_role("button", name="Hủy lượt này").click()

    expect(phone.locator("#input-note")).to_have_text("Đã hủy lượt vừa rồi.")
    expect(phone.locator("#counter")).to_have_text("0/1")
    assert enter(phone, token_of(badge)) == "in"
    expect(queue(phone)).to_have_text("Đã gửi hết")
    first, second, _ = on_server().values()
    assert (first.cancels, second.cancels) == (None, first.scan_id)


def test_not_admitting_uses_nothing_up(phone, badge):
    enter(phone, token_of(badge))

    phone.get_by_role("button", name="Không cho vào").click()
    phone.get_by_role("button", name="Không đúng người trên thẻ").click()

    expect(phone.locator("#input-note")).to_contain_text("không cho vào")
    assert enter(phone, token_of(badge)) == "in"
    expect(queue(phone)).to_have_text("Đã gửi hết")
    assert [row.override_reason for row in on_server().values()] == [
        None,
        "Không đúng người trên thẻ",
        None,
    ]


def test_same_code_twice_within_three_seconds_counts_once(phone, badge):
    twice = """(token) => {
      for (const _ of [1, 2]) {
        document.querySelector("#entry").value = token;
        document.querySelector("#entry-form").requestSubmit();
      }
    }"""
    assert next_verdict(phone, lambda: phone.evaluate(twice, token_of(badge))) == "in"

    enter(phone, short_code(5))

    assert len(kept_in(phone)) == 2


def test_usb_scanner_types_without_focus_and_keeps_the_blanks(fair, open_gate):
    spaced = None
    while spaced is None:
        written = write_badges(fair, 20)
        spaced = next((one for one in written if "  " in token_of(one)), None)
    page = open_gate(width=1280)
    pair(page, fair)
    page.evaluate("document.activeElement.blur()")

    page.keyboard.type(token_of(spaced))
    assert next_verdict(page, lambda: page.keyboard.press("Enter")) == "in"


def test_usb_scanner_goes_on_after_something_that_is_no_badge(fair, open_gate):
    written = write_badges(fair, 4)
    page = open_gate(width=1280)
    pair(page, fair)

    def scan(text):
        page.keyboard.type(text)
        page.keyboard.press("Enter")

    assert next_verdict(page, lambda: scan(token_of(written[0]))) == "in"
    for stray, note in (
        ("8934563138164", "Mã chưa đúng"),
        ("https://vidu.vn/", "Không tìm thấy"),
    ):
        scan(stray)
        expect(page.locator("#verdict")).to_be_hidden()
        expect(page.locator("#input-note")).to_contain_text(note)
    assert next_verdict(page, lambda: scan(written[1].short_code)) == "in"
    page.keyboard.type("Ng")
    assert next_verdict(page, lambda: scan(token_of(written[2]))) == "in"
    scan("8934563138164")
    page.evaluate("document.activeElement.blur()")
    assert next_verdict(page, lambda: scan(token_of(written[3]))) == "in"


def test_directions(phone, badge):
    def way(name):
        phone.get_by_text(name, exact=True).click()

    way("VÀO LẠI")
    assert enter(phone, token_of(badge)) == "not_been_in"
    phone.get_by_role("button", name="Quét thẻ tiếp").click()
    way("VÀO")
    assert enter(phone, badge.short_code) == "in"
    phone.get_by_role("button", name="Quét thẻ tiếp").click()
    way("VÀO LẠI")
    assert enter(phone, token_of(badge)) == "back"
    phone.get_by_role("button", name="Quét thẻ tiếp").click()
    way("RA")
    assert enter(phone, badge.short_code) == "out"

    expect(phone.locator("#counter")).to_have_text("0/1")
    expect(queue(phone)).to_have_text("Đã gửi hết")
    assert [row.direction for row in on_server().values()] == ["back", "in", "back", "out"]


def test_guest_of_honour_has_a_band_and_a_full_square_is_amber(fair, open_gate):
    (guest,) = write_badges(fair, 1, kind=BadgeKind.DELEGATE)
    (late,) = write_badges(fair, 1)
    with transaction() as session:
        session.add(FairGates(fair_id=fair.id, list_version=0, capacity=1))
    page = open_gate()
    pair(page, fair)

    assert enter(page, token_of(guest)) == "in"
    assert shown(page)["band"] == "KHÁCH MỜI – gọi lễ tân"
    assert enter(page, token_of(late)) == "full"
    expect(page.locator("#counter")).to_have_text("1/1")


@pytest.mark.expects_console("DISCONNECTED")
def test_name_search_needs_no_network_and_no_marks(phone, badge):
    phone.context.set_offline(offline=True)
    phone.get_by_label(FIELD).fill("ut ha")

    found = phone.get_by_role("button", name="Nguyễn Thị Út Hạnh")

    assert next_verdict(phone, found.click) == "in"
    assert [(scan["text"], scan["mode"]) for scan in kept_in(phone)] == [(badge.short_code, "name")]


def test_name_search_without_result_says_what_to_do(phone):
    typed(phone, "Trần Văn Không")

    expect(phone.locator("#input-note")).to_contain_text("Không tìm thấy.")


def test_mistyped_code_is_explained_and_kept(phone):
    typed(phone, "0100-0019")

    expect(phone.locator("#input-note")).to_contain_text("Mã chưa đúng")
    expect(phone.get_by_label(FIELD)).to_have_value("0100-0019")
    assert kept_in(phone) == []


def test_guessing_codes_is_stopped(phone):
    for number in range(10):
        enter(phone, short_code(number))

    typed(phone, short_code(99))

    expect(phone.locator("#input-note")).to_contain_text("Gõ sai quá nhiều mã.")
    assert len(kept_in(phone)) == 10


@pytest.mark.expects_console("401", "DISCONNECTED")
def test_revoked_device_is_asked_to_pair_again_and_keeps_its_scans(phone, fair, badge):
    phone.context.set_offline(offline=True)
    enter(phone, token_of(badge))
    reader().rollback()
    gates.revoke_device(SYSTEM, fair.id, reader().query(GateDevice).one().id, now=clock.real_now())
    phone.context.set_offline(offline=False)

    beat(phone)

    expect(phone.locator("#pair-note")).to_contain_text("không còn được ghép")
    assert [scan["text"] for scan in waiting_in(phone)] == [token_of(badge)]
    pair(phone, fair)
    expect(queue(phone)).to_have_text("Đã gửi hết")
    assert len(on_server()) == 1


def test_server_that_knows_more_corrects_the_screen(phone, badge):
    badges.revoke_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=clock.real_now())

    enter(phone, token_of(badge))

    expect(phone.locator("#verdict")).to_have_attribute("data-code", "revoked")
    assert shown(phone)["detail"].startswith("Máy chủ vừa báo: Thẻ đã bị hủy.")


def test_without_permission_the_page_says_what_to_do_and_reads_a_photo(
    fair, badge, open_gate, tmp_path
):
    photo = tmp_path / "the.png"
    photo.write_bytes(matrix_png(badge_matrix(token_of(badge)), scale=6))
    page = open_gate(camera=False)
    pair(page, fair)

    page.get_by_role("button", name="Bắt đầu quét").click()

    expect(page.get_by_role("heading", name="Chưa cho phép dùng camera.")).to_be_visible()
    send = page.locator("#photo").set_input_files
    assert next_verdict(page, lambda: send(photo)) == "in"


def test_zalo_browser_gets_advice(open_gate, fair):
    page = open_gate(user_agent="Mozilla/5.0 (Linux; Android 13) Chrome/120 Mobile Zalo/23.1")

    expect(page.get_by_text("Trang đang mở trong Zalo")).to_be_visible()


def test_wrong_clock_is_corrected_and_shown(fair, badge, open_gate):
    page = open_gate(
        script="{ const real = Date.now; Date.now = () => real() - 3 * 86400000 - 420000; }"
    )
    pair(page, fair)

    expect(page.locator("#banners")).to_contain_text("Đồng hồ máy lệch 4327 phút")
    assert enter(page, token_of(badge)) == "in"


def test_short_code_rule_is_the_same_in_the_phone(open_gate, fair):
    codes = [short_code(number * 7_919_333) for number in range(1, 400)]
    wrong = [code[:-1] + ("0" if code[-1] != "0" else "1") for code in codes]

    answers = open_gate().evaluate(
        """async (codes) => {
          const { parseShortCode } = await import("/static/gate/short-code.js");
          return codes.map(parseShortCode);
        }""",
        codes + wrong,
    )

    assert answers == codes + [None] * len(wrong)


@pytest.mark.expects_console("DISCONNECTED")
def test_sign_of_a_booth_is_inspected_without_network(fair, open_gate):
    builders.install_plan(fair)
    application = builders.make_application(
        fair, builders.make_exhibitor("Cơ sở Mắm Út Hạnh"), State.APPROVED
    )
    allocations.assign_booth(
        SYSTEM, fair.id, "C12", application.code, reason="Hợp nhất", now=builders.NOW
    )
    publications.publish(SYSTEM, fair.id, note=None, now=builders.NOW)
    page = open_gate()
    pair(page, fair)
    page.context.set_offline(offline=True)

    typed(page, f"https://hoi-cho.example.vn/{fair.slug}/gian-hang/c12")
    expect(page.get_by_role("heading", name="Kiểm gian C12")).to_be_visible()
    page.get_by_label("Ghi chú").fill("Khóa cửa")
    page.get_by_role("button", name="Gian trống").click()
    expect(page.locator("#input-note")).to_have_text("Đã ghi tình trạng gian C12.")
    expect(page.locator("#banners")).to_contain_text("1 lần kiểm gian đang giữ trong máy.")
    page.context.set_offline(offline=False)
    beat(page)

    expect(page.locator("[data-subject=inspections]")).to_have_count(0)
    reader().rollback()
    row = reader().query(Inspection).one()
    assert (row.status, row.note, row.booth.label) == ("empty", "Khóa cửa", "C12")


def test_inspection_of_a_booth_that_does_not_exist_is_said_and_not_kept(fair, open_gate):
    page = open_gate()
    pair(page, fair)

    typed(page, f"https://hoi-cho.example.vn/{fair.slug}/gian-hang/zz99")
    page.get_by_role("button", name="Gian trống").click()

    expect(page.locator("#banners")).to_contain_text("không có gian ZZ99 trong sơ đồ đã công bố")
    expect(page.locator("#input-note")).to_have_text("")
    expect(page.locator("[data-subject=inspections]")).to_have_count(0)


def test_phone_tests_itself(phone):
    phone.locator("summary").click()
    phone.get_by_role("button", name="Kiểm tra máy").click()

    expect(phone.get_by_text("Đã kiểm tra xong.")).to_be_visible()
    tests = phone.locator("#test-list li")
    names = [text.split("\n")[0] for text in phone.locator("#test-list b").all_inner_texts()]
    assert names == [
        "Camera",
        "Tiếng và rung",
        "Bộ nhớ",
        "Đồng hồ",
        "Kiểm tra chữ ký",
        "Danh sách thẻ",
        "Mở được khi mất mạng",
        "Lượt chờ gửi",
    ]
    assert "false" not in [test.get_attribute("data-good") for test in tests.all()]
    phone.get_by_role("button", name="Quay lại cổng").click()
    expect(phone.locator("#gate")).to_be_visible()


VIETNAMESE = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)


def test_every_sentence_has_its_english(phone, badge):
    phone.locator("summary").click()
    phone.get_by_role("button", name="English / Tiếng Việt").click()
    expect(phone.get_by_role("button", name="Start scanning")).to_be_visible()

    left = phone.evaluate(
        """async () => {
          const { ENGLISH } = await import("/static/gate/english.js");
          const words = await import("/static/gate/words.js");
          const spoken = Object.values(words).flatMap((word) =>
            typeof word === "string" ? [word]
              : typeof word === "function" ? [] : Object.values(word).filter(Boolean));
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const seen = [];
          while (walker.nextNode()) {
            const { parentElement, data } = walker.currentNode;
            const isData = parentElement.closest("#fair-name, #gate-label, #day-label, noscript, [lang]:not(html)");
            if (!isData && data.trim()) seen.push(data.trim());
          }
          return [...spoken.filter((text) => !(text in ENGLISH)), ...seen];
        }"""
    )

    assert [text for text in left if VIETNAMESE.search(text)] == []
    enter(phone, token_of(badge))
    assert shown(phone)["title"] == "WELCOME"
    assert enter(phone, badge.short_code) == "already_in"
    assert re.fullmatch(r"Came in at \d\d:\d\d, gate 1\.", shown(phone)["detail"])


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_every_screen_is_accessible_and_fits(fair, badge, open_gate, width):
    page = open_gate("/cong/ghep/GHEP-01", width=width)
    expect(page.get_by_role("heading", name="Ghép máy với cổng")).to_be_visible()
    findings = {"pair": browsers.axe_violations(page)}
    pair(page, fair)
    findings["gate"] = browsers.axe_violations(page)
    for text in (token_of(badge), badge.short_code, short_code(5)):
        code = enter(page, text)
        findings[code] = browsers.axe_violations(page)
        assert not browsers.scrolls_sideways(page)
    page.get_by_role("button", name="Quét thẻ tiếp").click()
    page.get_by_role("button", name="Bắt đầu quét").click()
    expect(page.locator("#stage")).to_have_class("stage is-live")
    # Three kinds of work at once on a small machine: the decoder gets its minute.
    expect(page.locator("#verdict")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Quét thẻ tiếp").click()
    findings["camera"] = browsers.axe_violations(page)
    page.locator("summary").click()
    page.get_by_role("button", name="Kiểm tra máy").click()
    expect(page.get_by_text("Đã kiểm tra xong.")).to_be_visible()
    findings["test"] = browsers.axe_violations(page)

    assert {name: found for name, found in findings.items() if found} == {}
    assert not browsers.scrolls_sideways(page)


@pytest.mark.expects_console("DISCONNECTED")
@pytest.mark.parametrize("width", [360, 1280])
def test_guide_is_accessible_fits_and_is_there_without_network(fair, open_gate, width):
    page = open_gate(width=width)
    pair(page, fair)
    page.context.set_offline(offline=True)

    page.goto("/cong/huong-dan")

    expect(page.get_by_role("heading", name="Hướng dẫn người soát thẻ")).to_be_visible()
    loaded = page.evaluate("[...document.images].map((one) => one.complete && one.naturalWidth)")
    assert loaded == [240] * 6
    assert browsers.axe_violations(page) == []
    assert not browsers.scrolls_sideways(page)


def test_guide_prints_on_one_sheet(fair, browser, live_server):
    page = browser.new_page(base_url=live_server)
    page.goto("/cong/huong-dan")

    pdf = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))

    assert len(pdf) == 1
    pdf.close()
    page.close()
