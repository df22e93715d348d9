"""A fair's timetable in one line of days: steps, marks, what was told and what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from tgfair.core.anchors import anchor_from_json, words
from tgfair.core.timetable import LABELS
from tgfair.models.fair import Fair
from tgfair.models.notice import Notice, NoticeOutcome, NoticeRun
from tgfair.services.fair_timetable import local_day, timetable_of
from tgfair.services.notice_runs import due_instant
from tgfair.services.notices import anchors_of
from tgfair.services.uow import reader

END: Final = date.max


@dataclass(frozen=True)
class TimetableLine:
    """A day of the timetable.

    `state` is done, now (the next one to come) or todo; `tone` is for the status beside a notice.
    """

    day: date | None
    label: str
    hangs: str
    state: str
    notice: Notice | None = None
    status: str = ""
    tone: str = "off"


def hung_steps(fair: Fair) -> dict[str, str]:
    """Return in words what each step hangs on; steps whose day was chosen are left out."""
    return {step: words(anchor) for step, anchor in anchors_of(fair).items()}


def timetable_lines(fair: Fair, *, now: datetime) -> list[TimetableLine]:
    """Return the steps and the marks by day; marks without a day last."""
    lines = sorted(
        [*_steps(fair, now=now), *_notices(fair, now=now)],
        key=lambda line: (line.day or END, line.notice is not None),
    )
    following = next((at for at, line in enumerate(lines) if line.state == "todo"), None)
    return [
        line if at != following else TimetableLine(**{**vars(line), "state": "now"})
        for at, line in enumerate(lines)
    ]


def _steps(fair: Fair, *, now: datetime) -> list[TimetableLine]:
    timetable, hung = timetable_of(fair), hung_steps(fair)
    lines = []
    for step, label in LABELS.items():
        day = getattr(timetable, step)
        if day is not None:
            lines.append(TimetableLine(day, label, hung.get(step, ""), _state(day, now)))
    return lines


def _state(day: date, now: datetime) -> str:
    return "done" if day < local_day(now) else "todo"


def _notices(fair: Fair, *, now: datetime) -> list[TimetableLine]:
    session = reader()
    rows = session.scalars(select(Notice).where(Notice.fair_id == fair.id).order_by(Notice.id))
    ran = session.scalars(select(NoticeRun).join(Notice).where(Notice.fair_id == fair.id)).all()
    runs = {(run.notice_id, run.due_on): run for run in ran}
    return [_notice(notice, fair, runs, now=now) for notice in rows]


def _notice(
    notice: Notice, fair: Fair, runs: dict[tuple[int, date], NoticeRun], *, now: datetime
) -> TimetableLine:
    due = due_instant(notice, fair)
    day = local_day(due) if due else None
    run = runs.get((notice.id, day)) if day else None
    status, tone = _status(notice, fair, due, run, now=now)
    past = run is not None or (due is not None and due < now)
    return TimetableLine(
        day,
        notice.label,
        words(anchor_from_json(notice.anchor)),
        "done" if past else "todo",
        notice,
        status,
        tone,
    )


def _status(
    notice: Notice, fair: Fair, due: datetime | None, run: NoticeRun | None, *, now: datetime
) -> tuple[str, str]:
    if run is not None:
        sent = run.outcome is NoticeOutcome.SENT
        return (
            (f"Đã gửi {run.told} người", "good") if sent else (f"Không gửi: {run.reason}", "warn")
        )
    if due is None:
        return "Mốc neo chưa có ngày", "warn"
    reasons = (
        (notice.kind is None, "Chỉ ghi trên lịch", "off"),
        (not notice.enabled, "Đang tắt", "off"),
        (fair.put_off_at is not None, "Tạm dừng: sự kiện đang hoãn", "warn"),
        (due < notice.since, "Không gửi: ngày đã qua khi đặt mốc", "off"),
        (due <= now, "Sẽ gửi ngay", "info"),
    )
    return next(((words, tone) for holds, words, tone in reasons if holds), ("Sẽ tự gửi", "info"))
