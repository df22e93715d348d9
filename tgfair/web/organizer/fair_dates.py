"""Other days for a fair: move, extend, put off, undo; and its status: open, end, cancel."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.models.fair import Fair, FairStatus
from tgfair.services import fair_dates, fair_put_off
from tgfair.services.date_history import Decision
from tgfair.services.fair_put_off import why_not_undone
from tgfair.services.fair_status import MOVES, StatusMoveError, set_fair_status
from tgfair.services.queries.fair_overview import overview
from tgfair.services.queries.timetable import hung_steps
from tgfair.web.forms import beside
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.number_fields import number_from
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.fair_forms import DatesForm, DaysForm, PutOffForm, say_changed
from tgfair.web.organizer.frame import fair_frame, fair_to_edit


@bp.get("/ql/<slug>/cai-dat/doi-ngay")
@audience(Audience.STAFF)
def dates_page(slug: str) -> Any:
    """Ask for the new days; with them in the address, show what would change."""
    fair = fair_to_edit(slug)
    if "opening" not in request.args:
        days = DaysForm(data={"opening": fair.first_day, "closing": fair.last_day})
        return _dates(fair, days, DatesForm())
    days = DaysForm(request.args)
    if not days.validate():
        return _dates(fair, days, DatesForm()), 400
    return _preview(fair, days, DatesForm(data={**days.data, "version": fair.version}))


def _preview(fair: Fair, days: DaysForm, form: DatesForm) -> Any:
    first, last = days.opening.data, days.closing.data
    if first is None or last is None:
        return _dates(fair, days, form), 400
    try:
        preview = fair_dates.preview_dates(actor(), fair, first, last, now=now())
    except InvalidError as error:
        beside(days, error)
        return _dates(fair, days, form), 400
    return _dates(fair, days, form, preview), 400 if form.errors else 200


def _dates(
    fair: Fair,
    days: DaysForm,
    form: DatesForm,
    preview: fair_dates.DateChangePreview | None = None,
) -> str:
    return render_template(
        "organizer/fair_dates.html",
        days=days,
        form=form,
        preview=preview,
        hangs=hung_steps(fair),
        changes=overview(fair).changes,
        keep=why_not_undone(actor(), fair, now=now()),
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/cai-dat/doi-ngay")
@audience(Audience.STAFF)
def change_dates(slug: str) -> Any:
    """Move the fair to other days."""
    fair = fair_to_edit(slug)
    form = DatesForm(request.form)
    days = DaysForm(data={"opening": form.opening.data, "closing": form.closing.data})
    first, last = form.opening.data, form.closing.data
    if not form.validate() or first is None or last is None:
        return _preview(fair, days, form)
    try:
        done = fair_dates.change_dates(
            actor(),
            fair.id,
            first,
            last,
            reason=form.reason.data or "",
            decided_by=form.decided_by.data or "",
            seen_version=form.version.data or 0,
            now=now(),
            key=form.idempotency_key.data or "",
        )
    except InvalidError as error:
        beside(form, error)
        return _preview(fair, days, form)
    flash(
        f"Đã đổi ngày. {done.told} thư báo chờ bấm gửi; "
        f"{done.asked_again} cơ sở cần xác nhận lại gian.",
        "success",
    )
    return redirect(url_for("organizer.fair_overview", slug=slug), code=303)


@bp.get("/ql/<slug>/cai-dat/hoan")
@audience(Audience.STAFF)
def put_off_page(slug: str) -> Any:
    """Ask why the fair is put off."""
    fair = fair_to_edit(slug)
    return _put_off(fair, PutOffForm(data={"version": fair.version}))


def _put_off(fair: Fair, form: PutOffForm) -> str:
    return render_template("organizer/fair_put_off.html", form=form, **fair_frame(fair))


@bp.post("/ql/<slug>/cai-dat/hoan")
@audience(Audience.STAFF)
def put_off(slug: str) -> Any:
    """Put the fair off without new days."""
    fair = fair_to_edit(slug)
    form = PutOffForm(request.form)
    if form.validate():
        decision = Decision(form.reason.data or "", form.decided_by.data or "")
        seen = form.version.data or 0
        try:
            done = fair_put_off.put_off(actor(), fair.id, decision, seen_version=seen, now=now())
            flash(f"Đã hoãn sự kiện. {done.told} thư báo chờ bấm gửi.", "success")
            return redirect(url_for("organizer.dates_page", slug=slug), code=303)
        except InvalidError as error:
            beside(form, error)
        except ConflictError:
            say_changed(form, fair_to_edit(slug).version)
    return _put_off(fair, form), 400


@bp.post("/ql/<slug>/cai-dat/doi-ngay/hoan-tac")
@audience(Audience.STAFF)
def undo_dates(slug: str) -> Any:
    """Put the days back as they were before the last change."""
    fair = fair_to_edit(slug)
    try:
        done = fair_put_off.undo_dates(
            actor(),
            fair.id,
            _figure("change"),
            seen_version=_figure("version"),
            now=now(),
        )
    except InvalidError as error:
        flash(error.sentence, "error")
    else:
        flash(
            f"Đã trở lại ngày cũ. Rút {done.taken_back} thư chưa gửi, soạn {done.told} thư báo "
            f"lại, {done.confirmed} xác nhận có hiệu lực trở lại.",
            "success",
        )
    return redirect(url_for("organizer.dates_page", slug=slug), code=303)


def _figure(name: str) -> int:
    return number_from(request.form.get(name))


def _target() -> FairStatus:
    asked = request.values.get("den", "")
    if asked not in list(FairStatus):
        raise StatusMoveError
    return FairStatus(asked)


@bp.get("/ql/<slug>/cai-dat/trang-thai")
@audience(Audience.STAFF)
def fair_status_page(slug: str) -> Any:
    """Ask before opening, ending or cancelling a fair."""
    fair, target = fair_to_edit(slug), _target()
    if target not in MOVES[fair.status]:
        raise StatusMoveError
    return render_template(
        "organizer/fair_status.html", target=target, error="", **fair_frame(fair)
    )


@bp.post("/ql/<slug>/cai-dat/trang-thai")
@audience(Audience.STAFF)
def change_status(slug: str) -> Any:
    """Open, end or cancel a fair."""
    fair, target = fair_to_edit(slug), _target()
    try:
        cancelled = set_fair_status(
            actor(),
            fair.id,
            target,
            reason=request.form.get("reason", "")[:600],
            decided_by=request.form.get("decided_by", "")[:200],
            seen_version=_figure("version"),
            now=now(),
        )
    except InvalidError as error:
        page = render_template(
            "organizer/fair_status.html", target=target, error=error.sentence, **fair_frame(fair)
        )
        return page, 400
    words = {
        FairStatus.OPEN: "Sự kiện đã mở.",
        FairStatus.ENDED: "Sự kiện đã kết thúc.",
        FairStatus.CANCELLED: f"Đã hủy sự kiện và {cancelled} hồ sơ. Thư báo chờ bấm gửi.",
    }
    flash(words[target], "success")
    return redirect(url_for("organizer.fair_overview", slug=slug), code=303)
