"""One-time links and codes: issue, look at, try, use up.

Neither is stored: both are derived by HMAC from the row and the installation's secret, so that the
outbox can render them at delivery while the database holds their hashes only.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import TgfairError
from tgfair.models.account import CodePurpose, OneTimeCode
from tgfair.services.identifiers import digest, keyed, public_id
from tgfair.services.uow import transaction

CODE_LIFE = timedelta(minutes=15)
MAX_TRIES = 5
# Per address and purpose: 3 in 15 minutes. A day's share is counted by who asks, so that a stranger
# who knows the address cannot use up the share of whoever holds it.
PER_QUARTER = 3
PER_DAY = 10
PER_DAY_FROM_ALL = 40


class WrongCodeError(TgfairError):
    """The typed code is wrong; `left` tries remain."""

    code = "wrong_code"

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left

    def message(self) -> str:
        """Say how many tries are left, or to ask for a new code."""
        if self.left <= 0:
            return "Mã không đúng và đã hết lượt thử. Hãy xin mã mới."
        return f"Mã không đúng. Còn {self.left} lần thử."


class LinkOverError(TgfairError):
    """The link or code was used, is too old, or never existed."""

    code = "link_over"

    def message(self) -> str:
        """Say where to get a new one."""
        return "Mã hoặc đường dẫn này đã dùng hoặc đã hết hạn. Hãy xin mã mới."


def secrets_of(code_id: int, nonce: str) -> tuple[str, str]:
    """Return (link token, 6-digit code) of a one-time code, derived anew at delivery."""
    token = keyed("one-time-token", code_id, nonce).hex()
    number = int.from_bytes(keyed("one-time-code", code_id, nonce)[:8], "big") % 1_000_000
    return token, f"{number:06d}"


def _hash_of(code_id: int, code: str) -> str:
    """Return what is kept of six digits: keyed, since a million of them are tried in no time."""
    return keyed("one-time-code-hash", code_id, code).hex()


def issue(session: Session, row: OneTimeCode, *, life: timedelta = CODE_LIFE) -> OneTimeCode:
    """Complete and add `row`, which says the purpose and for whom; those before it end."""
    now = clock.real_now()
    _end_older(session, row)
    row.nonce, row.token_hash, row.code_hash = public_id(), public_id(), ""
    row.created_at, row.expires_at = now, now + life
    session.add(row)
    session.flush()
    token, code = secrets_of(row.id, row.nonce)
    row.token_hash, row.code_hash = digest(token), _hash_of(row.id, code)
    session.flush()
    return row


def _end_older(session: Session, row: OneTimeCode) -> None:
    """One live code for a purpose and person."""
    whose = [
        column == value
        for column, value in (
            (OneTimeCode.user_id, row.user_id),
            (OneTimeCode.email, row.email),
            (OneTimeCode.phone, row.phone),
        )
        if value is not None
    ]
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.purpose == row.purpose, OneTimeCode.used_at.is_(None), or_(*whose))
        .values(used_at=clock.real_now())
    )


def latest(session: Session, *criteria: ColumnElement[bool]) -> OneTimeCode | None:
    """Return the newest code that matches, used or not."""
    query = select(OneTimeCode).where(*criteria).order_by(OneTimeCode.id.desc()).limit(1)
    return session.scalars(query).one_or_none()


def asks_too_often(session: Session, row: OneTimeCode) -> bool:
    """Return whether the row's address has had its share of codes for now, or who asks asked it."""
    now = clock.real_now()
    alike = OneTimeCode.email == row.email, OneTimeCode.purpose == row.purpose
    count = select(func.count()).select_from(OneTimeCode).where(*alike)
    today = count.where(OneTimeCode.created_at > now - timedelta(days=1))
    return any(
        (session.scalar(asked) or 0) >= share
        for asked, share in (
            (count.where(OneTimeCode.created_at > now - CODE_LIFE), PER_QUARTER),
            (today.where(OneTimeCode.net == (row.net or "")), PER_DAY),
            (today, PER_DAY_FROM_ALL),
        )
    )


def by_token(session: Session, token: str, purpose: CodePurpose) -> OneTimeCode:
    """Return the unused code of a link, without using it up.

    Raises:
        LinkOverError: it was used, is too old, is for something else, or never existed.
    """
    query = select(OneTimeCode).where(OneTimeCode.token_hash == digest(token))
    row = session.scalars(query).one_or_none()
    if row is None or row.purpose != purpose or row.used_at is not None:
        raise LinkOverError
    if row.expires_at <= clock.real_now():
        raise LinkOverError
    return row


def consume(session: Session, row: OneTimeCode) -> None:
    """Mark the code used; of two at once exactly one passes.

    Raises:
        LinkOverError: somebody was faster.
    """
    now = clock.real_now()
    if _changed(session, row.id, used_at=now) != 1:
        raise LinkOverError


def consume_link(session: Session, row: OneTimeCode) -> None:
    """Use up the link and leave the code good for the browser that asked for it.

    So a mail scanner that even presses the button costs the person nothing; the code alone opens
    nothing, since it is typed where it was asked for.

    Raises:
        LinkOverError: somebody was faster.
    """
    unused = OneTimeCode.token_hash == row.token_hash
    if _changed(session, row.id, unused, token_hash=public_id()) != 1:
        raise LinkOverError


def try_code(code_id: int, typed: str, purposes: Collection[CodePurpose]) -> None:
    """Count a try, in a transaction of its own so that a wrong one is remembered.

    Raises:
        WrongCodeError: wrong, with the number of tries left.
        LinkOverError: used, too old, for something else, or no tries left.
    """
    with transaction() as session:
        wanted = (OneTimeCode.purpose.in_(purposes), OneTimeCode.tries < MAX_TRIES)
        if _changed(session, code_id, *wanted, tries=OneTimeCode.tries + 1) != 1:
            raise LinkOverError
        row = session.get_one(OneTimeCode, code_id, populate_existing=True)
        expected, left = row.code_hash, MAX_TRIES - row.tries
    digits = "".join(character for character in typed if character.isdigit())
    if not hmac.compare_digest(_hash_of(code_id, digits), expected):
        raise WrongCodeError(left)


def _changed(session: Session, code_id: int, *criteria: ColumnElement[bool], **values: Any) -> int:
    """Update a code that is still good, in one statement: the database is the judge."""
    done = session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.id == code_id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > clock.real_now(),
            *criteria,
        )
        .values(**values)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # -- the Result of an UPDATE has it
