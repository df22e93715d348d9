"""Records that may be one subject: the list, side by side, merge or keep apart."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.services import merging
from tgfair.services.queries.accounts import members_of
from tgfair.services.queries.exhibitor_page import fairs_of, open_proposals, proposal_with_both
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.number_fields import number_from
from tgfair.web.organizer import import_words
from tgfair.web.organizer.blueprint import bp


@bp.get("/ql/chu-the/trung")
@audience(Audience.STAFF)
def merge_proposals() -> str:
    """List the pairs that wait for a decision."""
    return render_template("organizer/merges.html", proposals=open_proposals(actor()))


@bp.post("/ql/chu-the/<public_id>/trung")
@audience(Audience.STAFF)
def propose_merge(public_id: str) -> Any:
    """Open a pair for merging."""
    other = request.form.get("other", "")
    try:
        proposal = merging.propose_merge(actor(), public_id, other, now=now())
    except InvalidError as error:
        flash(error.message(), "error")
        return redirect(url_for("organizer.exhibitor", public_id=public_id), code=303)
    return redirect(url_for("organizer.merge_pair", proposal_id=proposal), code=303)


@bp.get("/ql/chu-the/trung/<int:proposal_id>")
@audience(Audience.STAFF)
def merge_pair(proposal_id: int) -> str:
    """Show both records side by side."""
    proposal = proposal_with_both(actor(), proposal_id)
    return render_template(
        "organizer/merge.html",
        proposal=proposal,
        pair=(proposal.first, proposal.second),
        fairs=[fairs_of(actor(), row) for row in (proposal.first, proposal.second)],
        people=[members_of(row) for row in (proposal.first, proposal.second)],
        strangers=[
            merging.is_stranger(proposal.first, proposal.second),
            merging.is_stranger(proposal.second, proposal.first),
        ],
        choices=merging.CHOICES,
        words=import_words,
    )


@bp.post("/ql/chu-the/trung/<int:proposal_id>/gop")
@audience(Audience.STAFF)
def merge_exhibitors(proposal_id: int) -> Any:
    """Make one record of two."""
    keep = request.form.get("keep", "")
    take = [
        field
        for field in merging.CHOICES
        if request.form.get(f"take-{field}", keep) not in {keep, ""}
    ]
    seen = [number_from(text) for text in request.form.getlist("version")]
    people = {number_from(text) for text in request.form.getlist("person")}
    try:
        kept = merging.merge_exhibitors(
            actor(), proposal_id, keep=keep, take=take, people=people, seen=seen, now=now()
        )
    except ConflictError as error:
        flash(error.message(), "error")
        return redirect(url_for("organizer.merge_pair", proposal_id=proposal_id), code=303)
    flash("Đã gộp thành một chủ thể.", "success")
    return redirect(url_for("organizer.exhibitor", public_id=kept), code=303)


@bp.post("/ql/chu-the/trung/<int:proposal_id>/giu-rieng")
@audience(Audience.STAFF)
def keep_exhibitors_apart(proposal_id: int) -> Any:
    """Decide that two records are two subjects."""
    merging.keep_apart(actor(), proposal_id, now=now())
    flash("Đã ghi nhận: hai chủ thể khác nhau.", "success")
    return redirect(url_for("organizer.merge_proposals"), code=303)
