"""Open a fair, end it, cancel it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.workflow import FINAL, Event
from tgfair.mail.enqueue import Links
from tgfair.models.application import Application
from tgfair.models.fair import DateChangeKind, Fair, FairStatus
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.date_history import Decision, keep_change
from tgfair.services.fair_dates import invited_guests
from tgfair.services.notifications import notify_exhibitor
from tgfair.services.places import free_everything, lock_places
from tgfair.services.transitions import advance
from tgfair.services.uow import check_seen, find, transaction

# Where a fair may go from where it stands. Cancelled is final.
MOVES: dict[FairStatus, tuple[FairStatus, ...]] = {
    FairStatus.DRAFT: (FairStatus.OPEN, FairStatus.CANCELLED),
    FairStatus.OPEN: (FairStatus.ENDED, FairStatus.CANCELLED),
    FairStatus.ENDED: (FairStatus.OPEN,),
    FairStatus.CANCELLED: (),
}


class StatusMoveError(ConflictError):
    """The fair cannot go to that status from where it stands."""

    code = "status_move"

    def message(self) -> str:
        """Say what to do."""
        return "Trạng thái sự kiện đã khác. Hãy tải lại trang rồi chọn lại."


def set_fair_status(
    actor: Actor,
    fair_id: int,
    status: FairStatus,
    *,
    reason: str | None = None,
    decided_by: str = "",
    seen_version: int,
    now: datetime,
) -> int:
    """Open, end or cancel a fair; return how many applications were cancelled with it.

    Cancelling needs a reason, cancels every live application, frees the booths, and proposes the
    mails to them and to guests who may come without one: nothing leaves before an officer presses
    "send".

    Raises:
        StatusMoveError: not possible from where the fair stands.
        InvalidError: a reason is missing.
        ConflictError: somebody else changed the fair since the page was shown.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.EDIT_FAIR, fair)
        check_seen(fair, seen_version)
        if status not in MOVES[fair.status]:
            raise StatusMoveError
        cancelled = 0
        if status is FairStatus.CANCELLED:
            cancelled = _cancel(session, actor, fair, Decision(reason or "", decided_by), now=now)
        before, fair.status = fair.status, status
        record(
            session,
            actor,
            "fair.status",
            fair,
            now=now,
            fair_id=fair.id,
            before=before,
            after=status,
            reason=reason,
        )
        return cancelled


def _cancel(
    session: Session, actor: Actor, fair: Fair, decision: Decision, *, now: datetime
) -> int:
    if not decision.reason.strip():
        raise InvalidError("Hãy ghi lý do hủy sự kiện.", field="reason")
    days, kind = (fair.first_day, fair.last_day), DateChangeKind.CANCELLED
    keep_change(session, actor, fair, kind, days, decision.checked(), now=now)
    fair.put_off_at = None
    fair.ics_sequence += 1
    return _cancel_all(session, actor, fair, reason=decision.reason, now=now)


def _cancel_all(session: Session, actor: Actor, fair: Fair, *, reason: str, now: datetime) -> int:
    lock_places(session, fair.id)
    live = session.scalars(
        select(Application).where(Application.fair_id == fair.id, Application.state.not_in(FINAL))
    ).all()
    guests = invited_guests(session, fair, live)
    for application in live:
        free_everything(session, application, reason=reason, now=now)
        advance(
            session, application, Event.CANCEL, actor=actor, now=now, reason=reason, proposed=True
        )
    for invitation in guests:
        notify_exhibitor(
            session,
            "fair_cancelled",
            invitation.exhibitor,
            dedupe=f"invitation:{invitation.id}",
            now=now,
            links=Links(fair_id=fair.id, invitation_id=invitation.id),
            reason=reason,
        )
    return len(live)
