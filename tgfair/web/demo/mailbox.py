"""The demo mailbox: what would have been sent. Never outside the demo, never off this machine."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from flask import Response, abort, render_template, request

from tgfair import clock
from tgfair.mail.catalog import KINDS
from tgfair.services.queries.messages import Preview, any_message, mailbox, preview_of
from tgfair.web.demo.blueprint import bp
from tgfair.web.guards import Audience, audience, config
from tgfair.web.mail_view import mail_response


@bp.before_request
def only_here() -> None:
    """Answer this machine only: sign-in codes stand in these mails."""
    if not (config().demo or config().testing):
        abort(404)
    try:
        if not ip_address(request.remote_addr or "").is_loopback:
            abort(404)
    except ValueError:
        abort(404)


def _preview(message_id: str) -> Preview:
    return preview_of(any_message(message_id), now=clock.real_now())


@bp.get("/demo/thu")
@audience(Audience.PUBLIC)
def mailbox_page() -> Any:
    """List the newest mails."""
    return render_template("demo/mailbox.html", messages=mailbox(), kinds=KINDS)


@bp.get("/demo/thu/<message_id>")
@audience(Audience.PUBLIC)
def mail_page(message_id: str) -> Any:
    """Show one mail."""
    return render_template("demo/mail.html", preview=_preview(message_id))


@bp.get("/demo/thu/<message_id>/xem")
@audience(Audience.PUBLIC)
def mail_html(message_id: str) -> Response:
    """Give the HTML of a mail alone."""
    return mail_response(_preview(message_id))
