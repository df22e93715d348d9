"""The rules of assignment of a fair: in words, and as numbers and lists to change."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from wtforms import HiddenField, IntegerField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from tgfair.core.allocation.problem import Weights
from tgfair.core.allocation.rulebook import MOST_BOOTHS, MOST_POINTS, said_as_goals, said_as_rules
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.layout.booth_types import BOOTH_TYPES
from tgfair.documents.allocation_minutes import allocation_minutes, allocation_minutes_docx
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services.booth_rules import (
    TypedRules,
    booth_rules,
    booth_types,
    set_booth_rules,
    typed_rules,
)
from tgfair.services.queries.allocation_minutes import minutes_of
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.choices import pairs
from tgfair.web.forms import BaseForm
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import GROUP_LABELS
from tgfair.web.number_fields import NumberRange, number_from
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame

POINTS = (
    InputRequired("Hãy ghi số điểm."),
    NumberRange(0, MOST_POINTS, f"Điểm từ 0 đến {MOST_POINTS}."),
)
CAP = (Optional(), NumberRange(1, MOST_BOOTHS, f"Số gian từ 1 đến {MOST_BOOTHS}."))
WEIGHTS = (
    "same_group",
    "cooperative",
    "same_product",
    "magnets",
    "communes",
    "last_year",
    "corner",
    "many_products",
    "magnet_stars",
)
LISTS = ("apart", "owners", "cooperatives", "good", "bad")
TYPES = {kind: f"kind_{kind}" for kind in BOOTH_TYPES}


def _groups_taken(kind: str) -> SelectMultipleField:
    return SelectMultipleField(
        BOOTH_TYPES[kind],
        [Optional()],
        choices=pairs(GROUP_LABELS),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="Không chọn mục nào: nhận mọi nhóm",
    )


class RulesForm(BaseForm):
    """Points of the goals, caps, whom a type of booth takes, and who stands near whom."""

    wish1 = IntegerField("Nguyện vọng 1", POINTS)
    wish2 = IntegerField("Nguyện vọng 2", POINTS)
    wish3 = IntegerField("Nguyện vọng 3", POINTS)
    same_group = IntegerField("Cộng khi hai gian cạnh nhau cùng nhóm sản phẩm", POINTS)
    cooperative = IntegerField("Cộng khi thành viên một hợp tác xã cạnh nhau", POINTS)
    same_product = IntegerField("Trừ khi hai gian cạnh nhau bán cùng loại sản phẩm", POINTS)
    magnets = IntegerField("Trừ khi hai cơ sở nhiều sao cạnh nhau", POINTS)
    magnet_stars = IntegerField("Nhiều sao là từ", POINTS)
    communes = IntegerField("Trừ khi một xã có nhiều gian chỗ đông khách", POINTS)
    last_year = IntegerField("Cộng khi lần trước chỗ vắng, nay chỗ đông khách", POINTS)
    corner = IntegerField("Cộng khi hợp tác xã nhiều sản phẩm được gian góc", POINTS)
    many_products = IntegerField("Nhiều sản phẩm là từ", POINTS)
    cap_per_subject = IntegerField(
        "Mỗi cơ sở nhiều nhất", CAP, description="Để trống: theo cài đặt của sự kiện"
    )
    cap_per_owner = IntegerField("Các cơ sở cùng một chủ nhiều nhất", CAP)
    kind_standard = _groups_taken("standard")
    kind_food = _groups_taken("food")
    kind_raw = _groups_taken("raw")
    kind_table = _groups_taken("table")
    owners = TextAreaField(
        "Các nhóm cùng một chủ", description="Mỗi dòng: Tên chủ: mã hồ sơ, mã hồ sơ"
    )
    cooperatives = TextAreaField(
        "Thành viên cùng hợp tác xã, liên hiệp",
        description="Mỗi dòng: Tên hợp tác xã: mã hồ sơ, mã hồ sơ",
    )
    apart = TextAreaField("Không đứng cạnh nhau", description="Mỗi dòng hai mã hồ sơ")
    good = TextAreaField("Gian chỗ đông khách", description="Ví dụ: A01, A02, B11")
    bad = TextAreaField("Gian chỗ vắng", description="Ví dụ: D12, D24")
    version = HiddenField()


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.ASSIGN_BOOTHS, fair)
    return fair


def _filled(fair: Fair) -> RulesForm:
    typed = typed_rules(actor(), fair.id)
    wishes = dict(zip(("wish1", "wish2", "wish3"), typed.weights.wishes, strict=False))
    return RulesForm(
        data={
            **wishes,
            **{name: getattr(typed.weights, name) for name in WEIGHTS},
            **{name: getattr(typed, name) for name in LISTS},
            **{TYPES[kind]: groups for kind, groups in typed.kind_groups.items()},
            "cap_per_subject": typed.cap_per_subject,
            "cap_per_owner": typed.cap_per_owner,
            "version": str(fair.version),
        }
    )


def _page(fair: Fair, form: RulesForm) -> str:
    book, counts = booth_rules(fair), booth_types(actor(), fair)
    ruled = dict(book.kind_groups)
    return render_template(
        "organizer/booth_rules.html",
        form=form,
        weights=[form[name] for name in ("wish1", "wish2", "wish3", *WEIGHTS)],
        types=[(form[TYPES[one]], counts[one]) for one in TYPES if counts[one] or one in ruled],
        lists=[form[name] for name in LISTS],
        rules=said_as_rules(book),
        goals=said_as_goals(book),
        **fair_frame(fair),
    )


@bp.get("/ql/<slug>/xep/the-le")
@audience(Audience.STAFF)
def booth_rules_page(slug: str) -> str:
    """Show the rules in words and as a form."""
    fair = _fair(slug)
    return _page(fair, _filled(fair))


@bp.post("/ql/<slug>/xep/the-le")
@audience(Audience.STAFF)
def save_booth_rules(slug: str) -> Any:
    """Change the rules."""
    fair = _fair(slug)
    form = RulesForm(request.form)
    if not form.validate():
        return _page(fair, form), 400
    try:
        set_booth_rules(
            actor(),
            fair.id,
            _typed(form),
            seen_version=number_from(form.version.data),
            now=now(),
        )
    except InvalidError as error:
        field = form[error.field] if error.field in {*LISTS, *TYPES.values()} else form.wish1
        field.errors = [*field.errors, error.message()]
        return _page(fair, form), 400
    except ConflictError as error:
        flash(error.message(), "error")
        return _page(fair, form), 409
    flash("Đã lưu thể lệ xếp gian.", "success")
    return redirect(url_for("organizer.booth_rules_page", slug=slug), code=303)


def _typed(form: RulesForm) -> TypedRules:
    numbers = {name: form[name].data or 0 for name in WEIGHTS}
    wishes = tuple(form[name].data or 0 for name in ("wish1", "wish2", "wish3"))
    return TypedRules(
        weights=Weights(wishes=wishes, **numbers),
        cap_per_subject=form.cap_per_subject.data,
        cap_per_owner=form.cap_per_owner.data,
        kind_groups={kind: form[name].data or () for kind, name in TYPES.items()},
        **{name: form[name].data or "" for name in LISTS},
    )


@bp.get("/ql/<slug>/xep/bien-ban-<int:number>.pdf")
@audience(Audience.STAFF)
def allocation_minutes_pdf(slug: str, number: int) -> Response:
    """Give the minutes of a published version for print and signature."""
    fair = _fair(slug)
    minutes = minutes_of(actor(), fair, number)
    name = f"bien-ban-xep-gian-{fair.slug}-{number}.pdf"
    return Response(
        allocation_minutes(minutes),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@bp.get("/ql/<slug>/xep/bien-ban-<int:number>.docx")
@audience(Audience.STAFF)
def allocation_minutes_word(slug: str, number: int) -> Response:
    """Give the same minutes as a Word document, for who has to change a word."""
    fair = _fair(slug)
    minutes = minutes_of(actor(), fair, number)
    name = f"bien-ban-xep-gian-{fair.slug}-{number}.docx"
    return Response(
        allocation_minutes_docx(minutes),
        mimetype="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
