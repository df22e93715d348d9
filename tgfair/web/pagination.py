"""Pages of a list."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

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

    @property
    def rows(self) -> slice:
        """Return this page's part of a list of everything."""
        return slice(self.offset, self.offset + self.size)

    def url(self, step: int) -> str:
        """Return the address of a neighbour with the request's own filter, "" past the ends."""
        number = self.number + step
        if not 1 <= number <= self.pages:
            return ""
        kept = [(key, value) for key, value in request.args.items(multi=True) if key != "trang"]
        return "?" + urlencode([*kept, ("trang", str(number))])


def page_number(text: str | None) -> int:
    """Read `?trang=`: a whole number from 1, anything else is page 1."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_PAGE)):
        return 1
    return min(max(int(text), 1), MAX_PAGE)


def asked_page(total: int, size: int) -> PageOf:
    """Return the page that the request asks for, the last one when it asks for more."""
    whole = PageOf(1, size, total)
    return PageOf(min(page_number(request.args.get("trang")), whole.pages), size, total)
