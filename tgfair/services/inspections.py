"""What inspectors found at the booths: noted with a phone or at a desk, never changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.assignment import PublicationRow
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.models.gate import Inspection, InspectionStatus
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.idempotency import once
from tgfair.services.identifiers import public_id
from tgfair.services.publications import latest_publication
from tgfair.services.uow import find, transaction

MAX_BATCH = 100
MAX_NOTE = 300
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Look:
    """One look at a booth; `id` is made where it was noted."""

    id: str
    booth: str
    status: InspectionStatus
    note: str
    at: datetime


def inspect_booth(
    actor: Actor, fair_id: int, label: str, status: str, note: str, *, key: str = "", now: datetime
) -> None:
    """Note at the desk what somebody found at a booth; the same form (`key`) again adds nothing.

    Raises:
        InvalidError: no such booth is given to anybody, or the state is none of the five.
    """
    note = check_text(note, field="note")
    if len(note) > MAX_NOTE:
        raise InvalidError(f"Dài quá {MAX_NOTE} ký tự. Hãy viết ngắn lại.", field="note")
    if status not in set(InspectionStatus):
        raise InvalidError("Hãy chọn một trong năm tình trạng.", field="status")
    look = Look(public_id(), label.strip().upper(), InspectionStatus(status), note, now)
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.MANAGE_GATES, fair)
        body = {"looked": [look.booth, status, note], "fair": fair.id, "by": actor.user_id}
        if once(session, key, body, now=now) is not None:
            return
        if not _add(session, actor, fair.id, look, now=now):
            raise InvalidError(
                "Không có gian nào mang mã này trong sơ đồ đã công bố.", field="booth"
            )


def take_inspections(
    actor: Actor, items: Sequence[Any], *, now: datetime, clock_shift: timedelta
) -> list[tuple[str | None, str]]:
    """Take what a phone noted: (id, accepted | duplicate | rejected) for each, in this order.

    Raises:
        InvalidError: more than 100 at a time.
    """
    if len(items) > MAX_BATCH:
        raise InvalidError(f"Mỗi lần gửi tối đa {MAX_BATCH} lượt.")
    with transaction() as session:
        fair = find(session, Fair, Fair.id == (actor.device_fair_id or 0))
        require(actor, Action.SCAN, fair)
        return [_take(session, actor, fair.id, item, now=now, shift=clock_shift) for item in items]


def _take(
    session: Session, actor: Actor, fair_id: int, item: Any, *, now: datetime, shift: timedelta
) -> tuple[str | None, str]:
    look = _read(item, now=now, shift=shift)
    if look is None:
        return (item.get("id") if isinstance(item, dict) else None), "rejected"
    known = select(Inspection.id).where(Inspection.inspection_id == look.id)
    if session.scalar(known) is not None:
        return look.id, "duplicate"
    return look.id, "accepted" if _add(session, actor, fair_id, look, now=now) else "rejected"


def _read(item: Any, *, now: datetime, shift: timedelta) -> Look | None:
    if not isinstance(item, dict):
        return None
    texts = [item.get(name) for name in ("id", "booth", "status", "note", "wall")]
    offset = item.get("offset", 0)
    if not all(isinstance(text, str) for text in texts) or not isinstance(offset, int):
        return None
    look_id, booth, status, note, wall = map(str, texts)
    if not _ID.fullmatch(look_id) or status not in set(InspectionStatus):
        return None
    try:
        at = datetime.fromisoformat(wall).astimezone(UTC) + timedelta(milliseconds=offset) + shift
        note = check_text(note)[:MAX_NOTE]
    except (ValueError, OverflowError, InvalidError):
        return None
    return Look(look_id, booth[:40].upper(), InspectionStatus(status), note, min(at, now))


def _add(session: Session, actor: Actor, fair_id: int, look: Look, *, now: datetime) -> bool:
    booth = _given_booth(session, fair_id, look.booth)
    if booth is None:
        return False
    row = Inspection(
        inspection_id=look.id,
        fair_id=fair_id,
        booth_id=booth.id,
        device_id=actor.device_id,
        user_id=actor.user_id,
        status=look.status,
        note=look.note,
        at=look.at,
        received_at=now,
    )
    session.add(row)
    session.flush()
    details = {"booth": booth.label, "status": look.status.value}
    record(session, actor, "booth.inspected", row, now=now, fair_id=fair_id, **details)
    return True


def _given_booth(session: Session, fair_id: int, label: str) -> Booth | None:
    publication = latest_publication(session, fair_id)
    if publication is None:
        return None
    return session.scalars(
        select(Booth)
        .join(PublicationRow, PublicationRow.booth_id == Booth.id)
        .where(PublicationRow.publication_id == publication.id, Booth.label == label)
        .limit(1)
    ).one_or_none()
