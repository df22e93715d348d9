"""My booth: see it, accept it, name who stands there, take the badges home."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request, url_for

from tgfair.core.application.check import check_people
from tgfair.core.application.steps import Step
from tgfair.core.application.typed import typed_answers
from tgfair.core.errors import TgfairError
from tgfair.documents.calendar import calendar_file
from tgfair.documents.plan_svg import BoothView as Drawn
from tgfair.documents.plan_svg import plan_svg
from tgfair.models.application import Application
from tgfair.services import attendance, badge_printing
from tgfair.services.application_inputs import rules_of
from tgfair.services.badges import Issued
from tgfair.services.calendar_entries import fair_entry
from tgfair.services.queries import my_booth as reads
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
    return _people_page(page.application, typed, may_name=page.may_name)


def _people_page(
    application: Application, typed: Any, *, may_name: bool, problems: Any = ()
) -> str:
    rules = rules_of(application.fair)
    return render_template(
        "exhibitor/people.html",
        application=application,
        fair=application.fair,
        form=form_of(Step.PEOPLE, rules, typed, problems),
        count=rules.max_staff,
        may_name=may_name,
    )


@bp.post("/ho-so/<code>/nguoi-truc")
@audience(Audience.SESSION)
def name_people(code: str) -> Any:
    """Replace who stands at the booth; their badges follow."""
    page = reads.people_page(guards.actor(), code, now=guards.now())
    rules = rules_of(page.application.fair)
    typed = typed_answers(Step.PEOPLE, rules, request.form.to_dict(flat=False))
    typed.pop("later", None)
    named, problems = check_people(typed, rules)
    if problems:
        shown = _people_page(page.application, typed, may_name=page.may_name, problems=problems)
        return shown, 400
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


@bp.get("/ho-so/<code>/the")
@audience(Audience.SESSION)
def badges(code: str) -> Any:
    """Show the badges with their codes, to print or to keep on the phone."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    page = reads.badges_page(guards.actor(), code, now=guards.now())
    return render_template(
        "exhibitor/badges.html", page=page, application=page.application, fair=page.application.fair
    )


def _step_up(code: str) -> Any:
    """Send a visitor by personal link to prove the contact first; None when there is no need."""
    if reads.may_see_badges(guards.actor(), code):
        return None
    if guards.actor().invited_exhibitor_id is None or guards.actor().verified:
        return None  # the service says 403 or 404
    return redirect(f"/ho-so/xac-nhan?next={quote(request.path)}", code=303)


@bp.get("/ho-so/<code>/the.pdf")
@audience(Audience.SESSION)
def badges_pdf(code: str) -> Any:
    """Give all badges of the application on A4."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    page = reads.badges_page(guards.actor(), code, now=guards.now())
    pdf = badge_printing.badges_pdf(guards.actor(), [one.public_id for one in page.badges])
    return _download(pdf, "application/pdf", f"the-{code}.pdf")


@bp.get("/ho-so/<code>/the/<public_id>.png")
@audience(Audience.SESSION)
def badge_png(code: str, public_id: str) -> Any:
    """Give one badge's QR code as a picture."""
    if (elsewhere := _step_up(code)) is not None:
        return elsewhere
    picture = badge_printing.badge_picture(guards.actor(), public_id)
    response = Response(picture, mimetype="image/png")
    response.headers["Content-Disposition"] = f'inline; filename="the-{code}.png"'
    return response


def _download(body: bytes, kind: str, name: str) -> Response:
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
