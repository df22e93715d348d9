"""Sign and draw badges: tokens, PNG, A4 sheets. Nothing is stored, every print signs anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tgfair.core.badge import BadgeKind, BadgePayload, sign
from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.documents.badge_sheet import BadgeCard, badge_sheet
from tgfair.documents.qr import badge_png
from tgfair.models.application import Application
from tgfair.models.assignment import PublicationRow
from tgfair.models.badge import Badge
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.badges import BadgeVoidError, is_void
from tgfair.services.keys import private_key
from tgfair.services.publications import SEES_BOOTH, latest_publication
from tgfair.services.uow import reader

MAX_CARDS = 200


def payload_of(badge: Badge, event: int) -> BadgePayload:
    """Return what the badge's token says; `event` is the fair's number."""
    return BadgePayload(
        kid=badge.kid,
        event=event,
        badge=badge.number,
        kind=badge.kind,
        generation=badge.generation,
        gates=badge.gates,
        first_day=badge.first_day,
        days=badge.days,
    )


def published_labels(
    session: Session, fair_id: int, application_ids: Iterable[int]
) -> Mapping[int, str]:
    """Return the published booth labels ("C12, C13") by application, for those that still hold."""
    publication = latest_publication(session, fair_id)
    if publication is None:
        return {}
    rows = session.execute(
        select(PublicationRow.application_id, Booth.label)
        .join(Booth, Booth.id == PublicationRow.booth_id)
        .join(Application, Application.id == PublicationRow.application_id)
        .where(
            PublicationRow.publication_id == publication.id,
            PublicationRow.application_id.in_(sorted(set(application_ids))),
            Application.state.in_(SEES_BOOTH),
        )
        .order_by(Booth.label)
    ).all()
    labels: dict[int, list[str]] = defaultdict(list)
    for application_id, label in rows:
        labels[application_id].append(label)
    return {application_id: ", ".join(found) for application_id, found in labels.items()}


def badges_pdf(actor: Actor, public_ids: Sequence[str]) -> bytes:
    """Return the A4 sheets of these badges, in this order, void ones left out.

    Raises:
        NotFoundError: one of them is missing or foreign.
        InvalidError: none is left, more than 200, or of several fairs.
    """
    if len(public_ids) > MAX_CARDS:
        raise InvalidError(f"Mỗi lần in tối đa {MAX_CARDS} thẻ. Hãy chọn ít hơn.")
    session = reader()
    badges = [badge for badge in _printable(session, actor, public_ids) if not is_void(badge)]
    if not badges:
        raise InvalidError("Chưa chọn thẻ nào còn dùng được để in.")
    if len({badge.fair_id for badge in badges}) > 1:
        raise InvalidError("Mỗi lần chỉ in thẻ của một sự kiện.")
    fair = badges[0].fair
    cards, name = _cards(session, fair, badges), fair.name
    dates = _dates(fair.first_day, fair.last_day)
    session.rollback()
    return badge_sheet(cards, event_name=name, dates=dates)


def badge_picture(actor: Actor, badge_public_id: str) -> bytes:
    """Return the PNG of one badge's QR code.

    Raises:
        BadgeVoidError: it is void.
    """
    session = reader()
    (badge,) = _printable(session, actor, [badge_public_id])
    if is_void(badge):
        raise BadgeVoidError
    token = sign(payload_of(badge, badge.fair.number), private_key(session, badge.kid))
    session.rollback()
    return badge_png(token)


def _printable(session: Session, actor: Actor, public_ids: Sequence[str]) -> list[Badge]:
    wanted = dict.fromkeys(public_ids)
    rows = session.scalars(
        select(Badge)
        .where(Badge.public_id.in_(wanted), visible_to(actor, Badge))
        .options(
            joinedload(Badge.application).joinedload(Application.exhibitor),
            joinedload(Badge.invitation).joinedload(Invitation.exhibitor),
            joinedload(Badge.fair),
        )
    ).all()
    found = {badge.public_id: badge for badge in rows}
    if len(found) < len(wanted):
        raise NotFoundError
    for badge in rows:
        require(actor, Action.VIEW_BADGES, badge)
    return [found[one] for one in wanted]


def _cards(session: Session, fair: Fair, badges: Sequence[Badge]) -> list[BadgeCard]:
    keys: dict[int, Ed25519PrivateKey] = {
        kid: private_key(session, kid) for kid in {badge.kid for badge in badges}
    }
    applications = [badge.application_id for badge in badges if badge.application_id]
    booths = published_labels(session, fair.id, applications)
    return [
        BadgeCard(
            token=sign(payload_of(badge, fair.number), keys[badge.kid]),
            short_code=badge.short_code,
            kind=BadgeKind(badge.kind),
            name=badge.holder_name,
            organisation=badge.organisation,
            booth=booths.get(badge.application_id or 0, ""),
        )
        for badge in badges
    ]


def _dates(first: date, last: date) -> str:
    return vn_date(first) if first == last else f"{vn_date(first)} – {vn_date(last)}"
