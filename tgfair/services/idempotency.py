"""Pressing "send" twice makes one: keys of creating forms, stored with their effect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError
from tgfair.database import connection_of
from tgfair.models.base import table_of
from tgfair.models.idempotency import IdempotencyKey

MAX_KEY = 64
TABLE = table_of(IdempotencyKey)
CLAIM = {
    "sqlite": sqlite.insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.key),
    "postgresql": postgresql.insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.key),
}


class KeyReusedError(ConflictError):
    """The form was sent before, with other content."""

    code = "key_reused"

    def message(self) -> str:
        """Tell that the first sending counts, and how to send the new content."""
        return "Biểu mẫu này đã gửi một lần với nội dung khác. Hãy tải lại trang rồi gửi lại."


def once(
    session: Session,
    key: str,
    body: Mapping[str, Any],
    *,
    now: datetime,
    result: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Claim `key` in the caller's transaction: None lets the caller act, then call `remember`.

    A key already used with the same `body` gives back what was remembered, to be replayed. Put
    into `body` whatever makes the request itself: the fields, the object, and who asks. A request
    at the same moment with the same key waits for this transaction. An empty key claims nothing.
    Whoever knows the `result` beforehand gives it here, and calls `remember` no more.

    Raises:
        KeyReusedError: the key was used with another body.
    """
    if not key:
        return None
    key, wanted = key[:MAX_KEY], _hash(body)
    values = {"key": key, "body_hash": wanted, "result": dict(result or {}), "created_at": now}
    connection = connection_of(session)
    if connection.scalar(CLAIM[connection.dialect.name], values) is not None:
        return None
    row = session.get_one(IdempotencyKey, key, populate_existing=True)
    if row.body_hash != wanted:
        raise KeyReusedError
    return dict(row.result)


def remember(session: Session, key: str, result: Mapping[str, Any]) -> None:
    """Store what a repeat of the request is to be given; the caller's transaction commits it."""
    if key:
        session.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.key == key[:MAX_KEY])
            .values(result=dict(result))
            .execution_options(synchronize_session=False)
        )


def _hash(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
