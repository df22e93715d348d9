"""Jobs: work too long for a page, with progress, lease and fencing (design.md, section 6).

The `Job` row is the truth. Whoever holds the lease may write progress and result; a run that lost
it finds out at its next progress report and stops. So a job function must be safe to run again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import ConflictError, TgfairError, UnavailableError
from tgfair.models.job import Job, JobState
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.identifiers import public_id
from tgfair.services.uow import find, let_go, reader, transaction, unavailable

# Longer than any step between two progress reports may take.
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 5
# After an outage of the database; doubled each time.
FIRST_PAUSE = timedelta(seconds=10)
REPORT_EVERY = timedelta(milliseconds=400)
UNEXPECTED = "Có lỗi ngoài dự kiến. Hãy làm lại; nếu vẫn lỗi, hãy báo người quản trị."
PUT_OFF = "Máy chủ đang bận; việc này tự làm tiếp sau ít giây."
INTERRUPTED = "Việc này bị ngắt giữa chừng nhiều lần. Hãy làm lại; nếu vẫn vậy, báo người quản trị."

logger = logging.getLogger(__name__)


class JobStoppedError(TgfairError):
    """The job was cancelled, or another worker took it over; stop at once, write nothing more."""

    code = "job_stopped"


class JobOverError(ConflictError):
    """There is nothing left to stop."""

    code = "job_over"

    def message(self) -> str:
        """Say that it is finished."""
        return "Việc này đã xong, không dừng được nữa."


@dataclass(frozen=True)
class _Lease:
    job_id: int
    kind: str
    owner: str
    attempt: int


class Progress:
    """Given to a job function: `progress(done, total, "Đang đọc dòng 120")`."""

    def __init__(self, lease: _Lease) -> None:
        self._lease = lease
        self._reported_at: datetime | None = None

    def __call__(self, done: int, total: int, text: str = "") -> None:
        """Show how far it is, and keep the lease; cheap enough to call for every row.

        Raises:
            JobStoppedError: the job was cancelled or taken over.
        """
        now = clock.real_now()
        recent = self._reported_at is not None and now - self._reported_at < REPORT_EVERY
        if recent and done < total:
            return
        self._reported_at = now
        values = {"done": done, "total": total, "text": text[:400], "lease_until": now + LEASE}
        if not _write(self._lease, values):
            raise JobStoppedError


JobFunction = Callable[[int, Progress], dict[str, Any] | None]
REGISTRY: dict[str, JobFunction] = {}


def register(kind: str, function: JobFunction) -> None:
    """Say who does jobs of this kind; called when the module of the work is imported.

    The function gets the job's id and a `Progress`, opens its own transactions, and returns the
    result: a JSON object, where `text` is shown and `url` (a path of this site) is linked.
    """
    REGISTRY[kind] = function


def enqueue_job(
    session: Session,
    actor: Actor,
    kind: str,
    *,
    now: datetime,
    params: dict[str, Any] | None = None,
    fair_id: int | None = None,
    total: int = 0,
) -> Job:
    """Add a job in the caller's transaction; its `public_id` is the address `/viec/<id>`."""
    job = Job(
        public_id=public_id(),
        kind=kind,
        params=params or {},
        state=JobState.QUEUED,
        total=total,
        fair_id=fair_id,
        created_by_id=actor.user_id,
        created_at=now,
    )
    session.add(job)
    session.flush()
    return job


def cancel_job(actor: Actor, job_public_id: str) -> None:
    """Stop a job; one that is running notices at its next progress report.

    Raises:
        JobOverError: it is finished already.
    """
    with transaction() as session:
        job = find(session, Job, Job.public_id == job_public_id, visible_to(actor, Job))
        require(actor, Action.VIEW_JOB, job)
        if job.state not in {JobState.QUEUED, JobState.RUNNING}:
            raise JobOverError
        job.state, job.finished_at = JobState.CANCELLED, clock.real_now()
        job.text = "Đã dừng theo yêu cầu."


def run_due(owner: str, *, kinds: Sequence[str] | None = None, now: datetime | None = None) -> bool:
    """Run the oldest job that is due and return True; False when there is none.

    `owner` names this worker. Time is the real clock's unless a test gives `now`.
    """
    lease = _take(owner, list(kinds or REGISTRY), now or clock.real_now())
    if lease is None:
        return False
    try:
        result = REGISTRY[lease.kind](lease.job_id, Progress(lease))
    except JobStoppedError:
        logger.info("job %s stopped", lease.job_id)
    except TgfairError as error:
        _finish(lease, JobState.FAILED, error.message(), None)
    except Exception as error:
        outage = _outage(error)
        if outage is None:
            logger.exception("job %s (%s) failed", lease.job_id, lease.kind)
            _finish(lease, JobState.FAILED, UNEXPECTED, None)
        else:
            _put_off(lease, outage)
    else:
        _finish(lease, JobState.DONE, str((result or {}).get("text", "Đã xong.")), result)
    return True


def _take(owner: str, kinds: list[str], now: datetime) -> _Lease | None:
    due = and_(
        Job.kind.in_(kinds),
        or_(
            Job.state == JobState.QUEUED,
            and_(Job.state == JobState.RUNNING, Job.lease_until < now),
        ),
    )
    # Look before locking: an idle worker must not take SQLite's write lock every second.
    idle = reader().scalar(select(Job.id).where(due).limit(1)) is None
    reader().rollback()
    if idle:
        return None
    with transaction() as session:
        job = session.scalars(
            select(Job).where(due).order_by(Job.id).limit(1).with_for_update(skip_locked=True)
        ).one_or_none()
        if job is None:
            return None
        if job.attempt >= MAX_ATTEMPTS:
            job.state, job.text, job.finished_at = JobState.FAILED, INTERRUPTED, now
            return None
        job.state, job.owner, job.attempt = JobState.RUNNING, owner, job.attempt + 1
        job.lease_until = now + LEASE
        return _Lease(job.id, job.kind, owner, job.attempt)


def _outage(error: Exception) -> UnavailableError | None:
    """Return the outage of the database behind an error, also of a read outside a unit of work."""
    if isinstance(error, UnavailableError):
        return error
    if isinstance(error, DBAPIError | PoolTimeoutError):
        return unavailable(error)
    return None


def _put_off(lease: _Lease, outage: UnavailableError) -> None:
    """Run it again when the lease ends: nobody did anything wrong, and nothing was changed.

    When the row cannot be written either, its lease ends by itself.
    """
    let_go()
    if lease.attempt >= MAX_ATTEMPTS:
        _finish(lease, JobState.FAILED, outage.message(), None)
        return
    logger.warning("job %s (%s) waits: %s", lease.job_id, lease.kind, outage.code)
    pause = FIRST_PAUSE * 2 ** (lease.attempt - 1)
    _write(lease, {"lease_until": clock.real_now() + pause, "text": PUT_OFF})


def _finish(lease: _Lease, state: JobState, text: str, result: dict[str, Any] | None) -> None:
    values: dict[str, Any] = {
        "state": state,
        "text": text[:400],
        "result": result,
        "finished_at": clock.real_now(),
        "lease_until": None,
    }
    if not _write(lease, values):
        logger.info("job %s ended elsewhere", lease.job_id)


def _write(lease: _Lease, values: dict[str, Any]) -> bool:
    """Write to the row while the lease is still ours; return whether it was."""
    with transaction() as session:
        result = session.execute(
            update(Job)
            .where(
                Job.id == lease.job_id,
                Job.owner == lease.owner,
                Job.attempt == lease.attempt,
                Job.state == JobState.RUNNING,
            )
            .values(**values)
        )
        return bool(result.rowcount == 1)  # type: ignore[attr-defined]  # -- an UPDATE has it
