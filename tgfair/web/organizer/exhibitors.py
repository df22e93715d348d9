"""The directory of exhibitors: list, one record, add, edit, verify."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, url_for

from tgfair.core.errors import ConflictError, InvalidError, TgfairError
from tgfair.models.exhibitor import ExhibitorKind
from tgfair.policy import Action, require
from tgfair.services import exhibitors as service
from tgfair.services.queries import exhibitors as queries
from tgfair.services.queries.accounts import members_of
from tgfair.services.queries.exhibitor_page import (
    count_open_proposals,
    exhibitor_of_staff,
    exhibitor_page,
)
from tgfair.web.forms import beside
from tgfair.web.guards import Audience, actor, audience, now, today
from tgfair.web.labels import LABELS
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.exhibitor_forms import ExhibitorForm
from tgfair.web.pagination import PageOf, page_number

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Name in the address -> field of the filter.
PARAMETERS = {
    "q": "q",
    "xa": "commune",
    "loai": "kind",
    "nhom": "group",
    "sao": "stars",
    "gcn": "certificate",
    "thieu": "missing",
}
CHIPS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Tất cả", "all", {}),
    ("Chưa có thư điện tử", "email", {"thieu": "email"}),
    ("Chưa có điện thoại", "phone", {"thieu": "phone"}),
    ("Chưa rõ xã", "commune", {"thieu": "commune"}),
    ("Chưa xác minh", "verification", {"thieu": "verification"}),
    ("Sắp hết hạn", "expiring", {"gcn": "expiring"}),
    ("Hết hạn", "expired", {"gcn": "expired"}),
)


def _wanted() -> queries.ExhibitorFilter:
    values = {field: request.args.get(name, "")[:100] for name, field in PARAMETERS.items()}
    return queries.ExhibitorFilter(**values)


def _url(**changes: Any) -> str:
    kept = {name: request.args[name] for name in PARAMETERS if request.args.get(name)}
    query = {name: value for name, value in {**kept, **changes}.items() if value}
    address = url_for("organizer.exhibitors")
    return f"{address}?{urlencode(query)}" if query else address


@bp.get("/ql/chu-the")
@audience(Audience.STAFF)
def exhibitors() -> str:
    """List exhibitors, narrowed by the filter."""
    wanted, number = _wanted(), page_number(request.args.get("trang"))
    offset = (number - 1) * queries.PAGE_SIZE
    rows, total = queries.directory(actor(), wanted, today=today(), offset=offset)
    counts = queries.directory_counts(actor(), today=today())
    return render_template(
        "organizer/exhibitors.html",
        rows=rows,
        wanted=wanted,
        counts=counts,
        chips=_chips(counts),
        communes=queries.communes_of(actor()),
        kinds=list(LABELS[ExhibitorKind].items()),
        place=PageOf(number, queries.PAGE_SIZE, total),
        proposals=count_open_proposals(),
        url=_url,
        today=today(),
    )


def _chips(counts: dict[str, int]) -> list[dict[str, Any]]:
    plain = url_for("organizer.exhibitors")
    asked = {name: request.args.get(name, "") for name in ("thieu", "gcn")}
    return [
        {
            "label": text,
            "url": f"{plain}?{urlencode(query)}" if query else plain,
            "count": counts[key],
            "current": {name: value for name, value in asked.items() if value} == query,
        }
        for text, key, query in CHIPS
    ]


@bp.get("/ql/chu-the.xlsx")
@audience(Audience.STAFF)
def exhibitors_file() -> Response:
    """Download the filtered list."""
    data = queries.exhibitors_xlsx(actor(), _wanted(), today=today())
    headers = {"Content-Disposition": 'attachment; filename="chu-the.xlsx"'}
    return Response(data, mimetype=XLSX, headers=headers)


@bp.get("/ql/chu-the/<public_id>")
@audience(Audience.STAFF)
def exhibitor(public_id: str) -> str:
    """Show one record with its products and its history across fairs."""
    return _record(public_id)


def _record(public_id: str, *, tax_code: str = "") -> str:
    shown = exhibitor_page(actor(), public_id, today=today())
    people = members_of(shown.exhibitor)
    return render_template(
        "organizer/exhibitor.html", shown=shown, people=people, tax_code=tax_code
    )


@bp.post("/ql/chu-the/<public_id>/ma-so-thue")
@audience(Audience.STAFF)
def read_tax_code(public_id: str) -> str:
    """Show a personal ID in full, once; the reading is written down."""
    return _record(public_id, tax_code=service.reveal_tax_code(actor(), public_id, now=now()))


@bp.get("/ql/chu-the/moi")
@audience(Audience.STAFF)
def new_exhibitor() -> Any:
    """Ask for a new record."""
    require(actor(), Action.EDIT_EXHIBITOR)
    form = ExhibitorForm()
    form.offer()
    return render_template("organizer/exhibitor_form.html", form=form, row=None)


@bp.post("/ql/chu-the/moi")
@audience(Audience.STAFF)
def create_exhibitor() -> Any:
    """Add a record."""
    form = ExhibitorForm(request.form)
    form.offer()
    if form.validate():
        try:
            key = str(form.idempotency_key.data or "")
            made = service.create_exhibitor(actor(), form.to_request(), key=key, now=now())
            flash("Đã thêm chủ thể.", "success")
            return redirect(url_for("organizer.exhibitor", public_id=made), code=303)
        except InvalidError as error:
            beside(form, error)
    return render_template("organizer/exhibitor_form.html", form=form, row=None), 400


@bp.get("/ql/chu-the/<public_id>/sua")
@audience(Audience.STAFF)
def edit_exhibitor(public_id: str) -> Any:
    """Show a record to correct."""
    row = exhibitor_of_staff(actor(), public_id)
    require(actor(), Action.EDIT_EXHIBITOR, row)
    form = ExhibitorForm()
    form.offer(row)
    form.show(row)
    return render_template("organizer/exhibitor_form.html", form=form, row=row)


@bp.post("/ql/chu-the/<public_id>/sua")
@audience(Audience.STAFF)
def save_exhibitor(public_id: str) -> Any:
    """Correct a record."""
    row, status = exhibitor_of_staff(actor(), public_id), 400
    form = ExhibitorForm(request.form)
    form.offer(row)
    if form.validate():
        try:
            service.edit_exhibitor(
                actor(), public_id, form.to_request(), seen_version=form.seen_version, now=now()
            )
            flash("Đã lưu.", "success")
            return redirect(url_for("organizer.exhibitor", public_id=public_id), code=303)
        except InvalidError as error:
            beside(form, error)
        except ConflictError as error:
            form.form_errors.append(error.message())
            status = 409
    # What stands there now is shown beside what was typed.
    fresh = exhibitor_of_staff(actor(), public_id)
    theirs = ExhibitorForm()
    theirs.show(fresh)
    differs = status == 409  # noqa: PLR2004 -- HTTP
    return render_template(
        "organizer/exhibitor_form.html", form=form, row=fresh, theirs=theirs if differs else None
    ), status


@bp.post("/ql/chu-the/<public_id>/xac-minh")
@audience(Audience.STAFF)
def verify_exhibitor(public_id: str) -> Any:
    """Mark a record as checked."""
    try:
        service.verify_exhibitor(actor(), public_id, now=now())
        flash("Đã xác minh chủ thể này.", "success")
    except TgfairError as error:
        if not isinstance(error, ConflictError):
            raise
        flash(error.message(), "error")
    return redirect(url_for("organizer.exhibitor", public_id=public_id), code=303)
