"""Import of the register: upload, mapping, preview, apply."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, url_for
from wtforms import FileField

from tgfair.core.errors import InvalidError, TgfairError
from tgfair.core.register.columns import FIELDS
from tgfair.documents.spreadsheet_limits import LARGEST_BYTES
from tgfair.services import import_uploads
from tgfair.services.imports import apply_import
from tgfair.services.queries import imports as queries
from tgfair.services.queries.exhibitor_page import count_open_proposals
from tgfair.web.forms import BaseForm
from tgfair.web.guards import Audience, actor, audience, now, today
from tgfair.web.labels import label
from tgfair.web.organizer import import_words
from tgfair.web.organizer.blueprint import bp
from tgfair.web.pagination import PageOf, page_number

# More than the largest register, so that a file of 40 MB gets its sentence on this page.
UPLOAD_MB = 60
TOO_LARGE = "Tệp lớn hơn 10 MB. Hãy xóa ảnh trong tệp hoặc chia nhỏ tệp."
PAGE_SIZE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(BaseForm):
    """One file."""

    file = FileField(
        "Tệp sổ chủ thể (.xlsx hoặc .csv)",
        description="Tối đa 10 MB và 20.000 hàng. Chưa có gì thay đổi cho đến khi bấm “Nhập”.",
    )


@bp.route("/ql/nhap-excel", methods=["GET", "POST"])
@audience(Audience.STAFF, upload_mb=UPLOAD_MB, too_large=TOO_LARGE)
def register_imports() -> Any:
    """List the imports and take a new file."""
    form = UploadForm(request.form)
    if request.method == "POST":
        try:
            name, data = _uploaded()
            created = import_uploads.upload_register(actor(), name, data, now=now())
            return redirect(url_for("organizer.register_import", public_id=created), code=303)
        except InvalidError as error:
            form.file.errors = [error.message()]
    page = render_template(
        "organizer/register_imports.html", form=form, lines=queries.imports(actor())
    )
    return page, 400 if form.file.errors else 200


def _uploaded() -> tuple[str, bytes]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidError("Hãy chọn một tệp trên máy.", field="file")
    data = file.stream.read(LARGEST_BYTES + 1)
    file.close()
    return file.filename, data


@bp.get("/ql/nhap-excel/<public_id>")
@audience(Audience.STAFF)
def register_import(public_id: str) -> Any:
    """Show the columns and the preview of an import, or its result."""
    return _page(public_id)


def _page(public_id: str, *, error: str = "", chosen: Any = None) -> Any:
    shown = queries.import_page(actor(), public_id, today=today())
    part = "van-de" if request.args.get("muc") == "van-de" else "thay-doi"
    lines, place = _lines(shown, part)
    ids = [line.exhibitor_id for line in lines if part == "thay-doi" and line.exhibitor_id]
    page = render_template(
        "organizer/register_import.html",
        shown=shown,
        row=shown.row,
        job=_job(shown),
        part=part,
        lines=lines,
        place=place,
        links=queries.exhibitor_links(ids),
        error=error,
        chosen=chosen or {},
        fields=FIELDS,
        words=import_words,
        proposals=count_open_proposals(),
        page_url=_page_url,
        refresh_seconds=3 if shown.working else 0,
    )
    return page, 400 if error else 200


def _lines(shown: queries.ImportPage, part: str) -> tuple[list[Any], PageOf]:
    found: list[Any] = []
    if shown.preview is not None and part == "thay-doi":
        found = list(shown.preview.changes)
    elif shown.preview is not None:
        only = request.args.get("loi") == "1"
        found = [p for p in shown.preview.problems if p.severity == "error" or not only]
    number = page_number(request.args.get("trang"))
    place = PageOf(min(number, max(1, -(-len(found) // PAGE_SIZE))), PAGE_SIZE, len(found))
    return found[place.offset : place.offset + PAGE_SIZE], place


def _page_url(**changes: str | int) -> str:
    kept = {key: value for key, value in request.args.items() if key in {"muc", "loi"}}
    query = {key: value for key, value in {**kept, **changes}.items() if value}
    return f"{request.path.removesuffix('/cot')}?{urlencode(query)}"


def _job(shown: queries.ImportPage) -> dict[str, Any] | None:
    job = shown.job
    if job is None:
        return None
    return {
        "id": job.public_id,
        "state": str(job.state),
        "state_label": label(job.state),
        "done": job.done,
        "total": job.total,
        "text": job.text,
    }


@bp.post("/ql/nhap-excel/<public_id>/cot")
@audience(Audience.STAFF)
def choose_register_columns(public_id: str) -> Any:
    """Take which column holds what, and preview again."""
    chosen = {key: value for key, value in request.form.items() if key.startswith("c-")}
    names = request.form.getlist("sheet")
    mapping: dict[str, dict[str, str | None]] = {
        name: {
            key.removeprefix(f"c-{number}-"): value or None
            for key, value in chosen.items()
            if key.startswith(f"c-{number}-")
        }
        for number, name in enumerate(names)
    }
    try:
        import_uploads.choose_columns(actor(), public_id, mapping, now=now())
    except InvalidError as error:
        return _page(public_id, error=error.message(), chosen=chosen)
    except TgfairError as error:
        flash(error.message(), "error")
    else:
        flash("Đã đọc lại tệp theo các cột vừa chọn.", "success")
    return _back(public_id)


@bp.get("/ql/nhap-excel/<public_id>/nhap")
@audience(Audience.STAFF)
def confirm_register_import(public_id: str) -> Any:
    """Ask before writing."""
    shown = queries.import_page(actor(), public_id, today=today())
    if shown.preview is None:
        return _back(public_id)
    return render_template(
        "organizer/register_import_confirm.html",
        row=shown.row,
        preview=shown.preview,
        words=import_words,
    )


@bp.post("/ql/nhap-excel/<public_id>/nhap")
@audience(Audience.STAFF)
def apply_register_import(public_id: str) -> Any:
    """Write the changes, all or nothing."""
    try:
        if apply_import(actor(), public_id, now=now()):
            flash("Đã nhập xong sổ chủ thể.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _back(public_id)


@bp.post("/ql/nhap-excel/<public_id>/doc-lai")
@audience(Audience.STAFF)
def preview_register_again(public_id: str) -> Any:
    """Compare a large file with the data once more."""
    try:
        import_uploads.preview_again(actor(), public_id, now=now())
    except TgfairError as error:
        flash(error.message(), "error")
    return _back(public_id)


@bp.post("/ql/nhap-excel/<public_id>/bo")
@audience(Audience.STAFF)
def discard_register_import(public_id: str) -> Any:
    """Put an uploaded file aside."""
    try:
        import_uploads.discard_import(actor(), public_id, now=now())
        flash("Đã bỏ tệp này. Không có gì thay đổi.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
        return _back(public_id)
    return redirect(url_for("organizer.register_imports"), code=303)


@bp.get("/ql/nhap-excel/<public_id>/hang-loi.xlsx")
@audience(Audience.STAFF)
def bad_register_rows(public_id: str) -> Any:
    """Download the rows with problems and their reasons."""
    shown = queries.import_page(actor(), public_id, today=today())
    try:
        data = queries.bad_rows_xlsx(shown)
    except InvalidError as error:
        flash(error.message(), "error")
        return _back(public_id)
    headers = {"Content-Disposition": 'attachment; filename="cac-hang-can-xem-lai.xlsx"'}
    return Response(data, mimetype=XLSX, headers=headers)


def _back(public_id: str) -> Any:
    return redirect(url_for("organizer.register_import", public_id=public_id), code=303)
