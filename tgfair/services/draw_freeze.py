"""Booths and applications of a list that waits for its number stay as they are."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError
from tgfair.models.application import Application
from tgfair.models.booth import Booth
from tgfair.models.draw import Draw, DrawEntry, DrawState


class FrozenForDrawError(ConflictError):
    """A published list waits for its number; its booths cannot be given away meanwhile."""

    code = "frozen_for_draw"

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def message(self) -> str:
        """Say what waits, and what can be done."""
        return (
            f"{self.what} đang chờ bốc thăm theo danh sách đã công bố. "
            "Chờ có kết quả, hoặc sửa danh sách (có lý do công khai) rồi hãy xếp."
        )


def refuse_frozen(session: Session, booth: Booth, application: Application) -> None:
    """Refuse to place somebody while the fair's frozen list speaks of the booth or of them.

    Raises:
        FrozenForDrawError: the booth's zone, or the application, waits for the number.
    """
    draw = session.scalars(
        select(Draw).where(Draw.fair_id == booth.fair_id, Draw.state == DrawState.FROZEN)
    ).one_or_none()
    if draw is None:
        return
    if booth.zone.code in {zone["code"] for zone in draw.closed["zones"]}:
        raise FrozenForDrawError(f"Khu {booth.zone.code}")
    listed = select(DrawEntry.id).where(
        DrawEntry.draw_id == draw.id, DrawEntry.application_id == application.id
    )
    if session.scalar(listed) is not None:
        raise FrozenForDrawError(f"Hồ sơ {application.code}")
