"""Forms of the waiting list: how booths are given, who enters, who is moved."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from tgfair.clock import VIETNAM
from tgfair.core.waitlist import Rule
from tgfair.models.fair import BoothGiving, Fair
from tgfair.services.giving import MOST_HOURS, MOST_MINUTES, Giving
from tgfair.services.waitlist_jumps import MAX_REASON
from tgfair.web.choices import pairs
from tgfair.web.date_fields import DayField, HourField
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.number_fields import NumberRange, WholeNumberField

GIVINGS: dict[str, str] = {
    BoothGiving.ORGANISER: "Ban Tổ chức xếp",
    BoothGiving.FIRST_COME: "Cơ sở tự chọn, đến trước được trước",
}
RULES: dict[str, str] = {
    Rule.SKIP: "Mời hồ sơ sau, giữ nguyên thứ tự",
    Rule.STRICT: "Không ai được vượt (thứ tự chặt)",
}
DAY_HINT = "Ghi như 18/06/2026; bỏ trống là không giới hạn"
LAST_MINUTE = time(23, 59)


class GivingForm(BaseForm):
    """Who gives booths, when producers pick, how the list is served."""

    giving = SelectField("Ai chọn gian", choices=pairs(GIVINGS))
    from_day = DayField("Mở chọn gian từ ngày", description=DAY_HINT)
    from_hour = HourField("Từ giờ", description="Bỏ trống: đầu ngày")
    until_day = DayField("Chọn gian đến hết ngày", description=DAY_HINT)
    until_hour = HourField("Đến giờ", description="Bỏ trống: cuối ngày")
    hold_minutes = WholeNumberField(
        "Số phút giữ gian đang chọn",
        [
            InputRequired("Hãy ghi số phút."),
            NumberRange(1, MOST_MINUTES, f"Ghi từ 1 đến {MOST_MINUTES} phút."),
        ],
    )
    rule = SelectField("Hồ sơ đứng trước chưa hợp gian trống", choices=pairs(RULES))
    offer_hours = WholeNumberField(
        "Số giờ để trả lời lời mời",
        [
            InputRequired("Hãy ghi số giờ."),
            NumberRange(1, MOST_HOURS, f"Ghi từ 1 đến {MOST_HOURS} giờ."),
        ],
    )
    offers_on = BooleanField("Tự mời từ danh sách chờ khi có gian trống")
    version = IntegerField(default=0)

    @classmethod
    def of(cls, fair: Fair) -> GivingForm:
        """Return the form as the fair's rules stand."""
        opens, closes = _local(fair.picks_from), _local(fair.picks_until)
        values: dict[str, Any] = {
            "giving": fair.giving,
            "from_day": opens.date() if opens else None,
            "from_hour": opens.time() if opens else None,
            "until_day": closes.date() if closes else None,
            "until_hour": closes.time() if closes else None,
            "hold_minutes": fair.hold_minutes,
            "rule": fair.waitlist_rule,
            "offer_hours": fair.offer_hours,
            "offers_on": fair.offers_on,
            "version": fair.version,
        }
        return cls(data=values)

    def rules(self) -> Giving:
        """Return what was typed."""
        return Giving(
            giving=BoothGiving(self.giving.data),
            picks_from=_instant(self.from_day.data, self.from_hour.data or time()),
            picks_until=_instant(self.until_day.data, self.until_hour.data or LAST_MINUTE),
            hold_minutes=self.hold_minutes.data or 0,
            waitlist_rule=Rule(self.rule.data),
            offer_hours=self.offer_hours.data or 0,
            offers_on=bool(self.offers_on.data),
        )


def _local(at: datetime | None) -> datetime | None:
    return at.astimezone(VIETNAM) if at else None


def _instant(day: date | None, hour: time) -> datetime | None:
    return datetime.combine(day, hour, VIETNAM) if day else None


class AddForm(BaseForm):
    """An application for the end of the list."""

    code = CleanStringField(
        "Thêm hồ sơ vào cuối danh sách",
        [InputRequired("Hãy ghi mã hồ sơ."), Length(max=24, message="Mã dài quá 24 ký tự.")],
    )


class MoveForm(BaseForm):
    """Another place in the order, and why."""

    code = HiddenField(validators=[InputRequired("Hãy tải lại trang.")])
    place = WholeNumberField(
        "Vị trí mới", [InputRequired("Hãy ghi vị trí."), NumberRange(1, 99999, "Hãy ghi vị trí.")]
    )
    reason = CleanStringField(
        "Lý do (công khai)",
        [
            InputRequired("Hãy ghi lý do đổi thứ tự: lý do được công khai cho mọi cơ sở."),
            Length(max=MAX_REASON, message=f"Dài quá {MAX_REASON} ký tự."),
        ],
    )


class OneForm(BaseForm):
    """An application of the page, and why where that is asked."""

    code = HiddenField(validators=[InputRequired("Hãy tải lại trang.")])
    reason = CleanStringField(
        "Lý do", [Optional(), Length(max=MAX_REASON, message=f"Dài quá {MAX_REASON} ký tự.")]
    )
