"""The certificate of participation, one A4 page on its side each, to be signed and sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tgfair.documents.fonts import SERIF, SERIF_BOLD, SERIF_ITALIC
from tgfair.documents.letters import Letterhead, Signer
from tgfair.documents.painting import BLACK, MM, Box, Painter, write
from tgfair.documents.pdf_painter import PdfPainter

_WIDTH, _HEIGHT = 297 * MM, 210 * MM
_LEAF, _RED = "#064A2E", "#A80F16"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Whom it names, and the sentence under the name, ready-made."""

    name: str
    sentence: str


def certificates(
    found: Sequence[Certificate], *, letterhead: Letterhead, signer: Signer, year: int
) -> bytes:
    """Return the PDF; number, day and month stay blank for the clerk."""
    painter = PdfPainter("Giấy chứng nhận tham gia", width=_WIDTH, height=_HEIGHT)
    for one in found:
        painter.stamp("frame", _frame, 0, 0)
        _draw(painter, one, letterhead, signer, year)
        painter.page()
    return painter.finish()


def _frame(painter: Painter) -> None:
    page = Box(0, 0, _WIDTH, _HEIGHT)
    painter.frame(page.inset(9 * MM), _LEAF, width=3)
    painter.frame(page.inset(11.5 * MM), _LEAF, width=0.8)


def _draw(
    painter: Painter, one: Certificate, letterhead: Letterhead, signer: Signer, year: int
) -> None:
    half = 120 * MM
    left, right = 20 * MM, _WIDTH - 20 * MM - half

    def line(x: float, from_top: float, height: float, width: float) -> Box:
        return Box(x, _HEIGHT - (from_top + height) * MM, width, height * MM)

    write(painter, letterhead.parent, line(left, 18, 6, half), SERIF, 12, BLACK)
    write(painter, letterhead.issuer, line(left, 24, 7, half), SERIF_BOLD, 13, BLACK)
    nation = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    write(painter, nation, line(right, 18, 6, half), SERIF_BOLD, 12, BLACK)
    motto = "Độc lập – Tự do – Hạnh phúc"
    write(painter, motto, line(right, 24, 7, half), SERIF_BOLD, 13, BLACK)
    painter.line(
        (right + 33 * MM, _HEIGHT - 32 * MM), (right + 87 * MM, _HEIGHT - 32 * MM), width=0.8
    )
    wide, inner = _WIDTH - 60 * MM, 30 * MM
    write(painter, "GIẤY CHỨNG NHẬN", line(inner, 44, 20, wide), SERIF_BOLD, 38, _RED)
    write(painter, "tham gia sự kiện", line(inner, 64, 9, wide), SERIF_ITALIC, 17, BLACK)
    write(painter, one.name, line(inner, 78, 28, wide), SERIF_BOLD, 34, BLACK)
    write(painter, one.sentence, line(inner, 108, 30, wide), SERIF, 17, BLACK)
    when = f"{letterhead.place}, ngày …… tháng …… năm {year}"
    write(painter, when, line(right, 142, 7, half), SERIF_ITALIC, 13, BLACK)
    write(painter, signer.authority, line(right, 150, 6, half), SERIF_BOLD, 13, BLACK)
    write(painter, signer.title, line(right, 156, 6, half), SERIF_BOLD, 13, BLACK)
    write(painter, signer.name, line(right, 187, 7, half), SERIF_BOLD, 14, BLACK)
    write(painter, "Số: ………/GCN", line(left, 187, 7, half), SERIF, 12, BLACK, left=True)
