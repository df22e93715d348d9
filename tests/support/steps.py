"""Walk through pages in a browser: a click is over when the next page is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from playwright.sync_api import Page, expect

from tests.support.browser import axe_violations, scrolls_sideways


def arrive(
    page: Page, base: str, names: Mapping[str, str], who: str, path: str, heading: str
) -> None:
    """Open a page as somebody; `names` holds the sessions, and what stands in paths."""
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "tgfair", "value": names[who], "url": base}])
    page.goto(path.format(**names))
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()


def page_problems(
    page: Page,
    base: str,
    names: Mapping[str, str],
    visits: Mapping[str, Iterable[tuple[str, str]]],
) -> dict[str, list[str]]:
    """Return what is wrong with each page that somebody visits; nothing when all are right."""
    found = {}
    for who, pages in visits.items():
        for path, heading in pages:
            arrive(page, base, names, who, path, heading)
            found[path] = axe_violations(page) + ["sideways"] * scrolls_sideways(page)
    return {path: problems for path, problems in found.items() if problems}


def begin(page: Page) -> None:
    """Leave the invitation for the first step."""
    page.get_by_role("button", name="Bắt đầu đăng ký").click()
    at_step(page, 1)


def next_step(page: Page, number: int) -> None:
    """Save the step shown and arrive at step `number`."""
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    at_step(page, number)


def to_check(page: Page) -> None:
    """Save the step shown and arrive at the check page."""
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.locator("#consent")).to_be_visible()


def at_step(page: Page, number: int) -> None:
    """Wait for the page of a step."""
    expect(page.get_by_text(f"Bước {number}/5")).to_be_visible()
