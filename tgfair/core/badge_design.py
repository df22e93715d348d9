"""What stands on a badge and on what paper it is printed: an organiser's choice, kept as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LEAST_QR_MM = 35
MOST_QR_MM = 40
MAX_LOGOS = 4


class Sheet(StrEnum):
    """The paper: how large it is, and how many badges it takes."""

    A4_FOUR = "a4-4"
    A4_EIGHT = "a4-8"
    A5_TWO = "a5-2"
    A6_ONE = "a6-1"
    ROLL = "roll"

    @property
    def label(self) -> str:
        """Return the Vietnamese words for it."""
        return _SHEET_LABELS[self]


_SHEET_LABELS = {
    Sheet.A4_FOUR: "A4, 4 thẻ đứng 86 × 124 mm",
    Sheet.A4_EIGHT: "A4, 8 thẻ nằm 85 × 54 mm",
    Sheet.A5_TWO: "A5, 2 thẻ đứng 86 × 124 mm",
    Sheet.A6_ONE: "A6, một thẻ cả trang",
    Sheet.ROLL: "Giấy cuộn 62 × 100 mm (máy in nhãn)",
}


class Block(StrEnum):
    """A part of a badge that may be left out; role, QR code and a line for the name never are."""

    EVENT = "event"
    DATES = "dates"
    ORGANISATION = "organisation"
    PLATE = "plate"
    SHORT_CODE = "short_code"
    PHOTO = "photo"
    LOGOS = "logos"

    @property
    def label(self) -> str:
        """Return the Vietnamese words for it."""
        return _BLOCK_LABELS[self]


_BLOCK_LABELS = {
    Block.EVENT: "Tên sự kiện",
    Block.DATES: "Ngày diễn ra",
    Block.ORGANISATION: "Tên cơ sở, đơn vị",
    Block.PLATE: "Biển số gian",
    Block.SHORT_CODE: "Mã thẻ 8 ký tự dưới ô QR",
    Block.PHOTO: "Ảnh chân dung (nếu có)",
    Block.LOGOS: "Dấu hiệu nhà tài trợ",
}


@dataclass(frozen=True, slots=True)
class BadgeDesign:
    """The badges of one fair; `logos` are SHA-256 of pictures, in the order they are printed.

    `qr_mm` is the side of the code without its quiet zone: 35 mm is what a decoder was measured
    to need.
    """

    sheet: Sheet = Sheet.A4_FOUR
    blocks: frozenset[Block] = frozenset(Block)
    qr_mm: int = 36
    crop_marks: bool = True
    logos: tuple[str, ...] = ()

    def shows(self, block: Block) -> bool:
        """Return whether a block is printed."""
        return block in self.blocks


def read_design(kept: Mapping[str, Any]) -> BadgeDesign:
    """Return the design kept as JSON; what is missing or no longer known takes its first value."""
    plain = BadgeDesign()
    blocks = kept.get("blocks")
    return BadgeDesign(
        sheet=_member(Sheet, kept.get("sheet"), plain.sheet),
        blocks=plain.blocks if blocks is None else known_blocks(blocks),
        qr_mm=min(max(int(kept.get("qr_mm", plain.qr_mm)), LEAST_QR_MM), MOST_QR_MM),
        crop_marks=bool(kept.get("crop_marks", plain.crop_marks)),
        logos=tuple(kept.get("logos", ()))[:MAX_LOGOS],
    )


def known_blocks(names: Iterable[str]) -> frozenset[Block]:
    """Return the blocks of these names; others are dropped."""
    wanted = set(names)
    return frozenset(block for block in Block if block.value in wanted)


def keep_design(design: BadgeDesign) -> dict[str, Any]:
    """Return the design as JSON."""
    return {
        "sheet": design.sheet.value,
        "blocks": [block.value for block in Block if block in design.blocks],
        "qr_mm": design.qr_mm,
        "crop_marks": design.crop_marks,
        "logos": list(design.logos),
    }


def _member(kind: type[Sheet], value: Any, otherwise: Sheet) -> Sheet:
    return kind(value) if value in {member.value for member in kind} else otherwise
