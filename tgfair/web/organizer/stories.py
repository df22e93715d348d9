"""What a subject was told at every fair, and by which way."""

from __future__ import annotations

from flask import render_template

from tgfair.services.bounces import SAID
from tgfair.services.queries.inbox import stories
from tgfair.web.guards import Audience, actor, audience
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


@bp.get("/ql/chu-the/<public_id>/lien-lac")
@audience(Audience.STAFF)
def exhibitor_story(public_id: str) -> str:
    """Show every message to a subject, with what happened to it."""
    exhibitor, found = stories(actor(), public_id)
    return render_template(
        "organizer/exhibitor_story.html", exhibitor=exhibitor, stories=found, words=EVENTS
    )
