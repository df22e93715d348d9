"""Forms of the timetable: where a day hangs, and what is told when it comes."""

from __future__ import annotations

from typing import Final

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from tgfair.core.anchors import MOST_DAYS, Anchor, OnDay, OnMoon, OnStep
from tgfair.core.errors import InvalidError
from tgfair.core.timetable import LABELS
from tgfair.core.workflow import STATE_LABELS
from tgfair.services.notices import ANSWER, AUDIENCES, CONFIRM, NEWS, SILENT, NoticeData
from tgfair.web.choices import pairs
from tgfair.web.date_fields import DayField
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.number_fields import NumberRange, WholeNumberField

ON: Final = {
    "step": "Theo một mốc khác của sự kiện",
    "moon": "Theo ngày âm lịch",
    "day": "Đúng một ngày dương lịch",
}
SIDES: Final = {"before": "trước", "after": "sau"}
KINDS: Final = {
    "": "Không gửi gì, chỉ ghi trên lịch",
    ANSWER: "Nhắc trả lời giấy mời",
    CONFIRM: "Nhắc xác nhận gian hàng",
    NEWS: "Thông báo tự viết",
}
WHO: Final = {SILENT: "Được mời, chưa trả lời"} | {
    str(state): label for state, label in STATE_LABELS.items() if state in AUDIENCES[NEWS]
}


class AnchorForm(BaseForm):
    """Where a day hangs."""

    anchor_on = SelectField("Tính ngày", choices=pairs(ON), default="step")
    days = WholeNumberField(
        "Cách mấy ngày",
        [Optional(), NumberRange(0, MOST_DAYS, f"Ghi từ 0 đến {MOST_DAYS}.")],
        default=0,
    )
    side = SelectField("Trước hay sau", choices=pairs(SIDES), default="before")
    step = SelectField("Mốc của sự kiện", choices=pairs(LABELS), default="opening")
    moon_day = WholeNumberField("Ngày âm lịch", [Optional()], description="Rằm là ngày 15")
    moon_month = WholeNumberField(
        "Tháng âm lịch", [Optional()], description="Tháng Giêng là 1, tháng Chạp là 12"
    )
    moon_leap = BooleanField("Tháng nhuận")
    day = DayField("Ngày dương lịch", description="Ghi như 18/06/2026")

    def anchor(self) -> Anchor:
        """Return what a valid form says.

        Raises:
            InvalidError: the part that it takes is missing.
        """
        days = self.days.data or 0
        days = days if self.side.data == "after" else -days
        if self.anchor_on.data == "day":
            if self.day.data is None:
                raise InvalidError("Hãy ghi ngày.", field="day")
            return OnDay(self.day.data)
        if self.anchor_on.data == "moon":
            if not self.moon_day.data or not self.moon_month.data:
                raise InvalidError("Hãy ghi ngày và tháng âm lịch.", field="moon_day")
            leap = bool(self.moon_leap.data)
            return OnMoon(self.moon_month.data, self.moon_day.data, leap, days)
        return OnStep(str(self.step.data), days)


class NoticeForm(AnchorForm):
    """A mark on the timetable."""

    label = CleanStringField(
        "Tên mốc",
        [InputRequired("Hãy ghi tên mốc."), Length(max=160, message="Dài quá 160 ký tự.")],
        description="Ví dụ: Dặn trước ngày dựng gian",
    )
    at_hour = SelectField(
        "Giờ gửi",
        choices=pairs({str(hour): f"{hour}:00" for hour in range(7, 21)}),
        default="8",
        description="Không gửi từ 21 giờ đến 7 giờ sáng",
    )
    kind = SelectField("Đến ngày thì gửi", [Optional()], choices=pairs(KINDS), default="")
    audience = SelectMultipleField(
        "Thông báo tự viết gửi cho",
        [Optional()],
        choices=pairs(WHO),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="Chỉ những cơ sở ở tình trạng này vào lúc gửi",
    )
    text = TextAreaField("Nội dung", [Length(max=800, message="Dài quá 800 ký tự.")])

    def notice(self) -> NoticeData:
        """Return what a valid form says.

        Raises:
            InvalidError: a part of the anchor is missing.
        """
        return NoticeData(
            label=self.label.data or "",
            anchor=self.anchor(),
            at_hour=int(self.at_hour.data or 0),
            kind=self.kind.data or None,
            audience=tuple(self.audience.data or ()),
            text=self.text.data or "",
        )


class HangForm(AnchorForm):
    """A step of the timetable and what it hangs on."""

    target = SelectField(
        "Mốc cần neo",
        choices=pairs({k: v for k, v in LABELS.items() if k not in {"opening", "closing"}}),
    )
    version = IntegerField()
