"""G5: all badges of a fair as one PDF, beside a bare loop of QR code and page.

The site's side is the job that a worker runs: it reads the rows, signs every token, draws the
sheets and stores the file. The floor draws the same number of codes of the same kind (version 7-Q,
fixed mask), each on a page of its own with four lines of text.
"""

from __future__ import annotations

import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

from qrcode.constants import ERROR_CORRECT_Q
from qrcode.main import QRCode
from reportlab.pdfgen.canvas import Canvas

from benchmarks.figure import Figure, note
from benchmarks.rounds import medians
from benchmarks.world import World, world
from tests.support.badge_cards import badge_cards
from tgfair import clock
from tgfair.core.badge_design import BadgeDesign, Sheet
from tgfair.core.short_code import short_code
from tgfair.documents.badge_layout import Look
from tgfair.documents.badge_sheet import badge_sheet
from tgfair.documents.fonts import SANS, SANS_BOLD, register_fonts
from tgfair.models import Badge, BadgeState, Job
from tgfair.policy import SYSTEM
from tgfair.services import badge_print_jobs, jobs
from tgfair.services.file_store import file_store
from tgfair.services.identifiers import public_id
from tgfair.services.keys import ensure_key
from tgfair.services.uow import reader, transaction

COUNT, MANY, ROUNDS = 1_000, 10_000, 3
SHEET = Sheet.A4_EIGHT


def figures() -> Iterator[Figure]:
    """Yield rate, bytes a badge, growth to ten thousand, memory at the peak."""
    with world("sqlite") as made:
        made.run(lambda: _issue(made, COUNT))
        found = medians(
            {"site": lambda: COUNT / _job(made), "floor": lambda: COUNT / _floor(COUNT)},
            rounds=ROUNDS,
        )
    note(f"G5 badges {found['site']:.0f}/s, bare pages {found['floor']:.0f}/s")
    yield Figure("G5-badges", 100 * found["site"] / found["floor"], "%", 35, at_least=True)
    yield Figure("G5-size", (_size(200) - _size(100)) / 100 / 1024, "KiB/badge", 4)
    small, large = _alone(COUNT), _alone(MANY)
    note(f"G5 {MANY} badges in {large[0]:.1f} s of one core, +{large[1]:.0f} MiB")
    yield Figure("G5-growth", large[0] / MANY / (small[0] / COUNT), "times/badge", 1.2)
    yield Figure("G5-memory", large[1], "MiB", 100)


def _issue(made: World, count: int) -> None:
    """Put that many badges into the database: what an issue would have written."""
    now = clock.real_now()
    kid = ensure_key(made.fair_id, actor=SYSTEM, now=now)
    with transaction() as session:
        for number, card in enumerate(badge_cards(count)):
            session.add(
                Badge(
                    public_id=public_id(),
                    number=secrets.randbits(62),
                    short_code=short_code(number),
                    fair_id=made.fair_id,
                    kind=card.kind,
                    holder_name=card.name,
                    organisation=card.organisation,
                    first_day=date(2026, 6, 18),
                    days=4,
                    kid=kid,
                    state=BadgeState.VALID,
                    issued_at=now,
                    search_fold=card.name.lower(),
                )
            )


def _job(made: World) -> float:
    """Print everything as a worker would; return the seconds."""

    def work() -> float:
        wanted = badge_print_jobs.Wanted(sheet=SHEET)
        badge_print_jobs.start_print(SYSTEM, made.fair_id, wanted, now=clock.real_now())
        began = time.perf_counter()
        assert jobs.run_due("bench", kinds=[badge_print_jobs.KIND])
        took = time.perf_counter() - began
        job = reader().query(Job).order_by(Job.id.desc()).first()
        assert job is not None
        assert job.result is not None
        file_store().delete(job.result["sha256"])  # the next round writes it again
        reader().rollback()
        return took

    seconds: float = made.run(work)
    return seconds


def _floor(count: int) -> float:
    register_fonts()
    tokens = [card.token for card in badge_cards(count)]
    began = time.perf_counter()
    canvas = Canvas(BytesIO(), pageCompression=1)
    for token in tokens:
        code = QRCode(version=7, error_correction=ERROR_CORRECT_Q, border=0, mask_pattern=2)
        code.add_data(token, optimize=0)
        code.make(fit=False)
        rows = ["".join("1" if dark else "0" for dark in row) for row in code.get_matrix()]
        bits = "".join(f"{int(row, 2) << 3:012x}" for row in rows)
        canvas.setFont(SANS_BOLD, 20)
        canvas.drawString(50, 700, "Nguyễn Thị Út Hạnh")
        canvas.setFont(SANS, 11)
        for line in range(3):
            canvas.drawString(50, 680 - 20 * line, "Hợp tác xã Nông nghiệp")
        canvas._code.append(  # type: ignore[attr-defined]  # noqa: SLF001 -- as the site does
            f"q 100 0 0 100 50 500 cm BI /W 45 /H 45 /IM true /D [1 0] /F /AHx ID {bits}> EI Q"
        )
        canvas.showPage()
    canvas.save()
    return time.perf_counter() - began


def _look() -> Look:
    return Look("Lễ hội trái cây và OCOP", "18/06/2026 – 21/06/2026", BadgeDesign(sheet=SHEET))


def _size(count: int) -> int:
    return len(badge_sheet(badge_cards(count), _look()))


def _alone(count: int) -> tuple[float, float]:
    """Return CPU seconds and MiB above the start for a PDF drawn by a process of its own."""
    command = [sys.executable, "-m", "benchmarks.badges", str(count)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def _measure(count: int) -> None:
    _size(8)  # fonts and modules are loaded
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    _size(count)
    seconds = time.process_time() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(seconds, (after - before) / 1024)


if __name__ == "__main__":
    _measure(int(sys.argv[1]))
