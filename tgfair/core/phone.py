"""Vietnamese mobile numbers: read what people type, store E.164, show groups."""

from __future__ import annotations

import re

from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import fold

# The ranges in use since the change from 11 to 10 digits in 2018.
_MOBILE = re.compile(r"(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}")
_SEPARATORS = re.compile(r"[,;/\n]|\s[-–]\s|\s+(?:va|hoac|hay)\s+")
_LABELS = re.compile(
    r"\b(?:so\s*)?(?:dien\s*thoai|di\s*dong|sdt|dtdd|dt|dd|tel|phone|mobile|hotline|zalo)\b\s*[:.]?"
)
_PUNCTUATION = re.compile(r"[\s.()\-–+']")
_NATIONAL_LENGTH = 10


def parse_phones(value: str | int) -> list[str]:
    """Return every mobile number of a field in E.164, in order, each once.

    Accepts `84…`, `+84…` and nine digits without the leading 0 (spreadsheets drop it), and
    several numbers apart by a comma, semicolon, slash, line break, ` - ` or `và`.
    An empty field gives an empty list.

    Raises:
        InvalidError: one of them is not a Vietnamese mobile number; then none is returned.
    """
    text = "\n".join(fold(line) for line in str(value).splitlines())
    text = _LABELS.sub(" ", text)
    parts = [part for part in _SEPARATORS.split(text) if part.strip(" .:-")]
    phones = [phone for part in parts for phone in _parse_part(part)]
    return list(dict.fromkeys(phones))


def normalize_phone(value: str | int) -> str:
    """Return the one mobile number of a field in E.164: `0912 345 678` is `+84912345678`.

    Raises:
        InvalidError: empty, several, or not a Vietnamese mobile number.
    """
    phones = parse_phones(value)
    if len(phones) != 1:
        raise InvalidError("Hãy ghi một số điện thoại di động, ví dụ 0912 345 678.", field="phone")
    return phones[0]


def display_phone(e164: str) -> str:
    """Return a stored number as people read it: `+84912345678` is `0912 345 678`."""
    national = "0" + e164.removeprefix("+84")
    if not e164.startswith("+84") or len(national) != _NATIONAL_LENGTH:
        return e164
    return f"{national[:4]} {national[4:7]} {national[7:]}"


def _parse_part(part: str) -> list[str]:
    digits = _PUNCTUATION.sub("", part)
    if digits.isascii() and digits.isdigit():
        if re.fullmatch(r"(?:0\d{9}){2,}", digits):  # two numbers with only a space between
            return [_e164(digits[i : i + 10]) for i in range(0, len(digits), 10)]
        return [_e164(digits)]
    raise InvalidError("Số điện thoại chỉ gồm các chữ số, ví dụ 0912 345 678.", field="phone")


def _e164(digits: str) -> str:
    national = digits.removeprefix("0") if digits.startswith("0") else _without_country(digits)
    if _MOBILE.fullmatch(national):
        return "+84" + national
    missing = _NATIONAL_LENGTH - 1 - len(national)
    if digits.startswith("0") and missing > 0:
        raise InvalidError(f"Số điện thoại thiếu {missing} chữ số.", field="phone")
    if len(national) == _NATIONAL_LENGTH - 1:
        raise InvalidError("Đây không phải số di động Việt Nam. Hãy xem lại số.", field="phone")
    raise InvalidError("Số điện thoại phải bắt đầu bằng số 0 và có 10 chữ số.", field="phone")


def _without_country(digits: str) -> str:
    # 84x xxx xxx typed without its 0 is nine digits too, hence the length.
    if digits.startswith("84") and len(digits) > _NATIONAL_LENGTH - 1:
        return digits.removeprefix("84").removeprefix("0")
    return digits
