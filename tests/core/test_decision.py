from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tgfair.core.decision import (
    Decision,
    FixRequest,
    check_decision,
    deadline_on,
    default_deadline,
    rejection,
)
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import Event

NOW = datetime(2026, 5, 5, 2, 0, tzinfo=UTC)
OPENS = datetime(2026, 6, 18, 1, 0, tzinfo=UTC)
SOON = NOW + timedelta(days=5)
FIX = FixRequest("files", "label_photo", "Ảnh nhãn mờ, hãy chụp lại")


def check(decision: Decision) -> Decision:
    return check_decision(decision, now=NOW, opens_at=OPENS)


def refused(decision: Decision) -> str | None:
    with pytest.raises(InvalidError) as error:
        check(decision)
    return error.value.field


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("cert_expired", "", "Chứng nhận hết hạn"),
        ("cert_expired", " từ  01/06 ", "Chứng nhận hết hạn: từ 01/06"),
        ("other", "Không phải sản phẩm của tỉnh", "Không phải sản phẩm của tỉnh"),
    ],
)
def test_a_rejection_says_why(kind, text, reason):
    assert rejection(kind, text) == Decision(Event.REJECT, reason)


@pytest.mark.parametrize(
    ("kind", "text", "field"),
    [
        ("", "x", "kind"),
        ("sai", "x", "kind"),
        ("other", " ", "reason"),
        ("late", "x" * 601, "reason"),
    ],
)
def test_a_rejection_without_a_reason_is_refused(kind, text, field):
    with pytest.raises(InvalidError) as error:
        rejection(kind, text)
    assert error.value.field == field


def test_a_return_carries_the_cleaned_list_and_a_reason_made_from_it():
    decision = check(
        Decision(Event.RETURN, "", (FIX, FixRequest("contact", "phone", " số  sai ")), SOON)
    )

    assert decision == Decision(
        Event.RETURN,
        "Cần sửa: Ảnh nhãn hàng hóa, Số điện thoại di động",
        (FIX, FixRequest("contact", "phone", "số sai")),
        SOON,
    )


@pytest.mark.parametrize(
    ("fixes", "until", "field"),
    [
        ((), SOON, "fixes"),
        ((FIX, FIX), SOON, "fixes"),
        ((FixRequest("files", "label_photo", " "),), SOON, "files-label_photo"),
        ((FixRequest("files", "label_photo", "x" * 401),), SOON, "files-label_photo"),
        ((FixRequest("files", "nothing", "x"),), SOON, "fixes"),
        ((FixRequest("nowhere", "name", "x"),), SOON, "fixes"),
        ((FIX,), None, "until"),
        ((FIX,), NOW, "until"),
        ((FIX,), OPENS, "until"),
    ],
)
def test_a_return_that_nobody_could_heed_is_refused(fixes, until, field):
    assert refused(Decision(Event.RETURN, "", fixes, until)) == field


def test_a_rejection_needs_words_and_other_events_are_no_decision():
    assert refused(Decision(Event.REJECT, " ")) == "reason"
    assert refused(Decision(Event.CONFIRM)) is None
    assert check(Decision(Event.APPROVE)) == Decision(Event.APPROVE)


def test_the_proposed_deadline_is_the_fairs_or_five_days_on():
    own = NOW + timedelta(days=9)

    assert default_deadline(own, now=NOW, opens_at=OPENS) == own
    five = datetime(2026, 5, 10, 10, 0, tzinfo=UTC)
    assert default_deadline(NOW, now=NOW, opens_at=OPENS) == five
    assert default_deadline(None, now=NOW, opens_at=OPENS) == five
    assert default_deadline(None, now=OPENS - timedelta(days=1), opens_at=OPENS) < OPENS


def test_a_typed_day_keeps_the_fairs_own_hour():
    own = datetime(2026, 5, 14, 16, 59, tzinfo=UTC)

    assert deadline_on(date(2026, 5, 14), own) == own
    assert deadline_on(date(2026, 5, 15), own) == datetime(2026, 5, 15, 10, 0, tzinfo=UTC)
