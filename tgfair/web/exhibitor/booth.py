"""My booth: see it, accept it, name who stands there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from tgfair.core.application.check import check_people
from tgfair.core.application.model import Rules
from tgfair.core.application.steps import Step
from tgfair.core.application.typed import typed_answers
from tgfair.core.errors import TgfairError
from tgfair.core.workflow import FINAL
from tgfair.documents.calendar import calendar_file
from tgfair.documents.plan_svg import BoothView as Drawn
from tgfair.documents.plan_svg import plan_svg
from tgfair.services import attendance
from tgfair.services.application_inputs import rules_of
from tgfair.services.badges import Issued
from tgfair.services.calendar_entries import fair_entry
from tgfair.services.queries import my_booth as reads
from tgfair.services.waitlists import MAY_WAIT
from tgfair.web import guards
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.exhibitor.step_forms import form_of
from tgfair.web.guards import Audience, audience


@bp.get("/ho-so/<code>/gian")
@audience(Audience.SESSION)
def booth(code: str) -> str:
    """Show the published booth on the plan, and the button to accept it."""
    page = reads.booth_page(guards.actor(), code, now=guards.now())
    return render_template(
        "exhibitor/booth.html",
        page=page,
        application=page.application,
        fair=page.application.fair,
        drawing=_drawing(page),
        final=page.application.state in FINAL,
        may_wait=page.application.state in MAY_WAIT,
    )


def _drawing(page: reads.BoothPage) -> Any:
    if page.drawing is None or not page.booths:
        return None
    own = {one.label for one in page.booths}
    views = {
        one.label: Drawn(
            state="taken" if one.holders else "free",
            holder=one.names,
            group=one.group,
            marks=("mine",) if one.label in own else (),
        )
        for one in page.all_booths
    }
    return plan_svg(page.drawing, views)


@bp.post("/ho-so/<code>/gian")
@audience(Audience.SESSION)
def accept_booth(code: str) -> Any:
    """Accept the booth."""
    try:
        issued = attendance.accept_booth(guards.actor(), code, now=guards.now())
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(url_for("exhibitor.booth", code=code), code=303)
    flash(_thanks(issued), "success")
    target = "exhibitor.people" if issued.unnamed else "exhibitor.booth"
    return redirect(url_for(target, code=code), code=303)


def _thanks(issued: Issued) -> str:
    if issued.unnamed:
        return "Đã nhận gian. Còn một việc: ghi tên người trực để làm thẻ ra vào."
    return "Đã nhận gian. Thẻ ra vào đã sẵn sàng."


@bp.get("/ho-so/<code>/gian.ics")
@audience(Audience.SESSION)
def booth_calendar(code: str) -> Response:
    """Give the fair as a calendar file."""
    page = reads.booth_page(guards.actor(), code, now=guards.now())
    fair = page.application.fair
    entry = fair_entry(fair, [one.label for one in page.booths])
    return _download(
        calendar_file(entry, now=guards.now()), "text/calendar; charset=utf-8", f"{fair.slug}.ics"
    )


@bp.get("/ho-so/<code>/nguoi-truc")
@audience(Audience.SESSION)
def people(code: str) -> str:
    """Ask who will stand at the booth."""
    page = reads.people_page(guards.actor(), code, now=guards.now())
    named = page.application.people
    typed = {f"name{n}": person.name for n, person in enumerate(named, 1)}
    typed |= {f"phone{n}": person.phone or "" for n, person in enumerate(named, 1)}
    return _people_page(page, typed)


def _rules(page: reads.PeoplePage) -> Rules:
    """Return the fair's rules with room for the people of every booth held."""
    return replace(rules_of(page.application.fair), max_staff=page.most)


def _people_page(page: reads.PeoplePage, typed: Any, *, problems: Any = ()) -> str:
    return render_template(
        "exhibitor/people.html",
        application=page.application,
        fair=page.application.fair,
        form=form_of(Step.PEOPLE, _rules(page), typed, problems),
        count=page.most,
        may_name=page.may_name,
    )


@bp.post("/ho-so/<code>/nguoi-truc")
@audience(Audience.SESSION)
def name_people(code: str) -> Any:
    """Replace who stands at the booth; their badges follow."""
    page = reads.people_page(guards.actor(), code, now=guards.now())
    rules = _rules(page)
    typed = typed_answers(Step.PEOPLE, rules, request.form.to_dict(flat=False))
    typed.pop("later", None)
    named, problems = check_people(typed, rules)
    if problems:
        return _people_page(page, typed, problems=problems), 400
    try:
        issued = attendance.name_people(guards.actor(), code, named, now=guards.now())
    except TgfairError as error:
        flash(error.message(), "error")
        return redirect(url_for("exhibitor.people", code=code), code=303)
    flash(_named(issued), "success")
    return redirect(url_for("exhibitor.booth", code=code), code=303)


def _named(issued: Issued) -> str:
    if issued.renamed or issued.dropped:
        return "Đã lưu. Thẻ ra vào đã sẵn sàng; thẻ mang tên cũ không dùng được nữa."
    if issued.added:
        return "Đã lưu. Thẻ ra vào đã sẵn sàng."
    return "Đã lưu người trực gian hàng."


def _download(body: bytes, kind: str, name: str) -> Response:
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
