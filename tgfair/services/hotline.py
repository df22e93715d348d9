"""Whom to call for help: a number that every page and mail shows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from tgfair.models.fair import Fair, FairStatus
from tgfair.services.uow import reader


def hotline(*, today: date, slug: str = "", code: str = "") -> dict[str, str] | None:
    """Return name and number to call: those of the fair, or else of the next open one.

    `slug` is the fair's own, `code` an application's, which begins with its fair's. Once no open
    fair is to come, the last one's number stays.
    """
    fairs = (
        reader()
        .execute(
            select(
                Fair.slug, Fair.code, Fair.status, Fair.last_day, Fair.hotline_name, Fair.hotline
            )
            .where(Fair.hotline.is_not(None), Fair.status != FairStatus.DRAFT)
            .order_by(Fair.first_day)
        )
        .all()
    )
    own = [fair for fair in fairs if fair.slug == slug or fair.code == code.partition("-")[0]]
    open_ = [fair for fair in fairs if fair.status is FairStatus.OPEN]
    coming = [fair for fair in open_ if fair.last_day >= today]
    found = next(iter(own or coming or open_[-1:]), None)
    if found is None or found.hotline is None:
        return None
    return {"name": found.hotline_name or "Ban Tổ chức", "phone": found.hotline}
