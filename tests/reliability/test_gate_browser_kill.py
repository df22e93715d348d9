"""The phone's browser is killed in the middle of scanning: what was shown is kept (P6, C3)."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from tests.support import builders
from tests.support.binaries import chromium
from tests.support.gate_phone import beat, enter, kept_in, on_server, pair, typed
from tests.support.gate_world import make_gate, token_of, write_badges
from tgfair import clock
from tgfair.clock import day_in_vietnam

pytestmark = pytest.mark.browser
KILLS = 50 if os.environ.get("TGFAIR_LONG") else 2
SHOWN = 3


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    today = day_in_vietnam(clock.real_now())
    with app.app_context():
        fair = builders.make_fair(first_day=today, last_day=today + timedelta(days=3))
        make_gate(fair)
        yield fair


@pytest.fixture
def start(playwright, live_server, tmp_path):
    """Open the phone's browser on the profile that outlives it."""
    opened = []

    def started():
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
            base_url=live_server,
            viewport={"width": 360, "height": 740},
        )
        opened.append(context)
        return context.new_page()

    yield started
    opened[-1].close()


def kill_browser(profile: Path) -> None:
    """End every process of the browser on this profile at once, as a full memory does."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"--user-data-dir={profile}".encode() in line.split(b"\0"):
            os.kill(int(folder.name), signal.SIGKILL)


def test_what_was_shown_survives_the_death_of_the_browser(fair, start, tmp_path):
    tokens = [token_of(badge) for badge in write_badges(fair, KILLS * (SHOWN + 1))]
    page = start()
    pair(page, fair)
    page.context.set_offline(offline=True)
    shown = []
    for _ in range(KILLS):
        for token in tokens[len(shown) : len(shown) + SHOWN]:
            assert enter(page, token) == "in"
            shown.append(token)
        try:
            typed(page, tokens[-1])  # on its way when the browser dies: kept or not, never half
            kill_browser(tmp_path / "profile")
        except Error:
            pass
        page = start()
        page.context.set_offline(offline=True)
        page.goto("/cong/")
        expect(page.get_by_role("heading", name="Cổng chính")).to_be_visible()
        assert set(shown) <= {scan["text"] for scan in kept_in(page)}

    page.context.set_offline(offline=False)
    beat(page)
    expect(page.locator("#queue")).to_have_text("Đã gửi hết")
    kept = kept_in(page)
    assert sorted(on_server()) == sorted(scan["id"] for scan in kept)
    assert sorted(scan["seq"] for scan in kept) == list(range(1, len(kept) + 1))
