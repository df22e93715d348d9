"""The draft of a plan: begun, saved by itself, checked, published or thrown away."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from wtforms import BooleanField, FileField, HiddenField

from tgfair.core.calendar_text import vn_time
from tgfair.core.errors import InvalidError, TgfairError
from tgfair.core.layout.booth_types import BOOTH_TYPES
from tgfair.core.layout.checks import check_plan
from tgfair.core.layout.draft import draft_as_json
from tgfair.core.layout.plan import KIND_NAMES
from tgfair.documents.plan_file import read_plan_file
from tgfair.models.fair import Fair
from tgfair.services import plan_drafts, plan_pictures
from tgfair.services.plan_drafts import DraftConflictError, DraftView
from tgfair.web.errors import status_of
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.number_fields import number_from
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.fair_plan import waiting_mails
from tgfair.web.organizer.frame import fair_frame, fair_to_edit
from tgfair.web.organizer.plan_forms import (
    DraftForm,
    GroupForm,
    ObjectForm,
    RowForm,
    SheetForm,
)

SHOWN = 100
PAGES = {"ve": "organizer.plan_editor", "bang": "organizer.plan_table"}


class PublishForm(DraftForm):
    """The last look before a draft becomes the plan."""

    over = HiddenField()
    agreed = BooleanField("Tôi đã xem và đồng ý đổi các gian đang có người")


class FileForm(DraftForm):
    """A file for the draft: another plan, or a picture to draw over."""

    file = FileField("Tệp")


@bp.post("/ql/<slug>/so-do/nhap")
@audience(Audience.STAFF)
def start_plan_draft(slug: str) -> Any:
    """Begin to draw; `den` says whether on the drawing or in the table."""
    fair = fair_to_edit(slug)
    plan_drafts.start_draft(actor(), fair.id, now=now())
    return redirect(url_for(PAGES.get(request.form.get("den", ""), PAGES["ve"]), slug=slug), 303)


@bp.get("/ql/<slug>/so-do/sua")
@audience(Audience.STAFF)
def plan_editor(slug: str) -> Any:
    """Show the drawing board."""
    fair = fair_to_edit(slug)
    view = plan_drafts.draft_of(actor(), fair.id)
    return render_template(
        "organizer/plan_editor.html",
        view=view,
        board=view and _board(fair, view),
        item=ObjectForm(prefix="item-"),
        row=RowForm(prefix="row-"),
        group=GroupForm(prefix="group-"),
        sheet=SheetForm(prefix="sheet-"),
        picture=FileForm(data={"version": view.version if view else 0}),
        **fair_frame(fair),
    )


def _board(fair: Fair, view: DraftView) -> dict[str, Any]:
    """Return what the drawing board has to know, as JSON."""
    return {
        "document": draft_as_json(view.draft),
        "version": view.version,
        "saved": _saved(view),
        "saveUrl": url_for("organizer.save_plan_draft", slug=fair.slug),
        "pictureUrl": url_for("organizer.plan_picture", slug=fair.slug) if view.picture else None,
        "kinds": KIND_NAMES,
        "types": BOOTH_TYPES,
    }


def _saved(view: DraftView) -> str:
    return f"Đã lưu nháp lúc {vn_time(view.updated_at)}"


@bp.post("/ql/<slug>/so-do/nhap/luu")
@audience(Audience.STAFF, upload_mb=4)
def save_plan_draft(slug: str) -> Any:
    """Save the whole drawing; answers the drawing board."""
    fair = fair_to_edit(slug)
    sent = request.files.get("document")
    form = DraftForm(request.form)
    try:
        document = json.loads((sent.read() if sent else b"").decode())
        version = plan_drafts.save_draft(
            actor(), fair.id, document, seen_version=form.seen, now=now()
        )
    except (ValueError, RecursionError):  # no JSON at all
        return jsonify(message="Bản vẽ gửi lên không đọc được."), 400
    except TgfairError as error:
        # `version` lets whoever was second go on over the other's drawing, knowing what it was
        lost = isinstance(error, DraftConflictError)
        version = error.version if isinstance(error, DraftConflictError) else 0
        return jsonify(message=error.message(), conflict=lost, version=version), status_of(error)
    return jsonify(version=version, saved=f"Đã lưu nháp lúc {vn_time(now())}")


@bp.get("/ql/<slug>/so-do/nhap/anh")
@audience(Audience.STAFF)
def plan_picture(slug: str) -> Any:
    """Give the picture under the draft."""
    fair = fair_to_edit(slug)
    return Response(plan_pictures.picture_of(actor(), fair.id), mimetype="image/jpeg")


@bp.post("/ql/<slug>/so-do/nhap/anh")
@audience(Audience.STAFF, upload_mb=12)
def put_plan_picture(slug: str) -> Any:
    """Lay a picture under the draft, or take it away."""
    fair = fair_to_edit(slug)
    form = DraftForm(request.form)
    sent = request.files.get("file")
    try:
        if request.form.get("act") == "remove":
            plan_pictures.remove_picture(actor(), fair.id, seen_version=form.seen, now=now())
        else:
            data, name = (sent.read(), sent.filename or "") if sent else (b"", "")
            plan_pictures.put_picture(
                actor(), fair.id, data, name, seen_version=form.seen, now=now()
            )
    except InvalidError as error:
        flash(error.message(), "error")
    except DraftConflictError as error:
        flash(error.message(), "error")
    return redirect(url_for("organizer.plan_editor", slug=slug), code=303)


@bp.post("/ql/<slug>/so-do/nhap/tep")
@audience(Audience.STAFF, upload_mb=4)
def load_plan_draft(slug: str) -> Any:
    """Put a plan file in place of what is drawn."""
    fair = fair_to_edit(slug)
    sent = request.files.get("file")
    form = DraftForm(request.form)
    try:
        plan = read_plan_file(sent.read() if sent else b"")
        plan_drafts.replace_drawing(actor(), fair.id, plan, seen_version=form.seen, now=now())
    except (InvalidError, DraftConflictError) as error:
        flash(error.message(), "error")
    else:
        flash(f"Đã nạp {len(plan.booths)} gian vào bản nháp.", "success")
    return redirect(url_for("organizer.plan_table", slug=slug), code=303)


@bp.get("/ql/<slug>/so-do/dung")
@audience(Audience.STAFF)
def plan_check(slug: str) -> Any:
    """Show what publishing the draft would change, before it does."""
    fair = fair_to_edit(slug)
    view = plan_drafts.draft_of(actor(), fair.id)
    if view is None:
        return redirect(url_for("organizer.plan_page", slug=slug), code=303)
    return _check(fair, view, PublishForm())


def _check(fair: Fair, view: DraftView, form: PublishForm) -> str:
    compared = plan_drafts.compare_draft(actor(), fair.id)
    form.version.data, form.over.data = str(view.version), str(compared.over)
    return render_template(
        "organizer/plan_check.html",
        view=view,
        compared=compared,
        problems=check_plan(view.plan),
        shown=SHOWN,
        form=form,
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/so-do/dung")
@audience(Audience.STAFF)
def publish_plan_draft(slug: str) -> Any:
    """Make the draft the fair's plan."""
    fair = fair_to_edit(slug)
    form = PublishForm(request.form)
    try:
        installed = plan_drafts.publish_draft(
            actor(),
            fair.id,
            seen_version=form.seen,
            over=number_from(form.over.data, -1),
            agreed=form.agreed.data,
            now=now(),
        )
    except TgfairError as error:
        view = plan_drafts.draft_of(actor(), fair.id)
        if view is None:
            raise
        form.form_errors.append(error.message())
        return _check(fair, view, form), status_of(error)
    said = f"Đã dùng bản vẽ này làm sơ đồ bản {installed.number}.{waiting_mails(installed)}"
    flash(said, "success")
    return redirect(url_for("organizer.plan_page", slug=slug), code=303)


@bp.get("/ql/<slug>/so-do/nhap/bo")
@audience(Audience.STAFF)
def ask_discard_draft(slug: str) -> Any:
    """Ask before the draft is thrown away."""
    fair = fair_to_edit(slug)
    view = plan_drafts.draft_of(actor(), fair.id)
    if view is None:
        return redirect(url_for("organizer.plan_page", slug=slug), code=303)
    compared = plan_drafts.compare_draft(actor(), fair.id)
    return render_template(
        "organizer/plan_discard.html", view=view, compared=compared, **fair_frame(fair)
    )


@bp.post("/ql/<slug>/so-do/nhap/bo")
@audience(Audience.STAFF)
def discard_plan_draft(slug: str) -> Any:
    """Throw the draft away."""
    fair = fair_to_edit(slug)
    form = DraftForm(request.form)
    plan_drafts.discard_draft(actor(), fair.id, seen_version=form.seen, now=now())
    flash("Đã bỏ bản nháp. Sơ đồ đang dùng không đổi.", "success")
    return redirect(url_for("organizer.plan_page", slug=slug), code=303)
