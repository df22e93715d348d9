"""The page that recomputes and the projector, in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import (
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_staff,
)
from tgfair import clock
from tgfair.core.draw.sources import SourceKind
from tgfair.core.workflow import State
from tgfair.models import DrawMode, Role
from tgfair.services.draw_numbers import type_number
from tgfair.services.draws import DrawPlan, freeze_list

pytestmark = pytest.mark.browser
NUMBER = "07 45 12 93 21 60"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def drawn(app):
    with app.app_context():
        fair = make_fair(slug="hoi-cho", code="HC")
        install_plan(fair)
        fair_id = fair.id
        for n in range(8):
            exhibitor = make_exhibitor(f"Hợp tác xã Nông nghiệp số {n}")
            make_application(fair, exhibitor, State.APPROVED, code=f"HC-{n}")
        people = make_staff(Role.ORGANISER), make_staff(Role.ADMIN)
        now = clock.real_now()
        plan = DrawPlan(
            DrawMode.BOOTHS,
            ("A",),
            SourceKind.HALL,
            "Hội trường",
            now + timedelta(hours=1),
            0,
            leaves_aside=False,
        )
        freeze_list(people[0], fair_id, plan, now=now)
        for person in people:
            type_number(person, fair_id, 1, NUMBER, now=now + timedelta(hours=2))


def test_visitor_recomputes_the_draw(page360):
    page360.goto("/hoi-cho/boc-tham/1/tinh-lai")
    page360.click("text=Tính lại ngay")
    page360.wait_for_selector("[data-draw-verdict] .good")

    assert page360.locator("[data-draw-steps] li").count() == 8
    assert axe_violations(page360) == []
    assert not scrolls_sideways(page360)


def test_visitor_checks_a_changed_file(page1280):
    page1280.goto("/hoi-cho/boc-tham/1/tinh-lai")
    text = page1280.evaluate("fetch('draw.json').then((answer) => answer.text())")
    false = text.replace(NUMBER, "07 45 12 93 21 61")
    file = {"name": "draw.json", "mimeType": "application/json", "buffer": false.encode()}
    page1280.set_input_files("#tep", file)
    page1280.wait_for_selector("[data-draw-verdict] .bad")

    assert "SAI" in page1280.inner_text("[data-draw-verdict]")


def test_projector_goes_on_without_a_network(page1280):
    page1280.set_viewport_size({"width": 1920, "height": 1080})
    page1280.goto("/hoi-cho/boc-tham/1/chieu")
    page1280.wait_for_selector("[data-stage]:not([hidden])")
    page1280.context.set_offline(True)
    assert page1280.locator("[data-next] li").count() == 5

    seen = []
    for _ in range(8):
        seen.append(page1280.inner_text("[data-who]"))
        page1280.keyboard.press("Space")

    assert len(set(seen)) == 8
    assert page1280.inner_text("[data-where]").endswith("8/8")
    page1280.keyboard.press("Home")
    page1280.keyboard.press("p")
    assert page1280.inner_text("[data-play]") == "Tạm dừng (P)"
    height = page1280.evaluate("document.documentElement.scrollHeight")
    assert height <= 1080
    assert axe_violations(page1280) == []


def test_projector_without_javascript_is_a_table(open_page):
    page = open_page(1280, java_script=False)
    page.goto("/hoi-cho/boc-tham/1/chieu")

    assert page.locator("table tbody tr").count() == 8
    assert page.locator("[data-stage]").is_hidden()
