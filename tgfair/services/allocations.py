"""Assign booths by hand: assign, move, swap, release. What was assigned is seen once published.

The partial unique index on live assignments is the judge: two officers who give one booth away at
the same moment leave one row, and the other gets a sentence (design.md, 1.4 and section 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.layout.suitability import BoothFacts, Needs, Reason, ZoneFacts, unsuitable_reasons
from tgfair.core.workflow import ACCEPTED, STATE_LABELS
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentSource, AssignmentState, BoothShare
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.slot_places import give_back_all
from tgfair.services.uow import find, reader, transaction

OCCUPYING = (AssignmentState.HELD, AssignmentState.LIVE)
MAX_RELEASE_REASON = 300


class BoothTakenError(ConflictError):
    """Somebody holds the booth."""

    code = "booth_taken"

    def __init__(self, booth: str, holder: str = "") -> None:
        super().__init__(booth)
        self.booth = booth
        self.holder = holder

    def message(self) -> str:
        """Name the booth and its holder."""
        who = f" của {self.holder}" if self.holder else " của người khác"
        return f"Gian {self.booth} vừa là{who}. Hãy chọn gian khác."


class UnsuitableError(InvalidError):
    """The booth breaks rules for this application; an officer may go on with a written reason."""

    code = "unsuitable"

    def __init__(self, booth: str, reasons: list[Reason]) -> None:
        words = " ".join(reason.sentence for reason in reasons)
        super().__init__(
            f"Gian {booth} chưa hợp: {words} Muốn xếp vẫn được, hãy ghi lý do.", field="reason"
        )
        self.booth = booth
        self.reasons = reasons


@dataclass(frozen=True)
class Placed:
    """What an assignment did, for the sentence on the page."""

    booth: str
    exhibitor: str
    shared: bool = False


def needs_of(application: Application) -> Needs:
    """Return what an application needs of a booth."""
    return Needs(
        product_groups=frozenset(p.group for p in application.products if p.group),
        power_w=application.power_w,
        water=application.water,
        cooling=application.cooling,
        cooking=application.cooking,
        exhibitor_kind=application.exhibitor.kind,
    )


def facts_of(booth: Booth) -> tuple[BoothFacts, ZoneFacts]:
    """Return what a booth offers and whom its zone takes."""
    zone = booth.zone
    return (
        BoothFacts(
            booth.label,
            booth.power_w,
            booth.water,
            frozenset(booth.tags),
            round(booth.width_m * booth.depth_m, 2),
        ),
        ZoneFacts(
            zone.label,
            None if zone.groups is None else frozenset(zone.groups),
            None if zone.exhibitor_kinds is None else frozenset(zone.exhibitor_kinds),
        ),
    )


def reasons_against(application: Application, booth: Booth) -> list[Reason]:
    """Return why the booth does not suit the application; empty when it does."""
    if booth.blocked_reason:
        return [Reason("blocked", f"Gian {booth.label} không dùng: {booth.blocked_reason}.")]
    facts, zone = facts_of(booth)
    return unsuitable_reasons(needs_of(application), facts, zone)


def assign_booth(
    actor: Actor, fair_id: int, label: str, code: str, *, reason: str | None = None, now: datetime
) -> Placed:
    """Give a free booth to an approved application; in a sharing fair, the second half of a table.

    `reason` lets an officer place against a rule; it is kept in the audit trail.

    Raises:
        BoothTakenError: somebody else holds it.
        UnsuitableError: a rule speaks against it and no reason was given.
        ConflictError: the application is not approved.
    """
    # Read before the write lock, so that losers do not queue behind the winner.
    _refuse_taken(reader(), fair_id, label)
    with transaction() as session:
        fair, booth, application = _load(session, actor, fair_id, label, code)
        _refuse_unsuitable(application, booth, reason)
        placed = _place(session, actor, fair, booth, application, now=now)
        record(session, actor, "booth.assigned", application, now=now, booth=label, reason=reason)
        return placed


def lock_places(session: Session, fair_id: int) -> None:
    """Let acts that give or free places at a fair wait for each other, until the commit.

    Each looks at who stands where, and whether an application is still in the fair, before it
    writes: a booth must not go to somebody who withdraws at that moment. Everything else about
    the fair goes on. SQLite has one writer anyway.
    """
    session.execute(select(Fair.id).where(Fair.id == fair_id).with_for_update(key_share=True))


def _load(
    session: Session, actor: Actor, fair_id: int, label: str, code: str
) -> tuple[Fair, Booth, Application]:
    fair = find(session, Fair, Fair.id == fair_id)
    require(actor, Action.ASSIGN_BOOTHS, fair)
    lock_places(session, fair.id)
    booth = find(session, Booth, Booth.fair_id == fair.id, Booth.label == label)
    application = find(
        session, Application, Application.fair_id == fair.id, Application.code == code
    )
    if application.state not in ACCEPTED:
        raise InvalidError(
            f"Hồ sơ {code} đang “{STATE_LABELS[application.state]}”. "
            "Chỉ xếp gian cho hồ sơ đã duyệt."
        )
    return fair, booth, application


def _refuse_taken(session: Session, fair_id: int, label: str) -> None:
    holder = occupant(session, fair_id, label)
    if holder is None or holder.application.fair.shares_booths:
        return
    raise BoothTakenError(label, holder.application.exhibitor.name)


def occupant(session: Session, fair_id: int, label: str) -> Assignment | None:
    """Return the held or live assignment of a booth, or None when it is free."""
    return session.scalars(
        select(Assignment)
        .join(Booth)
        .where(Booth.fair_id == fair_id, Booth.label == label, Assignment.state.in_(OCCUPYING))
    ).one_or_none()


def _refuse_unsuitable(application: Application, booth: Booth, reason: str | None) -> None:
    against = reasons_against(application, booth)
    if against and not (reason or "").strip():
        raise UnsuitableError(booth.label, against)


def _place(
    session: Session,
    actor: Actor,
    fair: Fair,
    booth: Booth,
    application: Application,
    *,
    now: datetime,
) -> Placed:
    if fair.shares_booths:
        holder = occupant(session, fair.id, booth.label)
        if holder is not None:
            return _share(session, holder, booth, application, now=now)
    session.add(
        Assignment(
            fair_id=fair.id,
            booth_id=booth.id,
            application_id=application.id,
            source=AssignmentSource.HAND,
            state=AssignmentState.LIVE,
            created_at=now,
            created_by_id=actor.user_id,
        )
    )
    _flush_or_taken(session, booth.label)
    return Placed(booth.label, application.exhibitor.name)


def _share(
    session: Session,
    holder: Assignment,
    booth: Booth,
    application: Application,
    *,
    now: datetime,
) -> Placed:
    if holder.application_id == application.id:
        raise BoothTakenError(booth.label, application.exhibitor.name)
    session.add(BoothShare(assignment_id=holder.id, application_id=application.id, created_at=now))
    _flush_or_taken(session, booth.label)
    return Placed(booth.label, application.exhibitor.name, shared=True)


def _flush_or_taken(session: Session, label: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise BoothTakenError(label) from error


def release_booth(
    actor: Actor, fair_id: int, label: str, code: str, *, reason: str | None, now: datetime
) -> Placed:
    """Take a booth back from an application. Once it was published, a reason is compulsory.

    The producer still sees the published version until the next one is published.

    Raises:
        InvalidError: the booth was published and no reason was given.
        NotFoundError: the application does not stand there.
    """
    with transaction() as session:
        _, booth, application = _load(session, actor, fair_id, label, code)
        _require_reason(application, reason)
        free_place(session, booth, application, reason=reason, now=now)
        record(session, actor, "booth.released", application, now=now, booth=label, reason=reason)
        return Placed(booth.label, application.exhibitor.name)


def _require_reason(application: Application, reason: str | None) -> None:
    published = application.state in {"allocated", "confirmed"}
    if published and not (reason or "").strip():
        raise InvalidError(
            "Gian này đã công bố. Hãy ghi lý do thay đổi để báo cho cơ sở.", field="reason"
        )


def free_place(
    session: Session,
    booth: Booth,
    application: Application,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Release an application's place at a booth, within the caller's transaction.

    Who shared the table with its holder becomes the holder.

    Raises:
        NotFoundError: the application does not stand there.
    """
    share = session.scalars(
        select(BoothShare)
        .join(Assignment)
        .where(
            Assignment.booth_id == booth.id,
            Assignment.state.in_(OCCUPYING),
            BoothShare.application_id == application.id,
        )
    ).one_or_none()
    if share is not None:
        session.delete(share)
        session.flush()
        return
    assignment = find(
        session,
        Assignment,
        Assignment.booth_id == booth.id,
        Assignment.application_id == application.id,
        Assignment.state.in_(OCCUPYING),
    )
    _end(session, assignment, reason=reason, now=now)


def _end(session: Session, assignment: Assignment, *, reason: str | None, now: datetime) -> None:
    partner = session.scalars(
        select(BoothShare).where(BoothShare.assignment_id == assignment.id)
    ).one_or_none()
    assignment.state = AssignmentState.RELEASED
    assignment.released_at = now
    assignment.release_reason = reason[:MAX_RELEASE_REASON] if reason else None
    session.flush()
    if partner is not None:
        session.delete(partner)
        session.add(
            Assignment(
                fair_id=assignment.fair_id,
                booth_id=assignment.booth_id,
                application_id=partner.application_id,
                source=assignment.source,
                state=AssignmentState.LIVE,
                created_at=now,
            )
        )
        session.flush()


def free_everything(
    session: Session, application: Application, *, reason: str | None, now: datetime
) -> None:
    """Release every booth, share and time window of an application that leaves the fair.

    The caller has taken `lock_places` before it looked at the application.
    """
    give_back_all(session, application, now=now)
    for share in session.scalars(
        select(BoothShare).where(BoothShare.application_id == application.id)
    ).all():
        session.delete(share)
    for assignment in session.scalars(
        select(Assignment).where(
            Assignment.application_id == application.id, Assignment.state.in_(OCCUPYING)
        )
    ).all():
        _end(session, assignment, reason=reason, now=now)


def move_booth(
    actor: Actor,
    fair_id: int,
    code: str,
    *,
    from_label: str,
    to_label: str,
    reason: str | None,
    now: datetime,
) -> Placed:
    """Move an application from one booth to a free one, all or nothing.

    Raises:
        BoothTakenError: the new booth is held.
        UnsuitableError: a rule speaks against the new booth and no reason was given.
        InvalidError: the old booth was published and no reason was given.
    """
    with transaction() as session:
        fair, old, application = _load(session, actor, fair_id, from_label, code)
        new = find(session, Booth, Booth.fair_id == fair.id, Booth.label == to_label)
        _require_reason(application, reason)
        _refuse_unsuitable(application, new, reason)
        if not fair.shares_booths:
            _refuse_taken(session, fair.id, to_label)
        free_place(session, old, application, reason=reason, now=now)
        placed = _place(session, actor, fair, new, application, now=now)
        record(
            session,
            actor,
            "booth.moved",
            application,
            now=now,
            booth=to_label,
            before=from_label,
            reason=reason,
        )
        return placed


def swap_booths(
    actor: Actor,
    fair_id: int,
    first_label: str,
    second_label: str,
    *,
    reason: str | None,
    now: datetime,
) -> tuple[Placed, Placed]:
    """Let the holders of two booths change places, all or nothing.

    Raises:
        InvalidError: one of the booths is free, or was published and no reason was given.
        UnsuitableError: a rule speaks against one of the new places and no reason was given.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.ASSIGN_BOOTHS, fair)
        lock_places(session, fair.id)
        first = _holder(session, fair, first_label)
        second = _holder(session, fair, second_label)
        for one, other in ((first, second), (second, first)):
            _require_reason(one.application, reason)
            _refuse_unsuitable(one.application, other.booth, reason)
        pairs = [(first.application, second.booth), (second.application, first.booth)]
        for assignment in (first, second):
            _end(session, assignment, reason=reason, now=now)
        placed = [
            _place(session, actor, fair, booth, application, now=now)
            for application, booth in pairs
        ]
        for application, booth in pairs:
            record(
                session,
                actor,
                "booth.swapped",
                application,
                now=now,
                booth=booth.label,
                reason=reason,
            )
        return placed[0], placed[1]


def _holder(session: Session, fair: Fair, label: str) -> Assignment:
    holder = occupant(session, fair.id, label)
    if holder is None:
        raise InvalidError(f"Gian {label} đang trống. Hãy dùng “Đổi gian” thay cho “Đổi chỗ”.")
    return holder


def block_booth(
    actor: Actor, fair_id: int, label: str, *, reason: str | None, now: datetime
) -> None:
    """Take a booth out of use with a reason, or back into use with None.

    Raises:
        BoothTakenError: somebody holds it.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.ASSIGN_BOOTHS, fair)
        lock_places(session, fair.id)
        booth = find(session, Booth, Booth.fair_id == fair.id, Booth.label == label)
        if reason:
            _refuse_taken(session, fair.id, label)
        booth.blocked_reason = reason
        record(session, actor, "booth.blocked", booth, now=now, booth=label, reason=reason)
