"""Assign booths by hand: assign, move, swap, release. What was assigned is seen once published.

The partial unique index on live assignments is the judge: two officers who give one booth away at
the same moment leave one row, and the other gets a sentence (design.md, 1.4 and section 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tgfair.core.errors import InvalidError
from tgfair.core.layout.suitability import Reason
from tgfair.core.workflow import ACCEPTED, STATE_LABELS
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentSource, AssignmentState
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require
from tgfair.services import places
from tgfair.services.audit import record
from tgfair.services.draw_freeze import refuse_frozen_zone
from tgfair.services.places import BoothTakenError, end_place, free_place, lock_places, occupant
from tgfair.services.suiting import reasons_against
from tgfair.services.uow import find, reader, transaction
from tgfair.services.waiting import standing
from tgfair.services.waitlist_jumps import note_overtaking


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


def assign_booth(
    actor: Actor, fair_id: int, label: str, code: str, *, reason: str | None = None, now: datetime
) -> Placed:
    """Give a free booth to an approved application; in a sharing fair, the second half of a table.

    `reason` lets an officer place against a rule, give more booths than were asked for, or place
    past the waiting list; it is kept in the audit trail, and the last is public.

    Raises:
        BoothTakenError: somebody else holds it.
        UnsuitableError: a rule speaks against it and no reason was given.
        InvalidError: it is not approved, or has as many booths as it asked for, or somebody in
            line is overtaken, without a reason.
    """
    # Read before the write lock, so that losers do not queue behind the winner.
    _refuse_taken(reader(), fair_id, label, now=now)
    with transaction() as session:
        fair, booth, application = _load(session, actor, fair_id, label, code)
        _refuse_unsuitable(application, booth, reason)
        _refuse_more(session, application, booth, reason)
        note_overtaking(session, actor, booth, application, reason=reason, now=now)
        placed = _place(session, actor, fair, booth, application, now=now)
        record(session, actor, "booth.assigned", application, now=now, booth=label, reason=reason)
        return placed


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
    require(actor, Action.ASSIGN_BOOTHS, application)  # not for a subject of one's own
    if application.state not in ACCEPTED:
        raise InvalidError(
            f"Hồ sơ {code} đang “{STATE_LABELS[application.state]}”. "
            "Chỉ xếp gian cho hồ sơ đã duyệt."
        )
    return fair, booth, application


def _refuse_taken(session: Session, fair_id: int, label: str, *, now: datetime) -> None:
    holder = occupant(session, fair_id, label, now=now)
    if holder is None or holder.application.fair.shares_booths:
        return
    raise BoothTakenError(label, holder.application.exhibitor.name)


def _refuse_unsuitable(application: Application, booth: Booth, reason: str | None) -> None:
    against = reasons_against(application, booth)
    if against and not (reason or "").strip():
        raise UnsuitableError(booth.label, against)


def _refuse_more(
    session: Session, application: Application, booth: Booth, reason: str | None
) -> None:
    has = standing(session, application.id)
    if has >= application.booths_wanted and not (reason or "").strip():
        raise InvalidError(
            f"Hồ sơ {application.code} đã có đủ {has} gian như đã đăng ký. Muốn đổi gian thì bấm "
            f"Chuyển; muốn thêm gian {booth.label} vẫn được, hãy ghi lý do.",
            field="reason",
        )


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
        holder = occupant(session, fair.id, booth.label, now=now)
        if holder is not None:
            places.share(session, holder, booth, application, now=now)
            return Placed(booth.label, application.exhibitor.name, shared=True)
    places.place(
        session,
        booth,
        application,
        source=AssignmentSource.HAND,
        created_by_id=actor.user_id,
        now=now,
    )
    return Placed(booth.label, application.exhibitor.name)


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
            _refuse_taken(session, fair.id, to_label, now=now)
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
            require(actor, Action.ASSIGN_BOOTHS, one.application)
            _require_reason(one.application, reason)
            _refuse_unsuitable(one.application, other.booth, reason)
        pairs = [(first.application, second.booth), (second.application, first.booth)]
        for assignment in (first, second):
            end_place(session, assignment, reason=reason, now=now)
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
    if holder.state is not AssignmentState.LIVE:
        raise InvalidError(f"Gian {label} đang được giữ tạm. Hãy đợi cơ sở trả lời, hoặc thu hồi.")
    return holder


def block_booth(
    actor: Actor, fair_id: int, label: str, *, reason: str | None, now: datetime
) -> None:
    """Take a booth out of use with a reason, or back into use with None.

    Raises:
        BoothTakenError: somebody holds it.
        FrozenForDrawError: its zone waits for a public draw.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.ASSIGN_BOOTHS, fair)
        lock_places(session, fair.id)
        booth = find(session, Booth, Booth.fair_id == fair.id, Booth.label == label)
        refuse_frozen_zone(session, booth)
        if reason:
            _refuse_taken(session, fair.id, label, now=now)
        booth.blocked_reason = reason
        record(session, actor, "booth.blocked", booth, now=now, booth=label, reason=reason)
