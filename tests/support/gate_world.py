"""A confirmed application with badges, a paired phone, and films for the fake camera."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.support import browser as browsers
from tests.support import builders
from tgfair.core.badge import BadgeKind, sign
from tgfair.core.short_code import short_code
from tgfair.core.vietnamese import fold
from tgfair.core.workflow import State
from tgfair.documents.qr import badge_matrix, matrix_png
from tgfair.models import Application, ApplicationPerson, Badge, Fair
from tgfair.policy import SYSTEM
from tgfair.services import badge_rows, badges, gates
from tgfair.services.badge_printing import payload_of
from tgfair.services.keys import ensure_key, private_key
from tgfair.services.uow import reader, transaction

FAIR_DAY = datetime(2026, 6, 18, 2, 14, tzinfo=UTC)  # 09:14 on the fair's first day


def make_confirmed(fair, *names, exhibitor=None) -> Application:
    """A confirmed application that names these people; no badges yet."""
    application = builders.make_application(
        fair, exhibitor or builders.make_exhibitor("Cơ sở Mắm Út Hạnh"), State.CONFIRMED
    )
    with transaction() as session:
        row = session.get_one(Application, application.id)
        row.people = [ApplicationPerson(name=name) for name in names]
    return application


def make_badges(fair, *names, exhibitor=None, now=builders.NOW) -> list[Badge]:
    """Badges of a new confirmed application, in the order of the names."""
    application = make_confirmed(fair, *names, exhibitor=exhibitor)
    badges.issue_to_application(SYSTEM, application.code, now=now)
    return list(badge_rows.valid_badges(reader(), application.id))


def token_of(badge: Badge) -> str:
    """The text in the badge's QR code as it would be printed now."""
    session = reader()
    row = session.get_one(Badge, badge.id, populate_existing=True)
    return sign(payload_of(row, row.fair.number), private_key(session, row.kid))


def make_gate(fair, label="Cổng chính") -> int:
    """A gate; the value is its number."""
    return gates.create_gate(SYSTEM, fair.id, label, now=builders.NOW)


def make_gate_fair() -> Fair:
    """A fair with a main gate and a second one."""
    fair = builders.make_fair()
    for label in ("Cổng chính", "Cổng phụ"):
        make_gate(fair, label)
    return fair


def pair_phone(fair, gate_number=1, name="Máy của Lan", *, now=FAIR_DAY) -> gates.Paired:
    """A paired phone at a gate of the fair."""
    gates.create_pairing(SYSTEM, fair.id, gate_number, now=now)
    pairing = gates.newest_pairing(SYSTEM, fair.id, gate_number)
    return gates.pair(pairing.code, name, now=now)


def phone_actor(paired: gates.Paired, *, now=FAIR_DAY):
    """The actor that the phone's token stands for."""
    return gates.actor_for_device(paired.token, now=now)


def sent_scan(text, *, at=FAIR_DAY, **fields):
    """One item as the phone sends it."""
    return {
        "id": secrets.token_hex(16),
        "seq": 1,
        "text": text,
        "mode": "qr",
        "direction": "in",
        "wall": at.isoformat(),
        "mono": 1000,
        "override": False,
        "reason": None,
        "cancels": None,
        **fields,
    }


FRAMES_A_SECOND = 30


def write_film(path: Path, token: str, *, seconds_away: int = 0) -> Path:
    """A film for Chromium's fake camera: a badge code held before the lens, a little turned.

    It plays for ever. With `seconds_away` the badge is shown for two seconds and then taken away
    for so long; the phone counts a code again after three seconds without it.
    """
    empty = Image.new("RGB", (640, 480), "#8a8f88")
    shown = empty.copy()
    card = Image.open(BytesIO(matrix_png(badge_matrix(token), scale=6))).convert("RGB")
    shown.paste(card.rotate(8, fillcolor="#8a8f88"), (170, 85))
    film = _jpeg(shown) * (2 * FRAMES_A_SECOND) + _jpeg(empty) * (seconds_away * FRAMES_A_SECOND)
    path.write_bytes(film)
    return path


def _jpeg(picture: Image.Image) -> bytes:
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=85)
    return stream.getvalue()


def launch_with_camera(playwright: Playwright, film: Path) -> Browser:
    """A Chromium whose camera plays the film."""
    return browsers.launch(
        playwright,
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


def pair_in_browser(page: Page, code: str, name: str = "Máy của Lan") -> None:
    """Open the pairing link as the officer's QR code would, and pair with one tap."""
    page.goto(f"/cong/ghep/{code}")
    page.get_by_label("Tên máy này").fill(name)
    page.get_by_role("button", name="Ghép máy này").click()
    expect(page.locator("#gate")).to_be_visible()


def expect_verdict(page: Page, colour: str, title: str, *, timeout: float = 20_000) -> None:
    """Wait until the phone shows this colour with this title."""
    expect(page.locator("#verdict")).to_have_attribute("data-colour", colour, timeout=timeout)
    expect(page.locator("#verdict-title")).to_have_text(title)


def qr_texts(pdf: bytes, *, scale: float = 3) -> list[str]:
    """Every QR code on every page of a PDF, read from its picture by an independent decoder."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    texts = []
    for page in document:
        picture = page.render(scale=scale).to_pil()
        texts += [found.text for found in zxingcpp.read_barcodes(picture)]
    document.close()
    return texts


FIGURES = ("Không", "Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy", "Tám", "Chín")


def spelled(number: int) -> str:
    """A name for each number, without figures: those are read as codes."""
    return " ".join(FIGURES[int(figure)] for figure in str(number))


def write_badges(fair, count, *, kind=BadgeKind.VOLUNTEER, **columns) -> list[Badge]:
    """Badges written straight into the table, for crowds; their tokens are `token_of`."""
    kid = ensure_key(fair.id, actor=SYSTEM, now=builders.NOW)
    days = (fair.last_day - fair.first_day).days + 1
    with transaction() as session:
        made = [
            Badge(
                **{
                    "public_id": secrets.token_hex(16),
                    "number": secrets.randbits(63),
                    "short_code": short_code(secrets.randbits(35)),
                    "fair_id": fair.id,
                    "kind": kind,
                    "holder_name": f"Nguyễn Văn {spelled(number)}",
                    "organisation": "Đoàn Thanh niên",
                    "first_day": fair.first_day,
                    "days": days,
                    "kid": kid,
                    "issued_at": builders.NOW,
                    "search_fold": fold(f"nguyen van {spelled(number)} doan thanh nien"),
                    **columns,
                }
            )
            for number in range(1, count + 1)
        ]
        session.add_all(made)
    return made
