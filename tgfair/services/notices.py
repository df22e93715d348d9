"""Marks on a fair's timetable: add them, switch them off, hang a step on another day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from tgfair.core.anchors import (
    Anchor,
    OnStep,
    anchor_as_json,
    anchor_from_json,
    check_anchor,
    day_of,
    hang,
)
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.notice_rules import DAY_BEGINS, NIGHT_BEGINS
from tgfair.core.timetable import LABELS, check_timetable
from tgfair.core.vietnamese import check_text
from tgfair.core.workflow import FINAL, State
from tgfair.models.fair import Fair, FairStatus
from tgfair.models.notice import Notice
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.fair_timetable import put_timetable, timetable_of
from tgfair.services.idempotency import once, remember
from tgfair.services.identifiers import public_id
from tgfair.services.uow import check_seen, find, transaction

MOST: Final = 40
MAX_LABEL, MAX_TEXT = 160, 800
SILENT: Final = "silent"
NEWS, ANSWER, CONFIRM = "notice", "reminder", "confirm_reminder"
# Kind of mail -> whom it may tell; for the news of the organisers' own words that is chosen.
AUDIENCES: Final[Mapping[str, tuple[str, ...]]] = {
    ANSWER: (SILENT,),
    CONFIRM: (State.ALLOCATED,),
    NEWS: (SILENT, *(state for state in State if state not in FINAL)),
}


@dataclass(frozen=True)
class NoticeData:
    """A mark as its form describes it; without `kind` it is only shown on the timetable."""

    label: str
    anchor: Anchor
    at_hour: int = 8
    kind: str | None = None
    audience: tuple[str, ...] = ()
    text: str = ""


USUAL: Final = (
    NoticeData("Nhắc trả lời giấy mời", OnStep("registration_closes", -7), 8, ANSWER, (SILENT,)),
    NoticeData("Nhắc lần cuối trước hạn", OnStep("registration_closes", -2), 8, ANSWER, (SILENT,)),
    NoticeData(
        "Nhắc hồ sơ đang soạn",
        OnStep("registration_closes", -3),
        9,
        NEWS,
        (State.DRAFT,),
        "Hồ sơ của cơ sở còn đang soạn, chưa gửi. Xin mở lại, kiểm tra và bấm gửi trước hạn đăng "
        "ký.",
    ),
    NoticeData(
        "Nhắc xác nhận gian hàng", OnStep("confirm_deadline", -3), 8, CONFIRM, (State.ALLOCATED,)
    ),
    NoticeData(
        "Nhắc xác nhận lần cuối", OnStep("confirm_deadline", -1), 8, CONFIRM, (State.ALLOCATED,)
    ),
    NoticeData(
        "Dặn trước ngày dựng gian",
        OnStep("opening", -3),
        9,
        NEWS,
        (State.CONFIRMED,),
        "Sắp đến ngày dựng gian. Xin xem lại giờ vào hàng, mang theo thẻ và giấy tờ của sản phẩm.",
    ),
)


def add_notice(
    actor: Actor, fair_id: int, data: NoticeData, *, key: str = "", now: datetime
) -> str:
    """Put a mark on the timetable and return its public id; days before `now` are never run.

    `key` is the form's idempotency key: the same form again gives the same mark.

    Raises:
        InvalidError: a field cannot be used, or there are 40 marks already.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.SEND_MESSAGES, fair)
        body = {"new_notice": str(data), "fair": fair.id, "by": actor.user_id}
        if (earlier := once(session, key, body, now=now)) is not None:
            return str(earlier["public_id"])
        rows = session.scalars(select(Notice.id).where(Notice.fair_id == fair.id)).all()
        if len(rows) >= MOST:
            raise InvalidError(f"Lịch có tối đa {MOST} mốc. Hãy bỏ bớt mốc cũ.")
        notice = _row(fair, data, now=now)
        notice.created_by_id = actor.user_id
        session.add(notice)
        record(session, actor, "notice.added", notice, now=now, fair_id=fair.id)
        remember(session, key, {"public_id": notice.public_id})
        return notice.public_id


def _row(fair: Fair, data: NoticeData, *, now: datetime) -> Notice:
    label = check_text(data.label, field="label")[:MAX_LABEL]
    if not label:
        raise InvalidError("Hãy ghi tên mốc.", field="label")
    if not DAY_BEGINS <= data.at_hour < NIGHT_BEGINS:
        raise InvalidError("Chỉ gửi từ 7 giờ đến 21 giờ. Hãy chọn giờ khác.", field="at_hour")
    anchor = check_anchor(data.anchor)
    day_of(anchor, timetable_of(fair))
    text = check_text(data.text, field="text")[:MAX_TEXT]
    audience: Sequence[str] = ()
    if data.kind is not None:
        audience = _audience(data.kind, data.audience)
        if data.kind == NEWS and not text:
            raise InvalidError("Hãy ghi nội dung thông báo.", field="text")
    return Notice(
        public_id=public_id(),
        fair_id=fair.id,
        label=label,
        kind=data.kind,
        anchor=anchor_as_json(anchor),
        at_hour=data.at_hour,
        audience=list(audience),
        text=text or None,
        since=now,
    )


def _audience(kind: str, wanted: Sequence[str]) -> Sequence[str]:
    if kind not in AUDIENCES:
        raise InvalidError("Hãy chọn một loại thư.", field="kind")
    told = [one for one in AUDIENCES[kind] if kind != NEWS or one in wanted]
    if not told:
        raise InvalidError("Hãy chọn gửi cho ai.", field="audience")
    return told


def add_usual(actor: Actor, fair_id: int, *, now: datetime) -> int:
    """Add the usual reminders whose steps the fair has and that are not there yet; return how many.

    Raises:
        InvalidError: none is missing.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.SEND_MESSAGES, fair)
        rows = session.scalars(select(Notice).where(Notice.fair_id == fair.id)).all()
        there = {row.label for row in rows}
        timetable = timetable_of(fair)
        missing = [
            data
            for data in USUAL
            if data.label not in there
            and isinstance(data.anchor, OnStep)
            and getattr(timetable, data.anchor.step) is not None
        ]
        if not missing:
            raise InvalidError("Các lời nhắc thường dùng đã có đủ trong lịch.")
        for data in missing:
            notice = _row(fair, data, now=now)
            notice.created_by_id = actor.user_id
            session.add(notice)
        record(session, actor, "notice.usual", fair, now=now, fair_id=fair.id, count=len(missing))
        return len(missing)


def switch_notice(
    actor: Actor, fair_id: int, notice_id: str, *, enabled: bool, now: datetime
) -> str:
    """Switch a mark on or off and return its name; days while it was off are never run."""
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.SEND_MESSAGES, fair)
        notice = find(session, Notice, Notice.public_id == notice_id, Notice.fair_id == fair.id)
        if enabled and not notice.enabled:
            notice.since = now
        notice.enabled = enabled
        record(session, actor, "notice.switched", notice, now=now, enabled=enabled)
        return notice.label


def remove_notice(actor: Actor, fair_id: int, notice_id: str, *, now: datetime) -> str:
    """Take a mark off the timetable and return its name; mails already sent stay in the report."""
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.SEND_MESSAGES, fair)
        notice = find(session, Notice, Notice.public_id == notice_id, Notice.fair_id == fair.id)
        record(session, actor, "notice.removed", notice, now=now, label=notice.label)
        session.delete(notice)
        return notice.label


def hang_step(
    actor: Actor,
    fair_id: int,
    step: str,
    anchor: Anchor | None,
    *,
    seen_version: int,
    now: datetime,
) -> None:
    """Hang a step of the timetable on another day, or (None) leave it where it is by itself.

    Raises:
        InvalidError: the step cannot hang, hangs in a circle, or would break the order of steps.
        ConflictError: somebody else changed the fair since the page was shown, or it is over.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
        require(actor, Action.EDIT_FAIR, fair)
        check_seen(fair, seen_version)
        if fair.status in {FairStatus.ENDED, FairStatus.CANCELLED}:
            raise ConflictError
        if step not in LABELS or step in {"opening", "closing"}:
            raise InvalidError("Ngày tổ chức đổi ở mục “Đổi ngày”.", field="step")
        anchors = anchors_of(fair)
        anchors.pop(step, None)
        if anchor is not None:
            anchors[step] = check_anchor(anchor)
        timetable = hang(timetable_of(fair), anchors)
        problems = check_timetable(timetable)
        if problems:
            raise InvalidError(problems[0].sentence, field="anchor_on")
        put_timetable(fair, timetable)
        keep_anchors(fair, anchors)
        record(session, actor, "fair.hung", fair, now=now, fair_id=fair.id, step=step)


def anchors_of(fair: Fair) -> dict[str, Anchor]:
    """Return what the fair's steps hang on."""
    return {step: anchor_from_json(data) for step, data in fair.anchors.items()}


def keep_anchors(fair: Fair, anchors: Mapping[str, Anchor]) -> None:
    """Write down what the fair's steps hang on."""
    fair.anchors = {step: anchor_as_json(anchor) for step, anchor in anchors.items()}
