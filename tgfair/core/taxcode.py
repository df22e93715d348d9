"""Tax codes (mã số thuế): 10 digits, 13 for a branch, 12 when the personal ID serves as one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tgfair.core.errors import InvalidError

# Circular 86/2024/TT-BTC: from 1 July 2025 the personal ID replaces the tax code of people and
# of households; companies and co-operatives keep theirs.
PERSONAL_ID_KINDS = frozenset({"household_business", "producer_household", "coop_group", "farm"})

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_LABEL = re.compile(r"^(?:mst|mã số thuế|ma so thue)\s*:?\s*", re.IGNORECASE)
_ORGANISATION_DIGITS = 10
_PERSONAL_DIGITS = 12
_BRANCH_DIGITS = 13


class TaxCodeKind(StrEnum):
    """What a tax code names."""

    ORGANISATION = "organisation"
    BRANCH = "branch"
    PERSONAL_ID = "personal_id"


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A checked tax code; `value` is written `1234567890`, `1234567890-001` or 12 digits."""

    value: str
    kind: TaxCodeKind
    zero_restored: bool = False


class TaxCodeError(InvalidError):
    """A tax code that cannot be used; `code` says why (`tax_code_length` and so on)."""

    def __init__(self, code: str) -> None:
        super().__init__(_SENTENCES[code], field="tax_code")
        self.code = code


_SENTENCES = {
    "tax_code_characters": "Mã số thuế chỉ gồm các chữ số. Hãy xem lại, ví dụ chữ O thay số 0.",
    "tax_code_length": "Mã số thuế phải có 10 số, hoặc 13 số nếu là đơn vị phụ thuộc.",
    "tax_code_checksum": "Mã số thuế sai một chữ số. Hãy so lại với giấy đăng ký.",
    "tax_code_kind": "Số định danh 12 số chỉ dùng cho hộ, tổ hợp tác và trang trại.",
}


def parse_tax_code(value: str | int, kind: str) -> TaxCode:
    """Return the tax code of a subject of `kind` (`company`, `household_business`, …).

    A *number* of 11 digits for one of `PERSONAL_ID_KINDS` has lost the leading zero of a
    personal ID in a spreadsheet; it is put back and `zero_restored` says so. A personal ID has
    no check digit, so a person should look at it.

    Raises:
        TaxCodeError: not a tax code; `code` is `tax_code_characters`, `tax_code_length`,
            `tax_code_checksum` (also for serials never issued) or `tax_code_kind`.
    """
    digits = re.sub(r"[\s.\-]", "", _LABEL.sub("", str(value).strip()))
    if not (digits.isascii() and digits.isdigit()):
        raise TaxCodeError("tax_code_characters")
    personal = kind in PERSONAL_ID_KINDS
    if personal and isinstance(value, int) and len(digits) == _PERSONAL_DIGITS - 1:
        return TaxCode("0" + digits, TaxCodeKind.PERSONAL_ID, zero_restored=True)
    if len(digits) == _PERSONAL_DIGITS:
        if not personal:
            raise TaxCodeError("tax_code_kind")
        return TaxCode(digits, TaxCodeKind.PERSONAL_ID)
    if len(digits) not in (_ORGANISATION_DIGITS, _BRANCH_DIGITS):
        raise TaxCodeError("tax_code_length")
    if not _is_issued(digits):
        raise TaxCodeError("tax_code_checksum")
    if len(digits) == _ORGANISATION_DIGITS:
        return TaxCode(digits, TaxCodeKind.ORGANISATION)
    return TaxCode(f"{digits[:10]}-{digits[10:]}", TaxCodeKind.BRANCH)


def mask_tax_code(value: str) -> str:
    """Return the code as it may be shown: a personal ID as `082*****1234`, others whole."""
    if len(value) == _PERSONAL_DIGITS and value.isdigit():
        return f"{value[:3]}*****{value[-4:]}"
    return value


def _is_issued(digits: str) -> bool:
    """Tell whether the check digit is right and serial and branch are not all zeros."""
    total = sum(int(d) * w for d, w in zip(digits[:9], _WEIGHTS, strict=True))
    return 10 - total % 11 == int(digits[9]) and digits[2:9] != "0000000" and digits[10:] != "000"
