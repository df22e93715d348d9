"""A1, on demand: from a fresh clone to the first page of the demo, and the second start.

The clone is new, with its own .venv; pip may use its cache, so this is not the time of a download.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.server import free_port

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 600


def figures() -> Iterator[Figure]:
    """Yield the seconds of the first `make run` and of the second."""
    with tempfile.TemporaryDirectory(prefix="tgfair-start-") as folder:
        clone = Path(folder) / "tgfair"
        subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
        yield Figure("A1-cold", _seconds_to_first_page(clone), "s", 180)
        yield Figure("A1-warm", _seconds_to_first_page(clone), "s", 5)


def _seconds_to_first_page(clone: Path) -> float:
    address = f"http://127.0.0.1:{free_port()}"
    env = {name: value for name, value in os.environ.items() if not name.startswith("TGFAIR_")}
    env["TGFAIR_BASE_URL"] = address
    started = time.perf_counter()
    site = subprocess.Popen(
        ["make", "run"], cwd=clone, env=env, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        while not _answers(address):
            if site.poll() is not None or time.perf_counter() - started > PATIENCE:
                raise RuntimeError("make run gave no page; see its message above")
            time.sleep(0.05)
        return time.perf_counter() - started
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(site.pid, signal.SIGTERM)
        site.wait(30)


def _answers(address: str) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"{address}/", timeout=10) as page,  # noqa: S310 -- loopback
    ):
        return bool(page.status == 200)
    return False
