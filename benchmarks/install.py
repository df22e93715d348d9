"""G8: what an installation weighs, and how long the empty schema takes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure, note
from benchmarks.rounds import medians

ROOT = Path(__file__).resolve().parents[1]
MEBIBYTE = 1024 * 1024

UPGRADE = """
import flask_migrate
from tgfair.app import create_app
from tgfair.config import read_config
with create_app(read_config()).app_context():
    flask_migrate.upgrade()
"""


def figures() -> Iterator[Figure]:
    """Yield the size of the runtime lock and the time of `upgrade` from empty."""
    size = _size_of("requirements.lock")
    yield Figure("G8-size", size, "MiB", 200)
    note(f"with the extra `solver`: {size + _size_of('requirements-solver.lock'):.4g} MiB")
    yield Figure("G8-schema", medians({"schema": _schema_seconds})["schema"], "s", 2)


def _size_of(lock: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "-qq", "--require-hashes", "--no-deps"]
        subprocess.run([*command, "--target", folder, "-r", ROOT / lock], check=True, cwd=ROOT)
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        return sum(path.stat().st_blocks * 512 for path in files) / MEBIBYTE


def _schema_seconds() -> float:
    """Return the wall time of a fresh process that makes the SQLite schema, imports included."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            **os.environ,
            "TGFAIR_INSTANCE": folder,
            "TGFAIR_SECRET_KEY": "a key for the bench only, 32 characters or more",
            "TGFAIR_WORKER": "0",
        }
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", UPGRADE], check=True, cwd=ROOT, env=settings)
        return time.perf_counter() - started
