"""Take reports of undelivered mail in, mark the right address, and put a call on the list."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.dsn import Report, Sort, read_reports
from tgfair.models.delivery import Bounce, SuppressionReason
from tgfair.models.outbox import Channel, Message, MessageState
from tgfair.services.delivery_notes import note
from tgfair.services.outbox import give_up
from tgfair.services.stopping import leave_alone, mark_bounced
from tgfair.services.uow import transaction

SAID = {
    Sort.NO_MAILBOX: "Địa chỉ không tồn tại",
    Sort.FULL: "Hộp thư đầy",
    Sort.REFUSED: "Máy chủ bên nhận từ chối",
    Sort.DELAYED: "Đến chậm, máy chủ còn thử",
    Sort.DELIVERED: "Đã tới hộp thư",
    Sort.COMPLAINT: "Người nhận báo thư rác",
    Sort.UNKNOWN: "Không rõ",
}
# What ends the mail: somebody has to be called instead.
ENDS = frozenset({Sort.NO_MAILBOX, Sort.FULL, Sort.REFUSED})


def take_in(raw: bytes, *, now: datetime) -> list[Report]:
    """Take one mail of the bounce address in, and return what it reports; twice counts once.

    Only a report that names a mail of ours by its Message-ID marks anything, and what it marks is
    the address that this mail went to, whatever address the report names (a forwarder's, say).
    """
    reports = read_reports(raw)
    whole = hashlib.sha256(raw).hexdigest()
    for number, report in enumerate(reports):
        digest = hashlib.sha256(f"{whole}:{number}".encode()).hexdigest()
        with transaction() as session:
            _take(session, report, digest, now)
    return reports


def _take(session: Session, report: Report, digest: str, now: datetime) -> None:
    if session.scalar(select(Bounce.id).where(Bounce.digest == digest)) is not None:
        return
    message = session.scalars(
        select(Message)
        .where(Message.message_id == report.token, Message.channel == Channel.EMAIL)
        .with_for_update(of=Message)
    ).one_or_none()
    session.add(
        Bounce(
            digest=digest,
            received_at=now,
            message_id=message.id if message else None,
            address=(message.email if message else None) or report.address,
            sort=report.sort,
            status=report.status,
            diagnostic=report.diagnostic,
        )
    )
    if message is not None and message.email:
        _act(session, message, message.email, report, now)


def _act(session: Session, message: Message, address: str, report: Report, now: datetime) -> None:
    why = ": ".join(filter(None, [SAID[report.sort], report.diagnostic or report.status]))[:400]
    note(session, message, report.sort, why, now=now)
    if report.sort is Sort.DELIVERED:
        message.delivered_at = message.delivered_at or now
    if report.sort is Sort.COMPLAINT:
        leave_alone(session, address, SuppressionReason.COMPLAINT, now=now, note=why)
    if report.sort is Sort.NO_MAILBOX:
        mark_bounced(session, address, now=now, why=why)
    if report.sort in ENDS and message.state is MessageState.SENT:
        message.last_error = why
        give_up(session, message)
