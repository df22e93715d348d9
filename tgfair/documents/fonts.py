"""The embedded fonts of every PDF, and text that fits a given room without being cut.

Built by `scripts/build_fonts.py`; both families are under the SIL Open Font License.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

SANS = "BeVietnamPro"
SANS_BOLD = "BeVietnamPro-Bold"
SERIF = "Tinos"
SERIF_BOLD = "Tinos-Bold"
SERIF_ITALIC = "Tinos-Italic"
SERIF_BOLD_ITALIC = "Tinos-BoldItalic"

# Two marks on a capital (Ế, Ộ) touch the line above when lines are set closer than this.
LINE_HEIGHT = 1.28

_FILES = {
    SANS: "BeVietnamPro-Regular.ttf",
    SANS_BOLD: "BeVietnamPro-Bold.ttf",
    SERIF: "Tinos-Regular.ttf",
    SERIF_BOLD: "Tinos-Bold.ttf",
    SERIF_ITALIC: "Tinos-Italic.ttf",
    SERIF_BOLD_ITALIC: "Tinos-BoldItalic.ttf",
}


@dataclass(frozen=True, slots=True)
class FittedText:
    """Lines that fit, and the size in points at which they do."""

    size: float
    lines: tuple[str, ...]


@cache
def register_fonts() -> None:
    """Make the six faces known to reportlab, once in a process."""
    rl_config.useA85 = 0  # binary streams: a fifth smaller, and nobody mails a PDF as 7-bit text
    for name, file in _FILES.items():
        with as_file(files("tgfair").joinpath("data", "fonts", file)) as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))
    for normal, bold, italic, bold_italic in (
        (SANS, SANS_BOLD, SANS, SANS_BOLD),
        (SERIF, SERIF_BOLD, SERIF_ITALIC, SERIF_BOLD_ITALIC),
    ):
        pdfmetrics.registerFontFamily(
            normal, normal=normal, bold=bold, italic=italic, boldItalic=bold_italic
        )


@cache
def font_bytes(name: str) -> bytes:
    """Return the file of a face, for drawing on pictures."""
    return files("tgfair").joinpath("data", "fonts", _FILES[name]).read_bytes()


def fit_text(text: str, font: str, *, width: float, height: float, largest: float) -> FittedText:
    """Return `text` in NFC, wrapped and shrunk until it fits a room given in points.

    Nothing is ever cut: a name too long for one line takes more lines, then a smaller size.
    """
    register_fonts()
    words = unicodedata.normalize("NFC", text).split()
    size = largest
    while True:
        lines = _wrapped(words, font, size, width)
        if len(lines) * size * LINE_HEIGHT <= height:
            return FittedText(size, _balanced(words, font, size, lines))
        size *= 0.95


def _balanced(words: list[str], font: str, size: float, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the same number of lines, as even as they get: no last word alone."""
    narrower = lines
    while len(narrower) == len(lines) > 1:
        lines = narrower
        widest = max(pdfmetrics.stringWidth(line, font, size) for line in lines)
        narrower = _wrapped(words, font, size, widest - 1)
    return lines


def _wrapped(words: list[str], font: str, size: float, width: float) -> tuple[str, ...]:
    lines: list[str] = []
    for word in words:
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and pdfmetrics.stringWidth(joined, font, size) <= width:
            lines[-1] = joined
        else:
            lines += _broken(word, font, size, width)
    return tuple(lines)


def _broken(word: str, font: str, size: float, width: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and pdfmetrics.stringWidth(pieces[-1] + letter, font, size) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
