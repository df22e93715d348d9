"""The answer to an invitation: will somebody come, how many, with which products."""

from __future__ import annotations

from dataclasses import dataclass

from tgfair.core.application.typed import small_number
from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text

MAX_HEADCOUNT = 10
MAX_NOTE = 300
ANSWERS = ("yes", "attend_only", "no")


@dataclass(frozen=True)
class RsvpAnswer:
    """A checked answer; `headcount` is 0 for "no", `products` are keys and only for "yes"."""

    answer: str
    headcount: int
    products: tuple[str, ...] = ()
    note: str | None = None


def check_rsvp(
    answer: str, headcount: str, products: tuple[str, ...], offered: frozenset[str], note: str
) -> RsvpAnswer:
    """Judge what was typed.

    Raises:
        InvalidError: with the field that must be mended.
    """
    if answer not in ANSWERS:
        raise InvalidError("Hãy chọn một câu trả lời", field="answer")
    text = check_text(note, field="note")
    if len(text) > MAX_NOTE:
        raise InvalidError(f"Dài quá {MAX_NOTE} ký tự. Hãy viết ngắn lại.", field="note")
    if answer == "no":
        return RsvpAnswer(answer, 0, (), text or None)
    number = small_number(headcount)
    if number is None or not 1 <= number <= MAX_HEADCOUNT:
        raise InvalidError(f"Ghi số người dự, từ 1 đến {MAX_HEADCOUNT}", field="headcount")
    chosen = tuple(key for key in products if key in offered) if answer == "yes" else ()
    if answer == "yes" and not chosen:
        raise InvalidError("Chưa chọn sản phẩm nào để trưng bày", field="product")
    return RsvpAnswer(answer, number, chosen, text or None)
