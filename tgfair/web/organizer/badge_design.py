"""How the badges of a fair look, how many a booth gets, and printing them all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from wtforms import BooleanField, FileField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from tgfair.core.badge import BadgeKind
from tgfair.core.badge_design import (
    LEAST_QR_MM,
    MOST_QR_MM,
    BadgeDesign,
    Block,
    Sheet,
    known_blocks,
)
from tgfair.core.badge_rules import MOST_A_BOOTH, BadgeRules, condition_of, read_rules
from tgfair.core.errors import ConflictError, InvalidError, TgfairError
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services import badge_print_jobs, badge_printing, badge_settings
from tgfair.services.badge_print_jobs import Wanted
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web import limits
from tgfair.web.choices import pairs
from tgfair.web.downloads import pdf_file
from tgfair.web.forms import BaseForm
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.number_fields import NumberRange, WholeNumberField
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame

PER_BOOTH = [
    InputRequired("Hãy ghi số."),
    NumberRange(0, MOST_A_BOOTH, f"Từ 0 đến {MOST_A_BOOTH} thẻ."),
]
TOO_LARGE = "Ảnh lớn hơn 10 MB. Hãy chọn ảnh khác."


class LookForm(BaseForm):
    """Blocks, paper, numbers."""

    version = IntegerField(widget=HiddenInput())
    builders = WholeNumberField("Thẻ thi công cho mỗi gian", PER_BOOTH)
    vehicles = WholeNumberField("Thẻ xe cho mỗi gian", PER_BOOTH)
    sheet = SelectField("Khổ giấy", choices=pairs({sheet.value: sheet.label for sheet in Sheet}))
    blocks = SelectMultipleField(
        "Trên thẻ có",
        description="Loại thẻ, họ tên và ô QR luôn có",
        choices=pairs({block.value: block.label for block in Block}),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    qr_mm = WholeNumberField(
        "Cạnh ô QR (mm)",
        [
            InputRequired("Hãy ghi số."),
            NumberRange(
                LEAST_QR_MM, MOST_QR_MM, f"Từ {LEAST_QR_MM} đến {MOST_QR_MM} mm để máy đọc được."
            ),
        ],
    )
    crop_marks = BooleanField("In dấu cắt ở góc thẻ")


class LogoForm(BaseForm):
    """A sponsor's logo."""

    logo = FileField("Dấu hiệu nhà tài trợ")


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.MANAGE_BADGES, fair)
    return fair


@bp.get("/ql/<slug>/the/mau")
@audience(Audience.STAFF)
def badge_look(slug: str) -> str:
    """Show what a badge looks like and what it is printed on."""
    fair = _fair(slug)
    return _kept_page(fair, LogoForm())


def _kept_page(fair: Fair, logo: LogoForm) -> str:
    rules = read_rules(fair.badge_rules)
    design = rules.design
    form = LookForm(
        data={
            "version": fair.version,
            "builders": rules.a_booth[BadgeKind.BUILDER],
            "vehicles": rules.a_booth[BadgeKind.VEHICLE],
            "sheet": design.sheet.value,
            "blocks": [block.value for block in design.blocks],
            "qr_mm": design.qr_mm,
            "crop_marks": design.crop_marks,
        }
    )
    return _look_page(fair, form, design, logo)


def _look_page(fair: Fair, form: LookForm, design: BadgeDesign, logo: LogoForm) -> str:
    return render_template(
        "organizer/badge_look.html",
        form=form,
        logo=logo,
        logos=read_rules(fair.badge_rules).design.logos,
        sample=url_for("organizer.badge_sample", slug=fair.slug, **_in_address(design)),
        conditions=[(kind.label, condition_of(kind).label) for kind in BadgeKind],
        **fair_frame(fair),
    )


def _in_address(design: BadgeDesign) -> dict[str, Any]:
    return {
        "kho": design.sheet.value,
        "qr": str(design.qr_mm),
        "co": ".".join(block.value for block in Block if block in design.blocks),
    }


@bp.post("/ql/<slug>/the/mau")
@audience(Audience.STAFF)
def save_badge_look(slug: str) -> Any:
    """Keep the design, or only show what it would look like."""
    fair, form = _fair(slug), LookForm(request.form)
    if not form.validate():
        return _look_page(fair, form, read_rules(fair.badge_rules).design, LogoForm()), 400
    rules = _typed(form)
    if request.form.get("action") == "preview":
        return _look_page(fair, form, rules.design, LogoForm())
    try:
        seen = form.version.data or 0
        badge_settings.save_badge_rules(actor(), fair.id, rules, seen_version=seen, now=now())
    except ConflictError as error:
        fair = _fair(slug)
        form.form_errors.append(error.message())
        form.version.data, form.version.raw_data = fair.version, None
        return _look_page(fair, form, rules.design, LogoForm()), 400
    flash("Đã lưu mẫu thẻ.", "success")
    return redirect(url_for("organizer.badge_look", slug=slug), code=303)


def _typed(form: LookForm) -> BadgeRules:
    design = BadgeDesign(
        sheet=Sheet(form.sheet.data),
        blocks=known_blocks(form.blocks.data or []),
        qr_mm=int(form.qr_mm.data or LEAST_QR_MM),
        crop_marks=bool(form.crop_marks.data),
    )
    counts = {
        BadgeKind.BUILDER: int(form.builders.data or 0),
        BadgeKind.VEHICLE: int(form.vehicles.data or 0),
    }
    return BadgeRules(counts, design)


@bp.get("/ql/<slug>/the/mau.png")
@audience(Audience.STAFF)
def badge_sample(slug: str) -> Response:
    """Draw a made-up badge, by what the address says or as the fair has it."""
    fair = _fair(slug)
    design = read_rules(fair.badge_rules).design
    if "kho" in request.args:
        millimetres = request.args.get("qr", "")
        design = replace(
            design,
            sheet=_sheet(request.args.get("kho")) or design.sheet,
            blocks=known_blocks(request.args.get("co", "").split(".")),
            qr_mm=min(max(int(millimetres), LEAST_QR_MM), MOST_QR_MM)
            if millimetres in {str(n) for n in range(LEAST_QR_MM, MOST_QR_MM + 1)}
            else design.qr_mm,
        )
    return Response(badge_printing.design_preview(actor(), fair.id, design), mimetype="image/png")


def _sheet(text: str | None) -> Sheet | None:
    return next((sheet for sheet in Sheet if sheet.value == text), None)


@bp.get("/ql/<slug>/the/in-thu.pdf")
@audience(Audience.STAFF)
def badge_trial(slug: str) -> Response:
    """Give a sheet to try the printer with, and rulers to measure it by."""
    fair = _fair(slug)
    pdf = badge_printing.trial_print(actor(), fair.id, _sheet(request.args.get("kho")))
    return pdf_file(pdf, f"in-thu-{slug}.pdf")


@bp.post("/ql/<slug>/the/mau/dau-hieu")
@limits.uploads
@audience(Audience.STAFF, upload_mb=11, too_large=TOO_LARGE)
def add_badge_logo(slug: str) -> Any:
    """Add a sponsor's logo."""
    fair, form = _fair(slug), LogoForm(request.form)
    sent = request.files.get("logo")
    try:
        badge_settings.add_logo(actor(), fair.id, sent.read() if sent else b"", now=now())
    except TgfairError as error:
        form.logo.errors = [error.message()]
        return _kept_page(fair, form), 400
    flash("Đã thêm dấu hiệu.", "success")
    return redirect(url_for("organizer.badge_look", slug=slug), code=303)


@bp.post("/ql/<slug>/the/mau/dau-hieu/<digest>/bo")
@audience(Audience.STAFF)
def drop_badge_logo(slug: str, digest: str) -> Any:
    """Take a logo off."""
    badge_settings.remove_logo(actor(), _fair(slug).id, digest, now=now())
    flash("Đã bỏ dấu hiệu.", "success")
    return redirect(url_for("organizer.badge_look", slug=slug), code=303)


@bp.get("/ql/<slug>/the/mau/dau-hieu/<digest>.jpg")
@audience(Audience.STAFF)
def badge_logo(slug: str, digest: str) -> Response:
    """Show a logo."""
    data = badge_settings.logo_of(actor(), _fair(slug).id, digest)
    return Response(data, mimetype="image/jpeg")


@bp.post("/ql/<slug>/the/in-tat-ca")
@audience(Audience.STAFF)
def print_all_badges(slug: str) -> Any:
    """Start drawing every badge of a kind, or of all, into one file."""
    fair = _fair(slug)
    kind = request.form.get("loai", "")
    wanted = Wanted(
        kind=BadgeKind(int(kind)) if kind in {str(int(one)) for one in BadgeKind} else None,
        only_new="moi" in request.form,
        sheet=_sheet(request.form.get("kho")),
    )
    try:
        job = badge_print_jobs.start_print(actor(), fair.id, wanted, now=now())
    except InvalidError as error:
        flash(error.message(), "error")
        return redirect(url_for("organizer.badge_list", slug=slug), code=303)
    return redirect(f"/viec/{job}", code=303)


@bp.get("/ql/<slug>/the/tep/<job>.pdf")
@audience(Audience.STAFF)
def printed_badges(slug: str, job: str) -> Any:
    """Give the file that a job drew."""
    file = badge_print_jobs.printed_file(actor(), _fair(slug).id, job)
    name = f"the-{slug}.pdf"
    return send_file(file, mimetype="application/pdf", as_attachment=True, download_name=name)
