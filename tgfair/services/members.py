"""Who acts for an exhibitor: the owner adds colleagues and removes them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.email_address import normalize_email
from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.account import User
from tgfair.models.exhibitor import Exhibitor, MemberRole, Membership
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.uow import find, transaction

MAX_NAME = 120


def add_member(
    actor: Actor, exhibitor_public_id: str, *, name: str, email: str, now: datetime
) -> None:
    """Let the holder of `email` act for the exhibitor, as staff; no message is sent.

    Raises:
        InvalidError: no name, no address, already a member, or an officer of the programme, who
            could then decide nothing about the exhibitor any more.
    """
    address = normalize_email(email)
    name = check_text(name, field="name")[:MAX_NAME]
    if not name:
        raise InvalidError("Hãy ghi họ tên người đó.", field="name")
    with transaction() as session:
        exhibitor = _own(session, actor, exhibitor_public_id)
        user = session.scalars(select(User).where(User.email == address)).one_or_none()
        if user is None:
            user = User(name=name, email=address, created_at=now)
            session.add(user)
            session.flush()
        if user.grants:
            raise InvalidError(
                "Địa chỉ này là của cán bộ chương trình, không thêm vào cơ sở được."
                " Hãy ghi địa chỉ khác.",
                field="email",
            )
        member = Membership.user_id == user.id, Membership.exhibitor_id == exhibitor.id
        if session.scalar(select(Membership.id).where(*member)) is not None:
            raise InvalidError("Người này đã có tên trong cơ sở.", field="email")
        row = Membership(user_id=user.id, exhibitor_id=exhibitor.id, role=MemberRole.STAFF)
        row.valid_from = clock.day_in_vietnam(now)
        session.add(row)
        record(session, actor, "exhibitor.member_added", exhibitor, now=now, user_id=user.id)


def remove_member(
    actor: Actor, exhibitor_public_id: str, membership_id: int, *, now: datetime
) -> None:
    """Take a person out of the exhibitor; it acts with that person's next request.

    Raises:
        InvalidError: the exhibitor would be left without an owner, or its own address or number
            would let the person in again.
    """
    with transaction() as session:
        exhibitor = _own(session, actor, exhibitor_public_id)
        # Of two owners who remove each other at the same moment one stays.
        session.refresh(exhibitor, with_for_update=True)
        row = find(
            session,
            Membership,
            Membership.id == membership_id,
            Membership.exhibitor_id == exhibitor.id,
        )
        owners = session.scalar(
            select(func.count())
            .select_from(Membership)
            .where(
                Membership.exhibitor_id == exhibitor.id,
                Membership.role == MemberRole.OWNER,
                Membership.id != row.id,
            )
        )
        if row.role == MemberRole.OWNER and not owners:
            raise InvalidError("Cơ sở cần ít nhất một người đứng tên.")
        _refuse_on_record(session.get_one(User, row.user_id), exhibitor)
        session.delete(row)
        record(session, actor, "exhibitor.member_removed", exhibitor, now=now, user_id=row.user_id)


def _refuse_on_record(user: User, exhibitor: Exhibitor) -> None:
    """Whoever holds the contact on record becomes an owner by signing in (`accounts`)."""
    if user.email is not None and user.email == exhibitor.email:
        raise InvalidError(
            "Thư điện tử của người này đang là thư của cơ sở."
            " Hãy đổi thư điện tử của cơ sở trước, rồi bỏ người này."
        )
    if user.phone is not None and user.phone == exhibitor.phone:
        raise InvalidError(
            "Số điện thoại của người này đang là số của cơ sở."
            " Hãy đổi số của cơ sở trước, rồi bỏ người này."
        )


def _own(session: Session, actor: Actor, exhibitor_public_id: str) -> Exhibitor:
    exhibitor = find(
        session,
        Exhibitor,
        Exhibitor.public_id == exhibitor_public_id,
        visible_to(actor, Exhibitor),
    )
    require(actor, Action.MANAGE_MEMBERS, exhibitor)
    return exhibitor
