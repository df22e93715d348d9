"""The forms of fairs: where to start, the fair itself, its texts, its days."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, time
from typing import Any

from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from tgfair.core.application.steps import PAPER_LABELS
from tgfair.core.errors import ConflictError
from tgfair.core.lunar import FIRST_YEAR, LAST_YEAR
from tgfair.core.timetable import LABELS, Timetable
from tgfair.models.fair import Fair, FairKind, IntakeMode
from tgfair.services.fairs import FairData, FairProblemsError
from tgfair.web import labels
from tgfair.web.choices import members, pairs
from tgfair.web.date_fields import DayField, HourField
from tgfair.web.forms import BaseForm, CleanStringField, FilterForm
from tgfair.web.number_fields import NumberRange, WholeNumberField

DAY_HINT = "Ghi như 18/06/2026"
STEPS = tuple(name for name in LABELS if name not in {"opening", "closing"})
PLANS = {
    "": "Chưa có, lập sau",
    "square-150": "Quảng trường, 150 gian trong 6 khu",
    "hall-60": "Hội trường, 60 bàn",
}


class StartForm(FilterForm):
    """Where a new fair starts from, and its first day: typed, by a feast, or by the moon."""

    mau = RadioField("Lập từ đâu?", [DataRequired("Hãy chọn một mẫu.")])
    khai_mac = DayField("Ngày khai mạc", description=DAY_HINT)
    so_ngay = WholeNumberField(
        "Số ngày tổ chức", [Optional()], description="Bỏ trống: theo mẫu hoặc sự kiện cũ"
    )
    le = SelectField("Ngày lễ", [Optional()])
    truoc = WholeNumberField(
        "Khai mạc trước ngày lễ mấy ngày", [Optional(), NumberRange(0, 60, "Ghi từ 0 đến 60.")]
    )
    al_ngay = WholeNumberField("Ngày âm lịch", [Optional()])
    al_thang = WholeNumberField("Tháng âm lịch", [Optional()])
    al_nam = WholeNumberField(
        "Năm âm lịch",
        [Optional(), NumberRange(FIRST_YEAR, LAST_YEAR, f"Năm từ {FIRST_YEAR} đến {LAST_YEAR}.")],
    )
    al_nhuan = BooleanField("Tháng nhuận")
    nam = WholeNumberField(
        "Năm tổ chức",
        [Optional(), NumberRange(FIRST_YEAR, LAST_YEAR, f"Năm từ {FIRST_YEAR} đến {LAST_YEAR}.")],
        description="Khi chép một sự kiện khai mạc theo ngày âm lịch",
    )


class FairForm(BaseForm):
    """A fair: what it is, where, when, and its deadlines."""

    name = CleanStringField("Tên sự kiện", [InputRequired("Hãy ghi tên sự kiện.")])
    theme = CleanStringField("Chủ đề")
    code = CleanStringField(
        "Mã sự kiện",
        [InputRequired("Hãy ghi mã sự kiện.")],
        description="Đứng đầu mã hồ sơ, ví dụ HC26",
    )
    slug = CleanStringField(
        "Địa chỉ trang",
        [InputRequired("Hãy ghi địa chỉ trang.")],
        description="Phần cuối của địa chỉ, ví dụ doan-ngo-2026",
    )
    kind = SelectField("Loại sự kiện", choices=members(FairKind))
    intake = SelectField("Cách nhận đăng ký", choices=members(IntakeMode))
    venue = CleanStringField("Nơi tổ chức", [InputRequired("Hãy ghi nơi tổ chức.")])
    venue_address = CleanStringField("Địa chỉ nơi tổ chức")
    opening = DayField(LABELS["opening"], [InputRequired("Hãy ghi ngày khai mạc.")])
    closing = DayField(LABELS["closing"], [InputRequired("Hãy ghi ngày kết thúc.")])
    opens = HourField(
        "Giờ khai mạc", [InputRequired("Hãy ghi giờ khai mạc.")], description="Ghi như 07:30"
    )
    daily_hours = CleanStringField("Giờ mở cửa hằng ngày", description="Ví dụ 08:00–22:00")
    invite_on = DayField(LABELS["invite_on"])
    registration_opens = DayField(LABELS["registration_opens"], [InputRequired("Hãy ghi ngày.")])
    fair_file_due = DayField(LABELS["fair_file_due"])
    registration_closes = DayField(LABELS["registration_closes"], [InputRequired("Hãy ghi ngày.")])
    supplement_deadline = DayField(LABELS["supplement_deadline"])
    decision_on = DayField(LABELS["decision_on"])
    plan_published_on = DayField(LABELS["plan_published_on"])
    confirm_deadline = DayField(LABELS["confirm_deadline"])
    waitlist_filled_by = DayField(LABELS["waitlist_filled_by"])
    badges_on = DayField(LABELS["badges_on"])
    setup_from = DayField(LABELS["setup_from"])
    setup_to = DayField(LABELS["setup_to"])
    max_booths = WholeNumberField(
        "Số gian nhiều nhất của một cơ sở", [InputRequired("Hãy ghi số.")]
    )
    max_staff = WholeNumberField("Số người trực nhiều nhất", [InputRequired("Hãy ghi số.")])
    shares_booths = BooleanField("Hai cơ sở có thể chung một bàn")
    hotline_name = CleanStringField("Người trực điện thoại")
    hotline = TelField("Số điện thoại hỗ trợ")
    mau = StringField()
    neo = StringField()
    plan = SelectField("Sơ đồ gian hàng", [Optional()], choices=pairs(PLANS))
    version = IntegerField(default=0)


def fair_form(data: FairData) -> FairForm:
    """Return the form filled with a fair."""
    values = {one.name: getattr(data, one.name) for one in fields(data)}
    timetable = values.pop("timetable")
    steps = {one.name: getattr(timetable, one.name) for one in fields(timetable)}
    return FairForm(data={**values, **steps})


def read_fair(form: FairForm, fair: Fair | None = None) -> FairData:
    """Return what a valid form says; an existing fair keeps its days."""
    steps = {name: getattr(form, name).data for name in STEPS}
    opening = fair.first_day if fair else form.opening.data or date.max
    closing = fair.last_day if fair else form.closing.data or date.max
    return FairData(
        name=form.name.data or "",
        code=(form.code.data or "").upper(),
        slug=(form.slug.data or "").lower(),
        kind=FairKind(form.kind.data),
        intake=IntakeMode(form.intake.data),
        venue=form.venue.data or "",
        timetable=Timetable(opening=opening, closing=closing, **steps),
        opens=form.opens.data or time(8),
        theme=form.theme.data or "",
        venue_address=form.venue_address.data or "",
        daily_hours=form.daily_hours.data or "",
        max_booths=form.max_booths.data or 0,
        max_staff=form.max_staff.data or 0,
        shares_booths=bool(form.shares_booths.data),
        hotline=form.hotline.data or "",
        hotline_name=form.hotline_name.data or "",
    )


def put_problems(form: FairForm, error: FairProblemsError) -> None:
    """Put every problem beside its field; one without a field above the form."""
    for problem in error.problems:
        if problem.field in form:
            field = form[problem.field]
            field.errors = [*field.errors, problem.sentence]
        else:
            form.form_errors.append(problem.sentence)


def say_changed(form: Any, version: int) -> None:
    """Say that somebody else changed it, keep what was typed, let a second press overwrite."""
    form.form_errors.append(ConflictError().message())
    form.version.data, form.version.raw_data = version, None


class TextsForm(BaseForm):
    """The organiser's own words."""

    parent = CleanStringField("Cơ quan chủ quản", [Length(max=120, message="Dài quá 120 ký tự.")])
    issuer = CleanStringField("Cơ quan ban hành", [Length(max=120, message="Dài quá 120 ký tự.")])
    place = CleanStringField("Địa danh", [Length(max=60, message="Dài quá 60 ký tự.")])
    symbol = CleanStringField("Ký hiệu văn bản", [Length(max=30, message="Dài quá 30 ký tự.")])
    authority = CleanStringField("Quyền hạn ký", [Length(max=60, message="Dài quá 60 ký tự.")])
    title = CleanStringField("Chức vụ người ký", [Length(max=60, message="Dài quá 60 ký tự.")])
    signer_name = CleanStringField("Họ tên người ký", [Length(max=80, message="Dài quá 80 ký tự.")])
    rules = TextAreaField("Nội quy", [Length(max=4000, message="Dài quá 4.000 ký tự.")])
    consent = TextAreaField("Lời cam kết", [Length(max=1000, message="Dài quá 1.000 ký tự.")])
    papers = SelectMultipleField(
        "Ảnh, giấy tờ cần nộp",
        [Optional()],
        choices=pairs(PAPER_LABELS),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    required_papers = SelectMultipleField(
        "Thiếu thì chưa gửi được hồ sơ",
        [Optional()],
        choices=pairs(PAPER_LABELS),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    version = IntegerField()


def texts_form(fair: Fair) -> TextsForm:
    """Return the form filled with the fair's texts."""
    texts = fair.texts
    signer = texts.get("signer", {})
    wanted = [str(paper) for paper in texts.get("papers", [])]
    return TextsForm(
        data={
            **texts.get("letterhead", {}),
            "authority": signer.get("authority", ""),
            "title": signer.get("title", ""),
            "signer_name": signer.get("name", ""),
            "rules": texts.get("rules", ""),
            "consent": texts.get("consent", ""),
            "papers": [paper.rstrip("!") for paper in wanted],
            "required_papers": [paper.rstrip("!") for paper in wanted if paper.endswith("!")],
            "version": fair.version,
        }
    )


def read_texts(form: TextsForm) -> dict[str, Any]:
    """Return the texts as a fair keeps them; a required paper is a wanted one too."""
    required = form.required_papers.data or []
    wanted = [paper for paper in PAPER_LABELS if paper in {*(form.papers.data or []), *required}]
    return {
        "letterhead": {
            "parent": form.parent.data or "",
            "issuer": form.issuer.data or "",
            "place": form.place.data or "",
            "symbol": form.symbol.data or "",
        },
        "signer": {
            "authority": form.authority.data or "",
            "title": form.title.data or "",
            "name": form.signer_name.data or "",
        },
        "rules": (form.rules.data or "").strip(),
        "consent": (form.consent.data or "").strip(),
        "papers": [f"{paper}!" if paper in required else paper for paper in wanted],
    }


class DaysForm(FilterForm):
    """The new days to look at before anything changes."""

    opening = DayField("Ngày khai mạc mới", [InputRequired("Hãy ghi ngày.")], description=DAY_HINT)
    closing = DayField("Ngày kết thúc mới", [InputRequired("Hãy ghi ngày.")], description=DAY_HINT)


class DatesForm(BaseForm):
    """Other days for a fair, and why."""

    opening = DayField("Ngày khai mạc mới", [InputRequired("Hãy ghi ngày.")])
    closing = DayField("Ngày kết thúc mới", [InputRequired("Hãy ghi ngày.")])
    reason = CleanStringField(
        "Lý do",
        [Length(max=400, message="Dài quá 400 ký tự.")],
        description="Ghi trong thư báo cho các cơ sở",
    )
    decided_by = CleanStringField(
        "Ai quyết định",
        [Length(max=200, message="Dài quá 200 ký tự.")],
        description="Người, cơ quan, số văn bản. Ví dụ: Phó Chủ tịch UBND tỉnh, CV 151/UBND",
    )
    version = IntegerField()


class PutOffForm(BaseForm):
    """Put a fair off, and why."""

    reason = CleanStringField(
        "Lý do hoãn",
        [Length(max=400, message="Dài quá 400 ký tự.")],
        description="Ghi trong thư báo cho các cơ sở",
    )
    decided_by = CleanStringField(
        "Ai quyết định hoãn", [Length(max=200, message="Dài quá 200 ký tự.")]
    )
    version = IntegerField()


class ZoneForm(BaseForm):
    """Whom a zone takes."""

    groups = SelectMultipleField(
        "Nhóm sản phẩm được nhận",
        [Optional()],
        choices=pairs(labels.GROUP_LABELS),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="Không chọn mục nào: nhận mọi nhóm",
    )
    exhibitor_kinds = SelectMultipleField(
        "Loại chủ thể được nhận",
        [Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="Không chọn mục nào: nhận mọi loại",
    )
    purpose = CleanStringField("Ghi chú về khu", [Length(max=200, message="Dài quá 200 ký tự.")])
    version = IntegerField()
