"""A real Chromium that fails a test for a console error or a foreign host."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
)
from playwright.sync_api import Error as PlaywrightError

from tests.support.binaries import chromium

HEIGHTS = {320: 640, 360: 740, 1280: 900}
LOOKS = 4
T = TypeVar("T")
LOCAL_SCHEMES = {"data", "blob", "about"}
# A busy machine is slow, not wrong: a state that never comes fails all the same.
expect.set_options(timeout=20_000)


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Start the Chromium found on this machine, with extra command line arguments."""
    return playwright.chromium.launch(
        executable_path=chromium(),
        args=["--no-sandbox", "--disable-dev-shm-usage", "--lang=vi-VN", *arguments],
    )


def new_context(
    browser: Browser, *, width: int, base_url: str | None = None, java_script: bool = True
) -> BrowserContext:
    """Open a fresh profile of a person in Viet Nam; phones up to 500 px wide have touch."""
    return browser.new_context(
        viewport={"width": width, "height": HEIGHTS.get(width, 900)},
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        base_url=base_url,
        java_script_enabled=java_script,
        has_touch=width <= 500,
        accept_downloads=True,
    )


class Watch:
    """Collects what a page must not do: console errors (CSP violations show there), foreign hosts."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page of a context, pop-ups included."""
        context.on("console", self._console)
        context.on("weberror", lambda event: self.problems.append(f"script: {event.error}"))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            where = message.location.get("url", "")
            self.problems.append(f"console {message.type}: {message.text} [{where}]")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in LOCAL_SCHEMES and parts.hostname not in {"127.0.0.1", "localhost"}:
            self.problems.append(f"foreign host: {request.url}")

    def unexpected(self, patterns: tuple[str, ...]) -> list[str]:
        """Return the problems that match none of the patterns."""
        return [line for line in self.problems if not any(re.search(p, line) for p in patterns)]


def _on_a_whole_page(page: Page, look: Callable[[], T]) -> T:
    """Look at a page that has loaded; a page that leaves meanwhile is looked at again, thrice.

    A click returns before the page that it asks for is there: what begins on the old document
    ends without one ("documentElement of null", "context was destroyed").
    """
    for _ in range(LOOKS - 1):
        page.wait_for_load_state("load")
        address = page.url
        try:
            found = look()
        except PlaywrightError:
            continue
        if page.url == address:
            return found
    page.wait_for_load_state("load")
    return look()


def axe_violations(page: Page) -> list[str]:
    """Return axe-core's findings on the page as it stands, `rule: target` each."""
    # Only violations are described in full: on a page of 150 rows the passes cost seconds.
    options = {"resultTypes": ["violations"]}
    found = _on_a_whole_page(page, lambda: Axe().run(page, options=options).response["violations"])
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]


def scrolls_sideways(page: Page) -> bool:
    """Return whether the page is wider than the screen."""
    script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(_on_a_whole_page(page, lambda: page.evaluate(script)))
