"""The list of fairs, a new fair, and one fair at a glance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request

from tgfair.core.anchors import OnMoon
from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.feasts import next_feasts
from tgfair.core.lunar import LunarDate
from tgfair.core.timetable import check_timetable
from tgfair.models.fair import FairStatus
from tgfair.policy import Action, require
from tgfair.services.fair_status import MOVES
from tgfair.services.fair_templates import DEFAULT_TEMPLATE, TEMPLATES
from tgfair.services.fair_timetable import local_day, timetable_of
from tgfair.services.fairs import COPY_PLAN, FairProblemsError, create_fair
from tgfair.services.queries import new_fair, today
from tgfair.services.queries.booths import STATE_LABELS
from tgfair.services.queries.fair_overview import overview
from tgfair.services.queries.fairs import fair_for_staff, fairs_for_staff
from tgfair.web.choices import pairs
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import label
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.fair_forms import (
    PLANS,
    STEPS,
    FairForm,
    StartForm,
    fair_form,
    put_problems,
    read_fair,
)
from tgfair.web.organizer.frame import fair_frame
from tgfair.web.organizer.work import work_items


@bp.get("/ql/su-kien")
@audience(Audience.STAFF)
def fair_list() -> Any:
    """List all fairs."""
    return render_template("organizer/fairs.html", fairs=fairs_for_staff(actor()))


@bp.get("/ql/su-kien/moi")
@audience(Audience.STAFF)
def new_fair_page() -> Any:
    """Ask where to start and for the first day; then show the filled-in form."""
    require(actor(), Action.MANAGE_FAIRS)
    start = _start_form()
    step = request.args.get("buoc")
    if step is None or not start.validate():
        return _start_page(start)
    try:
        if step in {"le", "am", "nam"}:
            _fill_day(start, step)
            return _start_page(start)
        return _form_page(_proposed(start))
    except InvalidError as error:
        _put_error(start, error)
        return _start_page(start), 400


def _start_form() -> StartForm:
    form = StartForm(request.args, data={"mau": DEFAULT_TEMPLATE, "truoc": 0})
    options = {key: template.label for key, template in TEMPLATES.items()}
    options |= {
        f"{new_fair.COPY}{fair.slug}": f"Chép từ: {fair.name}, {vn_date(fair.first_day)}"
        for fair in fairs_for_staff(actor())
    }
    form.mau.choices = pairs(options)
    feasts = {feast.key: feast.label for feast in next_feasts(local_day(now()))}
    form.le.choices = pairs({"": "Chọn ngày lễ", **feasts})
    if not form.mau.data:
        form.mau.data = DEFAULT_TEMPLATE
    return form


def _fill_day(form: StartForm, step: str) -> None:
    if step == "le":
        day = new_fair.feast_day(form.le.data or "", form.truoc.data or 0, today=local_day(now()))
    elif step == "nam":
        day = new_fair.copied_opening(actor(), form.mau.data or "", form.nam.data or 0)
    else:
        day = new_fair.lunar_day(
            LunarDate(
                form.al_nam.data or local_day(now()).year,
                form.al_thang.data or 0,
                form.al_ngay.data or 0,
                leap=bool(form.al_nhuan.data),
            )
        )
    form.khai_mac.data, form.khai_mac.raw_data = day, None


def _put_error(form: StartForm, error: InvalidError) -> None:
    names = {"opening": "khai_mac", "closing": "so_ngay"}
    name = names.get(error.field or "", error.field or "")
    if name in form:
        form[name].errors = [*form[name].errors, error.sentence]
    else:
        form.form_errors.append(error.sentence)


def _start_page(form: StartForm) -> str:
    notes = {key: template.hint for key, template in TEMPLATES.items()}
    return render_template("organizer/fair_start.html", form=form, notes=notes)


def _proposed(start: StartForm) -> FairForm:
    source, opening = start.mau.data, start.khai_mac.data
    if opening is None:
        raise InvalidError("Hãy ghi ngày khai mạc.", field="khai_mac")
    proposal = new_fair.propose_fair(
        actor(), source, opening, start.so_ngay.data, today=local_day(now())
    )
    form = fair_form(proposal.data)
    form.mau.data, form.plan.data = source, proposal.start.plan
    anchor = _opening_anchor(start)
    form.neo.data = new_fair.moon_text(anchor) if anchor else ""
    return form


def _opening_anchor(start: StartForm) -> OnMoon | None:
    """Return the lunar day that the first day was taken from; the service drops an untrue one."""
    if start.le.data:
        return new_fair.feast_anchor(start.le.data, start.truoc.data or 0)
    if start.al_ngay.data and start.al_thang.data:
        return OnMoon(start.al_thang.data, start.al_ngay.data, bool(start.al_nhuan.data))
    return new_fair.opening_of(actor(), start.mau.data or "")


def _form_page(form: FairForm) -> str:
    source = form.mau.data or ""
    copying = {COPY_PLAN: "Sơ đồ của sự kiện cũ"} if source.startswith(new_fair.COPY) else {}
    form.plan.choices = pairs({**copying, **PLANS})
    hangs = new_fair.hung_steps(actor(), source, form.neo.data or "")
    return render_template("organizer/fair_new.html", form=form, steps=STEPS, hangs=hangs)


@bp.post("/ql/su-kien/moi")
@audience(Audience.STAFF)
def create() -> Any:
    """Create a fair from its form."""
    require(actor(), Action.MANAGE_FAIRS)
    form = FairForm(request.form)
    form.plan.choices = pairs({COPY_PLAN: "", **PLANS})
    if not form.validate():
        return _form_page(form), 400
    try:
        start = new_fair.read_start(
            actor(), form.mau.data or "", form.plan.data or "", form.neo.data or ""
        )
        slug = create_fair(
            actor(), read_fair(form), start, key=form.idempotency_key.data or "", now=now()
        )
    except FairProblemsError as error:
        put_problems(form, error)
        return _form_page(form), 400
    except ConflictError as error:
        form.form_errors.append(error.message())
        return _form_page(form), 409
    flash("Đã lập sự kiện ở trạng thái nháp. Kiểm tra lịch và sơ đồ rồi mở.", "success")
    return redirect(f"/ql/{slug}/", code=303)


@bp.get("/ql/<slug>/")
@audience(Audience.STAFF)
def fair_overview(slug: str) -> Any:
    """Show one fair at a glance."""
    fair = fair_for_staff(actor(), slug)
    found = overview(fair)
    return render_template(
        "organizer/fair_overview.html",
        overview=found,
        funnel=[{"label": text, "value": count} for text, count in found.funnel],
        rsvp=[{"label": label(answer), "value": count} for answer, count in found.rsvp],
        booths=[{"label": STATE_LABELS[state], "value": count} for state, count in found.booths],
        states=[(state, n, f"/ql/{slug}/ho-so?tt={state}") for state, n in found.states],
        work=work_items(today.work_of(actor(), [fair], now=now())),
        deadlines=today.deadlines([fair], now=now(), within=timedelta(days=400))[:6],
        problems=check_timetable(timetable_of(fair)),
        moves=MOVES[fair.status],
        draft=fair.status is FairStatus.DRAFT,
        **fair_frame(fair),
    )
