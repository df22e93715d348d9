"""Sign and draw badges: tokens, PNG, A4 sheets. Nothing is stored, every print signs anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tgfair.core.badge import PREFIX, TOKEN_LENGTH, BadgeKind, BadgePayload, sign
from tgfair.core.badge_design import BadgeDesign, Block, Sheet
from tgfair.core.badge_rules import read_rules
from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.documents.badge_layout import BadgeCard, Look
from tgfair.documents.badge_sheet import badge_image, badge_sheet, ruler_page
from tgfair.models.application import Application
from tgfair.models.assignment import PublicationRow
from tgfair.models.badge import Badge
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.badges import BadgeVoidError, is_void
from tgfair.services.file_store import file_store
from tgfair.services.gates import date_changed_at
from tgfair.services.keys import private_key
from tgfair.services.publications import SEES_BOOTH, latest_publication
from tgfair.services.uow import find, reader, transaction

MAX_CARDS = 200
# A name long enough to show what happens to it; the code is signed by nobody.
SAMPLE = BadgeCard(
    token=(PREFIX + "KHONG PHAI THE THAT " * TOKEN_LENGTH)[:TOKEN_LENGTH],
    short_code="00000000",
    kind=BadgeKind.EXHIBITOR,
    name="Nguyễn Thị Ngọc Ánh (MẪU)",
    organisation="Hợp tác xã Nông nghiệp Mỹ Phước Tây",
    booth="C12",
)


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


def badges_pdf(actor: Actor, public_ids: Sequence[str], *, sheet: Sheet | None = None) -> bytes:
    """Return these badges on paper, in this order, void ones left out.

    `sheet` stands for the paper of the fair's design.

    Raises:
        NotFoundError: one of them is missing or foreign.
        InvalidError: none is left, more than 200, or of several fairs.
    """
    if len(public_ids) > MAX_CARDS:
        raise InvalidError(
            f"Mỗi lần in tối đa {MAX_CARDS} thẻ. Hãy chọn ít hơn, hoặc in cả loại thành một tệp."
        )
    session = reader()
    badges = [badge for badge in _printable(session, actor, public_ids) if not is_void(badge)]
    if not badges:
        raise InvalidError("Chưa chọn thẻ nào còn dùng được để in.")
    if len({badge.fair_id for badge in badges}) > 1:
        raise InvalidError("Mỗi lần chỉ in thẻ của một sự kiện.")
    fair = badges[0].fair
    look = look_of(fair, sheet=sheet)
    cards = cards_of(session, fair, badges, look)
    session.rollback()
    return badge_sheet(cards, look)


def mark_printed(actor: Actor, public_ids: Sequence[str], *, now: datetime) -> None:
    """Note that these badges were put on a sheet by the organisers."""
    with transaction() as session:
        for badge in _printable(session, actor, public_ids):
            require(actor, Action.MANAGE_BADGES, badge)
            badge.printed_at = now


def badge_picture(actor: Actor, badge_public_id: str) -> bytes:
    """Return the PNG of one badge, standing, to be kept on a phone.

    Raises:
        BadgeVoidError: it is void.
    """
    session = reader()
    (badge,) = _printable(session, actor, [badge_public_id])
    if is_void(badge):
        raise BadgeVoidError
    look = look_of(badge.fair, sheet=Sheet.A4_FOUR)
    (card,) = cards_of(session, badge.fair, [badge], look)
    session.rollback()
    return badge_image(card, look)


def design_preview(actor: Actor, fair_id: int, design: BadgeDesign) -> bytes:
    """Return the PNG of a made-up badge as this design would print it, with the fair's logos."""
    look = _sample_look(actor, fair_id, design)
    return badge_image(SAMPLE, look)


def trial_print(actor: Actor, fair_id: int, sheet: Sheet | None) -> bytes:
    """Return a sheet of a made-up badge that opens no gate, and a page with rulers."""
    fair = find(reader(), Fair, Fair.id == fair_id, visible_to(actor, Fair))
    design = read_rules(fair.badge_rules).design
    look = _sample_look(actor, fair_id, replace(design, sheet=sheet or design.sheet))
    return ruler_page(SAMPLE, look)


def _sample_look(actor: Actor, fair_id: int, design: BadgeDesign) -> Look:
    fair = find(reader(), Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.MANAGE_BADGES, fair)
    kept = look_of(fair)
    return replace(kept, design=replace(design, logos=kept.design.logos))


def look_of(fair: Fair, *, sheet: Sheet | None = None) -> Look:
    """Return what all badges of a fair share, on its own paper or on another."""
    design = read_rules(fair.badge_rules).design
    return Look(
        event_name=fair.name,
        dates=_dates(fair.first_day, fair.last_day),
        design=replace(design, sheet=sheet or design.sheet),
        logos=tuple(file_store().read(digest) for digest in design.logos),
    )


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


def cards_of(
    session: Session, fair: Fair, badges: Sequence[Badge], look: Look
) -> Iterator[BadgeCard]:
    """Sign and yield what is printed of each badge, in this order."""
    keys: dict[int, Ed25519PrivateKey] = {
        kid: private_key(session, kid) for kid in {badge.kid for badge in badges}
    }
    applications = [badge.application_id for badge in badges if badge.application_id]
    booths = published_labels(session, fair.id, applications)
    photos = look.design.shows(Block.PHOTO)
    changed_at = date_changed_at(session, fair.id)
    for badge in badges:
        digest = badge.photo_sha256 if photos else None
        yield BadgeCard(
            token=sign(payload_of(badge, fair.number), keys[badge.kid]),
            short_code=badge.short_code,
            kind=BadgeKind(badge.kind),
            name=badge.holder_name,
            organisation=badge.organisation,
            booth=booths.get(badge.application_id or 0, ""),
            dates=_own_dates(badge, fair, changed_at),
            photo=file_store().read(digest) if digest else None,
        )


def _own_dates(badge: Badge, fair: Fair, changed_at: datetime | None) -> str:
    """Return the days of a badge that is not good on all days of the fair, to be printed."""
    if changed_at is not None and badge.issued_at < changed_at:
        return ""  # good on the fair's new days
    last_day = badge.first_day + timedelta(days=badge.days - 1)
    if badge.first_day <= fair.first_day and last_day >= fair.last_day:
        return ""
    return f"Dùng {_dates(badge.first_day, last_day)}"


def _dates(first: date, last: date) -> str:
    return vn_date(first) if first == last else f"{vn_date(first)} – {vn_date(last)}"
