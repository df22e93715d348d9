"""The page of one item of the bulletin: public, and where subjects answer."""

from __future__ import annotations

from flask import render_template

from tgfair.core.deadline import is_over
from tgfair.documents.qr import qr_svg
from tgfair.services.links import base_url
from tgfair.services.queries.bulletins import announced_item, closes_at, own_answers
from tgfair.web.guards import actor, now
from tgfair.web.labels import GROUP_LABELS


def item_page(
    bulletin_id: str, typed: dict[str, str] | None = None, error: tuple[str, str] | None = None
) -> str:
    """Return the page; with what was `typed` into a refused answer, and its field and sentence."""
    item = announced_item(bulletin_id)
    own = own_answers(actor(), item)
    codes = {
        one.answer.public_id: qr_svg(
            f"{base_url()}/ql/tin/co-mat/{one.answer.public_id}", label="Mã điểm danh"
        )
        for one in own
        if one.answer and one.answer.state == "placed"
    }
    return render_template(
        "public/bulletin_item.html",
        item=item,
        own=own,
        codes=codes,
        closed=is_over(closes_at(item), now()) or item.state != "published",
        groups=[GROUP_LABELS.get(group, group) for group in item.groups or ()],
        typed=typed or {},
        error=error,
    )
