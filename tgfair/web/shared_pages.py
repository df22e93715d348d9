"""Public pages are made once a second, not once a visitor.

On the day of a fair thousands of phones ask for the same few pages. A visitor without any cookie
gets what another one got less than a second ago from the same process; nothing else is shared: no
page with a query, none for somebody who has a session, a form token or a sentence waiting.
"""

from __future__ import annotations

import time
from http import HTTPStatus

from flask import Flask, Response, g, request

from tgfair.config import Config

SECONDS = 1.0
MOST_PAGES = 500
SHARED = frozenset(
    f"public.{name}" for name in ("home", "fair_page", "booths", "booth", "plan", "results")
)

Key = tuple[str, bool]


def install(app: Flask, config: Config) -> None:
    """Keep pages, unless this is the demo (its clock jumps) or a test."""
    if config.demo or config.testing:
        return
    pages: dict[Key, tuple[float, Response]] = {}

    def find() -> Response | None:
        key = _key()
        until, page = pages.get(key, (0.0, None)) if key else (0.0, None)
        if page is None or until < time.monotonic():
            return None
        g.shared_page = True
        return _copy(page)

    def keep(response: Response) -> Response:
        key = _key()
        fresh = response.status_code == HTTPStatus.OK and "shared_page" not in g
        if key and fresh and "Set-Cookie" not in response.headers:
            if len(pages) >= MOST_PAGES:
                pages.clear()
            pages[key] = (time.monotonic() + SECONDS, _copy(response))
        return response

    app.before_request(find)
    app.after_request(keep)


def _key() -> Key | None:
    """Return what makes two visitors' requests the same, or None for what is never shared."""
    if request.endpoint not in SHARED or request.method != "GET":
        return None
    if request.query_string or request.cookies or "Authorization" in request.headers:
        return None
    return request.path, "gzip" in request.headers.get("Accept-Encoding", "")


def _copy(response: Response) -> Response:
    return Response(response.get_data(), response.status_code, response.headers)
