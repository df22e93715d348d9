"""The timeline on an application's page."""

from __future__ import annotations

from datetime import UTC, datetime

from tgfair.core.application.timeline import Happened, Milestone, milestones
from tgfair.core.workflow import State

START = datetime(2026, 5, 1, tzinfo=UTC)
SENT = datetime(2026, 5, 2, tzinfo=UTC)
BACK = datetime(2026, 5, 3, tzinfo=UTC)


def test_milestones_of_a_draft():
    assert milestones(State.DRAFT, START, []) == [
        Milestone("Đang soạn", START, "now"),
        Milestone("Gửi hồ sơ", None, "todo"),
        Milestone("Xét duyệt", None, "todo"),
        Milestone("Xếp gian", None, "todo"),
        Milestone("Xác nhận tham gia", None, "todo"),
    ]


def test_milestones_of_a_returned_application():
    history = [Happened(State.SUBMITTED, SENT), Happened(State.CHANGES_REQUESTED, BACK, "Ảnh mờ")]

    assert milestones(State.CHANGES_REQUESTED, START, history) == [
        Milestone("Đang soạn", START, "done"),
        Milestone("Đã gửi", SENT, "done"),
        Milestone("Cần bổ sung", BACK, "now", "Ảnh mờ"),
        Milestone("Gửi lại hồ sơ", None, "todo"),
        Milestone("Xét duyệt", None, "todo"),
        Milestone("Xếp gian", None, "todo"),
        Milestone("Xác nhận tham gia", None, "todo"),
    ]


def test_milestones_of_a_final_application_have_nothing_to_come():
    history = [Happened(State.SUBMITTED, SENT), Happened(State.WITHDRAWN, BACK)]

    assert [line.state for line in milestones(State.WITHDRAWN, START, history)] == ["done"] * 3
