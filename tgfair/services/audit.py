"""Write the audit trail, in the transaction of the act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tgfair.database import connection_of
from tgfair.models.audit import AuditEntry
from tgfair.models.base import table_of
from tgfair.policy import Actor

ADD = insert(table_of(AuditEntry))


def record(
    session: Session,
    actor: Actor,
    action: str,
    obj: Any,
    *,
    now: datetime,
    fair_id: int | None = None,
    **data: Any,
) -> None:
    """Add one line: who did `action` to `obj`. `data` must hold no secret and no contact data."""
    if obj in session.new:
        session.flush()  # its number and its fair may be unknown until then
    connection_of(session).execute(
        ADD,
        {
            "at": now,
            "actor_id": actor.user_id,
            "actor_label": actor.label,
            "action": action,
            "object_type": type(obj).__tablename__,
            "object_id": _name_of(obj),
            "fair_id": fair_id if fair_id is not None else getattr(obj, "fair_id", None),
            "data": data,
        },
    )


def _name_of(obj: Any) -> str:
    """Return the identifier that people and URLs use for a row."""
    for attribute in ("public_id", "code", "key"):
        value = getattr(obj, attribute, None)
        if value is not None:
            return str(value)
    return str(obj.id)
