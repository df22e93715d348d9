"""The shell of the gate app; everything else comes through the API."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from flask import Response, current_app, render_template, send_from_directory, url_for

from tgfair.web.gate.blueprint import bp
from tgfair.web.guards import Audience, audience

# The page names these with their version; the scripts name each other without one.
VERSIONED = (
    "css/tokens.css",
    "gate/gate.css",
    "gate/app.js",
    "gate/manifest.webmanifest",
    "gate/icon-192.png",
    "icons/favicon.svg",
)
WITHOUT_VERSION = ("gate/*.js", "gate/vendor/*/*.js", "gate/guide/*", "fonts/*.woff2")
# A worker is looked after by the service worker only when its own address lies below /cong/.
DECODER = ("gate/decoder.js", "gate/vendor/zxing-wasm/**/*.js", "gate/vendor/zxing-wasm/**/*.wasm")
WORKER = "gate/service-worker.js"
MODULES = ("gate/*.js",)
# Loaded when somebody asks for them: a volunteer's first scan does not wait for these.
LATER = ("gate/english.js", "gate/exchange.js", "gate/film.js", "gate/self-test.js")
NO_MODULES = (WORKER, "gate/decoder.js", "gate/app.js", "gate/reader.js", *LATER)


@bp.get("/cong/")
@audience(Audience.PUBLIC)
def app() -> str:
    """Show the gate app; it knows by itself whether the phone is paired."""
    return _shell("")


@bp.get("/cong/ghep/<code>")
@audience(Audience.PUBLIC)
def pairing(code: str) -> str:
    """Show the gate app with a pairing code filled in; opening this page uses nothing up."""
    return _shell(code[:64])


def _shell(pairing_code: str) -> str:
    # Named in the page, the scripts come side by side instead of one after the other.
    modules = [name.removeprefix("gate/") for name in _names(MODULES) if name not in NO_MODULES]
    return render_template("gate/index.html", pairing_code=pairing_code, modules=modules)


@bp.get("/cong/huong-dan")
@audience(Audience.PUBLIC)
def guide() -> str:
    """Show the volunteer's guide: one page, to read on the phone or to print."""
    return render_template("gate/guide.html")


@bp.get("/cong/tep/<path:name>")
@audience(Audience.PUBLIC)
def file(name: str) -> Response:
    """Give a file of the gate at an address within the reach of its service worker."""
    return send_from_directory(_static() / "gate", name)


@bp.get("/cong/sw.js")
@audience(Audience.PUBLIC)
def service_worker() -> Response:
    """Give the worker that keeps the page on the phone; other files make another worker."""
    plain, decoder = _names(WITHOUT_VERSION), _names(DECODER)
    static = url_for("static", filename="", v=None)
    files = [url_for("gate.app"), url_for("gate.guide")]
    files += [url_for("static", filename=name) for name in VERSIONED]
    files += [static + name for name in plain if name not in {WORKER, *decoder}]
    files += [url_for("gate.file", name=name.removeprefix("gate/")) for name in decoder]
    digest = hashlib.sha256((app() + guide()).encode())
    for name in (*VERSIONED, *plain, *decoder):
        digest.update((_static() / name).read_bytes())
    shell = json.dumps({"version": digest.hexdigest()[:16], "files": files})
    script = f"const SHELL = {shell};\n" + (_static() / WORKER).read_text("utf-8")
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


def _names(patterns: tuple[str, ...]) -> list[str]:
    found = {path for pattern in patterns for path in _static().glob(pattern)}
    return sorted(path.relative_to(_static()).as_posix() for path in found)


def _static() -> Path:
    return Path(current_app.static_folder or "")
