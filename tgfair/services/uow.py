"""The unit of work: the only place that commits."""

from __future__ import annotations

import select as sockets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.interfaces import ORMOption

from tgfair.core.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    TgfairError,
    UnavailableError,
)
from tgfair.database import BUSY_SECONDS, CONNECTION, IMMEDIATE
from tgfair.extensions import db
from tgfair.models.base import Base, Versioned

Row = TypeVar("Row", bound=Base)


class StorageFullError(UnavailableError):
    """The database cannot write: disk full or read-only."""

    code = "storage"

    def message(self) -> str:
        """Return a sentence for the page."""
        return "Máy chủ tạm thời không ghi được dữ liệu. Hãy thử lại sau ít phút."


class BusyError(UnavailableError):
    """A lock or a connection could not be had in time."""

    code = "busy"

    def message(self) -> str:
        """Return a sentence for the page."""
        return "Hệ thống đang rất bận. Hãy bấm lại sau vài giây."


FULL_WORDS = ("disk is full", "disk i/o error", "readonly database", "no space left")
BUSY_WORDS = ("database is locked", "lock timeout", "could not obtain lock", "deadlock detected")
# What SQLite calls operational and is a fault of ours.
OUR_WORDS = ("no such table", "no such column", "has no column", "syntax error")
# What only somebody else's act at the same moment brings about: a double, or a row that is gone.
RACE_WORDS = ("unique constraint", "foreign key constraint")
UNFIT = "Có mục quá dài hoặc có ký tự không lưu được. Hãy xem lại rồi gửi lại."
OPEN = "unit of work"
COMMAND_OK = 1  # libpq's PGRES_COMMAND_OK; psycopg is not installed everywhere


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a unit of work, commit at the end, roll everything back on any error.

    The read snapshot of the page is thrown away first, so that rules look at fresh rows; hence
    nothing may be unsaved in the session when it starts. SQLite takes the write lock here
    (`BEGIN IMMEDIATE`), since it cannot upgrade a stale read snapshot.

    Raises:
        ConflictError: a row was changed, taken or deleted by somebody else meanwhile.
        InvalidError: a value that no column of ours can hold.
        UnavailableError: the disk is full or read-only, the write lock was not free in time, or
            the database is gone.
    """
    session = db.session()
    with _unit(session):
        session.rollback()
        session.info[CONNECTION] = session.connection(execution_options=IMMEDIATE)
        yield session


@contextmanager
def optimistic_transaction() -> Iterator[Session]:
    """Open a unit of work that goes by what `fresh_reader` gave, so that the write lock is short.

    Only for what a version column guards: whoever changed the row meanwhile makes the write fail.
    Other rows are as old as the look at them.

    Raises:
        As `transaction()`.
    """
    session = db.session()
    with _unit(session):
        session.expire_on_commit = False
        try:
            session.commit()
        finally:
            session.expire_on_commit = True
        session.info[CONNECTION] = session.connection(execution_options=IMMEDIATE)
        yield session


@contextmanager
def _unit(session: Session) -> Iterator[None]:
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("unsaved objects before transaction()")
    if session.info.get(OPEN):
        raise RuntimeError("transaction() inside transaction(): the outer one would be lost")
    session.info[OPEN] = True
    try:
        yield
        session.commit()
    except (StaleDataError, DBAPIError, PoolTimeoutError) as error:
        let_go()
        expected = _expected(error)
        if expected is None:
            raise
        raise expected from error
    except BaseException:
        let_go()
        raise
    finally:
        session.info.pop(OPEN, None)
        session.info.pop(CONNECTION, None)


def _expected(
    error: StaleDataError | DBAPIError | PoolTimeoutError,
) -> TgfairError | UnavailableError | None:
    """Return the failure to tell a person of, or None for a fault of ours."""
    if isinstance(error, StaleDataError):
        return ConflictError()
    if isinstance(error, DataError):
        return InvalidError(UNFIT)
    if isinstance(error, IntegrityError):
        return ConflictError() if _says(error, RACE_WORDS) else None
    return unavailable(error)


def unavailable(error: DBAPIError | PoolTimeoutError) -> UnavailableError | None:
    """Return what a database error means for the page, or None for a fault of ours."""
    if isinstance(error, PoolTimeoutError):
        return BusyError()
    gone = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    if not gone or _says(error, OUR_WORDS):
        return None
    if _says(error, FULL_WORDS):
        return StorageFullError()
    return BusyError() if _says(error, BUSY_WORDS) else UnavailableError()


def _says(error: DBAPIError, words: tuple[str, ...]) -> bool:
    text = str(error.orig).lower()
    return any(word in text for word in words)


class Ahead:
    """One statement at a time on PostgreSQL, committed by itself: told now, answered later.

    It is libpq's asynchronous half; a thread could not begin while this one computes, for both are
    Python. Whoever needs to know that a statement is safe on disk calls `wait`.
    """

    def __init__(self) -> None:
        self._connection = db.engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        driver: Any = self._connection.connection.driver_connection
        self._libpq = driver.pgconn
        self._waits = False

    def begin(self, statement: bytes, values: Sequence[str]) -> None:
        """Send a statement with $1, $2 …; the one before must have been waited for.

        Not prepared: when psycopg rolls back it forgets all that is prepared on the connection,
        ours too (DEALLOCATE ALL).
        """
        self._libpq.send_query_params(statement, [value.encode() for value in values])
        self._libpq.flush()
        self._waits = True

    def wait(self) -> None:
        """Return when the last statement is committed; at once if there is none.

        Raises:
            RuntimeError: the database refused it.
        """
        if not self._waits:
            return
        self._waits = False
        while self._libpq.is_busy():
            sockets.select([self._libpq.socket], [], [])
            self._libpq.consume_input()
        # All of them, so that the connection can go back to the pool.
        results = list(iter(self._libpq.get_result, None))
        for result in results:
            if result.status != COMMAND_OK:
                raise RuntimeError(result.get_error_message())

    def close(self) -> None:
        """Give the connection back."""
        if self._waits:
            self._connection.invalidate()  # the next user would get an answer that is ours
        self._connection.close()


def let_go() -> None:
    """Drop what the session has begun, also when its connection is beyond a rollback."""
    with suppress(SQLAlchemyError):
        db.session.rollback()


def reader() -> Session:
    """Return the session for reads that only fill a page."""
    return db.session()


# While one thread holds SQLite's write lock, the others of its process must not compute: they would
# keep it waiting for the interpreter, and all other processes for the lock.
_one_at_a_time = threading.Lock()


@contextmanager
def fresh_reader() -> Iterator[Session]:
    """Yield the session for reads that decide what an `optimistic_transaction` within will write.

    Nothing loaded before is trusted. On SQLite one thread of a process is in here at a time.
    """
    session = db.session()
    if session.identity_map:
        session.rollback()
    turn = session.get_bind().dialect.name == "sqlite" and _one_at_a_time.acquire(
        timeout=BUSY_SECONDS
    )
    try:
        yield session
    finally:
        if turn:
            _one_at_a_time.release()


def find(
    session: Session,
    model: type[Row],
    *criteria: ColumnElement[bool],
    options: Sequence[ORMOption] = (),
) -> Row:
    """Return the one row that matches, with what `options` load beside it.

    Raises:
        NotFoundError: there is none.
    """
    row = session.scalars(select(model).where(*criteria).options(*options)).one_or_none()
    if row is None:
        raise NotFoundError
    return row


def check_seen(row: Versioned, seen_version: int) -> None:
    """Refuse to overwrite what somebody else changed since the page was shown.

    Raises:
        ConflictError: the row's version is not `seen_version`.
    """
    if row.version != seen_version:
        raise ConflictError
