"""Plans of booths as runs of the solver: start, follow, stop and keep, throw away.

The job reads the fair in one transaction, solves outside any, and saves in another. A plan moves
nobody: who stands where changes only when it is published (`allocation_publishing`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.allocation import engine
from tgfair.core.allocation.conflicts import explain_infeasible
from tgfair.core.allocation.problem import Mode, Problem
from tgfair.core.allocation.record import problem_digest, solution_as_json
from tgfair.core.allocation.solution import Progress as News
from tgfair.core.allocation.solution import Solution
from tgfair.core.allocation.solve import ContradictoryError, solve
from tgfair.core.allocation.verify import verify
from tgfair.core.allocation.wording import sentence_of
from tgfair.core.errors import ConflictError, InvalidError, NotFoundError, UnavailableError
from tgfair.models.assignment import AllocationRun, AssignmentSource, Publication, RunState
from tgfair.models.fair import Fair
from tgfair.models.job import Job, JobState
from tgfair.policy import SYSTEM, Action, Actor, require, visible_to
from tgfair.services.allocation_problems import cast_of
from tgfair.services.allocation_settings import Settings, settings_as_json, settings_from_json
from tgfair.services.audit import record
from tgfair.services.jobs import JobStoppedError, Progress, enqueue_job, register
from tgfair.services.uow import find, transaction

KIND = "allocation"
PLAN = re.compile(r"PA(\d+)")
TELL_EVERY = timedelta(milliseconds=400)
LIVE_JOBS = (JobState.QUEUED, JobState.RUNNING)
MOST_SEED = 2**31 - 1
MOST_SECONDS = 600
# Seconds that explaining a contradiction may take: it asks the solver again and again.
EXPLAIN_SECONDS = 20


class SeekingError(ConflictError):
    """A plan of this fair is being sought already."""

    code = "seeking"

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label

    def message(self) -> str:
        """Say which, and what to do."""
        return (
            f"Phương án {self.label} đang được tìm. Hãy chờ xong, hoặc bấm “Dừng, giữ kết quả này”."
        )


def load_run(session: Session, actor: Actor, fair_id: int, label: str) -> AllocationRun:
    """Return a plan of a fair, for those who may assign its booths.

    Raises:
        NotFoundError: there is none of this name.
    """
    fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.ASSIGN_BOOTHS, fair)
    run = find(
        session, AllocationRun, AllocationRun.fair_id == fair_id, AllocationRun.label == label
    )
    if run.source is AssignmentSource.DRAW:
        raise NotFoundError
    return run


def start_run(
    actor: Actor, fair_id: int, settings: Settings, *, parent: str = "", now: datetime
) -> str:
    """Queue the search for a plan and return its name ("PA3").

    With `parent` its locked places stay; in the mode `fill` all of its places do.

    Raises:
        EngineMissingError: the solver is not installed.
        SeekingError: another plan of the fair is being sought.
        InvalidError: there is nothing to place or nowhere, or a number is out of range.
    """
    engine.need()
    _check(settings)
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.ASSIGN_BOOTHS, fair)
        _refuse(session, fair)
        base = load_run(session, actor, fair_id, parent) if parent else None
        if base is not None:
            settings = _continued(settings, base)
        run = _queued(session, actor, fair, settings, base, now=now)
        record(session, actor, "allocation.started", run, now=now, label=run.label)
        return run.label


def _queued(
    session: Session,
    actor: Actor,
    fair: Fair,
    settings: Settings,
    base: AllocationRun | None,
    *,
    now: datetime,
) -> AllocationRun:
    cast = cast_of(session, fair, settings)
    if not cast.problem.booths or not cast.problem.applicants:
        raise InvalidError("Cần có sơ đồ gian và ít nhất một hồ sơ đã duyệt.")
    run = AllocationRun(
        fair_id=fair.id,
        label=_next_label(session, fair.id),
        source=AssignmentSource.OPTIMISER,
        parent_id=base.id if base else None,
        state=RunState.QUEUED,
        settings=settings_as_json(settings),
        inputs_digest=problem_digest(cast.problem),
        result={},
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(run)
    session.flush()
    job = enqueue_job(
        session,
        actor,
        KIND,
        now=now,
        params={"run_id": run.id},
        fair_id=fair.id,
        total=settings.seconds or 0,
    )
    run.job_id = job.id
    return run


def _check(settings: Settings) -> None:
    if not 0 <= settings.seed <= MOST_SEED:
        raise InvalidError(f"Số ngẫu nhiên từ 0 đến {MOST_SEED}.", field="seed")
    if settings.seconds is not None and not 1 <= settings.seconds <= MOST_SECONDS:
        raise InvalidError(f"Thời gian tìm từ 1 đến {MOST_SECONDS} giây.", field="seconds")


def _refuse(session: Session, fair: Fair) -> None:
    if fair.shares_booths:
        raise InvalidError(
            "Sự kiện này cho hai cơ sở dùng chung một bàn, máy chưa tự xếp được. Hãy xếp tay."
        )
    label = session.scalar(
        select(AllocationRun.label)
        .join(Job, Job.id == AllocationRun.job_id)
        .where(
            AllocationRun.fair_id == fair.id,
            AllocationRun.state.in_((RunState.QUEUED, RunState.RUNNING)),
            Job.state.in_(LIVE_JOBS),
        )
        .limit(1)
    )
    if label is not None:
        raise SeekingError(label)


def _continued(settings: Settings, base: AllocationRun) -> Settings:
    places = places_of(base)
    return replace(
        settings,
        pins={code: places[code] for code in base.locked if code in places},
        previous=places if settings.mode is Mode.FILL else {},
    )


def places_of(run: AllocationRun) -> dict[str, list[str]]:
    """Return the booths (plan objects) of every application in a plan, by code."""
    placements: Sequence[Mapping[str, Any]] = run.result.get("placements", ())
    return {one["applicant"]: list(one["booths"]) for one in placements}


def _next_label(session: Session, fair_id: int) -> str:
    labels = session.scalars(
        select(AllocationRun.label).where(AllocationRun.fair_id == fair_id)
    ).all()
    numbers = [int(found[1]) for label in labels if (found := PLAN.fullmatch(label))]
    return f"PA{max(numbers, default=0) + 1}"


def stop_run(actor: Actor, fair_id: int, label: str, *, now: datetime) -> None:
    """Ask the running search to end and keep the best it has."""
    with transaction() as session:
        run = load_run(session, actor, fair_id, label)
        if run.state not in {RunState.QUEUED, RunState.RUNNING}:
            raise InvalidError(f"Phương án {label} đã tìm xong.")
        run.stop_asked_at = now
        record(session, actor, "allocation.stopped", run, now=now, label=label)


def discard_run(actor: Actor, fair_id: int, label: str, *, now: datetime) -> None:
    """Throw a plan away that was never published and that nothing continues.

    Raises:
        InvalidError: it was published, is being sought, or other plans come from it.
    """
    with transaction() as session:
        run = load_run(session, actor, fair_id, label)
        job = session.get(Job, run.job_id) if run.job_id else None
        if job is not None and job.state in LIVE_JOBS:
            raise SeekingError(label)
        if session.scalar(select(Publication.id).where(Publication.run_id == run.id).limit(1)):
            raise InvalidError(f"Phương án {label} đã công bố nên được giữ lại.")
        if session.scalar(
            select(AllocationRun.id).where(AllocationRun.parent_id == run.id).limit(1)
        ):
            raise InvalidError(f"Có phương án khác làm từ {label}. Hãy xóa phương án đó trước.")
        record(session, actor, "allocation.discarded", run, now=now, label=label)
        session.execute(delete(AllocationRun).where(AllocationRun.id == run.id))


class _Teller:
    """Carries news from the search to the rows that pages read, and the wish to stop back."""

    def __init__(self, run_id: int, progress: Progress, problem: Problem) -> None:
        self._run_id, self._progress = run_id, progress
        self._everybody = len(problem.applicants)
        self._total = int(problem.limits.seconds or 0)
        self._began = self._told_at = clock.real_now()
        self._news: dict[str, Any] = {}
        self.taken_over = False
        self._stop = False

    def hear(self, news: News) -> None:
        """Remember what the search found; it is written at the next look."""
        self._news[news.level.value] = {"value": news.value, "bound": news.bound}

    def should_stop(self) -> bool:
        """Write the news down now and then; return whether somebody asked to stop."""
        now = clock.real_now()
        if not self._stop and now - self._told_at >= TELL_EVERY:
            self._told_at = now
            # This is called from inside the solver, which a busy database is no reason to leave.
            with suppress(UnavailableError):
                self._look(now)
        return self._stop

    def _look(self, now: datetime) -> None:
        with transaction() as session:
            session.execute(
                update(AllocationRun)
                .where(AllocationRun.id == self._run_id)
                .values(news=self._news)
            )
            asked = session.scalar(
                select(AllocationRun.stop_asked_at).where(AllocationRun.id == self._run_id)
            )
        self._stop = asked is not None
        try:
            spent = int((now - self._began).total_seconds())
            self._progress(min(spent, self._total), self._total, self._sentence())
        except JobStoppedError:
            # Raised through the solver it would be lost: end the search, then say it again.
            self._stop = self.taken_over = True

    def _sentence(self) -> str:
        placed = self._news.get("placed", {})
        if placed.get("value") is None:
            return f"Đang tìm chỗ cho {self._everybody} hồ sơ."
        left = self._everybody - placed["value"]
        text = f"Đã có chỗ cho {placed['value']} hồ sơ, còn {left} chưa có."
        wishes = self._news.get("wishes") or self._news.get("lots") or {}
        if wishes.get("value") is not None:
            bound = wishes["bound"]
            most = f", cao nhất có thể là {bound}" if bound is not None else ""
            text += f" Điểm nguyện vọng {wishes['value']}{most}."
        return text


def _run_job(job_id: int, progress: Progress) -> dict[str, Any]:
    with transaction() as session:
        job = session.get_one(Job, job_id)
        run = session.get_one(AllocationRun, job.params["run_id"])
        fair = session.get_one(Fair, run.fair_id)
        run.state = RunState.RUNNING
        run_id, label = run.id, run.label
        url = f"/ql/{fair.slug}/xep/phuong-an/{label}"
        cast = cast_of(session, fair, settings_from_json(run.settings))
    teller = _Teller(run_id, progress, cast.problem)
    try:
        found = solve(cast.problem, on_progress=teller.hear, should_stop=teller.should_stop)
    except ContradictoryError as error:
        if teller.taken_over:
            raise JobStoppedError from error
        _give_up(run_id, cast.problem, error)
        return {"text": f"{label}: {error.message()}", "url": url}
    if teller.taken_over:
        raise JobStoppedError
    _save(run_id, cast.problem, found)
    text = f"{label}: {found.placed} hồ sơ có gian, {len(found.unplaced)} hồ sơ chưa có."
    return {"text": text, "url": url}


def _give_up(run_id: int, problem: Problem, error: ContradictoryError) -> None:
    brief = replace(problem, limits=replace(problem.limits, seconds=EXPLAIN_SECONDS))
    demands = explain_infeasible(brief)
    with transaction() as session:
        run = session.get_one(AllocationRun, run_id)
        run.state, run.finished_at = RunState.FAILED, clock.real_now()
        run.result = {"why": error.message(), "demands": [asdict(one) for one in demands]}


def _save(run_id: int, problem: Problem, found: Solution) -> None:
    wrong = [sentence_of(problem, one) for one in verify(problem, found)]
    with transaction() as session:
        run = session.get_one(AllocationRun, run_id)
        run.state, run.finished_at = RunState.DONE, clock.real_now()
        run.inputs_digest = problem_digest(problem)
        run.result = solution_as_json(found) | {"wrong": wrong}
        record(
            session,
            SYSTEM,
            "allocation.found",
            run,
            now=clock.real_now(),
            label=run.label,
            placed=found.placed,
            stopped=found.stopped,
        )


register(KIND, _run_job)
