"""The personal link: is this you, start, not me."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tgfair.services import personal_links
from tgfair.services.application_inputs import RegistrationClosedError
from tgfair.services.links import LinkRevokedError
from tgfair.services.queries.staff import hotline
from tgfair.web import guards
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.guards import Audience, audience
from tgfair.web.limits import links_by_network


def _link_is_old(error: LinkRevokedError) -> Any:
    call = hotline(today=guards.today())
    return render_template("exhibitor/link_old.html", said=error.message(), call=call), 410


@bp.get("/m/<token>")
@links_by_network
@audience(Audience.PUBLIC)
def invitation(token: str) -> Any:
    """Ask "is this you?"; looking consumes nothing."""
    try:
        view = personal_links.read_invitation(token, now=guards.now())
    except LinkRevokedError as error:
        return _link_is_old(error)
    return render_template("exhibitor/invitation.html", view=view, token=token, closed="")


@bp.post("/m/<token>")
@links_by_network
@audience(Audience.PUBLIC)
def start(token: str) -> Any:
    """Open a session for the subject and go to its draft, or to the question of coming."""
    agent = request.user_agent.string
    try:
        opened = personal_links.open_by_link(
            guards.actor(), token, user_agent=agent, now=guards.now()
        )
    except LinkRevokedError as error:
        return _link_is_old(error)
    except RegistrationClosedError as error:
        view = personal_links.read_invitation(token, now=guards.now())
        page = "exhibitor/invitation.html"
        return render_template(page, view=view, token=token, closed=error.message()), 409
    response = redirect(_onward(opened), code=303)
    if opened.token is not None:
        guards.set_cookie(response, opened.token)
    return response


def _onward(opened: personal_links.Opened) -> str:
    if opened.is_rsvp or opened.code is None:
        return url_for("exhibitor.rsvp", slug=opened.fair_slug, exhibitor=opened.exhibitor_id)
    return url_for("exhibitor.resume", code=opened.code)


@bp.post("/m/<token>/khong-phai")
@links_by_network
@audience(Audience.PUBLIC)
def not_mine(token: str) -> Any:
    """Note that the link reached the wrong people."""
    try:
        personal_links.report_not_mine(token, now=guards.now())
    except LinkRevokedError as error:
        return _link_is_old(error)
    flash("Cảm ơn đã báo. Ban Tổ chức sẽ xem lại giấy mời này.", "success")
    return redirect("/", code=303)
