"""Booths of the demo fair: by hand, wish by wish; published, confirmed in part, badges issued."""

from __future__ import annotations

from datetime import time, timedelta

from tgfair.cli.demo.square import DECIDED
from tgfair.cli.demo.stage import CLERK, at
from tgfair.core.allocation import engine
from tgfair.core.workflow import State
from tgfair.models.fair import Fair
from tgfair.models.slot import SlotKind
from tgfair.services import (
    allocation_runs,
    allocations,
    attendance,
    gates,
    jobs,
    publications,
    slot_windows,
    slots,
)
from tgfair.services.allocation_settings import Keep, Settings
from tgfair.services.queries import demo_story as reading
from tgfair.services.queries.allocation import Candidate, candidates, reasons_by_booth
from tgfair.services.queries.booths import BoothState, BoothView, live_booths
from tgfair.services.slot_windows import Windows

FREE_AT_THE_END = 10
# One in four has not answered yet: the deadline is still ahead.
UNANSWERED = 4
LOAD_IN_PLACES = 6
PLAN_SECONDS = 10
GATES = ("Cổng chính", "Cổng phụ, xe hàng")


def place(fair: Fair) -> None:
    """Give out booths until ten are left, and publish."""
    now = at(DECIDED + timedelta(days=1))
    free = {b.label: b for b in live_booths(fair.id) if b.state is BoothState.FREE}
    for candidate in candidates(CLERK, fair):
        against = reasons_by_booth(CLERK, fair, candidate.code)
        for label in _best(candidate, free, {key for key, why in against.items() if why}):
            if len(free) <= FREE_AT_THE_END:
                break
            allocations.assign_booth(CLERK, fair.id, label, candidate.code, now=now)
            del free[label]
    publications.publish(CLERK, fair.id, note=None, now=at(DECIDED + timedelta(days=2)))


def seek_plan(fair: Fair) -> None:
    """Seek a plan that seats everybody anew, to lay beside the one made by hand."""
    if not engine.is_installed():
        return
    now = at(DECIDED + timedelta(days=3), 16)
    settings = Settings(keep=Keep.TAKEN, seconds=PLAN_SECONDS)
    allocation_runs.start_run(CLERK, fair.id, settings, now=now)
    jobs.run_due("demo", kinds=[allocation_runs.KIND])


def _best(candidate: Candidate, free: dict[str, BoothView], unfit: set[str]) -> list[str]:
    """Return as many booths as wanted: suitable ones, in the order of the wishes."""

    def rank(booth: BoothView) -> tuple[int, str]:
        wishes = candidate.wishes
        return (wishes.index(booth.zone_code) if booth.zone_code in wishes else 9, booth.label)

    fit = sorted((booth for label, booth in free.items() if label not in unfit), key=rank)
    return [booth.label for booth in fit[: candidate.wanted]]


def confirm(fair: Fair) -> None:
    """Let most producers accept their booth; who is named gets a badge."""
    for number, candidate in enumerate(candidates(CLERK, fair)):
        if candidate.booths and number % UNANSWERED:
            attendance.accept_booth(
                CLERK, candidate.code, now=at(DECIDED + timedelta(days=3), 8 + number % 10)
            )


def open_gates(fair: Fair) -> None:
    """Add the two gates of the square."""
    for label in GATES:
        gates.create_gate(CLERK, fair.id, label, now=at(DECIDED))


def open_load_in(fair: Fair) -> None:
    """Let goods in by both gates the day before the opening; half of the confirmed chose a window.

    The hour that suits everybody, eight in the morning, is full at the main gate.
    """
    now = at(DECIDED + timedelta(days=2))
    for place in GATES:
        slot_windows.create_slots(
            CLERK,
            fair.id,
            Windows(
                SlotKind.LOAD_IN,
                place,
                fair.first_day - timedelta(days=1),
                first=time(6),
                last=time(12),
                minutes=60,
                capacity=LOAD_IN_PLACES,
            ),
            now=now,
        )
    windows = reading.slot_ids(fair.id)
    for number, code in enumerate(reading.codes(fair.id, State.CONFIRMED)[::2]):
        chosen = windows[4] if number < LOAD_IN_PLACES else windows[number % len(windows)]
        if number >= LOAD_IN_PLACES and chosen == windows[4]:
            continue
        slots.book_slot(CLERK, code, chosen, now=at(DECIDED + timedelta(days=3), 19))
