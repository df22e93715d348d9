"""The filters of the review board that an officer keeps."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from tgfair.models.board_filter import BoardFilter
from tgfair.models.fair import Fair
from tgfair.policy import Actor
from tgfair.services.uow import reader


def kept_filters(actor: Actor, fair: Fair) -> Sequence[BoardFilter]:
    """Return the actor's own filters of a fair, the oldest first."""
    return (
        reader()
        .scalars(
            select(BoardFilter)
            .where(BoardFilter.user_id == actor.user_id, BoardFilter.fair_id == fair.id)
            .order_by(BoardFilter.id)
        )
        .all()
    )
