"""The sign over a booth: plate, name, products with their stars, QR to the booth's public page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tgfair.documents.fonts import SANS, SANS_BOLD
from tgfair.documents.painting import (
    COPPER,
    MM,
    MUTED,
    WHITE,
    Box,
    Painter,
    plate,
    write,
)
from tgfair.documents.pdf_painter import PdfPainter
from tgfair.documents.qr import qr_matrix

_WIDTH, _HEIGHT = 297 * MM, 210 * MM
_LEAF = "#064A2E"
_QR = 62 * MM
MAX_PRODUCTS = 8


@dataclass(frozen=True, slots=True)
class BoothSign:
    """What one sign says; `products` are (name, stars or None), `link` is what the code holds."""

    booth: str
    name: str
    place: str
    products: Sequence[tuple[str, int | None]]
    link: str


def booth_signs(signs: Sequence[BoothSign], *, event_name: str) -> bytes:
    """Return one A4 page on its side for each sign; equal input gives equal bytes."""
    painter = PdfPainter(f"Biển gian – {event_name}", width=_WIDTH, height=_HEIGHT)
    for sign in signs:
        _draw(painter, sign, event_name)
        painter.page()
    return painter.finish()


def _draw(painter: Painter, sign: BoothSign, event_name: str) -> None:
    head = Box(0, _HEIGHT - 24 * MM, _WIDTH, 24 * MM)
    painter.rect(head, _LEAF)
    words = Box(head.x + 14 * MM, head.y + 3 * MM, head.width - 28 * MM, head.height - 6 * MM)
    write(painter, event_name, words, SANS_BOLD, 22, WHITE)
    left = Box(14 * MM, 12 * MM, 78 * MM, head.y - 24 * MM)
    plate(painter, sign.booth, Box(left.x, left.top - 58 * MM, left.width, 58 * MM), SANS_BOLD)
    code = Box(left.x + (left.width - _QR) / 2, left.y + 14 * MM, _QR, _QR)
    painter.code(qr_matrix(sign.link), code.x, code.y, code.width)
    under = Box(left.x, left.y - 2 * MM, left.width, 10 * MM)
    write(painter, "Quét để xem gian hàng và sản phẩm", under, SANS, 11, MUTED)
    right = Box(left.right + 14 * MM, 12 * MM, _WIDTH - left.right - 28 * MM, head.y - 24 * MM)
    name = Box(right.x, right.top - 58 * MM, right.width, 58 * MM)
    write(painter, sign.name, name, SANS_BOLD, 44, left=True)
    if sign.place:
        place = Box(right.x, name.y - 11 * MM, right.width, 9 * MM)
        write(painter, sign.place, place, SANS, 16, MUTED, left=True)
    _draw_products(painter, sign.products, Box(right.x, right.y, right.width, name.y - 26 * MM))


def _draw_products(painter: Painter, products: Sequence[tuple[str, int | None]], room: Box) -> None:
    shown = products[:MAX_PRODUCTS]
    if not shown:
        return
    height = min(room.height / len(shown), 14 * MM)
    for number, (name, stars) in enumerate(shown):
        row = Box(room.x, room.top - (number + 1) * height, room.width, 0.86 * height)
        badge = 36 * MM
        words = Box(row.x, row.y, row.width - badge - 3 * MM, row.height)
        write(painter, name, words, SANS, 20, left=True)
        if stars:
            aside = Box(row.right - badge, row.y, badge, row.height)
            write(painter, f"OCOP {stars} sao", aside, SANS_BOLD, 16, COPPER)
