"""Judging the answers: the whole list of problems at once, or answers that can be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tgfair.core.application.model import (
    BoothNeeds,
    Checked,
    Contact,
    OfferedProduct,
    OtherProduct,
    Person,
    Problem,
    Products,
    Rules,
    StepAnswers,
)
from tgfair.core.application.steps import Step
from tgfair.core.application.typed import (
    MAX_OTHERS,
    MAX_WISHES,
    parse_power,
    small_number,
    text_of,
    ticked,
)
from tgfair.core.email_address import MAX_LENGTH as EMAIL_LENGTH
from tgfair.core.email_address import normalize_email
from tgfair.core.errors import InvalidError
from tgfair.core.phone import normalize_phone

GROUPS = ("food", "drink", "herbal", "craft", "ornamental", "tourism")
MAX_NAME = 120
MAX_PRODUCT_NAME = 200
MAX_DESCRIPTION = 600
MAX_NOTE = 400
MIN_FASCIA, MAX_FASCIA = 3, 40
_PHONE_LIKE = re.compile(r"(?:\d[\s.\-]?){9,}")


class StepCheck:
    """Collects the problems of one step."""

    def __init__(self, step: Step, answers: StepAnswers) -> None:
        self.step = step
        self.answers = answers
        self.problems: list[Problem] = []

    def add(self, field: str, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.step, field, sentence))

    def text(self, field: str, longest: int, *, missing: str = "") -> str:
        """Return a cleaned text; a problem when it is too long, or empty and `missing` is given."""
        try:
            text = text_of(self.answers, field)
        except InvalidError as error:
            self.add(field, error.message())
            return ""
        if not text and missing:
            self.add(field, missing)
        if len(text) > longest:
            self.add(field, f"Dài quá {longest} ký tự. Hãy viết ngắn lại.")
        return text

    def phone(self, field: str) -> str:
        """Return the number in E.164, or nothing and a problem."""
        text = self.text(field, MAX_NAME)
        if not text:
            return ""
        try:
            return normalize_phone(text)
        except InvalidError as error:
            self.add(field, error.message())
            return ""


def check_contact(answers: StepAnswers) -> tuple[Contact, list[Problem]]:
    """Judge step 1."""
    step = StepCheck(Step.CONTACT, answers)
    name = step.text("name", MAX_NAME, missing="Chưa ghi họ tên người liên hệ")
    if not answers.get("phone"):
        step.add("phone", "Chưa ghi số điện thoại di động")
    phone = step.phone("phone")
    return Contact(name, phone, _email(step)), step.problems


def _email(step: StepCheck) -> str | None:
    text = step.text("email", EMAIL_LENGTH)
    if text and "@" not in text:
        step.add("email", "Địa chỉ thư điện tử thiếu ký tự @")
        return None
    try:
        return normalize_email(text) if text else None
    except InvalidError as error:
        step.add("email", error.message())
        return None


def check_products(
    answers: StepAnswers, offered: Sequence[OfferedProduct]
) -> tuple[Products, list[Problem]]:
    """Judge step 2; a tick for a product that is no longer on record is ignored."""
    step = StepCheck(Step.PRODUCTS, answers)
    ticks = answers.get("product", [])
    chosen = tuple(product for product in offered if product.key in ticks)
    others = _others(step)
    if not chosen and not others:
        step.add("product" if offered else "other1", "Chưa chọn sản phẩm nào")
    description = step.text("description", MAX_DESCRIPTION)
    return Products(chosen, others, description or None), step.problems


def _others(step: StepCheck) -> tuple[OtherProduct, ...]:
    found = []
    for number in range(1, MAX_OTHERS + 1):
        name = step.text(f"other{number}", MAX_PRODUCT_NAME)
        group = str(step.answers.get(f"group{number}", ""))
        if name:
            found.append(OtherProduct(name, group if group in GROUPS else None))
            if group not in GROUPS:
                step.add(f"group{number}", f"Chưa chọn nhóm của “{name}”")
    return tuple(found)


def check_booth(answers: StepAnswers, rules: Rules) -> tuple[BoothNeeds, list[Problem]]:
    """Judge step 3."""
    step = StepCheck(Step.BOOTH, answers)
    needs = BoothNeeds(
        booths=_booths(step, rules.max_booths),
        wishes=_wishes(step, {code for code, _ in rules.zones}),
        fascia=_fascia(step),
        power_w=_power(step),
        water=ticked(answers, "water"),
        cooling=ticked(answers, "cooling"),
        cooking=ticked(answers, "cooking"),
        note=step.text("note", MAX_NOTE) or None,
    )
    return needs, step.problems


def _booths(step: StepCheck, most: int) -> int:
    number = small_number(step.text("booths", MAX_NAME) or "1")
    if number is not None and 1 <= number <= most:
        return number
    step.add("booths", f"Số gian hàng từ 1 đến {most}. Cần nhiều hơn thì ghi ở ô Yêu cầu khác")
    return 1


def _wishes(step: StepCheck, zones: set[str]) -> tuple[str, ...]:
    wishes: list[str] = []
    for number in range(1, MAX_WISHES + 1):
        code = str(step.answers.get(f"wish{number}", ""))
        if code and code not in zones:
            step.add(f"wish{number}", "Khu này không còn trên sơ đồ. Hãy chọn khu khác")
        elif code and code not in wishes:
            wishes.append(code)
    return tuple(wishes)


def _fascia(step: StepCheck) -> str:
    name = step.text("fascia", MAX_NAME, missing="Chưa ghi tên trên bảng gian hàng")
    if name and not MIN_FASCIA <= len(name) <= MAX_FASCIA:
        sentence = f"Tên trên bảng từ {MIN_FASCIA} đến {MAX_FASCIA} ký tự, nay có {len(name)}"
        step.add("fascia", sentence)
    elif "@" in name or _PHONE_LIKE.search(name):
        step.add("fascia", "Tên trên bảng không ghi số điện thoại hay thư điện tử")
    return name


def _power(step: StepCheck) -> int:
    try:
        return parse_power(step.text("power", MAX_NAME))
    except InvalidError as error:
        step.add("power", error.message())
        return 0


def check_people(answers: StepAnswers, rules: Rules) -> tuple[tuple[Person, ...], list[Problem]]:
    """Judge step 4, which may be postponed."""
    step = StepCheck(Step.PEOPLE, answers)
    people = []
    for number in range(1, rules.max_staff + 1):
        name = step.text(f"name{number}", MAX_NAME)
        phone = step.phone(f"phone{number}")
        if name:
            people.append(Person(name, phone or None))
        elif answers.get(f"phone{number}"):
            step.add(f"name{number}", "Chưa ghi họ tên người trực gian hàng")
    if not people and not step.problems and not ticked(answers, "later"):
        step.add("name1", "Chưa ghi họ tên người trực gian hàng")
    return tuple(people), step.problems


def check_all(
    answers: Mapping[str, StepAnswers], rules: Rules, offered: Sequence[OfferedProduct]
) -> tuple[Checked, list[Problem]]:
    """Judge everything; the first may be used only when the list of problems is empty."""
    contact, first = check_contact(answers.get(Step.CONTACT, {}))
    products, second = check_products(answers.get(Step.PRODUCTS, {}), offered)
    booth, third = check_booth(answers.get(Step.BOOTH, {}), rules)
    people, fourth = check_people(answers.get(Step.PEOPLE, {}), rules)
    return Checked(contact, products, booth, people), [*first, *second, *third, *fourth]
