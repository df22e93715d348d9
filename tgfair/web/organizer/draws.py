"""Run a public draw step by step: prepare, freeze, answer objections, type the number, minutes."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, url_for

from tgfair.clock import VIETNAM
from tgfair.core.draw.sources import SourceKind, number_hint
from tgfair.core.errors import InvalidError, TgfairError
from tgfair.documents.draw_minutes import Minutes, MinutesLine, draw_minutes
from tgfair.models.draw import Draw, DrawMode, DrawState
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services import draw_numbers, draw_objections
from tgfair.services import draws as services
from tgfair.services.queries import draws as queries
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.draw_forms import MODE_LABELS, DrawForm
from tgfair.web.organizer.frame import fair_frame

STATES = {
    DrawState.FROZEN: "Chờ con số công khai",
    DrawState.DRAWN: "Đã bốc thăm",
    DrawState.REPLACED: "Đã thay bằng danh sách mới",
    DrawState.CALLED_OFF: "Đã hủy",
}


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.RUN_DRAW, fair)
    return fair


def _at(form: DrawForm) -> datetime:
    day, hour = form.source_day.data, form.source_hour.data
    if day is None:
        raise InvalidError("Hãy ghi ngày.", field="source_day")
    return datetime.combine(day, hour or time(), VIETNAM)


def _page(slug: str, number: int) -> Any:
    return redirect(url_for("organizer.draw", slug=slug, number=number), code=303)


@bp.get("/ql/<slug>/boc-tham")
@audience(Audience.STAFF)
def draws(slug: str) -> str:
    """List the fair's draws."""
    fair = _fair(slug)
    return render_template(
        "organizer/draws.html",
        draws=queries.draws_of(fair.id),
        states=STATES,
        modes=MODE_LABELS,
        **fair_frame(fair),
    )


@bp.get("/ql/<slug>/boc-tham/moi")
@audience(Audience.STAFF)
def new_draw(slug: str) -> str:
    """Show what a draw would look like; the query string carries what is being tried."""
    fair = _fair(slug)
    form = _form(fair, request.args if "mode" in request.args else None)
    return _new_draw(fair, form)


def _form(fair: Fair, typed: Any) -> DrawForm:
    form = DrawForm(typed)
    zones = queries.possible_zones(actor(), fair)
    form.zones.choices = [
        (code, f"Khu {code} – {label} ({count} gian trống)") for code, label, count in zones
    ]
    if typed is None:
        form.zones.data = [code for code, _, _ in zones]
    return form


def _new_draw(fair: Fair, form: DrawForm) -> str:
    mode = DrawMode(form.mode.data) if form.mode.data in set(DrawMode) else DrawMode.BOOTHS
    return render_template(
        "organizer/draw_new.html",
        form=form,
        found=queries.feasible(actor(), fair, mode, form.zones.data or []),
        by_order=mode is DrawMode.ORDER,
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/boc-tham/moi")
@audience(Audience.STAFF)
def freeze_draw(slug: str) -> Any:
    """Freeze the list, publish it, tell everybody on it; or show anew what it would look like."""
    fair = _fair(slug)
    form = _form(fair, request.form)
    if "try" in request.form:
        typed = {name: request.form.getlist(name) for name in form.data if name != "csrf_token"}
        query = urlencode(typed, doseq=True)
        return redirect(f"{url_for('organizer.new_draw', slug=slug)}?{query}", code=303)
    if not form.validate():
        return _new_draw(fair, form), 400
    try:
        number = services.freeze_list(actor(), fair.id, _plan(form), now=now())
    except InvalidError as error:
        field = form[error.field] if error.field and error.field in form else form.zones
        field.errors = [error.message()]
        return _new_draw(fair, form), 400
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(url_for("organizer.draws", slug=slug), code=303)
    flash("Đã chốt và công bố danh sách. Thư báo đang được gửi.", "success")
    return _page(slug, number)


def _plan(form: DrawForm) -> services.DrawPlan:
    return services.DrawPlan(
        mode=DrawMode(form.mode.data),
        zones=tuple(form.zones.data or ()),
        source_kind=SourceKind(form.source_kind.data),
        source_name=form.source_name.data or "",
        source_at=_at(form),
        objection_hours=form.objection_hours.data or 0,
        leaves_aside=bool(form.leaves_aside.data),
    )


@bp.get("/ql/<slug>/boc-tham/<int:number>")
@audience(Audience.STAFF)
def draw(slug: str, number: int) -> str:
    """Show where a draw stands and what is next."""
    fair = _fair(slug)
    found = queries.draw_of(fair.id, number)
    return render_template(
        "organizer/draw.html",
        draw=found,
        states=STATES,
        modes=MODE_LABELS,
        zones=queries.zones_of(found),
        steps=queries.steps_of(actor(), fair, found),
        mine=found.first_typed_by_id == actor().user_id,
        is_due=now() >= found.source_at,
        hint=number_hint(found.source_kind),
        changes=queries.changes_of(actor(), fair, found),
        **fair_frame(fair),
    )


def _typed(name: str, most: int = 400) -> str:
    return request.form.get(name, "").strip()[:most]


@bp.post("/ql/<slug>/boc-tham/<int:number>/con-so")
@audience(Audience.STAFF)
def type_draw_number(slug: str, number: int) -> Any:
    """Take the public number from one person, or draw with it from the second one."""
    fair = _fair(slug)
    try:
        drawn = draw_numbers.type_number(actor(), fair.id, number, _typed("public"), now=now())
        said = "Đã bốc thăm. Kết quả đã công bố." if drawn else "Đã ghi lần thứ nhất."
        flash(said, "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _page(slug, number)


@bp.post("/ql/<slug>/boc-tham/<int:number>/ghi-lai")
@audience(Audience.STAFF)
def clear_draw_number(slug: str, number: int) -> Any:
    """Forget what the first person typed."""
    fair = _fair(slug)
    try:
        draw_numbers.clear_number(actor(), fair.id, number, now=now())
        flash("Đã xóa lần ghi thứ nhất. Hai người ghi lại từ đầu.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _page(slug, number)


@bp.post("/ql/<slug>/boc-tham/<int:number>/ky-sau")
@audience(Audience.STAFF)
def postpone_draw(slug: str, number: int) -> Any:
    """Wait for the next number of the same source."""
    fair = _fair(slug)
    try:
        draw_numbers.postpone_number(
            actor(), fair.id, number, source_at=_next_at(), reason=_typed("reason"), now=now()
        )
        flash("Đã chuyển sang kỳ kế tiếp; lý do đã công khai.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _page(slug, number)


def _next_at() -> datetime:
    form = DrawForm(request.form)
    form.source_day.validate(form)
    if form.source_day.data is None or form.source_hour.data is None:
        raise InvalidError("Hãy ghi ngày như 18/06/2026 và giờ như 16:30.")
    return _at(form)


@bp.post("/ql/<slug>/boc-tham/<int:number>/sua")
@audience(Audience.STAFF)
def correct_draw(slug: str, number: int) -> Any:
    """Replace the list by one of today, with a public reason."""
    fair = _fair(slug)
    try:
        number = services.correct_list(
            actor(),
            fair.id,
            number,
            leaves_aside=bool(request.form.get("leaves_aside")),
            reason=_typed("reason"),
            now=now(),
        )
        flash("Đã công bố danh sách mới với mã mới.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _page(slug, number)


@bp.post("/ql/<slug>/boc-tham/<int:number>/huy")
@audience(Audience.STAFF)
def call_off_draw(slug: str, number: int) -> Any:
    """Give the list up before its number exists."""
    fair = _fair(slug)
    try:
        services.call_off(actor(), fair.id, number, reason=_typed("reason"), now=now())
        flash("Đã hủy danh sách; lý do đã công khai và đã báo cho các cơ sở.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _page(slug, number)


@bp.post("/ql/<slug>/boc-tham/<int:number>/y-kien")
@audience(Audience.STAFF)
def add_draw_objection(slug: str, number: int) -> Any:
    """Write down what somebody says by telephone against the list."""
    _fair(slug)
    try:
        draw_objections.object_to_list(
            actor(), _typed("hs", 24).upper(), _typed("words", 600), now=now()
        )
        flash("Đã ghi ý kiến.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _page(slug, number)


@bp.post("/ql/<slug>/boc-tham/<int:number>/tra-loi")
@audience(Audience.STAFF)
def answer_draw_objection(slug: str, number: int) -> Any:
    """Answer an objection in public."""
    fair = _fair(slug)
    typed = _typed("objection", 9)
    try:
        draw_objections.answer_objection(
            actor(),
            fair.id,
            number,
            int(typed) if typed.isascii() and typed.isdigit() else 0,
            _typed("answer", 600),
            now=now(),
        )
        flash("Đã trả lời; ý kiến và câu trả lời hiện trên trang công khai.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _page(slug, number)


@bp.get("/ql/<slug>/boc-tham/<int:number>/bien-ban.pdf")
@audience(Audience.STAFF)
def draw_minutes_pdf(slug: str, number: int) -> Response:
    """Give the minutes of a draw for print and signature."""
    fair = _fair(slug)
    found = queries.draw_of(fair.id, number)
    return Response(
        draw_minutes(_minutes(fair, found)),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="bien-ban-boc-tham-{number}.pdf"'},
    )


def _minutes(fair: Fair, found: Draw) -> Minutes:
    steps = queries.steps_of(actor(), fair, found)
    return Minutes(
        fair=fair.name,
        venue=fair.venue,
        number=found.number,
        mode=MODE_LABELS[found.mode],
        closed_at=found.closed_at,
        source=str(found.closed["source"]),
        rules=tuple(str(found.closed["rules"]).splitlines()),
        list_hash=found.list_hash,
        public=found.public or "",
        seed=found.seed or "",
        drawn_at=found.drawn_at,
        typed_by=tuple(name for name in (steps.first_by, steps.second_by) if name),
        notes=tuple(note.text for note in found.notes),
        lines=tuple(
            MinutesLine(zone.code, line.lot, line.code, line.name, _got(found, line), line.left)
            for zone in queries.zones_of(found)
            for line in zone.lines
        ),
    )


def _got(found: Draw, line: queries.LotLine) -> str:
    if line.lot is None or line.booth:
        return line.booth
    return f"chọn thứ {line.lot}" if found.mode is DrawMode.ORDER else "chờ"
