"""The inbox: what the organisers told a subject, also when no mail arrived."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, flash, redirect, render_template, request

from tgfair.mail.catalog import KINDS
from tgfair.services import inbox
from tgfair.services.queries import inbox as reads
from tgfair.web import guards
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.guards import Audience, audience
from tgfair.web.mail_view import mail_response

HOME = "/ho-so/hop-thu"


@bp.get(HOME)
@audience(Audience.SESSION)
def inbox_page() -> str:
    """List the notices, the newest first."""
    who = guards.actor()
    return render_template(
        "exhibitor/inbox.html", rows=reads.inbox(who), unread=reads.unread_count(who), kinds=KINDS
    )


@bp.post(HOME)
@audience(Audience.SESSION)
def mark_read() -> Any:
    """Note that one notice, or all, were read."""
    name = request.form.get("id", "")[:64]
    count = inbox.mark_read(guards.actor(), name, now=guards.now())
    if not name:
        flash(f"Đã đánh dấu {count} thông báo là đã đọc.", "success")
    return redirect(f"{HOME}/{name}" if name else HOME, code=303)


@bp.get(f"{HOME}/<message_id>")
@audience(Audience.SESSION)
def inbox_notice(message_id: str) -> str:
    """Show one notice as it was sent."""
    preview = reads.notice(guards.actor(), message_id)
    parts = _parts(preview.mail.text) if preview.mail else []
    return render_template("exhibitor/inbox_notice.html", preview=preview, parts=parts)


def _parts(text: str) -> list[str]:
    """Return a notice cut at its links to these pages: every other part is one."""
    ours = re.escape(guards.config().base_url)
    return re.split(rf"({ours}/(?:[^\s<>\"]*[^\s<>\".,;:!?)])?)", text)


@bp.get(f"{HOME}/<message_id>/xem")
@audience(Audience.SESSION)
def inbox_mail(message_id: str) -> Response:
    """Give the mail alone, as a mail program shows it."""
    return mail_response(reads.notice(guards.actor(), message_id))
