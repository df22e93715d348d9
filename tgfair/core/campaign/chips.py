"""Chips: names in braces that stand for something of each recipient, `{cơ sở}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tgfair.core.vietnamese import fold

BRACES = re.compile(r"\{([^{}\n]*)\}")
ADDRESS = re.compile(r"https://[^\s<>\"{}]+[^\s<>\"{}.,;:!?)\]]")


@dataclass(frozen=True, slots=True)
class Chip:
    """A name in braces. `typed`: its value was typed by a subject; `deadline`: a day to keep."""

    key: str
    label: str
    typed: bool = False
    deadline: bool = False

    @property
    def text(self) -> str:
        """Return the chip as it stands in a text."""
        return f"{{{self.label}}}"


CHIPS: tuple[Chip, ...] = (
    Chip("to_name", "người nhận", typed=True),
    Chip("org", "cơ sở", typed=True),
    Chip("fair", "sự kiện"),
    Chip("days", "ngày tổ chức"),
    Chip("venue", "địa điểm"),
    Chip("code", "mã hồ sơ"),
    Chip("state", "trạng thái hồ sơ"),
    Chip("booths", "gian hàng"),
    Chip("setup", "giờ vào gian"),
    Chip("apply_until", "hạn đăng ký", deadline=True),
    Chip("fix_until", "hạn bổ sung", deadline=True),
    Chip("confirm_until", "hạn xác nhận", deadline=True),
    Chip("url", "đường dẫn"),
    Chip("hotline", "đường dây nóng"),
)
BY_NAME = {fold(chip.label): chip for chip in CHIPS}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `url` when it is a link."""

    text: str
    url: str = ""


def chips_in(text: str) -> list[Chip]:
    """Return the chips of a text, each once, in order; names nobody knows are left out."""
    found = (BY_NAME.get(_name(match)) for match in BRACES.finditer(text))
    return list(dict.fromkeys(chip for chip in found if chip is not None))


def unknown_in(text: str) -> list[str]:
    """Return what stands in braces and is no chip, as typed."""
    return [match[0] for match in BRACES.finditer(text) if _name(match) not in BY_NAME]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in; a value's own braces stay as they are. Unknown names stay too."""

    def value(match: re.Match[str]) -> str:
        chip = BY_NAME.get(_name(match))
        return match[0] if chip is None else values.get(chip.key, "")

    return BRACES.sub(value, text)


def paragraphs(text: str) -> list[list[list[Piece]]]:
    """Return paragraphs of lines of pieces; only https addresses become links."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return [[_pieces(line.strip()) for line in block.splitlines()] for block in blocks if block]


def _pieces(line: str) -> list[Piece]:
    pieces, end = [], 0
    for match in ADDRESS.finditer(line):
        pieces += [Piece(line[end : match.start()]), Piece(match[0], match[0])]
        end = match.end()
    pieces.append(Piece(line[end:]))
    return [piece for piece in pieces if piece.text]


def _name(match: re.Match[str]) -> str:
    return fold(" ".join(match[1].split()))
