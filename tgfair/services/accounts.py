"""Signing in without a password: by a link, by six digits, or by telephone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import InvalidError
from tgfair.mail.enqueue import Links, Recipient
from tgfair.models.account import CodePurpose, OneTimeCode, Role, RoleGrant, User
from tgfair.models.exhibitor import Exhibitor, MemberRole, Membership
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services import one_time_codes
from tgfair.services.audit import record
from tgfair.services.notifications import notify_address, notify_exhibitor
from tgfair.services.one_time_codes import LinkOverError, issue, secrets_of
from tgfair.services.sessions import needs_totp, open_session
from tgfair.services.uow import find, reader, transaction

DEMO_LINK_LIFE = timedelta(days=1)
MAX_NAME = 120


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token goes into the cookie and nowhere else."""

    token: str
    is_staff: bool


@dataclass(frozen=True)
class SignInAsked:
    """A handle for the page that takes the code, and whether the address had its share before."""

    code_id: int
    too_often: bool


def request_sign_in(email: str, *, net: str = "", now: datetime) -> SignInAsked:
    """Send a sign-in link and code to `email`, asked for from the network `net`.

    The answer is the same whether the address is known or not. When it is asked too often, the
    last code stays good, with the tries it has left, and nothing is sent.
    """
    with transaction() as session:
        row = OneTimeCode(purpose=CodePurpose.SIGN_IN, email=email, net=net)
        if one_time_codes.asks_too_often(session, row):
            asked = OneTimeCode.email == email, OneTimeCode.purpose == row.purpose
            last = one_time_codes.latest(session, *asked)
            return SignInAsked(last.id if last else 0, too_often=True)
        user = session.scalars(select(User).where(User.email == email)).one_or_none()
        row.user_id = user.id if user else None
        issue(session, row)
        if user is None or user.is_active:
            notify_address(
                session,
                "sign_in",
                Recipient(name=user.name if user else email, email=email),
                dedupe=f"code:{row.id}",
                now=now,
                code_id=row.id,
            )
        return SignInAsked(row.id, too_often=False)


def check_sign_in_link(token: str) -> None:
    """Say whether a sign-in link is good, without using it up (GET shows a button only).

    Raises:
        LinkOverError: it was used, is too old, or never existed.
    """
    one_time_codes.by_token(reader(), token, CodePurpose.SIGN_IN)


def sign_in_with_link(
    token: str, *, user_agent: str, now: datetime, demo: bool = False
) -> SignedIn:
    """Sign in by the button on the link's page (POST).

    Raises:
        LinkOverError: used, too old, or never existed.
        InvalidError: the account signs in with password and authenticator.
    """
    with transaction() as session:
        row = one_time_codes.by_token(session, token, CodePurpose.SIGN_IN)
        one_time_codes.consume_link(session, row)
        return _sign_in(session, row, user_agent=user_agent, now=now, demo=demo)


def sign_in_with_code(
    code_id: int, typed: str, *, user_agent: str, now: datetime, demo: bool = False
) -> SignedIn:
    """Sign in with the six digits typed into the page that asked for them.

    Raises:
        WrongCodeError: wrong, with the number of tries left.
        LinkOverError: used, too old, or too many tries.
        InvalidError: the account signs in with password and authenticator.
    """
    one_time_codes.try_code(code_id, typed, {CodePurpose.SIGN_IN})
    with transaction() as session:
        row = find(session, OneTimeCode, OneTimeCode.id == code_id)
        one_time_codes.consume(session, row)
        return _sign_in(session, row, user_agent=user_agent, now=now, demo=demo)


def sign_in_with_phone(
    phone: str, typed: str, *, user_agent: str, now: datetime, demo: bool = False
) -> SignedIn:
    """Sign in with a phone number and the code that staff read out.

    Raises:
        WrongCodeError, LinkOverError: as for e-mail; an unknown number is a code that is over.
    """
    asked = (OneTimeCode.phone == phone, OneTimeCode.purpose == CodePurpose.SIGN_IN)
    row = one_time_codes.latest(reader(), *asked)
    if row is None:
        raise LinkOverError
    return sign_in_with_code(row.id, typed, user_agent=user_agent, now=now, demo=demo)


def _sign_in(
    session: Session, row: OneTimeCode, *, user_agent: str, now: datetime, demo: bool
) -> SignedIn:
    user = _user_of(session, row, now=now)
    if not user.is_active:
        raise LinkOverError
    if user.grants and row.email is None and row.user_id is None:
        # What an officer reads out over the telephone must not open a colleague's account.
        raise InvalidError("Tài khoản cán bộ không đăng nhập bằng mã đọc qua điện thoại.")
    if needs_totp(user) and not demo:
        # A mailbox alone does not open an organiser's account.
        raise InvalidError("Tài khoản này đăng nhập bằng mật khẩu và mã xác thực.")
    _, token = open_session(session, user=user, verified=True, user_agent=user_agent)
    record(session, Actor(user_id=user.id, label=user.name), "user.sign_in", user, now=now)
    return SignedIn(token, is_staff=bool(user.grants))


def _user_of(session: Session, row: OneTimeCode, *, now: datetime) -> User:
    """Return the account a code identifies, made on first use.

    Somebody whose address stands in an exhibitor's record becomes its owner. A code that was read
    out speaks for the one record whose number was called back.
    """
    if row.user_id is not None:
        address = User.id == row.user_id
    else:
        address = User.email == row.email if row.email else User.phone == row.phone
    user = session.scalars(select(User).where(address)).one_or_none()
    own = Exhibitor.id == (row.exhibitor_id or 0)
    owned = Exhibitor.email == row.email if row.email else own
    exhibitors = session.scalars(select(Exhibitor).where(owned)).all()
    if user is None:
        name = (exhibitors[0].representative or exhibitors[0].name) if exhibitors else None
        name = (name or row.email or row.phone or "")[:MAX_NAME]
        user = User(name=name, created_at=now)
        user.email, user.phone = row.email, row.phone
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
        today = clock.day_in_vietnam(now)
        owner = Membership(user_id=user.id, exhibitor_id=exhibitor.id, role=MemberRole.OWNER)
        owner.valid_from = today
        session.add(owner)
        session.flush()


def read_out_code(actor: Actor, exhibitor_public_id: str, *, now: datetime) -> tuple[str, str]:
    """Make a code for somebody without e-mail, read out after calling back the number on file.

    Returns the phone number on file (E.164) and the six digits. Audited; the subject is notified.

    Raises:
        InvalidError: the record has no phone number.
    """
    with transaction() as session:
        exhibitor = find(
            session,
            Exhibitor,
            Exhibitor.public_id == exhibitor_public_id,
            visible_to(actor, Exhibitor),
        )
        require(actor, Action.READ_OUT_CODE, exhibitor)
        if not exhibitor.phone:
            raise InvalidError("Chủ thể chưa có số điện thoại. Hãy ghi số vào hồ sơ trước.")
        row = OneTimeCode(purpose=CodePurpose.SIGN_IN, phone=exhibitor.phone)
        row.exhibitor_id, row.issued_by_id = exhibitor.id, actor.user_id
        issue(session, row)
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


@dataclass(frozen=True)
class DemoLink:
    """A one-time sign-in link of the demo, for one role."""

    name: str
    role: Role | None  # None: somebody of an exhibitor
    token: str


def demo_sign_in_links(*, demo: bool) -> list[DemoLink]:
    """Make one fresh sign-in link for each role, to be printed where the demo starts.

    Raises:
        InvalidError: this is no demo.
    """
    if not demo:
        raise InvalidError("Sign-in links are printed for the demo only.")
    with transaction() as session:
        owners = select(User).join(Membership, Membership.user_id == User.id)
        queries: list[tuple[Role | None, Select[User]]] = [
            (role, select(User).join(RoleGrant).where(RoleGrant.role == role)) for role in Role
        ]
        found: dict[int, tuple[User, Role | None]] = {}
        for role, query in [*queries, (None, owners)]:
            first = session.scalars(query.where(User.is_active).order_by(User.id).limit(1)).first()
            if first is not None:
                found.setdefault(first.id, (first, role))
        return [DemoLink(u.name, role, _demo_token(session, u)) for u, role in found.values()]


def _demo_token(session: Session, user: User) -> str:
    row = OneTimeCode(purpose=CodePurpose.SIGN_IN, user_id=user.id)
    issue(session, row, life=DEMO_LINK_LIFE)
    return secrets_of(row.id, row.nonce)[0]
