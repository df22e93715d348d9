"""Reads of invitations: whom to invite, who answered, commune by commune."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from tgfair.clock import day_in_vietnam
from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import NotFoundError
from tgfair.core.vietnamese import fold
from tgfair.core.workflow import FINAL, State
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.models.product import Certificate, Product
from tgfair.policy import Actor, visible_to
from tgfair.services.links import invitation_url
from tgfair.services.uow import reader

# Where an invitation stands, from the least to the most that the subject did.
STANDINGS = {
    "silent": "Chưa mở",
    "opened": "Đã mở, chưa trả lời",
    "draft": "Đang soạn",
    "answered": "Đã trả lời",
    "declined": "Không tham gia",
    "not_mine": "Báo nhầm người nhận",
    "revoked": "Đã thu hồi",
}


@dataclass(frozen=True)
class Candidates:
    """A filter over the register."""

    commune: str = ""
    kind: str = ""
    group: str = ""
    stars: str = ""
    email: str = ""
    q: str = ""


@dataclass(frozen=True)
class InvitationLine:
    """One invitation as the list shows it."""

    id: int
    name: str
    public_id: str
    unit: str | None
    phone: str | None
    email: str | None
    standing: str
    rsvp: Rsvp | None
    headcount: int | None
    note: str | None
    application: str | None
    url: str
    letter_printed: bool


def _matches(actor: Actor, wanted: Candidates) -> list[ColumnElement[bool]]:
    tests = [visible_to(actor, Exhibitor)]
    if wanted.commune:
        tests.append(Exhibitor.unit_new == wanted.commune)
    if wanted.kind:
        tests.append(Exhibitor.kind == wanted.kind)
    if wanted.q:
        tests.append(Exhibitor.search_fold.contains(fold(wanted.q)[:100], autoescape=True))
    if wanted.email == "co":
        tests.append(Exhibitor.email.is_not(None))
    if wanted.email == "khong":
        tests.append(Exhibitor.email.is_(None))
    if wanted.group:
        tests.append(
            exists().where(Product.exhibitor_id == Exhibitor.id, Product.group == wanted.group)
        )
    if wanted.stars in {"3", "4", "5"}:
        tests.append(
            exists().where(
                Product.exhibitor_id == Exhibitor.id,
                Certificate.product_id == Product.id,
                Certificate.stars == int(wanted.stars),
            )
        )
    return tests


def to_invite(actor: Actor, fair: Fair, wanted: Candidates) -> Sequence[Exhibitor]:
    """Return the subjects that fit the filter and have no invitation to this fair yet."""
    invited = select(Invitation.exhibitor_id).where(Invitation.fair_id == fair.id)
    statement = (
        select(Exhibitor)
        .where(*_matches(actor, wanted), Exhibitor.id.not_in(invited))
        .order_by(Exhibitor.sort_key)
    )
    return reader().scalars(statement).all()


def communes(actor: Actor) -> Sequence[str]:
    """Return the codes of today's communes that have subjects."""
    statement = (
        select(Exhibitor.unit_new)
        .where(visible_to(actor, Exhibitor), Exhibitor.unit_new.is_not(None))
        .distinct()
        .order_by(Exhibitor.unit_new)
    )
    return [code for code in reader().scalars(statement) if code]


def _standing(invitation: Invitation, state: State | None) -> str:
    if invitation.revoked_at is not None:
        return "revoked"
    if invitation.not_mine_at is not None:
        return "not_mine"
    if invitation.rsvp is Rsvp.NO:
        return "declined"
    if invitation.rsvp is not None or state not in {None, State.DRAFT}:
        return "answered"
    if state is State.DRAFT:
        return "draft"
    return "opened" if invitation.opened_at is not None else "silent"


def _rows(actor: Actor, fair: Fair) -> Select[Invitation, Exhibitor, Application]:
    application = aliased(Application)
    return (
        select(Invitation, Exhibitor, application)
        .join(Exhibitor, Exhibitor.id == Invitation.exhibitor_id)
        .outerjoin(
            application,
            and_(
                application.fair_id == Invitation.fair_id,
                application.exhibitor_id == Invitation.exhibitor_id,
                application.state.not_in(FINAL),
            ),
        )
        .where(Invitation.fair_id == fair.id, visible_to(actor, Invitation))
        .order_by(Exhibitor.sort_key)
    )


def invitation_lines(
    actor: Actor, fair: Fair, *, standing: str = "", commune: str = "", q: str = ""
) -> list[InvitationLine]:
    """Return the fair's invitations that fit the filter, in the order of the names."""
    statement = _rows(actor, fair)
    if commune:
        statement = statement.where(Exhibitor.unit_new == commune)
    if q:
        statement = statement.where(
            or_(
                Exhibitor.search_fold.contains(fold(q)[:100], autoescape=True),
                Exhibitor.phone.contains(q[:20], autoescape=True),
            )
        )
    lines = [
        InvitationLine(
            id=invitation.id,
            name=exhibitor.name,
            public_id=exhibitor.public_id,
            unit=exhibitor.unit_new,
            phone=exhibitor.phone,
            email=exhibitor.email,
            standing=_standing(invitation, application.state if application else None),
            rsvp=invitation.rsvp,
            headcount=invitation.headcount,
            note=invitation.rsvp_note,
            application=application.code if application else None,
            url=invitation_url(invitation),
            letter_printed=invitation.letter_printed_at is not None,
        )
        for invitation, exhibitor, application in reader().execute(statement)
    ]
    return [line for line in lines if not standing or line.standing == standing]


def letters_to_print(
    actor: Actor, fair: Fair, ids: Sequence[int]
) -> list[tuple[int, str, str, str]]:
    """Return (id, name, address, link) of these invitations, in the order of commune and name.

    Printed in that order, the letters of one commune lie together for the messenger.
    """
    statement = (
        _rows(actor, fair)
        .where(Invitation.id.in_(ids), Invitation.revoked_at.is_(None))
        .order_by(None)
        .order_by(Exhibitor.unit_new, Exhibitor.sort_key)
    )
    return [
        (invitation.id, exhibitor.name, exhibitor.address or "", invitation_url(invitation))
        for invitation, exhibitor, _ in reader().execute(statement)
    ]


def one_line(actor: Actor, fair: Fair, invitation_id: int) -> InvitationLine:
    """Return one invitation of the fair.

    Raises:
        NotFoundError: it is not one of this fair, or not the actor's to see.
    """
    for line in invitation_lines(actor, fair):
        if line.id == invitation_id:
            return line
    raise NotFoundError


def zalo_text(fair: Fair, line: InvitationLine) -> str:
    """Return a text ready to paste into Zalo."""
    days = vn_date(fair.first_day)
    if fair.last_day != fair.first_day:
        days += f" – {vn_date(fair.last_day)}"
    # The link stands last, so that no full stop sticks to it.
    return (
        f"{fair.name}, {days}, {fair.venue}. Kính mời {line.name} tham gia. "
        f"Hạn trả lời {vn_date(day_in_vietnam(fair.registration_closes_at))}. "
        f"Bấm đường dẫn để trả lời, không cần mật khẩu: {line.url}"
    )
