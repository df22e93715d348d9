"""The waiting list for the organisers: rules, order, jumps with a reason, offers, booths back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request

from tgfair.core.errors import ConflictError, InvalidError, NotFoundError, TgfairError
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services import booth_returns, giving, waitlist_jumps, waitlist_rounds, waitlists
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.services.queries.picking import waiting_lines
from tgfair.web.forms import BaseForm
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.fair_forms import say_changed
from tgfair.web.organizer.frame import fair_frame
from tgfair.web.organizer.waitlist_forms import AddForm, GivingForm, MoveForm, OneForm


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.ASSIGN_BOOTHS, fair)
    return fair


def _do(slug: str, form: BaseForm | None, act: Callable[[Fair], str]) -> Any:
    """Carry an act out and go back to the list; what went wrong stands on top of it."""
    fair = _fair(slug)
    try:
        if form is not None and not form.validate():
            sentences = [str(error) for errors in form.errors.values() for error in errors]
            raise InvalidError(sentences[0])
        flash(act(fair), "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return redirect(f"/ql/{slug}/danh-sach-cho", code=303)


@bp.get("/ql/<slug>/danh-sach-cho")
@audience(Audience.STAFF)
def waitlist(slug: str) -> str:
    """Show the list in order, with why nobody was offered a booth."""
    fair = _fair(slug)
    return _page(fair, GivingForm.of(fair))


def _page(fair: Fair, form: GivingForm) -> str:
    return render_template(
        "organizer/waitlist.html",
        lines=waiting_lines(actor(), fair, now=now()),
        absent=booth_returns.absent(actor(), fair, now=now()),
        form=form,
        adding=AddForm(),
        moving=lambda code: MoveForm(data={"code": code}),
        one=lambda code: OneForm(data={"code": code}),
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/danh-sach-cho/cach-giao")
@audience(Audience.STAFF)
def save_giving(slug: str) -> Any:
    """Change how booths are given and the list is served."""
    fair, form = _fair(slug), GivingForm(request.form)
    if not form.validate():
        return _page(fair, form), 400
    try:
        seen = form.version.data or 0
        giving.set_giving(actor(), fair.id, form.rules(), seen_version=seen, now=now())
    except ConflictError:
        fair = _fair(slug)
        say_changed(form, fair.version)
        return _page(fair, form), 400
    except InvalidError as error:
        form[error.field or "giving"].errors = [error.sentence]
        return _page(fair, form), 400
    flash("Đã lưu cách giao gian.", "success")
    return redirect(f"/ql/{slug}/danh-sach-cho", code=303)


@bp.post("/ql/<slug>/danh-sach-cho/moi")
@audience(Audience.STAFF)
def offer_round(slug: str) -> Any:
    """Offer what is free to the list once."""

    def act(fair: Fair) -> str:
        codes = waitlist_rounds.offer_now(actor(), fair.id, now=now())
        return f"Đã mời {', '.join(codes)}."

    return _do(slug, None, act)


@bp.post("/ql/<slug>/danh-sach-cho/them")
@audience(Audience.STAFF)
def add_waiting(slug: str) -> Any:
    """Put an application at the end of the list."""
    form = AddForm(request.form)
    code = (form.code.data or "").upper()

    def act(fair: Fair) -> str:
        try:
            place = waitlists.enter_waitlist(actor(), code, now=now(), fair_id=fair.id)
        except NotFoundError as error:
            raise InvalidError(f"Sự kiện này không có hồ sơ {code}. Hãy xem lại mã.") from error
        return f"Hồ sơ {code} đứng thứ {place}."

    return _do(slug, form, act)


@bp.post("/ql/<slug>/danh-sach-cho/doi")
@audience(Audience.STAFF)
def move_waiting(slug: str) -> Any:
    """Move an entry in the order, with a reason."""
    form = MoveForm(request.form)
    code, place, reason = form.code.data or "", form.place.data or 0, form.reason.data or ""

    def act(fair: Fair) -> str:
        waitlist_jumps.move_in_line(
            actor(), fair.id, code, to_place=place, reason=reason, now=now()
        )
        return f"Đã chuyển hồ sơ {code} đến vị trí {place}."

    return _do(slug, form, act)


@bp.post("/ql/<slug>/danh-sach-cho/rut-loi-moi")
@audience(Audience.STAFF)
def withdraw_offer(slug: str) -> Any:
    """Take an open offer back; the entry keeps its place."""
    form = OneForm(request.form)
    code, reason = form.code.data or "", form.reason.data or ""

    def act(fair: Fair) -> str:
        waitlists.withdraw_offer(actor(), fair.id, code, reason=reason, now=now())
        return f"Đã rút lời mời của hồ sơ {code}. Hồ sơ vẫn giữ thứ tự."

    return _do(slug, form, act)


@bp.post("/ql/<slug>/danh-sach-cho/thu-hoi")
@audience(Audience.STAFF)
def take_back(slug: str) -> Any:
    """Take the booths back of who did not confirm in time or did not come."""
    form = OneForm(request.form)
    code = form.code.data or ""

    def act(fair: Fair) -> str:
        labels = booth_returns.take_back(actor(), fair.id, code, now=now())
        follows = (
            "Gian được mời theo danh sách chờ."
            if fair.offers_on
            else "Bấm “Mời ngay các gian trống” để mời danh sách chờ."
        )
        return f"Đã thu hồi gian {', '.join(labels)} của hồ sơ {code}. {follows}"

    return _do(slug, form, act)
