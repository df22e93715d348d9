"""The timetable of a fair: every day in one line, automatic notices, steps that hang on others."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.models.fair import Fair
from tgfair.services import notices
from tgfair.services.queries.timetable import timetable_lines
from tgfair.web.forms import beside
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame, fair_to_edit
from tgfair.web.organizer.timetable_forms import HangForm, NoticeForm


def _back(slug: str, sentence: str, category: str = "success") -> Any:
    flash(sentence, category)
    return redirect(url_for("organizer.timetable_page", slug=slug), code=303)


@bp.get("/ql/<slug>/lich")
@audience(Audience.STAFF)
def timetable_page(slug: str) -> str:
    """Show every day of the fair in one line, with what was told and what will be."""
    fair = fair_to_edit(slug)
    lines = timetable_lines(fair, now=now())
    return render_template("organizer/timetable.html", lines=lines, **fair_frame(fair))


@bp.get("/ql/<slug>/lich/them")
@audience(Audience.STAFF)
def new_notice(slug: str) -> str:
    """Ask for a mark."""
    return _notice_page(fair_to_edit(slug), NoticeForm())


def _notice_page(fair: Fair, form: NoticeForm) -> str:
    return render_template("organizer/notice_new.html", form=form, **fair_frame(fair))


@bp.post("/ql/<slug>/lich/them")
@audience(Audience.STAFF)
def add_notice(slug: str) -> Any:
    """Put a mark on the timetable."""
    fair = fair_to_edit(slug)
    form = NoticeForm(request.form)
    if form.validate():
        try:
            key = str(form.idempotency_key.data or "")
            notices.add_notice(actor(), fair.id, form.notice(), key=key, now=now())
            return _back(slug, "Đã thêm mốc vào lịch.")
        except InvalidError as error:
            beside(form, error)
    return _notice_page(fair, form), 400


@bp.post("/ql/<slug>/lich/thuong-dung")
@audience(Audience.STAFF)
def add_usual_notices(slug: str) -> Any:
    """Add the usual reminders."""
    fair = fair_to_edit(slug)
    try:
        count = notices.add_usual(actor(), fair.id, now=now())
    except InvalidError as error:
        return _back(slug, error.sentence, "error")
    return _back(slug, f"Đã thêm {count} lời nhắc. Lời nhắc nào không cần, bấm Tắt.")


@bp.post("/ql/<slug>/lich/moc")
@audience(Audience.STAFF)
def change_notice(slug: str) -> Any:
    """Switch a mark on or off, or take it away."""
    fair = fair_to_edit(slug)
    notice_id, act = request.form.get("moc", "")[:40], request.form.get("act")
    if act == "remove":
        label = notices.remove_notice(actor(), fair.id, notice_id, now=now())
        return _back(slug, f"Đã bỏ mốc “{label}”.")
    label = notices.switch_notice(actor(), fair.id, notice_id, enabled=act == "on", now=now())
    return _back(slug, f"Đã {'bật' if act == 'on' else 'tắt'} “{label}”.")


@bp.get("/ql/<slug>/lich/neo")
@audience(Audience.STAFF)
def hang_page(slug: str) -> str:
    """Ask what a step hangs on."""
    fair = fair_to_edit(slug)
    return _hang(fair, HangForm(data={"version": fair.version}))


def _hang(fair: Fair, form: HangForm) -> str:
    return render_template("organizer/timetable_hang.html", form=form, **fair_frame(fair))


@bp.post("/ql/<slug>/lich/neo")
@audience(Audience.STAFF)
def hang_step(slug: str) -> Any:
    """Hang a step on another day, or let go of it."""
    fair = fair_to_edit(slug)
    form = HangForm(request.form)
    if form.validate():
        try:
            notices.hang_step(
                actor(),
                fair.id,
                str(form.target.data),
                None if "release" in request.form else form.anchor(),
                seen_version=form.version.data or 0,
                now=now(),
            )
            return _back(slug, "Đã lưu cách tính ngày của mốc.")
        except InvalidError as error:
            beside(form, error)
        except ConflictError as error:
            form.form_errors.append(error.message())
            form.version.data, form.version.raw_data = fair_to_edit(slug).version, None
    return _hang(fair, form), 400
