"""The organisers' list of badges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from tgfair.core.badge import BadgeKind
from tgfair.core.short_code import ShortCodeError, parse_short_code
from tgfair.core.vietnamese import fold
from tgfair.core.workflow import State
from tgfair.models.application import Application, ApplicationPerson
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.models.gate import Gate
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.badge_jobs import owed
from tgfair.services.badge_printing import published_labels
from tgfair.services.badges import AUTOMATIC, is_void
from tgfair.services.uow import find, reader

PAGE_SIZE = 50
MAX_LETTERS = 100
LEAST_LETTERS = 2
AT_THE_DESK = 20


@dataclass(frozen=True)
class BadgeRow:
    """A badge as staff see it; `standing` is valid, void (its holder left the fair) or revoked."""

    public_id: str
    kind: int
    kind_label: str
    name: str
    organisation: str
    application_code: str
    booth: str
    short_code: str
    generation: int
    standing: str
    reason: str
    first_day: date
    last_day: date
    gates: str
    issued_at: datetime
    printed_at: datetime | None
    has_photo: bool

    @property
    def printable(self) -> bool:
        """Whether it may be printed."""
        return self.standing == "valid"


@dataclass(frozen=True)
class Unnamed:
    """A confirmed application that names nobody for its badges."""

    code: str
    exhibitor: str
    phone: str | None


@dataclass(frozen=True)
class BadgeList:
    """One page of the list; `counts` by kind, as listed; `pending` subjects lack badges."""

    rows: Sequence[BadgeRow]
    total: int
    counts: Mapping[int, int]
    unnamed: Sequence[Unnamed]
    pending: int


def badge_list(actor: Actor, fair: Fair, *, kind: int | None, text: str, offset: int) -> BadgeList:
    """Return the badges of a fair, by kind and by what was typed (name, organisation, code)."""
    require(actor, Action.MANAGE_BADGES, fair)
    session = reader()
    criteria: list[ColumnElement[bool]] = [Badge.fair_id == fair.id, visible_to(actor, Badge)]
    if kind is not None:
        criteria.append(Badge.kind == kind)
    criteria += _like(text)
    return BadgeList(
        rows=_rows(session, fair, criteria, offset),
        total=session.scalar(select(func.count()).select_from(Badge).where(*criteria)) or 0,
        counts=_counts(session, fair.id),
        unnamed=_unnamed(session, fair.id),
        pending=_pending(session, fair.id),
    )


def _like(text: str) -> list[ColumnElement[bool]]:
    """Return what finds a badge by every word of a name or organisation, or by its code."""
    with suppress(ShortCodeError):
        return [Badge.short_code == parse_short_code(text)]
    words = fold(text[:MAX_LETTERS]).replace("-", "").split()
    return [Badge.search_fold.contains(word, autoescape=True) for word in words]


def lost_badges(actor: Actor, fair: Fair, text: str) -> list[BadgeRow]:
    """Return at most 20 badges that somebody at the desk may have lost, valid ones first.

    Nothing for fewer than two letters.
    """
    require(actor, Action.MANAGE_BADGES, fair)
    if len(fold(text)) < LEAST_LETTERS:
        return []
    criteria = [Badge.fair_id == fair.id, visible_to(actor, Badge), *_like(text)]
    return _rows(reader(), fair, criteria, 0)[:AT_THE_DESK]


def unnamed_list(actor: Actor, fair: Fair) -> list[Unnamed]:
    """Return the confirmed applications that name nobody, by the name of their subject."""
    require(actor, Action.MANAGE_BADGES, fair)
    return _unnamed(reader(), fair.id)


def _pending(session: Session, fair_id: int) -> int:
    """Count confirmed applications, and accepted invitations, that have fewer badges than people.

    A badge that an officer revoked counts as had: its holder gets no other by itself.
    """
    codes, invitations = owed(session, fair_id)
    people = session.execute(
        select(ApplicationPerson.application_id, func.count())
        .join(Application, Application.id == ApplicationPerson.application_id)
        .where(Application.code.in_(codes))
        .group_by(ApplicationPerson.application_id)
    ).all()
    had = _numbers_by(session, Badge.application_id, fair_id)
    heads = session.execute(
        select(Invitation.id, Invitation.headcount).where(Invitation.id.in_(invitations))
    ).all()
    delegates = _numbers_by(session, Badge.invitation_id, fair_id)
    wanted = [(had.get(key, 0), number) for key, number in people]
    wanted += [(delegates.get(key, 0), 1 if head is None else head) for key, head in heads]
    return sum(have < number for have, number in wanted)


def _numbers_by(session: Session, column: Any, fair_id: int) -> dict[int, int]:
    by_hand = Badge.revoke_reason.not_in(AUTOMATIC)
    rows = session.execute(
        select(column, func.count())
        .where(
            Badge.fair_id == fair_id,
            column.is_not(None),
            or_(Badge.state == BadgeState.VALID, by_hand),
        )
        .group_by(column)
    )
    return {row[0]: row[1] for row in rows}


def _counts(session: Session, fair_id: int) -> dict[int, int]:
    rows = session.execute(
        select(Badge.kind, func.count())
        .where(Badge.fair_id == fair_id)
        .group_by(Badge.kind)
        .order_by(Badge.kind)
    )
    return {row[0]: row[1] for row in rows}


def _rows(
    session: Session, fair: Fair, criteria: Sequence[ColumnElement[bool]], offset: int
) -> list[BadgeRow]:
    badges = session.scalars(
        select(Badge)
        .where(*criteria)
        .options(joinedload(Badge.application), joinedload(Badge.invitation))
        .order_by(Badge.state.desc(), Badge.kind, Badge.organisation, Badge.id)
        .offset(offset)
        .limit(PAGE_SIZE)
    ).all()
    return _as_rows(session, fair, badges)


def badge_row(actor: Actor, fair: Fair, public_id: str) -> BadgeRow:
    """Return one badge of the fair.

    Raises:
        NotFoundError: missing or foreign.
    """
    require(actor, Action.MANAGE_BADGES, fair)
    session = reader()
    badge = find(
        session,
        Badge,
        Badge.public_id == public_id,
        Badge.fair_id == fair.id,
        visible_to(actor, Badge),
    )
    (row,) = _as_rows(session, fair, [badge])
    return row


def _as_rows(session: Session, fair: Fair, badges: Sequence[Badge]) -> list[BadgeRow]:
    booths = published_labels(
        session, fair.id, {badge.application_id for badge in badges if badge.application_id}
    )
    gates = session.execute(
        select(Gate.number, Gate.label).where(Gate.fair_id == fair.id).order_by(Gate.number)
    ).all()
    return [
        BadgeRow(
            public_id=badge.public_id,
            kind=badge.kind,
            kind_label=BadgeKind(badge.kind).label,
            name=badge.holder_name,
            organisation=badge.organisation,
            application_code=badge.application.code if badge.application else "",
            booth=booths.get(badge.application_id or 0, ""),
            short_code=badge.short_code,
            generation=badge.generation,
            standing=_standing(badge),
            reason=badge.revoke_reason or "",
            first_day=badge.first_day,
            last_day=badge.first_day + timedelta(days=badge.days - 1),
            gates=", ".join(label for number, label in gates if badge.gates >> (number - 1) & 1),
            issued_at=badge.issued_at,
            printed_at=badge.printed_at,
            has_photo=badge.photo_sha256 is not None,
        )
        for badge in badges
    ]


def _standing(badge: Badge) -> str:
    if badge.state is BadgeState.REVOKED:
        return "revoked"
    return "void" if is_void(badge) else "valid"


def _unnamed(session: Session, fair_id: int) -> list[Unnamed]:
    named = select(ApplicationPerson.application_id)
    rows = session.execute(
        select(Application.code, Exhibitor.name, Application.contact_phone, Exhibitor.phone)
        .join(Exhibitor, Exhibitor.id == Application.exhibitor_id)
        .where(
            Application.fair_id == fair_id,
            Application.state == State.CONFIRMED,
            Application.id.not_in(named),
        )
        .order_by(Exhibitor.sort_key)
    )
    return [Unnamed(code, name, own or record) for code, name, own, record in rows]


def gate_choices(fair: Fair) -> list[tuple[int, str]]:
    """Return (number, label) of the fair's gates."""
    rows = reader().execute(
        select(Gate.number, Gate.label).where(Gate.fair_id == fair.id).order_by(Gate.number)
    )
    return [(number, label) for number, label in rows]
