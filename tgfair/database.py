"""How we talk to SQLite and PostgreSQL (design.md, section 6; style.md 4.3).

SQLite: the driver must not open transactions itself, or "count, then insert" gives away one booth
twice. So every transaction begins here, deferred for page reads and IMMEDIATE for units of work.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

IMMEDIATE = {"sqlite_begin": "IMMEDIATE"}

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
)


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of `create_engine` for this database.

    Values stay out of error messages, and so out of the log: they are people's data.
    """
    if url.startswith("sqlite"):
        return {
            "hide_parameters": True,
            "connect_args": {"timeout": 10, "check_same_thread": False},
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

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")
