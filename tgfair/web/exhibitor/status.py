"""An application's own page: timeline, tasks, withdraw; and the way back to it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from tgfair.core.application.steps import Step, field_label
from tgfair.core.calendar_text import vn_datetime
from tgfair.core.errors import ForbiddenError
from tgfair.core.workflow import ACCEPTED, EDITABLE, FINAL, State
from tgfair.models.application import Fix
from tgfair.services import applications, submissions
from tgfair.services.queries import my_applications as reads
from tgfair.services.queries.booths import published_booths_of
from tgfair.services.queries.bulletins import answers_of
from tgfair.services.queries.draws import is_listed
from tgfair.services.queries.inbox import unread_count
from tgfair.services.queries.my_booth import answer_deadline
from tgfair.services.queries.picking import Turn, offers_to, turn
from tgfair.services.queries.slots import has_windows
from tgfair.services.waitlists import MAY_WAIT
from tgfair.web import guards
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience


class FindForm(BaseForm):
    """Where is my application?"""

    code = CleanStringField("Mã hồ sơ", [InputRequired("Chưa ghi mã hồ sơ")])


class WithdrawForm(BaseForm):
    """Ask before withdrawing."""

    reason = TextAreaField("Lý do")


@bp.get("/ho-so/")
@audience(Audience.PUBLIC)
def mine() -> Any:
    """List my applications and invitations; ask for the code when nobody is signed in."""
    who = guards.actor()
    if who.session_id is None:
        return render_template("exhibitor/find.html", form=FindForm())
    applications = reads.my_applications(who)
    return render_template(
        "exhibitor/mine.html",
        applications=applications,
        offers=offers_to([one.id for one in applications], now=guards.now()),
        invitations=reads.my_invitations(who),
        answers=answers_of(who, today=guards.today()),
        unread=unread_count(who),
    )


@bp.post("/ho-so/vao")
@audience(Audience.PUBLIC)
def find() -> Any:
    """Go to an application by its code; signing in comes first, and says nothing about it."""
    form = FindForm(request.form)
    if not form.validate():
        return render_template("exhibitor/find.html", form=form), 400
    code = str(form.code.data).upper()[:24]
    return redirect(url_for("exhibitor.status", code=code), code=303)


@bp.get("/ho-so/<code>/")
@audience(Audience.SESSION)
def status(code: str) -> Any:
    """Show where an application stands and what is to be done."""
    page = reads.application_page(guards.actor(), code, now=guards.now())
    booth_turn = turn(page.application, now=guards.now())
    over = submissions.is_kept(page.application.fair, now=guards.now())
    return render_template(
        "exhibitor/status.html",
        page=page,
        turn=booth_turn,
        may_wait=page.application.state in MAY_WAIT and not over,
        application=page.application,
        milestones=reads.timeline(page.application),
        booths=published_booths_of(page.application.id),
        may_choose_slot=page.application.state in ACCEPTED
        and not over
        and has_windows(page.application.fair_id),
        is_in_draw=is_listed(page.application.id),
        final=page.application.state in FINAL,
        over=over,
        tasks=[] if over else _booth_tasks(page, booth_turn) + _tasks(page),
        field_label=field_label,
        fix_url=_fix_url,
    )


def _booth_tasks(page: reads.ApplicationPage, booth_turn: Turn) -> list[dict[str, Any]]:
    """Return what runs out first: an offer, a booth held, the time of picking."""
    code, tasks = page.application.code, []
    if booth_turn.offer:
        label = f"Trả lời lời mời nhận gian {booth_turn.offer.booth}"
        until = f"Hạn {vn_datetime(booth_turn.offer.until)}"
        tasks.append(_task(label, "picking", code, done=False, hint=until))
    if booth_turn.hold:
        label = f"Nhận gian {booth_turn.hold.booth} đang giữ"
        until = f"Hạn {vn_datetime(booth_turn.hold.until)}"
        tasks.append(_task(label, "picking", code, done=False, hint=until))
    elif booth_turn.may_pick:
        ends = page.application.fair.picks_until
        until = f"Hạn {vn_datetime(ends)}" if ends else ""
        tasks.append(_task("Chọn gian", "picking", code, done=False, hint=until))
    return tasks


def _tasks(page: reads.ApplicationPage) -> list[dict[str, Any]]:
    """Return what is left to do after sending, done things too."""
    application = page.application
    code, state = application.code, application.state
    tasks = []
    if page.papers and state not in FINAL | EDITABLE:
        labels = ", ".join(paper.label for paper in page.missing)
        tasks.append(_task("Gửi ảnh và giấy tờ", "files", code, done=not labels, hint=labels))
    if state in {State.ALLOCATED, State.CONFIRMED}:
        ends = answer_deadline(application)
        until = f"Hạn {vn_datetime(ends)}" if ends else ""
        done = state is State.CONFIRMED
        tasks.append(_task("Nhận gian hàng", "booth", code, done=done, hint=until))
    if state in ACCEPTED:
        named = bool(application.people)
        tasks.append(_task("Ghi tên người trực gian hàng", "people", code, done=named))
    return tasks


def _task(label: str, endpoint: str, code: str, *, done: bool, hint: str = "") -> dict[str, Any]:
    url = url_for(f"exhibitor.{endpoint}", code=code)
    return {"label": label, "url": url, "done": done, "hint": "" if done else hint}


def _fix_url(code: str, fix: Fix) -> str:
    """Return where a fix is mended: its field on its step."""
    if fix.step == Step.FILES or fix.step not in set(Step):
        return url_for("exhibitor.files", code=code)
    number = Step(fix.step).number
    anchor = f"fix-{fix.field}"
    return url_for("exhibitor.step", code=code, number=number, ve="ho-so", _anchor=anchor)


@bp.get("/ho-so/<code>/rut")
@audience(Audience.SESSION)
def ask_withdraw(code: str) -> Any:
    """Ask before withdrawing."""
    return _withdraw_page(code)


def _withdraw_page(code: str, *, needs_code: bool = False) -> Any:
    now = guards.now()
    page = reads.application_page(guards.actor(), code, now=now)
    if page.application.state in FINAL:
        return redirect(url_for("exhibitor.status", code=code), code=303)
    return render_template(
        "exhibitor/withdraw.html",
        page=page,
        application=page.application,
        form=WithdrawForm(),
        needs_code=needs_code,
        kept=submissions.KEPT if submissions.is_kept(page.application.fair, now=now) else "",
    )


@bp.post("/ho-so/<code>/rut")
@audience(Audience.SESSION)
def withdraw(code: str) -> Any:
    """Withdraw."""
    form = WithdrawForm(request.form)
    try:
        submissions.withdraw_application(
            guards.actor(), code, reason=form.reason.data, now=guards.now()
        )
    except ForbiddenError:
        return _withdraw_page(code, needs_code=True), 403
    flash(f"Đã rút hồ sơ {code}.", "success")
    return redirect(url_for("exhibitor.status", code=code), code=303)


@bp.post("/ho-so/<code>/mo-lai")
@audience(Audience.SESSION)
def reopen(code: str) -> Any:
    """Copy a final application into a new draft."""
    new = applications.reopen_application(guards.actor(), code, now=guards.now())
    return redirect(url_for("exhibitor.step", code=new, number=1), code=303)
