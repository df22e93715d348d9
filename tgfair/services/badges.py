"""Badges: issued to confirmed applications, delegates and staff; issued again; revoked.

A badge row holds what its token says; the token itself is signed when it is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.badge import BadgeKind
from tgfair.core.badge_issue import END_REASONS, HAS_BADGES, badge_changes
from tgfair.core.badge_rules import NAMED_BY_PRODUCER
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.core.workflow import STATE_LABELS, State
from tgfair.models.application import Application
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.fair import FairStatus
from tgfair.models.invitation import Rsvp
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.badge_rows import (
    REPLACED,
    new_badge,
    raise_generation,
    stamp,
    valid_badges,
    void,
    with_new_number,
)
from tgfair.services.identifiers import digest
from tgfair.services.keys import ensure_key
from tgfair.services.notifications import notify_application
from tgfair.services.uow import find, reader, transaction

MAX_REASON = 300
PEOPLE_CHANGED = "Cơ sở đổi người trực gian hàng."
FEWER_DELEGATES = "Số đại biểu đăng ký giảm."
BOOTH_AGAIN = "Cơ sở lại có gian hàng."
# Revoked without an officer's word: it withholds nothing from its holder.
AUTOMATIC = END_REASONS | {PEOPLE_CHANGED, FEWER_DELEGATES, REPLACED}
NO_REASON = "Chưa ghi lý do. Hãy ghi ngắn gọn vì sao."


class BadgeVoidError(ConflictError):
    """The badge was revoked or replaced, or its holder is out of the fair."""

    code = "badge_void"

    def message(self) -> str:
        """Say how it stands."""
        return "Thẻ này không còn dùng được: đã hủy, đã có thẻ khác thay, hoặc hồ sơ đã thôi."


@dataclass(frozen=True)
class Issued:
    """What an issue did; `unnamed` when nobody is named for the booth yet."""

    added: int = 0
    renamed: int = 0
    dropped: int = 0
    unnamed: bool = False


def is_void(badge: Badge) -> bool:
    """Return whether the gates must refuse it: revoked, its holder out of the fair, or no fair."""
    cancelled = badge.fair.status is FairStatus.CANCELLED
    return cancelled or badge.state is BadgeState.REVOKED or is_void_holder(badge)


def is_void_holder(badge: Badge) -> bool:
    """Return whether the application behind the badge has no booth, or the delegates stay away."""
    if badge.application is not None and badge.application.state not in HAS_BADGES:
        return True
    return badge.invitation is not None and badge.invitation.rsvp is Rsvp.NO


def issue_to_application(actor: Actor, code: str, *, now: datetime) -> Issued:
    """Bring the badges of a confirmed application in step with the people it names.

    Raises:
        InvalidError: the application is not confirmed.
    """
    kid = _key_for(actor, code, now=now)
    with transaction() as session:
        application = locked_application(session, actor, code)
        require(actor, Action.MANAGE_BADGES, application)
        if application.state is not State.CONFIRMED:
            raise InvalidError(
                f"Hồ sơ {code} đang “{STATE_LABELS[application.state]}”. "
                "Chỉ phát thẻ khi cơ sở đã nhận gian."
            )
        return issue(session, actor, application, kid=kid, now=now)


def _key_for(actor: Actor, code: str, *, now: datetime) -> int:
    criteria = (Application.code == code, visible_to(actor, Application))
    return ensure_key(find(reader(), Application, *criteria).fair_id, actor=actor, now=now)


def locked_application(session: Session, actor: Actor, code: str) -> Application:
    """Return the application, alone until the transaction ends: two issues make no badge twice."""
    criteria = (Application.code == code, visible_to(actor, Application))
    application = find(session, Application, *criteria)
    session.refresh(application, with_for_update=True)
    return application


def issue(
    session: Session, actor: Actor, application: Application, *, kid: int, now: datetime
) -> Issued:
    """Add, rename and revoke badges as the named people ask, and tell the producer of a change.

    Builders and vehicles whose badges ended with an earlier booth get theirs back.
    """
    names = [person.name for person in application.people]
    issued = keep_in_step(session, actor, application, BadgeKind.EXHIBITOR, names, kid=kid, now=now)
    for kind in NAMED_BY_PRODUCER:
        for badges in _ended(session, application.id, kind).values():
            for badge in badges:
                _bring_back(session, actor, badge, now=now)
    if issued.added or issued.renamed:
        _tell(session, application, now=now)
    return replace(issued, unnamed=not names)


def keep_in_step(
    session: Session,
    actor: Actor,
    application: Application,
    kind: BadgeKind,
    names: Sequence[str],
    *,
    kid: int,
    now: datetime,
) -> Issued:
    """Add, rename and revoke an application's badges of one kind until they bear these names."""
    badges = valid_badges(session, application.id, kind)
    holders = [badge.holder_name for badge in badges]
    changes = badge_changes(names, holders, _withheld(session, application.id, kind))
    ended = _ended(session, application.id, kind)
    for name in changes.added:
        if ended.get(name):
            _bring_back(session, actor, ended[name].pop(0), now=now)
            continue
        organisation = application.exhibitor.name
        badge = new_badge(application.fair, kind, name=name, organisation=organisation)
        badge.application_id = application.id
        stamp(session, actor, badge, kid=kid, now=now)
    for position, name in changes.renamed:
        raise_generation(
            session, actor, badges[position], name=name, reason=PEOPLE_CHANGED, now=now
        )
    for position in changes.dropped:
        void(session, actor, badges[position], reason=PEOPLE_CHANGED, now=now)
    return Issued(len(changes.added), len(changes.renamed), len(changes.dropped))


def _withheld(session: Session, application_id: int, kind: BadgeKind) -> Sequence[str]:
    """Return the holders whose badge an officer revoked."""
    return session.scalars(
        select(Badge.holder_name).where(
            Badge.application_id == application_id,
            Badge.kind == kind,
            Badge.state == BadgeState.REVOKED,
            Badge.revoke_reason.not_in(AUTOMATIC),
        )
    ).all()


def _ended(session: Session, application_id: int, kind: BadgeKind) -> dict[str, list[Badge]]:
    """Return the badges that ended with an earlier booth, by holder."""
    rows = session.scalars(
        select(Badge)
        .where(
            Badge.application_id == application_id,
            Badge.kind == kind,
            Badge.state == BadgeState.REVOKED,
            Badge.revoke_reason.in_(END_REASONS),
        )
        .order_by(Badge.id)
    )
    found: dict[str, list[Badge]] = {}
    for badge in rows:
        found.setdefault(badge.holder_name, []).append(badge)
    return found


def _bring_back(session: Session, actor: Actor, badge: Badge, *, now: datetime) -> None:
    """Make a badge good again under its next generation: what was printed before stays void."""
    badge.state, badge.revoked_at, badge.revoke_reason = BadgeState.VALID, None, None
    raise_generation(session, actor, badge, name=None, reason=BOOTH_AGAIN, now=now)


def _tell(session: Session, application: Application, *, now: datetime) -> None:
    # One mail for one set of badges, however often it is asked for.
    session.flush()
    badges = valid_badges(session, application.id, BadgeKind.EXHIBITOR)
    state = "|".join(f"{badge.number}:{badge.generation}" for badge in badges)
    notify_application(
        session, "badge", application, dedupe=f"badges:{digest(state)[:16]}", now=now
    )


def reissue_badge(
    actor: Actor, badge_public_id: str, *, reason: str, seen: int | None = None, now: datetime
) -> str:
    """Void the printed badge and issue its next generation; return the public id to print.

    After generation 15, and for a badge that was revoked, another number takes its place. With
    another generation `seen` than the badge's it was issued again since: nothing happens.

    Raises:
        BadgeVoidError: its holder left the fair, or has another badge in place of a revoked one.
        InvalidError: no reason given.
    """
    with transaction() as session:
        badge = _manageable(session, actor, badge_public_id)
        given = _checked_reason(reason)
        if seen not in {None, badge.generation}:
            return badge.public_id
        if badge.state is BadgeState.VALID and not is_void(badge):
            return raise_generation(
                session, actor, badge, name=None, reason=given, now=now
            ).public_id
        if is_void_holder(badge) or _has_another(session, badge):
            raise BadgeVoidError
        return with_new_number(session, actor, badge, name=None, now=now).public_id


def _has_another(session: Session, badge: Badge) -> bool:
    same = ("fair_id", "application_id", "invitation_id", "kind", "holder_name", "organisation")
    criteria = [
        getattr(Badge, column).is_not_distinct_from(getattr(badge, column)) for column in same
    ]
    valid = select(Badge.id).where(*criteria, Badge.state == BadgeState.VALID)
    return session.scalars(valid.limit(1)).first() is not None


def revoke_badge(actor: Actor, badge_public_id: str, *, reason: str, now: datetime) -> None:
    """Make a badge red at every gate, from the next scan on.

    Raises:
        BadgeVoidError: it was revoked before.
        InvalidError: no reason given.
    """
    with transaction() as session:
        badge = _manageable(session, actor, badge_public_id)
        if badge.state is BadgeState.REVOKED:
            raise BadgeVoidError
        void(session, actor, badge, reason=_checked_reason(reason), now=now)


def _manageable(session: Session, actor: Actor, badge_public_id: str) -> Badge:
    badge = find(session, Badge, Badge.public_id == badge_public_id, visible_to(actor, Badge))
    require(actor, Action.MANAGE_BADGES, badge)
    session.refresh(badge, with_for_update=True)
    return badge


def _checked_reason(text: str) -> str:
    reason = check_text(text, field="reason")
    if not reason:
        raise InvalidError(NO_REASON, field="reason")
    if len(reason) > MAX_REASON:
        raise InvalidError(f"Dài quá {MAX_REASON} ký tự. Hãy viết ngắn lại.", field="reason")
    return reason
