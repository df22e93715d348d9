"""Signing in: one message with a link and a 6-digit code, staff with password and TOTP."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import InvalidError, NotFoundError, TgfairError
from tgfair.mail.enqueue import Links, Recipient
from tgfair.models.account import AuthSession, CodePurpose, OneTimeCode, User
from tgfair.models.exhibitor import Exhibitor, MemberRole, Membership
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.identifiers import digest, keyed, public_id
from tgfair.services.notifications import notify_address, notify_exhibitor
from tgfair.services.sessions import needs_totp, open_session
from tgfair.services.uow import find, transaction

CODE_LIFE = timedelta(minutes=15)
SETUP_LIFE = timedelta(days=2)
MAX_TRIES = 5
# Per address: 3 in 15 minutes and 10 a day (reliability.md, T14).
PER_QUARTER = 3
PER_DAY = 10

# 35 ms on a small server instead of 122 (ecosystem.md, section 1).
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
MIN_PASSWORD = 10


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
    """The link was used, is too old, or never existed."""

    code = "link_over"

    def message(self) -> str:
        """Say where to get a new one."""
        return "Đường dẫn này đã dùng hoặc đã hết hạn. Hãy xin mã mới."


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token goes into the cookie and nowhere else."""

    token: str
    is_staff: bool


def secrets_of(code_id: int, nonce: str) -> tuple[str, str]:
    """Return (link token, 6-digit code) of a one-time code, derived anew at delivery."""
    token = keyed("one-time-token", code_id, nonce).hex()
    number = int.from_bytes(keyed("one-time-code", code_id, nonce)[:8], "big") % 1_000_000
    return token, f"{number:06d}"


def _issue(
    session: Session,
    purpose: CodePurpose,
    *,
    life: timedelta = CODE_LIFE,
    user: User | None = None,
    email: str | None = None,
    phone: str | None = None,
    **columns: object,
) -> OneTimeCode:
    now = clock.real_now()
    _void_older(session, purpose, user=user, email=email, phone=phone, now=now)
    row = OneTimeCode(
        purpose=purpose,
        nonce=public_id(),
        token_hash=public_id(),
        code_hash="",
        user_id=user.id if user else None,
        email=email,
        phone=phone,
        created_at=now,
        expires_at=now + life,
        **columns,
    )
    session.add(row)
    session.flush()
    token, code = secrets_of(row.id, row.nonce)
    row.token_hash, row.code_hash = digest(token), digest(f"{row.id}:{code}")
    session.flush()
    return row


def _void_older(
    session: Session,
    purpose: CodePurpose,
    *,
    user: User | None,
    email: str | None,
    phone: str | None,
    now: datetime,
) -> None:
    """One live code for a purpose: a new one ends those before it."""
    whose = []
    if user is not None:
        whose.append(OneTimeCode.user_id == user.id)
    if email is not None:
        whose.append(OneTimeCode.email == email)
    if phone is not None:
        whose.append(OneTimeCode.phone == phone)
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.purpose == purpose, OneTimeCode.used_at.is_(None), or_(*whose))
        .values(used_at=now)
    )


def _too_many(session: Session, email: str) -> bool:
    now = clock.real_now()
    count = select(func.count()).select_from(OneTimeCode).where(OneTimeCode.email == email)
    recent = session.scalar(count.where(OneTimeCode.created_at > now - CODE_LIFE)) or 0
    today = session.scalar(count.where(OneTimeCode.created_at > now - timedelta(days=1))) or 0
    return recent >= PER_QUARTER or today >= PER_DAY


def request_sign_in(email: str, *, now: datetime) -> int:
    """Send a sign-in link and code to `email`; return a handle for the page that takes the code.

    The answer is the same whether the address is known or not, and when it asks too often.
    """
    with transaction() as session:
        user = session.scalars(select(User).where(User.email == email)).one_or_none()
        throttled = _too_many(session, email)
        row = _issue(session, CodePurpose.SIGN_IN, user=user, email=email)
        if not throttled and (user is None or user.is_active):
            notify_address(
                session,
                "sign_in",
                Recipient(name=user.name if user else email, email=email),
                dedupe=f"code:{row.id}",
                now=now,
                code_id=row.id,
            )
        return row.id


def check_link(token: str) -> OneTimeCode:
    """Return the unused code of a link, without consuming it (GET shows a button only).

    Raises:
        LinkOverError: it was used, is too old, or never existed.
    """
    with transaction() as session:
        row = _by_token(session, token)
        session.expunge(row)
        return row


def _by_token(session: Session, token: str) -> OneTimeCode:
    row = session.scalars(
        select(OneTimeCode).where(OneTimeCode.token_hash == digest(token))
    ).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= clock.real_now():
        raise LinkOverError
    return row


def _consume(session: Session, row: OneTimeCode) -> None:
    """Mark the code used; of two at once exactly one passes."""
    used = session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id == row.id, OneTimeCode.used_at.is_(None))
        .values(used_at=clock.real_now())
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]  # -- the Result of an UPDATE has it
        raise LinkOverError


def _match_code(session: Session, code_id: int, typed: str, purposes: set[CodePurpose]) -> bool:
    """Count a try and return whether the typed code is the right one."""
    row = session.get(OneTimeCode, code_id)
    if row is None or row.purpose not in purposes:
        raise LinkOverError
    if row.used_at is not None or row.expires_at <= clock.real_now() or row.tries >= MAX_TRIES:
        raise LinkOverError
    row.tries += 1
    session.flush()
    digits = "".join(character for character in typed if character.isdigit())
    return hmac.compare_digest(digest(f"{row.id}:{digits}"), row.code_hash)


def _check_code(code_id: int, typed: str, purposes: set[CodePurpose]) -> OneTimeCode:
    """Count the try in a transaction of its own, so that a wrong one is remembered."""
    with transaction() as session:
        right = _match_code(session, code_id, typed, purposes)
        row = find(session, OneTimeCode, OneTimeCode.id == code_id)
        left = MAX_TRIES - row.tries
        session.flush()
        session.refresh(row)
        session.expunge(row)
    if not right:
        raise WrongCodeError(left)
    return row


def sign_in_with_code(code_id: int, typed: str, *, user_agent: str, now: datetime) -> SignedIn:
    """Sign in with the six digits typed into the page that asked for them.

    Raises:
        WrongCodeError: wrong, with the number of tries left.
        LinkOverError: used, too old, or too many tries.
    """
    row = _check_code(code_id, typed, {CodePurpose.SIGN_IN})
    with transaction() as session:
        return _sign_in(session, row, user_agent=user_agent, now=now)


def sign_in_with_link(token: str, *, user_agent: str, now: datetime) -> SignedIn:
    """Sign in by the button on the link's page (POST).

    Raises:
        LinkOverError: used, too old, or never existed.
    """
    with transaction() as session:
        row = _by_token(session, token)
        if row.purpose != CodePurpose.SIGN_IN:
            raise LinkOverError
        return _sign_in(session, row, user_agent=user_agent, now=now)


def _sign_in(session: Session, row: OneTimeCode, *, user_agent: str, now: datetime) -> SignedIn:
    _consume(session, row)
    user = _user_of(session, row, now=now)
    if not user.is_active:
        raise LinkOverError
    if needs_totp(user) and user.totp_secret:
        # A mailbox alone does not open an organiser's account.
        raise InvalidError("Tài khoản này đăng nhập bằng mật khẩu và mã xác thực.")
    _, token = open_session(session, user=user, verified=True, user_agent=user_agent)
    record(session, Actor(user_id=user.id, label=user.name), "user.sign_in", user, now=now)
    return SignedIn(token, is_staff=bool(user.grants))


def _user_of(session: Session, row: OneTimeCode, *, now: datetime) -> User:
    """Return the account a code identifies, made on first use.

    Somebody whose address or number stands in an exhibitor's record becomes its owner.
    """
    if row.user_id is not None:
        return find(session, User, User.id == row.user_id)
    address = User.email == row.email if row.email else User.phone == row.phone
    user = session.scalars(select(User).where(address)).one_or_none()
    record_of = Exhibitor.email == row.email if row.email else Exhibitor.phone == row.phone
    exhibitors = session.scalars(select(Exhibitor).where(record_of)).all()
    if user is None:
        name = (exhibitors[0].representative or exhibitors[0].name) if exhibitors else None
        user = User(
            name=name or row.email or row.phone or "",
            email=row.email,
            phone=row.phone,
            created_at=now,
        )
        session.add(user)
        session.flush()
    for exhibitor in exhibitors:
        _add_owner(session, user, exhibitor, now=now)
    return user


def _add_owner(session: Session, user: User, exhibitor: Exhibitor, *, now: datetime) -> None:
    known = select(Membership.id).where(
        Membership.user_id == user.id, Membership.exhibitor_id == exhibitor.id
    )
    if session.scalar(known) is None:
        session.add(
            Membership(
                user_id=user.id,
                exhibitor_id=exhibitor.id,
                role=MemberRole.OWNER,
                valid_from=clock.day_in_vietnam(now),
            )
        )
        session.flush()


def sign_in_with_password(
    email: str, password: str, totp: str, *, user_agent: str, demo: bool, now: datetime
) -> SignedIn:
    """Sign staff in; administrators and organisers also need TOTP, except in the demo.

    Raises:
        InvalidError: one sentence for every cause, so that nothing can be guessed from it.
    """
    wrong = InvalidError("Thư điện tử, mật khẩu hoặc mã xác thực không đúng.")
    with transaction() as session:
        user = session.scalars(select(User).where(User.email == email)).one_or_none()
        if user is None or not user.password_hash or not user.is_active:
            # The same work as for a known address, so that time tells nothing.
            HASHER.hash(password)
            raise wrong
        try:
            HASHER.verify(user.password_hash, password)
        except VerificationError:
            raise wrong from None
        if needs_totp(user) and not demo and not _totp_passes(user, totp):
            raise wrong
        _, token = open_session(session, user=user, verified=True, user_agent=user_agent)
        record(session, Actor(user_id=user.id, label=user.name), "user.sign_in", user, now=now)
        return SignedIn(token, is_staff=bool(user.grants))


def _totp_passes(user: User, typed: str) -> bool:
    if not user.totp_secret:
        return False
    instant = clock.real_now()
    totp = pyotp.TOTP(user.totp_secret)
    digits = "".join(character for character in typed if character.isdigit())
    for step in (0, -1):
        moment = instant + timedelta(seconds=30 * step)
        counter = int(moment.timestamp()) // 30
        if hmac.compare_digest(totp.at(moment), digits):
            if user.totp_last_step is not None and counter <= user.totp_last_step:
                return False
            user.totp_last_step = counter
            return True
    return False


def invite_staff(session: Session, user: User, *, now: datetime) -> str:
    """Return the one-time link token with which a staff member sets password and TOTP."""
    row = _issue(session, CodePurpose.STAFF_SETUP, life=SETUP_LIFE, user=user)
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


def complete_staff_setup(
    token: str, password: str, totp_secret: str, totp: str, *, user_agent: str, now: datetime
) -> SignedIn:
    """Set password and second factor by the one-time link, and sign in.

    Raises:
        InvalidError: the password is too short, or the code does not fit the new secret.
        LinkOverError: the link is used or too old.
    """
    if len(password) < MIN_PASSWORD:
        raise InvalidError(f"Mật khẩu cần ít nhất {MIN_PASSWORD} ký tự.", field="password")
    with transaction() as session:
        row = _by_token(session, token)
        if row.purpose != CodePurpose.STAFF_SETUP or row.user_id is None:
            raise LinkOverError
        user = find(session, User, User.id == row.user_id)
        if needs_totp(user):
            user.totp_secret, user.totp_last_step = totp_secret, None
            if not _totp_passes(user, totp):
                raise InvalidError(
                    "Mã xác thực không khớp. Hãy xem lại mã đang hiện.", field="totp"
                )
        _consume(session, row)
        user.password_hash = HASHER.hash(password)
        _, cookie = open_session(session, user=user, verified=True, user_agent=user_agent)
        record(session, Actor(user_id=user.id, label=user.name), "user.setup", user, now=now)
        return SignedIn(cookie, is_staff=True)


def read_out_code(actor: Actor, exhibitor_public_id: str, *, now: datetime) -> tuple[str, str]:
    """Make a code for somebody without e-mail, read out after calling back the number on file.

    Returns the phone number on file (E.164) and the six digits. Audited; the subject is notified.

    Raises:
        InvalidError: the record has no phone number.
    """
    with transaction() as session:
        exhibitor = find(session, Exhibitor, Exhibitor.public_id == exhibitor_public_id)
        require(actor, Action.READ_OUT_CODE, exhibitor)
        if not exhibitor.phone:
            raise InvalidError("Chủ thể chưa có số điện thoại. Hãy ghi số vào hồ sơ trước.")
        row = _issue(
            session,
            CodePurpose.SIGN_IN,
            phone=exhibitor.phone,
            exhibitor_id=exhibitor.id,
            issued_by_id=actor.user_id,
        )
        notify_exhibitor(
            session,
            "code_read_out",
            exhibitor,
            dedupe=f"code:{row.id}",
            now=now,
            links=Links(),
            officer=actor.label,
        )
        record(session, actor, "exhibitor.code_read_out", exhibitor, now=now)
        return exhibitor.phone, secrets_of(row.id, row.nonce)[1]


def sign_in_with_phone(phone: str, typed: str, *, user_agent: str, now: datetime) -> SignedIn:
    """Sign in with a phone number and the code that staff read out.

    Raises:
        WrongCodeError, LinkOverError: as for e-mail; an unknown number is a code that is over.
    """
    with transaction() as session:
        code_id = session.scalar(
            select(OneTimeCode.id)
            .where(OneTimeCode.phone == phone, OneTimeCode.purpose == CodePurpose.SIGN_IN)
            .order_by(OneTimeCode.id.desc())
            .limit(1)
        )
    if code_id is None:
        raise LinkOverError
    return sign_in_with_code(code_id, typed, user_agent=user_agent, now=now)


def request_step_up(actor: Actor, *, now: datetime) -> int:
    """Send a code to the contact on record, so that a personal link may do more than edit.

    Raises:
        InvalidError: there is no e-mail on record; staff must read a code out instead.
    """
    with transaction() as session:
        if actor.invited_exhibitor_id is None:
            raise NotFoundError
        exhibitor = find(session, Exhibitor, Exhibitor.id == actor.invited_exhibitor_id)
        if not exhibitor.email:
            raise InvalidError(
                "Cơ sở chưa có thư điện tử. Hãy gọi số hỗ trợ để cán bộ đọc mã cho cơ sở."
            )
        row = _issue(
            session,
            CodePurpose.STEP_UP,
            email=exhibitor.email,
            session_id=actor.session_id,
            exhibitor_id=exhibitor.id,
        )
        notify_address(
            session,
            "sign_in",
            Recipient(exhibitor.name, exhibitor.email, exhibitor_id=exhibitor.id),
            dedupe=f"code:{row.id}",
            now=now,
            code_id=row.id,
        )
        return row.id


def step_up(actor: Actor, code_id: int | None, typed: str, *, now: datetime) -> None:
    """Mark the actor's session as verified by a code sent to, or read out for, the subject."""
    with transaction() as session:
        exhibitor = find(session, Exhibitor, Exhibitor.id == (actor.invited_exhibitor_id or 0))
        phone = exhibitor.phone
        if code_id is None:
            code_id = session.scalar(
                select(OneTimeCode.id)
                .where(OneTimeCode.exhibitor_id == exhibitor.id, OneTimeCode.phone == phone)
                .order_by(OneTimeCode.id.desc())
                .limit(1)
            )
    row = _check_code(code_id or 0, typed, {CodePurpose.STEP_UP, CodePurpose.SIGN_IN})
    if row.exhibitor_id != actor.invited_exhibitor_id:
        raise LinkOverError
    with transaction() as session:
        _consume(session, row)
        current = find(session, AuthSession, AuthSession.id == actor.session_id)
        current.verified_at = clock.real_now()
        record(session, actor, "session.step_up", current, now=now)
