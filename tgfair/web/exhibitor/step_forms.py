"""The forms of steps 1 to 4. They only show: what was typed is judged in `core.application`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional

from tgfair.core.application.model import Answer, Problem, Rules
from tgfair.core.application.steps import Step
from tgfair.core.application.typed import MAX_OTHERS, MAX_WISHES
from tgfair.web.choices import Option, pairs
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.labels import GROUP_LABELS

WISH_LABELS = ("Thích nhất", "Thứ hai", "Thứ ba")
EMPTY_OTHERS = 1


class StepForm(BaseForm):
    """`seen` marks what was saved when the page was made."""

    seen = HiddenField()


class ContactForm(StepForm):
    """Step 1."""

    name = CleanStringField("Họ và tên", [InputRequired()])
    phone = CleanStringField("Số điện thoại di động", [InputRequired()])
    email = CleanStringField("Thư điện tử")


class ProductsForm(StepForm):
    """Step 2, beside the products to tick; products not on record are added to the class."""

    description = TextAreaField("Giới thiệu ngắn để in vào danh mục")


class BoothForm(StepForm):
    """Step 3; the wishes are added to the class."""

    fascia = CleanStringField("Tên ghi trên bảng gian hàng", [InputRequired()])
    power = CleanStringField("Điện cần dùng (oát)")
    water = BooleanField("Cần nước")
    cooling = BooleanField("Có tủ mát, tủ đông")
    cooking = BooleanField("Có đun nấu tại gian hàng")
    note = TextAreaField("Yêu cầu khác")


class PeopleForm(StepForm):
    """Step 4; one pair of fields for each person is added to the class."""

    later = BooleanField("Để sau, sẽ ghi tên khi được xếp gian")


def form_of(
    step: Step, rules: Rules, answers: Mapping[str, Answer], problems: Iterable[Problem] = ()
) -> StepForm:
    """Return the form of a step with its answers, and the sentences beside their fields."""
    typed = MultiDict({name: value for name, value in answers.items() if value})
    form = _form_class(step, rules, answers)(typed)
    for problem in problems:
        if problem.step is step and problem.field in form:
            form[problem.field].errors = [*form[problem.field].errors, problem.sentence]
        elif problem.step is step:
            form.form_errors.append(problem.sentence)
    return form


def _form_class(step: Step, rules: Rules, answers: Mapping[str, Answer]) -> type[StepForm]:
    match step:
        case Step.PRODUCTS:
            return _products_form(answers)
        case Step.BOOTH:
            return _booth_form(rules)
        case Step.PEOPLE:
            return _people_form(rules)
        case _:
            return ContactForm


def others_shown(answers: Mapping[str, Answer]) -> int:
    """Return how many rows for products not on record the page has: the filled ones and one."""
    filled = [n for n in range(1, MAX_OTHERS + 1) if answers.get(f"other{n}")]
    return min(max(filled, default=0) + EMPTY_OTHERS, MAX_OTHERS)


def _products_form(answers: Mapping[str, Answer]) -> type[StepForm]:
    fields: dict[str, object] = {}
    groups = [Option("", "Chọn nhóm"), *pairs(GROUP_LABELS)]
    for n in range(1, others_shown(answers) + 1):
        fields[f"other{n}"] = CleanStringField("Tên sản phẩm")
        fields[f"group{n}"] = SelectField(
            "Nhóm sản phẩm", [Optional()], choices=groups, validate_choice=False
        )
    return type("FairProductsForm", (ProductsForm,), fields)


def _booth_form(rules: Rules) -> type[StepForm]:
    counts = [Option(str(n), f"{n} gian") for n in range(1, rules.max_booths + 1)]
    fields: dict[str, object] = {
        "booths": SelectField("Số gian hàng", choices=counts, validate_choice=False)
    }
    if rules.zones:
        known = (Option(code, f"{code} – {label}") for code, label in rules.zones)
        zones = [Option("", "Không chọn"), *known]
        for n in range(1, MAX_WISHES + 1):
            fields[f"wish{n}"] = SelectField(
                WISH_LABELS[n - 1], [Optional()], choices=zones, validate_choice=False
            )
    return type("FairBoothForm", (BoothForm,), fields)


def _people_form(rules: Rules) -> type[StepForm]:
    fields: dict[str, object] = {}
    for n in range(1, rules.max_staff + 1):
        fields[f"name{n}"] = CleanStringField("Họ và tên", [InputRequired()] if n == 1 else [])
        fields[f"phone{n}"] = CleanStringField("Số điện thoại")
    return type("FairPeopleForm", (PeopleForm,), fields)
