"""How Alembic runs here: one transaction, batch mode, plain column types, both databases."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Write our own column types as the plain ones they store: a migration imports no tgfair."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run(connection: Connection) -> None:
    """Migrate on one connection, all or nothing."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # Batch mode drops and recreates tables: with foreign keys on, that deletes their children.
        # Outside a transaction, where the pragma counts.
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=current_app.extensions["migrate"].db.metadata,
        render_as_batch=True,
        render_item=render_item,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"the migration leaves rows without their parent: {broken[:5]}")
    if sqlite:
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    raise SystemExit("Migrations run against a database; SQL scripts are not supported.")

engine = current_app.extensions["migrate"].db.engine
with engine.connect() as connected:
    run(connected.execution_options(sqlite_begin="IMMEDIATE"))
