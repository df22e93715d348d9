"""Every component on some page, as plain files: what the gallery tests look at."""

from __future__ import annotations

import shutil
from pathlib import Path

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    Form,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import Email, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

import tgfair
from tests.web.page_environment import make_environment
from tgfair.documents.plan_file import read_plan_file
from tgfair.documents.plan_svg import BoothView, group_swatch, plan_svg

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
NAV = [
    {"label": "Việc hôm nay", "url": "#a", "current": False},
    {"label": "Chủ thể", "url": "#b", "current": False},
    {"label": "Sự kiện", "url": "#c", "current": True},
]
ROOMS = [
    "Tổng quan",
    "Giấy mời",
    "Hồ sơ",
    "Sơ đồ",
    "Xếp gian",
    "Khung giờ",
    "Thông báo",
    "Thẻ",
    "Cổng",
    "Cài đặt",
]


class ContactForm(Form):
    name = StringField("Họ và tên", [InputRequired("Chưa ghi họ tên người liên hệ")])
    phone = TelField(
        "Số điện thoại di động", [InputRequired(), Length(10, 10, "Số điện thoại thiếu 1 chữ số")]
    )
    email = EmailField(
        "Địa chỉ thư điện tử", [Optional(), Email("Địa chỉ thư điện tử thiếu ký tự @")]
    )
    zone = SelectField(
        "Khu muốn ở",
        [Optional()],
        choices=[SelectChoice("", "Khu nào cũng được"), SelectChoice("c", "Khu C")],
    )
    role = RadioField(
        "Vai trò",
        [InputRequired("Chưa chọn vai trò")],
        choices=[SelectChoice("owner", "Chủ cơ sở"), SelectChoice("staff", "Người được giao")],
    )
    needs = SelectMultipleField(
        "Cần thêm",
        [Optional()],
        choices=[SelectChoice("power", "Điện"), SelectChoice("water", "Nước")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    label_photo = FileField("Ảnh nhãn sản phẩm", description="Chụp rõ hạn dùng")
    consent = BooleanField(
        "Đồng ý cho ban tổ chức dùng thông tin này", [InputRequired("Chưa đồng ý")]
    )
    note = TextAreaField("Ghi chú")


def drawing() -> Markup:
    """The square with every seventh booth free and C12 found."""
    plan = read_plan_file((DATA / "quang-truong-hung-vuong.json").read_bytes())
    shown = {}
    for k, booth in enumerate(plan.booths):
        state = "free" if k % 7 == 0 else "taken"
        marks = ("found",) if booth.label == "C12" else ()
        group = "drink" if k % 2 else "food"
        shown[booth.label] = BoothView(
            state=state, group=group, href=f"#{booth.label}", marks=marks
        )
    return plan_svg(plan, shown)


def context() -> dict[str, object]:
    refused = ContactForm(MultiDict({"phone": "091234567", "email": "ut-hanh.example.vn"}))
    refused.validate()
    return {
        "form": refused,
        "empty_form": ContactForm(),
        "nav": NAV,
        "fair_nav": [
            {"label": r, "url": f"#{i}", "current": r == "Hồ sơ"} for i, r in enumerate(ROOMS)
        ],
        "fair_title": "Hội chợ OCOP Đoan Ngọ 2024",
        "account": {"name": "Lê Thị Hạnh", "role": "cán bộ duyệt", "sign_out_url": "#"},
        "demo_clock": {"label": "20/05/2024", "url": "#dong-ho"},
        "drawing": drawing(),
        "legend": [
            {"label": "Thực phẩm", "swatch": group_swatch("food")},
            {"label": "Đồ uống", "swatch": group_swatch("drink")},
        ],
        "rows": [
            ("TG-0143", "HTX Hòa Lộc", "đủ", "submitted", "Chờ duyệt"),
            (
                "TG-0121",
                "Cơ sở sản xuất và kinh doanh mắm tôm chà Út Hạnh, xã Tân Điền, Gò Công Đông",
                "thiếu 1",
                "changes_requested",
                "Cần bổ sung",
            ),
            ("TG-0144", "Công ty TNHH Rượu Thanh long Chợ Gạo", "đủ", "approved", "Đã duyệt"),
        ],
    }


def write_gallery(folder: Path) -> list[str]:
    """Write every gallery page and the static files into `folder`; return the page names."""
    shutil.copytree(Path(tgfair.__file__).parent / "static", folder / "static")
    env = make_environment(HERE / "gallery")
    env.globals["get_flashed_messages"] = lambda **_: [("good", "Đã lưu.")]
    names = sorted(path.name for path in (HERE / "gallery").glob("*.html"))
    for name in names:
        (folder / name).write_text(env.get_template(name).render(context()), encoding="utf-8")
    return names
