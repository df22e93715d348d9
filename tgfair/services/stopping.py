"""Addresses that asked for no more news, and the link that asks it: RFC 8058, one click.

A GET shows a page and changes nothing, since mail scanners open every link; only a POST stops.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.codes import crockford
from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.models.account import User
from tgfair.models.delivery import Suppression, SuppressionReason
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.outbox import Message
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.identifiers import keyed
from tgfair.services.links import base_url
from tgfair.services.uow import find, reader, transaction

SIGNATURE_LETTERS = 20  # 100 bits
# What stops news for many; a bounced address gets no mail at all.
NO_NEWS = (SuppressionReason.UNSUBSCRIBED, SuppressionReason.COMPLAINT)


def normal(address: str) -> str:
    """Return an address as the list of those left alone keeps it."""
    return address.strip().lower()


def stop_token(message: Message) -> str:
    """Return the token that stops news to the address of this message, and does nothing else."""
    number = int.from_bytes(keyed("stop", message.message_id)[:16], "big")
    return f"{message.message_id}-{crockford(number, SIGNATURE_LETTERS).lower()}"


def stop_url(message: Message) -> str:
    """Return the link in a mail that goes to many; empty for one that was not queued yet."""
    if not message.message_id or not message.email:
        return ""
    return f"{base_url()}/ngung-nhan/{stop_token(message)}"


def address_of_token(token: str) -> str:
    """Return the address that a link is about.

    Raises:
        NotFoundError: the link is not one of ours.
    """
    name = token.partition("-")[0]
    message = reader().scalars(select(Message).where(Message.message_id == name)).one_or_none()
    if message is None or not message.email:
        raise NotFoundError
    if not hmac.compare_digest(stop_token(message).encode(), token.lower().encode()):
        raise NotFoundError
    return message.email


def stopped(addresses: Iterable[str], *reasons: SuppressionReason) -> dict[str, SuppressionReason]:
    """Return those addresses that are left alone for one of the reasons (none: any)."""
    asked = sorted({normal(address) for address in addresses})
    rows = reader().execute(
        select(Suppression.address, Suppression.reason).where(
            Suppression.address.in_(asked),
            Suppression.reason.in_(reasons or tuple(SuppressionReason)),
        )
    )
    return {row.address: row.reason for row in rows}


def stop_news(token: str) -> str:
    """Send no more news to the address of the link, and return it; twice is once.

    Raises:
        NotFoundError: the link is not one of ours.
    """
    address = address_of_token(token)
    with transaction() as session:
        leave_alone(session, address, SuppressionReason.UNSUBSCRIBED, now=clock.real_now())
    return address


def take_news_again(token: str) -> str:
    """Send news to the address of the link again, and return it.

    Raises:
        NotFoundError: the link is not one of ours.
    """
    address = address_of_token(token)
    with transaction() as session:
        _let_news_in(session, address)
    return address


def take_own_news_again(actor: Actor, exhibitor_id: str) -> None:
    """Send news to the address of one's own subject again; a complaint stays with the organisers.

    Raises:
        NotFoundError: there is no such subject, or it is foreign.
    """
    with transaction() as session:
        exhibitor = find(
            session, Exhibitor, Exhibitor.public_id == exhibitor_id, visible_to(actor, Exhibitor)
        )
        require(actor, Action.ANSWER_BULLETIN, exhibitor)
        _let_news_in(session, exhibitor.email or "")


def _let_news_in(session: Session, address: str) -> None:
    session.execute(
        delete(Suppression).where(
            Suppression.address == normal(address),
            Suppression.reason == SuppressionReason.UNSUBSCRIBED,
        )
    )


def leave_alone(
    session: Session, address: str, reason: SuppressionReason, *, now: datetime, note: str = ""
) -> None:
    """Put an address on the list, once for each reason."""
    key = normal(address)
    known = select(Suppression.id).where(Suppression.address == key, Suppression.reason == reason)
    if session.scalar(known) is None:
        session.add(Suppression(address=key, reason=reason, at=now, note=note[:400]))
        session.flush()


def mark_bounced(session: Session, address: str, *, now: datetime, why: str = "") -> None:
    """Note that an address does not exist: no mail goes there, its owners' pages say so."""
    leave_alone(session, address, SuppressionReason.BOUNCED, now=now, note=why)
    for model in (Exhibitor, User):
        session.execute(
            update(model)
            .where(func.lower(model.email) == normal(address), model.email_bounced_at.is_(None))
            .values(email_bounced_at=now)
        )


def forget_bounce(session: Session, address: str) -> None:
    """Try an address again that came back: somebody has asked its owner."""
    session.execute(
        delete(Suppression).where(
            Suppression.address == normal(address),
            Suppression.reason == SuppressionReason.BOUNCED,
        )
    )
    for model in (Exhibitor, User):
        session.execute(
            update(model)
            .where(func.lower(model.email) == normal(address))
            .values(email_bounced_at=None)
        )


def marks_on(actor: Actor, exhibitor: Exhibitor) -> list[Suppression]:
    """Return why the subject's address is left alone, the oldest reason first."""
    require(actor, Action.EDIT_EXHIBITOR, exhibitor)
    address = normal(exhibitor.email or "")
    rows = reader().scalars(
        select(Suppression).where(Suppression.address == address).order_by(Suppression.id)
    )
    return list(rows)


def release_address(actor: Actor, exhibitor_id: str, *, now: datetime) -> str:
    """Send to a subject's address again, whatever stopped it; return the address.

    For a mark that was wrong, or that its owner asks to take away on the phone.

    Raises:
        NotFoundError: there is no such subject.
        InvalidError: nothing stops mail to its address.
    """
    with transaction() as session:
        exhibitor = find(
            session, Exhibitor, Exhibitor.public_id == exhibitor_id, visible_to(actor, Exhibitor)
        )
        reasons = [mark.reason for mark in marks_on(actor, exhibitor)]
        if not exhibitor.email or not (reasons or exhibitor.email_bounced_at):
            raise InvalidError("Địa chỉ này không bị dừng thư nữa.")
        forget_bounce(session, exhibitor.email)
        session.execute(delete(Suppression).where(Suppression.address == normal(exhibitor.email)))
        record(session, actor, "address.released", exhibitor, now=now, reasons=reasons)
        return exhibitor.email
