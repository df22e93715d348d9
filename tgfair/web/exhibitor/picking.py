"""Pick a free booth, answer an offer, wait in line: a table and buttons, no script needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import BooleanField
from wtforms.validators import InputRequired, Length

from tgfair.core.errors import ConflictError, GoneError, InvalidError
from tgfair.documents.plan_svg import BoothView, plan_svg
from tgfair.services import holds, waitlists
from tgfair.services.queries.picking import PickPage, Spot, pick_page
from tgfair.web import guards
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience


class PickForm(BaseForm):
    """A booth to keep for some minutes."""

    gian = CleanStringField(
        "Gian",
        [
            InputRequired("Hãy chọn một gian."),
            Length(max=12, message="Mã gian dài quá 12 ký tự."),
        ],
    )


class WaitForm(BaseForm):
    """Enter the waiting list, or leave it."""

    roi = BooleanField("Rời danh sách chờ")


class AnswerForm(BaseForm):
    """Accept the offered booths, or turn them down and keep waiting or not."""

    nhan = BooleanField("Nhận gian")
    thoi = BooleanField("Thôi chờ")


@bp.get("/ho-so/<code>/chon-gian")
@audience(Audience.SESSION)
def picking(code: str) -> Any:
    """Show the free booths that suit, the hold, the offer and the place in line."""
    return _page(code)


def _page(code: str, error: str = "", nearest: Sequence[str] | None = None) -> str:
    """Show the page; to who lost a booth only the `nearest` others, at once.

    While many press, neither the plan nor the whole table is made for each of them.
    """
    page = pick_page(guards.actor(), code, with_plan=not error, now=guards.now())
    return render_template(
        "exhibitor/picking.html",
        page=page,
        application=page.application,
        fair=page.application.fair,
        error=error,
        drawing=_drawing(page),
        booths=page.booths
        if nearest is None
        else [booth for booth in page.booths if booth.label in nearest],
        now=guards.now(),
    )


def _drawing(page: PickPage) -> Any:
    """Return the plan with a link from every booth that may be picked to its row of the table."""
    if page.drawing is None:
        return None
    held = page.hold.booth if page.hold else ""
    views = {spot.label: _view(spot, mine=spot.label == held) for spot in page.spots}
    return plan_svg(page.drawing, views)


def _view(spot: Spot, *, mine: bool) -> BoothView:
    if mine or spot.taken:
        return BoothView("held" if mine else "taken", marks=("mine",) if mine else ())
    if spot.against:
        return BoothView(marks=("unsuitable",), note=spot.against)
    return BoothView(href=f"#gian-{spot.label}", marks=("suitable",))


def _do(code: str, form: BaseForm, act: Callable[[], str]) -> Any:
    """Carry an act out; its failure stands on the page, with what is still free."""
    if not form.validate():
        sentences = [str(error) for errors in form.errors.values() for error in errors]
        return _page(code, sentences[0]), 400
    try:
        said = act()
    except GoneError as error:
        return _page(code, error.message(), error.alternatives), 409
    except ConflictError as error:
        return _page(code, error.message()), 409
    except InvalidError as error:
        return _page(code, error.message()), 400
    flash(said, "success")
    return redirect(url_for("exhibitor.picking", code=code), code=303)


@bp.post("/ho-so/<code>/chon-gian")
@audience(Audience.SESSION)
def hold(code: str) -> Any:
    """Keep a booth for some minutes."""
    form = PickForm(request.form)
    label = (form.gian.data or "").upper()

    def act() -> str:
        held = holds.hold_booth(guards.actor(), code, label, now=guards.now())
        return f"Đang giữ gian {held.booth}. Hãy bấm nhận trước khi hết giờ."

    return _do(code, form, act)


@bp.post("/ho-so/<code>/chon-gian/nhan")
@audience(Audience.SESSION)
def take_hold(code: str) -> Any:
    """Take the held booth for good."""
    seen = request.form.get("gian", "")[:12]

    def act() -> str:
        label = holds.confirm_hold(guards.actor(), code, seen=seen, now=guards.now())
        return f"Cơ sở đã nhận gian {label}."

    return _do(code, BaseForm(request.form), act)


@bp.post("/ho-so/<code>/chon-gian/bo")
@audience(Audience.SESSION)
def let_go_hold(code: str) -> Any:
    """Give the held booth back."""
    who, now, form = guards.actor(), guards.now(), BaseForm(request.form)
    return _do(code, form, lambda: f"Đã bỏ gian {holds.let_go(who, code, now=now)}.")


@bp.post("/ho-so/<code>/danh-sach-cho")
@audience(Audience.SESSION)
def wait(code: str) -> Any:
    """Enter the waiting list, or with `roi` leave it."""
    who, now, form = guards.actor(), guards.now(), WaitForm(request.form)

    def act() -> str:
        if form.roi.data:
            waitlists.leave_waitlist(who, code, now=now)
            return "Đã rời danh sách chờ."
        return f"Cơ sở đứng thứ {waitlists.enter_waitlist(who, code, now=now)} trong danh sách chờ."

    return _do(code, form, act)


@bp.post("/ho-so/<code>/loi-moi")
@audience(Audience.SESSION)
def answer_offer(code: str) -> Any:
    """Accept the offered booths; or decline, and keep waiting unless `thoi` says not to."""
    who, now, form = guards.actor(), guards.now(), AnswerForm(request.form)

    def act() -> str:
        if form.nhan.data:
            labels = waitlists.accept_offer(who, code, now=now)
            return f"Cơ sở đã nhận gian {', '.join(labels)}."
        waitlists.decline_offer(who, code, keep_waiting=not form.thoi.data, now=now)
        if form.thoi.data:
            return "Đã báo không nhận và rời danh sách chờ."
        return "Đã báo không nhận. Cơ sở vẫn ở danh sách chờ."

    return _do(code, form, act)
