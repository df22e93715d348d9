"""Assign booths by hand and publish: plan and table side by side, all of it links and forms."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request

from tgfair.core.errors import TgfairError
from tgfair.core.layout.suitability import Reason
from tgfair.core.vietnamese import clean_text, drop_unsafe
from tgfair.documents.plan_svg import BoothView as Drawn
from tgfair.documents.plan_svg import plan_svg
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services import allocations, booth_answers, publications
from tgfair.services.queries import allocation as queries
from tgfair.services.queries.booths import BoothState, BoothView, live_booths, newest_drawing
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame

# Rows of the table before somebody asks for all.
SHOWN_BOOTHS = 40
DRAWN_STATES = {BoothState.BLOCKED: "locked"}
Reasons = dict[str, list[Reason]]


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.ASSIGN_BOOTHS, fair)
    return fair


def _url(slug: str, **arguments: str) -> str:
    query = urlencode({key: value for key, value in arguments.items() if value})
    return f"/ql/{slug}/xep" + (f"?{query}" if query else "")


@bp.get("/ql/<slug>/xep")
@audience(Audience.STAFF)
def allocation(slug: str) -> str:
    """Show applications, plan and booths; `?hs=` picks an application, `?gian=` a booth."""
    fair = _fair(slug)
    booths = live_booths(fair.id)
    everybody = queries.candidates(actor(), fair)
    picked = next((c for c in everybody if c.code == request.args.get("hs")), None)
    booth = next((b for b in booths if b.label == request.args.get("gian")), None)
    reasons = queries.reasons_by_booth(actor(), fair, picked.code) if picked else {}
    return render_template(
        "organizer/allocation.html",
        everybody=everybody,
        booths=booths,
        rows=_rows(_in_order(booths, picked, reasons)),
        picked=picked,
        booth=booth,
        offered=queries.offered_until(actor(), fair, booth.id) if booth else None,
        reasons=reasons,
        drawing=_drawing(fair, booths, picked, booth, reasons),
        changes=len(queries.changes_to_publish(actor(), fair)),
        published=queries.last_published(fair.id),
        free=sum(b.state is BoothState.FREE for b in booths),
        url=_url,
        **fair_frame(fair),
    )


def _in_order(
    booths: list[BoothView], picked: queries.Candidate | None, reasons: Reasons
) -> list[BoothView]:
    """Put the booths that suit the picked application first, its wished zones before others."""
    if picked is None:
        return booths

    def rank(booth: BoothView) -> tuple[bool, bool, int, str]:
        wish = picked.wishes.index(booth.zone_code) if booth.zone_code in picked.wishes else 9
        taken = booth.state is not BoothState.FREE
        return (taken, bool(reasons.get(booth.label)), wish, booth.label)

    return sorted(booths, key=rank)


def _rows(booths: list[BoothView]) -> list[BoothView]:
    """Return what the table shows: the first free booths; all without any, or with `?tat-ca=1`."""
    free = [booth for booth in booths if booth.state is BoothState.FREE]
    return free[:SHOWN_BOOTHS] if free and not request.args.get("tat-ca") else booths


def _drawing(
    fair: Fair,
    booths: list[BoothView],
    picked: queries.Candidate | None,
    chosen: BoothView | None,
    reasons: Reasons,
) -> Any:
    plan = newest_drawing(fair.id)
    if plan is None:
        return None
    code = picked.code if picked else ""
    views = {
        booth.label: Drawn(
            state=DRAWN_STATES.get(booth.state, str(booth.state)),
            holder=booth.names,
            group=booth.group,
            href=_url(fair.slug, hs=code, gian=booth.label) + "#gian",
            id=str(booth.id),
            marks=_marks(booth, picked, chosen, reasons),
            note=" ".join(reason.sentence for reason in reasons.get(booth.label, [])),
        )
        for booth in booths
    }
    return plan_svg(plan, views)


def _marks(
    booth: BoothView,
    picked: queries.Candidate | None,
    chosen: BoothView | None,
    reasons: Reasons,
) -> tuple[str, ...]:
    marks = []
    if picked is not None:
        if booth.label in picked.booths:
            marks.append("mine")
        elif booth.state is BoothState.FREE:
            marks.append("unsuitable" if reasons.get(booth.label) else "suitable")
    if chosen is not None and chosen.label == booth.label:
        marks.append("selected")
    return tuple(marks)


def _typed(name: str, most: int = 300) -> str:
    # Word's soft line break is pasted as a control character: a space here.
    return drop_unsafe(clean_text(request.form.get(name, "")))[:most]


@bp.post("/ql/<slug>/xep/gan")
@audience(Audience.STAFF)
def assign(slug: str) -> Any:
    """Give a booth to an application."""
    fair = _fair(slug)
    code, label = _typed("hs", 24), _typed("gian", 12)
    try:
        placed = allocations.assign_booth(
            actor(), fair.id, label, code, reason=_typed("reason") or None, now=now()
        )
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(_url(slug, hs=code, gian=label), code=303)
    together = " (chung bàn)" if placed.shared else ""
    flash(f"Đã xếp {placed.exhibitor} vào gian {placed.booth}{together}.", "success")
    return redirect(_url(slug), code=303)


@bp.post("/ql/<slug>/xep/thu-hoi")
@audience(Audience.STAFF)
def release(slug: str) -> Any:
    """Take a booth back."""
    fair = _fair(slug)
    code, label = _typed("hs", 24), _typed("gian", 12)
    try:
        placed = allocations.release_booth(
            actor(), fair.id, label, code, reason=_typed("reason") or None, now=now()
        )
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(_url(slug, hs=code, gian=label), code=303)
    flash(f"Đã thu hồi gian {placed.booth} của {placed.exhibitor}.", "success")
    return redirect(_url(slug, hs=code), code=303)


@bp.post("/ql/<slug>/xep/chuyen")
@audience(Audience.STAFF)
def move(slug: str) -> Any:
    """Move an application to a free booth."""
    fair = _fair(slug)
    code, label = _typed("hs", 24), _typed("gian", 12)
    try:
        placed = allocations.move_booth(
            actor(),
            fair.id,
            code,
            from_label=_typed("tu", 12),
            to_label=label,
            reason=_typed("reason") or None,
            now=now(),
        )
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(_url(slug, hs=code, gian=label), code=303)
    flash(f"Đã chuyển {placed.exhibitor} sang gian {placed.booth}.", "success")
    return redirect(_url(slug), code=303)


@bp.post("/ql/<slug>/xep/doi-cho")
@audience(Audience.STAFF)
def swap(slug: str) -> Any:
    """Let two holders change places."""
    fair = _fair(slug)
    code, label = _typed("hs", 24), _typed("gian", 12)
    try:
        one, other = allocations.swap_booths(
            actor(), fair.id, _typed("tu", 12), label, reason=_typed("reason") or None, now=now()
        )
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(_url(slug, hs=code, gian=label), code=303)
    flash(
        f"Đã đổi chỗ: {one.exhibitor} ở gian {one.booth}, {other.exhibitor} ở gian {other.booth}.",
        "success",
    )
    return redirect(_url(slug), code=303)


@bp.get("/ql/<slug>/xep/cong-bo")
@audience(Audience.STAFF)
def publish_page(slug: str) -> str:
    """Show what publishing would change, before it does."""
    fair = _fair(slug)
    everybody = queries.candidates(actor(), fair)
    return render_template(
        "organizer/publish.html",
        mark=queries.mark_to_publish(actor(), fair),
        lines=queries.changes_to_publish(actor(), fair),
        words=queries.CHANGE_WORDS,
        unplaced=[candidate for candidate in everybody if not candidate.booths],
        published=queries.last_published(fair.id),
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/xep/cong-bo")
@audience(Audience.STAFF)
def publish(slug: str) -> Any:
    """Freeze a version; its mails wait for somebody to press send."""
    fair = _fair(slug)
    try:
        number = publications.publish(
            actor(), fair.id, note=_typed("note", 400) or None, seen=_typed("seen"), now=now()
        )
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(f"/ql/{slug}/xep/cong-bo", code=303)
    flash(f"Đã công bố bản số {number}. Các thư đang chờ bấm gửi.", "success")
    return redirect(f"/ql/{slug}/thong-bao", code=303)


@bp.post("/ql/<slug>/xep/nhac")
@audience(Audience.STAFF)
def remind_unconfirmed(slug: str) -> Any:
    """Remind those who have not accepted their booth yet."""
    fair = _fair(slug)
    try:
        mailed, called = booth_answers.remind_unconfirmed(actor(), fair.id, now=now())
        flash(f"Đã nhắc {mailed} cơ sở qua thư, {called} cơ sở vào danh sách gọi.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return redirect(_url(slug), code=303)
