"""The main job from the province's register to a scanned badge, by hand, with real mails (A3)."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support import browser as browsers
from tests.support import steps
from tests.support.builders import DATA, make_user, session_token
from tests.support.gate_world import expect_verdict, launch_with_camera, qr_texts, write_film
from tests.support.mailbox import Mailbox, text_of
from tgfair import clock
from tgfair.clock import day_in_vietnam
from tgfair.models import Role
from tgfair.services.outbox import deliver_due

pytestmark = pytest.mark.browser

SUBJECT = "Vàm Mồng Tơi"
ADDRESS = "htx.vammongtoi@example.vn"
FAIR, CONFERENCE = "hoi-cho-thu", "hoi-nghi-thu"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def config(config):
    # The demo's clock can stand at the fair's first day, when the badges are good.
    return replace(config, demo=True)


@pytest.fixture
def post(app: Flask, smtp_sink: Mailbox):
    """Deliver what waits; return the newest message to the subject."""

    def newest(word: str):
        with app.app_context():
            deliver_due(owner="test")
        found = [m for m in smtp_sink.to(ADDRESS) if word.lower() in str(m["Subject"]).lower()]
        assert found, smtp_sink.subjects()
        return found[-1]

    return newest


@pytest.fixture
def officer(app: Flask, open_page, live_server) -> Page:
    with app.app_context():
        token = session_token(make_user(Role.ADMIN, name="Lê Thị Hạnh"))
    page = open_page(1280)
    page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])
    return page


@pytest.fixture
def producer(open_page) -> Page:
    return open_page(360)


def link_in(message) -> str:
    return re.search(r"http://127\.0\.0\.1:\d+/m/\S+", text_of(message)).group().rstrip(".,;")


def photo() -> dict[str, object]:
    picture = io.BytesIO()
    Image.new("RGB", (1600, 1200), "#7a5533").save(picture, "JPEG")
    return {"name": "gao.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def import_register(page: Page) -> None:
    page.goto("/ql/")
    page.goto("/ql/nhap-excel")
    page.get_by_label("Tệp sổ chủ thể").set_input_files(DATA / "so-chu-the-ocop.xlsx")
    page.get_by_role("button", name="Tải lên và xem trước").click()
    page.get_by_role("link", name="Nhập vào danh sách…").click()
    page.get_by_role("button", name="Nhập", exact=True).click()
    page.get_by_text("Đã nhập xong sổ chủ thể.").wait_for()


def create_fair(page: Page, template: str, slug: str, code: str, *, in_days: int) -> None:
    opens = day_in_vietnam(clock.real_now()) + timedelta(days=in_days)
    page.goto(f"/ql/su-kien/moi?buoc=tiep&mau={template}&khai_mac={opens:%d/%m/%Y}")
    page.get_by_label("Nơi tổ chức", exact=True).fill("Quảng trường Hùng Vương")
    page.locator("#code").fill(code)
    page.locator("#slug").fill(slug)
    for step in ("invite_on", "registration_opens"):
        page.locator(f"#{step}").fill(f"{day_in_vietnam(clock.real_now()):%d/%m/%Y}")
    page.get_by_role("button", name="Lập sự kiện").click()
    expect(page.locator("main")).to_contain_text("Đã lập sự kiện ở trạng thái nháp")
    page.goto(f"/ql/{slug}/cai-dat/trang-thai?den=open")
    page.get_by_role("button", name="Mở sự kiện").click()
    expect(page.get_by_text("Sự kiện đã mở.")).to_be_visible()


def invite(page: Page, slug: str) -> None:
    page.goto(f"/ql/{slug}/giay-moi/moi?q=vam+mong+toi")
    page.get_by_role("button", name="Mời tất cả").click()
    page.get_by_text("1 qua thư điện tử").wait_for()


def apply(page: Page, link: str) -> str:
    page.goto(link)
    expect(page.get_by_text(SUBJECT).first).to_be_visible()
    steps.begin(page)
    steps.next_step(page, 2)
    steps.next_step(page, 3)
    page.get_by_label("Thích nhất").select_option("A")
    steps.next_step(page, 4)
    page.get_by_label("Họ và tên").first.fill("Phạm Công Vũ")
    steps.next_step(page, 5)
    page.locator("input[type=file]").first.set_input_files(photo())
    steps.to_check(page)
    page.locator("#consent").check()
    page.get_by_role("button", name="Gửi hồ sơ").click()
    page.wait_for_url("**/da-gui")
    return page.url.split("/ho-so/")[1].split("/")[0]


def give_back(page: Page, code: str) -> None:
    page.goto(f"/ql/{FAIR}/ho-so/{code}")
    page.get_by_text("Yêu cầu bổ sung", exact=True).click()
    page.get_by_text("Bước 3: Gian hàng", exact=True).click()
    page.locator("#text-booth-fascia").fill("Tên trên bảng quá dài, hãy rút gọn")
    page.get_by_role("button", name="Gửi yêu cầu bổ sung").click()
    expect(page.get_by_text("Đã yêu cầu bổ sung hồ sơ")).to_be_visible()


def mend(page: Page, code: str) -> None:
    page.goto(f"/ho-so/{code}/")
    expect(page.get_by_text("Tên trên bảng quá dài, hãy rút gọn").first).to_be_visible()
    page.get_by_role("link", name="Sửa").first.click()
    page.locator("#fascia").fill("HTX Vàm Mồng Tơi")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.locator("#fascia")).to_have_count(0)
    page.goto(f"/ho-so/{code}/kiem-tra")
    page.locator("#consent").check()
    page.get_by_role("button", name="Gửi lại hồ sơ").click()
    page.wait_for_url("**/da-gui")


def approve(page: Page, slug: str, code: str) -> None:
    page.goto(f"/ql/{slug}/ho-so/{code}")
    page.get_by_role("button", name="Duyệt", exact=True).click()
    expect(page.get_by_text("Đã duyệt hồ sơ")).to_be_visible()


def place_and_publish(page: Page, slug: str, code: str, label: str) -> None:
    page.goto(f"/ql/{slug}/xep?hs={code}&gian={label}")
    page.get_by_role("button", name=f"vào gian {label}").click()
    expect(page.get_by_text(f"vào gian {label}.")).to_be_visible()
    page.goto(f"/ql/{slug}/xep/cong-bo")
    page.get_by_role("button", name="Công bố 1 thay đổi").click()
    page.get_by_text("Đã công bố bản số 1.").wait_for()
    page.get_by_role("button", name="Gửi 1 thư").first.click()
    expect(page.locator("main")).to_contain_text("1 thư")
    expect(page.get_by_role("button", name="Gửi 1 thư")).to_have_count(0)


def confirm_and_download(page: Page, code: str, post) -> bytes:
    page.goto(f"/ho-so/{code}/gian")
    page.get_by_role("button", name="Nhận gian này").click()
    expect(page.get_by_role("button", name="Nhận gian này")).to_have_count(0)
    page.goto(f"/ho-so/{code}/the")
    page.get_by_role("button", name="Gửi mã").click()
    page.get_by_text("Đã gửi").first.wait_for()
    typed = re.search(r"\b\d{3}[ \xa0]?\d{3}\b", text_of(post("mã xác nhận"))).group()
    page.get_by_label("Mã 6 số").fill(typed)
    page.get_by_role("button", name="Xác nhận").click()
    expect(page.get_by_label("Mã 6 số")).to_have_count(0)
    page.goto(f"/ho-so/{code}/the")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải bản in (PDF)").click()
    return download.value.path().read_bytes()


def stand_at_opening(page: Page, in_days: int) -> None:
    opens = day_in_vietnam(clock.real_now()) + timedelta(days=in_days)
    page.goto("/ql/dong-ho")
    page.get_by_label("Ngày khác").fill(f"{opens:%d/%m/%Y}")
    page.get_by_role("button", name="Đặt ngày", exact=True).click()
    expect(page.get_by_text("Bây giờ bản trình diễn là")).to_be_visible()


def pairing_code(page: Page, slug: str) -> str:
    page.goto(f"/ql/{slug}/cong")
    page.get_by_label("Tên cổng").fill("Cổng chính")
    page.get_by_role("button", name="Thêm cổng").click()
    page.get_by_role("button", name="Ghép máy").first.click()
    return page.locator("main p b.keep").inner_text().replace("-", "")


def test_from_the_register_to_a_scanned_badge(
    officer, producer, post, playwright, live_server, tmp_path
):
    import_register(officer)
    create_fair(officer, "hoi-cho", FAIR, "HCT", in_days=45)
    invite(officer, FAIR)

    code = apply(producer, link_in(post("mời")))
    assert code in text_of(post("nhận hồ sơ"))
    give_back(officer, code)
    assert "Tên trên bảng quá dài" in text_of(post("bổ sung"))
    mend(producer, code)
    approve(officer, FAIR, code)
    post("duyệt")
    place_and_publish(officer, FAIR, code, "A07")
    told = post("A07")
    assert "A07" in text_of(told)
    (event,) = calendar_of(told).walk("VEVENT")
    assert event["LOCATION"]

    pdf = confirm_and_download(producer, code, post)
    (token,) = qr_texts(pdf)
    stand_at_opening(officer, 45)
    gate_says(officer, playwright, live_server, tmp_path, token)


def calendar_of(message) -> Calendar:
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return Calendar.from_ical(parts[0].get_payload(decode=True))


def gate_says(officer, playwright, live_server, tmp_path, token) -> None:
    """Scan with the fake camera: green; again: amber; revoked: red; and the head count is right."""
    code = pairing_code(officer, FAIR)
    film = write_film(tmp_path / "badge.mjpeg", token, seconds_away=5)
    phone = launch_with_camera(playwright, film)
    context = browsers.new_context(phone, width=360, base_url=live_server)
    context.grant_permissions(["camera"])
    page = context.new_page()
    page.goto(f"/cong/ghep/{code}")
    page.get_by_label("Tên máy này").fill("Máy của Lan")
    page.get_by_role("button", name="Ghép máy này").click()
    expect(page.locator("#queue")).to_have_attribute("data-reach", "online")
    expect(page.locator("[data-subject=list]")).to_have_count(0)
    page.get_by_role("button", name="Bắt đầu quét").click()
    expect_verdict(page, "green", "MỜI VÀO")
    expect(page.locator("#verdict-name")).to_have_text("Phạm Công Vũ")
    expect(page.locator("#counter")).to_have_text("1/1")
    expect_verdict(page, "amber", "ĐÃ VÀO RỒI")
    officer.goto(f"/ql/{FAIR}/the")
    officer.get_by_role("link", name="Phạm Công Vũ").first.click()
    officer.locator("#why_revoked").fill("Mất thẻ")
    officer.get_by_role("button", name="Hủy thẻ").click()
    expect_verdict(page, "red", "DỪNG LẠI")
    # One went in, and no badge is good any more.
    expect(page.locator("#counter")).to_have_text("1/0")
    phone.close()


def test_the_same_subject_answers_the_conference_prefilled(officer, producer, post):
    import_register(officer)
    create_fair(officer, "hoi-nghi", CONFERENCE, "HNT", in_days=40)
    invite(officer, CONFERENCE)

    producer.goto(link_in(post("mời")))
    producer.get_by_role("button", name="Trả lời").first.click()
    expect(producer.get_by_text("Gạo Hương Lài").first).to_be_visible()
    producer.get_by_label("Tham dự và trưng bày").check()
    producer.get_by_label("Số người").fill("2")
    producer.get_by_role("button", name="Gửi trả lời").click()
    expect(producer.get_by_text("Đã nhận trả lời")).to_be_visible()

    assert "2" in text_of(post("trả lời"))
    officer.goto(f"/ql/{CONFERENCE}/giay-moi")
    expect(officer.get_by_text("Tham dự và trưng bày, 2 người")).to_be_visible()
