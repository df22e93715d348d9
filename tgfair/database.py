"""How we talk to SQLite and PostgreSQL (design.md, section 6; style.md 4.3).

SQLite: the driver must not open transactions itself, or "count, then insert" gives away one booth
twice. So every transaction begins here, deferred for page reads and IMMEDIATE for units of work.
"""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import ConnectionPoolEntry

IMMEDIATE = {"sqlite_begin": "IMMEDIATE"}
BUSY_SECONDS = 10

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
)


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of `create_engine` for this database.

    Values stay out of error messages, and so out of the log: they are people's data.
    """
    if url.startswith("sqlite"):
        return {
            "hide_parameters": True,
            "connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False},
        }
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 10,
        "connect_args": {"options": "-c lock_timeout=10000 -c timezone=UTC"},
    }


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
    # process wait here instead, where the next one is woken at once.
    turn = threading.Lock()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        # A connection that begins again before it goes back to the pool has its turn already.
        if mode == "IMMEDIATE" and not connection.info.get("turn"):
            # After the time-out SQLite itself has the say.
            connection.info["turn"] = turn.acquire(timeout=BUSY_SECONDS)
        connection.exec_driver_sql(f"BEGIN {mode}")

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        if record.info.pop("turn", False):
            turn.release()
