"""Write down what the mail server took; on PostgreSQL while the next mail is being made ready."""

from __future__ import annotations

import select
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine, bindparam, delete, update

from tgfair.database import IMMEDIATE
from tgfair.extensions import db
from tgfair.models.base import table_of
from tgfair.models.delivery import MailDomain
from tgfair.models.outbox import Message, MessageState

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
# The same as PostgreSQL reads it. Not prepared: when psycopg rolls back, it forgets all that is
# prepared on the connection, ours too (DEALLOCATE ALL).
SENT_TEXT = (
    b"UPDATE message SET state = 'sent', sent_at = $2::timestamptz, last_error = NULL,"
    b" lease_owner = NULL, lease_until = NULL"
    b" WHERE id = $1::int AND state = 'leased' AND lease_owner = $3::text"
)
# A domain that takes mail again: its refusals are forgotten.
TAKES_AGAIN = delete(table_of(MailDomain)).where(MailDomain.domain == bindparam("domain"))
COMMAND_OK = 1  # libpq's PGRES_COMMAND_OK; psycopg is not installed everywhere


class UnmarkedError(Exception):
    """A mail was sent and cannot be written down; its lease will run out, and it goes out again."""


class Marks:
    """Marks one worker's mails as sent, on PostgreSQL one mail behind the sending.

    Who sends calls `settle` before the text of the next mail leaves: of a worker that dies, one
    mail at most was taken by the server and is not marked (reliability.md, P4).
    """

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._wire: _Wire | None = None

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
                self._wire = self._wire or _Wire(db.engine)
                self._wire.begin(number, at, self._owner)
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
        with db.engine.execution_options(**IMMEDIATE).begin() as connection:
            connection.execute(SENT, {"number": number, "owner": self._owner, "at": at})
            if again is not None:
                connection.execute(TAKES_AGAIN, {"domain": again})


class _Wire:
    """A connection to PostgreSQL that is told now and answers later (libpq's asynchronous half).

    A thread could not begin while this one composes the next mail: both are Python.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        driver: Any = self._connection.connection.driver_connection
        self._libpq = driver.pgconn
        self._waits = False

    def begin(self, number: int, at: datetime, owner: str) -> None:
        values = [str(number).encode(), at.isoformat().encode(), owner.encode()]
        self._libpq.send_query_params(SENT_TEXT, values)
        self._libpq.flush()
        self._waits = True

    def wait(self) -> None:
        if not self._waits:
            return
        self._waits = False
        while self._libpq.is_busy():
            select.select([self._libpq.socket], [], [])
            self._libpq.consume_input()
        results = []
        while (
            result := self._libpq.get_result()
        ):  # to the end: the connection goes back to the pool
            results.append(result)
        for result in results:
            if result.status != COMMAND_OK:
                raise RuntimeError(result.get_error_message())

    def close(self) -> None:
        if self._waits:
            self._connection.invalidate()  # the next user would get an answer that is ours
        self._connection.close()
