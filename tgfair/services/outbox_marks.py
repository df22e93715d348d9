"""Write down what the mail server took; on PostgreSQL while the next mail is being made ready."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import bindparam, delete, update

from tgfair.extensions import db
from tgfair.models.base import table_of
from tgfair.models.delivery import MailDomain
from tgfair.models.outbox import Message, MessageState
from tgfair.services.uow import Ahead, transaction

TABLE = table_of(Message)
# Unless somebody else took the message over meanwhile.
SENT = (
    update(TABLE)
    .where(
        TABLE.c.id == bindparam("number"),
        TABLE.c.state == MessageState.LEASED,
        TABLE.c.lease_owner == bindparam("owner"),
    )
    .values(
        state=MessageState.SENT,
        sent_at=bindparam("at"),
        last_error=None,
        lease_owner=None,
        lease_until=None,
    )
)
# The same as PostgreSQL reads it.
SENT_TEXT = (
    b"UPDATE message SET state = 'sent', sent_at = $2::timestamptz, last_error = NULL,"
    b" lease_owner = NULL, lease_until = NULL"
    b" WHERE id = $1::int AND state = 'leased' AND lease_owner = $3::text"
)
# A domain that takes mail again: its refusals are forgotten.
TAKES_AGAIN = delete(table_of(MailDomain)).where(MailDomain.domain == bindparam("domain"))


class UnmarkedError(Exception):
    """A mail was sent and cannot be written down; its lease will run out, and it goes out again."""


class Marks:
    """Marks one worker's mails as sent, on PostgreSQL one mail behind the sending.

    Who sends calls `settle` before the text of the next mail leaves: of a worker that dies, one
    mail at most was taken by the server and is not marked (reliability.md, P4).
    """

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._wire: Ahead | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.settle()
        finally:
            if self._wire is not None:
                self._wire.close()

    def sent(self, number: int, at: datetime, *, again: str | None) -> None:
        """Begin to mark a mail; `again` is its domain if refusals of it are being counted.

        Raises:
            UnmarkedError: it cannot be written.
        """
        self.settle()
        try:
            if db.engine.dialect.name == "postgresql" and again is None:
                self._wire = self._wire or Ahead()
                self._wire.begin(SENT_TEXT, (str(number), at.isoformat(), self._owner))
            else:
                self._write(number, at, again)
        except Exception as error:
            raise UnmarkedError from error

    def settle(self) -> None:
        """Return when the mark of the mail before is safe on disk.

        Raises:
            UnmarkedError: it could not be written.
        """
        try:
            if self._wire is not None:
                self._wire.wait()
        except Exception as error:
            raise UnmarkedError from error

    def _write(self, number: int, at: datetime, again: str | None) -> None:
        with transaction() as session:
            session.connection().execute(SENT, {"number": number, "owner": self._owner, "at": at})
            if again is not None:
                session.connection().execute(TAKES_AGAIN, {"domain": again})
