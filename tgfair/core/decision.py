"""What an officer decides, with all that such a decision must carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from tgfair.core.application.steps import FIELD_LABELS, Step, field_label
from tgfair.core.calendar_text import VIETNAM, vn_datetime
from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.core.workflow import EFFECTS, Event

# domain.md, section 9: reject_reason.
REJECT_REASONS: Final[dict[str, str]] = {
    "out_of_scope": "Sản phẩm ngoài phạm vi",
    "cert_expired": "Chứng nhận hết hạn",
    "docs_missing": "Thiếu hồ sơ",
    "no_space": "Hết chỗ",
    "duplicate": "Trùng hồ sơ",
    "late": "Trễ hạn",
    "other": "Lý do khác",
}
DECISIONS: Final = frozenset({Event.APPROVE, Event.WAITLIST, Event.REJECT, Event.RETURN})
MAX_REASON: Final = 600
MAX_FIX: Final = 400
DAYS_TO_FIX: Final = 5
CLOSE_OF_DAY: Final = time(17, 0)


@dataclass(frozen=True)
class FixRequest:
    """One thing to mend: where, and what is wrong with it."""

    step: str
    field: str
    text: str

    @property
    def label(self) -> str:
        """Words for the place."""
        return field_label(self.step, self.field)


@dataclass(frozen=True)
class Decision:
    """An event with its reason; a return has the complete list of fixes and a deadline."""

    event: Event
    reason: str = ""
    fixes: tuple[FixRequest, ...] = ()
    until: datetime | None = None


def rejection(kind: str, text: str) -> Decision:
    """Return the decision not to approve: one of the known reasons, and words if there are any.

    Raises:
        InvalidError: no reason chosen, or "other" without words.
    """
    if kind not in REJECT_REASONS:
        raise InvalidError("Hãy chọn một lý do.", field="kind")
    words = checked_reason(text)
    if kind == "other":
        if not words:
            raise InvalidError("Hãy ghi lý do để cơ sở hiểu.", field="reason")
        return Decision(Event.REJECT, words)
    label = REJECT_REASONS[kind]
    return Decision(Event.REJECT, checked_reason(f"{label}: {words}" if words else label))


def checked_reason(text: str) -> str:
    """Return the cleaned words of a reason; may be empty.

    Raises:
        InvalidError: too long, or with invisible characters.
    """
    words = check_text(text, field="reason")
    if len(words) > MAX_REASON:
        raise InvalidError(f"Dài quá {MAX_REASON} ký tự. Hãy viết ngắn lại.", field="reason")
    return words


def check_decision(decision: Decision, *, now: datetime, opens_at: datetime) -> Decision:
    """Return the decision with cleaned words, ready to be carried out.

    Raises:
        InvalidError: it lacks a reason, fixes or a usable deadline; `field` names which.
    """
    if decision.event not in DECISIONS:
        raise InvalidError("Không có quyết định này.")
    reason = checked_reason(decision.reason)
    if decision.event is not Event.RETURN:
        if EFFECTS[decision.event].needs_reason and not reason:
            raise InvalidError("Chưa ghi lý do. Hãy ghi ngắn gọn vì sao.", field="reason")
        return Decision(decision.event, reason)
    fixes = checked_fixes(decision.fixes)
    until = _checked_deadline(decision.until, now=now, opens_at=opens_at)
    listed = f"Cần sửa: {', '.join(fix.label for fix in fixes)}"
    return Decision(Event.RETURN, reason or listed[:MAX_REASON], fixes, until)


def checked_fixes(fixes: Sequence[FixRequest]) -> tuple[FixRequest, ...]:
    """Return the list of fixes with cleaned words.

    Raises:
        InvalidError: the list is empty, names a place twice or one that is not there, or says
            nothing about a place; `field` is "step-field".
    """
    if not fixes:
        raise InvalidError("Hãy chọn ít nhất một mục cần sửa.", field="fixes")
    places = [(fix.step, fix.field) for fix in fixes]
    if len(set(places)) != len(places):
        raise InvalidError("Một mục được ghi hai lần. Hãy gộp lại.", field="fixes")
    return tuple(_checked_fix(fix) for fix in fixes)


def _checked_fix(fix: FixRequest) -> FixRequest:
    place = f"{fix.step}-{fix.field}"
    if fix.step not in set(Step) or fix.field not in FIELD_LABELS[Step(fix.step)]:
        raise InvalidError("Có mục cần sửa không còn trong mẫu. Hãy tải lại trang.", field="fixes")
    text = check_text(fix.text, field=place)
    if not text:
        raise InvalidError(f"Chưa ghi cần sửa gì ở mục “{fix.label}”.", field=place)
    if len(text) > MAX_FIX:
        raise InvalidError(
            f"“{fix.label}” dài quá {MAX_FIX} ký tự. Hãy viết ngắn lại.", field=place
        )
    return FixRequest(fix.step, fix.field, text)


def _checked_deadline(until: datetime | None, *, now: datetime, opens_at: datetime) -> datetime:
    if until is None:
        raise InvalidError("Chưa ghi hạn bổ sung.", field="until")
    if until <= now:
        raise InvalidError("Hạn bổ sung đã qua. Hãy chọn ngày sau hôm nay.", field="until")
    if until >= opens_at:
        sentence = f"Hạn bổ sung phải trước giờ khai mạc, {vn_datetime(opens_at)}."
        raise InvalidError(sentence, field="until")
    return until


def default_deadline(
    supplement_until: datetime | None, *, now: datetime, opens_at: datetime
) -> datetime:
    """Propose until when to mend: the fair's own day while it lies ahead, else five days on."""
    if supplement_until is not None and supplement_until > now:
        return supplement_until
    day = (now + timedelta(days=DAYS_TO_FIX)).astimezone(VIETNAM).date()
    return min(end_of_day(day), opens_at - timedelta(hours=1))


def deadline_on(day: date, supplement_until: datetime | None) -> datetime:
    """Return the instant a typed day stands for: 17:00, or the fair's own hour on that day."""
    own = supplement_until.astimezone(VIETNAM) if supplement_until else None
    return own if own is not None and own.date() == day else end_of_day(day)


def end_of_day(day: date) -> datetime:
    """Return the close of business of a day in Việt Nam."""
    return datetime.combine(day, CLOSE_OF_DAY, VIETNAM)
