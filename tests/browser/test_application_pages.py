"""From the invitation to the receipt on a phone, with JavaScript and without."""

from __future__ import annotations

import io
import os
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support import steps
from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import (
    install_plan,
    make_application,
    make_conference,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_user,
    session_token,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import Application, Fix, Role
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


# A field that the keyboard moves to is scrolled clear of the bar at the foot of the window.
BAR_IS_TALLER = """() => {
    const bar = document.querySelector(".actions.stick");
    const kept = parseFloat(getComputedStyle(document.documentElement).scrollPaddingBottom);
    return bar !== null && bar.offsetHeight > kept;
}"""


def judge(page) -> list[object]:
    """What is wrong with the page at 360 and at 320 px."""
    found: list[object] = axe_violations(page)
    page.set_viewport_size({"width": 320, "height": 640})
    if scrolls_sideways(page):
        found.append(f"scrolls sideways: {page.url}")
    if page.evaluate(BAR_IS_TALLER):
        found.append(f"the bar hides what has the focus: {page.url}")
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
    steps.begin(page)
    look()
    steps.next_step(page, 2)
    look()
    steps.next_step(page, 3)
    look()
    page.get_by_label("Thích nhất").select_option("B")
    steps.next_step(page, 4)
    look()
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look()  # the name is missing
    page.get_by_label("Họ và tên").first.fill("Trần Văn Bé")
    steps.next_step(page, 5)
    look()
    page.locator("input[type=file]").first.set_input_files(photo())
    steps.to_check(page)
    look()
    page.get_by_role("button", name="Gửi hồ sơ").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look()  # consent is missing
    page.locator("#consent").check()
    page.get_by_role("button", name="Gửi hồ sơ").click()
    expect(page.get_by_role("link", name="Xem trang hồ sơ")).to_be_visible()
    look()
    page.get_by_role("link", name="Xem trang hồ sơ").click()
    expect(page.get_by_role("link", name="Rút hồ sơ")).to_be_visible()
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


@pytest.fixture
def addresses(app) -> dict[str, object]:
    """A subject in every situation, and the addresses of its pages."""
    with app.app_context():
        fair, conference = make_fair(**open_now()), make_conference(**open_now())
        install_plan(fair)
        install_plan(conference, "hoi-nghi-truoc-tet.json")
        exhibitor = make_exhibitor("Hợp tác xã Nông nghiệp Hòa Lộc")
        make_invitation(conference, exhibitor)
        fixes = [
            Fix(round=1, step="booth", field="fascia", text="Viết ngắn lại"),
            Fix(round=1, step="files", field="attp", text="Giấy hết hạn ngày 02/05/2024"),
        ]
        returned = make_application(fair, exhibitor, State.CHANGES_REQUESTED, fixes=fixes).code
        gone = make_application(fair, exhibitor, State.WITHDRAWN).code
        rsvp = f"/moi/{conference.slug}/{exhibitor.public_id}"
        return {
            "user": make_member(exhibitor),
            "officer": make_user(Role.COMMUNE_OFFICER),
            "public": ["/ho-so/", f"/dang-ky/{fair.slug}", "/m/1-khong-co"],
            "own": [
                "/ho-so/",
                f"/ho-so/{returned}/",
                f"/ho-so/{returned}/buoc/3",
                f"/ho-so/{returned}/buoc/5",
                f"/ho-so/{returned}/rut",
                f"/ho-so/{gone}/",
                f"/dang-ky/{fair.slug}",
                rsvp,
            ],
            "staff": [f"/ql/{fair.slug}/nop-ho?q=hop+tac", f"/ho-so/{returned}/", rsvp],
        }


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.expects_console("status of 410")
def test_pages_are_accessible_and_fit(app, open_page, live_server, addresses, width):
    wrong: list[object] = []
    for whose, user in (("public", None), ("own", "user"), ("staff", "officer")):
        page = open_page(width)
        if user is not None:
            with app.app_context():
                token = session_token(addresses[user])
            page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])
        for address in addresses[whose]:
            page.goto(address)
            wrong += [f"{whose} {address}: {line}" for line in judge(page)]
            if os.environ.get("SHOTS"):
                name = address.strip("/").replace("/", "_").partition("?")[0]
                page.screenshot(
                    path=f"{os.environ['SHOTS']}/{width}_{whose}_{name}.png", full_page=True
                )

    assert wrong == []


def test_first_load_of_the_invitation_is_small(open_page, link):
    page, sizes = open_page(360), []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))

    page.goto(link, wait_until="networkidle")

    assert sum(sizes) <= 60 * 1024
