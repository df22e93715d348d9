"""Change a fair's days: an operation with history, mails and confirmation anew."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.certificate import certificate_state
from tgfair.core.date_change import hang_to_come, shift_timetable, true_anchors
from tgfair.core.errors import InvalidError
from tgfair.core.timetable import LABELS, Timetable
from tgfair.core.workflow import FINAL, Event, State
from tgfair.mail.enqueue import Links
from tgfair.models.application import Application
from tgfair.models.fair import DateChangeKind, Fair, FairDateChange, FairStatus
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.models.slot import Slot
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.date_history import Decision, keep_change
from tgfair.services.date_mails import MAIL, Proposed, carry, proposed_mails, words_of_change
from tgfair.services.fair_timetable import local_day, put_timetable, timetable_of
from tgfair.services.idempotency import once, remember
from tgfair.services.notices import anchors_of, keep_anchors
from tgfair.services.notifications import notify_application, notify_exhibitor
from tgfair.services.transitions import advance
from tgfair.services.uow import check_seen, find, reader, transaction

# Who had confirmed gets at least these days to confirm the new dates.
CONFIRM_DAYS = 3


@dataclass(frozen=True)
class Step:
    """One step of the timetable before and after."""

    label: str
    before: date
    after: date


@dataclass(frozen=True)
class DateChangePreview:
    """What a change of days would do; `certificates` end before the new last day."""

    steps: tuple[Step, ...]
    confirmed: int
    told: int
    slots: int
    certificates: int


@dataclass(frozen=True)
class DatesChanged:
    """What a change of days did."""

    told: int
    asked_again: int


def preview_dates(
    actor: Actor, fair: Fair, first_day: date, last_day: date, *, now: datetime
) -> DateChangePreview:
    """Return what `change_dates` would do, for the page that asks for confirmation.

    Raises:
        InvalidError: the new days are impossible, past, or the old ones.
    """
    require(actor, Action.EDIT_FAIR, fair)
    session = reader()
    old = timetable_of(fair)
    new = _new_timetable(session, fair, first_day, last_day, now=now)
    live = live_applications(session, fair)
    moves = _kind(fair, first_day, last_day) is DateChangeKind.MOVED
    return DateChangePreview(
        steps=tuple(
            Step(label, getattr(old, name), getattr(new, name))
            for name, label in LABELS.items()
            if getattr(old, name) is not None
        ),
        confirmed=sum(one.state is State.CONFIRMED for one in live) if moves else 0,
        told=len(_told(live)) + len(invited_guests(session, fair, _told(live))),
        slots=len(session.scalars(select(Slot.id).where(Slot.fair_id == fair.id)).all()),
        certificates=_ending(live, last_day),
    )


def change_dates(  # noqa: PLR0913 -- each is a fact of the decision
    actor: Actor,
    fair_id: int,
    first_day: date,
    last_day: date,
    *,
    reason: str,
    decided_by: str = "",
    seen_version: int,
    now: datetime,
    key: str = "",
) -> DatesChanged:
    """Move a fair to other days, or make it longer or shorter; a fair put off gets its days.

    Deadlines to come, what hangs on them, windows and the time of picking move along; who had
    confirmed is asked again when the opening moves; everybody concerned gets a proposed mail; the
    old days stay in the history. Badges stay valid: the gate's manifest carries the new days. The
    same `key` twice changes them once.

    Raises:
        InvalidError: the days are impossible, past or the old ones, or the reason is missing.
        ConflictError: somebody else changed the fair since the page was shown.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.EDIT_FAIR, fair)
        asked = [fair.id, actor.user_id, first_day, last_day, reason, decided_by]
        if done := once(session, key, {"dates": asked}, now=now):
            return DatesChanged(**done)
        check_seen(fair, seen_version)
        decision = Decision(reason, decided_by).checked()
        timetable = _new_timetable(session, fair, first_day, last_day, now=now)
        kind, days = _kind(fair, first_day, last_day), (timetable.opening, timetable.closing)
        change = keep_change(session, actor, fair, kind, days, decision, now=now)
        _move(session, fair, timetable, now=now)
        changed = tell(session, actor, fair, change, now=now)
        remember(session, key, asdict(changed))
        record(
            session,
            actor,
            "fair.dates",
            fair,
            now=now,
            fair_id=fair.id,
            first_day=first_day.isoformat(),
            last_day=last_day.isoformat(),
            reason=decision.reason,
            decided_by=decision.decided_by,
        )
        return changed


def _kind(fair: Fair, first_day: date, last_day: date) -> DateChangeKind:
    if first_day != fair.first_day or last_day == fair.last_day:
        return DateChangeKind.MOVED
    return DateChangeKind.EXTENDED if last_day > fair.last_day else DateChangeKind.SHORTENED


def _move(session: Session, fair: Fair, timetable: Timetable, *, now: datetime) -> None:
    by = timetable.opening - fair.first_day
    _move_slots(session, fair, by)
    for column in ("picks_from", "picks_until"):
        at = getattr(fair, column)
        if at is not None and at > now:
            setattr(fair, column, at + by)
    put_timetable(fair, timetable)
    keep_anchors(fair, true_anchors(anchors_of(fair), timetable))
    fair.put_off_at = None
    fair.ics_sequence += 1


def _new_timetable(
    session: Session, fair: Fair, first_day: date, last_day: date, *, now: datetime
) -> Timetable:
    if fair.status in {FairStatus.ENDED, FairStatus.CANCELLED}:
        raise InvalidError("Sự kiện đã kết thúc hoặc đã hủy nên không đổi ngày được.")
    same = (first_day, last_day) == (fair.first_day, fair.last_day)
    if same and fair.put_off_at is None:
        raise InvalidError("Ngày mới trùng với ngày cũ.", field="opening")
    today = local_day(now)
    old = timetable_of(fair)
    timetable = shift_timetable(old, first_day, last_day, today=today)
    timetable = hang_to_come(timetable, old, anchors_of(fair), today=today)
    moves = _kind(fair, first_day, last_day) is DateChangeKind.MOVED
    confirmed = any(one.state is State.CONFIRMED for one in live_applications(session, fair))
    if not moves or not confirmed:
        return timetable
    return _with_time_to_confirm(timetable, today)


def _with_time_to_confirm(timetable: Timetable, today: date) -> Timetable:
    """Leave some days to confirm anew, never beyond the opening."""
    least = min(today + timedelta(days=CONFIRM_DAYS), timetable.opening)
    until = timetable.confirm_deadline
    if until is None or until >= least:
        return timetable
    return replace(timetable, confirm_deadline=least)


def _move_slots(session: Session, fair: Fair, by: timedelta) -> None:
    if not by:
        return
    for slot in session.scalars(select(Slot).where(Slot.fair_id == fair.id)):
        slot.starts_at += by
        slot.ends_at += by
    session.flush()


def live_applications(session: Session, fair: Fair) -> list[Application]:
    """Return the applications of a fair that are not over."""
    statement = select(Application).where(
        Application.fair_id == fair.id, Application.state.not_in(FINAL)
    )
    return list(session.scalars(statement).all())


def _told(live: list[Application]) -> list[Application]:
    """Who has sent something; a draft is told by its invitation or sees it on its pages."""
    return [one for one in live if one.state is not State.DRAFT]


def invited_guests(session: Session, fair: Fair, told: Sequence[Application]) -> list[Invitation]:
    """Return who was invited and may come, beside those told about their application."""
    known = {one.exhibitor_id for one in told}
    invitations = session.scalars(
        select(Invitation).where(
            Invitation.fair_id == fair.id,
            Invitation.revoked_at.is_(None),
            Invitation.not_mine_at.is_(None),
        )
    ).all()
    return [one for one in invitations if one.exhibitor_id not in known and one.rsvp is not Rsvp.NO]


def _ending(live: list[Application], last_day: date) -> int:
    """How many products' certificates no longer hold on the new last day."""
    return sum(
        product.expires_on is not None
        and product.expires_on < last_day
        and product.certificate_state in {"valid", "expiring"}
        for application in live
        for product in application.products
    )


def tell(
    session: Session,
    actor: Actor,
    fair: Fair,
    change: FairDateChange,
    *,
    now: datetime,
    only: Collection[int | None] | None = None,
) -> DatesChanged:
    """Propose the mails of a change, and ask for confirmation anew where the opening moved.

    A mail on the change before that nobody has sent tells of this one too. `only` narrows it to
    these exhibitors: those who heard of what is taken back.
    """
    live = live_applications(session, fair)
    proposed = proposed_mails(session, fair)
    asked = _ask_again(session, actor, live, change, proposed, now=now)
    heard = [one for one in _told(live) if only is None or one.exhibitor_id in only]
    told = [one for one in heard if one not in asked]
    words = words_of_change(change)
    cause = f"dates:{change.id}"
    for application in live:
        renew_certificates(application, fair.last_day)
    for application in told:
        if carry(proposed, change, application.exhibitor_id, application.id):
            continue
        notify_application(session, MAIL, application, dedupe=cause, now=now, **words)
    invited = [
        one
        for one in invited_guests(session, fair, _told(live))
        if only is None or one.exhibitor_id in only
    ]
    for invitation in invited:
        if carry(proposed, change, invitation.exhibitor_id, None):
            continue
        notify_exhibitor(
            session,
            MAIL,
            invitation.exhibitor,
            dedupe=f"invitation:{invitation.id}:{cause}",
            now=now,
            links=Links(fair_id=fair.id, invitation_id=invitation.id),
            **words,
        )
    return DatesChanged(told=len(asked) + len(told) + len(invited), asked_again=len(asked))


def _ask_again(
    session: Session,
    actor: Actor,
    live: Sequence[Application],
    change: FairDateChange,
    proposed: Proposed,
    *,
    now: datetime,
) -> list[Application]:
    if change.kind is not DateChangeKind.MOVED:
        return []
    asked = [one for one in live if one.state is State.CONFIRMED]
    for application in asked:
        application.confirmed_at = None
        told = carry(proposed, change, application.exhibitor_id, application.id)
        advance(
            session,
            application,
            Event.RESCHEDULE,
            actor=actor,
            now=now,
            proposed=True,
            mails=() if told else None,
            **words_of_change(change),
        )
    return asked


def renew_certificates(application: Application, last_day: date) -> None:
    """Judge certificates on the fair's last day; revoked and missing ones stay so."""
    for product in application.products:
        if product.expires_on is not None and product.certificate_state != "revoked":
            state = certificate_state(product.expires_on, revoked=False, on=last_day)
            product.certificate_state = state or "unknown"
