"""Bring a province's register in: upload, choose columns, preview, apply, all or nothing.

A second import of the same register changes nothing, and an import that fails leaves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import ConflictError
from tgfair.core.register.changes import RegisterChanges, plan_changes
from tgfair.core.register.columns import FIELDS
from tgfair.core.register.parse import MappingError, NoHeaderError
from tgfair.core.vietnamese import clean_text, drop_unsafe
from tgfair.models.account import User
from tgfair.models.job import Job, JobState
from tgfair.models.register_import import ImportState, RegisterImport
from tgfair.policy import SYSTEM, Action, Actor, require, visible_to
from tgfair.services import jobs
from tgfair.services.audit import record
from tgfair.services.file_store import file_store
from tgfair.services.identifiers import public_id
from tgfair.services.import_preview import build_preview, count_changes
from tgfair.services.register_files import (
    Reading,
    has_header,
    is_large,
    is_slow,
    read_file,
    read_import,
)
from tgfair.services.register_rows import load_known, new_refs, write_changes
from tgfair.services.uow import find, reader, transaction

MAX_FILENAME: Final = 120
# PostgreSQL's lock that lets one import write at a time; SQLite has one writer anyway.
_IMPORT_LOCK: Final = 720_148
NO_HEADER: Final = "Không tìm thấy hàng tiêu đề. Tệp cần có cột tên chủ thể và cột tên sản phẩm."
READING, COMPARING, WRITING, STEPS = 0, 1, 2, 3


class ImportOverError(ConflictError):
    """The import was applied or discarded before."""

    code = "import_over"

    def message(self) -> str:
        """Say where the result is."""
        return "Lần nhập này đã xong hoặc đã bỏ. Hãy xem kết quả bên dưới."


class ImportBusyError(ConflictError):
    """A job is still reading or writing this file."""

    code = "import_busy"

    def message(self) -> str:
        """Ask to wait."""
        return "Hệ thống đang đọc tệp này. Hãy đợi xong rồi làm tiếp."


@dataclass(frozen=True)
class ImportResult:
    """What an import found and did: counts by kind, and the register's ids of its subjects."""

    reading: Reading
    counts: dict[str, int]
    refs: dict[str, str]


def upload_register(actor: Actor, filename: str, data: bytes, *, now: datetime) -> str:
    """Keep a register file for preview and return the import's public id.

    Raises:
        SpreadsheetError: the file cannot be read; nothing is kept.
        NoHeaderError: no sheet looks like a register; nothing is kept.
        DiskFullError: there is too little room.
    """
    require(actor, Action.IMPORT_REGISTER)
    filename = _plain_name(filename)
    if not is_slow(data) and not has_header(data, filename):
        raise NoHeaderError(NO_HEADER, field="file")
    digest = file_store().put(data)
    with transaction() as session:
        require(actor, Action.IMPORT_REGISTER)
        row = _new_import(actor, filename, digest, len(data), now=now)
        session.add(row)
        session.flush()
        if is_large(row.size):
            _queue(session, actor, row, "register_preview", now=now)
        record(session, actor, "import.uploaded", row, now=now, size=row.size)
        return row.public_id


def _plain_name(filename: str) -> str:
    name = clean_text(drop_unsafe(filename)).replace("\\", "/").rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > len("xlsx"):
        return name[:MAX_FILENAME] or "so-chu-the"
    return f"{stem[: MAX_FILENAME - len(extension) - 1]}.{extension}"


def _new_import(
    actor: Actor, filename: str, digest: str, size: int, *, now: datetime
) -> RegisterImport:
    return RegisterImport(
        public_id=public_id(),
        filename=filename,
        file_sha256=digest,
        size=size,
        state=ImportState.UPLOADED,
        created_by_id=actor.user_id,
        created_at=now,
    )


def choose_columns(
    actor: Actor,
    import_id: str,
    mapping: Mapping[str, Mapping[str, str | None]],
    *,
    now: datetime,
) -> None:
    """Set which column holds what (sheet -> column -> field or None) and preview again.

    Raises:
        MappingError: an unknown field, one chosen twice, or name or product left out.
        ImportOverError: it was applied or discarded.
    """
    row = _own(reader(), actor, import_id)
    _check_mapping(mapping)
    wanted = {sheet: dict(columns) for sheet, columns in mapping.items()}
    if not is_large(row.size):
        trial = _new_import(actor, row.filename, row.file_sha256, row.size, now=now)
        trial.mapping = wanted
        read_import(trial, on=clock.day_in_vietnam(now))
    with transaction() as session:
        row = _open(session, actor, import_id)
        row.mapping = wanted
        if is_large(row.size):
            _queue(session, actor, row, "register_preview", now=now)


def _check_mapping(mapping: Mapping[str, Mapping[str, str | None]]) -> None:
    for columns in mapping.values():
        fields = [field for field in columns.values() if field]
        if set(fields) - set(FIELDS):
            raise MappingError("Bảng ghép cột không khớp với tệp này. Hãy chọn lại các cột.")


def preview_again(actor: Actor, import_id: str, *, now: datetime) -> None:
    """Compare a large file with the data once more, in a job.

    Raises:
        ImportOverError: it was applied or discarded.
        ImportBusyError: a job is at it.
    """
    with transaction() as session:
        row = _open(session, actor, import_id)
        if is_large(row.size):
            _queue(session, actor, row, "register_preview", now=now)


def apply_import(actor: Actor, import_id: str, *, now: datetime) -> bool:
    """Write the register's changes; False when a job will do it, since the file is large.

    Raises:
        ImportOverError: it was applied or discarded before.
        InvalidError: the file cannot be read with these columns.
    """
    row = _own(reader(), actor, import_id)
    if not is_large(row.size):
        _apply(actor, import_id, lambda _step: None, now=now)
        return True
    with transaction() as session:
        row = _open(session, actor, import_id)
        _queue(session, actor, row, "register_apply", now=now)
    return False


def discard_import(actor: Actor, import_id: str, *, now: datetime) -> None:
    """Put an uploaded file aside without applying it.

    Raises:
        ImportOverError: it was applied or discarded before.
    """
    with transaction() as session:
        row = _open(session, actor, import_id)
        row.state = ImportState.DISCARDED
        record(session, actor, "import.discarded", row, now=now)


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
            row = _new_import(actor, _plain_name(filename), digest, len(data), now=now)
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
    row = _own(reader(), actor, import_id)
    if row.state is not ImportState.UPLOADED:
        raise ImportOverError
    mapping = row.mapping
    step(READING)
    reading = read_import(row, on=clock.day_in_vietnam(now))
    step(COMPARING)
    with transaction() as session:
        _lock(session)
        row = _own(session, actor, import_id)
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


def _own(session: Session, actor: Actor, import_id: str) -> RegisterImport:
    row = find(
        session,
        RegisterImport,
        RegisterImport.public_id == import_id,
        visible_to(actor, RegisterImport),
    )
    require(actor, Action.IMPORT_REGISTER, row)
    return row


def _open(session: Session, actor: Actor, import_id: str) -> RegisterImport:
    """Return an import that waits, with no job at it."""
    row = _own(session, actor, import_id)
    if row.state is not ImportState.UPLOADED:
        raise ImportOverError
    job = session.get(Job, row.job_id) if row.job_id else None
    if job is not None and job.state in {JobState.QUEUED, JobState.RUNNING}:
        raise ImportBusyError
    return row


def _queue(
    session: Session, actor: Actor, row: RegisterImport, kind: str, *, now: datetime
) -> None:
    params = {"import": row.public_id, "now": now.isoformat()}
    row.job_id = jobs.enqueue_job(session, actor, kind, now=now, params=params, total=STEPS).id


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
    row = _own(reader(), actor, import_id)
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


jobs.register("register_preview", _run_preview)
jobs.register("register_apply", _run_apply)
