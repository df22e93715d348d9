"""What a drawing is made of, whether it becomes a PDF or a picture.

Lengths are in points, y goes up and (x, y) is the lower left corner, as in a PDF. One drawing
function serves both kinds of paper, so that a preview cannot differ from the print.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from reportlab.pdfbase import pdfmetrics

from tgfair.documents.fonts import LINE_HEIGHT, fit_text
from tgfair.documents.qr import Matrix

MM: Final = 72 / 25.4
INK, MUTED, PLATE, WHITE, BLACK = "#13261F", "#4A5A53", "#0B3D8C", "#FFFFFF", "#000000"
COPPER = "#8F4A12"


@dataclass(frozen=True, slots=True)
class Box:
    """A room on the paper."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """Return the height of the upper edge."""
        return self.y + self.height

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.x + self.width

    def inset(self, by: float) -> Box:
        """Return the room inside a margin on all sides."""
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


class Painter(Protocol):
    """Paper to draw on."""

    def rect(self, box: Box, colour: str, *, radius: float = 0) -> None:
        """Fill a rectangle."""

    def frame(self, box: Box, colour: str, *, width: float, radius: float = 0) -> None:
        """Draw the outline of a rectangle."""

    def line(self, start: tuple[float, float], end: tuple[float, float], *, width: float) -> None:
        """Draw a black line."""

    def text(self, text: str, x: float, y: float, font: str, size: float, colour: str) -> None:
        """Write one line in NFC, `y` at its baseline."""

    def code(self, matrix: Matrix, x: float, y: float, side: float) -> None:
        """Draw a QR code; the quiet zone around it is the caller's."""

    def picture(self, data: bytes, box: Box) -> None:
        """Draw a JPEG as large as it goes into the room, in its middle."""

    def stamp(self, key: str, draw: Callable[[Painter], None], x: float, y: float) -> None:
        """Draw what is the same on many cards, its origin at (x, y); `key` names it."""


def write(
    painter: Painter,
    text: str,
    room: Box,
    font: str,
    largest: float,
    colour: str = INK,
    *,
    left: bool = False,
) -> None:
    """Write a text into a room, wrapped and shrunk until it fits; centred unless `left`."""
    fitted = fit_text(text, font, width=room.width, height=room.height, largest=largest)
    size, leading = fitted.size, fitted.size * LINE_HEIGHT
    # 0.36 of the size is half the height of a capital: it centres the first line on its row.
    baseline = room.y + (room.height + leading * (len(fitted.lines) - 1)) / 2 - 0.36 * size
    for number, line in enumerate(fitted.lines):
        over = 0 if left else (room.width - pdfmetrics.stringWidth(line, font, size)) / 2
        painter.text(line, room.x + over, baseline - number * leading, font, size, colour)


def plate(painter: Painter, code: str, box: Box, font: str) -> None:
    """Draw a booth's code on the blue enamel plate of a house number."""
    edge = min(box.width, box.height)
    painter.rect(box, PLATE, radius=0.1 * edge)
    painter.frame(box.inset(0.06 * edge), WHITE, width=0.025 * edge, radius=0.07 * edge)
    inside = Box(
        box.x + 0.1 * box.width, box.y + 0.1 * edge, 0.8 * box.width, box.height - 0.2 * edge
    )
    write(painter, code, inside, font, 0.62 * box.height, WHITE)
