"""A small closed-loop client: each client sends its next request when the last is answered."""

from __future__ import annotations

import multiprocessing
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

HEAD_END = b"\r\n\r\n"
# The kernel hands each connection to one of the server's processes, for good. With one connection
# for each of eight clients, six or more land on the same of two processes in every third run.
CONNECTIONS_EACH = 8


@dataclass
class Outcome:
    """What a load run saw."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def server_errors(self) -> int:
        """Answers of the 500 kind."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def percentile(self, share: float) -> float:
        """Return a latency in milliseconds, e.g. `percentile(0.95)`."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def request(
    method: str, path: str, host: str, *, headers: Sequence[str] = (), body: bytes = b""
) -> bytes:
    """Return the bytes of one HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + HEAD_END + body


class Connection:
    """One kept-alive connection."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._link: socket.socket | None = None

    def send(self, data: bytes) -> tuple[int, bytes]:
        """Send a prepared request; return status and the whole answer (head and body)."""
        try:
            return self._exchange(data)
        except (BrokenPipeError, ConnectionResetError):
            self._link = None  # closed while idle
            return self._exchange(data)

    def _exchange(self, data: bytes) -> tuple[int, bytes]:
        if self._link is None:
            self._link = socket.create_connection(self._address, 30)
            self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._link.sendall(data)
        answer = b""
        while HEAD_END not in answer:
            answer += self._receive()
        head, _, body = answer.partition(HEAD_END)
        lower = head.lower()
        mark = lower.find(b"content-length:")
        length = int(lower[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
        while len(body) < length:
            body += self._receive()
        if b"connection: close" in lower:
            self._link.close()
            self._link = None
        return int(head[9:12]), head + HEAD_END + body

    def _receive(self) -> bytes:
        assert self._link is not None
        part = self._link.recv(65536)
        if not part:
            raise ConnectionResetError
        return part


def drive(
    address: tuple[str, int],
    requests: Callable[[int], Iterator[bytes]],
    *,
    clients: int,
    seconds: float,
) -> Outcome:
    """Let `clients` clients send for `seconds`; `requests(n)` yields what client n sends.

    A client waits for each answer, and uses its connections in turn.
    """
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[Outcome] = context.Queue()
    halves = [list(range(clients))[part::2] for part in range(min(2, clients))]
    workers = [
        context.Process(target=_work, args=(address, requests, numbers, seconds, results))
        for numbers in halves
    ]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=seconds + 60) for _ in workers]
    for worker in workers:
        worker.join()
    return Outcome(
        seconds=max(one.seconds for one in found),
        statuses=sum((one.statuses for one in found), Counter()),
        latencies=[latency for one in found for latency in one.latencies],
    )


def _work(
    address: tuple[str, int],
    requests: Callable[[int], Iterator[bytes]],
    numbers: list[int],
    seconds: float,
    results: multiprocessing.Queue[Outcome],
) -> None:
    outcome, lock = Outcome(), threading.Lock()
    started = time.perf_counter()

    def client(number: int) -> None:
        connections = cycle(Connection(*address) for _ in range(CONNECTIONS_EACH))
        statuses, latencies = Counter[int](), []
        for connection, data in zip(connections, requests(number), strict=False):
            begun = time.perf_counter()
            if begun - started >= seconds:
                break
            status, _ = connection.send(data)
            latencies.append(time.perf_counter() - begun)
            statuses[status] += 1
        with lock:
            outcome.statuses.update(statuses)
            outcome.latencies.extend(latencies)

    threads = [threading.Thread(target=client, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.seconds = time.perf_counter() - started
    results.put(outcome)
