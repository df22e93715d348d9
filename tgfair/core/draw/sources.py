"""Where the public number comes from, in words for print, and what it looks like.

The words stand in the frozen list, so that the source cannot be chosen afterwards
(reliability.md, 5.1, steps 0 and 3).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tgfair.core.calendar_text import VIETNAM, vn_date, vn_datetime, vn_weekday
from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text


class SourceKind(StrEnum):
    """Public numbers that nobody in the office controls."""

    HALL = "hall"
    LOTTERY = "lottery"
    DRAND = "drand"


SOURCE_LABELS: Final = {
    SourceKind.HALL: "Số do đại diện các cơ sở bốc tại hội trường",
    SourceKind.LOTTERY: "Kết quả một kỳ xổ số kiến thiết",
    SourceKind.DRAND: "Số ngẫu nhiên công khai drand (quốc tế)",
}

# A southern lottery: 18 prizes from Đặc biệt to Tám, by their number of digits.
LOTTERY_DIGITS: Final = (6, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 2)
HALL_BALLS: Final = 6
MAX_NAME: Final = 160

# The public chain "quicknet" of the League of Entropy, as its /info says: round n appears
# 3 (n - 1) seconds after the first one, and its randomness is SHA-256 of its signature.
DRAND_CHAIN: Final = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
_DRAND_GENESIS: Final = 1_692_803_367
_DRAND_PERIOD: Final = 3


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of source; `name` is the place of the hall or the name of the lottery."""

    kind: SourceKind
    name: str
    at: datetime


def source_words(source: Source) -> str:
    """Return the sentence that is printed and hashed: what is read, when, in which order.

    Raises:
        InvalidError: the place or the lottery has no name.
    """
    name = check_text(source.name, field="source_name")
    if len(name) > MAX_NAME:
        raise InvalidError(f"Hãy ghi gọn trong {MAX_NAME} ký tự.", field="source_name")
    if source.kind is SourceKind.DRAND:
        return (
            f"drand quicknet (chuỗi {DRAND_CHAIN}), vòng {drand_round(source.at)}, "
            f"công bố lúc {vn_datetime(source.at)}; lấy giá trị randomness, 64 chữ số thập lục phân"
        )
    if not name:
        wanted = "nơi bốc số" if source.kind is SourceKind.HALL else "tên công ty xổ số"
        raise InvalidError(f"Hãy ghi {wanted}.", field="source_name")
    if source.kind is SourceKind.HALL:
        return (
            f"Sáu quả bóng (00–99) do đại diện các cơ sở lần lượt bốc tại {name} lúc "
            f"{vn_datetime(source.at)}, bốc xong bỏ lại, ghi theo thứ tự bốc; "
            "có ghi hình và biên bản"
        )
    day = source.at.astimezone(VIETNAM).date()
    return (
        f"{name}, kỳ mở thưởng {vn_weekday(day)} {vn_date(day)}, 18 giải, đọc từ giải Đặc biệt "
        "đến giải Tám, trong mỗi giải theo thứ tự quay"
    )


def drand_round(at: datetime) -> int:
    """Return the number of the first round that appears at `at` or later."""
    return max(0, math.ceil((at.timestamp() - _DRAND_GENESIS) / _DRAND_PERIOD)) + 1


def number_hint(kind: SourceKind) -> str:
    """Return how the number is to be typed."""
    if kind is SourceKind.HALL:
        return "Sáu số có hai chữ số, theo thứ tự bốc, ví dụ 07 45 12 93 21 60"
    if kind is SourceKind.LOTTERY:
        return "18 giải từ Đặc biệt (6 chữ số) đến giải Tám (2 chữ số), cách nhau một dấu cách"
    return "64 chữ số thập lục phân (0–9, a–f) của mục randomness"


def read_number(kind: SourceKind, typed: str) -> str:
    """Return the public number as it goes into the file: groups with one space between them.

    Raises:
        InvalidError: the number cannot be one of this source; the sentence says what is wrong.
    """
    parts = check_text(typed, field="public").lower().split()
    if kind is SourceKind.DRAND:
        if len(parts) != 1 or not re.fullmatch("[0-9a-f]{64}", parts[0]):
            raise InvalidError(f"Số chưa đúng dạng. Hãy ghi: {number_hint(kind)}.", field="public")
        return parts[0]
    digits = LOTTERY_DIGITS if kind is SourceKind.LOTTERY else (2,) * HALL_BALLS
    if len(parts) != len(digits):
        raise InvalidError(
            f"Cần {len(digits)} số, đang có {len(parts)}. Hãy ghi: {number_hint(kind)}.",
            field="public",
        )
    for place, (part, wanted) in enumerate(zip(parts, digits, strict=True), 1):
        if not re.fullmatch(f"[0-9]{{{wanted}}}", part):
            raise InvalidError(
                f"Số thứ {place} (“{part[:12]}”) phải có đúng {wanted} chữ số.", field="public"
            )
    return " ".join(parts)
