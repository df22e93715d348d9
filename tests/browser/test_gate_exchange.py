"""Two phones that tell each other by QR codes who went in, without a network (C7)."""

from __future__ import annotations

import base64
import io
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support import browser as browsers
from tests.support import builders
from tests.support.gate_phone import beat, enter, on_server, pair
from tests.support.gate_world import launch_with_camera, make_gate, token_of, write_badges
from tgfair import clock
from tgfair.clock import day_in_vietnam

pytestmark = pytest.mark.browser
SCANS = 200
FILM_FRAMES = 6  # 200 ms of 30 pictures a second, as the phone shows each code
LET_IN = """async ([badges, device]) => {
  const { addPassages } = await import("/static/gate/store.js");
  const id = () => [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  await addPassages(badges.map((badge, place) => ({
    badge, id: id(), device, direction: "in", at: Date.now(), gate: 1, admitted: true, cancels: null,
    seq: place + 1, mode: "qr", word: "in", generation: 0, reason: null,
  })));
}"""


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    today = day_in_vietnam(clock.real_now())
    with app.app_context():
        fair = builders.make_fair(first_day=today, last_day=today + timedelta(days=3))
        make_gate(fair, "Cổng chính")
        make_gate(fair, "Cổng phụ")
        yield fair


@pytest.fixture
def phone_with_camera(playwright, live_server):
    opened = []

    def seeing(film):
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

    yield seeing
    for browser in opened:
        browser.close()


def open_film(page):
    page.locator("summary").click()
    page.get_by_role("button", name="Đưa lượt cho máy bên cạnh").click()
    expect(page.locator("#film")).to_be_visible()


def filmed(page, path):
    """A film of the other phone's screen, begun somewhere in the middle."""
    shots = {}
    total = int(page.locator("#film").get_attribute("data-frames"))
    while len(shots) < total:
        page.wait_for_function(
            "(have) => !have.includes(document.querySelector('#film').dataset.frame)",
            arg=list(shots),
        )
        picture = page.evaluate(
            "() => { const film = document.querySelector('#film');"
            " return [film.dataset.frame, film.toDataURL('image/png')]; }"
        )
        shots[picture[0]] = picture[1].partition(",")[2]
    order = sorted(shots, key=int)
    order = order[total // 2 :] + order[: total // 2]
    path.write_bytes(b"".join(jpeg(shots[at]) * FILM_FRAMES for at in order))
    return path


def jpeg(picture):
    """The screen in the middle of a camera picture of 640 by 480."""
    seen = Image.new("RGB", (640, 480), "#8a8f88")
    code = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB").resize((440, 440))
    seen.paste(code.rotate(2, fillcolor="#ffffff"), (100, 20))
    stream = io.BytesIO()
    seen.save(stream, "JPEG", quality=85)
    return stream.getvalue()


def test_second_gate_learns_from_the_first_without_a_server(
    fair, open_page, phone_with_camera, tmp_path
):
    written = write_badges(fair, SCANS + 1)
    first = open_page(360)
    pair(first, fair, 1)
    first.evaluate(LET_IN, [[f"{badge.number:016x}" for badge in written[:SCANS]], 1])
    first.reload()
    expect(first.locator("#counter")).to_have_text("200/201")
    open_film(first)
    expect(first.locator("#film-note")).to_contain_text("200 lượt hôm nay")
    assert browsers.axe_violations(first) == []
    second = phone_with_camera(filmed(first, tmp_path / "film.mjpeg"))
    pair(second, fair, 2)
    second.context.set_offline(offline=True)
    assert enter(second, token_of(written[SCANS])) == "in"
    second.get_by_role("button", name="Quét thẻ tiếp").click()

    second.get_by_role("button", name="Bắt đầu quét").click()

    banner = second.locator("[data-subject=exchange]")
    expect(banner).to_contain_text("Đã nhận 200 lượt của cổng 1.", timeout=60_000)
    expect(second.locator("#counter")).to_have_text("201/201")
    assert enter(second, token_of(written[7])) == "already_in"
    expect(second.locator("#verdict-detail")).to_contain_text("ở cổng 1.")

    assert on_server() == {}
    second.reload()
    with second.expect_response("**/api/v1/gate/films") as brought:
        second.context.set_offline(offline=False)
        beat(second)
    facts = brought.value.json()
    assert (facts["taken"], facts["known"], facts["refused"]) == (SCANS, 0, 0)
    expect(second.locator("#queue")).to_have_text("Đã gửi hết")
    kept = sorted((row.device_id, row.seq, row.code) for row in on_server().values())
    assert kept[:SCANS] == [(1, seq, "in") for seq in range(1, SCANS + 1)]
    assert kept[SCANS:] == [(2, 1, "in"), (2, 2, "already_in")]
