"""The plan of a fair: drawing and table, upload and download, one booth."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from wtforms import FileField, IntegerField
from wtforms.validators import InputRequired, Length

from tgfair.core.errors import ConflictError, InvalidError, TgfairError
from tgfair.core.layout.checks import check_plan
from tgfair.core.layout.grid import GridRequest, grid_plan
from tgfair.core.layout.plan import Group, Plan
from tgfair.documents.plan_file import plan_templates, read_plan_file
from tgfair.documents.plan_svg import BoothView as Drawn
from tgfair.documents.plan_svg import plan_svg, print_scale
from tgfair.models.fair import Fair
from tgfair.policy import Action, can
from tgfair.services import allocations, booths, plans
from tgfair.services.queries.booths import (
    STATE_LABELS,
    BoothState,
    BoothView,
    live_booths,
    newest_drawing,
)
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.forms import BaseForm, CleanStringField, beside
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.number_fields import MetresField, WholeNumberField
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.fair_forms import PLANS
from tgfair.web.organizer.frame import fair_frame, fair_to_edit

SHOWN_PROBLEMS = 30
TOO_LARGE = "Tệp sơ đồ quá lớn. Tệp phải nhỏ hơn 2 MB."
LOCKED = {BoothState.BLOCKED: "locked"}


class GridForm(BaseForm):
    """The quick form: rows of equal booths."""

    zone = CleanStringField("Tên khu", [InputRequired("Hãy ghi tên khu.")], default="Khu chung")
    rows = WholeNumberField("Số dãy", [InputRequired("Hãy ghi số dãy.")], default=4)
    columns = WholeNumberField("Số gian mỗi dãy", [InputRequired("Hãy ghi số gian.")], default=10)
    booth_w = MetresField("Chiều rộng gian (m)", [InputRequired("Hãy ghi số mét.")], default=3)
    booth_d = MetresField("Chiều sâu gian (m)", [InputRequired("Hãy ghi số mét.")], default=3)
    gap = MetresField("Lối đi (m)", [InputRequired("Hãy ghi số mét.")], default=3)
    labels = CleanStringField(
        "Cách đánh số",
        [InputRequired("Hãy ghi cách đánh số.")],
        default="@##",
        description="@ là chữ của dãy, # là số: @## cho A01, A02; G-### cho G-001",
    )
    power_w = WholeNumberField("Điện mỗi gian (W)", [InputRequired("Hãy ghi số W.")], default=500)


class UploadForm(BaseForm):
    """A plan file."""

    file = FileField("Tệp sơ đồ (JSON, GeoJSON hoặc SVG)")


class BoothForm(BaseForm):
    """What is written about a booth beside its drawing."""

    funding = CleanStringField(
        "Nguồn kinh phí",
        [Length(max=24, message="Dài quá 24 ký tự.")],
        description="Ví dụ: khuyến công, xúc tiến thương mại, tự túc",
    )
    note = CleanStringField("Ghi chú", [Length(max=300, message="Dài quá 300 ký tự.")])
    blocked_reason = CleanStringField(
        "Không dùng gian này vì",
        [Length(max=200, message="Dài quá 200 ký tự.")],
        description="Bỏ trống: gian dùng bình thường",
    )
    version = IntegerField()


@bp.get("/ql/<slug>/so-do")
@audience(Audience.STAFF)
def plan_page(slug: str) -> Any:
    """Show the plan and the table of its booths; `?in=1` prints it on A3."""
    fair = fair_for_staff(actor(), slug)
    if request.args.get("in"):
        return _print(fair)
    return _page(fair)


def _page(fair: Fair, upload: UploadForm | None = None, grid: GridForm | None = None) -> str:
    plan = newest_drawing(fair.id)
    all_booths = live_booths(fair.id)
    return render_template(
        "organizer/fair_plan.html",
        plan=plan,
        drawing=_drawing(fair, plan, all_booths),
        booths=all_booths,
        counts=[
            {"value": sum(b.state is state for b in all_booths), "label": STATE_LABELS[state]}
            for state in BoothState
        ],
        state_labels=STATE_LABELS,
        problems=check_plan(plan)[:SHOWN_PROBLEMS] if plan else [],
        templates={key: text for key, text in PLANS.items() if key},
        upload=upload or UploadForm(),
        grid=grid or GridForm(),
        **fair_frame(fair),
    )


def _drawing(fair: Fair, plan: Plan | None, all_booths: list[BoothView]) -> Markup | None:
    if plan is None:
        return None
    editable = can(actor(), Action.EDIT_FAIR, fair)
    views = {
        booth.label: Drawn(
            state=LOCKED.get(booth.state, str(booth.state)),
            holder=booth.names,
            group=booth.group,
            href=url_for("organizer.booth_page", slug=fair.slug, label=booth.label)
            if editable
            else f"#gian-{booth.label}",
            note=booth.blocked_reason or "",
        )
        for booth in all_booths
    }
    return plan_svg(plan, views)


def _print(fair: Fair) -> str:
    plan = newest_drawing(fair.id)
    drawing, scale = None, 0
    if plan is not None:
        scale = print_scale(plan)
        views = {
            booth.label: Drawn(
                state=LOCKED.get(booth.state, str(booth.state)),
                holder=booth.names,
                group=booth.group,
            )
            for booth in live_booths(fair.id)
        }
        drawing = plan_svg(plan, views, scale=scale)
    return render_template(
        "organizer/fair_plan_print.html", fair=fair, drawing=drawing, scale=scale
    )


def _installed(fair: Fair, plan: Plan) -> Any:
    installed = plans.install_plan(actor(), fair.id, plan, now=now())
    problems = len(check_plan(plan))
    said = f" Sơ đồ có {problems} chỗ nên xem lại, liệt kê bên dưới." if problems else ""
    flash(
        f"Đã dùng sơ đồ bản {installed.number}, {len(plan.booths)} gian."
        f"{waiting_mails(installed)}{said}",
        "success",
    )
    return redirect(url_for("organizer.plan_page", slug=fair.slug), code=303)


def waiting_mails(installed: plans.Installed) -> str:
    """Return the sentence that says how many holders are to be told, and where."""
    if not installed.mails:
        return ""
    return f" {installed.mails} thư báo gian thay đổi đang chờ bấm gửi ở trang Thông báo."


@bp.post("/ql/<slug>/so-do/tep")
@audience(Audience.STAFF, upload_mb=4, too_large=TOO_LARGE)
def upload_plan(slug: str) -> Any:
    """Use an uploaded plan file."""
    fair = fair_to_edit(slug)
    sent = request.files.get("file")
    try:
        return _installed(fair, read_plan_file(sent.read() if sent else b""))
    except TgfairError as error:
        form = UploadForm()
        form.file.errors = [error.message()]
        return _page(fair, upload=form), 400


@bp.post("/ql/<slug>/so-do/mau")
@audience(Audience.STAFF)
def use_plan_template(slug: str) -> Any:
    """Use one of the shipped plans."""
    fair = fair_to_edit(slug)
    plan = plan_templates().get(request.form.get("plan", ""))
    try:
        if plan is None:
            return _refused(fair, "Hãy chọn một sơ đồ mẫu.")
        return _installed(fair, plan)
    except ConflictError as error:
        return _refused(fair, error.message())


def _refused(fair: Fair, sentence: str) -> Any:
    flash(sentence, "error")
    return redirect(url_for("organizer.plan_page", slug=fair.slug), code=303)


@bp.post("/ql/<slug>/so-do/luoi")
@audience(Audience.STAFF)
def use_grid(slug: str) -> Any:
    """Use rows of equal booths from the quick form."""
    fair = fair_to_edit(slug)
    form = GridForm(request.form)
    if form.validate():
        try:
            return _installed(fair, grid_plan(_grid(fair, form)))
        except InvalidError as error:
            beside(form, error)
        except ConflictError as error:
            form.form_errors.append(error.message())
    return _page(fair, grid=form), 400


def _grid(fair: Fair, form: GridForm) -> GridRequest:
    return GridRequest(
        name=fair.name[:120],
        zone=Group("A", (form.zone.data or "")[:120], "#F6C65B"),
        rows=form.rows.data or 0,
        columns=form.columns.data or 0,
        booth_w=float(form.booth_w.data or 0),
        booth_d=float(form.booth_d.data or 0),
        gap=float(form.gap.data or 0),
        labels=form.labels.data or "",
        power_w=form.power_w.data or 0,
    )


@bp.get("/ql/<slug>/so-do/gian/<label>")
@audience(Audience.STAFF)
def booth_page(slug: str, label: str) -> Any:
    """Show one booth and what is written about it."""
    fair = fair_to_edit(slug)
    booth = booths.booth_of(actor(), fair.id, label)
    form = BoothForm(
        data={
            "funding": booth.funding or "",
            "note": booth.note or "",
            "blocked_reason": booth.blocked_reason or "",
            "version": booth.version,
        }
    )
    return _booth(fair, label, form)


def _booth(fair: Fair, label: str, form: BoothForm) -> str:
    view = next(one for one in live_booths(fair.id) if one.label == label)
    return render_template(
        "organizer/fair_booth.html",
        booth=view,
        form=form,
        state_labels=STATE_LABELS,
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/so-do/gian/<label>")
@audience(Audience.STAFF)
def save_booth(slug: str, label: str) -> Any:
    """Write about a booth, block it or give it back."""
    fair = fair_to_edit(slug)
    booth = booths.booth_of(actor(), fair.id, label)
    form = BoothForm(request.form)
    if not form.validate():
        return _booth(fair, label, form), 400
    reason = form.blocked_reason.data or None
    try:
        booths.edit_booth(
            actor(),
            fair.id,
            label,
            funding=form.funding.data or "",
            note=form.note.data or "",
            seen_version=form.version.data or 0,
            now=now(),
        )
        if reason != booth.blocked_reason:
            allocations.block_booth(actor(), fair.id, label, reason=reason, now=now())
    except TgfairError as error:
        form.form_errors.append(error.message())
        newest = booths.booth_of(actor(), fair.id, label)
        form.version.data, form.version.raw_data = newest.version, None
        return _booth(fair, label, form), 400
    flash(f"Đã lưu gian {label}.", "success")
    return redirect(url_for("organizer.plan_page", slug=slug) + f"#gian-{label}", code=303)
