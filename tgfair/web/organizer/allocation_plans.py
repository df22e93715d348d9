"""The workbench of booths: seek plans, look at one, compare two, check and publish one."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired

from tgfair.core.allocation import engine
from tgfair.core.allocation.problem import MODE_NAMES, Mode
from tgfair.core.allocation.rulebook import said_as_goals, said_as_rules
from tgfair.core.allocation.solution import LEVEL_NAMES
from tgfair.core.errors import TgfairError
from tgfair.models.assignment import RunState
from tgfair.models.fair import Fair
from tgfair.services import allocation_publishing, allocation_runs
from tgfair.services.allocation_publishing import check_plan
from tgfair.services.allocation_runs import MOST_SEED
from tgfair.services.allocation_settings import Keep, Settings
from tgfair.services.booth_rules import booth_rules
from tgfair.services.queries import allocation_plans as queries
from tgfair.services.queries import allocation_reasons as reasons
from tgfair.services.queries.booths import newest_drawing
from tgfair.web.choices import pairs
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import label as labelled
from tgfair.web.number_fields import NumberRange
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame
from tgfair.web.organizer.plan_drawing import compared_drawing, heat_drawing, plan_drawing
from tgfair.web.organizer.plan_requests import assigned_fair, seen_version, to_plan, typed

STATES = {
    RunState.QUEUED: "Chờ đến lượt",
    RunState.RUNNING: "Đang tìm",
    RunState.DONE: "Đã có kết quả",
    RunState.FAILED: "Không có phương án",
}
KEEPS = {
    Keep.ALL: "Giữ mọi gian đã xếp",
    Keep.PUBLISHED: "Chỉ giữ gian đã công bố; gian xếp tay có thể đổi",
    Keep.TAKEN: "Xếp lại tất cả, trừ gian cơ sở tự chọn hoặc bốc thăm được",
}
# Rows of the table before somebody asks for all.
SHOWN = 40
SECONDS = {"10": "10 giây", "60": "1 phút", "180": "3 phút", "600": "10 phút"}


class RunForm(BaseForm):
    """What a plan is asked for."""

    mode = SelectField("Cách xếp", choices=pairs({str(m): MODE_NAMES[m] for m in Mode}))
    keep = SelectField(
        "Những gian đã xếp", choices=pairs({str(k): text for k, text in KEEPS.items()})
    )
    parent = SelectField("Làm tiếp từ", description="Giữ những chỗ đã khóa trong phương án đó")
    seconds = SelectField("Tìm lâu nhất", choices=pairs(SECONDS), default="60")
    seed = IntegerField(
        "Số ngẫu nhiên",
        [InputRequired("Hãy ghi một số."), NumberRange(0, MOST_SEED, "Hãy ghi số từ 0 trở lên.")],
        default=1,
        description="Cùng hồ sơ, thể lệ và số này thì ra cùng một phương án",
    )
    required = CleanStringField(
        "Hồ sơ phải có gian",
        description="Ghi mã hồ sơ, cách nhau bằng dấu phẩy",
    )


def _run_form(tabs: list[queries.PlanTab], typed: Any = None) -> RunForm:
    form = RunForm(typed)
    done = [tab.label for tab in tabs if tab.state is RunState.DONE]
    form.parent.choices = pairs({"": "Không, tìm từ đầu", **{one: one for one in done}})
    return form


def _list_page(fair: Fair, tabs: list[queries.PlanTab], form: RunForm) -> str:
    book = booth_rules(fair)
    return render_template(
        "organizer/booth_plans.html",
        tabs=tabs,
        form=form,
        states=STATES,
        modes=MODE_NAMES,
        missing="" if engine.is_installed() else engine.EngineMissingError().message(),
        rules=said_as_rules(book),
        goals=said_as_goals(book),
        refresh_seconds=3 if any(tab.seeking for tab in tabs) else 0,
        **fair_frame(fair),
    )


@bp.get("/ql/<slug>/xep/phuong-an")
@audience(Audience.STAFF)
def booth_plans(slug: str) -> str:
    """List the plans, show the rules in words, and offer to seek another."""
    fair = assigned_fair(slug)
    tabs = queries.plan_tabs(actor(), fair)
    return _list_page(fair, tabs, _run_form(tabs))


@bp.post("/ql/<slug>/xep/phuong-an")
@audience(Audience.STAFF)
def seek_plan(slug: str) -> Any:
    """Start the search for a plan."""
    fair = assigned_fair(slug)
    tabs = queries.plan_tabs(actor(), fair)
    form = _run_form(tabs, request.form)
    if not form.validate():
        return _list_page(fair, tabs, form), 400
    try:
        label = allocation_runs.start_run(
            actor(), fair.id, _settings(form), parent=form.parent.data or "", now=now()
        )
    except TgfairError as error:
        flash(error.message(), "error")
        return _list_page(fair, tabs, form), 400
    return to_plan(slug, label)


def _settings(form: RunForm) -> Settings:
    codes = (form.required.data or "").upper().replace(",", " ").split()
    return Settings(
        mode=Mode(form.mode.data),
        keep=Keep(form.keep.data),
        seconds=int(form.seconds.data),
        seed=form.seed.data or 0,
        required=tuple(dict.fromkeys(codes)),
    )


@bp.get("/ql/<slug>/xep/phuong-an/<plan>")
@audience(Audience.STAFF)
def booth_plan(slug: str, plan: str) -> Any:
    """Show a plan; `?hs=` picks an application, `?gian=` the place to try, `?nong=1` the heat."""
    fair = assigned_fair(slug)
    view = queries.plan_view(actor(), fair, plan)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(_progress(view))
    wanted = request.args.get("q", "")[:80]
    found = view.found(wanted)
    picked = found[0].code if wanted and len(found) == 1 else request.args.get("hs")
    seat = view.seat(picked)
    heat = reasons.heat_of(view) if request.args.get("nong") else None
    return render_template(
        "organizer/booth_plan.html",
        view=view,
        seat=seat,
        wanted=wanted,
        rows=_rows(found, whole="tat-ca" in request.args),
        found=len(found),
        target=request.args.get("gian", "")[:12],
        why=reasons.why_of(view, seat.code) if seat else None,
        heat=heat,
        drawing=_drawn(fair, view, seat, heat),
        tabs=queries.plan_tabs(actor(), fair),
        states=STATES,
        modes=MODE_NAMES,
        levels=LEVEL_NAMES,
        job=_progress(view),
        refresh_seconds=3 if view.tab.seeking else 0,
        **fair_frame(fair),
    )


def _drawn(
    fair: Fair, view: queries.PlanView, seat: queries.Seat | None, heat: reasons.Heat | None
) -> Any:
    drawing = newest_drawing(fair.id)
    if drawing is None or not view.seats:
        return None
    if heat is not None:
        return heat_drawing(drawing, heat.booths)
    against = reasons.objections(view, seat.code) if seat else {}
    return plan_drawing(drawing, fair, view, seat, against)


def _rows(found: tuple[queries.Seat, ...], *, whole: bool) -> list[queries.Seat]:
    placed = [seat for seat in found if seat.booths]
    return placed if whole else placed[:SHOWN]


def _progress(view: queries.PlanView) -> dict[str, Any]:
    job = view.job
    if job is None:
        return {"state": "done", "state_label": "", "done": 0, "total": 0, "text": ""}
    return {
        "state": str(job.state),
        "state_label": labelled(job.state),
        "done": job.done,
        "total": job.total,
        "text": job.text or "Chờ đến lượt tìm.",
    }


@bp.post("/ql/<slug>/xep/phuong-an/<plan>/dung")
@audience(Audience.STAFF)
def stop_plan(slug: str, plan: str) -> Any:
    """End the search and keep what it has."""
    fair = assigned_fair(slug)
    try:
        allocation_runs.stop_run(actor(), fair.id, plan, now=now())
        flash("Đang dừng; kết quả tốt nhất đến lúc này được giữ lại.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return to_plan(slug, plan)


@bp.get("/ql/<slug>/xep/phuong-an/<plan>/so-sanh")
@audience(Audience.STAFF)
def compare_plans(slug: str, plan: str) -> Any:
    """Show whom another plan (`?voi=`) places elsewhere, and who gains or loses."""
    fair = assigned_fair(slug)
    tabs = [t for t in queries.plan_tabs(actor(), fair) if t.state is RunState.DONE]
    others = [tab.label for tab in tabs if tab.label != plan]
    other = request.args.get("voi") or (others[-1] if others else "")
    first = queries.plan_view(actor(), fair, plan)
    second = queries.plan_view(actor(), fair, other) if other else None
    lines = reasons.differences(first, second) if second else []
    drawing = newest_drawing(fair.id)
    return render_template(
        "organizer/booth_plans_compared.html",
        first=first,
        second=second,
        choices=[(one, one) for one in others],
        lines=lines,
        levels=LEVEL_NAMES,
        drawing=compared_drawing(drawing, lines) if drawing is not None and lines else None,
        **fair_frame(fair),
    )


@bp.get("/ql/<slug>/xep/phuong-an/<plan>/cong-bo")
@audience(Audience.STAFF)
def check_booth_plan(slug: str, plan: str) -> Any:
    """Show what publishing the plan would change and what stands in the way."""
    fair = assigned_fair(slug)
    return _check_page(fair, plan)


def _check_page(fair: Fair, label: str, note: str = "") -> str:
    view = queries.plan_view(actor(), fair, label)
    check, cast = check_plan(actor(), view.run, view.cast), view.cast
    return render_template(
        "organizer/booth_plan_publish.html",
        view=view,
        check=check,
        lines=[
            {
                "code": code,
                "name": cast.applications[code].exhibitor.name,
                "before": [cast.booths[key].label for key in before],
                "after": [cast.booths[key].label for key in after],
            }
            for code, (before, after) in check.moves.items()
        ],
        note=note,
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/xep/phuong-an/<plan>/cong-bo")
@audience(Audience.STAFF)
def publish_booth_plan(slug: str, plan: str) -> Any:
    """Let everybody stand where the plan says; the mails wait for somebody to press send."""
    fair = assigned_fair(slug)
    note = typed("note", 400)
    try:
        number = allocation_publishing.publish_plan(
            actor(),
            fair.id,
            plan,
            typed=typed("typed", 24),
            note=note,
            seen_version=seen_version(),
            now=now(),
        )
    except TgfairError as error:
        flash(error.message(), "error")
        return _check_page(fair, plan, note), 400
    flash(f"Đã công bố {plan} thành bản số {number}. Các thư đang chờ bấm gửi.", "success")
    return redirect(url_for("organizer.messages_page", slug=slug), code=303)
