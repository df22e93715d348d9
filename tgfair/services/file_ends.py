"""Files end: what was taken off or replaced leaves the disk, unless something else names it.

A job does it, after the transaction that let go. Nothing sweeps the folder: whoever starts on
another database, or on an older backup, must not lose what that one does not name.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.models.attachment import Attachment
from tgfair.models.badge import Badge
from tgfair.models.booth import PlanDraft
from tgfair.models.bulletin import Bulletin
from tgfair.models.fair import Fair
from tgfair.models.job import Job
from tgfair.models.register_import import RegisterImport
from tgfair.policy import SYSTEM
from tgfair.services.file_store import file_store
from tgfair.services.jobs import Progress, enqueue_job, register
from tgfair.services.uow import reader

KIND: Final = "forget_file"


def let_go(
    session: Session, *digests: str | None, now: datetime, fair_id: int | None = None
) -> None:
    """Have files removed that the caller's row names no more; what others name stays."""
    for digest in filter(None, digests):
        params = {"sha256": digest, "at": clock.real_now().timestamp()}
        enqueue_job(session, SYSTEM, KIND, now=now, params=params, fair_id=fair_id)


def forget_file(job_id: int, _progress: Progress) -> dict[str, Any] | None:
    """Do the job: remove the file unless a row names it or it was sent again since."""
    session = reader()
    params = session.get_one(Job, job_id).params
    digest, at = str(params["sha256"]), datetime.fromtimestamp(params["at"], UTC)
    named = any(
        session.scalar(select(model.id).where(names).limit(1)) is not None
        for model, names in _naming(digest)
    )
    session.rollback()
    if not named:
        file_store().delete(digest, put_before=at)
    return None


def _naming(digest: str) -> list[tuple[type[Any], ColumnElement[bool]]]:
    """Return where a file can be named: a new place belongs here (the tests see to it)."""
    return [
        (Attachment, or_(Attachment.sha256 == digest, Attachment.thumb_sha256 == digest)),
        (Badge, Badge.photo_sha256 == digest),
        (Bulletin, Bulletin.file_sha256 == digest),
        (PlanDraft, PlanDraft.picture_sha256 == digest),
        (RegisterImport, RegisterImport.file_sha256 == digest),
        (Fair, cast(Fair.badge_rules, Text).contains(digest)),
        (Job, cast(Job.result, Text).contains(digest)),
    ]


register(KIND, forget_file)
