"""Photos and papers: step 5, upload, show, delete. Forms with files carry nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request, url_for
from wtforms import FileField

from tgfair.core.application.steps import PAPER_LABELS, Step
from tgfair.core.errors import TgfairError
from tgfair.core.workflow import EDITABLE, FINAL
from tgfair.services import attachments
from tgfair.services.attachments import Upload
from tgfair.services.queries.my_applications import ApplicationPage, application_page
from tgfair.web import guards, limits
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.exhibitor.steps import saved_label
from tgfair.web.forms import BaseForm
from tgfair.web.guards import Audience, audience

# A tile for one product: "product_photo__<public id>".
OF_PRODUCT = "__"
TOO_LARGE = "Các tệp gửi một lần lớn hơn 25 MB. Hãy gửi từng tệp, mỗi tệp nhỏ hơn 10 MB."
MAX_PRODUCT_TILES = 6
MAX_TILES = 30
# An uploaded file never runs in our origin (reliability.md, section 6).
SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


class FilesForm(BaseForm):
    """The tiles are added to the class."""


def _files_form(page: ApplicationPage, problems: dict[str, list[str]]) -> FilesForm:
    fields: dict[str, object] = {}
    for paper in page.papers:
        chosen = page.checked.products.chosen[:MAX_PRODUCT_TILES]
        if paper.kind == "product_photo" and chosen:
            for product in chosen:
                name = f"{paper.kind}{OF_PRODUCT}{product.key}"
                fields[name] = FileField(f"{paper.label}: {product.name}")
        else:
            fields[paper.kind] = FileField(paper.label, description=paper.why)
    fields.setdefault("other", FileField("Giấy tờ khác"))
    form: FilesForm = type("WantedFilesForm", (FilesForm,), fields)()
    for name, sentences in problems.items():
        if name in form:
            form[name].errors = sentences
    return form


@bp.get("/ho-so/<code>/buoc/5")
@audience(Audience.SESSION)
def files(code: str) -> Any:
    """Show what is wanted and what has arrived."""
    page = application_page(guards.actor(), code, now=guards.now())
    if page.application.state in FINAL:
        return redirect(url_for("exhibitor.status", code=code), code=303)
    return _show(page, {})


@bp.post("/ho-so/<code>/buoc/5")
@limits.uploads
@audience(Audience.SESSION, upload_mb=25, too_large=TOO_LARGE)
def upload(code: str) -> Any:
    """Take the files, each by itself: a bad one does not lose the others."""
    problems: dict[str, list[str]] = {}
    count = 0
    for name, one in _sent():
        try:
            attachments.add_attachment(guards.actor(), code, one, now=guards.now())
            count += 1
        except TgfairError as error:
            problems.setdefault(name, []).append(error.message())
    if count:
        flash(f"Đã nhận {count} tệp.", "success")
    if problems:
        return _show(application_page(guards.actor(), code, now=guards.now()), problems), 400
    if request.form.get("action") == "stay":
        return redirect(url_for("exhibitor.files", code=code), code=303)
    return redirect(url_for("exhibitor.check", code=code), code=303)


def _sent() -> Iterator[tuple[str, Upload]]:
    sent = [(name, file) for name, file in request.files.items(multi=True) if file.filename]
    for name, file in sent[:MAX_TILES]:
        kind, _, product = name.partition(OF_PRODUCT)
        if kind in PAPER_LABELS:
            yield name, Upload(kind, file.filename or "", file.read(), product or None)


def _show(page: ApplicationPage, problems: dict[str, list[str]]) -> str:
    return render_template(
        "exhibitor/step_files.html",
        page=page,
        application=page.application,
        form=_files_form(page, problems),
        fixes=page.fix_texts(Step.FILES),
        saved=saved_label(page),
        editable=page.application.state in EDITABLE,
        paper_labels=PAPER_LABELS,
    )


@bp.post("/tep/<attachment_id>/xoa")
@audience(Audience.SESSION)
def delete_file(attachment_id: str) -> Any:
    """Take a file off the application."""
    code = attachments.delete_attachment(guards.actor(), attachment_id, now=guards.now())
    flash("Đã xóa tệp.", "success")
    return redirect(url_for("exhibitor.files", code=code), code=303)


@bp.get("/tep/<attachment_id>")
@audience(Audience.SESSION)
def file(attachment_id: str) -> Any:
    """Show a file; `?nho=1` its thumbnail."""
    thumb = "nho" in request.args
    stored = attachments.read_attachment(guards.actor(), attachment_id, thumb=thumb)
    response = Response(stored.data, mimetype=stored.content_type)
    response.headers["Content-Security-Policy"] = SANDBOX
    how = "attachment" if stored.content_type == "application/pdf" else "inline"
    response.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(stored.name)}"
    return response
