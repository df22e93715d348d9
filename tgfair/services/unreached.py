"""Reaching those whom no mail reaches: call list, Zalo file, printed letters, ZNS and SMS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.clock import day_in_vietnam
from tgfair.config import Config
from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import State
from tgfair.core.zns import problems_of, short_value, zns_file, zns_phone
from tgfair.documents.letters import InvitationLetter, LetterText, letters_with_texts
from tgfair.mail.catalog import KINDS
from tgfair.mail.channels import channels_of
from tgfair.mail.render import unlinked
from tgfair.models.fair import Fair, FairStatus
from tgfair.models.outbox import Channel, Message, MessageState
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.campaigns import load_campaign
from tgfair.services.delivery_notes import note
from tgfair.services.letter_texts import (
    invitation_text,
    letterhead_of,
    notice_text,
    plain_paragraphs,
    signer_of,
)
from tgfair.services.links import base_url
from tgfair.services.mail_batches import NO_MORE
from tgfair.services.message_context import INVITES
from tgfair.services.outbox import call_instead
from tgfair.services.queries.messages import TO_CALL, CallLine, call_lines
from tgfair.services.uow import find, transaction

MOST_LINES = 2000
NOBODY = "Danh sách gọi đang trống."
ASK_TO_CONFIRM = frozenset({"booth_assigned", "booth_moved", "confirm_reminder", "dates_changed"})
WAYS = {Channel.ZNS: "Zalo ZNS", Channel.SMS: "tin nhắn"}


def call_unreached(actor: Actor, campaign_id: str, *, now: datetime) -> int:
    """Put everybody whom a notice did not reach on the call list; return how many are new there."""
    with transaction() as session:
        campaign = load_campaign(session, actor, campaign_id)
        rows = session.scalars(
            select(Message).where(
                Message.campaign_id == campaign.id,
                Message.channel == Channel.EMAIL,
                or_(
                    Message.state.in_((MessageState.DEAD, MessageState.FAILED)),
                    (Message.state == MessageState.CANCELLED) & (Message.last_error == NO_MORE),
                ),
            )
        ).all()
        count = sum(call_instead(session, row) for row in rows)
        record(session, actor, "campaign.calls_listed", campaign, now=now, count=count)
        return count


def zns_campaign_file(actor: Actor, fair: Fair, *, now: datetime) -> tuple[bytes, int, int]:
    """Return the Zalo campaign file of the call list, how many rows it has, how many do not fit.

    Raises:
        InvalidError: nobody on the list has a mobile number, or the fair is put off.
    """
    require(actor, Action.SEND_MESSAGES, fair)
    _check_days(fair)
    lines = [line for line in _lines(actor, fair) if line.text]
    rows = [(line.message, zns_values(fair, line.message)) for line in lines]
    fit = [(message, row) for message, row in rows if not problems_of(row)]
    if not fit:
        raise InvalidError("Không dòng nào trong Danh sách gọi có số di động để gửi ZNS.")
    data = zns_file([row for _, row in fit])
    _note_all(actor, fair, [message.id for message, _ in fit], "listed_zns", now=now)
    return data, len(fit), len(rows) - len(fit)


def zns_values(fair: Fair, message: Message) -> dict[str, str]:
    """Return the values of a notice, each as short as Zalo asks."""
    application = message.application
    until = deadline_of(fair, message)
    over = message.kind == "cancelled" and fair.status is FairStatus.CANCELLED
    name = message.exhibitor.name if message.exhibitor else message.recipient_name
    return {
        "phone": zns_phone(message.phone),
        "ten_co_so": short_value(name),
        "su_kien": short_value(fair.name),
        "ngay": vn_date(fair.first_day),
        "ma_ho_so": application.code if application else fair.code,
        "noi_dung": short_value(KINDS["fair_cancelled" if over else message.kind].label),
        # Zalo wants a day here: without anything to do by then, that of the fair.
        "han": vn_date(day_in_vietnam(until) if until else fair.first_day),
    }


def deadline_of(fair: Fair, message: Message) -> datetime | None:
    """Return until when a notice asks for an answer; None when it asks for none."""
    application = message.application
    if fair.put_off_at is not None:
        return None
    if message.kind in INVITES:
        return fair.registration_closes_at
    if application is not None and message.kind == "returned":
        return application.fix_until or fair.supplement_until
    if application is not None and application.state is State.ALLOCATED:
        return fair.confirm_until if message.kind in ASK_TO_CONFIRM else None
    return None


def unreached_letters(actor: Actor, fair: Fair, *, now: datetime) -> bytes:
    """Return a letter for each line of the call list as one PDF, commune by commune.

    Raises:
        InvalidError: the call list is empty.
    """
    require(actor, Action.SEND_MESSAGES, fair)
    lines = sorted((line for line in _lines(actor, fair) if line.text), key=_by_commune)
    if not lines:
        raise InvalidError(NOBODY)
    letters = []
    for line in lines:
        exhibitor = line.message.exhibitor
        name = exhibitor.name if exhibitor else line.message.recipient_name
        address = (exhibitor.address if exhibitor else None) or ""
        link = _link_in(line.text) or f"{base_url()}/{fair.slug}/"
        text = _letter_text(fair, line, name, link, now=now)
        letters.append((InvitationLetter(name, address, link), text))
    pdf = letters_with_texts(letters, letterhead=letterhead_of(fair), signer=signer_of(fair))
    ids = [line.message.id for line in lines]
    _note_all(actor, fair, ids, "letter_printed", now=now)
    return pdf


def _letter_text(fair: Fair, line: CallLine, name: str, link: str, *, now: datetime) -> LetterText:
    if line.message.kind == "invitation":
        return invitation_text(fair, now)
    paragraphs = plain_paragraphs(line.text, unlinked(name), link)
    until = deadline_of(fair, line.message)
    return notice_text(fair, line.subject, paragraphs, until=until, now=now)


def send_by(actor: Actor, fair_slug: str, channel: Channel, *, now: datetime) -> int:
    """Send the call list's lines with a mobile number by ZNS or SMS; return how many.

    What the channel cannot bring comes back to the call list by itself.

    Raises:
        InvalidError: the channel is not configured, nobody has a number, or Zalo would be given
            the days of a fair that is put off.
    """
    config: Config = current_app.config["TGFAIR"]
    if channel not in channels_of(config.channels):
        raise InvalidError("Kênh này chưa được cài đặt. Hãy hỏi người quản trị.")
    with transaction() as session:
        fair = find(session, Fair, Fair.slug == fair_slug, visible_to(actor, Fair))
        require(actor, Action.SEND_MESSAGES, fair)
        if channel is Channel.ZNS:
            _check_days(fair)
        ids = _with_mobile(session, fair)
        if not ids:
            raise InvalidError("Không dòng nào trong Danh sách gọi có số di động.")
        session.execute(
            update(Message)
            .where(Message.id.in_(ids))
            .values(channel=channel, attempts=0, next_attempt_at=clock.real_now())
        )
        record(session, actor, "calls.sent", fair, now=now, fair_id=fair.id, by=str(channel))
        return len(ids)


def _check_days(fair: Fair) -> None:
    if fair.put_off_at is not None:
        raise InvalidError(
            "Mẫu tin Zalo ghi ngày tổ chức, mà sự kiện đang hoãn, chưa có ngày mới. "
            "Hãy gọi điện, nhắn tin hoặc in thư giấy."
        )


def _with_mobile(session: Session, fair: Fair) -> list[int]:
    rows = session.execute(
        select(Message.id, Message.phone)
        .where(Message.fair_id == fair.id, TO_CALL)
        .with_for_update()
    )
    return [number for number, phone in rows if zns_phone(phone)]


def _lines(actor: Actor, fair: Fair) -> list[CallLine]:
    lines = call_lines(actor, fair, limit=MOST_LINES + 1)
    if len(lines) > MOST_LINES:
        raise InvalidError(f"Mỗi lần nhiều nhất {MOST_LINES} dòng. Hãy gọi bớt rồi làm lại.")
    return lines


def _by_commune(line: CallLine) -> tuple[str, str]:
    exhibitor = line.message.exhibitor
    return (exhibitor.unit_new or "", exhibitor.sort_key) if exhibitor else ("", "")


def _link_in(text: str) -> str:
    words = reversed(text.split())
    return next((word.rstrip(".,;:!?)") for word in words if word.startswith("http")), "")


def _note_all(actor: Actor, fair: Fair, ids: Sequence[int], outcome: str, *, now: datetime) -> None:
    with transaction() as session:
        require(actor, Action.SEND_MESSAGES, fair)
        for message in session.scalars(select(Message).where(Message.id.in_(ids))):
            note(session, message, outcome, now=now, actor=actor)
        record(session, actor, f"calls.{outcome}", fair, now=now, fair_id=fair.id, count=len(ids))
