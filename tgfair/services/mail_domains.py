"""Receiving domains that put us off: after several times in a row they are left in peace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tgfair.core.errors import TgfairError
from tgfair.models.base import table_of
from tgfair.models.delivery import MailDomain, Suppression, SuppressionReason
from tgfair.models.outbox import Message
from tgfair.services.uow import reader

TABLE = table_of(MailDomain)
ADD = {
    "sqlite": sqlite.insert(TABLE).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(TABLE).on_conflict_do_nothing(),
}
REFUSALS = 10
REST = timedelta(minutes=15)


class DomainClosedError(TgfairError):
    """The domain has just put off mail after mail; try at `until`."""

    code = "domain_closed"

    def __init__(self, until: datetime) -> None:
        super().__init__("Máy chủ thư bên nhận đang tạm từ chối.")
        self.until = until


@dataclass(frozen=True)
class Standing:
    """What is known of the addresses of a batch: read once, it is at most a lease old."""

    alone: Mapping[str, frozenset[SuppressionReason]]
    closed: Mapping[str, datetime]
    counted: frozenset[str]
    # Addresses that turned out not to exist while the batch was on its way.
    gone: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, ids: Sequence[int], now: datetime) -> Standing:
        """Read for these messages; the caller ends the read."""
        session = reader()
        addresses = select(func.lower(Message.email)).where(Message.id.in_(ids))
        alone: dict[str, set[SuppressionReason]] = {}
        for address, reason in session.execute(
            select(Suppression.address, Suppression.reason).where(
                Suppression.address.in_(addresses)
            )
        ):
            alone.setdefault(address, set()).add(reason)
        rows = session.scalars(select(MailDomain)).all()
        return cls(
            {address: frozenset(reasons) for address, reasons in alone.items()},
            {
                row.domain: row.closed_until
                for row in rows
                if row.closed_until is not None and row.closed_until > now
            },
            frozenset(row.domain for row in rows),
        )


def count_refusal(session: Session, domain: str, now: datetime) -> None:
    """Count a refusal for now; the tenth in a row closes the domain for a while."""
    session.execute(ADD[session.get_bind().dialect.name], {"domain": domain, "failures": 0})
    row = session.get_one(MailDomain, domain, with_for_update=True)
    row.failures += 1
    if row.failures >= REFUSALS:
        row.failures, row.closed_until = 0, now + REST
