"""All badges of a fair, or of a kind, as one PDF: a job, since it may be ten thousand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tgfair import clock
from tgfair.core.badge import BadgeKind
from tgfair.core.badge_design import Sheet
from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.documents.badge_sheet import BadgeSheets
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.fair import Fair
from tgfair.models.job import Job
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.badge_printing import cards_of, look_of
from tgfair.services.badges import is_void
from tgfair.services.file_store import file_store
from tgfair.services.jobs import Progress, enqueue_job, register
from tgfair.services.uow import find, reader, transaction

KIND = "badge_sheets"
CHUNK = 200


@dataclass(frozen=True)
class Wanted:
    """Which badges: of one kind or of all, only those not printed yet or all; on which paper."""

    kind: BadgeKind | None = None
    only_new: bool = False
    sheet: Sheet | None = None


def start_print(actor: Actor, fair_id: int, wanted: Wanted, *, now: datetime) -> str:
    """Queue the drawing of badges; return the job's public id.

    Raises:
        InvalidError: there is none to print.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.MANAGE_BADGES, fair)
        ids = _ids(session, fair.id, wanted)
        if not ids:
            raise InvalidError("Không có thẻ nào để in.")
        params = {
            "kind": None if wanted.kind is None else int(wanted.kind),
            "only_new": wanted.only_new,
            "sheet": wanted.sheet.value if wanted.sheet else None,
            "now": now.isoformat(),
        }
        job = enqueue_job(
            session, actor, KIND, now=now, params=params, fair_id=fair.id, total=len(ids)
        )
        return job.public_id


def draw_sheets(job_id: int, progress: Progress) -> dict[str, Any]:
    """Do the job: the file is stored first, then the badges are marked as printed."""
    session = reader()
    job = session.get_one(Job, job_id)
    fair = session.get_one(Fair, job.fair_id)
    wanted, name = _wanted(job), f"{job.public_id}.pdf"
    now = datetime.fromisoformat(job.params.get("now", clock.real_now().isoformat()))
    ids, look, slug = _ids(session, fair.id, wanted), look_of(fair, sheet=wanted.sheet), fair.slug
    sheets, drawn = BadgeSheets(look), dict[int, int]()
    for badges in _chunks(session, ids):
        usable = [badge for badge in badges if not is_void(badge)]
        for card in cards_of(session, usable[0].fair, usable, look) if usable else ():
            sheets.add(card)
        drawn |= {badge.id: badge.generation for badge in usable}
        session.rollback()
        progress(len(drawn), len(ids), "Đang vẽ thẻ")
    digest = file_store().put(sheets.finish()) if drawn else None
    if digest is None:
        return {"text": "Không còn thẻ nào dùng được để in."}
    _mark(drawn, now)
    text = f"Đã vẽ {len(drawn)} thẻ. Tải tệp rồi in ở kích thước thật (100 %)."
    return {"text": text, "url": f"/ql/{slug}/the/tep/{name}", "sha256": digest}


def _wanted(job: Job) -> Wanted:
    kind, sheet = job.params.get("kind"), job.params.get("sheet")
    return Wanted(
        None if kind is None else BadgeKind(kind),
        bool(job.params.get("only_new")),
        Sheet(sheet) if sheet else None,
    )


def _ids(session: Session, fair_id: int, wanted: Wanted) -> Sequence[int]:
    """Return the badges by organisation: they are handed out by booth."""
    criteria = [Badge.fair_id == fair_id, Badge.state == BadgeState.VALID]
    if wanted.kind is not None:
        criteria.append(Badge.kind == wanted.kind)
    if wanted.only_new:
        criteria.append(Badge.printed_at.is_(None))
    order = (Badge.kind, Badge.organisation, Badge.id)
    return session.scalars(select(Badge.id).where(*criteria).order_by(*order)).all()


def _chunks(session: Session, ids: Sequence[int]) -> Iterator[list[Badge]]:
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        rows = session.scalars(
            select(Badge)
            .where(Badge.id.in_(part))
            .options(
                joinedload(Badge.application), joinedload(Badge.invitation), joinedload(Badge.fair)
            )
        )
        by_id = {badge.id: badge for badge in rows}
        yield [by_id[one] for one in part if one in by_id]


def _mark(drawn: Mapping[int, int], now: datetime) -> None:
    """Note what was printed; a badge issued again meanwhile has yet to be."""
    ids = list(drawn)
    for start in range(0, len(ids), CHUNK):
        with transaction() as session:
            part = ids[start : start + CHUNK]
            for badge in session.scalars(select(Badge).where(Badge.id.in_(part))):
                if badge.generation == drawn[badge.id]:
                    badge.printed_at = now


def printed_file(actor: Actor, fair_id: int, job_public_id: str) -> BinaryIO:
    """Return the PDF that a job made, open for reading.

    Raises:
        NotFoundError: no such file, or of somebody else.
    """
    job = find(
        reader(),
        Job,
        Job.public_id == job_public_id,
        Job.fair_id == fair_id,
        Job.kind == KIND,
        visible_to(actor, Job),
    )
    require(actor, Action.VIEW_JOB, job)
    digest = (job.result or {}).get("sha256")
    if not digest:
        raise NotFoundError
    return file_store().open(digest)


register(KIND, draw_sheets)
