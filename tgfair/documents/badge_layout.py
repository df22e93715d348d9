"""One badge, drawn into a card: standing (86 by 124, A6, a label) or lying (85 by 54).

What is the same on all badges of a kind is a stamp, kept once in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tgfair.core.badge import BadgeKind
from tgfair.core.badge_design import LEAST_QR_MM, BadgeDesign, Block
from tgfair.core.short_code import show_short_code
from tgfair.documents.fonts import SANS, SANS_BOLD
from tgfair.documents.painting import BLACK, INK, MM, MUTED, WHITE, Box, Painter, plate, write
from tgfair.documents.qr import QUIET_ZONE, badge_matrix

BLEED = 3 * MM
_MODULES = 45
_BANDS = {
    BadgeKind.EXHIBITOR: "#0A6640",
    BadgeKind.BUILDER: "#6B4A00",
    BadgeKind.ORGANIZER: "#7B1E3B",
    BadgeKind.DELEGATE: "#4B2E83",
    BadgeKind.PRESS: "#006470",
    BadgeKind.SECURITY: "#22303A",
    BadgeKind.MEDICAL: "#A8261C",
    BadgeKind.VOLUNTEER: "#9A4100",
    BadgeKind.VEHICLE: "#475058",
}


@dataclass(frozen=True, slots=True)
class BadgeCard:
    """One badge; without a `name` it has a line to write on, without a `booth` no plate.

    `dates` are ready-made, for a badge that is not good on all days of the fair.
    """

    token: str
    short_code: str
    kind: BadgeKind
    name: str
    organisation: str
    booth: str = ""
    dates: str = ""
    photo: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """What all badges of a fair share; `dates` is ready-made, `logos` are JPEG."""

    event_name: str
    dates: str
    design: BadgeDesign = field(default_factory=BadgeDesign)
    logos: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class CardFrame:
    """The size of a card in points; a bleed for cutting, one colour for a label printer."""

    width: float
    height: float
    bleed: float = 0
    one_colour: bool = False

    @property
    def lies(self) -> bool:
        """Return whether the card is wider than high."""
        return self.width > self.height


def draw_badge(
    painter: Painter, badge: BadgeCard, look: Look, frame: CardFrame, x: float, y: float
) -> None:
    """Draw a badge with its lower left corner at (x, y)."""
    plan = _lying(frame, look) if frame.lies else _standing(frame, look)
    # The room of a name depends on the photo, that of the logos on the plate.
    key = f"{badge.kind}{'p' if badge.booth else ''}{'d' if badge.dates else ''}"
    painter.stamp(key, lambda on: _draw_shared(on, badge, look, frame, plan), x, y)
    _draw_own(painter, badge, look, frame, plan, x, y)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where things stand on a card, from its lower left corner."""

    event: Box
    dates: Box
    band: Box
    who: Box
    code: Box
    short_code: Box
    plate: Box
    logos: Box
    # The largest letters of name and organisation, in points.
    name_size: float
    organisation_size: float


def _qr(look: Look) -> tuple[float, float]:
    """Return the side of the code and its quiet zone."""
    side = max(look.design.qr_mm, LEAST_QR_MM) * MM
    return side, side * QUIET_ZONE / _MODULES


def _standing(frame: CardFrame, look: Look) -> _Plan:
    width, height = frame.width, frame.height
    small = height < 110 * MM  # a label, not a card
    pad = (3 if small else 4) * MM
    side, quiet = _qr(look)
    shows = look.design.shows
    inner = width - 2 * pad
    top = height - (2.5 if small else 5) * MM
    event_height = (7.5 if small else 12) * MM if shows(Block.EVENT) else 0
    event = Box(pad, top - event_height, inner, event_height)
    dates_height = (4 if small else 5) * MM if shows(Block.DATES) else 0
    dates = Box(pad, event.y - dates_height, inner, dates_height)
    band = Box(0, dates.y - (10 if small else 13) * MM, width, (9 if small else 11) * MM)
    logos_height = (7 if small else 11) * MM if look.logos and shows(Block.LOGOS) else 0
    logos = Box(pad, (1.5 if small else 3) * MM, inner, logos_height)
    label_height = (5 if small else 6) * MM if shows(Block.SHORT_CODE) else 0
    label = Box(pad + quiet / 2, logos.top + 0.5 * MM, side, label_height)
    code = Box(label.x, max(label.top, logos.top) + quiet, side, side)
    who = Box(pad, code.top + quiet, inner, band.y - 1.5 * MM - code.top - quiet)
    beside = Box(code.right + quiet, code.y, width - pad - code.right - quiet, side)
    tall = min(20 * MM, beside.width * 0.7)
    sign = Box(beside.x, beside.y + (beside.height - tall) / 2, beside.width, tall)
    return _Plan(event, dates, band, who, code, label, sign, logos, 22 if not small else 16, 12)


def _lying(frame: CardFrame, look: Look) -> _Plan:
    width, height = frame.width, frame.height
    pad = 3 * MM
    side, quiet = _qr(look)
    shows = look.design.shows
    code = Box(width - side - quiet, height - quiet - side, side, side)
    label = Box(code.x, 0.8 * MM, side, max(code.y - quiet - 0.8 * MM, 3 * MM))
    inner = code.x - quiet - pad
    event_height = 6 * MM if shows(Block.EVENT) else 0
    event = Box(pad, height - 2.5 * MM - event_height, inner, event_height)
    dates_height = 3.2 * MM if shows(Block.DATES) else 0
    dates = Box(pad, event.y - dates_height, inner, dates_height)
    band = Box(0, 0, code.x - quiet, 8 * MM)
    sign = Box(pad, band.top + 1.2 * MM, 0.5 * inner, 8.5 * MM)
    logos = Box(sign.right + 1.5 * MM, sign.y, inner - sign.width - 1.5 * MM, sign.height)
    floor = sign.top + 0.8 * MM
    who = Box(pad, floor, inner, dates.y - 0.5 * MM - floor)
    return _Plan(event, dates, band, who, code, label, sign, logos, 14, 9)


def _draw_shared(
    painter: Painter, badge: BadgeCard, look: Look, frame: CardFrame, plan: _Plan
) -> None:
    """Draw what all badges of this kind have in common."""
    shows = look.design.shows
    if shows(Block.EVENT):
        write(painter, look.event_name, plan.event, SANS_BOLD, 11 if not frame.lies else 7)
    if shows(Block.DATES) and not badge.dates:
        write(painter, look.dates, plan.dates, SANS, _dates_size(frame), MUTED)
    colour = BLACK if frame.one_colour else _BANDS[badge.kind]
    bleed = frame.bleed
    band = plan.band
    if frame.lies:
        painted = Box(band.x - bleed, band.y - bleed, band.width + bleed, band.height + bleed)
    else:
        painted = Box(band.x - bleed, band.y, band.width + 2 * bleed, band.height)
    painter.rect(painted, colour)
    words = Box(band.x + 3 * MM, band.y, band.width - 6 * MM, band.height)
    write(painter, badge.kind.label.upper(), words, SANS_BOLD, 0.55 * band.height, WHITE)
    if shows(Block.LOGOS) and look.logos and not (frame.lies and badge.booth and not _room(plan)):
        _draw_logos(painter, look.logos, plan.logos)


def _dates_size(frame: CardFrame) -> float:
    return 8 if not frame.lies else 6


def _room(plan: _Plan) -> bool:
    return plan.logos.width > 10 * MM


def _draw_logos(painter: Painter, logos: tuple[bytes, ...], strip: Box) -> None:
    gap = 2 * MM
    width = (strip.width - gap * (len(logos) - 1)) / len(logos)
    for number, logo in enumerate(logos):
        painter.picture(logo, Box(strip.x + number * (width + gap), strip.y, width, strip.height))


def _draw_own(
    painter: Painter,
    badge: BadgeCard,
    look: Look,
    frame: CardFrame,
    plan: _Plan,
    x: float,
    y: float,
) -> None:
    """Draw who wears it, the code, the plate."""

    def at(box: Box) -> Box:
        return Box(x + box.x, y + box.y, box.width, box.height)

    shows = look.design.shows
    if shows(Block.DATES) and badge.dates:
        write(painter, badge.dates, at(plan.dates), SANS, _dates_size(frame), MUTED)
    _draw_who(painter, badge, look, plan, at(plan.who))
    code = at(plan.code)
    painter.code(badge_matrix(badge.token), code.x, code.y, code.width)
    if shows(Block.SHORT_CODE):
        size = 12 if not frame.lies else 8
        write(painter, show_short_code(badge.short_code), at(plan.short_code), SANS_BOLD, size)
    if badge.booth and shows(Block.PLATE):
        plate(painter, badge.booth, at(plan.plate), SANS_BOLD)


def _draw_who(painter: Painter, badge: BadgeCard, look: Look, plan: _Plan, room: Box) -> None:
    if badge.photo is not None and look.design.shows(Block.PHOTO):
        width = min(0.75 * room.height, 0.32 * room.width)
        painter.picture(badge.photo, Box(room.x, room.y, width, room.height))
        aside = width + 2 * MM
        room = Box(room.x + aside, room.y, room.width - aside, room.height)
    name = room
    if badge.organisation and look.design.shows(Block.ORGANISATION):
        under = 0.36 * room.height
        below = Box(room.x, room.y, room.width, under)
        write(painter, badge.organisation, below, SANS, plan.organisation_size)
        name = Box(room.x, room.y + under, room.width, room.height - under)
    if badge.name.strip():
        write(painter, badge.name, name, SANS_BOLD, plan.name_size)
    else:
        _draw_blank_name(painter, name)


def _draw_blank_name(painter: Painter, room: Box) -> None:
    size = min(8.0, room.height / 3)
    painter.text("Họ và tên (viết tay):", room.x, room.top - size, SANS, size, MUTED)
    line = room.y + 0.15 * room.height
    painter.rect(Box(room.x, line, room.width, 0.5), INK)
