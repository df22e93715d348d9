"""Headers on every answer (reliability.md, section 6), and compression."""

from __future__ import annotations

import gzip

from flask import Flask, Response, g, request

from tgfair.web.guards import config

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# The QR reader is WebAssembly in a worker, with a camera picture as its source.
GATE_CSP = {
    **CSP,
    "script-src": "'self' 'wasm-unsafe-eval'",
    "media-src": "'self' blob:",
}
POLICY, GATE_POLICY = (
    "; ".join(f"{name} {value}" for name, value in policy.items()) for policy in (CSP, GATE_CSP)
)
# Addresses that are keys themselves. The last policy that a browser knows counts: `strict-origin`
# hides the path as well, but lets a form say where it comes from (with `no-referrer` alone, older
# Safari sends "Origin: null" and nothing else, which looks like a forged request).
KEYS = ("/m/", "/vao/", "/can-bo/", "/cong/ghep/")
KEY_REFERRER = "no-referrer, strict-origin"
COMPRESSED_FROM = 500
TEXTS = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/wasm")
# Parts of a page, on which a browser ignores what it asks of a page; they would weigh half as much
# again. A worker has a policy of its own: those of the gate keep theirs.
PARTS = ("text/css", "text/javascript", "font/woff2", "image/png", "image/webp")
PART_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STATIC_AGE = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Set the headers on every answer."""
    app.after_request(_headers)
    app.after_request(_compress)


def _headers(response: Response) -> Response:
    gate = request.path.startswith(("/cong/", "/static/gate/"))
    part = request.endpoint == "static" and response.mimetype in PARTS and not gate
    headers = PART_HEADERS if part else _page_headers(gate=gate)
    if config().https:
        headers = {**headers, "Strict-Transport-Security": "max-age=31536000"}
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        if "v" in request.args:
            response.headers["Cache-Control"] = f"public, max-age={STATIC_AGE}, immutable"
    elif g.get("actor") is not None or "Set-Cookie" in response.headers:
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
    return response


def _page_headers(*, gate: bool) -> dict[str, str]:
    return {
        "Content-Security-Policy": GATE_POLICY if gate else POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": KEY_REFERRER if request.path.startswith(KEYS) else "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
    }


def _compress(response: Response) -> Response:
    """Compress text; a proxy in front may do it too, but the two-command set-up has none."""
    if (
        "gzip" not in request.headers.get("Accept-Encoding", "")
        or response.status_code != 200  # noqa: PLR2004 -- whole bodies only
        or "Content-Encoding" in response.headers
        or not (response.mimetype or "").startswith(TEXTS)
    ):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < COMPRESSED_FROM:
        return response
    response.set_data(gzip.compress(body, 6))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    # The validator was made for the plain bytes: it names the content, not these bytes.
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response
