"""Public draw of lots, before the number: freeze and publish a list, correct it, call it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tgfair.clock import VIETNAM
from tgfair.core.draw.feasibility import Feasibility
from tgfair.core.draw.lots import ZoneLots, closed_list, list_hash
from tgfair.core.draw.sources import Source, SourceKind, source_words
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.application import Application
from tgfair.models.draw import Draw, DrawEntry, DrawMode, DrawNote, DrawState
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.draw_lists import feasibility, rules_text
from tgfair.services.notifications import notify_application
from tgfair.services.places import lock_places
from tgfair.services.uow import find, transaction

MOST_HOURS = 14 * 24
MAX_NOTE = 400


@dataclass(frozen=True)
class DrawPlan:
    """What the organiser chooses before freezing.

    `zones` are codes; `source_at` is when the public number appears; `leaves_aside` says that
    applications which no zone can take are known, and will be placed otherwise.
    """

    mode: DrawMode
    zones: tuple[str, ...]
    source_kind: SourceKind
    source_name: str
    source_at: datetime
    objection_hours: int
    leaves_aside: bool


def freeze_list(actor: Actor, fair_id: int, plan: DrawPlan, *, now: datetime) -> int:
    """Freeze who draws for what, publish the list with its hash, tell everybody on it.

    Returns the number of the draw within its fair.

    Raises:
        InvalidError: no zone can draw, somebody would be left aside unknowingly, or the number
            would appear before the objections end.
        ConflictError: another list waits for its number.
    """
    with transaction() as session:
        fair = _fair(session, actor, fair_id)
        _refuse_second(session, fair)
        _refuse_early(plan, now)
        draw = _freeze(session, actor, fair, plan, replaces=None, now=now)
        _tell(session, draw, "draw_listed", reason=None, now=now)
        return draw.number


def _fair(session: Session, actor: Actor, fair_id: int) -> Fair:
    fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.RUN_DRAW, fair)
    lock_places(session, fair.id)
    return fair


def load_draw(session: Session, actor: Actor, fair_id: int, number: int) -> Draw:
    """Return a draw for a change, under the lock of its fair's places.

    Raises:
        NotFoundError: there is none.
    """
    fair = _fair(session, actor, fair_id)
    return find(session, Draw, Draw.fair_id == fair.id, Draw.number == number)


def _refuse_second(session: Session, fair: Fair) -> None:
    waits = select(Draw.number).where(Draw.fair_id == fair.id, Draw.state == DrawState.FROZEN)
    if session.scalar(waits) is not None:
        raise ConflictDrawError


class ConflictDrawError(ConflictError):
    """Another list of the fair waits for its number."""

    code = "draw_waits"

    def message(self) -> str:
        """Say what to do first."""
        return "Đã có một danh sách chờ con số. Hãy bốc xong hoặc hủy danh sách đó trước."


def _refuse_early(plan: DrawPlan, now: datetime) -> None:
    if not 0 <= plan.objection_hours <= MOST_HOURS:
        raise InvalidError(
            f"Thời gian nêu ý kiến từ 0 đến {MOST_HOURS} giờ.", field="objection_hours"
        )
    if plan.source_at < now + timedelta(hours=plan.objection_hours) or plan.source_at <= now:
        raise InvalidError(
            "Con số phải có sau khi hết giờ nêu ý kiến. Hãy lùi giờ bốc hoặc rút ngắn thời gian "
            "nêu ý kiến.",
            field="source_day",
        )


def _freeze(
    session: Session,
    actor: Actor,
    fair: Fair,
    plan: DrawPlan,
    *,
    replaces: Draw | None,
    now: datetime,
) -> Draw:
    found = feasibility(session, fair, plan.mode, plan.zones)
    _refuse_unfit(found, plan)
    closed = _closed(fair, plan, found, now)
    newest = session.scalar(select(func.max(Draw.number)).where(Draw.fair_id == fair.id)) or 0
    draw = Draw(
        fair_id=fair.id,
        number=newest + 1,
        mode=plan.mode,
        state=DrawState.FROZEN,
        source_kind=plan.source_kind,
        source_name=check_text(plan.source_name),
        source_at=plan.source_at,
        closed_at=now,
        objection_hours=plan.objection_hours,
        objections_until=min(now + timedelta(hours=plan.objection_hours), plan.source_at),
        closed=closed,
        list_hash=list_hash(closed),
        replaces_id=replaces.id if replaces else None,
        created_by_id=actor.user_id,
        entries=_entries(session, found),
    )
    session.add(draw)
    session.flush()
    record(session, actor, "draw.frozen", draw, now=now, number=draw.number, hash=draw.list_hash)
    return draw


def _refuse_unfit(found: Feasibility, plan: DrawPlan) -> None:
    if not found.zones:
        raise InvalidError(
            "Chưa có khu nào vừa có hồ sơ đã duyệt vừa có gian trống. Hãy chọn lại khu.",
            field="zones",
        )
    if found.asides and not plan.leaves_aside:
        raise InvalidError(
            f"{len(found.asides)} hồ sơ không bốc được ở khu nào. Hãy xếp trước, "
            "hoặc đánh dấu sẽ xếp riêng.",
            field="leaves_aside",
        )


def _closed(fair: Fair, plan: DrawPlan, found: Feasibility, now: datetime) -> dict[str, object]:
    by_order = plan.mode is DrawMode.ORDER
    return closed_list(
        event=fair.slug,
        closed_at=now.astimezone(VIETNAM).isoformat(timespec="seconds"),
        source=source_words(Source(plan.source_kind, plan.source_name, plan.source_at)),
        rules=rules_text(plan.mode, found),
        zones=[
            ZoneLots(zone.code, zone.applications, () if by_order else zone.booths)
            for zone in found.zones
        ],
    )


def _entries(session: Session, found: Feasibility) -> list[DrawEntry]:
    codes = [code for zone in found.zones for code in zone.applications]
    ids: dict[str, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(Application.code, Application.id).where(Application.code.in_(codes))
        )
    }
    return [
        DrawEntry(application_id=ids[code], zone_code=zone.code)
        for zone in found.zones
        for code in zone.applications
    ]


def _tell(session: Session, draw: Draw, kind: str, *, reason: str | None, now: datetime) -> None:
    for entry in draw.entries:
        application = session.get_one(Application, entry.application_id)
        notify_application(
            session,
            kind,
            application,
            dedupe=f"draw:{draw.id}",
            now=now,
            draw_id=draw.id,
            reason=reason,
        )


def correct_list(
    actor: Actor, fair_id: int, number: int, *, leaves_aside: bool, reason: str, now: datetime
) -> int:
    """Replace a list by one from today's applications and booths: new hash, public reason.

    Zones, source and instant stay; objections begin anew and end at the instant at the latest.
    Returns the new number.

    Raises:
        InvalidError: no reason, nothing to correct, or the number exists already.
    """
    words = _reason(reason)
    with transaction() as session:
        old = load_draw(session, actor, fair_id, number)
        _require_before_number(old, now)
        fair = session.get_one(Fair, fair_id)
        old.state = DrawState.REPLACED
        old.notes.append(DrawNote(at=now, kind="corrected", text=words, actor_id=actor.user_id))
        session.flush()
        draw = _freeze(session, actor, fair, _again(old, leaves_aside), replaces=old, now=now)
        if draw.closed["zones"] == old.closed["zones"]:
            raise InvalidError("Danh sách mới giống hệt danh sách cũ, không có gì để sửa.")
        record(session, actor, "draw.corrected", old, now=now, number=number, reason=words)
        _tell(session, draw, "draw_listed", reason=words, now=now)
        return draw.number


def _again(old: Draw, leaves_aside: bool) -> DrawPlan:  # noqa: FBT001 -- a field's value
    return DrawPlan(
        old.mode,
        tuple(zone["code"] for zone in old.closed["zones"]),
        old.source_kind,
        old.source_name,
        old.source_at,
        old.objection_hours,
        leaves_aside,
    )


def call_off(actor: Actor, fair_id: int, number: int, *, reason: str, now: datetime) -> None:
    """Give a list up before its number exists, with a public reason.

    Raises:
        InvalidError: no reason, or the number exists already.
    """
    words = _reason(reason)
    with transaction() as session:
        draw = load_draw(session, actor, fair_id, number)
        _require_before_number(draw, now)
        draw.state = DrawState.CALLED_OFF
        draw.notes.append(DrawNote(at=now, kind="called_off", text=words, actor_id=actor.user_id))
        record(session, actor, "draw.called_off", draw, now=now, number=number, reason=words)
        _tell(session, draw, "draw_called_off", reason=words, now=now)


def _reason(typed: str) -> str:
    words = check_text(typed, field="reason")[:MAX_NOTE]
    if not words:
        raise InvalidError("Hãy ghi lý do: lý do được công khai cho mọi cơ sở.", field="reason")
    return words


def require_frozen(draw: Draw) -> None:
    """Refuse what can only be done to a list that waits.

    Raises:
        InvalidError: it was drawn, replaced or called off.
    """
    if draw.state is not DrawState.FROZEN:
        raise InvalidError("Danh sách này không còn chờ con số. Hãy tải lại trang.")


def _require_before_number(draw: Draw, now: datetime) -> None:
    require_frozen(draw)
    if now >= draw.source_at or draw.first_public is not None:
        raise InvalidError(
            "Con số đã có hoặc đã đến giờ có: danh sách không sửa, không hủy được nữa."
        )
