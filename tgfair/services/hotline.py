"""Whom to call for help: a number that every page and mail shows."""

from __future__ import annotations

from sqlalchemy import select

from tgfair.models.fair import Fair, FairStatus
from tgfair.services.uow import reader


def hotline() -> dict[str, str] | None:
    """Return name and number to call: those of the next open fair that has one."""
    row = (
        reader()
        .execute(
            select(Fair.hotline_name, Fair.hotline)
            .where(Fair.hotline.is_not(None), Fair.status == FairStatus.OPEN)
            .order_by(Fair.first_day)
            .limit(1)
        )
        .first()
    )
    if row is None or row[1] is None:
        return None
    return {"name": row[0] or "Ban Tổ chức", "phone": row[1]}
