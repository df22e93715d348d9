"""The desk for lost badges, who names nobody, signs over booths, certificates."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tgfair.core.errors import InvalidError, TgfairError
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services import badges, booth_papers
from tgfair.services.queries import badges as queries
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.downloads import pdf_file
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import BADGE_STANDINGS, BADGE_TONES
from tgfair.web.number_fields import number_from
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame

LOST = "Mất thẻ"


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.MANAGE_BADGES, fair)
    return fair


@bp.get("/ql/<slug>/the/mat")
@audience(Audience.STAFF)
def lost_badge_desk(slug: str) -> str:
    """Find the badge that was lost; `?moi=` shows the one issued in its place."""
    fair = _fair(slug)
    text = request.args.get("q", "").strip()[: queries.MAX_LETTERS]
    again = request.args.get("moi", "")[:32]
    return render_template(
        "organizer/badge_desk.html",
        q=text,
        rows=queries.lost_badges(actor(), fair, text),
        again=queries.badge_row(actor(), fair, again) if again else None,
        least=queries.LEAST_LETTERS,
        standings=BADGE_STANDINGS,
        tones=BADGE_TONES,
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/the/<public_id>/mat")
@audience(Audience.STAFF)
def lost_badge(slug: str, public_id: str) -> Any:
    """Block the lost badge at every gate and issue the one that takes its place."""
    row = queries.badge_row(actor(), _fair(slug), public_id)
    seen = number_from(request.form.get("generation"))
    try:
        issued = badges.reissue_badge(actor(), row.public_id, reason=LOST, seen=seen, now=now())
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(url_for("organizer.lost_badge_desk", slug=slug), code=303)
    return redirect(url_for("organizer.lost_badge_desk", slug=slug, moi=issued), code=303)


@bp.get("/ql/<slug>/the/thieu-ten")
@audience(Audience.STAFF)
def unnamed_badges(slug: str) -> str:
    """List the booths that still name nobody, to be called; it prints."""
    fair = _fair(slug)
    found = queries.unnamed_list(actor(), fair)
    return render_template("organizer/badges_unnamed.html", found=found, **fair_frame(fair))


@bp.get("/ql/<slug>/the/bien-gian.pdf")
@audience(Audience.STAFF)
def booth_signs(slug: str) -> Any:
    """Give the signs over the booths; `?gian=` that of one booth."""
    fair = _fair(slug)
    booth = request.args.get("gian", "")[:12].upper() or None
    try:
        pdf = booth_papers.signs_pdf(actor(), fair.id, booth=booth)
    except InvalidError as error:
        flash(error.message(), "error")
        return redirect(url_for("organizer.badge_list", slug=slug), code=303)
    return pdf_file(pdf, f"bien-gian-{slug}.pdf")


@bp.get("/ql/<slug>/the/chung-nhan.pdf")
@audience(Audience.STAFF)
def participation(slug: str) -> Any:
    """Give the certificates of participation, to be signed."""
    fair = _fair(slug)
    try:
        pdf = booth_papers.certificates_pdf(actor(), fair.id, now=now())
    except InvalidError as error:
        flash(error.message(), "error")
        return redirect(url_for("organizer.badge_list", slug=slug), code=303)
    return pdf_file(pdf, f"chung-nhan-{slug}.pdf")
