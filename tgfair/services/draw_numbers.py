"""The public number, typed twice by two people; then the lots, all in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tgfair.core.calendar_text import vn_datetime
from tgfair.core.draw.lots import Outcome, draw_file, draw_lots
from tgfair.core.draw.sources import read_number
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.core.workflow import ACCEPTED
from tgfair.models.application import Application
from tgfair.models.assignment import (
    OCCUPYING,
    AllocationRun,
    Assignment,
    AssignmentSource,
    AssignmentState,
)
from tgfair.models.booth import Booth
from tgfair.models.draw import Draw, DrawEntry, DrawMode, DrawNote, DrawState
from tgfair.models.waitlist import WaitSource
from tgfair.policy import Actor
from tgfair.services import waiting
from tgfair.services.audit import record
from tgfair.services.draws import MAX_NOTE, load_draw, require_frozen
from tgfair.services.notifications import notify_application
from tgfair.services.places import end_holds
from tgfair.services.uow import transaction

CLEARED = "cleared"


class BoothsTakenError(ConflictError):
    """Booths of the frozen list are held by somebody; nothing was drawn."""

    code = "booths_taken"

    def __init__(self, booths: Sequence[str]) -> None:
        super().__init__(", ".join(booths))
        self.booths = tuple(booths)

    def message(self) -> str:
        """Name the booths, and say that the draw still stands."""
        return (
            f"Gian {', '.join(self.booths)} trong danh sách đang có người giữ, nên chưa ghi "
            "kết quả. Hãy thu hồi rồi ghi lại con số: kết quả vẫn như vậy."
        )


def type_number(actor: Actor, fair_id: int, number: int, typed: str, *, now: datetime) -> bool:
    """Take the public number from one person; with the same from a second one, draw.

    Returns whether the lots are drawn now.

    Raises:
        InvalidError: too early, not a number of this source, other than what the first person
            typed, or typed by the same person.
        BoothsTakenError: a booth of the list has a holder.
    """
    if actor.user_id is None:
        raise ForbiddenError
    with transaction() as session:
        draw = load_draw(session, actor, fair_id, number)
        require_frozen(draw)
        if now < draw.source_at:
            raise InvalidError(
                f"Con số chỉ có từ {vn_datetime(draw.source_at)}. Hãy đợi đến giờ.", field="public"
            )
        public = read_number(draw.source_kind, typed)
        if draw.first_public is None:
            draw.first_public = public
            draw.first_typed_by_id = actor.user_id
            draw.first_typed_at = now
            record(session, actor, "draw.number_typed", draw, now=now, number=number)
            return False
        _require_second(draw, actor, public)
        _draw(session, actor, draw, public, now=now)
        return True


def _require_second(draw: Draw, actor: Actor, public: str) -> None:
    if draw.first_typed_by_id == actor.user_id:
        raise InvalidError(
            "Lần ghi thứ hai phải do người khác ghi, bằng tài khoản của người đó.", field="public"
        )
    if public != draw.first_public:
        raise InvalidError(
            "Con số không giống lần ghi thứ nhất. Hãy cùng đọc lại nguồn; nếu lần đầu sai, "
            "bấm “Ghi lại từ đầu”.",
            field="public",
        )


def clear_number(actor: Actor, fair_id: int, number: int, *, now: datetime) -> None:
    """Forget what the first person typed, so that both type again; everybody may read what it was.

    Raises:
        InvalidError: the lots are drawn, or nothing was typed.
    """
    with transaction() as session:
        draw = load_draw(session, actor, fair_id, number)
        require_frozen(draw)
        if draw.first_public is None:
            raise InvalidError("Chưa ai ghi con số.")
        record(
            session,
            actor,
            "draw.number_cleared",
            draw,
            now=now,
            number=number,
            typed=draw.first_public,
        )
        text = f"{actor.label} xóa con số đã ghi, hai người ghi lại từ đầu: {draw.first_public}"
        draw.notes.append(
            DrawNote(at=now, kind=CLEARED, text=text[:MAX_NOTE], actor_id=actor.user_id)
        )
        draw.first_public = draw.first_typed_by_id = draw.first_typed_at = None


def postpone_number(
    actor: Actor, fair_id: int, number: int, *, source_at: datetime, reason: str, now: datetime
) -> None:
    """Wait for the next scheduled number of the same source, since this one did not come.

    The only way on that the published rules leave; list and hash stay. Whoever cleared a number
    does not do it too: one person alone would choose among numbers.

    Raises:
        InvalidError: the instant has not come yet, a number was typed, or the reason is missing.
    """
    words = check_text(reason, field="reason")[:MAX_NOTE]
    if not words:
        raise InvalidError("Hãy ghi lý do: lý do được công khai cho mọi cơ sở.", field="reason")
    with transaction() as session:
        draw = load_draw(session, actor, fair_id, number)
        require_frozen(draw)
        if now < draw.source_at or draw.first_public is not None:
            raise InvalidError("Chỉ đổi sang kỳ kế tiếp khi đã đến giờ mà nguồn không có số.")
        if any(note.kind == CLEARED and note.actor_id == actor.user_id for note in draw.notes):
            raise InvalidError(
                "Bạn đã xóa một con số của danh sách này, nên việc chuyển sang kỳ kế tiếp phải do "
                "người khác làm, bằng tài khoản của người đó."
            )
        if source_at <= now:
            raise InvalidError("Kỳ kế tiếp phải ở phía trước.", field="source_day")
        text = f"Chuyển sang kỳ kế tiếp, {vn_datetime(source_at)}: {words}"[:MAX_NOTE]
        draw.source_at = source_at
        draw.notes.append(DrawNote(at=now, kind="postponed", text=text, actor_id=actor.user_id))
        record(session, actor, "draw.postponed", draw, now=now, number=number, reason=words)


def _draw(session: Session, actor: Actor, draw: Draw, public: str, *, now: datetime) -> None:
    outcome = draw_lots(draw.closed, public)
    draw.state = DrawState.DRAWN
    draw.public = public
    draw.seed = outcome.seed
    draw.second_typed_by_id = actor.user_id
    draw.drawn_at = now
    run = AllocationRun(
        fair_id=draw.fair_id,
        label=f"Bốc thăm {draw.number}",
        source=AssignmentSource.DRAW,
        inputs_digest=draw.list_hash,
        result=draw_file(draw.closed, public),
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(run)
    session.flush()
    draw.run_id = run.id
    applications = _applications(session, draw)
    _give_lots(session, draw, outcome, applications)
    _give_booths(session, draw, applications, now=now)
    if draw.mode is not DrawMode.ORDER:  # else everybody on the list is still to choose
        for application in waiting_order(session, draw):
            waiting.enter(session, actor, application, source=WaitSource.DRAW, now=now)
    record(session, actor, "draw.drawn", draw, now=now, number=draw.number, seed=draw.seed)
    for application in applications.values():
        if application.state in ACCEPTED:
            notify_application(
                session,
                "draw_result",
                application,
                dedupe=f"draw:{draw.id}",
                now=now,
                draw_id=draw.id,
            )


def _applications(session: Session, draw: Draw) -> dict[str, Application]:
    rows = session.scalars(
        select(Application).join(DrawEntry).where(DrawEntry.draw_id == draw.id)
    ).all()
    return {row.code: row for row in rows}


def _give_lots(
    session: Session, draw: Draw, outcome: Outcome, applications: dict[str, Application]
) -> None:
    places = {code: at for order in outcome.lots.values() for at, code in enumerate(order, 1)}
    codes = {row.id: code for code, row in applications.items()}
    labels = list(outcome.result.values())
    booths: dict[str, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(Booth.label, Booth.id).where(
                Booth.fair_id == draw.fair_id, Booth.label.in_(labels)
            )
        )
    }
    missing = sorted(set(labels) - set(booths))
    if missing:
        raise InvalidError(
            f"Gian {', '.join(missing)} trong danh sách không còn trên sơ đồ. "
            "Hãy khôi phục sơ đồ như lúc chốt rồi ghi lại con số: kết quả vẫn như vậy."
        )
    for entry in draw.entries:
        code = codes[entry.application_id]
        entry.lot = places[code]
        entry.booth_id = booths[outcome.result[code]] if code in outcome.result else None


def _give_booths(
    session: Session, draw: Draw, applications: dict[str, Application], *, now: datetime
) -> None:
    """Place those who are still in the fair; who left meanwhile keeps the lot, and no booth."""
    states = {row.id: row for row in applications.values() if row.state in ACCEPTED}
    wins = [e for e in draw.entries if e.booth_id is not None and e.application_id in states]
    booth_ids = [entry.booth_id for entry in wins]
    end_holds(session, Assignment.booth_id.in_(booth_ids), now=now)
    taken = session.scalars(
        select(Booth.label)
        .join(Assignment)
        .where(Assignment.booth_id.in_(booth_ids), Assignment.state.in_(OCCUPYING))
        .order_by(Booth.label)
    ).all()
    if taken:
        raise BoothsTakenError(taken)
    session.add_all(
        Assignment(
            fair_id=draw.fair_id,
            booth_id=entry.booth_id,
            application_id=entry.application_id,
            source=AssignmentSource.DRAW,
            run_id=draw.run_id,
            state=AssignmentState.LIVE,
            created_at=now,
            created_by_id=draw.second_typed_by_id,
        )
        for entry in wins
    )
    try:
        session.flush()
    except IntegrityError as error:
        raise BoothsTakenError(["vừa bốc"]) from error
    for entry in wins:
        waiting.settle(session, states[entry.application_id], now=now)


def waiting_order(session: Session, draw: Draw) -> list[Application]:
    """Return who drew no booth and is still in the fair, in the order of their lots.

    Lots of several zones take turns: all lots 1 by the zones' codes, then all lots 2.
    """
    return list(
        session.scalars(
            select(Application)
            .join(DrawEntry)
            .where(
                DrawEntry.draw_id == draw.id,
                DrawEntry.lot.is_not(None),
                DrawEntry.booth_id.is_(None),
                Application.state.in_(ACCEPTED),
            )
            .order_by(DrawEntry.lot, DrawEntry.zone_code)
        )
    )
