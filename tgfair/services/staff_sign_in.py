"""Staff: password and authenticator, and the one-time link that sets them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import InvalidError
from tgfair.mail.enqueue import Recipient
from tgfair.models.account import AuthSession, CodePurpose, OneTimeCode, User
from tgfair.policy import Actor
from tgfair.services import one_time_codes
from tgfair.services.accounts import SignedIn
from tgfair.services.audit import record
from tgfair.services.notifications import notify_address
from tgfair.services.one_time_codes import LinkOverError, issue, secrets_of
from tgfair.services.passwords import (
    check_new_password,
    hash_password,
    keep_totp,
    new_totp_secret,
    password_fits,
    totp_address,
    use_totp,
)
from tgfair.services.sessions import needs_totp, open_session
from tgfair.services.uow import find, reader, transaction

SETUP_LIFE = timedelta(days=2)


@dataclass(frozen=True)
class StaffSetup:
    """What the set-up page shows. `totp_secret` is None for roles without a second factor."""

    name: str
    email: str
    totp_secret: str | None
    totp_address: str | None


def sign_in_with_password(
    email: str, password: str, totp: str, *, user_agent: str, demo: bool, now: datetime
) -> SignedIn:
    """Sign staff in; administrators and organisers also need TOTP, except in the demo.

    Raises:
        InvalidError: one sentence for every cause, so that nothing can be guessed from it.
    """
    wrong = InvalidError("Thư điện tử, mật khẩu hoặc mã xác thực không đúng.")
    known = reader().execute(select(User.id, User.password_hash).where(User.email == email)).first()
    user_id, stored = known or (0, None)
    if not password_fits(stored, password):
        raise wrong
    with transaction() as session:
        user = session.get(User, user_id)
        if user is None or not user.is_active or user.password_hash != stored:
            raise wrong
        if needs_totp(user) and not demo:
            at = clock.real_now()
            if not use_totp(session, user, totp, at):
                raise wrong
        _, token = open_session(session, user=user, verified=True, user_agent=user_agent)
        record(session, Actor(user_id=user.id, label=user.name), "user.sign_in", user, now=now)
        return SignedIn(token, is_staff=bool(user.grants))


def invite_staff(session: Session, user: User, *, now: datetime) -> str:
    """Return the one-time link token with which a staff member sets password and TOTP."""
    row = OneTimeCode(purpose=CodePurpose.STAFF_SETUP, user_id=user.id)
    issue(session, row, life=SETUP_LIFE)
    if user.email:
        notify_address(
            session,
            "staff_setup",
            Recipient(name=user.name, email=user.email),
            dedupe=f"code:{row.id}",
            now=now,
            code_id=row.id,
        )
    return secrets_of(row.id, row.nonce)[0]


def staff_setup(token: str, *, site_name: str) -> StaffSetup:
    """Return what the page of a set-up link shows, without using the link up.

    Raises:
        LinkOverError: the link is used or too old.
    """
    session = reader()
    row = one_time_codes.by_token(session, token, CodePurpose.STAFF_SETUP)
    user = find(session, User, User.id == row.user_id)
    if not user.is_active:
        raise LinkOverError
    secret = new_totp_secret(row) if needs_totp(user) else None
    address = totp_address(user, secret, site_name) if secret else None
    return StaffSetup(user.name, user.email or "", secret, address)


def complete_staff_setup(
    token: str, password: str, totp: str, *, user_agent: str, now: datetime
) -> SignedIn:
    """Set password and second factor by the one-time link, end other sessions, and sign in.

    Raises:
        InvalidError: the password is easy to guess, or the code does not fit the new secret.
        LinkOverError: the link is used or too old.
    """
    session = reader()
    row = one_time_codes.by_token(session, token, CodePurpose.STAFF_SETUP)
    check_new_password(password, find(session, User, User.id == row.user_id))
    hashed = hash_password(password)
    with transaction() as session:
        row = one_time_codes.by_token(session, token, CodePurpose.STAFF_SETUP)
        one_time_codes.consume(session, row)
        user = find(session, User, User.id == row.user_id)
        if not user.is_active:
            raise LinkOverError
        if needs_totp(user):
            _set_totp(session, user, row, totp)
        user.password_hash = hashed
        session.execute(delete(AuthSession).where(AuthSession.user_id == user.id))
        _, cookie = open_session(session, user=user, verified=True, user_agent=user_agent)
        record(session, Actor(user_id=user.id, label=user.name), "user.setup", user, now=now)
        return SignedIn(cookie, is_staff=True)


def _set_totp(session: Session, user: User, row: OneTimeCode, typed: str) -> None:
    keep_totp(user, new_totp_secret(row))
    session.flush()
    if not use_totp(session, user, typed, clock.real_now()):
        raise InvalidError("Mã xác thực không khớp. Hãy xem lại mã đang hiện.", field="totp")
