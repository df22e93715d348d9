"""Badges on paper: A4, A5, A6 or a roll, with crop marks; a test page with rulers; one picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tgfair.core.badge_design import Sheet
from tgfair.documents.badge_layout import BLEED, BadgeCard, CardFrame, Look, draw_badge
from tgfair.documents.fonts import SANS, SANS_BOLD
from tgfair.documents.painting import INK, MM, Box, Painter, write
from tgfair.documents.pdf_painter import PdfPainter
from tgfair.documents.png_painter import PngPainter

_GAP = 6 * MM
RULER_WORDS = (
    "Đặt thước thật lên hai thước in ở mép giấy. Vạch 50 phải đúng 50 mm ở cả hai chiều. "
    "Nếu lệch, hãy chọn “kích thước thật” (100 %) thay cho “vừa trang giấy” khi in, rồi in lại. "
    "Sau đó quét thử ô QR ở trang trước bằng máy ở cổng: máy phải báo không phải thẻ của hội chợ."
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet in points and the cards on it."""

    width: float
    height: float
    columns: int
    rows: int
    card: CardFrame
    gap: float = _GAP

    @property
    def per_sheet(self) -> int:
        """Return how many cards a sheet takes."""
        return self.columns * self.rows

    @property
    def cuts(self) -> bool:
        """Return whether cards are cut out of the sheet."""
        return self.card.bleed > 0

    def corner(self, place: int) -> tuple[float, float]:
        """Return the lower left corner of a card, counted by rows from the top."""
        row, column = divmod(place, self.columns)
        used_width = self.columns * self.card.width + (self.columns - 1) * self.gap
        used_height = self.rows * self.card.height + (self.rows - 1) * self.gap
        left, top = (self.width - used_width) / 2, (self.height + used_height) / 2
        return (
            left + column * (self.card.width + self.gap),
            top - self.card.height - row * (self.card.height + self.gap),
        )


_LANYARD = CardFrame(86 * MM, 124 * MM, bleed=BLEED)
_LYING = CardFrame(85 * MM, 54 * MM, bleed=BLEED)
PAPERS = {
    Sheet.A4_FOUR: Paper(210 * MM, 297 * MM, 2, 2, _LANYARD),
    Sheet.A4_EIGHT: Paper(210 * MM, 297 * MM, 2, 4, _LYING),
    Sheet.A5_TWO: Paper(210 * MM, 148 * MM, 2, 1, _LANYARD),
    Sheet.A6_ONE: Paper(105 * MM, 148 * MM, 1, 1, CardFrame(105 * MM, 148 * MM)),
    Sheet.ROLL: Paper(62 * MM, 100 * MM, 1, 1, CardFrame(62 * MM, 100 * MM, one_colour=True)),
}


def badge_sheet(badges: Iterable[BadgeCard], look: Look) -> bytes:
    """Return the PDF of all badges in the order given; equal input gives equal bytes."""
    sheet = BadgeSheets(look)
    for badge in badges:
        sheet.add(badge)
    return sheet.finish()


class BadgeSheets:
    """A PDF that grows badge by badge, for work that reports how far it is."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._paper = PAPERS[look.design.sheet]
        self._count = 0
        self._painter = PdfPainter(
            f"Thẻ – {look.event_name}", width=self._paper.width, height=self._paper.height
        )

    def add(self, badge: BadgeCard) -> None:
        """Draw a badge in the next place."""
        place = self._count % self._paper.per_sheet
        if place == 0 and self._count:
            self._painter.page()
        self._count += 1
        x, y = self._paper.corner(place)
        draw_badge(self._painter, badge, self._look, self._paper.card, x, y)
        if self._paper.cuts and self._look.design.crop_marks:
            self._painter.stamp("crop", lambda on: _crop_marks(on, self._paper.card), x, y)

    def finish(self, last: Callable[[Painter], None] | None = None) -> bytes:
        """Return the PDF; `last` draws one more page."""
        self._painter.page()
        if last is not None:
            last(self._painter)
            self._painter.page()
        return self._painter.finish()


def badge_image(badge: BadgeCard, look: Look) -> bytes:
    """Return one badge of the look's paper as a PNG, 10 points a millimetre."""
    card = PAPERS[look.design.sheet].card
    painter = PngPainter(width=card.width, height=card.height)
    draw_badge(painter, badge, look, card, 0, 0)
    return painter.finish()


def ruler_page(badge: BadgeCard, look: Look) -> bytes:
    """Return a test print: a sheet of the sample badge, then a page with rulers to measure."""
    paper = PAPERS[look.design.sheet]
    sheet = BadgeSheets(look)
    for _ in range(paper.per_sheet):
        sheet.add(badge)
    return sheet.finish(lambda on: _draw_rulers(on, paper))


def _crop_marks(painter: Painter, card: CardFrame) -> None:
    near, far = 1 * MM, 3 * MM
    for x, away_x in ((0.0, -1), (card.width, 1)):
        for y, away_y in ((0.0, -1), (card.height, 1)):
            painter.line((x + away_x * near, y), (x + away_x * far, y), width=0.25)
            painter.line((x, y + away_y * near), (x, y + away_y * far), width=0.25)


def _draw_rulers(painter: Painter, paper: Paper) -> None:
    """Draw a ruler along two sides and say what to do with it."""
    margin = 8 * MM
    across = int((paper.width - 2 * margin) / MM)
    up = int((paper.height - 2 * margin) / MM)
    for step in range(across + 1):
        x = margin + step * MM
        painter.line((x, margin), (x, margin + _tick(step)), width=0.2)
        if step and step % 10 == 0:
            painter.text(str(step), x - 3, margin + 7 * MM, SANS, 6, INK)
    for step in range(up + 1):
        y = margin + step * MM
        painter.line((margin, y), (margin + _tick(step), y), width=0.2)
        if step and step % 10 == 0:
            painter.text(str(step), margin + 7 * MM, y - 2, SANS, 6, INK)
    inside = Box(margin + 14 * MM, margin + 16 * MM, paper.width - 30 * MM, paper.height - 32 * MM)
    upper = Box(inside.x, inside.y + 0.6 * inside.height, inside.width, 0.4 * inside.height)
    lower = Box(inside.x, inside.y, inside.width, 0.6 * inside.height)
    write(painter, "Trang thử máy in", upper, SANS_BOLD, 16)
    write(painter, RULER_WORDS, lower, SANS, 11)


def _tick(step: int) -> float:
    if step % 10 == 0:
        return 6 * MM
    return (4 if step % 5 == 0 else 2.5) * MM
