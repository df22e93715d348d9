"""Reading a decision from a form, and the words for what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tgfair.core.application.steps import FIELD_LABELS
from tgfair.core.calendar_text import parse_vn_date
from tgfair.core.decision import DECISIONS, Decision, FixRequest, deadline_on, rejection
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import Event
from tgfair.models.fair import Fair

WORDS = {
    Event.APPROVE: "Đã duyệt",
    Event.WAITLIST: "Đã đưa vào danh sách chờ",
    Event.REJECT: "Đã ghi không duyệt",
    Event.RETURN: "Đã yêu cầu bổ sung",
}
# Offered while typing; an officer may write anything else.
PHRASES = (
    "Ảnh mờ, hãy chụp lại cho rõ chữ",
    "Giấy đã hết hạn, hãy nộp giấy còn hạn",
    "Thiếu trang, hãy chụp đủ các trang",
    "Không đúng loại giấy cần nộp",
    "Số này không gọi được, hãy ghi số khác",
    "Tên chưa khớp với giấy chứng nhận",
)
MAX_TEXT = 1000


def event_of(text: str) -> Event:
    """Read which decision a button stands for.

    Raises:
        InvalidError: none of them.
    """
    try:
        event = Event(text)
    except ValueError:
        event = None
    if event not in DECISIONS:
        raise InvalidError("Hãy chọn một quyết định.")
    return event


def read_decision(form: Mapping[str, str], fair: Fair) -> Decision:
    """Read a decision with its reason, or its list of fixes and the deadline.

    Raises:
        InvalidError: it cannot be read; `field` names where.
    """
    event = event_of(form.get("act", ""))
    reason = form.get("reason", "")
    if event is Event.REJECT:
        return rejection(form.get("kind", ""), reason)
    if event is Event.RETURN:
        return Decision(event, reason, _fixes(form), _until(form.get("until", ""), fair))
    return Decision(event, reason)


def _fixes(form: Mapping[str, str]) -> tuple[FixRequest, ...]:
    """Return what is ticked or has words; a tick without words is for the rules to refuse."""
    return tuple(
        FixRequest(step.value, field, form.get(f"text-{step}-{field}", "")[:MAX_TEXT])
        for step, fields in FIELD_LABELS.items()
        for field in fields
        if form.get(f"fix-{step}-{field}") or form.get(f"text-{step}-{field}", "").strip()
    )


def _until(text: str, fair: Fair) -> datetime | None:
    if not text.strip():
        return None
    return deadline_on(parse_vn_date(text, field="until"), fair.supplement_until)


def anchor_of(error: InvalidError) -> str:
    """Return the id of the control that an error is about."""
    field = error.field or ""
    return f"text-{field}" if "-" in field else field
