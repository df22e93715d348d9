"""The site on a real socket, served as `tgfair run` serves it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import waitress.server
from flask import Flask


def loopback_socket() -> socket.socket:
    """Return a bound socket on a free loopback port, to be served later."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    return bound


@contextmanager
def served(app: Flask, bound: socket.socket) -> Iterator[str]:
    """Serve `app` on a bound socket from a thread; yields the base address."""
    server = waitress.server.create_server(app, sockets=[bound], threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.trigger.pull_trigger(server.close)  # in the loop's own thread
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()
