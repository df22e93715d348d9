"""`tgfair worker`: mail and jobs in the background; the same threads run beside `tgfair run`."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

import click
from flask import Flask, current_app

from tgfair import clock
from tgfair.app import create_app
from tgfair.services import (
    audit_chain,
    bulletin_digests,
    holds,
    jobs,
    notice_runs,
    outbox,
    portrait_ends,
    retention,
    short_messages,
    slot_waiting,
    waitlist_rounds,
)
from tgfair.services.settings import demo_clock_offset

IDLE_SECONDS = 1.0
PLACES_SECONDS = 2.0
TIMETABLE_SECONDS = 20.0
# Nobody waits for what is kept no longer, and looking through old fairs is not free.
RETENTION_SECONDS = 3600.0
# After a failure, so that a sick server or database is not hammered.
REST_SECONDS = 15.0

Step = Callable[[str], float]
logger = logging.getLogger(__name__)


@click.command()
@click.option("--drain", is_flag=True, help="Stop when nothing is left to do.")
def worker(*, drain: bool) -> None:
    """Send mail and run jobs until told to stop (SIGTERM finishes what is under way)."""
    app = create_app()
    if drain:
        _drain(app)
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("tgfair worker: waiting for work")
    with background(app, stop):
        stop.wait()
    click.echo("tgfair worker: stopped")


@contextmanager
def background(app: Flask, stop: threading.Event | None = None) -> Iterator[None]:
    """Run the worker's threads while the body runs: mail must not wait behind a long job."""
    stop = stop or threading.Event()
    threads = [
        threading.Thread(target=_loop, args=(app, step, stop), name=f"tgfair-{name}", daemon=True)
        for name, step in STEPS
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)


def _loop(app: Flask, step: Step, stop: threading.Event) -> None:
    owner = _owner()
    while not stop.is_set():
        with app.app_context():
            try:
                pause = step(owner)
            except Exception:
                logger.exception("the worker stumbled")
                pause = REST_SECONDS
        stop.wait(pause)


def _mail(owner: str) -> float:
    """Deliver one batch; return how long to wait before the next."""
    short = short_messages.deliver_short(owner=owner)
    done = outbox.deliver_due(owner=owner)
    if done.server_down:
        return REST_SECONDS
    return 0 if done.tried or short else IDLE_SECONDS


def _jobs(owner: str) -> float:
    """Run one job, and seal what the audit trail holds by now."""
    ran = jobs.run_due(owner)
    audit_chain.seal_audit()
    return 0 if ran else IDLE_SECONDS


def _places(_owner: str) -> float:
    """End holds and offers whose time is over, and serve the waiting lists that are open."""
    now = _now()
    holds.sweep_holds(now)
    waitlist_rounds.sweep_offers(now)
    slot_waiting.sweep_slots(now)
    return PLACES_SECONDS


def _timetable(_owner: str) -> float:
    """Tell what the timetables of the fairs say is due."""
    notice_runs.run_notices(_now())
    bulletin_digests.send_digests(_now())
    return TIMETABLE_SECONDS


def _retention(_owner: str) -> float:
    """End a piece of what is kept no longer, portraits first; rest when nothing is left."""
    if current_app.config["TGFAIR"].demo:
        return RETENTION_SECONDS  # its clock goes back, and what is gone would not come back
    now = clock.real_now()
    ended = portrait_ends.end_portraits(now) + retention.end_personal_data(now)
    return IDLE_SECONDS if ended else RETENTION_SECONDS


def _now() -> datetime:
    """Return the clock that people see: the demo's may stand at another day."""
    demo = current_app.config["TGFAIR"].demo
    return clock.shifted_now(demo_clock_offset()) if demo else clock.real_now()


STEPS: tuple[tuple[str, Step], ...] = (
    ("mail", _mail),
    ("jobs", _jobs),
    ("places", _places),
    ("timetable", _timetable),
    ("retention", _retention),
)


def _drain(app: Flask) -> None:
    owner = _owner()
    with app.app_context():
        _places(owner)
        _timetable(owner)
        while _retention(owner) < RETENTION_SECONDS:
            pass
        while _mail(owner) == 0 or _jobs(owner) == 0:
            pass


def _owner() -> str:
    """Return a name that no other worker has, or ever had: leases are told apart by it."""
    return f"{socket.gethostname()[:24]}:{os.getpid()}:{uuid4().hex[:12]}"
