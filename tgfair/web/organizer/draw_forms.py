"""The form of a public draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from tgfair.core.draw.sources import SOURCE_LABELS, SourceKind
from tgfair.models.draw import DrawMode
from tgfair.web.choices import pairs
from tgfair.web.date_fields import DayField, HourField
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.number_fields import WholeNumberField

MODE_LABELS = {
    DrawMode.BOOTHS: "Bốc gian: mỗi thăm là một gian",
    DrawMode.ORDER: "Bốc thứ tự: thăm nhỏ chọn gian trước",
}


def _texts(labels: Mapping[Any, str]) -> dict[str, str]:
    return {str(key): label for key, label in labels.items()}


class DrawForm(BaseForm):
    """What is chosen before the list is frozen."""

    mode = SelectField("Cách bốc", choices=pairs(_texts(MODE_LABELS)), default=DrawMode.BOOTHS)
    zones = SelectMultipleField(
        "Khu bốc thăm",
        [InputRequired("Hãy chọn ít nhất một khu.")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    source_kind = SelectField(
        "Nguồn con số", choices=pairs(_texts(SOURCE_LABELS)), default=SourceKind.HALL
    )
    source_name = CleanStringField(
        "Nơi bốc số, hoặc tên công ty xổ số", description="Với drand thì để trống"
    )
    source_day = DayField("Ngày có con số", [InputRequired("Hãy ghi ngày.")])
    source_hour = HourField("Giờ có con số", [InputRequired("Hãy ghi giờ.")])
    objection_hours = WholeNumberField(
        "Nêu ý kiến trong (giờ)", [InputRequired("Hãy ghi số giờ.")], default=24
    )
    leaves_aside = BooleanField("Hồ sơ không bốc được ở khu nào sẽ được xếp riêng")
