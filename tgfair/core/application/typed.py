"""Reading single typed answers: text, numbers of watts, ticks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tgfair.core.application.model import Answer, Rules, StepAnswers
from tgfair.core.application.steps import Step
from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text, drop_unsafe, fold

MAX_OTHERS = 10
MAX_WISHES = 3
# Longer than any field's limit, so that what is too long is kept and can be shortened.
_KEPT_CHARACTERS = 2000
_KEPT_TICKS = 100
MAX_POWER_W = 50_000
_POWER = re.compile(r"([0-9]{1,9}(?:[.,][0-9]{1,3})?)\s*(k?)\s*(?:w|oat)?")
_THOUSANDS = re.compile(r"([0-9]{1,2})[.,]([0-9]{3})")


def fields_of(step: Step, rules: Rules) -> tuple[str, ...]:
    """Return the names of a step's fields; what else a browser sends is dropped."""
    match step:
        case Step.CONTACT:
            return ("name", "phone", "email")
        case Step.PRODUCTS:
            others = [f"{n}{i}" for i in range(1, MAX_OTHERS + 1) for n in ("other", "group")]
            return ("product", *others, "description")
        case Step.BOOTH:
            wishes = [f"wish{i}" for i in range(1, MAX_WISHES + 1)]
            needs = ("fascia", "power", "water", "cooling", "cooking", "note")
            return ("booths", *wishes, *needs)
        case Step.PEOPLE:
            rows = [f"{n}{i}" for i in range(1, rules.max_staff + 1) for n in ("name", "phone")]
            return ("later", *rows)
        case Step.FILES:
            return ()


def typed_answers(step: Step, rules: Rules, sent: Mapping[str, Iterable[str]]) -> dict[str, Answer]:
    """Return what was typed into a step, to be kept whether it is valid or not."""
    kept: dict[str, Answer] = {}
    for field in fields_of(step, rules):
        values = [drop_unsafe(value)[:_KEPT_CHARACTERS] for value in sent.get(field, ())]
        if field == "product":
            kept[field] = values[:_KEPT_TICKS]
        elif values and values[0].strip():
            kept[field] = values[0].strip()
    return kept


def text_of(answers: StepAnswers, field: str) -> str:
    """Return a cleaned one-line answer; empty when there is none."""
    value = answers.get(field, "")
    return check_text(value) if isinstance(value, str) else ""


def ticked(answers: StepAnswers, field: str) -> bool:
    """Return whether a single box is ticked."""
    return bool(answers.get(field))


def small_number(text: str) -> int | None:
    """Return a typed whole number of at most four figures, or None."""
    digits = text.strip()
    return int(digits) if re.fullmatch("[0-9]{1,4}", digits) else None


def parse_power(text: str) -> int:
    """Return watts: `500`, `1.500`, `1,5 kW`, `2kw`; 0 for nothing.

    Raises:
        InvalidError: no number, or more than a fair can give to one booth.
    """
    typed = fold(text)
    if not typed:
        return 0
    match = _POWER.fullmatch(_THOUSANDS.sub(r"\1\2", typed) if "k" not in typed else typed)
    if match is None:
        raise InvalidError("Điện ghi bằng số oát, ví dụ 500 hoặc 1,5 kW.")
    watts = round(float(match[1].replace(",", ".")) * (1000 if match[2] else 1))
    if watts > MAX_POWER_W:
        raise InvalidError("Số này quá lớn. Ghi bằng oát, ví dụ tủ mát 500, bếp điện 2000.")
    return watts
