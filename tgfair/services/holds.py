"""First come, first served: a producer holds a free booth for some minutes, then takes it.

The two unique indexes are the judges: one holder of a booth, one held booth of a producer. Who
loses is told of free booths nearby (design.md, section 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError, GoneError, InvalidError, NotFoundError
from tgfair.core.picking import Spot, Window, nearest, window_at, window_sentence
from tgfair.core.workflow import ACCEPTED, STATE_LABELS, State
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentSource, AssignmentState
from tgfair.models.base import table_of
from tgfair.models.booth import Booth
from tgfair.models.fair import BoothGiving, Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services import waiting
from tgfair.services.attendance import issue_to_named
from tgfair.services.audit import record
from tgfair.services.draw_freeze import refuse_frozen
from tgfair.services.notifications import notify_application
from tgfair.services.places import end_holds, end_place, is_over, lock_places
from tgfair.services.suiting import reasons_against
from tgfair.services.taken_places import open_booths, publish_taken, shown_to_others
from tgfair.services.uow import find, reader, transaction
from tgfair.services.waitlist_rounds import kept_for_line

TABLE = table_of(Assignment)
CLAIM = {
    "sqlite": sqlite.insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id),
    "postgresql": postgresql.insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id),
}
LET_GO = "Cơ sở bỏ gian đang giữ"


class BoothGoneError(GoneError):
    """Somebody was faster; `alternatives` are free booths that suit, the nearest first."""

    code = "booth_gone"

    def message(self) -> str:
        """Name the booth and those that are still free."""
        if not self.alternatives:
            return f"Gian {self.name} vừa có người giữ, không còn gian hợp. Hãy vào danh sách chờ."
        return f"Gian {self.name} vừa có người giữ. Còn trống: {', '.join(self.alternatives)}."


class HoldOverError(ConflictError):
    """The time of the hold is over, or nothing is held."""

    code = "hold_over"

    def message(self) -> str:
        """Say what to do."""
        return "Đã hết giờ giữ gian. Hãy chọn lại gian còn trống."


@dataclass(frozen=True)
class Hold:
    """A booth kept for a producer until an instant."""

    booth: str
    until: datetime


def hold_booth(actor: Actor, code: str, label: str, *, now: datetime) -> Hold:
    """Keep a free booth for an approved application; the one it held before is let go.

    Raises:
        BoothGoneError: somebody was faster; with free booths that suit.
        FrozenForDrawError: the booth or the application waits for a public draw.
        InvalidError: no picking now, the booth does not suit, or it has enough booths.
        NotFoundError: no such booth, or a foreign application.
    """
    seen = _seen(actor, code)
    fair_id = seen.fair_id
    try:
        # Read before the write lock, so that losers do not queue behind the winners.
        _refuse_taken(reader(), seen, label, now=now)
        with transaction() as session:
            application = _locked(session, actor, fair_id, code)
            booth = _pickable(session, application, label, now=now)
            until = now + timedelta(minutes=application.fair.hold_minutes)
            _claim(session, actor, application, booth, until=until, now=now)
            record(session, actor, "booth.held", application, now=now, booth=label)
            return Hold(label, until)
    except BoothGoneError:
        found = alternatives(reader(), _seen(actor, code), label, now=now)
        raise BoothGoneError(label, found) from None


def _seen(actor: Actor, code: str) -> Application:
    application = find(
        reader(), Application, Application.code == code, visible_to(actor, Application)
    )
    require(actor, Action.PICK_BOOTH, application)
    return application


def _refuse_taken(session: Session, application: Application, label: str, *, now: datetime) -> None:
    taken = session.scalar(
        select(Assignment.application_id)
        .join(Booth)
        .where(
            Booth.fair_id == application.fair_id,
            Booth.label == label,
            Assignment.state.in_((AssignmentState.HELD, AssignmentState.LIVE)),
            ~is_over(now),
        )
    )
    if taken is not None and taken != application.id:
        raise BoothGoneError(label)


def _locked(session: Session, actor: Actor, fair_id: int, code: str) -> Application:
    """Lock against officers and withdrawals (the fair, shared) and against its own second click."""
    session.execute(select(Fair.id).where(Fair.id == fair_id).with_for_update(read=True))
    application = session.scalars(
        select(Application)
        .where(Application.code == code, visible_to(actor, Application))
        .with_for_update()
    ).one_or_none()
    if application is None:
        raise NotFoundError
    require(actor, Action.PICK_BOOTH, application)
    return application


def _pickable(session: Session, application: Application, label: str, *, now: datetime) -> Booth:
    refusal = why_not_pick(session, application, now=now)
    if refusal:
        raise InvalidError(refusal)
    booth = find(session, Booth, Booth.fair_id == application.fair_id, Booth.label == label)
    refuse_frozen(session, booth, application)
    against = reasons_against(application, booth)
    if against:
        raise InvalidError(" ".join(reason.sentence for reason in against), field="gian")
    shown = shown_to_others(application.fair_id, application.id)
    if session.scalar(select(Booth.id).where(Booth.id == booth.id, Booth.id.in_(shown))):
        raise BoothGoneError(label)
    if kept_for_line(session, application.fair, [booth], but=application.id):
        raise InvalidError(
            f"Gian {label} dành cho danh sách chờ. Hãy chọn gian khác, hoặc vào danh sách chờ."
        )
    return booth


def why_not_pick(session: Session, application: Application, *, now: datetime) -> str:
    """Return in words why the application cannot pick a booth now; empty when it can."""
    fair = application.fair
    if fair.giving is not BoothGiving.FIRST_COME:
        return "Ở sự kiện này Ban Tổ chức xếp gian."
    window = window_at(fair.picks_from, fair.picks_until, now)
    if window is not Window.OPEN:
        return window_sentence(window, fair.picks_from, fair.picks_until)
    if application.state not in ACCEPTED:
        return (
            f"Hồ sơ đang “{STATE_LABELS[application.state]}”. Hồ sơ được duyệt mới chọn được gian."
        )
    if waiting.standing(session, application.id) >= application.booths_wanted:
        return f"Cơ sở đã có đủ {application.booths_wanted} gian như đã đăng ký."
    return ""


def _claim(
    session: Session,
    actor: Actor,
    application: Application,
    booth: Booth,
    *,
    until: datetime,
    now: datetime,
) -> None:
    """Let go of what is held, then insert: the unique indexes say whether it succeeded."""
    _let_go_of_own(session, application, booth, now=now)
    end_holds(session, Assignment.booth_id == booth.id, now=now)
    values = {
        "fair_id": booth.fair_id,
        "booth_id": booth.id,
        "application_id": application.id,
        "source": AssignmentSource.HOLD,
        "state": AssignmentState.HELD,
        "held_until": until,
        "created_at": now,
        "created_by_id": actor.user_id,
    }
    if session.scalar(CLAIM[session.get_bind().dialect.name], values) is None:
        raise BoothGoneError(booth.label)


def _let_go_of_own(
    session: Session, application: Application, booth: Booth, *, now: datetime
) -> None:
    own = _own_hold(session, application.id)
    if own is None:
        return
    # In one order everywhere, so that two who change booths do not wait for each other.
    session.scalars(
        select(Booth.id)
        .where(Booth.id.in_([own.booth_id, booth.id]))
        .order_by(Booth.id)
        .with_for_update(key_share=True)
    ).all()
    end_place(session, own, reason=LET_GO, now=now)


def _own_hold(session: Session, application_id: int) -> Assignment | None:
    return session.scalars(
        select(Assignment).where(
            Assignment.application_id == application_id,
            Assignment.state == AssignmentState.HELD,
            Assignment.source == AssignmentSource.HOLD,
        )
    ).one_or_none()


def alternatives(
    session: Session, application: Application, label: str, *, now: datetime
) -> list[str]:
    """Return free booths that suit the application, the nearest to a lost one first."""
    free = [
        booth
        for booth in open_booths(session, application.fair_id, now=now)
        if not reasons_against(application, booth)
    ]
    kept = kept_for_line(session, application.fair, free, but=application.id)
    lost = session.scalars(
        select(Booth).where(Booth.fair_id == application.fair_id, Booth.label == label)
    ).one_or_none()
    left = [_spot(booth) for booth in free if booth.id not in kept]
    return nearest(_spot(lost), left) if lost is not None else []


def _spot(booth: Booth) -> Spot:
    return Spot(booth.label, booth.zone.code, booth.x_m, booth.y_m)


def confirm_hold(actor: Actor, code: str, *, seen: str = "", now: datetime) -> str:
    """Take the held booth for good and return its label; badges follow when it is published.

    `seen` is the booth that the pressed button spoke of: a press sent twice takes it once.

    Raises:
        HoldOverError: the time is over, or nothing is held, or not what was seen.
        NotFoundError: a foreign application.
    """
    fair_id = _seen(actor, code).fair_id
    with transaction() as session:
        lock_places(session, fair_id)
        application = _locked(session, actor, fair_id, code)
        if seen and _has_picked(session, application.id, seen):
            return seen
        hold = _own_hold(session, application.id)
        if hold is None or seen not in {"", hold.booth.label} or not _take(session, hold, now=now):
            raise HoldOverError
        label = hold.booth.label
        record(session, actor, "booth.picked", application, now=now, booth=label)
        waiting.settle(session, application, now=now)
        if not publish_taken(session, actor, application, now=now):
            notify_application(
                session,
                "booth_picked",
                application,
                dedupe=f"hold:{hold.id}",
                now=now,
                picked=label,
            )
        confirmed = application.state is State.CONFIRMED
    if confirmed:
        issue_to_named(actor, code, now=now)
    return label


def _has_picked(session: Session, application_id: int, label: str) -> bool:
    picked = (
        select(Assignment.id)
        .join(Booth)
        .where(
            Assignment.application_id == application_id,
            Assignment.state == AssignmentState.LIVE,
            Booth.label == label,
        )
    )
    return session.scalar(picked) is not None


def _take(session: Session, hold: Assignment, *, now: datetime) -> bool:
    """Make the hold live, unless its time is over or the fair's rules changed meanwhile."""
    application = hold.application
    if application.state not in ACCEPTED:
        return False
    taken = session.execute(
        update(Assignment)
        .where(
            Assignment.id == hold.id,
            Assignment.state == AssignmentState.HELD,
            Assignment.held_until > now,
        )
        .values(state=AssignmentState.LIVE, held_until=None)
    )
    return int(getattr(taken, "rowcount", 0)) == 1


def let_go(actor: Actor, code: str, *, now: datetime) -> str:
    """Give the held booth back and return its label.

    Raises:
        HoldOverError: nothing is held any more.
    """
    fair_id = _seen(actor, code).fair_id
    with transaction() as session:
        application = _locked(session, actor, fair_id, code)
        hold = _own_hold(session, application.id)
        if hold is None:
            raise HoldOverError
        end_place(session, hold, reason=LET_GO, now=now)
        record(session, actor, "booth.let_go", application, now=now, booth=hold.booth.label)
        return hold.booth.label


def sweep_holds(now: datetime) -> int:
    """Release every hold whose time is over; return how many. For the worker."""
    session = reader()
    over = session.scalar(select(Assignment.id).where(is_over(now)).limit(1))
    session.rollback()
    if over is None:
        return 0
    with transaction() as session:
        return end_holds(session, now=now)
