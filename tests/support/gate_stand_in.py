"""A server that keeps to the gate's contract and nothing more, for tests of the phone's code."""

from __future__ import annotations

import json
import mimetypes
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import tgfair
from tests.web.page_environment import make_environment

STATIC = Path(tgfair.__file__).parent / "static"
CSP = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"
    " img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self';"
    " worker-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
TOKEN = "device-token"


def verdict(colour, code, title, detail="", **who):
    blank = {"name": "", "organisation": "", "booth": "", "kind_label": "", "badge_no": ""}
    return {"colour": colour, "code": code, "title": title, "detail": detail} | blank | who


HOLDER = {
    "name": "Nguyễn Thị Út Hạnh",
    "organisation": "Cơ sở Mắm Út Hạnh",
    "booth": "C12",
    "kind_label": "Thẻ gian hàng",
    "badge_no": "2/3",
}
GREEN = verdict("green", "in", "MỜI VÀO", **HOLDER)
AMBER = verdict("amber", "already_in", "ĐÃ VÀO RỒI", "Đã vào lúc 09:14 ở cổng 1.", **HOLDER)
RED = verdict("red", "revoked", "DỪNG LẠI", "Thẻ đã bị hủy. Mời đến bàn Ban Tổ chức.")
OVERRIDDEN = verdict("green", "overridden", "MỜI VÀO", "Cho qua theo lệnh.", **HOLDER)


@dataclass
class GateState:
    """What the stand-in was told and how it shall answer."""

    verdicts: dict[str, dict] = field(default_factory=dict)
    pairings: list[dict] = field(default_factory=list)
    scans: dict[str, dict] = field(default_factory=dict)
    received: list[dict] = field(default_factory=list)
    poison: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    down: bool = False
    lose_answers: bool = False
    token: str = TOKEN
    clock: datetime | None = None

    def health(self):
        return {
            "server_time": (self.clock or datetime.now(UTC)).isoformat(),
            "inside": 417 + len(self.scans),
            "expected": 1056,
            "fair_name": "Hội chợ OCOP – Tết Đoan Ngọ",
            "gate_label": "Cổng chính",
        }

    def pair(self, body):
        self.pairings.append(body)
        if body["code"] != "GHEP-01":
            return 404, {"error": "not_found", "message": "Mã ghép đã dùng hoặc hết hạn."}
        return 200, {
            "token": TOKEN,
            "device": 3,
            "gate": 1,
            "gate_label": "Cổng chính",
            "fair_name": "Hội chợ OCOP – Tết Đoan Ngọ",
            "fair_code": "TGF26",
            "event": 7,
            "day_label": "Thứ Tư 09/06/2027",
            "server_time": datetime.now(UTC).isoformat(),
        }

    def take(self, scans):
        self.received += scans
        if any(scan["text"] in self.poison for scan in scans):
            return 422, {"error": "invalid", "message": "Lượt quét hỏng."}
        results = [self._take_one(scan) for scan in scans]
        return 200, {"results": results, **self.health()}

    def _take_one(self, scan):
        known = scan["id"] in self.scans
        if scan["text"] in self.rejected:
            return {"id": scan["id"], "status": "rejected", "verdict": RED}
        self.scans[scan["id"]] = scan
        answer = OVERRIDDEN if scan["override"] else self.verdicts.get(scan["text"], RED)
        status = "duplicate" if known else "accepted"
        return {"id": scan["id"], "status": status, "verdict": answer}


class StandIn(ThreadingHTTPServer):
    """The gate's pages, files and four calls on a loopback port."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.state = GateState()
        self.page = make_environment().get_template("gate/index.html")
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """A browser that closes a page in the middle of a request is no fault."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Keep quiet: the tests look at the state."""

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
            kind = {".js": "text/javascript", ".wasm": "application/wasm"}.get(file.suffix, kind)
            self._answer(200, file.read_bytes(), kind)
        elif path.startswith("/cong/"):
            code = path.removeprefix("/cong/").removeprefix("ghep/")
            page = self.server.page.render(pairing_code=code).replace('"static/', '"/static/')
            self._answer(200, page.encode(), "text/html; charset=utf-8")
        elif path == "/api/v1/gate/health":
            self._guarded(lambda: (200, self.server.state.health()))
        else:
            self._guarded(lambda: (200, {"results": RESULTS if "hanh" in self.path else []}))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        state = self.server.state
        if self.path.endswith("/pair"):
            self._json(*state.pair(body))
        else:
            self._guarded(lambda: state.take(body["scans"]))

    def _guarded(self, work):
        state = self.server.state
        assert self.headers["X-Tgfair"] == "gate"
        if state.down:
            self._json(503, {"error": "unavailable", "message": ""})
        elif self.headers["Authorization"] != f"Bearer {state.token}":
            self._json(401, {"error": "unauthorised", "message": "Máy chưa ghép."})
        else:
            status, answer = work()
            if state.lose_answers:
                self._json(503, {"error": "unavailable", "message": ""})
            else:
                self._json(status, answer)

    def _json(self, status, answer):
        self._answer(status, json.dumps(answer).encode(), "application/json")

    def _answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", CSP)
        self.end_headers()
        self.wfile.write(body)


RESULTS = [
    {
        "short_code": "01000018",
        "name": "Nguyễn Thị Út Hạnh",
        "organisation": "Cơ sở Mắm Út Hạnh",
        "booth": "C12",
        "kind_label": "Thẻ gian hàng",
    }
]
