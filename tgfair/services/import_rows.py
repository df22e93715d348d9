"""The rows of uploaded registers: find one, open it for the next step, queue its job."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError
from tgfair.core.vietnamese import clean_text, drop_unsafe
from tgfair.models.job import Job, JobState
from tgfair.models.register_import import ImportState, RegisterImport
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services import jobs
from tgfair.services.identifiers import public_id
from tgfair.services.uow import find

MAX_FILENAME: Final = 120
STEPS: Final = 3


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


def plain_name(filename: str) -> str:
    """Return a file name as it is stored: cleaned, without folders, not too long."""
    name = clean_text(drop_unsafe(filename)).replace("\\", "/").rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > len("xlsx"):
        return name[:MAX_FILENAME] or "so-chu-the"
    return f"{stem[: MAX_FILENAME - len(extension) - 1]}.{extension}"


def new_import(
    actor: Actor, filename: str, digest: str, size: int, *, now: datetime
) -> RegisterImport:
    """Return the row of a file that is kept already."""
    return RegisterImport(
        public_id=public_id(),
        filename=filename,
        file_sha256=digest,
        size=size,
        state=ImportState.UPLOADED,
        created_by_id=actor.user_id,
        created_at=now,
    )


def own_import(session: Session, actor: Actor, import_id: str) -> RegisterImport:
    """Return an import that the actor may work on.

    Raises:
        NotFoundError: there is none, or it is not the actor's to see.
    """
    row = find(
        session,
        RegisterImport,
        RegisterImport.public_id == import_id,
        visible_to(actor, RegisterImport),
    )
    require(actor, Action.IMPORT_REGISTER, row)
    return row


def open_import(session: Session, actor: Actor, import_id: str) -> RegisterImport:
    """Return an import that waits for the next step, with no job at it.

    Raises:
        ImportOverError: it was applied or discarded.
        ImportBusyError: a job is reading or writing it.
    """
    row = own_import(session, actor, import_id)
    if row.state is not ImportState.UPLOADED:
        raise ImportOverError
    job = session.get(Job, row.job_id) if row.job_id else None
    if job is not None and job.state in {JobState.QUEUED, JobState.RUNNING}:
        raise ImportBusyError
    return row


def queue_job(
    session: Session, actor: Actor, row: RegisterImport, kind: str, *, now: datetime
) -> None:
    """Let a job do the next step; the import's page shows its progress."""
    params = {"import": row.public_id, "now": now.isoformat()}
    row.job_id = jobs.enqueue_job(session, actor, kind, now=now, params=params, total=STEPS).id
