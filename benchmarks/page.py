"""G1: a fair's public page beside a bare Flask view that renders as many bytes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

from benchmarks.figure import Figure, note
from benchmarks.load import Connection, drive, request
from benchmarks.rounds import medians
from benchmarks.server import SITE, free_port, granian
from benchmarks.world import world

PROCESSES, CLIENTS, SECONDS, ROUNDS = 2, 8, 3.0, 5


def figures() -> Iterator[Figure]:
    """Yield the size of the page and its rate as a share of the floor's."""
    port = free_port()
    with (
        world("sqlite") as made,
        granian(SITE, processes=PROCESSES, env=made.env(port), port=port) as site,
    ):
        page = request("GET", f"/{made.slug}/", "127.0.0.1")
        status, answer = Connection(*site).send(page)
        assert status == 200
        size = len(answer.partition(b"\r\n\r\n")[2])
        yield Figure("G1-html", size / 1000, "kB", 20)
        env = {"FLOOR_BYTES": str(size)}
        with granian("benchmarks.floors:page", processes=PROCESSES, env=env) as floor:
            yield from _rates(site, page, floor)


def _rates(site: tuple[str, int], page: bytes, floor: tuple[str, int]) -> Iterator[Figure]:
    bare = request("GET", "/", "127.0.0.1")
    _rate(site, page, 1)
    _rate(floor, bare, 1)
    found = medians(
        {
            "site": lambda: _rate(site, page, SECONDS),
            "floor": lambda: _rate(floor, bare, SECONDS),
        },
        rounds=ROUNDS,
    )
    note(f"G1 fair page {found['site']:.0f}/s, bare page {found['floor']:.0f}/s")
    yield Figure("G1-page", 100 * found["site"] / found["floor"], "%", 40, at_least=True)


def _rate(address: tuple[str, int], page: bytes, seconds: float) -> float:
    outcome = drive(address, lambda _: repeat(page), clients=CLIENTS, seconds=seconds)
    assert {*outcome.statuses} == {200}, outcome.statuses
    return outcome.rate
