"""The public plan: moved by finger, mouse and keyboard, searched while typing, and without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
)
from tgfair.core.workflow import State
from tgfair.policy import SYSTEM
from tgfair.services.allocations import assign_booth
from tgfair.services.publications import publish

pytestmark = pytest.mark.browser
PLAN = "/hoi-cho/so-do/"
STANDS = {"A01": "Mắm Út Hạnh", "A02": "Trà Mỹ Tho", "E10": "Mắm tép Gò Công"}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def published(app):
    with app.app_context():
        fair = make_fair(slug="hoi-cho")
        install_plan(fair)
        for label, name in STANDS.items():
            application = make_application(
                fair, make_exhibitor(name), State.APPROVED, fascia_name=name
            )
            assign_booth(SYSTEM, fair.id, label, application.code, reason="Thử", now=NOW)
        publish(SYSTEM, fair.id, note=None, now=NOW)


def opened(page: Page, url: str = PLAN) -> Page:
    page.goto(url)
    expect(page.locator(".plan.live")).to_be_visible()
    expect(page.locator(".plan-svg[style*=scale]")).to_be_visible()
    return page


def scale(page: Page) -> float:
    transform = page.evaluate("document.querySelector('.plan-svg').style.transform")
    return float(re.search(r"scale\(([\d.]+)\)", transform).group(1))


def place(page: Page) -> str:
    return page.evaluate("document.querySelector('.plan-svg').style.transform")


def becomes_another(page: Page, before: str) -> None:
    page.wait_for_function(
        "(before) => document.querySelector('.plan-svg').style.transform !== before", arg=before
    )


def test_what_is_typed_is_marked_and_shown_large(page360):
    page = opened(page360)

    page.get_by_label("Sản phẩm, tên hoặc mã gian").fill("mam ut")
    expect(page.locator("[data-plan-said]")).to_have_text("Có 1 gian")
    assert page.locator(".booth.found").evaluate_all("all => all.map(b => b.dataset.booth)") == [
        "A01"
    ]
    before = place(page)
    page.get_by_role("link", name="A01 Mắm Út Hạnh").click()
    becomes_another(page, before)

    expect(page.locator(".booth[aria-current]")).to_have_attribute("data-booth", "A01")
    box = page.locator(".booth[aria-current] path").bounding_box()
    frame = page.locator("[data-plan-view]").bounding_box()
    assert box["width"] >= 43
    assert frame["y"] <= box["y"] <= frame["y"] + frame["height"]
    assert page.url.endswith("/so-do/#A01")
    page.get_by_label("Sản phẩm, tên hoặc mã gian").fill("")
    expect(page.locator(".booth.found")).to_have_count(0)
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)


def test_what_is_not_on_the_page_is_asked_of_the_server(page1280):
    page = opened(page1280)

    page.get_by_label("Sản phẩm, tên hoặc mã gian").fill("rau")
    page.get_by_role("button", name="Tìm", exact=True).click()

    expect(page.locator("[data-plan-said]")).to_have_text("0 gian có bán")
    assert page.url.endswith("?q=rau")


def test_finger_drags_and_does_not_open_what_it_lifts_from(page360):
    page = opened(page360)
    page.get_by_role("button", name="Phóng to").click()
    box = page.locator("[data-plan-view]").bounding_box()
    page.wait_for_function(
        "document.querySelector('[data-plan-view]').style.touchAction === 'none'"
    )
    before = place(page)
    tools = page.context.new_cdp_session(page)
    tools.send(
        "Input.synthesizeScrollGesture",
        {
            "x": box["x"] + box["width"] / 2,
            "y": box["y"] + box["height"] / 2,
            "xDistance": -80,
            "yDistance": -60,
            "gestureSourceType": "touch",
        },
    )

    becomes_another(page, before)
    assert page.url.endswith(PLAN)


def test_mouse_drags_once_the_plan_is_larger_than_its_frame(page1280):
    page = opened(page1280)
    page.get_by_role("button", name="Phóng to").click()
    page.wait_for_function(
        "parseFloat(document.querySelector('.plan-svg').style.transform.split('scale(')[1]) > 1.4"
    )
    box = page.locator("[data-plan-view]").bounding_box()
    before = place(page)
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 150, steps=5)
    page.mouse.up()

    becomes_another(page, before)
    assert page.url.endswith(PLAN)


def test_keys_walk_from_booth_to_booth_zoom_and_open(page1280):
    page = opened(page1280)
    page.locator("[data-booth=A01]").focus()

    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-booth=A02]")).to_be_focused()
    before = scale(page)
    page.keyboard.press("+")
    page.wait_for_function(
        "(before) => parseFloat(document.querySelector('.plan-svg').style.transform"
        ".split('scale(')[1]) > before * 1.4",
        arg=before,
    )
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Trà Mỹ Tho")


def test_without_script_the_search_is_a_form_and_the_plan_a_table(open_page):
    page = open_page(360, java_script=False)
    page.goto(PLAN)
    page.get_by_label("Sản phẩm, tên hoặc mã gian").fill("mam")
    page.get_by_role("button", name="Tìm", exact=True).click()

    expect(page.locator("[data-plan-said]")).to_have_text("3 gian có bán")
    names = [f"Gian {label} {name}" for label, name in STANDS.items()]
    expect(page.locator("[data-plan-found] a")).to_have_text(names)
    page.get_by_role("link", name="Xem dạng danh sách").click()
    page.locator("tbody").get_by_role("link", name="A02").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trà Mỹ Tho")
