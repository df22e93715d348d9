"""Pages of a list."""

from __future__ import annotations

from dataclasses import dataclass

MAX_PAGE = 10_000


@dataclass(frozen=True)
class PageOf:
    """Where we are in a list."""

    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Return how many rows come before this page."""
        return (self.number - 1) * self.size


def page_number(text: str | None) -> int:
    """Read `?trang=`: a whole number from 1, anything else is page 1."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_PAGE)):
        return 1
    return min(max(int(text), 1), MAX_PAGE)
