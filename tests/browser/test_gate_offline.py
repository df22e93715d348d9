"""A phone at the gate without network, and with a server that answers nonsense (C2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.support import builders
from tests.support.gate_faults import Faults
from tests.support.gate_phone import beat, enter, kept_in, on_server, pair
from tests.support.gate_world import (
    launch_with_camera,
    make_gate,
    token_of,
    write_badges,
    write_film,
)
from tgfair import clock
from tgfair.clock import day_in_vietnam
from tgfair.core.badge import sign
from tgfair.models import GateDevice
from tgfair.policy import SYSTEM, Actor
from tgfair.services import badges, gate_lists
from tgfair.services.badge_printing import payload_of
from tgfair.services.keys import private_key
from tgfair.services.uow import reader

pytestmark = pytest.mark.browser


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
        make_gate(fair, "Cổng phụ")
        yield fair


@pytest.fixture
def open_phone(playwright, live_server, tmp_path):
    """A phone whose camera sees one badge."""
    opened = []

    def with_camera_on(token):
        film = write_film(tmp_path / "badge.mjpeg", token)
        browser = launch_with_camera(playwright, film)
        opened.append(browser)
        context = browser.new_context(
            viewport={"width": 360, "height": 740},
            base_url=live_server,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            permissions=["camera"],
        )
        return context.new_page()

    yield with_camera_on
    for browser in opened:
        browser.close()


def another_token(badge, **changes):
    session = reader()
    payload = replace(payload_of(badge, badge.fair.number), **changes)
    return sign(payload, private_key(session, badge.kid))


def test_day_without_network_loses_nothing_and_judges_rightly(fair, open_phone):
    *good, seen, revoked, late, gate_2 = write_badges(fair, 24)
    other_fair = builders.make_fair()
    (stranger,) = write_badges(other_fair, 1)
    badges.revoke_badge(SYSTEM, revoked.public_id, reason="Mất thẻ", now=clock.real_now())
    # (what is scanned, how the rule has it)
    scans = [(token_of(badge), "in") for badge in good]
    scans += [(token_of(badge), "already_in") for badge in good[:12]]
    scans += [
        (token_of(revoked), "revoked"),
        (token_of(stranger), "unknown_key"),
        (another_token(late, first_day=fair.first_day - timedelta(days=9), days=2), "late"),
        (another_token(late, first_day=fair.first_day + timedelta(days=2)), "early"),
        (another_token(gate_2, gates=2), "wrong_gate"),
        (another_token(late, event=fair.number + 1), "other_event"),
        (token_of(late)[:-1], "damaged"),
        (f"{token_of(late)[:60]}A{token_of(late)[61:]}", "forged"),
        ("TG1:", "damaged"),
        (revoked.short_code, "revoked"),
        (good[0].short_code, "already_in"),
        (gate_2.short_code, "in"),
        ("0000-0000", "unknown_code"),
    ]
    page = open_phone(token_of(seen))
    pair(page, fair)
    page.context.set_offline(offline=True)
    page.reload()
    expect(page.get_by_role("heading", name="Cổng chính")).to_be_visible()
    # Issued when this phone could not hear of it; and taken back, likewise.
    (new,) = write_badges(fair, 1)
    badges.revoke_badge(SYSTEM, good[0].public_id, reason="Mất thẻ", now=clock.real_now())
    scans += [
        (token_of(new), "in_new"),
        (good[1].short_code, "already_in"),
        (token_of(new), "already_in"),
    ]
    assert len(scans) >= 47

    said = [enter(page, text) for text, _ in scans]
    assert said == [code for _, code in scans]
    page.get_by_label("Mã 8 ký tự hoặc tên").fill("van ba")
    page.get_by_role("button", name="Nguyễn Văn Ba Đoàn Thanh niên").click()
    expect(page.locator("#verdict")).to_have_attribute("data-code", "already_in")
    page.get_by_role("button", name="Quét thẻ tiếp").click()
    page.get_by_role("button", name="Bắt đầu quét").click()
    expect(page.locator("#verdict")).to_have_attribute("data-code", "in", timeout=60_000)
    expect(page.locator("#queue")).to_have_text(f"Chờ gửi {len(scans) + 2}")
    assert on_server() == {}

    page.context.set_offline(offline=False)
    beat(page)
    expect(page.locator("#queue")).to_have_text("Đã gửi hết")

    kept, rows = kept_in(page), on_server()
    assert len(rows) == len(scans) + 2
    assert {scan["id"]: (scan["seq"], scan["shown"]["code"]) for scan in kept} == {
        scan_id: (row.seq, row.code) for scan_id, row in rows.items()
    }
    assert [scan["waits"] for scan in kept if "waits" in scan] == []
    (let_in,) = [row for row in rows.values() if row.server_code and row.admitted]
    assert (let_in.server_code, let_in.badge_number) == ("revoked", good[0].number)


@pytest.mark.parametrize("mode", ["400", "404", "413", "500", "html", "half", "lost"])
def test_nonsense_from_the_server_loses_nothing(fair, faults, open_phone, mode):
    first, second, third = write_badges(fair, 3)
    page = open_phone(token_of(third))
    pair(page, fair)
    faults.mode = mode

    assert [enter(page, token_of(badge)) for badge in (first, second, first)] == [
        "in",
        "in",
        "already_in",
    ]
    expect(page.locator("#queue")).to_have_text("Chờ gửi 3")
    beat(page)
    expect(page.locator("#queue")).to_have_attribute("data-reach", "offline")
    page.reload()
    expect(page.get_by_role("heading", name="Cổng chính")).to_be_visible()
    expect(page.locator("#queue")).to_have_text("Chờ gửi 3")
    faults.mode = ""
    page.locator("summary").click()
    page.get_by_role("button", name="Gửi ngay").click()

    expect(page.locator("#queue")).to_have_text("Đã gửi hết")
    assert sorted(on_server()) == sorted(scan["id"] for scan in kept_in(page))
    assert len(on_server()) == 3


def test_an_older_list_is_refused(fair, open_phone, faults):
    (badge,) = write_badges(fair, 1)
    page = open_phone(token_of(badge))
    pair(page, fair)
    # What a cache on the way would have kept: the list as this very phone got it.
    reader().rollback()
    device = reader().scalars(select(GateDevice)).one()
    phone = Actor(device_id=device.id, device_fair_id=fair.id)
    faults.old_list = gate_lists.badge_list(phone)
    badges.revoke_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=clock.real_now())
    beat(page)
    expect(page.locator("#counter")).to_have_text("0/0")

    faults.mode = "older list"
    beat(page)

    expect(page.locator("[data-subject=list-problem]")).to_contain_text("cũ hơn")
    assert enter(page, token_of(badge)) == "revoked"
