"""Issue, print, issue again, revoke badges."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, url_for
from wtforms import SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from tgfair.core.badge import BadgeKind
from tgfair.core.badge_design import Sheet
from tgfair.core.calendar_text import parse_vn_date, vn_date
from tgfair.core.errors import InvalidError, TgfairError
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services import badge_jobs, badge_printing, badge_rows, badges, staff_badges
from tgfair.services.queries import badges as queries
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.choices import pairs
from tgfair.web.downloads import pdf_file
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import BADGE_STANDINGS, BADGE_TONES
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame
from tgfair.web.pagination import PageOf, page_number

STAFF_KINDS = [kind for kind in BadgeKind if kind is not BadgeKind.EXHIBITOR]


class StaffBadgeForm(BaseForm):
    """A badge that no application asks for."""

    kind = SelectField(
        "Loại thẻ", choices=pairs({str(int(kind)): kind.label for kind in STAFF_KINDS}), default="2"
    )
    name = TextAreaField(
        "Họ và tên", [InputRequired()], description="Mỗi dòng một người; xe thì ghi biển số"
    )
    organisation = CleanStringField("Đơn vị", [InputRequired()])
    gates = SelectMultipleField(
        "Vào được cổng",
        description="Không chọn cổng nào là mọi cổng",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    first_day = CleanStringField("Dùng từ ngày", [InputRequired()])
    last_day = CleanStringField("Đến hết ngày", [InputRequired()])


class AgainForm(BaseForm):
    """Why a badge is issued again."""

    why_again = CleanStringField("Lý do cấp lại", [InputRequired()])


class RevokeForm(BaseForm):
    """Why a badge is revoked."""

    why_revoked = CleanStringField("Lý do hủy", [InputRequired()])


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.MANAGE_BADGES, fair)
    return fair


@bp.get("/ql/<slug>/the")
@audience(Audience.STAFF)
def badge_list(slug: str) -> str:
    """List badges by kind, find one, see who is not named yet."""
    fair = _fair(slug)
    kind, text = _kind(), request.args.get("q", "").strip()[:100]
    number = page_number(request.args.get("trang"))
    offset = (number - 1) * queries.PAGE_SIZE
    found = queries.badge_list(actor(), fair, kind=kind, text=text, offset=offset)
    return render_template(
        "organizer/badges.html",
        found=found,
        chips=_chips(slug, found, kind, text),
        page=PageOf(number, queries.PAGE_SIZE, found.total),
        page_url=lambda page: _url(slug, kind, text, page),
        q=text,
        kind=kind,
        sheets=[("", "Như mẫu thẻ"), *((sheet.value, sheet.label) for sheet in Sheet)],
        kinds=[("", "Mọi loại"), *((int(one), one.label) for one in BadgeKind)],
        standings=BADGE_STANDINGS,
        tones=BADGE_TONES,
        **fair_frame(fair),
    )


def _kind() -> int | None:
    text = request.args.get("loai", "")
    return int(text) if text in {str(int(kind)) for kind in BadgeKind} else None


def _url(slug: str, kind: int | None, text: str, page: int = 1) -> str:
    values = {
        "loai": "" if kind is None else str(kind),
        "q": text,
        "trang": str(page) if page > 1 else "",
    }
    query = urlencode({name: value for name, value in values.items() if value})
    return f"/ql/{slug}/the" + (f"?{query}" if query else "")


def _chips(
    slug: str, found: queries.BadgeList, kind: int | None, text: str
) -> list[dict[str, Any]]:
    total = sum(found.counts.values())
    chips = [
        {"label": "Tất cả", "url": _url(slug, None, text), "count": total, "current": kind is None}
    ]
    return chips + [
        {
            "label": BadgeKind(number).label,
            "url": _url(slug, number, text),
            "count": count,
            "current": kind == number,
        }
        for number, count in found.counts.items()
    ]


@bp.post("/ql/<slug>/the/phat")
@audience(Audience.STAFF)
def issue_badges(slug: str) -> Any:
    """Start the issue of every badge that is owed."""
    fair = _fair(slug)
    try:
        job = badge_jobs.start_issue(actor(), fair.id, now=now())
    except InvalidError as error:
        flash(error.message(), "error")
        return redirect(url_for("organizer.badge_list", slug=slug), code=303)
    return redirect(f"/viec/{job}", code=303)


@bp.post("/ql/<slug>/the/in")
@audience(Audience.STAFF)
def print_badges(slug: str) -> Any:
    """Give the chosen badges on the paper of the fair's design."""
    fair, chosen = _fair(slug), request.form.getlist("the")
    try:
        pdf = badge_printing.badges_pdf(actor(), chosen)
        badge_printing.mark_printed(actor(), chosen, now=now())
    except InvalidError as error:
        flash(error.message(), "error")
        return redirect(url_for("organizer.badge_list", slug=slug), code=303)
    return pdf_file(pdf, f"the-{fair.slug}.pdf")


@bp.get("/ql/<slug>/the/them")
@audience(Audience.STAFF)
def staff_badge(slug: str) -> str:
    """Ask for whom a staff badge is."""
    fair = _fair(slug)
    days = {"first_day": vn_date(fair.first_day), "last_day": vn_date(fair.last_day)}
    return _staff_badge_page(fair, StaffBadgeForm(data=days))


def _staff_badge_page(fair: Fair, form: StaffBadgeForm) -> str:
    _offer_gates(fair, form)
    return render_template("organizer/badge_new.html", form=form, **fair_frame(fair))


def _offer_gates(fair: Fair, form: StaffBadgeForm) -> None:
    gates = queries.gate_choices(fair)
    form.gates.choices = pairs({str(number): f"{number}. {label}" for number, label in gates})


@bp.post("/ql/<slug>/the/them")
@audience(Audience.STAFF)
def add_staff_badge(slug: str) -> Any:
    """Issue a staff badge."""
    fair = _fair(slug)
    form = StaffBadgeForm(request.form)
    _offer_gates(fair, form)
    if not form.validate():
        return _staff_badge_page(fair, form), 400
    try:
        key = str(form.idempotency_key.data)
        public_id = staff_badges.add_staff_badge(actor(), fair.id, _typed(form), key=key, now=now())
    except InvalidError as error:
        _put_back(form, error)
        return _staff_badge_page(fair, form), 400
    count = len(staff_badges.named_in(str(form.name.data)))
    flash(f"Đã phát {count} thẻ. Có thể in ngay.", "success")
    if count > 1:
        return redirect(_url(slug, int(form.kind.data), ""), code=303)
    return redirect(url_for("organizer.badge", slug=slug, public_id=public_id), code=303)


def _typed(form: StaffBadgeForm) -> staff_badges.StaffBadge:
    numbers = [int(number) for number in form.gates.data or []]
    return staff_badges.StaffBadge(
        kind=BadgeKind(int(form.kind.data)),
        name=str(form.name.data),
        organisation=str(form.organisation.data),
        gates=sum(1 << (number - 1) for number in numbers) or badge_rows.ALL_GATES,
        first_day=parse_vn_date(str(form.first_day.data), field="first_day"),
        last_day=parse_vn_date(str(form.last_day.data), field="last_day"),
    )


def _put_back(form: BaseForm, error: InvalidError) -> None:
    if error.field and error.field in form:
        form[error.field].errors = [error.message()]
    else:
        flash(error.message(), "error")


@bp.get("/ql/<slug>/the/<public_id>")
@audience(Audience.STAFF)
def badge(slug: str, public_id: str) -> str:
    """Show one badge and what can be done with it."""
    return _badge_page(_fair(slug), public_id, AgainForm(), RevokeForm())


def _badge_page(fair: Fair, public_id: str, again: AgainForm, revoke: RevokeForm) -> str:
    return render_template(
        "organizer/badge.html",
        badge=queries.badge_row(actor(), fair, public_id),
        again=again,
        revoke=revoke,
        standings=BADGE_STANDINGS,
        tones=BADGE_TONES,
        **fair_frame(fair),
    )


@bp.get("/ql/<slug>/the/<public_id>.pdf")
@audience(Audience.STAFF)
def badge_pdf(slug: str, public_id: str) -> Response:
    """Give one badge on the paper of the fair's design."""
    row = queries.badge_row(actor(), _fair(slug), public_id)
    pdf = badge_printing.badges_pdf(actor(), [row.public_id])
    return pdf_file(pdf, f"the-{row.short_code}.pdf")


@bp.post("/ql/<slug>/the/<public_id>/cap-lai")
@audience(Audience.STAFF)
def reissue_badge(slug: str, public_id: str) -> Any:
    """Void the printed badge and make its next one."""
    fair = _fair(slug)
    row, form = queries.badge_row(actor(), fair, public_id), AgainForm(request.form)
    try:
        reason = str(form.why_again.data or "")
        public_id = badges.reissue_badge(actor(), row.public_id, reason=reason, now=now())
    except InvalidError as error:
        form.why_again.errors = [error.message()]
        return _badge_page(fair, public_id, form, RevokeForm()), 400
    except TgfairError as error:
        flash(error.message(), "error")
    else:
        flash("Đã cấp lại. Thẻ đã in trước đây bị chặn ở cổng; hãy in thẻ mới.", "success")
    return redirect(url_for("organizer.badge", slug=slug, public_id=public_id), code=303)


@bp.post("/ql/<slug>/the/<public_id>/huy")
@audience(Audience.STAFF)
def revoke_badge(slug: str, public_id: str) -> Any:
    """Make the badge red at every gate."""
    fair = _fair(slug)
    row, form = queries.badge_row(actor(), fair, public_id), RevokeForm(request.form)
    try:
        reason = str(form.why_revoked.data or "")
        badges.revoke_badge(actor(), row.public_id, reason=reason, now=now())
    except InvalidError as error:
        form.why_revoked.errors = [error.message()]
        return _badge_page(fair, public_id, AgainForm(), form), 400
    except TgfairError as error:
        flash(error.message(), "error")
    else:
        flash("Đã hủy thẻ. Từ lượt quét tới, cổng không cho vào.", "success")
    return redirect(url_for("organizer.badge", slug=slug, public_id=public_id), code=303)
