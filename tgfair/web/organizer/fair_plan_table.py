"""The draft of a plan as tables and forms: all that the drawing board does, without dragging."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tgfair.core.errors import InvalidError, NotFoundError, TgfairError
from tgfair.core.layout.booth_types import BOOTH_TYPES, type_of
from tgfair.core.layout.checks import check_plan
from tgfair.core.layout.draft import object_of
from tgfair.core.layout.plan import KIND_NAMES, Kind, Plan, PlanObject
from tgfair.documents.plan_svg import plan_svg
from tgfair.models.fair import Fair
from tgfair.services import plan_edits
from tgfair.services.plan_drafts import DraftView, draft_of
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.fair_plan_draft import FileForm
from tgfair.web.organizer.frame import fair_frame, fair_to_edit
from tgfair.web.organizer.plan_forms import (
    DraftForm,
    GroupForm,
    ObjectForm,
    RowForm,
    SelectionForm,
    SheetForm,
    new_object,
    object_form,
    object_from,
    offer_zones,
)

SHOWN_PROBLEMS = 30


def _drawn(slug: str) -> tuple[Fair, DraftView]:
    fair = fair_to_edit(slug)
    view = draft_of(actor(), fair.id)
    if view is None:
        raise NotFoundError
    return fair, view


@bp.get("/ql/<slug>/so-do/bang")
@audience(Audience.STAFF)
def plan_table(slug: str) -> Any:
    """Show the draft as tables, with the forms that change it."""
    fair = fair_to_edit(slug)
    view = draft_of(actor(), fair.id)
    if view is None:
        return redirect(url_for("organizer.plan_editor", slug=slug), code=303)
    return _table(fair, view)


def _table(fair: Fair, view: DraftView, sent: DraftForm | None = None) -> str:
    """Show the tables; `sent` is the form that came back with errors, the others are fresh."""
    plan = view.plan
    row = sent if isinstance(sent, RowForm) else RowForm()
    offer_zones(row, plan, optional=False)
    forms = {
        "row": row,
        "group": sent if isinstance(sent, GroupForm) else GroupForm(),
        "sheet": sent if isinstance(sent, SheetForm) else _sheet_form(plan),
        "selection": sent if isinstance(sent, SelectionForm) else SelectionForm(),
        "loaded": FileForm(),
    }
    for form in forms.values():
        form.version.data = str(view.version)
    return render_template(
        "organizer/plan_table.html",
        view=view,
        drawing=plan_svg(plan),
        problems=check_plan(plan)[:SHOWN_PROBLEMS],
        kinds=KIND_NAMES,
        sorts={item.id: _sort(item) for item in plan.objects},
        counts={g.id: sum(item.group == g.id for item in plan.objects) for g in plan.groups},
        sent=sent,
        **forms,
        **fair_frame(fair),
    )


def _sort(item: PlanObject) -> str:
    """Return what the thing is; a booth is of a type."""
    booth = item.kind is Kind.BOOTH
    return BOOTH_TYPES[type_of(item.tags)] if booth else KIND_NAMES[item.kind]


def _sheet_form(plan: Plan) -> SheetForm:
    names = ("name", "width", "height", "north", "note")
    return SheetForm(data={name: getattr(plan, name) for name in names})


def _done(slug: str, sentence: str, anchor: str = "") -> Response:
    flash(sentence, "success")
    return redirect(url_for("organizer.plan_table", slug=slug) + anchor, code=303)


def _refused(fair: Fair, form: DraftForm, error: TgfairError) -> Any:
    """Show the page again with what was typed, the sentence at its field, the newest version."""
    field = error.field if isinstance(error, InvalidError) else None
    if field is not None and field in form:
        form[field].errors = [error.message()]
    else:
        form.form_errors.append(error.message())
    view = draft_of(actor(), fair.id)
    if view is None:
        raise error
    return _table(fair, view, form), 400


@bp.post("/ql/<slug>/so-do/bang/mat-bang")
@audience(Audience.STAFF)
def save_plan_sheet(slug: str) -> Any:
    """Write the size and the name of the sheet."""
    fair, view = _drawn(slug)
    form = SheetForm(request.form)
    if not form.validate():
        return _table(fair, view, form), 400
    try:
        plan_edits.change_sheet(actor(), fair.id, form.value(), seen_version=form.seen, now=now())
    except InvalidError as error:
        return _refused(fair, form, error)
    return _done(slug, "Đã lưu mặt bằng.")


@bp.post("/ql/<slug>/so-do/bang/khu")
@audience(Audience.STAFF)
def save_plan_group(slug: str) -> Any:
    """Add or write a zone, or delete one without booths."""
    fair, view = _drawn(slug)
    form = GroupForm(request.form)
    drop = request.form.get("drop")
    if not drop and not form.validate():
        return _table(fair, view, form), 400
    try:
        if drop:
            plan_edits.remove_group(actor(), fair.id, drop, seen_version=form.seen, now=now())
        else:
            plan_edits.put_group(actor(), fair.id, form.value(), seen_version=form.seen, now=now())
    except TgfairError as error:
        return _refused(fair, form, error)
    return _done(slug, f"Đã xóa khu {drop}." if drop else f"Đã lưu khu {form.id.data}.", "#khu")


@bp.post("/ql/<slug>/so-do/bang/day")
@audience(Audience.STAFF)
def add_plan_row(slug: str) -> Any:
    """Add a row of booths."""
    fair, view = _drawn(slug)
    form = RowForm(request.form)
    if not form.validate():
        return _table(fair, view, form), 400
    try:
        labels = plan_edits.add_row(
            actor(), fair.id, form.request(), seen_version=form.seen, now=now()
        )
    except TgfairError as error:
        return _refused(fair, form, error)
    return _done(slug, f"Đã thêm {len(labels)} gian, từ {labels[0]} đến {labels[-1]}.", "#gian")


@bp.post("/ql/<slug>/so-do/bang/chon")
@audience(Audience.STAFF)
def change_plan_selection(slug: str) -> Any:
    """Move or delete what was ticked."""
    fair, view = _drawn(slug)
    form = SelectionForm(request.form)
    ids = request.form.getlist("id")
    if not form.validate():
        return _table(fair, view, form), 400
    if not ids:
        return _refused(fair, form, InvalidError("Chưa chọn dòng nào."))
    by = (float(form.right.data or 0), float(form.down.data or 0))
    try:
        if request.form.get("act") == "delete":
            plan_edits.remove_objects(actor(), fair.id, ids, seen_version=form.seen, now=now())
            return _done(slug, f"Đã xóa {len(ids)} đối tượng khỏi bản nháp.", "#gian")
        plan_edits.move_objects(actor(), fair.id, ids, by, seen_version=form.seen, now=now())
    except TgfairError as error:
        return _refused(fair, form, error)
    return _done(slug, f"Đã dời {len(ids)} đối tượng.", "#gian")


@bp.get("/ql/<slug>/so-do/bang/them")
@audience(Audience.STAFF)
def new_plan_object(slug: str) -> Any:
    """Show the form of a new object; `loai` is its kind."""
    fair, view = _drawn(slug)
    item = new_object(_kind(), view.plan)
    return _object(fair, view, item, object_form(item))


@bp.post("/ql/<slug>/so-do/bang/them")
@audience(Audience.STAFF)
def add_plan_object(slug: str) -> Any:
    """Add an object."""
    fair, view = _drawn(slug)
    item = new_object(_kind(), view.plan)
    return _saved(fair, view, item)


@bp.get("/ql/<slug>/so-do/bang/vat/<object_id>")
@audience(Audience.STAFF)
def plan_object(slug: str, object_id: str) -> Any:
    """Show one object in figures."""
    fair, view = _drawn(slug)
    item = object_of(view.plan, object_id)
    return _object(fair, view, item, object_form(item))


@bp.post("/ql/<slug>/so-do/bang/vat/<object_id>")
@audience(Audience.STAFF)
def save_plan_object(slug: str, object_id: str) -> Any:
    """Write one object anew."""
    fair, view = _drawn(slug)
    return _saved(fair, view, object_of(view.plan, object_id))


def _kind() -> Kind:
    text = request.args.get("loai", "")
    return Kind(text) if text in set(Kind) else Kind.BOOTH


def _object(fair: Fair, view: DraftView, item: PlanObject, form: ObjectForm) -> str:
    form.version.data = str(view.version)
    offer_zones(form, view.plan, optional=item.kind is not Kind.BOOTH)
    return render_template(
        "organizer/plan_object.html",
        item=item,
        kind=KIND_NAMES[item.kind],
        form=form,
        **fair_frame(fair),
    )


def _saved(fair: Fair, view: DraftView, item: PlanObject) -> Any:
    form = ObjectForm(request.form)
    seen = form.seen
    if not form.validate():
        return _object(fair, view, item, form), 400
    wanted = object_from(form, item)
    try:
        plan_edits.put_object(actor(), fair.id, wanted, seen_version=seen, now=now())
    except TgfairError as error:
        form.form_errors.append(error.message())
        return _object(fair, view, item, form), 400
    return _done(fair.slug, f"Đã lưu {wanted.name}.", f"#o-{item.id}" if item.id else "#gian")
