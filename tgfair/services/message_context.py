"""What the templates of a message need, read afresh at delivery: the row itself holds no text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.config import Config
from tgfair.core.application.steps import field_label
from tgfair.core.deadline import still_ahead
from tgfair.core.errors import TgfairError
from tgfair.core.workflow import STATE_LABELS, State
from tgfair.mail.catalog import KINDS
from tgfair.models.account import CodePurpose, OneTimeCode
from tgfair.models.application import Application, Fix
from tgfair.models.assignment import (
    Assignment,
    AssignmentState,
    BoothShare,
    Publication,
    PublicationRow,
)
from tgfair.models.booth import Booth
from tgfair.models.fair import FairStatus
from tgfair.models.invitation import Invitation
from tgfair.models.outbox import Channel, Message, MessageState
from tgfair.models.waitlist import Offer, OfferState
from tgfair.services.bulletin_messages import news_context, place_context
from tgfair.services.draw_messages import draw_context
from tgfair.services.hotline import hotline
from tgfair.services.links import base_url, invitation_url
from tgfair.services.one_time_codes import secrets_of

NEEDS_BOOTH = frozenset({"booth_assigned", "booth_moved", "booth_redrawn", "confirm_reminder"})
NAMES_BOOTH = NEEDS_BOOTH | {"badge", "dates_changed", "campaign", "campaign_test"}
INVITES = frozenset({"invitation", "reminder"})
# Kinds without an application that a cancelled fair makes untrue.
ONLY_WHILE_ON = INVITES | {"dates_changed", "notice"}
ON_ITS_WAY = frozenset({MessageState.PROPOSED, MessageState.LEASED, MessageState.FAILED})
CONTACT_FIELDS = {"email": "thư điện tử", "phone": "số điện thoại"}


class ObsoleteError(TgfairError):
    """What the message would say is no longer true; it must not go out."""

    code = "obsolete"


@dataclass(frozen=True)
class Facts:
    """Rows behind several messages, read at once: a call list is long."""

    invitations: dict[int, Invitation]
    # By fair and exhibitor, those not revoked.
    live: dict[tuple[int, int], Invitation]
    booths: dict[int, list[str]]
    # For fairs that have no number of their own.
    hotline: dict[str, str] | None


def facts_of(session: Session, messages: Sequence[Message]) -> Facts:
    """Read invitations, booths and the number to call of the messages."""
    fairs = {message.fair_id for message in messages}
    exhibitors = {message.exhibitor_id for message in messages}
    rows = session.scalars(
        select(Invitation).where(
            Invitation.fair_id.in_(fairs), Invitation.exhibitor_id.in_(exhibitors)
        )
    ).all()
    return Facts(
        invitations={row.id: row for row in rows},
        live={(row.fair_id, row.exhibitor_id): row for row in rows if row.revoked_at is None},
        booths=_booths(
            session,
            {m.application_id for m in messages if m.application_id and m.kind in NAMES_BOOTH},
        ),
        hotline=_hotline(messages),
    )


def _hotline(messages: Sequence[Message]) -> dict[str, str] | None:
    days = [clock.day_in_vietnam(m.created_at) for m in messages if _own_hotline(m) is None]
    return hotline(today=max(days)) if days else None


def context_of(session: Session, message: Message, facts: Facts) -> dict[str, Any]:
    """Return the names that the templates of the message's kind use.

    Raises:
        ObsoleteError: its code ran out, its link was revoked, its booth was taken back, the
            application stands elsewhere by now, the fair was cancelled.
    """
    _refuse_untrue(message)
    config: Config = current_app.config["TGFAIR"]
    invitation = _invitation(message, facts)
    fair = message.fair
    context: dict[str, Any] = {
        "site_name": config.site_name,
        "site_url": base_url(),
        "hotline": _own_hotline(message) or facts.hotline,
        "to_name": message.recipient_name,
        "org": message.exhibitor.name if message.exhibitor else message.recipient_name,
        "fair": fair,
        "application": message.application,
        "invitation": invitation,
        "code": message.application.code if message.application else "",
        "place": "bàn" if fair is not None and fair.shares_booths else "gian",
        "reason": message.params.get("reason") or "",
        "confirm_until": still_ahead(fair.confirm_until, message.created_at) if fair else None,
        "url": _url(message, invitation),
        "booths": facts.booths.get(message.application_id or 0, []),
    }
    if message.kind in NEEDS_BOOTH and not context["booths"]:
        raise ObsoleteError("Hồ sơ không còn gian nào.")
    extra = EXTRA.get(message.kind)
    return context | (extra(session, message) if extra else {})


def _refuse_untrue(message: Message) -> None:
    if message.channel is Channel.EMAIL and message.state not in ON_ITS_WAY:
        return  # shown as it went out, or would have
    application, fair = message.application, message.fair
    if application is not None and not KINDS[message.kind].is_true(application.state):
        raise ObsoleteError(f"Hồ sơ nay đã ở trạng thái “{STATE_LABELS[application.state]}”.")
    if message.kind in ONLY_WHILE_ON and fair is not None and fair.status is FairStatus.CANCELLED:
        raise ObsoleteError("Sự kiện đã hủy.")


def _own_hotline(message: Message) -> dict[str, str] | None:
    if message.fair is not None and message.fair.hotline:
        return {"name": message.fair.hotline_name or "Ban Tổ chức", "phone": message.fair.hotline}
    return None


def _invitation(message: Message, facts: Facts) -> Invitation | None:
    """Return the invitation whose personal link the message carries."""
    if message.invitation_id is not None:
        named = facts.invitations.get(message.invitation_id)
        if named is None or named.revoked_at is not None:
            raise ObsoleteError("Giấy mời đã bị thu hồi.")
        return named
    return facts.live.get((message.fair_id or 0, message.exhibitor_id or 0))


def _url(message: Message, invitation: Invitation | None) -> str:
    """Return the one next step: the personal link, else the application's page, else the fair's."""
    if invitation is not None:
        return invitation_url(invitation)
    if message.application is not None:
        return f"{base_url()}/ho-so/{message.application.code}/"
    if message.fair is not None:
        return f"{base_url()}/{message.fair.slug}/"
    return f"{base_url()}/"


def _booths(session: Session, applications: set[int]) -> dict[int, list[str]]:
    """Return the booths of the published version; those assigned while nothing is published."""
    if not applications:
        return {}
    newest = (
        select(func.max(Publication.id).label("id"), Publication.fair_id)
        .group_by(Publication.fair_id)
        .subquery()
    )
    published = (
        select(PublicationRow.application_id, Booth.label)
        .join(Booth)
        .join(newest, newest.c.id == PublicationRow.publication_id)
        .where(PublicationRow.application_id.in_(applications))
    )
    unpublished = (
        select(Application.id, Booth.label)
        .join(Assignment, Assignment.fair_id == Application.fair_id)
        .join(Booth)
        .outerjoin(BoothShare, BoothShare.assignment_id == Assignment.id)
        .where(
            Application.id.in_(applications),
            Assignment.state == AssignmentState.LIVE,
            or_(
                Assignment.application_id == Application.id,
                BoothShare.application_id == Application.id,
            ),
            Application.fair_id.not_in(select(newest.c.fair_id)),
        )
    )
    found: dict[int, list[str]] = {}
    for application_id, label in [*session.execute(published), *session.execute(unpublished)]:
        labels = found.setdefault(application_id, [])
        if label not in labels:
            labels.append(label)
    return {application_id: sorted(labels) for application_id, labels in found.items()}


def _one_time_code(session: Session, message: Message) -> dict[str, Any]:
    row = session.get(OneTimeCode, message.params.get("code_id", 0))
    if row is None or row.used_at is not None or row.expires_at <= clock.real_now():
        raise ObsoleteError("Mã đã dùng, đã có mã mới hơn, hoặc đã hết hạn.")
    token, code = secrets_of(row.id, row.nonce)
    paths = {CodePurpose.SIGN_IN: "vao", CodePurpose.STAFF_SETUP: "can-bo"}
    path = paths.get(row.purpose)
    return {
        "digits": f"{code[:3]} {code[3:]}",
        "link": f"{base_url()}/{path}/{token}" if path else None,
        "expires_at": row.expires_at,
    }


def _contact(_session: Session, message: Message) -> dict[str, Any]:
    field = str(message.params.get("field", ""))
    return {"field": CONTACT_FIELDS.get(field, "thông tin liên hệ")}


def _officer(_session: Session, message: Message) -> dict[str, Any]:
    return {"officer": message.params.get("officer") or "Cán bộ hỗ trợ", "at": message.created_at}


def _fixes(session: Session, message: Message) -> dict[str, Any]:
    newest = (
        select(func.max(Fix.round))
        .where(Fix.application_id == message.application_id)
        .scalar_subquery()
    )
    rows = session.scalars(
        select(Fix)
        .where(Fix.application_id == message.application_id, Fix.round == newest)
        .order_by(Fix.id)
    ).all()
    return {"fixes": [f"{field_label(fix.step, fix.field)}: {fix.text}" for fix in rows]}


def _fair_page(_session: Session, message: Message) -> dict[str, Any]:
    return {"fair_url": f"{base_url()}/{message.fair.slug}/" if message.fair else base_url()}


def _date_change(_session: Session, message: Message) -> dict[str, Any]:
    params, fair, application = message.params, message.fair, message.application
    if fair is None or "old_first_day" not in params:
        return {"old_days": None}
    old = tuple(date.fromisoformat(params[f"old_{name}"]) for name in ("first_day", "last_day"))
    stands = fair.put_off_at is None and (fair.first_day, fair.last_day) == old
    asks = application is not None and application.state is State.ALLOCATED
    waits = message.state in ON_ITS_WAY
    # Changed to and fro before anybody sent it: nobody has heard of other days.
    if waits and stands and not asks and not params.get("old_put_off", True):
        raise ObsoleteError("Ngày tổ chức đã trở lại như cơ sở đang biết.")
    return {"old_days": old}


def _offer(session: Session, message: Message) -> dict[str, Any]:
    offer = session.get(Offer, message.params.get("offer_id", 0))
    if offer is None or offer.state is not OfferState.OFFERED:
        raise ObsoleteError("Lời mời đã được trả lời, hết hạn hoặc rút lại.")
    labels = select(Booth.label).join(Assignment).where(Assignment.offer_id == offer.id)
    return {"offered": sorted(session.scalars(labels)), "until": offer.until}


def _picked(_session: Session, message: Message) -> dict[str, Any]:
    return {"picked": str(message.params.get("picked", ""))}


def _slot(_session: Session, message: Message) -> dict[str, Any]:
    return {"window": message.params.get("window"), "before": message.params.get("before")}


def _redrawn(_session: Session, message: Message) -> dict[str, Any]:
    return {"changes": list(message.params.get("changes", []))}


def _notice(_session: Session, message: Message) -> dict[str, Any]:
    text = str(message.params.get("text") or "")
    return {"lines": [line.strip() for line in text.splitlines() if line.strip()]}


EXTRA: dict[str, Callable[[Session, Message], dict[str, Any]]] = {
    "sign_in": _one_time_code,
    "staff_setup": _one_time_code,
    "confirm_code": _one_time_code,
    "contact_changed": _contact,
    "notice": _notice,
    "news": news_context,
    "place": place_context,
    "code_read_out": _officer,
    "returned": _fixes,
    "offer": _offer,
    "booth_picked": _picked,
    "booth_redrawn": _redrawn,
    "slot_cancelled": _slot,
    "slot_given": _slot,
    "slot_gone": _slot,
    "dates_changed": _date_change,
    "fair_cancelled": _fair_page,
    "draw_called_off": draw_context,
    "draw_listed": draw_context,
    "draw_result": draw_context,
}
