"""What stands between a phone and the server: portals, proxies, a server that is not well."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from tgfair.services.gate_lists import BadgeList

Start = Callable[..., Any]
PORTAL = b"<!DOCTYPE html><title>Wi-Fi</title><p>Xin hay dang nhap</p>"


class Faults:
    """Passes the gate's calls on, or answers in the server's place.

    `mode`: "" passes; a number answers with that status; "html" is a portal's page with 200; "half"
    does what was asked and breaks the answer off; "lost" does it and answers 503; "older list"
    gives `old_list` again. `poison` holds texts that make the server refuse a whole batch.
    """

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self.inner = inner
        self.mode = ""
        self.poison: set[str] = set()
        self.received: list[dict[str, Any]] = []
        self.old_list: BadgeList | None = None

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith("/api/v1/gate/") or path.endswith("/pair"):
            return self.inner(environ, start)
        if path.endswith("/scans"):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            scans = json.loads(body)["scans"]
            if self.mode in {"", "half", "lost"}:
                self.received += scans
            if any(scan["text"] in self.poison for scan in scans):
                return _answer(start, "422 no", b'{"error": "invalid", "message": "x"}')
        if self.mode == "older list" and self.old_list and path.endswith("/snapshot"):
            return _answer(start, "200 OK", _lines(self.old_list), "text/plain")
        if self.mode in {"", "older list"}:
            return self.inner(environ, start)
        return self._broken(environ, start)

    def _broken(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if self.mode == "html":
            return _answer(start, "200 OK", PORTAL, "text/html")
        if self.mode == "half":
            body = b"".join(self.inner(environ, lambda *_: None))
            return _answer(start, "200 OK", body[: len(body) // 2])
        if self.mode == "lost":
            b"".join(self.inner(environ, lambda *_: None))
            return _answer(start, "503 no", b"{}")
        body = json.dumps({"error": "invalid", "message": "x"}).encode()
        return _answer(start, f"{self.mode} no", body)


def _lines(found: BadgeList) -> bytes:
    facts = {"code": found.code, "made_at": found.made_at, "etag": found.etag}
    buckets = [f"{number} {bucket}" for number, bucket in enumerate(found.buckets)]
    return "\n".join([json.dumps(facts), found.manifest, *buckets]).encode()


def _answer(
    start: Start, status: str, body: bytes, kind: str = "application/json"
) -> Iterable[bytes]:
    start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
