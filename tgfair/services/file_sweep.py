"""Files that no row names any more go: photos and papers taken off, logos and pictures replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import JSON, Column, Text, cast, select
from sqlalchemy.orm import Session

from tgfair.models.audit import AuditEntry
from tgfair.models.base import Base
from tgfair.services.file_store import file_store
from tgfair.services.uow import reader

# A file is written before the row that names it; nothing under way takes as long.
SPARED: Final = timedelta(days=2)
# Hashes in the audit trail are of what is no more; it must not keep a file alive.
_SILENT: Final = frozenset({AuditEntry.__tablename__})
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def sweep_files(now: datetime) -> int:
    """Delete the files that nothing names and nobody sent in the last two days; return how many.

    Whatever column is called `…sha256` names a file, and so does any digest within a JSON column,
    so that a table added later is not forgotten.
    """
    store, before = file_store(), now - SPARED
    idle = set(store.idle(before))
    if not idle:
        return 0
    session = reader()
    for digest in _named(session):
        idle.discard(digest)
    session.rollback()
    return sum(store.delete_idle(digest, before) for digest in sorted(idle))


def _named(session: Session) -> Iterator[str]:
    for column in _columns():
        named = select(cast(column, Text)).where(column.is_not(None))
        for text in session.scalars(named.execution_options(yield_per=500)):
            yield from _DIGEST.findall(text)


def _columns() -> list[Column[object]]:
    tables = Base.metadata.sorted_tables
    return [
        column
        for table in tables
        if table.name not in _SILENT
        for column in table.columns
        if column.name.endswith("sha256") or isinstance(column.type, JSON)
    ]
