"""An application's way, for its own page: what happened, where it stands, what comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tgfair.core.workflow import FINAL, STATE_LABELS, State

_WAY = (State.SUBMITTED, State.APPROVED, State.ALLOCATED, State.CONFIRMED)
_REACHED = {
    State.DRAFT: 0,
    State.CHANGES_REQUESTED: 0,
    State.SUBMITTED: 1,
    State.WAITLISTED: 1,
    State.APPROVED: 2,
    State.ALLOCATED: 3,
    State.CONFIRMED: 4,
}
_COMING = {
    State.SUBMITTED: "Gửi hồ sơ",
    State.APPROVED: "Xét duyệt",
    State.ALLOCATED: "Xếp gian",
    State.CONFIRMED: "Xác nhận tham gia",
}


@dataclass(frozen=True)
class Happened:
    """One line of the history."""

    state: State
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Milestone:
    """One line of the timeline; `state` is done, now or todo."""

    label: str
    at: datetime | None
    state: str
    note: str = ""


def milestones(state: State, started_at: datetime, history: Sequence[Happened]) -> list[Milestone]:
    """Return the timeline of an application in `state`: its history, then what is to come."""
    past = [Happened(State.DRAFT, started_at), *history]
    lines = [Milestone(STATE_LABELS[one.state], one.at, "done", one.note) for one in past[:-1]]
    last = past[-1]
    ended = state in FINAL or state is State.CONFIRMED
    lines.append(
        Milestone(STATE_LABELS[last.state], last.at, "done" if ended else "now", last.note)
    )
    if state not in FINAL:
        coming = [_COMING[one] for one in _WAY[_REACHED[state] :]]
        if state is State.CHANGES_REQUESTED:
            coming[0] = "Gửi lại hồ sơ"
        lines += [Milestone(label, None, "todo") for label in coming]
    return lines
