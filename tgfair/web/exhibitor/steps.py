"""The first four steps of an application, and saving while typing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from markupsafe import Markup

from tgfair.core.application.model import Answer, Problem, Rules
from tgfair.core.application.steps import STEPS, Step, next_step
from tgfair.core.application.typed import typed_answers
from tgfair.core.calendar_text import vn_time
from tgfair.core.errors import TgfairError
from tgfair.core.layout.suitability import Needs, zone_reasons
from tgfair.core.workflow import EDITABLE
from tgfair.documents.zone_map import zone_map_svg
from tgfair.services import applications
from tgfair.services.applications import DraftChangedError, step_answers
from tgfair.services.queries.booths import newest_drawing
from tgfair.services.queries.my_applications import ApplicationPage, application_page
from tgfair.services.suiting import zone_facts
from tgfair.web import guards
from tgfair.web.errors import status_of
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.exhibitor.step_forms import form_of, others_shown
from tgfair.web.guards import Audience, audience

TYPED_STEPS = STEPS[:4]
# Where "save and continue" leads, when the step was opened from one of these pages.
RETURNS = {"kiem-tra": "exhibitor.check", "ho-so": "exhibitor.status"}
AGAINST = {
    "zone_kind": "không dành cho loại cơ sở này",
    "product_group": "không nhận nhóm sản phẩm này",
}
TEMPLATES = {step: f"exhibitor/step_{step}.html" for step in TYPED_STEPS}


def saved_label(page: ApplicationPage) -> str:
    """Return the line that says when the draft was saved."""
    return f"✓ Đã lưu nháp lúc {vn_time(page.application.saved_at)}"


@bp.get("/ho-so/<code>/buoc/<int:number>")
@audience(Audience.SESSION)
def step(code: str, number: int) -> Any:
    """Show a step with what was typed so far."""
    which = _step(number)
    page = application_page(guards.actor(), code, now=guards.now())
    if page.application.state not in EDITABLE:
        return redirect(url_for("exhibitor.status", code=code), code=303)
    problems = page.problems if request.args.get("ve") in RETURNS else ()
    return _show(page, which, step_answers(page.application, which), problems)


@bp.post("/ho-so/<code>/buoc/<int:number>")
@audience(Audience.SESSION)
def save_step(code: str, number: int) -> Any:
    """Save a step and go on, or say what is wrong in it."""
    which = _step(number)
    sent = request.form.to_dict(flat=False)
    try:
        saved = applications.save_step(
            guards.actor(), code, which, sent, seen=request.form.get("seen"), now=guards.now()
        )
    except DraftChangedError as error:
        return _show_conflict(code, which, error)
    match request.form.get("action"):
        case "later":
            return redirect(url_for("exhibitor.status", code=code), code=303)
        case "add":
            back = url_for("exhibitor.step", code=code, number=number, ve=request.args.get("ve"))
            return redirect(f"{back}#more", code=303)
    if saved.problems:
        page = application_page(guards.actor(), code, now=guards.now())
        return _show(page, which, step_answers(page.application, which), saved.problems), 400
    return redirect(_onward(code, which), code=303)


def _onward(code: str, which: Step) -> str:
    back = RETURNS.get(request.args.get("ve", ""))
    if back is not None:
        return url_for(back, code=code)
    after = next_step(which)
    if after is Step.FILES:
        return url_for("exhibitor.files", code=code)
    return url_for("exhibitor.step", code=code, number=after.number if after else 1)


def _step(number: int) -> Step:
    if not 1 <= number <= len(TYPED_STEPS):
        abort(404)
    return STEPS[number - 1]


def _show(
    page: ApplicationPage,
    which: Step,
    answers: dict[str, Answer],
    problems: tuple[Problem, ...],
    **more: Any,
) -> str:
    form = form_of(which, _rules_told(page), answers, problems)
    form.seen.data = more.pop("seen", page.seen(which))
    return render_template(
        TEMPLATES[which],
        page=page,
        application=page.application,
        step=which,
        form=form,
        answers=answers,
        problems=[problem for problem in problems if problem.step is which],
        fixes=page.fix_texts(which),
        others=others_shown(answers),
        saved=saved_label(page),
        zone_map=_zone_map(page) if which is Step.BOOTH else None,
        **more,
    )


def _rules_told(page: ApplicationPage) -> Rules:
    """Return the fair's rules with a word beside each zone where this subject cannot stand."""
    products = page.checked.products
    groups = {one.group for one in products.chosen} | {one.group for one in products.others}
    kind = page.application.exhibitor.kind
    needs = Needs(frozenset(filter(None, groups)), exhibitor_kind=kind)
    against = {
        zone.code: ", ".join(AGAINST[one.code] for one in zone_reasons(needs, zone_facts(zone)))
        for zone in page.application.fair.zones
    }
    told = (
        (code, f"{label} ({why})" if (why := against.get(code)) else label)
        for code, label in page.rules.zones
    )
    return replace(page.rules, zones=tuple(told))


def _zone_map(page: ApplicationPage) -> Markup | None:
    """Return where the zones lie; nothing when there is no plan yet, or only one zone."""
    plan = newest_drawing(page.application.fair_id) if len(page.rules.zones) > 1 else None
    return zone_map_svg(plan) if plan else None


def _show_conflict(code: str, which: Step, error: DraftChangedError) -> Any:
    page = application_page(guards.actor(), code, now=guards.now())
    typed = typed_answers(which, page.rules, request.form.to_dict(flat=False))
    differing = {
        field: value
        for field, value in error.saved.items()
        if value != typed.get(field) and isinstance(value, str)
    }
    flash(error.message(), "warn")
    return _show(page, which, typed, (), seen=error.seen, other_phone=differing), 409


@bp.post("/ho-so/<code>/luu/<step_name>")
@audience(Audience.SESSION)
def autosave(code: str, step_name: str) -> Any:
    """Save while typing; answers in JSON."""
    if step_name not in TYPED_STEPS:
        abort(404)
    try:
        saved = applications.save_step(
            guards.actor(),
            code,
            Step(step_name),
            request.form.to_dict(flat=False),
            seen=request.form.get("seen"),
            now=guards.now(),
        )
    except TgfairError as error:
        return jsonify(message=error.message()), status_of(error)
    label = f"Đã lưu nháp lúc {vn_time(saved.at)}"
    return jsonify(saved_at_label=label, fields={"seen": saved.seen})
