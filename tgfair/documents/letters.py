"""Invitations and notices, one A4 page each, laid out as Decree 30/2020/NĐ-CP (annex I) asks.

Number and day of signing stay blank: the clerk writes them when the letter is signed and sealed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Literal

from reportlab.lib.colors import black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from tgfair.documents.fonts import (
    SERIF,
    SERIF_BOLD,
    SERIF_BOLD_ITALIC,
    SERIF_ITALIC,
    register_fonts,
)
from tgfair.documents.qr import draw_qr, qr_matrix

INVITATION, NOTICE = "GIẤY MỜI", "THÔNG BÁO"
_LEFT = 30 * mm
_RIGHT = A4[0] - 18 * mm
_TOP = A4[1] - 20 * mm
_BOTTOM = 20 * mm
_WIDTH = _RIGHT - _LEFT
_QR_SIDE = 30 * mm
_SIGNATURE_HEIGHT = 50 * mm
# The decree asks for 13 to 14; smaller only so that a long text keeps to its one page.
_BODY_SIZES = (
    13.5,
    13.0,
    12.5,
    12.0,
    11.5,
    11.0,
    10.5,
    10.0,
    9.5,
    9.0,
    8.5,
    8.0,
    7.5,
    7.0,
    6.5,
    6.0,
)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: `parent` and `issuer` stand above each other.

    `symbol` follows the number, as on an invitation ("GM-SCT"); a notice has "TB" for "GM".
    """

    parent: str
    issuer: str
    place: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Signer:
    """The block under the text; empty `authority` for a director who signs in person."""

    authority: str
    title: str
    name: str


@dataclass(frozen=True, slots=True)
class LetterText:
    """What is the same in every letter.

    `facts` are pairs such as ("Thời gian", "…"), with the lunar date written out by the caller;
    `month_year` is ready to print ("6 năm 2027"); without `deadline` no answer is asked for.
    """

    subject: str
    opening: Sequence[str]
    facts: Sequence[tuple[str, str]]
    closing: Sequence[str]
    deadline: str
    hotline: str
    month_year: str
    recipients: Sequence[str]
    heading: str = INVITATION


@dataclass(frozen=True, slots=True)
class InvitationLetter:
    """One addressee and the personal link that is printed and put in the QR code."""

    addressee: str
    address: str
    link: str


SAMPLE_LETTERHEAD = Letterhead(
    parent="UBND TỈNH ĐỒNG THÁP (MẪU)",
    issuer="SỞ CÔNG THƯƠNG (MẪU)",
    place="Đồng Tháp",
    symbol="GM-SCT",
)
SAMPLE_SIGNER = Signer(authority="KT. GIÁM ĐỐC", title="PHÓ GIÁM ĐỐC", name="(MẪU) Họ và tên")


def invitation_letters(
    letters: Sequence[InvitationLetter],
    *,
    letterhead: Letterhead,
    signer: Signer,
    text: LetterText,
) -> bytes:
    """Return one PDF with a page for each letter, in the order given."""
    return letters_with_texts(
        [(letter, text) for letter in letters], letterhead=letterhead, signer=signer
    )


def letters_with_texts(
    letters: Sequence[tuple[InvitationLetter, LetterText]],
    *,
    letterhead: Letterhead,
    signer: Signer,
) -> bytes:
    """Return one PDF with a page for each letter, each with words of its own."""
    register_fonts()
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1, pageCompression=1)
    if letters:
        canvas.setTitle(letters[0][1].subject)
    for letter, text in letters:
        y = _draw_head(canvas, letterhead, text)
        y = _draw_title(canvas, text, y)
        y = _draw_body(canvas, letter, text, y)
        y = _draw_link(canvas, letter.link, text, y)
        _draw_foot(canvas, signer, text.recipients, y)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _draw_head(canvas: Canvas, letterhead: Letterhead, text: LetterText) -> float:
    left, right = _LEFT + 33 * mm, _RIGHT - 47 * mm
    y = _TOP - 10
    _centred(canvas, letterhead.parent, left, y, (SERIF, 12), 66 * mm)
    _centred(canvas, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", right, y, (SERIF_BOLD, 12), 94 * mm)
    y -= 16
    issuer_width = _centred(canvas, letterhead.issuer, left, y, (SERIF_BOLD, 12), 66 * mm)
    motto_width = _centred(
        canvas, "Độc lập - Tự do - Hạnh phúc", right, y, (SERIF_BOLD, 13), 94 * mm
    )
    _rule(canvas, left, y - 5, issuer_width * 0.45)
    _rule(canvas, right, y - 5, motto_width)
    y -= 24
    symbol = letterhead.symbol
    if text.heading == NOTICE:
        symbol = re.sub(r"^GM\b", "TB", symbol)
    _centred(canvas, f"Số:          /{symbol}", left, y, (SERIF, 13), 66 * mm)
    date_line = f"{letterhead.place}, ngày        tháng {text.month_year}"
    _centred(canvas, date_line, right, y, (SERIF_ITALIC, 13), 94 * mm)
    return y - 14


def _draw_title(canvas: Canvas, text: LetterText, y: float) -> float:
    middle = (_LEFT + _RIGHT) / 2
    _centred(canvas, text.heading, middle, y - 18, (SERIF_BOLD, 14), _WIDTH)
    style = _style(13, name=SERIF_BOLD, alignment=TA_CENTER)
    bottom = _draw_flow(canvas, [_paragraph(text.subject, style)], y - 24)
    _rule(canvas, middle, bottom - 3, 45 * mm)
    return bottom - 10


def _draw_body(canvas: Canvas, letter: InvitationLetter, text: LetterText, y: float) -> float:
    room = y - _BOTTOM - _SIGNATURE_HEIGHT - _QR_SIDE - 8 * mm
    for size in _BODY_SIZES:
        flow = _body(letter, text, size)
        if _height(flow) <= room:
            break
    return _draw_flow(canvas, flow, y)


def _body(letter: InvitationLetter, text: LetterText, size: float) -> list[Paragraph]:
    centred = _style(size + 0.5, alignment=TA_CENTER)
    plain = _style(size, alignment=TA_JUSTIFY, first_line=10 * mm)
    fact = _style(size, indent=10 * mm)
    to = f"Kính gửi: <b>{_escaped(letter.addressee)}</b>"
    if letter.address:
        to += f"<br/>{_escaped(letter.address)}"
    return [
        Paragraph(to, centred),
        *(_paragraph(part, plain) for part in text.opening),
        *(
            Paragraph(f"<b>{_escaped(label)}:</b> {_escaped(value)}", fact)
            for label, value in text.facts
        ),
        *(_paragraph(part, plain) for part in text.closing),
    ]


def _draw_link(canvas: Canvas, link: str, text: LetterText, y: float) -> float:
    top = y - 3 * mm
    draw_qr(canvas, qr_matrix(link), x=_LEFT + 4 * mm, y=top - _QR_SIDE, side=_QR_SIDE)
    lines = [
        "Quét mã bằng điện thoại để mở trang riêng của cơ sở, hoặc gõ địa chỉ:",
        f"<b>{_escaped(link)}</b>",
        *(
            f"{label}: <b>{_escaped(value)}</b>"
            for label, value in (("Trả lời trước", text.deadline), ("Hỗ trợ", text.hotline))
            if value
        ),
    ]
    x = _LEFT + _QR_SIDE + 10 * mm
    flow = [
        Paragraph(line, _style(11.5, before=2, wrap="CJK" if "//" in line else None))
        for line in lines
    ]
    _draw_flow(canvas, flow, top, x=x)
    return top - _QR_SIDE - 4 * mm


def _draw_foot(canvas: Canvas, signer: Signer, recipients: Sequence[str], y: float) -> None:
    middle, width = _RIGHT - 38 * mm, 76 * mm
    line = y - 12
    for words in (signer.authority, signer.title):
        if words:
            _centred(canvas, words, middle, line, (SERIF_BOLD, 13), width)
            line -= 16
    _centred(canvas, signer.name, middle, line - 26 * mm, (SERIF_BOLD, 13), width)
    flow = [
        _paragraph("Nơi nhận:", _style(12, name=SERIF_BOLD_ITALIC, before=0)),
        *(_paragraph(f"- {words}", _style(11, before=0)) for words in recipients),
    ]
    _draw_flow(canvas, flow, y, width=70 * mm)


def _draw_flow(
    canvas: Canvas,
    flow: Sequence[Paragraph],
    y: float,
    *,
    x: float = _LEFT,
    width: float | None = None,
) -> float:
    room = width or _RIGHT - x
    for paragraph in flow:
        _, height = paragraph.wrap(room, A4[1])
        y -= paragraph.style.spaceBefore + height
        paragraph.drawOn(canvas, x, y)
    return y


def _height(flow: Sequence[Paragraph]) -> float:
    heights = (part.wrap(_WIDTH, A4[1])[1] + part.style.spaceBefore for part in flow)
    return float(sum(heights))


def _style(
    size: float,
    *,
    name: str = SERIF,
    alignment: Literal[0, 1, 4] = TA_LEFT,
    first_line: float = 0,
    indent: float = 0,
    before: float = 6,
    wrap: str | None = None,
) -> ParagraphStyle:
    return ParagraphStyle(
        "letter",
        fontName=name,
        fontSize=size,
        leading=size * 1.28,
        alignment=alignment,
        firstLineIndent=first_line,
        leftIndent=indent,
        spaceBefore=before,
        wordWrap=wrap,
        textColor=black,
    )


def _paragraph(words: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(_escaped(words), style)


def _escaped(words: str) -> str:
    return escape(unicodedata.normalize("NFC", words), quote=False)


def _centred(
    canvas: Canvas, words: str, x: float, y: float, font: tuple[str, float], width: float
) -> float:
    """Draw one line, smaller where it would leave its column, and return its width."""
    name, size = font
    line = unicodedata.normalize("NFC", words)
    size = min(size, size * width / canvas.stringWidth(line, name, size)) if line else size
    canvas.setFont(name, size)
    canvas.drawCentredString(x, y, line)
    return canvas.stringWidth(line, name, size)


def _rule(canvas: Canvas, middle: float, y: float, width: float) -> None:
    canvas.setLineWidth(0.7)
    canvas.line(middle - width / 2, y, middle + width / 2, y)
