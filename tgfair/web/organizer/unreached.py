"""Ways to those whom no mail reaches: Zalo file, printed letters, ZNS and text messages."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request

from tgfair.core.errors import InvalidError
from tgfair.models.outbox import Channel
from tgfair.services import unreached
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.campaigns import fair_of


def _calls(slug: str) -> Any:
    return redirect(f"/ql/{slug}/thong-bao?muc=goi", code=303)


def _file(data: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, mimetype=kind, headers=headers)


@bp.post("/ql/<slug>/thong-bao/goi/zns")
@audience(Audience.STAFF)
def zns_file(slug: str) -> Any:
    """Give the call list as a Zalo campaign file."""
    fair = fair_of(slug)
    try:
        data, _, _ = unreached.zns_campaign_file(actor(), fair, now=now())
    except InvalidError as error:
        flash(error.message(), "error")
        return _calls(slug)
    return _file(data, f"zns-{fair.slug}.csv", "text/csv")


@bp.post("/ql/<slug>/thong-bao/goi/thu-giay")
@audience(Audience.STAFF)
def unreached_letters(slug: str) -> Any:
    """Give a printed letter for each line, commune by commune."""
    fair = fair_of(slug)
    try:
        data = unreached.unreached_letters(actor(), fair, now=now())
    except InvalidError as error:
        flash(error.message(), "error")
        return _calls(slug)
    return _file(data, f"thu-giay-{fair.slug}.pdf", "application/pdf")


@bp.post("/ql/<slug>/thong-bao/goi/gui")
@audience(Audience.STAFF)
def send_by_telephone(slug: str) -> Any:
    """Send the lines with a mobile number by ZNS or text message."""
    fair_of(slug)
    asked = request.form.get("way", "")
    channel = Channel(asked) if asked in set(Channel) else Channel.CALL
    try:
        count = unreached.send_by(actor(), slug, channel, now=now())
    except InvalidError as error:
        flash(error.message(), "error")
    else:
        flash(f"Đang gửi {count} tin. Tin không tới được sẽ quay lại danh sách này.", "success")
    return _calls(slug)
