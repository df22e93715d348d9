"""Bring a province's register in: compare it with the data, and apply it, all or nothing.

A second import of the same register changes nothing, and an import that fails leaves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import ConflictError
from tgfair.core.register.changes import RegisterChanges, plan_changes
from tgfair.models.account import User
from tgfair.models.job import Job
from tgfair.models.register_import import ImportState, RegisterImport
from tgfair.policy import SYSTEM, Action, Actor, require
from tgfair.services import jobs
from tgfair.services.audit import record
from tgfair.services.file_store import file_store
from tgfair.services.import_preview import build_preview, count_changes
from tgfair.services.import_rows import (
    STEPS,
    ImportOverError,
    new_import,
    open_import,
    own_import,
    plain_name,
    queue_job,
)
from tgfair.services.import_uploads import PREVIEW
from tgfair.services.register_files import (
    Reading,
    is_large,
    read_file,
    read_import,
)
from tgfair.services.register_rows import load_known, new_refs, write_changes
from tgfair.services.uow import find, reader, transaction

# PostgreSQL's lock that lets one import write at a time; SQLite has one writer anyway.
_IMPORT_LOCK: Final = 720_148
READING, COMPARING = 0, 1


@dataclass(frozen=True)
class ImportResult:
    """What an import found and did: counts by kind, and the register's ids of its subjects."""

    reading: Reading
    counts: dict[str, int]
    refs: dict[str, str]


def apply_import(actor: Actor, import_id: str, *, now: datetime) -> bool:
    """Write the register's changes; False when a job will do it, since the file is large.

    Raises:
        ImportOverError: it was applied or discarded before.
        InvalidError: the file cannot be read with these columns.
    """
    row = own_import(reader(), actor, import_id)
    if not is_large(row.size):
        _apply(actor, import_id, lambda _step: None, now=now)
        return True
    with transaction() as session:
        row = open_import(session, actor, import_id)
        queue_job(session, actor, row, "register_apply", now=now)
    return False


def dry_run(actor: Actor, filename: str, data: bytes, *, on: date) -> ImportResult:
    """Read a register and compare it with the data; nothing is kept or written.

    States of certificates are as on the day `on`.

    Raises:
        InvalidError: the file cannot be read.
    """
    require(actor, Action.IMPORT_REGISTER)
    reading = read_file(data, filename, on=on)
    session = reader()
    changes = plan_changes(reading.register, load_known(session).known)
    return _result(session, reading, changes)


def import_file(
    actor: Actor,
    filename: str,
    data: bytes,
    *,
    on: date,
    now: datetime,
    step: Callable[[int], None] = lambda _step: None,
) -> ImportResult:
    """Read a register and apply it at once; a register that changes nothing leaves no row.

    Raises:
        InvalidError: the file cannot be read.
    """
    require(actor, Action.IMPORT_REGISTER)
    step(READING)
    reading = read_file(data, filename, on=on)
    digest = file_store().put(data)
    step(COMPARING)
    with transaction() as session:
        require(actor, Action.IMPORT_REGISTER)
        _lock(session)
        stored = load_known(session)
        changes = plan_changes(reading.register, stored.known)
        result = _result(session, reading, changes)
        if any(change.is_change for change in changes.subjects):
            row = new_import(actor, plain_name(filename), digest, len(data), now=now)
            session.add(row)
            write_changes(session, stored, changes, now=now)
            _close(session, actor, row, result.counts, now=now)
    step(STEPS)
    return result


def _result(session: Session, reading: Reading, changes: RegisterChanges) -> ImportResult:
    counts = count_changes(reading.register, changes)
    return ImportResult(reading, counts, new_refs(session, changes))


def _apply(
    actor: Actor, import_id: str, step: Callable[[int], None], *, now: datetime
) -> dict[str, int]:
    """Read outside, then compare and write in one transaction."""
    row = own_import(reader(), actor, import_id)
    if row.state is not ImportState.UPLOADED:
        raise ImportOverError
    mapping = row.mapping
    step(READING)
    reading = read_import(row, on=clock.day_in_vietnam(now))
    step(COMPARING)
    with transaction() as session:
        _lock(session)
        row = own_import(session, actor, import_id)
        if row.state is not ImportState.UPLOADED:
            raise ImportOverError
        if row.mapping != mapping:
            raise ConflictError
        stored = load_known(session)
        changes = plan_changes(reading.register, stored.known)
        counts = count_changes(reading.register, changes)
        write_changes(session, stored, changes, now=now)
        _close(session, actor, row, counts, now=now)
    return counts


def _close(
    session: Session,
    actor: Actor,
    row: RegisterImport,
    counts: dict[str, int],
    *,
    now: datetime,
) -> None:
    row.state, row.applied_at, row.summary = ImportState.APPLIED, now, counts
    record(session, actor, "import.applied", row, now=now, **counts)


def _lock(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _IMPORT_LOCK})


def _job(job_id: int) -> tuple[str, Actor, datetime]:
    """Return the import of a job, who asked for it (checked when it was queued), and when."""
    session = reader()
    job = find(session, Job, Job.id == job_id)
    name = session.scalar(select(User.name).where(User.id == job.created_by_id))
    actor = Actor(user_id=job.created_by_id, label=name or SYSTEM.label, system=True)
    return job.params["import"], actor, datetime.fromisoformat(job.params["now"])


def _steps(progress: jobs.Progress) -> Callable[[int], None]:
    texts = ("Đang đọc tệp", "Đang so với dữ liệu và ghi", "Đang ghi", "Đã xong")
    return lambda step: progress(step, STEPS, texts[step])


def _run_preview(job_id: int, progress: jobs.Progress) -> dict[str, Any]:
    import_id, actor, now = _job(job_id)
    step = _steps(progress)
    step(READING)
    row = own_import(reader(), actor, import_id)
    reading = read_import(row, on=clock.day_in_vietnam(now))
    step(COMPARING)
    session = reader()
    session.rollback()
    changes = plan_changes(reading.register, load_known(session).known)
    preview = build_preview(reading, changes)
    session.rollback()
    digest = file_store().put(json.dumps(preview.as_json(), ensure_ascii=False).encode())
    return {"text": "Đã đọc xong tệp.", "url": f"/ql/nhap-excel/{import_id}", "preview": digest}


def _run_apply(job_id: int, progress: jobs.Progress) -> dict[str, Any]:
    import_id, actor, now = _job(job_id)
    counts = _apply(actor, import_id, _steps(progress), now=now)
    said = f"Đã nhập {counts['subjects_new']} chủ thể mới, sửa {counts['subjects_changed']}."
    return {"text": said, "url": f"/ql/nhap-excel/{import_id}", "counts": counts}


jobs.register(PREVIEW, _run_preview)
jobs.register("register_apply", _run_apply)
