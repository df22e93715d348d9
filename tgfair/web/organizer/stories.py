"""What a subject was told at every fair, and by which way."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from tgfair.core.errors import InvalidError
from tgfair.models.delivery import SuppressionReason
from tgfair.services.bounces import SAID
from tgfair.services.queries.inbox import stories
from tgfair.services.stopping import marks_on, release_address
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.messages import OUTCOMES

EVENTS: dict[str, str] = {
    "put_off": "Tạm chưa gửi được",
    "refused": "Bị từ chối",
    "taken_by_zns": "Đã gửi qua Zalo ZNS",
    "taken_by_sms": "Đã gửi tin nhắn",
    "back_to_call": "Không gửi được, chuyển về Danh sách gọi",
    "listed_zns": "Đã xuất vào danh sách ZNS",
    "letter_printed": "Đã in thư giấy",
    **{str(sort): text for sort, text in SAID.items()},
    **{str(outcome): text for outcome, text in OUTCOMES.items()},
}
MARKS: dict[str, str] = {
    SuppressionReason.BOUNCED: "Có thư bị trả lại",
    SuppressionReason.UNSUBSCRIBED: "Người nhận bấm ngừng nhận thư chung",
    SuppressionReason.COMPLAINT: "Người nhận báo thư rác, không gửi thư chung nữa",
}


@bp.get("/ql/chu-the/<public_id>/lien-lac")
@audience(Audience.STAFF)
def exhibitor_story(public_id: str) -> str:
    """Show every message to a subject, with what happened to it."""
    exhibitor, found = stories(actor(), public_id)
    return render_template(
        "organizer/exhibitor_story.html",
        exhibitor=exhibitor,
        stories=found,
        words=EVENTS,
        marks=marks_on(actor(), exhibitor),
        whys=MARKS,
    )


@bp.post("/ql/chu-the/<public_id>/lien-lac/gui-lai")
@audience(Audience.STAFF)
def release_exhibitor_address(public_id: str) -> Any:
    """Send to the subject's address again: the mark was wrong, or its owner asked for it."""
    try:
        address = release_address(actor(), public_id, now=now())
        flash(f"Từ nay lại gửi thư tới {address}.", "success")
    except InvalidError as error:
        flash(error.message(), "error")
    return redirect(url_for("organizer.exhibitor_story", public_id=public_id), code=303)
