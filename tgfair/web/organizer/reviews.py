"""One application: read it, decide on it, note something, give it to an officer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request

from tgfair.core.application.steps import FIELD_LABELS, STEP_LABELS
from tgfair.core.decision import REJECT_REASONS
from tgfair.core.errors import ConflictError, InvalidError, NotFoundError
from tgfair.core.workflow import EVENT_LABELS, Event
from tgfair.models.fair import Fair
from tgfair.services import reviews
from tgfair.services.queries.applications import Filter, board
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.services.queries.reviews import ReviewPage, changes_since, review_page
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.board import board_url, filter_of_query, one_url, query_of, read_filter
from tgfair.web.organizer.decisions import PHRASES, WORDS, anchor_of, read_decision
from tgfair.web.organizer.frame import fair_frame

MAX_VERSION = 9


@bp.get("/ql/<slug>/ho-so/<code>")
@audience(Audience.STAFF)
def application_review(slug: str, code: str) -> str:
    """Show answers, findings and the forms to decide; `?in=1` prints one A4."""
    fair = fair_for_staff(actor(), slug)
    page = _page(fair, code)
    if "in" in request.args:
        labels = {zone.code: zone.label for zone in fair.zones}
        return render_template(
            "organizer/review_print.html",
            page=page,
            fair=fair,
            zone_labels=labels,
            steps=FIELD_LABELS,
        )
    return _show(fair, page, read_filter(request.args))


def _page(fair: Fair, code: str) -> ReviewPage:
    return review_page(actor(), fair, code, now=now())


def _show(fair: Fair, page: ReviewPage, wanted: Filter, error: InvalidError | None = None) -> str:
    query = query_of(wanted)
    found = board(actor(), fair, wanted)
    before, after = found.neighbours(page.application.code)
    return render_template(
        "organizer/review.html",
        page=page,
        application=page.application,
        query=query,
        back_url=board_url(fair, wanted),
        before_url=one_url(fair, before, query) if before else "",
        after_url=one_url(fair, after, query) if after else "",
        count=len(found.lines),
        typed=request.form,
        error=error,
        anchor=anchor_of(error) if error else "",
        steps=FIELD_LABELS,
        step_labels=STEP_LABELS,
        reject_reasons=REJECT_REASONS,
        phrases=PHRASES,
        zone_labels={zone.code: zone.label for zone in fair.zones},
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/ho-so/<code>/quyet-dinh")
@audience(Audience.STAFF)
def decide(slug: str, code: str) -> Any:
    """Approve, put on the waiting list, refuse or return; then show the next of the filter."""
    fair = fair_for_staff(actor(), slug)

    def act() -> str:
        decision = read_decision(request.form, fair)
        reviews.decide(actor(), code, decision, seen_version=_seen_version(), now=now())
        return f"{WORDS[decision.event]} hồ sơ {code}. Thư báo đã vào hàng gửi."

    return _act(fair, code, act, go_on=True)


@bp.post("/ql/<slug>/ho-so/<code>/huy")
@audience(Audience.STAFF)
def cancel_application(slug: str, code: str) -> Any:
    """Cancel a live application."""
    fair = fair_for_staff(actor(), slug)

    def act() -> str:
        reason = request.form.get("reason", "")
        reviews.cancel(actor(), code, reason=reason, seen_version=_seen_version(), now=now())
        return f"Đã hủy hồ sơ {code}. Thư báo đã vào hàng gửi."

    return _act(fair, code, act)


@bp.post("/ql/<slug>/ho-so/<code>/ghi-chu")
@audience(Audience.STAFF)
def save_note(slug: str, code: str) -> Any:
    """Keep a note that only staff see."""
    fair = fair_for_staff(actor(), slug)

    def act() -> str:
        note = request.form.get("note", "")
        reviews.save_note(actor(), code, note, seen_version=_seen_version(), now=now())
        return "Đã lưu ghi chú."

    return _act(fair, code, act)


@bp.post("/ql/<slug>/ho-so/<code>/phu-trach")
@audience(Audience.STAFF)
def give_to_officer(slug: str, code: str) -> Any:
    """Give one application to an officer, or to nobody."""
    fair = fair_for_staff(actor(), slug)

    def act() -> str:
        user = officer_id(request.form.get("reviewer", ""))
        result = reviews.assign_reviewer(actor(), fair.id, [code], user, now=now())
        if result.cannot:
            raise InvalidError(result.cannot[0].sentence, field="reviewer")
        if not result.will:
            raise NotFoundError
        return "Đã giao hồ sơ." if user else "Đã bỏ giao hồ sơ."

    return _act(fair, code, act)


def officer_id(text: str) -> int | None:
    """Read whom an application is given to; nothing means nobody, what is no person is person 0."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_VERSION else 0


def _seen_version() -> int:
    """Return the version the form was shown with; what is none was never seen."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_VERSION else 0


def _act(fair: Fair, code: str, act: Callable[[], str], *, go_on: bool = False) -> Any:
    """Do something to an application: back to it, on to the next, or show what stands against."""
    wanted = filter_of_query(request.form.get("loc", ""))
    query = query_of(wanted)
    after = board(actor(), fair, wanted).neighbours(code)[1] if go_on and query else ""
    try:
        flash(act(), "success")
    except InvalidError as error:
        return _show(fair, _page(fair, code), wanted, error), 400
    except ConflictError as error:
        return _conflict(fair, code, error, query)
    return redirect(one_url(fair, after or code, query), code=303)


def _conflict(fair: Fair, code: str, error: ConflictError, query: str) -> Any:
    page = _page(fair, code)
    act = request.form.get("act", "")
    typed = [words for name, words in request.form.items() if name in {"reason", "note"}]
    typed += [words for name, words in request.form.items() if name.startswith("text-")]
    return render_template(
        "organizer/review_conflict.html",
        page=page,
        application=page.application,
        changes=changes_since(page, request.form.get("seen", "")),
        sentence=error.message(),
        tried=EVENT_LABELS[Event(act)] if act in set(Event) else "",
        typed=[words for words in typed if words.strip()],
        again_url=one_url(fair, code, query),
        **fair_frame(fair),
    ), 409
