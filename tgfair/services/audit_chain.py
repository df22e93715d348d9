"""Seal the audit trail into a hash chain, and check it (reliability.md, P15)."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from tgfair.core.errors import TgfairError
from tgfair.models.audit import AuditEntry
from tgfair.services.uow import reader, transaction

START = "tgfair-audit-1"
BATCH = 500


@dataclass(frozen=True)
class Head:
    """The end of the chain. Kept elsewhere, it shows whether the chain was cut short."""

    number: int
    digest: str


class AuditBrokenError(TgfairError):
    """An entry was changed, removed or slipped in."""

    code = "audit_broken"

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def message(self) -> str:
        """Say from where on the trail cannot be trusted."""
        return f"Nhật ký không còn nguyên vẹn từ dòng số {self.number}."


def seal_audit() -> int:
    """Chain up to 500 entries that are not sealed yet, in the order they were written.

    Entries are numbered here, not by their id: on PostgreSQL a lower id may be committed later.
    """
    # Look before locking: an idle worker must not take SQLite's write lock every second.
    idle = reader().scalar(_unsealed().limit(1)) is None
    reader().rollback()
    if idle:
        return 0
    with transaction() as session:
        entries = session.scalars(_unsealed().limit(BATCH).with_for_update()).all()
        # Read after the lock: another worker may just have sealed up to there.
        number = session.scalar(select(func.max(AuditEntry.seal_number))) or 0
        before = session.scalar(select(AuditEntry.digest).where(AuditEntry.seal_number == number))
        digest = before or START
        for entry in entries:
            number += 1
            digest = entry_digest(digest, number, entry)
            entry.seal_number, entry.digest = number, digest
        return len(entries)


def verify_audit(expected: str | None = None) -> Head:
    """Recompute the whole chain and return its end.

    `expected` is a digest kept elsewhere, which must still stand somewhere in the chain.

    Raises:
        AuditBrokenError: with the number of the first entry that does not fit.
    """
    digest, number, found = START, 0, expected is None
    sealed = select(AuditEntry).where(AuditEntry.seal_number.is_not(None))
    in_order = sealed.order_by(AuditEntry.seal_number).execution_options(yield_per=BATCH)
    with closing(reader().scalars(in_order)) as entries:
        for entry in entries:
            number += 1
            digest = entry_digest(digest, number, entry)
            if entry.seal_number != number or entry.digest != digest:
                raise AuditBrokenError(number)
            found = found or digest == expected
    if not found:
        raise AuditBrokenError(number + 1)
    return Head(number, digest)


def entry_digest(before: str, number: int, entry: AuditEntry) -> str:
    """Return SHA-256 over the digest before and all that the entry says.

    The fair is left out: its column is emptied when a fair is deleted.
    """
    said = [
        before,
        number,
        entry.at.isoformat(),
        entry.actor_id,
        entry.actor_label,
        entry.action,
        entry.object_type,
        entry.object_id,
        entry.data,
    ]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _unsealed() -> Select[AuditEntry]:
    return select(AuditEntry).where(AuditEntry.seal_number.is_(None)).order_by(AuditEntry.id)
