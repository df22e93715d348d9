"""A producer's phone without JavaScript that presses again when the site does not answer."""

from __future__ import annotations

import http.client
import re
import time
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

PATIENCE = 60.0
HIDDEN = re.compile(rb'name="(csrf_token|idempotency_key|seen)"[^>]*?value="([^"]*)"')


class Phone:
    """One browser: keeps its cookies, follows nothing by itself, repeats what got no answer."""

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address).netloc
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, dict[str, str]]:
        """Open a page; return its status and the hidden fields of its forms."""
        status, _, body = self._until_answered("GET", path, "")
        return status, {name.decode(): value.decode() for name, value in HIDDEN.findall(body)}

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form; return the status and where the answer leads (or what it says)."""
        status, location, body = self._until_answered("POST", path, urlencode(fields))
        return status, location or body.decode()

    def _until_answered(self, method: str, path: str, form: str) -> tuple[int, str, bytes]:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._once(method, path, form)
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _once(self, method: str, path: str, form: str) -> tuple[int, str, bytes]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link = http.client.HTTPConnection(self._host, timeout=30)
        try:
            link.request(method, path, form, headers)
            answer = link.getresponse()
            body = answer.read()
        finally:
            link.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self._cookies |= {name: value.value for name, value in SimpleCookie(line).items()}
        return answer.status, answer.headers.get("Location") or "", body
