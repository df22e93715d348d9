"""Deciding on many applications: first what would happen, then doing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request

from tgfair.core.application.steps import FIELD_LABELS, STEP_LABELS
from tgfair.core.calendar_text import VIETNAM
from tgfair.core.decision import REJECT_REASONS, Decision, default_deadline
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import EVENT_LABELS
from tgfair.models.fair import Fair
from tgfair.services import reviews
from tgfair.services.queries.applications import board
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.services.queries.reviews import officers_of
from tgfair.services.reviews import BulkResult
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.board import board_url, filter_of_query
from tgfair.web.organizer.decisions import PHRASES, WORDS, anchor_of, event_of, read_decision
from tgfair.web.organizer.frame import fair_frame
from tgfair.web.organizer.reviews import MAX_VERSION, officer_id

GIVE = "reviewer"


@bp.post("/ql/<slug>/ho-so/hang-loat")
@audience(Audience.STAFF)
def bulk_review(slug: str) -> Any:
    """Show what would happen to the ticked applications; with `confirm`, do it."""
    fair = fair_for_staff(actor(), slug)
    seen = _chosen(fair)
    if not seen:
        flash("Chưa chọn hồ sơ nào.", "error")
        return redirect(_back(fair), code=303)
    try:
        if request.form.get("confirm"):
            return _do(fair, seen)
        return _ask(fair, seen)
    except InvalidError as error:
        return _ask(fair, seen, error), 400


def _back(fair: Fair) -> str:
    return board_url(fair, filter_of_query(request.form.get("loc", "")))


def _chosen(fair: Fair) -> dict[str, int | None]:
    """Return the codes with the version they were shown in, where a dry run showed one."""
    if request.form.get("scope") == "all":
        wanted = filter_of_query(request.form.get("loc", ""))
        return {line.code: line.version for line in board(actor(), fair, wanted).lines}
    chosen: dict[str, int | None] = {}
    for text in request.form.getlist("code"):
        code, _, version = text.partition(":")
        known = version.isascii() and version.isdigit() and len(version) <= MAX_VERSION
        chosen[code[:24]] = int(version) if known else None
    return chosen


def _ask(fair: Fair, seen: Mapping[str, int | None], error: InvalidError | None = None) -> str:
    act = request.form.get("act", "")
    title = "Giao cho cán bộ" if act == GIVE else EVENT_LABELS[event_of(act)]
    return render_template(
        "organizer/bulk_review.html",
        act=act,
        title=title,
        result=_dry_run(fair, seen, act),
        officers=officers_of(fair) if act == GIVE else (),
        loc=request.form.get("loc", ""),
        back_url=_back(fair),
        typed=request.form,
        error=error,
        anchor=anchor_of(error) if error else "",
        deadline_day=default_deadline(fair.supplement_until, now=now(), opens_at=fair.opens_at)
        .astimezone(VIETNAM)
        .date(),
        reject_reasons=REJECT_REASONS,
        steps=FIELD_LABELS,
        step_labels=STEP_LABELS,
        phrases=PHRASES,
        **fair_frame(fair),
    )


def _dry_run(fair: Fair, seen: Mapping[str, int | None], act: str) -> BulkResult:
    if act == GIVE:
        return reviews.reviewable(actor(), fair.id, list(seen))
    decision = Decision(event_of(act))
    return reviews.bulk_decide(actor(), fair.id, seen, decision, dry_run=True, now=now())


def _do(fair: Fair, seen: Mapping[str, int | None]) -> Any:
    if request.form.get("act") == GIVE:
        user = officer_id(request.form.get("reviewer", ""))
        result = reviews.assign_reviewer(actor(), fair.id, list(seen), user, now=now())
        done = "Đã giao" if user else "Đã bỏ giao"
        mails = ""
    else:
        decision = read_decision(request.form, fair)
        result = reviews.bulk_decide(actor(), fair.id, seen, decision, dry_run=False, now=now())
        done = WORDS[decision.event]
        mails = " Thư báo đang chờ bấm gửi ở mục Thông báo."
    if result.will:
        flash(f"{done} {len(result.will)} hồ sơ.{mails}", "success")
    if result.cannot:
        codes = ", ".join(one.code for one in result.cannot[:10])
        flash(f"{len(result.cannot)} hồ sơ giữ nguyên: {codes}.", "error")
    return redirect(_back(fair), code=303)
