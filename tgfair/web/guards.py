"""Who stands before the door: actor, audience, CSRF. Deny unless declared.

Every view declares its audience with `@audience(...)`; `check_audiences` stops the start of the app
when one does not. What an actor may do to an object is asked of `tgfair.policy` by the services.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from tgfair import clock
from tgfair.config import Config
from tgfair.core.errors import ForbiddenError, TgfairError
from tgfair.policy import ANONYMOUS, Actor
from tgfair.services import sessions
from tgfair.services.identifiers import keyed, new_token
from tgfair.services.settings import demo_clock_offset

View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MB = 1024 * 1024
PLAIN_FORM = "application/x-www-form-urlencoded"


class Audience(StrEnum):
    """Whom a view is for."""

    PUBLIC = "public"  # anybody
    SESSION = "session"  # anybody signed in, or come by a personal link
    STAFF = "staff"  # anybody with a staff role
    DEVICE = "device"  # a paired gate phone, by bearer token


@dataclass(frozen=True)
class Declaration:
    """What a view declared."""

    audience: Audience
    upload_mb: int = 0
    too_large: str = ""
    link_is_proof: bool = False


class SessionOverError(TgfairError):
    """Somebody who is not signed in, or no longer, sent a form; `login_url` leads back."""

    code = "session_over"

    def __init__(self, login_url: str) -> None:
        super().__init__(login_url)
        self.login_url = login_url

    def message(self) -> str:
        """Return a sentence for the page."""
        return "Phiên làm việc đã hết hoặc đã đăng xuất."


class StaleFormError(ForbiddenError):
    """The token of the form is not this browser's: signed in anew since, or no form of ours."""

    code = "stale_form"

    def message(self) -> str:
        """Return a sentence for the page."""
        return "Trang đã mở quá lâu. Hãy tải lại trang rồi gửi lại."


class UndeclaredAudienceError(Exception):
    """A route has no audience; the app must not start."""


def audience(
    who: Audience, *, upload_mb: int = 0, too_large: str = "", link_is_proof: bool = False
) -> Callable[[View], View]:
    """Declare whom a view is for; `upload_mb` lets its requests be larger than 1 MB.

    `too_large` says what to do with a larger one; a sentence that names the limit stands for it.
    `link_is_proof`: the address holds a secret of the reader's own, so nobody else can have the
    form sent; mail programs post to it without a token of ours (RFC 8058).
    """

    def declare(view: View) -> View:
        setattr(view, "declaration", Declaration(who, upload_mb, too_large, link_is_proof))  # noqa: B010 -- any callable
        return view

    return declare


def declaration_of(app: Flask, endpoint: str) -> Declaration | None:
    """Return what the endpoint's view declared, or None."""
    return getattr(app.view_functions[endpoint], "declaration", None)


def check_audiences(app: Flask) -> None:
    """Stop the start when a route has no declared audience.

    Raises:
        UndeclaredAudienceError: with the names of the endpoints.
    """
    missing = sorted(
        {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if declaration_of(app, rule.endpoint) is None
        }
    )
    if missing:
        raise UndeclaredAudienceError(f"no audience declared for: {', '.join(missing)}")


def config() -> Config:
    """Return the configuration of the running app."""
    value: Config = current_app.config["TGFAIR"]
    return value


def actor() -> Actor:
    """Return who sent the request."""
    found: Actor = g.get("actor", ANONYMOUS)
    return found


def now() -> datetime:
    """Return the instant of the request (moved by the demo clock in the demo)."""
    instant: datetime = g.now
    return instant


def today() -> date:
    """Return the day of the request in Viet Nam."""
    return clock.day_in_vietnam(now())


def cookie_name() -> str:
    """Return the session cookie's name; `__Host-` needs https."""
    return "__Host-tgfair" if config().https else "tgfair"


def set_cookie(response: AnyResponse, token: str) -> None:
    """Put the session token into its cookie."""
    response.set_cookie(
        cookie_name(),
        token,
        secure=config().https,
        httponly=True,
        samesite="Lax",
        path="/",
        max_age=30 * 24 * 3600,
    )


def clear_cookie(response: AnyResponse) -> None:
    """Take the session cookie away."""
    response.delete_cookie(cookie_name(), path="/", secure=config().https, httponly=True)


def csrf_token() -> str:
    """Return the form token: bound to the session cookie, valid as long as it."""
    return keyed("csrf", _browser_token()).hex()


def _browser_token() -> str:
    """Return the cookie's token, making one for a visitor who has none yet (no row for it)."""
    token = request.cookies.get(cookie_name()) or g.get("new_browser_token")
    if not token:
        token = new_token()
        g.new_browser_token = token
    return str(token)


def csrf_is_valid(sent: str | None) -> bool:
    """Return whether a form token belongs to this browser."""
    typed = str(sent or "").encode(errors="replace")  # anything may come, also what is not ASCII
    return hmac.compare_digest(typed, csrf_token().encode())


def install(app: Flask) -> None:
    """Hang the checks before every request."""
    app.before_request(_take_time)
    app.before_request(_load_actor)
    app.before_request(_check_audience)
    app.before_request(_check_text)
    app.before_request(_check_csrf)
    app.after_request(_give_browser_token)


def _take_time() -> None:
    g.now = clock.real_now()  # first of all: the page that says "no database" needs it too
    if config().demo:
        g.now = clock.shifted_now(demo_clock_offset())


def _load_actor() -> None:
    token = request.cookies.get(cookie_name())
    if token and request.endpoint != "static":
        g.actor = sessions.actor_for(token[:200], now=now(), demo=config().demo) or ANONYMOUS


def _check_audience() -> Any:
    if request.endpoint is None:
        return None
    declared = declaration_of(current_app, request.endpoint)
    if declared is None:
        abort(404)
    if declared.upload_mb:
        request.max_content_length = declared.upload_mb * MB
    if declared.audience in {Audience.PUBLIC, Audience.DEVICE}:
        return None
    who = actor()
    if who.session_id is None:
        login_url = f"/dang-nhap?next={quote(_page_asked_from(), safe='/')}"
        # A large body of a stranger is not even read.
        if request.mimetype == PLAIN_FORM and is_own_form():
            raise SessionOverError(login_url)
        return redirect(login_url)
    if declared.audience is Audience.STAFF and not who.is_staff:
        abort(404)
    return None


def _page_asked_from() -> str:
    """Return the page to come back to: many addresses take a form and show nothing."""
    if request.method in SAFE_METHODS:
        return request.full_path.rstrip("?")
    page = urlsplit(request.referrer or "")
    return page.path if page.netloc == request.host and page.path else "/"


def _check_text() -> None:
    """Refuse what no browser sends: NUL and lone surrogates (PostgreSQL cannot store them)."""
    parts = [request.path, *map(str, (request.view_args or {}).values()), *_all_of(request.args)]
    if request.method not in SAFE_METHODS:
        parts += [*_all_of(request.form), *request.files.keys()]
    for part in parts:
        if "\x00" in part or any("\ud800" <= character <= "\udfff" for character in part):
            abort(400)


def _all_of(sent: MultiDict[str, str]) -> Iterator[str]:
    for name, value in sent.items(multi=True):
        yield from (name, value)


def _check_csrf() -> None:
    if request.method in SAFE_METHODS or request.endpoint is None:
        return
    declared = declaration_of(current_app, request.endpoint)
    if declared is not None and declared.audience is Audience.DEVICE:
        # Browsers send no bearer token on their own, and cannot set the header across sites.
        if request.headers.get("X-Tgfair") != "gate":
            abort(403)
        return
    if declared is not None and declared.link_is_proof:
        return
    if not _from_our_site():
        abort(403)
    if not csrf_is_valid(request.form.get("csrf_token")):
        raise StaleFormError


def _from_our_site() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    return request.headers.get("Origin") in {None, config().base_url}


def is_own_form() -> bool:
    """Return whether a page of ours sent the request: by its token, or by the browser's word."""
    if _browser_says_ours():
        return True
    return _from_our_site() and csrf_is_valid(request.form.get("csrf_token"))


def _browser_says_ours() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == config().base_url


def _give_browser_token(response: Response) -> Response:
    token = g.get("new_browser_token")
    if token and cookie_name() not in request.cookies and "Set-Cookie" not in response.headers:
        set_cookie(response, token)
    return response


def safe_next(path: str | None) -> str:
    """Return where to go after signing in: a path of this site, else the front page."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return "/"
    if any(character <= " " or character > "~" or character == "\\" for character in path):
        return "/"
    return path
