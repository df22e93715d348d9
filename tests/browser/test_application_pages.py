"""From the invitation to the receipt on a phone, with JavaScript and without."""

from __future__ import annotations

import io
import os

import pytest
from PIL import Image

from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import install_plan, make_exhibitor, make_fair, make_invitation
from tgfair.core.workflow import State
from tgfair.models import Application
from tgfair.services.links import invitation_url
from tgfair.services.uow import reader


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def link(app) -> str:
    """The personal link of a subject to a fair that is open now."""
    with app.app_context():
        fair = make_fair(**open_now())
        install_plan(fair)
        exhibitor = make_exhibitor("Hợp tác xã Nông nghiệp Hòa Lộc", address="Xã Hòa Hưng")
        return invitation_url(make_invitation(fair, exhibitor))


def open_now() -> dict[str, object]:
    from datetime import timedelta

    from tgfair import clock

    now = clock.real_now()
    return {
        "registration_opens_at": now - timedelta(days=1),
        "registration_closes_at": now + timedelta(days=20),
        "first_day": (now + timedelta(days=40)).date(),
        "last_day": (now + timedelta(days=43)).date(),
        "opens_at": now + timedelta(days=40),
    }


def photo() -> dict[str, object]:
    picture = io.BytesIO()
    Image.new("RGB", (1200, 900), "#884400").save(picture, "JPEG")
    return {"name": "anh mam.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def judge(page) -> list[object]:
    """What is wrong with the page at 360 and at 320 px."""
    found: list[object] = axe_violations(page)
    page.set_viewport_size({"width": 320, "height": 640})
    if scrolls_sideways(page):
        found.append(f"scrolls sideways: {page.url}")
    page.set_viewport_size({"width": 360, "height": 740})
    return found


def walk(page, link: str, *, judged: bool, shots: str = "") -> list[object]:
    """Go the whole way and return what was wrong on any page."""
    wrong: list[object] = []
    number = 0

    def look() -> None:
        nonlocal number
        number += 1
        if judged:
            wrong.extend(judge(page))
        if shots:
            page.screenshot(path=f"{shots}/{number:02}.png", full_page=True)

    page.goto(link)
    look()
    page.get_by_role("button", name="Bắt đầu đăng ký").click()
    look()
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    look()
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    look()
    page.get_by_label("Thích nhất").select_option("B")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    look()
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    look()  # the name is missing
    page.get_by_label("Họ và tên").first.fill("Trần Văn Bé")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    look()
    page.locator("input[type=file]").first.set_input_files(photo())
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.wait_for_url("**/kiem-tra")
    look()
    page.get_by_role("button", name="Gửi hồ sơ").click()
    look()  # consent is missing
    page.locator("#consent").check()
    page.get_by_role("button", name="Gửi hồ sơ").click()
    page.wait_for_url("**/da-gui")
    look()
    page.get_by_role("link", name="Xem trang hồ sơ").click()
    look()
    return wrong


def sent_application(app) -> tuple[object, ...]:
    with app.app_context():
        (row,) = reader().query(Application).all()
        return (
            row.state,
            row.contact_name,
            [product.name for product in row.products],
            row.wishes,
            [person.name for person in row.people],
            [(file.kind, file.content_type, file.width) for file in row.attachments],
        )


@pytest.mark.parametrize("java_script", [True, False])
@pytest.mark.expects_console("status of 400")
def test_application_from_invitation_to_receipt(app, open_page, link, java_script):
    page = open_page(360, java_script=java_script)

    wrong = walk(page, link, judged=java_script, shots=os.environ.get("SHOTS", ""))

    assert wrong == []
    assert sent_application(app) == (
        State.SUBMITTED,
        "Nguyễn Thị Út Hạnh",
        ["Mắm tôm chà"],
        ["B"],
        ["Trần Văn Bé"],
        [("product_photo", "image/jpeg", 1200)],
    )
