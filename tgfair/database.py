"""How we talk to SQLite and PostgreSQL (design.md, section 6; style.md 4.3).

SQLite: the driver must not open transactions itself, or "count, then insert" gives away one booth
twice. So every transaction begins here, deferred for page reads and IMMEDIATE for units of work.
"""

from __future__ import annotations

import fcntl
import os
import threading
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

IMMEDIATE = {"sqlite_begin": "IMMEDIATE"}
BUSY_SECONDS = 10
CONNECTION = "connection of the unit of work"

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # The log is written back inside a commit, while others wait: every 16 MB, not every 4.
    "PRAGMA wal_autocheckpoint=4000",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
)


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of `create_engine` for this database.

    Values stay out of error messages, and so out of the log: they are people's data.
    """
    # One connection for every thread of a server: one more would be opened and closed each time.
    # The one used last comes first: its statements and pages are at hand.
    pool = {
        "hide_parameters": True,
        "pool_size": 10,
        "max_overflow": 10,
        "pool_use_lifo": True,
    }
    if url.startswith("sqlite"):
        return {
            **pool,
            "connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False},
        }
    return {
        **pool,
        "pool_pre_ping": True,
        "connect_args": {"options": "-c lock_timeout=10000 -c timezone=UTC"},
    }


def connection_of(session: Session) -> Connection:
    """Return the connection of the unit of work, or the session's outside of one.

    The session's own search for it costs a third of what a small statement does, under the lock.
    """
    found: Connection | None = session.info.get(CONNECTION)
    return session.connection() if found is None else found


def prepare(engine: Engine) -> None:
    """Put the pragmas and the BEGIN hook on an engine; nothing to do on PostgreSQL."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    # SQLite lets waiting writers sleep and try again, up to 100 ms each time. The threads of one
    # process wait for its turn instead, and the processes for the queue file, where the next one
    # is woken at once. Who dies lets go of both.
    turn = threading.Lock()
    queue = _queue_beside(engine.url.database)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        # A connection that begins again before it goes back to the pool has its turn already.
        waits = mode == "IMMEDIATE" and not connection.info.get("turn")
        # After the time-out SQLite itself has the say.
        if waits and turn.acquire(timeout=BUSY_SECONDS):
            connection.info["turn"], connection.info["queue"] = True, _take(queue)
        connection.exec_driver_sql(f"BEGIN {mode}")

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        place = record.info.pop("queue", None)
        if place is not None:
            os.close(place)
        if record.info.pop("turn", False):
            turn.release()


def _queue_beside(database: str | None) -> str | None:
    """Return the path of the file that writers queue for, or None for a database in memory."""
    return f"{database}-queue" if database and database != ":memory:" else None


def _take(queue: str | None) -> int | None:
    """Wait for the queue file; None where there is none to be had: SQLite itself has the say."""
    if queue is None:
        return None
    try:
        place = os.open(queue, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    fcntl.flock(place, fcntl.LOCK_EX)
    return place
