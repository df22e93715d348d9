"""Turn expected failures into pages: a sentence, the right status, a way back."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, flash, g, jsonify, redirect, render_template, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    SecurityError,
    TooManyRequests,
)

from tgfair.core.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    TgfairError,
    UnavailableError,
)
from tgfair.services.gates import UnpairedError
from tgfair.services.identifiers import public_id
from tgfair.services.uow import let_go, unavailable
from tgfair.web.guards import SessionOverError, StaleFormError, declaration_of
from tgfair.web.sending_again import sent_form

STATUS: tuple[tuple[type[TgfairError], int], ...] = (
    (NotFoundError, 404),
    (UnpairedError, 401),
    (ForbiddenError, 403),
    (ConflictError, 409),
    (TgfairError, 400),
)
TOO_LONG = "Nội dung gửi lên lớn hơn 1 MB. Hãy rút ngắn rồi gửi lại."
REST_IS_KEPT = "Phần đã lưu trước đó không mất."
PAGES = frozenset({400, 401, 403, 404, 409, 413, 429, 500, 503})
# Codes that Werkzeug raises and that have no page of their own.
SAME_AS = {405: 404, 410: 404, 414: 400, 415: 400, 422: 400}


def status_of(error: TgfairError) -> int:
    """Return the HTTP status of an expected failure."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(TgfairError, _expected)
    app.register_error_handler(SessionOverError, _session_over)
    app.register_error_handler(StaleFormError, _stale_form)
    app.register_error_handler(UnavailableError, _unavailable)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeoutError, _database)
    app.register_error_handler(HTTPException, _http)


def _expected(error: TgfairError) -> Any:
    return _page(status_of(error), error.message(), error.code)


def _session_over(error: SessionOverError) -> Any:
    again = sent_form()
    if again is None or not again.whole or not again.fields:
        return redirect(error.login_url)  # nothing was typed
    return _page(401, error.message(), error.code, again=again, login_url=error.login_url)


def _stale_form(error: StaleFormError) -> Any:
    again = sent_form()
    kept = again is not None and again.whole
    sentence = "Trang đã mở quá lâu, hoặc vừa đăng nhập lại." if kept else error.message()
    return _page(403, sentence, error.code, again=again if kept else None)


def _unavailable(error: UnavailableError) -> Any:
    g.database_gone = True
    return _page(503, error.message(), error.code, again=sent_form())


def _database(error: DBAPIError | PoolTimeoutError) -> Any:
    """A read outside a unit of work met what `transaction()` would have named."""
    named = unavailable(error)
    if named is None:
        raise error
    current_app.logger.warning(
        "database: %s", error.orig if isinstance(error, DBAPIError) else error
    )
    return _unavailable(named)


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if isinstance(error, SecurityError):
        # A foreign host name: no page, since every address in it would be built for that host.
        return "Địa chỉ trang web không đúng.", 400
    if isinstance(error, RequestEntityTooLarge):
        return _too_large()
    said = error.description if (error.response is None) else None
    sentence = said if said and not isinstance(error, InternalServerError) and _ours(said) else None
    more: dict[str, Any] = {}
    if isinstance(error, InternalServerError):
        more["error_id"] = public_id()[:8]
        current_app.logger.error("error id %s in %s", more["error_id"], request.endpoint)
    if isinstance(error, TooManyRequests):
        more["again"] = sent_form()
    code = error.name.lower().replace(" ", "_")
    return _page(status, sentence, code, **more)


def _ours(sentence: str) -> bool:
    """Werkzeug's own descriptions are English; those given to abort() here are not."""
    return not sentence.isascii()


def _too_large() -> Any:
    """Say what was too large, on the upload's own page when there is one at this address."""
    declared = declaration_of(current_app, request.endpoint) if request.endpoint else None
    if declared is None or not declared.upload_mb:
        return _page(413, TOO_LONG, "too_large")
    sentence = declared.too_large or f"Tệp gửi lên lớn hơn {declared.upload_mb} MB."
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not adapter.test(method="GET"):
        return _page(413, sentence, "too_large")
    flash(f"{sentence} {REST_IS_KEPT}", "error")
    return redirect(request.path, code=303)


def _page(status: int, message: str | None, code: str, **more: Any) -> Any:
    let_go()  # a read that failed must not spoil those of the page that says so
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return jsonify(error=code, message=message or "Yêu cầu không hợp lệ."), status
    page = status if status in PAGES else SAME_AS.get(status, 500)
    back = request.referrer if _same_site(request.referrer) else "/"
    return render_template(f"errors/{page}.html", message=message, back_url=back, **more), status


def _same_site(url: str | None) -> bool:
    return bool(url) and str(url).startswith(request.host_url)
