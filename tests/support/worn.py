"""Printed badges as a camera meets them: blurred, bent round a body, smudged; always the same."""

from __future__ import annotations

import math
import shutil
import subprocess
from pathlib import Path
from random import Random

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from tgfair.documents.badge_layout import BadgeCard, Look
from tgfair.documents.badge_sheet import PAPERS, badge_sheet

DPI = 300
STRIPS = 48


def printed(cards: list[BadgeCard], look: Look) -> list[Image.Image]:
    """Each card cut out of the printed sheets, at 300 dots an inch, in grey."""
    paper = PAPERS[look.design.sheet]
    document = pypdfium2.PdfDocument(badge_sheet(cards, look))
    scale = DPI / 72
    found = []
    for number in range(len(cards)):
        sheet, place = divmod(number, paper.per_sheet)
        if place == 0:
            page = document[sheet].render(scale=scale).to_pil().convert("L")
        x, y = paper.corner(place)
        top = paper.height - y - paper.card.height
        box = (x, top, x + paper.card.width, top + paper.card.height)
        found.append(page.crop([round(length * scale) for length in box]))
    document.close()
    return found


def worn(card: Image.Image, chance: Random, *, smudge: bool) -> Image.Image:
    """The card bent round a cylinder and blurred; `smudge` dirties a tenth of its code.

    Dirt takes 60 to 90 per cent of the contrast, as a thumb or rain does. A blot as black as ink
    over one of the three corner marks is read by no decoder at all: that is a tenth of such blots.
    """
    if smudge:
        card = _smudged(card, chance)
    return _bent(card, chance).filter(ImageFilter.GaussianBlur(chance.uniform(1.0, 3.0)))


def _smudged(card: Image.Image, chance: Random) -> Image.Image:
    (code,) = zxingcpp.read_barcodes(card)  # before it is spoilt: only to know where it stands
    corner, side = code.position.top_left, code.position.top_right.x - code.position.top_left.x
    radius = side * math.sqrt(0.1 / math.pi)
    x = corner.x + chance.uniform(radius, side - radius)
    y = corner.y + chance.uniform(radius, side - radius)
    blot = Image.new("L", card.size, 0)
    covers = round(255 * chance.uniform(0.6, 0.9))
    ImageDraw.Draw(blot).ellipse((x - radius, y - radius, x + radius, y + radius), fill=covers)
    dirt = Image.new("L", card.size, chance.randint(60, 200))
    return Image.composite(dirt, card, blot.filter(ImageFilter.GaussianBlur(2)))


def _bent(card: Image.Image, chance: Random) -> Image.Image:
    """Seen from the front, what lies on a cylinder narrows towards its sides and bows."""
    half = math.radians(chance.uniform(15, 35))
    bow = chance.uniform(-0.04, 0.04) * card.height
    width = round(card.width * math.sin(half) / half)
    mesh = []
    for strip in range(STRIPS):
        left, right = width * strip // STRIPS, width * (strip + 1) // STRIPS
        corners = []
        for x in (left, right):
            across = 2 * x / width - 1
            angle = math.asin(max(-1.0, min(1.0, across * math.sin(half))))
            corners.append(((angle / half + 1) / 2 * card.width, bow * (across**2 - 1)))
        (x0, up0), (x1, up1) = corners
        quad = (x0, up0, x0, card.height + up0, x1, card.height + up1, x1, up1)
        mesh.append(((left, 0, right, card.height), quad))
    return card.transform(
        (width, card.height),
        Image.Transform.MESH,
        mesh,
        Image.Resampling.BILINEAR,
        fillcolor=255,
    )


def zxing_reads(pictures: list[Image.Image]) -> list[str | None]:
    """What zxing-cpp, the decoder of the gate, reads of each."""
    found = [zxingcpp.read_barcodes(picture) for picture in pictures]
    return [codes[0].text if codes else None for codes in found]


def zbar_reads(pictures: list[Image.Image], folder: Path) -> list[str | None]:
    """What zbar, which shares no code with the gate's decoder, reads of each."""
    program = shutil.which("zbarimg")
    assert program, "zbarimg is missing; on Debian and Ubuntu: apt install zbar-tools"
    found: list[str | None] = []
    for number, picture in enumerate(pictures):
        path = folder / f"{number}.pgm"
        picture.save(path)
        command = [program, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        found.append(answer.stdout.rstrip("\n") or None)
    return found
