"""The site, or a bare floor, behind granian with N processes on a loopback port."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITE = "wsgi:app"
# As the README starts it: more threads of a process only wait for its interpreter.
THREADS = "2"


def free_port() -> int:
    """Return a loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def granian(
    target: str, *, processes: int, env: Mapping[str, str], port: int | None = None
) -> Iterator[tuple[str, int]]:
    """Serve SITE or a floor's `module:factory`; yields (host, port) once it answers."""
    port = port or free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", str(processes), "--blocking-threads", THREADS),
        *("--log-level", "error", "--no-access-log", target),
        *(() if target == SITE else ("--factory",)),
    ]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    server = subprocess.Popen(command, env=settings, cwd=ROOT, start_new_session=True)
    try:
        _wait(server, port)
        yield "127.0.0.1", port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError("the server ended at once; see its message above")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as link:
            link.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            if link.recv(12):
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not answer within 30 s")
