"""The contact on a subject's record: proving that one holds it, and changing it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.email_address import normalize_email
from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.core.phone import normalize_phone
from tgfair.mail.enqueue import Links, Recipient
from tgfair.models.account import AuthSession, CodePurpose, OneTimeCode, User
from tgfair.models.exhibitor import ContactSource, Exhibitor, MemberRole, Membership
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services import one_time_codes
from tgfair.services.audit import record
from tgfair.services.notifications import notify_address, notify_exhibitor
from tgfair.services.one_time_codes import LinkOverError, issue, secrets_of
from tgfair.services.uow import find, reader, transaction

# A new number has to wait for an officer's call.
PHONE_CHANGE_LIFE = timedelta(days=3)
NO_EMAIL = "Cơ sở chưa có thư điện tử. Hãy gọi số hỗ trợ để cán bộ đọc mã cho cơ sở."
TOO_OFTEN = "Đã gửi nhiều mã đến địa chỉ này. Hãy dùng mã gần nhất, hoặc đợi 15 phút."


def request_step_up(actor: Actor, *, now: datetime) -> int:
    """Send a code to the contact on record, so that a personal link may do more than edit.

    Raises:
        InvalidError: there is no e-mail on record, or it has had too many codes.
    """
    with transaction() as session:
        exhibitor = _invited_exhibitor(session, actor)
        if not exhibitor.email:
            raise InvalidError(NO_EMAIL)
        row = OneTimeCode(purpose=CodePurpose.STEP_UP, email=exhibitor.email)
        row.session_id, row.exhibitor_id = actor.session_id, exhibitor.id
        _send(session, row, exhibitor, now=now)
        return row.id


def _invited_exhibitor(session: Session, actor: Actor) -> Exhibitor:
    if actor.invited_exhibitor_id is None:
        raise NotFoundError
    return find(session, Exhibitor, Exhibitor.id == actor.invited_exhibitor_id)


def _send(session: Session, row: OneTimeCode, exhibitor: Exhibitor, *, now: datetime) -> None:
    if one_time_codes.asks_too_often(session, row):
        raise InvalidError(TOO_OFTEN)
    issue(session, row)
    notify_address(
        session,
        "confirm_code",
        Recipient(exhibitor.name, row.email, exhibitor_id=exhibitor.id),
        dedupe=f"code:{row.id}",
        now=now,
        code_id=row.id,
    )


def step_up(actor: Actor, typed: str, *, now: datetime) -> None:
    """Mark the actor's session as verified by the code sent to, or read out for, the subject.

    Raises:
        WrongCodeError: wrong, with the number of tries left.
        LinkOverError: none was asked for, it is used or too old, or no tries are left.
    """
    session = reader()
    exhibitor = _invited_exhibitor(session, actor)
    sent = (OneTimeCode.purpose == CodePurpose.STEP_UP) & (
        OneTimeCode.session_id == actor.session_id
    )
    read_out = (OneTimeCode.purpose == CodePurpose.SIGN_IN) & (OneTimeCode.phone == exhibitor.phone)
    whose = OneTimeCode.exhibitor_id == exhibitor.id
    row = one_time_codes.latest(session, whose, sent | read_out)
    if row is None:
        raise LinkOverError
    one_time_codes.try_code(row.id, typed, {row.purpose})
    with transaction() as session:
        one_time_codes.consume(session, find(session, OneTimeCode, OneTimeCode.id == row.id))
        current = find(session, AuthSession, AuthSession.id == actor.session_id)
        current.verified_at = clock.real_now()
        record(session, actor, "session.step_up", current, now=now)


def request_email_change(
    actor: Actor, exhibitor_public_id: str, typed: str, *, now: datetime
) -> None:
    """Send a code to the new address; nothing changes before it is typed.

    Raises:
        InvalidError: it is no address, the one on record already, or has had too many codes.
    """
    email = normalize_email(typed)
    with transaction() as session:
        exhibitor = _to_change(session, actor, exhibitor_public_id)
        if email == exhibitor.email:
            raise InvalidError("Cơ sở đang dùng địa chỉ này rồi.", field="email")
        row = OneTimeCode(purpose=CodePurpose.CHANGE_CONTACT, email=email, new_value=email)
        row.exhibitor_id = exhibitor.id
        _send(session, row, exhibitor, now=now)


def request_phone_change(
    actor: Actor, exhibitor_public_id: str, typed: str, *, now: datetime
) -> None:
    """Note the new number; an officer calls it and reads a code out.

    Raises:
        InvalidError: it is no mobile number, or the one on record already.
    """
    phone = normalize_phone(typed)
    with transaction() as session:
        exhibitor = _to_change(session, actor, exhibitor_public_id)
        if phone == exhibitor.phone:
            raise InvalidError("Cơ sở đang dùng số này rồi.", field="phone")
        row = OneTimeCode(purpose=CodePurpose.CHANGE_CONTACT, phone=phone, new_value=phone)
        row.exhibitor_id = exhibitor.id
        issue(session, row, life=PHONE_CHANGE_LIFE)
        record(session, actor, "exhibitor.phone_change_asked", exhibitor, now=now)


def _to_change(session: Session, actor: Actor, exhibitor_public_id: str) -> Exhibitor:
    exhibitor = find(
        session,
        Exhibitor,
        Exhibitor.public_id == exhibitor_public_id,
        visible_to(actor, Exhibitor),
    )
    require(actor, Action.CHANGE_CONTACT, exhibitor)
    return exhibitor


def waiting_change(session: Session, exhibitor: Exhibitor) -> OneTimeCode | None:
    """Return the change of contact that waits for its code, if there is one."""
    row = one_time_codes.latest(
        session,
        OneTimeCode.exhibitor_id == exhibitor.id,
        OneTimeCode.purpose == CodePurpose.CHANGE_CONTACT,
    )
    if row is None or row.used_at is not None or row.expires_at <= clock.real_now():
        return None
    return row


def read_out_change_code(
    actor: Actor, exhibitor_public_id: str, *, now: datetime
) -> tuple[str, str]:
    """Make the code for a new phone number, read out after calling that number.

    Returns the new number (E.164) and the six digits. Audited.

    Raises:
        NotFoundError: no change of the number is waiting.
    """
    with transaction() as session:
        exhibitor = find(
            session,
            Exhibitor,
            Exhibitor.public_id == exhibitor_public_id,
            visible_to(actor, Exhibitor),
        )
        require(actor, Action.READ_OUT_CODE, exhibitor)
        asked = waiting_change(session, exhibitor)
        if asked is None or asked.phone is None:
            raise NotFoundError
        row = OneTimeCode(purpose=CodePurpose.CHANGE_CONTACT, phone=asked.phone)
        row.new_value, row.exhibitor_id = asked.new_value, exhibitor.id
        row.issued_by_id = actor.user_id
        issue(session, row)
        record(session, actor, "exhibitor.change_code_read_out", exhibitor, now=now)
        return asked.phone, secrets_of(row.id, row.nonce)[1]


def confirm_change(actor: Actor, exhibitor_public_id: str, typed: str, *, now: datetime) -> None:
    """Change phone or e-mail by the code that reached the new one, and tell the old one.

    Raises:
        WrongCodeError: wrong, with the number of tries left.
        LinkOverError: none was asked for, it is used or too old, or no tries are left.
    """
    session = reader()
    row = waiting_change(session, _to_change(session, actor, exhibitor_public_id))
    if row is None:
        raise LinkOverError
    one_time_codes.try_code(row.id, typed, {CodePurpose.CHANGE_CONTACT})
    with transaction() as session:
        exhibitor = _to_change(session, actor, exhibitor_public_id)
        row = find(session, OneTimeCode, OneTimeCode.id == row.id)
        one_time_codes.consume(session, row)
        field = "email" if row.email else "phone"
        notify_exhibitor(
            session,
            "contact_changed",
            exhibitor,
            dedupe=f"code:{row.id}",
            now=now,
            links=Links(),
            field=field,
        )
        _change(session, actor, exhibitor, row)
        record(session, actor, "exhibitor.contact_changed", exhibitor, now=now, field=field)


def _change(session: Session, actor: Actor, exhibitor: Exhibitor, row: OneTimeCode) -> None:
    """Write the new contact; the account that signs in with the old one follows if it is one's own.

    Another owner's account never does: it may own more subjects. A personal link has no account;
    it changes contacts only once a code proved the old one, so it speaks for who holds that.
    """
    column = User.email if row.email else User.phone
    old = exhibitor.email if row.email else exhibitor.phone
    taken = session.scalar(select(User.id).where(column == row.new_value))
    owners = select(Membership.user_id).where(
        Membership.exhibitor_id == exhibitor.id, Membership.role == MemberRole.OWNER
    )
    whose = select(User).where(column == old, User.id.in_(owners))
    if actor.invitation_id is None:
        whose = whose.where(User.id == actor.user_id)
    user = session.scalars(whose).one_or_none() if old else None
    if row.email:
        exhibitor.email, exhibitor.email_bounced_at = row.new_value, None
    else:
        exhibitor.phone = row.new_value
    exhibitor.contact_source = ContactSource.SELF
    if user is not None and taken is None and not user.grants:
        setattr(user, column.key, row.new_value)
