"""Badges on A4, four to a sheet, 86 by 124 mm each, with crop marks and 3 mm of bleed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from tgfair.core.badge import BadgeKind
from tgfair.core.short_code import show_short_code
from tgfair.documents.fonts import LINE_HEIGHT, SANS, SANS_BOLD, fit_text, register_fonts
from tgfair.documents.qr import badge_matrix, draw_qr

CARD_WIDTH = 86 * mm
CARD_HEIGHT = 124 * mm
# 0.8 mm a module; decoding was measured to need 35 mm without the quiet zone.
QR_SIDE = 36 * mm

_GAP = 6 * mm
_BLEED = 3 * mm
_PADDING = 4 * mm
_COLUMNS = 2
_ROWS = 2
_INK = HexColor("#13261F")
_MUTED = HexColor("#4A5A53")
_PLATE = HexColor("#0B3D8C")
_BANDS = {
    BadgeKind.EXHIBITOR: HexColor("#0A6640"),
    BadgeKind.BUILDER: HexColor("#6B4A00"),
    BadgeKind.ORGANIZER: HexColor("#7B1E3B"),
    BadgeKind.DELEGATE: HexColor("#4B2E83"),
    BadgeKind.PRESS: HexColor("#006470"),
    BadgeKind.SECURITY: HexColor("#22303A"),
    BadgeKind.MEDICAL: HexColor("#A8261C"),
    BadgeKind.VOLUNTEER: HexColor("#9A4100"),
    BadgeKind.VEHICLE: HexColor("#475058"),
}


@dataclass(frozen=True, slots=True)
class BadgeCard:
    """One badge; without a `name` it has a line to write on, without a `booth` no plate."""

    token: str
    short_code: str
    kind: BadgeKind
    name: str
    organisation: str
    booth: str = ""


@dataclass(frozen=True, slots=True)
class _Box:
    """A room on the page in points, (x, y) at the lower left."""

    x: float
    y: float
    width: float
    height: float


def badge_sheet(badges: Sequence[BadgeCard], *, event_name: str, dates: str) -> bytes:
    """Return the PDF of all badges in the order given.

    `dates` is printed under the name of the event, ready-made. Equal input gives equal bytes.
    """
    register_fonts()
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(f"Thẻ – {event_name}")
    per_sheet = _COLUMNS * _ROWS
    for start in range(0, len(badges), per_sheet):
        for place, badge in enumerate(badges[start : start + per_sheet]):
            corner = _card_corner(place)
            _draw_card(canvas, badge, corner, event_name=event_name, dates=dates)
            _draw_crop_marks(canvas, corner)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _card_corner(place: int) -> _Box:
    row, column = divmod(place, _COLUMNS)
    left = (A4[0] - _COLUMNS * CARD_WIDTH - (_COLUMNS - 1) * _GAP) / 2
    top = A4[1] - (A4[1] - _ROWS * CARD_HEIGHT - (_ROWS - 1) * _GAP) / 2
    return _Box(
        left + column * (CARD_WIDTH + _GAP),
        top - CARD_HEIGHT - row * (CARD_HEIGHT + _GAP),
        CARD_WIDTH,
        CARD_HEIGHT,
    )


def _draw_card(
    canvas: Canvas, badge: BadgeCard, card: _Box, *, event_name: str, dates: str
) -> None:
    inner_x, inner_width = card.x + _PADDING, card.width - 2 * _PADDING
    top = card.y + card.height

    def room(below_top_mm: float, height_mm: float) -> _Box:
        return _Box(inner_x, top - (below_top_mm + height_mm) * mm, inner_width, height_mm * mm)

    canvas.setFillColor(_INK)
    _draw_text(canvas, event_name, room(5, 12), SANS_BOLD, 11)
    canvas.setFillColor(_MUTED)
    _draw_text(canvas, dates, room(17, 5), SANS, 8)
    _draw_band(canvas, badge.kind, _Box(card.x, top - 36 * mm, card.width, 11 * mm))
    canvas.setFillColor(_INK)
    if badge.name.strip():
        _draw_text(canvas, badge.name, room(38, 22), SANS_BOLD, 22)
    else:
        _draw_blank_name(canvas, room(38, 22))
    _draw_text(canvas, badge.organisation, room(60.5, 11), SANS, 12)
    _draw_code(canvas, badge, card)
    if badge.booth:
        column = card.x + 48.5 * mm
        _draw_plate(canvas, badge.booth, _Box(column, card.y + 21 * mm, 33.5 * mm, 20 * mm))


def _draw_band(canvas: Canvas, kind: BadgeKind, band: _Box) -> None:
    canvas.setFillColor(_BANDS[kind])
    canvas.rect(band.x - _BLEED, band.y, band.width + 2 * _BLEED, band.height, stroke=0, fill=1)
    canvas.setFillColor(white)
    _draw_text(canvas, kind.label.upper(), band, SANS_BOLD, 17)


def _draw_blank_name(canvas: Canvas, room: _Box) -> None:
    canvas.setFillColor(_MUTED)
    canvas.setFont(SANS, 8)
    canvas.drawString(room.x, room.y + room.height - 8, "Họ và tên (viết tay):")
    canvas.setStrokeColor(_MUTED)
    canvas.setLineWidth(0.5)
    canvas.line(room.x, room.y + 5 * mm, room.x + room.width, room.y + 5 * mm)
    canvas.setFillColor(_INK)


def _draw_code(canvas: Canvas, badge: BadgeCard, card: _Box) -> None:
    x, y = card.x + 6 * mm, card.y + 13 * mm
    draw_qr(canvas, badge_matrix(badge.token), x=x, y=y, side=QR_SIDE)
    canvas.setFillColor(_INK)
    code_room = _Box(x, card.y + 3 * mm, QR_SIDE, 6 * mm)
    _draw_text(canvas, show_short_code(badge.short_code), code_room, SANS_BOLD, 12)


def _draw_plate(canvas: Canvas, booth: str, plate: _Box) -> None:
    canvas.setFillColor(_PLATE)
    canvas.roundRect(plate.x, plate.y, plate.width, plate.height, 2 * mm, stroke=0, fill=1)
    canvas.setStrokeColor(white)
    canvas.setLineWidth(1.4)
    inset = 1.2 * mm
    canvas.roundRect(
        plate.x + inset,
        plate.y + inset,
        plate.width - 2 * inset,
        plate.height - 2 * inset,
        1.4 * mm,
    )
    canvas.setFillColor(white)
    inside = _Box(plate.x + 3 * mm, plate.y + 2 * mm, plate.width - 6 * mm, plate.height - 4 * mm)
    _draw_text(canvas, booth, inside, SANS_BOLD, 34)


def _draw_text(canvas: Canvas, text: str, room: _Box, font: str, largest: float) -> None:
    fitted = fit_text(text, font, width=room.width, height=room.height, largest=largest)
    leading = fitted.size * LINE_HEIGHT
    canvas.setFont(font, fitted.size)
    # 0.36 of the size is half the height of a capital: it centres the first line on its row.
    baseline = room.y + (room.height + leading * (len(fitted.lines) - 1)) / 2 - 0.36 * fitted.size
    for number, line in enumerate(fitted.lines):
        canvas.drawCentredString(room.x + room.width / 2, baseline - number * leading, line)


def _draw_crop_marks(canvas: Canvas, card: _Box) -> None:
    canvas.setStrokeGray(0)
    canvas.setLineWidth(0.25)
    near, far = 1 * mm, 3 * mm
    for x, away_x in ((card.x, -1), (card.x + card.width, 1)):
        for y, away_y in ((card.y, -1), (card.y + card.height, 1)):
            canvas.line(x + away_x * near, y, x + away_x * far, y)
            canvas.line(x, y + away_y * near, x, y + away_y * far)
