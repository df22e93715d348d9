"""Forms of the composer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from tgfair.core.badge import BadgeKind
from tgfair.core.calendar_text import VIETNAM
from tgfair.core.errors import InvalidError
from tgfair.core.names import EXHIBITOR_KIND_NAMES, GROUP_NAMES
from tgfair.core.workflow import STATE_LABELS
from tgfair.models.campaign import AudienceSource, Campaign, Language
from tgfair.models.invitation import Rsvp
from tgfair.services.campaigns import MOST_BODY, Draft
from tgfair.services.queries.audiences import ALWAYS_ASKED, ASKED, INVITED
from tgfair.web.choices import pairs
from tgfair.web.date_fields import DayField, HourField
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.labels import LABELS
from tgfair.web.number_fields import number_from

SOURCES: dict[str, str] = {
    AudienceSource.EXHIBITORS: "Chủ thể trong sổ",
    AudienceSource.APPLICATIONS: "Hồ sơ đăng ký",
    AudienceSource.BOOTHS: "Cơ sở đã có gian",
    AudienceSource.BADGES: "Người đã có thẻ",
    AudienceSource.DELEGATES: "Đại biểu đã trả lời giấy mời",
}
LANGUAGES: dict[str, str] = {
    Language.VI: "Tiếng Việt",
    Language.EN: "Tiếng Anh",
    Language.BOTH: "Cả hai, tiếng Việt trước",
}
ASK_LABELS = {
    "communes": "Xã, phường",
    "kinds": "Loại hình",
    "groups": "Nhóm sản phẩm",
    "stars": "Số sao",
    "invited": "Giấy mời",
    "states": "Trạng thái hồ sơ",
    "zones": "Khu",
    "badges": "Loại thẻ",
    "rsvps": "Trả lời",
}
CHOICES: Mapping[str, list[tuple[str, str]]] = {
    "kinds": list(EXHIBITOR_KIND_NAMES.items()),
    "groups": list(GROUP_NAMES.items()),
    "stars": [(star, f"{star} sao") for star in "345"],
    "invited": list(INVITED.items()),
    "states": [(str(state), label) for state, label in STATE_LABELS.items()],
    "badges": [(str(int(kind)), kind.label) for kind in BadgeKind],
    "rsvps": [(str(reply), LABELS[Rsvp][reply]) for reply in Rsvp],
}
Pairs = Sequence[tuple[str, str]]
NAMED = [InputRequired("Hãy đặt tên cho thông báo."), Length(max=160, message="Dài quá 160 ký tự.")]


def _boxes(label: str) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        [Optional()],
        choices=[],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class NewCampaignForm(BaseForm):
    """What a notice begins with."""

    title = CleanStringField(
        "Tên để tìm lại",
        NAMED,
        description="Chỉ cán bộ thấy tên này. Ví dụ: Nhắc giờ vào gian khu A.",
    )
    start = SelectField("Bắt đầu từ", validate_choice=False)


class CampaignForm(BaseForm):
    """A notice: whom it is for, what it says, how it goes out."""

    version = HiddenField()
    title = CleanStringField(
        "Tên để tìm lại",
        NAMED,
    )
    source = SelectField(
        "Gửi cho",
        choices=pairs(SOURCES),
        validate_choice=False,
    )
    states = _boxes(ASK_LABELS["states"])
    zones = _boxes(ASK_LABELS["zones"])
    groups = _boxes(ASK_LABELS["groups"])
    stars = _boxes(ASK_LABELS["stars"])
    invited = _boxes(ASK_LABELS["invited"])
    badges = _boxes(ASK_LABELS["badges"])
    rsvps = _boxes(ASK_LABELS["rsvps"])
    kinds = _boxes(ASK_LABELS["kinds"])
    communes = _boxes(ASK_LABELS["communes"])
    filter_name = CleanStringField(
        "Lưu bộ lọc này với tên", [Optional(), Length(max=80, message="Dài quá 80 ký tự.")]
    )
    language = RadioField(
        "Ngôn ngữ của thư",
        choices=pairs(LANGUAGES),
        validate_choice=False,
    )
    subject = CleanStringField(
        "Tiêu đề thư", [Optional(), Length(max=160, message="Dài quá 160 ký tự.")]
    )
    body = TextAreaField(
        "Nội dung", [Optional(), Length(max=MOST_BODY, message=f"Dài quá {MOST_BODY} ký tự.")]
    )
    subject_en = CleanStringField(
        "Tiêu đề tiếng Anh", [Optional(), Length(max=160, message="Dài quá 160 ký tự.")]
    )
    body_en = TextAreaField(
        "Nội dung tiếng Anh",
        [Optional(), Length(max=MOST_BODY, message=f"Dài quá {MOST_BODY} ký tự.")],
    )
    with_letter = BooleanField("Kèm thư có tiêu ngữ (PDF)")
    with_calendar = BooleanField("Kèm lịch (.ics)")
    per_minute = IntegerField("Tốc độ (thư mỗi phút)", default=60)
    template_name = CleanStringField(
        "Lưu nội dung thành mẫu với tên",
        [Optional(), Length(max=80, message="Dài quá 80 ký tự.")],
    )

    @property
    def seen(self) -> int:
        """Return the version the page showed; 0 never matches."""
        return number_from(self.version.data)

    def offer(self, zones: Pairs, communes: Pairs) -> None:
        """Say what may be ticked."""
        for name in ASK_LABELS:
            found = {**CHOICES, "zones": zones, "communes": communes}[name]
            getattr(self, name).choices = pairs(dict(found))

    def fill(self, campaign: Campaign) -> None:
        """Show the notice as it is kept."""
        for name in (*Draft.__dataclass_fields__, "version"):
            if name != "conditions":
                getattr(self, name).data = getattr(campaign, name)
        for name in ASK_LABELS:
            getattr(self, name).data = list(campaign.conditions.get(name) or [])

    def conditions(self) -> dict[str, list[str]]:
        """Return what was ticked."""
        return {name: list(getattr(self, name).data or []) for name in ASK_LABELS}

    def draft(self) -> Draft:
        """Return what was typed."""
        typed: dict[str, Any] = {
            name: getattr(self, name).data
            for name in Draft.__dataclass_fields__
            if name != "conditions"
        }
        typed["per_minute"] = self.per_minute.data or 0
        for name in ("body", "body_en", "subject", "subject_en", "title", "source", "language"):
            typed[name] = typed[name] or ""
        return Draft(**typed, conditions=self.conditions())

    def asked(self, source: AudienceSource) -> tuple[list[str], list[str]]:
        """Return the fields that this source is asked, and those that all are."""
        return list(ASKED[source]), list(ALWAYS_ASKED)


class SendForm(BaseForm):
    """When a notice leaves: now (after the time for undoing), or at a day and hour."""

    version = HiddenField()
    day = DayField("Ngày gửi", [Optional()])
    hour = HourField("Giờ gửi", [Optional()])

    def send_at(self) -> datetime | None:
        """Return the instant asked for; None is at once.

        Raises:
            InvalidError: a day without an hour, or an hour without a day.
        """
        day, hour = self.day.data, self.hour.data
        if day is None and hour is None:
            return None
        if day is None:
            raise InvalidError(
                "Đã ghi giờ mà chưa ghi ngày. Hãy ghi ngày gửi, hoặc xóa giờ để gửi ngay.",
                field="day",
            )
        if hour is None:
            raise InvalidError(
                "Đã ghi ngày mà chưa ghi giờ. Hãy ghi giờ gửi, ví dụ 07:30.", field="hour"
            )
        return datetime.combine(day, hour, VIETNAM)
