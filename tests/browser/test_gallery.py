"""The components in a real browser, under the site's own content security policy."""

from __future__ import annotations

import gzip
import json
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.gallery_pages import HERE, write_gallery
from tests.support.browser import Watch, axe_violations, new_context, scrolls_sideways

pytestmark = pytest.mark.browser

PAGES = sorted(path.name for path in (HERE / "gallery").glob("*.html"))
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'"
)
JOB = {"state": "running", "done": 30, "total": 38, "text": "30/38 thư"}
PRODUCER_BUDGET = 60_000
CSS_BUDGET = 8_000


class Gallery(SimpleHTTPRequestHandler):
    """Serves the pages; answers an autosave and a job the way the application does."""

    saved: list[dict[str, list[str]]] = []
    signed_out = False

    def log_message(self, *args):
        """Stay quiet."""

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def answer(self, data):
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path.startswith("/viec/"):
            self.answer(JOB)
        else:
            super().do_GET()

    def do_POST(self):
        typed = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.signed_out:
            self.send_response(303)
            self.send_header("Location", "/producer_errors.html")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.saved.append(parse_qs(typed))
        self.answer({"saved_at_label": "Đã lưu nháp lúc 10:07"})


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    write_gallery(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Gallery, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_gallery(browser, gallery):
    """Open a gallery page; at the end nothing may have been refused, broken or fetched elsewhere."""
    watch, contexts = Watch(), []

    def opened(name, width=360, *, java_script=True):
        context = new_context(browser, width=width, base_url=gallery, java_script=java_script)
        watch.follow(context)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"/{name}.html" if "." not in name else f"/{name}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert watch.unexpected((r"ERR_INTERNET_DISCONNECTED",)) == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_gallery, name, width):
    assert axe_violations(open_gallery(name, width)) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_at_320(open_gallery, name):
    assert not scrolls_sideways(open_gallery(name, 320))


def test_producer_page_first_load_is_light(browser, gallery):
    context = new_context(browser, width=360, base_url=gallery)
    page, sizes = context.new_page(), []

    def weigh(response):
        if not response.url.endswith("favicon.svg"):  # here it plays the uploaded picture
            sizes.append(len(gzip.compress(response.body())))

    page.on("response", weigh)
    page.goto("/producer_step.html", wait_until="networkidle")
    context.close()

    assert (sum(sizes) <= PRODUCER_BUDGET, len(sizes) <= 10) == (True, True), sizes


def test_styles_stay_small():
    folder = Path(__file__).parents[2] / "tgfair" / "static" / "css"
    names = ["tokens.css", "base.css", "components.css"]

    assert sum(len(gzip.compress((folder / name).read_bytes())) for name in names) <= CSS_BUDGET


def test_controls_of_a_producer_are_large_enough(open_gallery):
    page = open_gallery("producer_errors")
    small = page.eval_on_selector_all(
        "main .btn, main .ctl, main .tick, main .back",
        "all => all.filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)",
    )

    assert small == []


def test_error_summary_takes_the_focus_and_leads_to_the_field(open_gallery):
    page = open_gallery("producer_errors")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name="Số điện thoại thiếu 1 chữ số").click()

    assert page.evaluate("document.activeElement.id") == "phone"


def test_title_says_that_there_are_errors(open_gallery):
    assert open_gallery("producer_errors").title().startswith("Lỗi: Ban Tổ chức liên hệ với ai?")


def test_autosave_shows_the_time_of_the_server(open_gallery):
    page = open_gallery("producer_step")
    page.wait_for_load_state("networkidle")
    page.get_by_label("Ghi chú").fill("Cần chỗ mát")
    page.get_by_text("✓ Đã lưu nháp lúc 10:07").wait_for(timeout=8000)

    assert Gallery.saved[-1] == {"product": ["1"], "note": ["Cần chỗ mát"]}


def test_autosave_without_network_keeps_the_text_for_the_next_visit(open_gallery):
    page = open_gallery("producer_step")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.get_by_label("Ghi chú").fill("Gian gần nước")
    page.get_by_text("Chưa lưu. Sẽ lưu khi có mạng").wait_for(timeout=8000)
    context = page.context
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/producer_step.html")
    page.get_by_text("✓ Đã lưu nháp lúc 10:07").wait_for(timeout=8000)

    assert page.get_by_label("Ghi chú").input_value() == "Gian gần nước"


def test_autosave_that_is_led_elsewhere_has_saved_nothing(open_gallery, monkeypatch):
    page = open_gallery("producer_step")
    page.wait_for_load_state("networkidle")
    monkeypatch.setattr(Gallery, "signed_out", True)
    page.get_by_label("Ghi chú").fill("Gần nhà vệ sinh")
    page.locator("[data-failed]").get_by_text("Chưa lưu").wait_for(timeout=8000)

    kept = page.evaluate("() => Object.values(localStorage).join()")
    assert "Gần nhà vệ sinh" in kept
    assert page.get_by_text("✓").count() == 0


def test_photo_is_shrunk_before_it_travels(open_gallery):
    page = open_gallery("producer_errors")
    page.wait_for_load_state("networkidle")
    large = BytesIO()
    Image.effect_noise((3000, 2000), 60).convert("RGB").save(large, "JPEG", quality=95)
    photo = {"name": "IMG_2024.jpeg", "mimeType": "image/jpeg", "buffer": large.getvalue()}
    page.locator("#label_photo").set_input_files(photo)
    page.locator("[data-photo-view]").get_by_text(re.compile(r"IMG_2024\.jpg · .*[KM]B")).wait_for()
    longest = page.evaluate(
        "createImageBitmap(document.querySelector('#label_photo').files[0]).then(b => [b.width, b.height])"
    )

    assert longest == [1600, 1067]


def test_arrow_keys_walk_the_plan(open_gallery):
    page = open_gallery("public_plan")
    page.locator(".plan.live .booth.found").wait_for()
    page.locator("[data-booth=A01]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")

    assert page.evaluate("document.activeElement.dataset.booth") == "A14"


def test_plan_zooms_by_transform_only(open_gallery):
    page = open_gallery("public_plan", 1280)
    page.locator(".plan.live").wait_for()
    before = page.locator(".view svg").get_attribute("viewBox")
    page.get_by_role("button", name="Phóng to").click()
    after = page.locator(".view svg").get_attribute("viewBox")

    assert (
        before == after,
        "scale(" in page.locator(".view svg").evaluate("s => s.style.transform"),
    ) == (
        True,
        True,
    )


def test_bulk_bar_counts_what_is_ticked(open_gallery):
    page = open_gallery("staff_board", 1280)
    page.get_by_role("button", name="Chọn cả trang").click()
    page.get_by_label("Chọn TG-0121").uncheck()

    assert page.locator("[data-bulk-count]").inner_text() == "2"


def test_live_filter_finds_without_marks(open_gallery):
    page = open_gallery("staff_today", 1280)
    page.get_by_label("Tìm trong danh sách").fill("dac san go")

    assert page.locator("#names li:visible").all_inner_texts() == ["Đặc sản Gò Công"]


def test_job_bar_follows_the_server(open_gallery):
    page = open_gallery("staff_today", 1280)
    page.get_by_text("30/38 thư").wait_for(timeout=8000)

    assert page.locator("[data-job-bar]").evaluate("bar => bar.value") == 30


def test_without_javascript_no_dead_buttons(open_gallery):
    page = open_gallery("staff_board", 1280, java_script=False)

    assert page.get_by_role("button", name="Chọn cả trang").count() == 0
