"""Notices of the timetable: told once when due, late after a rest, or skipped with a reason (D8)."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_staff,
)
from tgfair.core.anchors import OnDay, OnMoon, OnStep
from tgfair.core.errors import ForbiddenError, InvalidError
from tgfair.core.workflow import State
from tgfair.models import (
    Fair,
    FairStatus,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeRun,
    Role,
)
from tgfair.policy import SYSTEM
from tgfair.services.notice_runs import run_notices
from tgfair.services.notices import (
    NoticeData,
    add_notice,
    add_usual,
    hang_step,
    remove_notice,
    switch_notice,
)
from tgfair.services.uow import reader, transaction

# The fair opens on Thursday 18/06/2026; 3 days earlier at eight in Việt Nam is 15/06 01:00 UTC.
START = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
DUE = datetime(2026, 6, 15, 1, 0, tzinfo=UTC)
CONFIRM = NoticeData(
    "Nhắc xác nhận", OnStep("confirm_deadline", -3), 8, "confirm_reminder", (State.ALLOCATED,)
)
NEWS = NoticeData(
    "Dặn dò", OnStep("opening", -3), 8, "notice", (State.CONFIRMED,), "Mang theo thẻ."
)


@pytest.fixture
def fair(app):
    with app.app_context():
        yield make_fair(
            status=FairStatus.OPEN, confirm_until=datetime(2026, 6, 9, 16, 59, tzinfo=UTC)
        )


def confirmed(fair, count=1):
    return [make_application(fair, make_exhibitor(), State.CONFIRMED) for _ in range(count)]


def told():
    reader().rollback()
    rows = reader().scalars(select(Message).order_by(Message.id)).all()
    return [(row.kind, row.application_id, row.state) for row in rows]


def runs():
    reader().rollback()
    rows = reader().scalars(select(NoticeRun).order_by(NoticeRun.id)).all()
    return [(row.due_on, row.outcome, row.told, row.reason) for row in rows]


def test_a_due_notice_is_told_once_to_those_in_its_states(fair):
    (one,) = confirmed(fair)
    make_application(fair, make_exhibitor(), State.APPROVED)
    add_notice(SYSTEM, fair.id, NEWS, now=START)

    assert run_notices(DUE - timedelta(minutes=1)) == 0
    assert (run_notices(DUE), run_notices(DUE), run_notices(DUE + timedelta(hours=1))) == (1, 0, 0)

    assert told() == [("notice", one.id, MessageState.QUEUED)]
    assert runs() == [(date(2026, 6, 15), NoticeOutcome.SENT, 1, None)]


def test_three_reminders_due_while_the_machine_was_off_are_sent_once_each(fair):
    confirmed(fair)
    for before in (3, 4, 5):
        data = NoticeData(
            f"Dặn {before}", OnStep("opening", -before), 8, "notice", (State.CONFIRMED,), "Thẻ."
        )
        add_notice(SYSTEM, fair.id, data, now=START)
    late = DUE + timedelta(days=2)

    dealt = [run_notices(late), run_notices(late - timedelta(days=30)), run_notices(late)]

    assert dealt == [3, 0, 0]  # the clock jumped back between, and forward again
    assert [outcome for _, outcome, *_ in runs()] == [NoticeOutcome.SENT] * 3
    assert len(told()) == 3


def test_a_reminder_whose_deadline_passed_meanwhile_is_skipped_with_the_reason(fair):
    make_application(fair, make_exhibitor(), State.ALLOCATED)
    add_notice(SYSTEM, fair.id, CONFIRM, now=START)

    run_notices(datetime(2026, 6, 12, 3, 0, tzinfo=UTC))

    assert told() == []
    assert runs() == [
        (
            date(2026, 6, 6),
            NoticeOutcome.SKIPPED,
            0,
            "Máy nghỉ lúc đến hạn; nay “Hạn xác nhận gian hàng” đã qua.",
        )
    ]


def test_any_notice_over_a_week_late_is_skipped(fair):
    confirmed(fair)
    data = NoticeData("Dặn", OnDay(date(2026, 6, 1)), 8, "notice", (State.CONFIRMED,), "Thẻ.")
    add_notice(SYSTEM, fair.id, data, now=START)

    run_notices(datetime(2026, 6, 9, 3, 0, tzinfo=UTC))

    assert runs()[0][1:] == (
        NoticeOutcome.SKIPPED,
        0,
        "Máy nghỉ từ 01/06/2026, trễ quá 7 ngày.",
    )


@pytest.mark.parametrize(
    ("hour_utc", "dealt"), [(13, 1), (14, 0), (16, 0), (23, 0), (0, 1)]
)  # 20:00 yes, 21:00, 23:00 and 06:00 no, 07:00 yes
def test_nobody_is_told_at_night(fair, hour_utc, dealt):
    confirmed(fair)
    add_notice(SYSTEM, fair.id, NEWS, now=START)
    day = date(2026, 6, 15 if 0 < hour_utc < 17 else 16)

    assert run_notices(datetime(day.year, day.month, day.day, hour_utc, tzinfo=UTC)) == dealt


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (FairStatus.DRAFT, "Sự kiện còn nháp, chưa mở."),
        (FairStatus.CANCELLED, "Sự kiện đã hủy."),
        (FairStatus.ENDED, "Sự kiện đã kết thúc."),
    ],
)
def test_a_fair_that_is_not_open_tells_nobody_and_says_so(fair, status, reason):
    confirmed(fair)
    add_notice(SYSTEM, fair.id, NEWS, now=START)
    with transaction() as session:
        session.get_one(Fair, fair.id).status = status

    run_notices(DUE)

    assert (told(), [run[1:] for run in runs()]) == ([], [(NoticeOutcome.SKIPPED, 0, reason)])


def test_nothing_is_run_for_days_before_it_was_added_or_while_it_was_off(fair):
    confirmed(fair)
    add_notice(SYSTEM, fair.id, NEWS, now=DUE + timedelta(hours=1))
    other = add_notice(SYSTEM, fair.id, NEWS, now=START)
    switch_notice(SYSTEM, fair.id, other, enabled=False, now=START)
    assert run_notices(DUE + timedelta(hours=2)) == 0

    switch_notice(SYSTEM, fair.id, other, enabled=True, now=DUE + timedelta(hours=3))

    assert (run_notices(DUE + timedelta(hours=4)), told()) == (0, [])


def test_the_silent_are_reminded_and_nobody_twice(fair):
    silent, drafting = make_exhibitor(), make_exhibitor()
    for exhibitor in (silent, drafting):
        make_invitation(fair, exhibitor)
    draft = make_application(fair, drafting, State.DRAFT)
    data = NoticeData(
        "Nhắc", OnStep("opening", -3), 8, "notice", ("silent", State.DRAFT), "Xin trả lời."
    )
    add_notice(SYSTEM, fair.id, data, now=START)

    run_notices(DUE)

    rows = reader().scalars(select(Message).order_by(Message.id)).all()
    assert [(row.exhibitor_id, row.application_id) for row in rows] == [
        (drafting.id, draft.id),
        (silent.id, None),
    ]


def test_two_workers_at_once_tell_once(app, fair):
    confirmed(fair, 3)
    add_notice(SYSTEM, fair.id, NEWS, now=START)
    done = []

    def work():
        with app.app_context():
            done.append(run_notices(DUE))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (sum(done), len(told())) == (1, 3)


def test_a_form_sent_twice_makes_one_mark(fair):
    assert len({add_notice(SYSTEM, fair.id, NEWS, key="k1", now=START) for _ in range(2)}) == 1


def test_the_usual_reminders_are_added_once(fair):
    added = add_usual(SYSTEM, fair.id, now=START)

    assert added == 6
    with pytest.raises(InvalidError, match="đã có đủ"):
        add_usual(SYSTEM, fair.id, now=START)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"label": " "}, "label"),
        ({"at_hour": 22}, "at_hour"),
        ({"anchor": OnMoon(2, 31)}, "moon_day"),
        ({"anchor": OnStep("plan_published_on", -1)}, "step"),
        ({"kind": "sign_in"}, "kind"),
        ({"audience": ()}, "audience"),
        ({"text": ""}, "text"),
    ],
)
def test_marks_that_cannot_work_are_refused(fair, change, field):
    values = {name: getattr(NEWS, name) for name in NoticeData.__dataclass_fields__} | change

    with pytest.raises(InvalidError) as caught:
        add_notice(SYSTEM, fair.id, NoticeData(**values), now=START)

    assert caught.value.field == field


def test_a_step_hangs_on_another_and_moves_with_it(fair):
    hang_step(SYSTEM, fair.id, "badges_on", OnStep("opening", -4), seen_version=1, now=START)

    assert reader().get_one(Fair, fair.id).badges_on == date(2026, 6, 14)
    with pytest.raises(InvalidError):
        hang_step(SYSTEM, fair.id, "badges_on", OnStep("opening", 9), seen_version=2, now=START)


def test_only_the_fairs_organisers_touch_its_timetable(fair):
    reviewer = make_staff(Role.REVIEWER)
    notice = add_notice(SYSTEM, fair.id, NEWS, now=START)

    for act in (
        lambda: add_notice(reviewer, fair.id, NEWS, now=START),
        lambda: add_usual(reviewer, fair.id, now=START),
        lambda: switch_notice(reviewer, fair.id, notice, enabled=False, now=START),
        lambda: remove_notice(reviewer, fair.id, notice, now=START),
        lambda: hang_step(reviewer, fair.id, "badges_on", None, seen_version=1, now=START),
    ):
        with pytest.raises(ForbiddenError):
            act()


def test_a_mark_that_is_removed_tells_nobody(fair):
    confirmed(fair)
    notice = add_notice(SYSTEM, fair.id, NEWS, now=START)

    assert remove_notice(SYSTEM, fair.id, notice, now=START) == "Dặn dò"
    assert run_notices(DUE) == 0
