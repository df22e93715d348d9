"""Filters of the review board that an officer keeps under a name: the officer's own."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select

from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.board_filter import BoardFilter
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.uow import find, transaction

MOST: Final = 20
MAX_NAME: Final = 60
MAX_QUERY: Final = 400


def keep_filter(actor: Actor, fair_id: int, name: str, query: str, *, now: datetime) -> str:
    """Keep a filter under a name, replacing the own one of that name; return the name.

    Raises:
        InvalidError: no name, nothing is filtered, or 20 are kept already.
    """
    name = check_text(name, field="name")[:MAX_NAME]
    if not name:
        raise InvalidError("Hãy đặt tên cho bộ lọc.", field="name")
    if not query:
        raise InvalidError("Hãy lọc trước, rồi lưu bộ lọc.", field="name")
    if len(query) > MAX_QUERY:
        raise InvalidError("Bộ lọc quá dài để lưu. Hãy bỏ bớt điều kiện.", field="name")
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.VIEW_FAIR, fair)
        own = (BoardFilter.user_id == actor.user_id, BoardFilter.fair_id == fair.id)
        session.execute(delete(BoardFilter).where(*own, BoardFilter.name == name))
        kept = session.scalar(select(func.count()).select_from(BoardFilter).where(*own))
        if (kept or 0) >= MOST:
            raise InvalidError(f"Mỗi người lưu tối đa {MOST} bộ lọc. Hãy xóa bớt.", field="name")
        session.add(
            BoardFilter(
                user_id=actor.user_id, fair_id=fair.id, name=name, query=query, created_at=now
            )
        )
    return name


def drop_filter(actor: Actor, fair_id: int, name: str) -> None:
    """Forget an own filter; one that is gone already stays gone."""
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.VIEW_FAIR, fair)
        session.execute(
            delete(BoardFilter).where(
                BoardFilter.user_id == actor.user_id,
                BoardFilter.fair_id == fair.id,
                BoardFilter.name == name,
            )
        )
