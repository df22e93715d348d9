"""Deciding on applications: one at a time, or many with a dry run first.

One decision queues its mail at once; decisions in bulk only propose theirs (design.md, outbox).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tgfair.core.decision import Decision, FixRequest, check_decision, checked_reason, rejection
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError, TgfairError
from tgfair.core.vietnamese import check_text
from tgfair.core.workflow import Event, next_state
from tgfair.models.account import Role, RoleGrant, User
from tgfair.models.application import Application, Fix
from tgfair.models.exhibitor import Membership
from tgfair.models.fair import Fair
from tgfair.models.waitlist import WaitSource, WaitState
from tgfair.policy import Action, Actor, can, require, visible_to
from tgfair.services.audit import record
from tgfair.services.places import free_everything, lock_places
from tgfair.services.transitions import advance
from tgfair.services.uow import check_seen, find, transaction
from tgfair.services.waiting import end_waiting, enter

MAX_NOTE = 1000
REVIEWING = (Role.ADMIN, Role.ORGANISER, Role.REVIEWER)


@dataclass(frozen=True)
class Refused:
    """An application that a bulk act leaves as it is, and why."""

    code: str
    name: str
    sentence: str


@dataclass(frozen=True)
class Chosen:
    """An application that a bulk act will change, with the version it was seen in."""

    code: str
    name: str
    version: int


@dataclass(frozen=True)
class BulkResult:
    """What a bulk act did, or in a dry run would do."""

    will: tuple[Chosen, ...]
    cannot: tuple[Refused, ...]


def approve(actor: Actor, code: str, *, seen_version: int, now: datetime) -> None:
    """Approve an application; see `decide`."""
    decide(actor, code, Decision(Event.APPROVE), seen_version=seen_version, now=now)


def waitlist(
    actor: Actor, code: str, *, reason: str = "", seen_version: int, now: datetime
) -> None:
    """Put an application on the waiting list; see `decide`."""
    decide(actor, code, Decision(Event.WAITLIST, reason), seen_version=seen_version, now=now)


def reject(
    actor: Actor, code: str, *, kind: str, text: str = "", seen_version: int, now: datetime
) -> None:
    """Refuse an application for one of `REJECT_REASONS`; see `decide`."""
    decide(actor, code, rejection(kind, text), seen_version=seen_version, now=now)


def return_for_fixes(
    actor: Actor,
    code: str,
    *,
    fixes: Sequence[FixRequest],
    until: datetime,
    message: str = "",
    seen_version: int,
    now: datetime,
) -> None:
    """Send an application back with the one complete list of what to mend; see `decide`."""
    decision = Decision(Event.RETURN, message, tuple(fixes), until)
    decide(actor, code, decision, seen_version=seen_version, now=now)


def decide(
    actor: Actor, code: str, decision: Decision, *, seen_version: int, now: datetime
) -> None:
    """Carry out one decision and queue its mail.

    Raises:
        NotFoundError: missing or foreign.
        ForbiddenError: the actor does not review this fair, or belongs to the subject.
        ConflictError: somebody changed it since the page was shown, or it stands elsewhere.
        InvalidError: a reason, a fix or a deadline is missing; `field` names which.
    """
    with transaction() as session:
        application = _for_review(session, actor, code)
        check_seen(application, seen_version)
        _carry_out(session, actor, application, decision, now=now)


def _for_review(session: Session, actor: Actor, code: str) -> Application:
    application = find(
        session, Application, Application.code == code, visible_to(actor, Application)
    )
    require(actor, Action.REVIEW_APPLICATION, application)
    return application


def _carry_out(
    session: Session,
    actor: Actor,
    application: Application,
    decision: Decision,
    *,
    now: datetime,
    proposed: bool | None = None,
) -> None:
    next_state(application.state, decision.event)
    ready = check_decision(decision, now=now, opens_at=application.fair.opens_at)
    params: dict[str, Any] = {}
    if ready.event is Event.RETURN:
        _write_fixes(session, application, ready.fixes)
        application.fix_until = ready.until
        params["fixes"] = [[fix.step, fix.field, fix.text] for fix in ready.fixes]
    else:
        # Before the application's own row, as everywhere: see `places.lock_places`.
        lock_places(session, application.fair_id)
        application.decided_at = now
        application.decided_by_id = actor.user_id
        application.decision_reason = ready.reason or None
    advance(
        session,
        application,
        ready.event,
        actor=actor,
        now=now,
        reason=ready.reason or None,
        proposed=proposed,
        **params,
    )
    if ready.event is Event.WAITLIST:
        enter(session, actor, application, source=WaitSource.APPROVAL, now=now)
    elif ready.event is Event.REJECT:
        end_waiting(session, application.id, WaitState.LEFT, now=now)


def _write_fixes(session: Session, application: Application, fixes: Sequence[FixRequest]) -> None:
    round_number = 1 + max((fix.round for fix in application.fixes), default=0)
    for fix in fixes:
        application.fixes.append(
            Fix(round=round_number, step=fix.step, field=fix.field, text=fix.text)
        )
    session.flush()


def cancel(actor: Actor, code: str, *, reason: str, seen_version: int, now: datetime) -> None:
    """Cancel a live application, with a reason; its booths become free.

    Raises:
        NotFoundError, ForbiddenError, ConflictError: see `decide`.
        InvalidError: no reason.
    """
    with transaction() as session:
        application = find(
            session, Application, Application.code == code, visible_to(actor, Application)
        )
        require(actor, Action.CANCEL_APPLICATION, application)
        lock_places(session, application.fair_id)
        session.refresh(application)
        check_seen(application, seen_version)
        words = checked_reason(reason)
        application.decided_at = now
        application.decided_by_id = actor.user_id
        application.decision_reason = words
        advance(session, application, Event.CANCEL, actor=actor, now=now, reason=words)
        free_everything(session, application, reason=words, now=now)


def save_note(actor: Actor, code: str, note: str, *, seen_version: int, now: datetime) -> None:
    """Keep the staff's note on an application; the subject never sees it.

    Raises:
        NotFoundError, ForbiddenError, ConflictError: see `decide`.
        InvalidError: too long.
    """
    with transaction() as session:
        application = _for_review(session, actor, code)
        check_seen(application, seen_version)
        words = check_text(note, field="note")
        if len(words) > MAX_NOTE:
            sentence = f"Ghi chú dài quá {MAX_NOTE} ký tự. Hãy viết ngắn lại."
            raise InvalidError(sentence, field="note")
        application.staff_note = words or None
        record(session, actor, "application.note", application, now=now)


def assign_reviewer(
    actor: Actor,
    fair_id: int,
    codes: Sequence[str],
    user_id: int | None,
    *,
    now: datetime,
) -> BulkResult:
    """Give applications to one officer, or to nobody; those who cannot take one are listed.

    Raises:
        NotFoundError, ForbiddenError: no such fair, or not the actor's to review.
        InvalidError: the person does not review this fair.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.REVIEW_APPLICATION, fair)
        officer = _officer(session, fair, user_id)
        own = _subjects_of(session, user_id)
        will, cannot = [], []
        for application in _rows(session, actor, fair, codes):
            code, name = application.code, application.exhibitor.name
            if not can(actor, Action.REVIEW_APPLICATION, application):
                cannot.append(Refused(code, name, ForbiddenError().message()))
            elif officer is not None and application.exhibitor_id in own:
                sentence = f"{officer.name} là người của cơ sở này."
                cannot.append(Refused(code, name, sentence))
            else:
                application.reviewer_id = user_id
                record(session, actor, "application.reviewer", application, now=now, to=user_id)
                will.append(Chosen(code, name, application.version))
        return BulkResult(tuple(will), tuple(cannot))


def _officer(session: Session, fair: Fair, user_id: int | None) -> User | None:
    if user_id is None:
        return None
    grant = (
        select(RoleGrant.user_id)
        .where(RoleGrant.role.in_(REVIEWING))
        .where(RoleGrant.fair_id.is_(None) | (RoleGrant.fair_id == fair.id))
    )
    officer = session.scalars(
        select(User).where(User.id == user_id, User.is_active, User.id.in_(grant))
    ).one_or_none()
    if officer is None:
        raise InvalidError("Người này không xét duyệt sự kiện này.", field="reviewer")
    return officer


def _subjects_of(session: Session, user_id: int | None) -> set[int]:
    statement = select(Membership.exhibitor_id).where(Membership.user_id == (user_id or 0))
    return set(session.scalars(statement))


def reviewable(actor: Actor, fair_id: int, codes: Sequence[str]) -> BulkResult:
    """Tell which applications the actor may give to somebody; nothing is changed.

    Raises:
        NotFoundError, ForbiddenError: no such fair, or not the actor's to review.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.REVIEW_APPLICATION, fair)
        rows = _rows(session, actor, fair, codes)
        mine = [row for row in rows if can(actor, Action.REVIEW_APPLICATION, row)]
        sentence = ForbiddenError().message()
        return BulkResult(
            tuple(Chosen(row.code, row.exhibitor.name, row.version) for row in mine),
            tuple(Refused(r.code, r.exhibitor.name, sentence) for r in rows if r not in mine),
        )


def bulk_decide(
    actor: Actor,
    fair_id: int,
    seen: Mapping[str, int | None],
    decision: Decision,
    *,
    dry_run: bool,
    now: datetime,
) -> BulkResult:
    """Decide on many applications at once; mails are only proposed.

    `seen` maps codes to the version that was shown (None: not shown yet). Those that can be
    changed are changed in one transaction, each of the others is listed with its reason. A dry
    run does everything but the writing, and asks neither for a reason nor for fixes.

    Raises:
        NotFoundError, ForbiddenError: no such fair, or not the actor's to review.
        InvalidError: a reason, a fix or a deadline is missing; nothing is changed.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.REVIEW_APPLICATION, fair)
        if not dry_run:
            decision = check_decision(decision, now=now, opens_at=fair.opens_at)
        will, cannot = [], []
        for application in _rows(session, actor, fair, list(seen)):
            chosen = Chosen(application.code, application.exhibitor.name, application.version)
            try:
                _check_possible(actor, application, decision.event, seen[application.code])
            except TgfairError as error:
                cannot.append(Refused(chosen.code, chosen.name, error.message()))
                continue
            will.append(chosen)
            if not dry_run:
                _carry_out(session, actor, application, decision, now=now, proposed=True)
        return BulkResult(tuple(will), tuple(cannot))


def _check_possible(
    actor: Actor, application: Application, event: Event, seen_version: int | None
) -> None:
    require(actor, Action.REVIEW_APPLICATION, application)
    next_state(application.state, event)
    if seen_version is not None and application.version != seen_version:
        raise ConflictError


def _rows(
    session: Session, actor: Actor, fair: Fair, codes: Sequence[str]
) -> Sequence[Application]:
    """Load the applications, locked in one order: two bulk acts never wait for each other twice."""
    return session.scalars(
        select(Application)
        .where(
            Application.fair_id == fair.id,
            Application.code.in_(codes),
            visible_to(actor, Application),
        )
        .options(selectinload(Application.exhibitor), selectinload(Application.fixes))
        .order_by(Application.id)
        .with_for_update()
    ).all()
