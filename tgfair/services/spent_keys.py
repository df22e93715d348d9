"""One-time codes, sessions and keys of forms end some time after they are good for nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute

from tgfair import clock
from tgfair.models.account import AuthSession, OneTimeCode
from tgfair.models.idempotency import IdempotencyKey
from tgfair.services.uow import transaction

AT_A_TIME: Final = 500
# Long enough to look into what somebody asks about, and for a form that lay open.
KEPT: Final = timedelta(days=30)

_Key = InstrumentedAttribute[int] | InstrumentedAttribute[str]


def end_spent_keys() -> int:
    """Delete the next piece of what was over 30 days ago; return how many rows went."""
    before = clock.real_now() - KEPT
    return sum(
        _delete(key, over)
        for key, over in (
            (OneTimeCode.id, OneTimeCode.expires_at < before),
            (AuthSession.id, AuthSession.expires_at < before),
            (IdempotencyKey.key, IdempotencyKey.created_at < before),
        )
    )


def _delete(key: _Key, over: ColumnElement[bool]) -> int:
    with transaction() as session:
        due = session.scalars(select(key).where(over).limit(AT_A_TIME)).all()
        if due:
            session.execute(delete(key.class_).where(key.in_(due)))
        return len(due)
