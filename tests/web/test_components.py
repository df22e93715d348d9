"""What each component says and which controls it offers; how it looks is the gallery's subject."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
)
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from tests.web.page_environment import TEMPLATES, make_environment

CHOICES = [SelectChoice("a", "Khu A"), SelectChoice("b", "Khu B")]


class PersonForm(Form):
    name = StringField("Họ tên", [InputRequired("Chưa ghi họ tên người trực gian hàng")])


class SampleForm(Form):
    csrf_token = HiddenField(default="token-1")
    idempotency_key = HiddenField(default="key-1")
    phone = TelField("Số điện thoại", [InputRequired(), Length(10, 10, "Thiếu 1 chữ số")])
    note = StringField("Ghi chú", description="Ngắn thôi")
    zone = SelectField("Khu", choices=CHOICES)
    kind = RadioField("Kiểu", [InputRequired("Chưa chọn kiểu")], choices=CHOICES)
    needs = SelectMultipleField(
        "Cần", choices=CHOICES, widget=ListWidget(), option_widget=CheckboxInput()
    )
    consent = BooleanField("Đồng ý", [InputRequired("Chưa đồng ý")])
    people = FieldList(FormField(PersonForm), min_entries=1)


class Page(HTMLParser):
    """The tags with their attributes, and the words."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(str(html))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.texts).split())

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def environment():
    return make_environment()


@pytest.fixture(scope="module")
def ui(environment):
    return environment.get_template("components/ui.html").module


@pytest.fixture
def refused():
    form = SampleForm(MultiDict({"phone": "091234567", "note": "<b>x</b>", "zone": "a"}))
    form.validate()
    return form


def test_field_with_error_names_hint_and_error_for_screen_readers(ui, refused):
    page = Page(ui.field(refused.phone, hint="Số Zalo", autocomplete="tel", inputmode="tel"))

    assert page.words == "Số điện thoại Số Zalo Lỗi: Thiếu 1 chữ số"
    assert page.all("input") == [
        {
            "aria-describedby": "phone-hint phone-error",
            "aria-invalid": "true",
            "autocomplete": "tel",
            "class": "ctl",
            "id": "phone",
            "inputmode": "tel",
            "maxlength": "10",
            "minlength": "10",
            "name": "phone",
            "required": None,
            "type": "tel",
            "value": "091234567",
        }
    ]


def test_field_not_required_says_so_and_escapes_what_was_typed(ui, refused):
    html = ui.field(refused.note)

    assert Page(html).words == "Ghi chú (không bắt buộc) Ngắn thôi"
    assert "<b>x" not in html


def test_select_is_optional_only_when_told(ui, refused):
    assert "(không bắt buộc)" not in ui.field(refused.zone)
    assert "(không bắt buộc)" in ui.field(refused.zone, optional=True)


def test_radio_group_is_a_fieldset_with_its_question(ui, refused):
    page = Page(ui.field(refused.kind, notes={"b": "gần cổng"}))

    assert page.words == "Kiểu Lỗi: Chưa chọn kiểu Khu A Khu B gần cổng"
    assert [i["id"] for i in page.all("input")] == ["kind-0", "kind-1"]
    assert page.all("fieldset")[0]["aria-describedby"] == "kind-error"


def test_checkbox_group_offers_checkboxes(ui, refused):
    assert [i["type"] for i in Page(ui.field(refused.needs)).all("input")] == ["checkbox"] * 2


def test_error_summary_links_every_error_also_in_lists(ui, refused):
    page = Page(ui.error_summary(refused, extra=[("", "Đã hết hạn đăng ký")]))

    assert page.words == (
        "Có 5 chỗ cần sửa Đã hết hạn đăng ký Thiếu 1 chữ số Chưa chọn kiểu Chưa đồng ý "
        "Chưa ghi họ tên người trực gian hàng"
    )
    assert [a["href"] for a in page.all("a")] == ["#phone", "#kind-0", "#consent", "#people-0-name"]


def test_error_summary_of_one_error(ui):
    assert Page(ui.error_summary(extra=[("q", "Chưa chọn")])).words == "Có 1 chỗ cần sửa Chưa chọn"


def test_error_summary_without_errors_is_nothing(ui):
    assert ui.error_summary(SampleForm()).strip() == ""


def test_form_carries_token_and_key_and_leaves_judging_to_the_server(environment, refused):
    source = (
        '{% import "components/ui.html" as ui %}'
        '{% call ui.form(form, "/buoc/1", multipart=true, autosave_url="/luu") %}x{% endcall %}'
    )
    page = Page(environment.from_string(source).render(form=refused))

    assert page.all("form") == [
        {
            "method": "post",
            "action": "/buoc/1",
            "novalidate": None,
            "enctype": "multipart/form-data",
            "data-autosave-url": "/luu",
        }
    ]
    assert [(i["name"], i["value"]) for i in page.all("input")] == [
        ("csrf_token", "token-1"),
        ("idempotency_key", "key-1"),
    ]


def test_post_button_is_a_form_with_its_token(ui):
    page = Page(ui.post_button("/rut", "Rút", "t", "k", hidden={"id": 7}, about="hồ sơ TG-1"))

    assert page.words == "Rút hồ sơ TG-1"
    assert [(i["name"], i["value"]) for i in page.all("input")] == [
        ("csrf_token", "t"),
        ("idempotency_key", "k"),
        ("id", "7"),
    ]


def test_button_passes_attributes_and_leaves_false_ones_out(ui):
    page = Page(ui.button("Gửi", data_x="1", disabled=False, formnovalidate=True))

    assert page.all("button") == [
        {"type": "submit", "class": "btn main", "data-x": "1", "formnovalidate": None}
    ]


@pytest.mark.parametrize(
    ("state", "tone"),
    [("approved", "good"), ("changes_requested", "warn"), ("rejected", "bad"), ("unheard", "")],
)
def test_status_tag_tone_follows_the_state(ui, state, tone):
    page = Page(ui.status_tag(state, "Chữ"))

    assert (page.all("span")[0]["class"].strip(), page.words) == (f"tag {tone}".strip(), "Chữ")


def test_status_tag_tone_can_be_given(ui):
    assert Page(ui.status_tag("approved", "Chữ", tone="off")).all("span")[0]["class"] == "tag off"


def test_plate_is_read_as_a_booth(ui):
    assert Page(ui.plate("C12", "xl", mine=True)).words == "Gian C12"


def test_code_joins_a_title_without_being_escaped(ui):
    title = "Hồ sơ " + ui.code("TG-0121")

    assert isinstance(title, Markup)
    assert Page(ui.page_head(title)).words == "Hồ sơ TG-0121"


def test_timeline_says_what_is_done_without_colour(ui):
    page = Page(
        ui.timeline(
            [
                {"label": "Đã gửi", "at": "03/05/2024", "state": "done"},
                {"label": "Đang xét", "at": "", "state": "now", "note": "cô Hạnh"},
            ]
        )
    )

    assert page.words == "Đã gửi (đã xong) 03/05/2024 Đang xét cô Hạnh"
    assert [li.get("aria-current") for li in page.all("li")] == [None, "step"]


def test_summary_card_tells_missing_from_left_out(ui):
    rows = [
        {"label": "Tên", "value": "Hạnh", "change_url": "/sua"},
        {"label": "Thư", "value": ""},
        {"label": "Ảnh", "value": None, "missing": True},
        {"label": "Số gian", "value": 0},
        {"label": "Sản phẩm", "value": ["Mắm", "Xoài"]},
    ]

    assert Page(ui.summary_card("Liên hệ", rows)).words == (
        "Liên hệ Tên Hạnh Sửa Tên Thư Không ghi Ảnh Còn thiếu Số gian 0 Sản phẩm Mắm Xoài"
    )


def test_fix_list_counts_and_leads_to_each_fix(ui):
    items = [
        {"title": "Ảnh mờ", "reason": "Không đọc được", "url": "/a", "action": "Chụp lại"},
        {"title": "Điện thoại", "reason": "Thiếu số", "fixed": True},
    ]
    page = Page(ui.fix_list(items, due="20/05/2024"))

    assert page.words == (
        "Cần sửa 2 mục, hạn 20/05/2024 Ảnh mờ Không đọc được Chụp lại Ảnh mờ "
        "Điện thoại (đã sửa) Thiếu số"
    )


def test_finished_job_is_not_asked_again(ui):
    done = {"state": "done", "state_label": "Xong", "done": 3, "total": 3, "text": "3/3"}
    running = done | {"state": "running"}

    assert "data-job-url" not in ui.job_progress(done, "/viec/1")
    assert 'data-job-url="/viec/1"' in ui.job_progress(running, "/viec/1")


def test_bar_chart_measures_against_the_longest(ui):
    page = Page(
        ui.bar_chart("Nhiều nhất: A", [{"label": "A", "value": 8}, {"label": "B", "value": 2}])
    )

    assert [bar["width"] for bar in page.all("rect")] == ["100.0%", "25.0%"]
    assert page.words == "Nhiều nhất: A A 8 B 2"


def test_bar_chart_of_nothing_draws_nothing(ui):
    assert Page(ui.bar_chart("Chưa có", [])).all("rect") == []


def test_pagination_of_one_page_is_nothing(ui):
    assert ui.pagination(1, 1).strip() == ""


def test_plan_frame_holds_the_drawing_and_a_way_to_the_list(ui):
    page = Page(ui.plan(Markup("<svg></svg>"), find="C12", list_url="#list"))

    assert page.all("div")[0]["data-plan-find"] == "C12"
    assert page.all("a")[0]["href"] == "#list"
    assert len(page.all("svg")) == 1


def test_title_carries_error_prefix_only_with_errors(environment, refused):
    template = environment.from_string(
        '{% extends "layouts/producer.html" %}{% block title %}Liên hệ{% endblock %}'
    )

    assert "<title>Lỗi: Liên hệ · " in template.render(form=refused)
    assert "<title>Liên hệ · " in template.render(form=SampleForm())


@pytest.mark.parametrize("name", ["public", "producer", "staff", "account", "print"])
def test_layout_has_language_skip_link_and_one_main(environment, name):
    page = Page(environment.get_template(f"layouts/{name}.html").render())

    assert page.all("html")[0]["lang"] == "vi"
    assert page.all("a")[0]["href"] == "#main"
    assert [main["id"] for main in page.all("main")] == ["main"]


def test_producer_layout_offers_help_by_phone(environment):
    page = Page(environment.get_template("layouts/producer.html").render())

    assert "Gọi hỗ trợ" in page.words
    assert "tel:02733123456" in [a["href"] for a in page.all("a")]


def test_demo_clock_is_shown_and_leads_to_its_setting(environment):
    clock = {"label": "20/05/2024", "url": "/demo/ngay"}
    page = Page(environment.get_template("layouts/public.html").render(demo_clock=clock))

    assert "hôm nay là 20/05/2024 · Đổi ngày" in page.words


@pytest.mark.parametrize(
    "path", sorted((TEMPLATES / "errors").glob("[0-9]*.html")), ids=lambda p: p.stem
)
def test_error_page_has_own_sentence_or_the_given_one(environment, path):
    template = environment.get_template(f"errors/{path.name}")

    assert "Hãy" in Page(template.render()).words or "hãy" in Page(template.render()).words
    assert (
        "Gian C12 vừa có người nhận."
        in Page(template.render(message="Gian C12 vừa có người nhận.")).words
    )
