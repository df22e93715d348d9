"""Walk through the five steps in a browser: a click is over when the next page is there."""

from __future__ import annotations

from playwright.sync_api import Page, expect


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
