"""Badges of the people at a booth end with the booth, and come back with it."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support import builders
from tests.support.gate_world import (
    FAIR_DAY,
    make_gate,
    pair_phone,
    phone_actor,
    sent_scan,
    token_of,
)
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import State
from tgfair.models import Application, ApplicationPerson, Badge, BadgeState, FairStatus, Role, Rsvp
from tgfair.policy import SYSTEM
from tgfair.services import badges, delegates, scans
from tgfair.services.allocations import assign_booth, move_booth, release_booth
from tgfair.services.attendance import accept_booth
from tgfair.services.fair_dates import change_dates
from tgfair.services.fair_status import set_fair_status
from tgfair.services.publications import publish
from tgfair.services.submissions import withdraw_application
from tgfair.services.uow import reader, transaction

NOW = builders.NOW
NAMES = ("Nguyễn Thị Út Hạnh", "Trần Văn Đức")


@pytest.fixture
def fair(app):
    with app.app_context():
        fair = builders.make_fair()
        builders.install_plan(fair)
        yield fair


@pytest.fixture
def organiser(fair):
    return builders.make_staff(Role.ORGANISER)


@pytest.fixture
def exhibitor(fair):
    return builders.make_exhibitor()


@pytest.fixture
def code(fair, organiser, exhibitor) -> str:
    """A confirmed application with booth A01 and two badges."""
    application = builders.make_application(fair, exhibitor, State.APPROVED)
    with transaction() as session:
        row = session.get_one(Application, application.id)
        row.people = [ApplicationPerson(name=name) for name in NAMES]
    give_booth(organiser, fair, application.code)
    return application.code


def give_booth(organiser, fair, code) -> None:
    assign_booth(organiser, fair.id, "A01", code, now=NOW)
    publish(organiser, fair.id, note=None, now=NOW)
    accept_booth(SYSTEM, code, now=NOW)


def take_booth(organiser, fair, code) -> None:
    release_booth(organiser, fair.id, "A01", code, reason="Sai khu", now=NOW)
    publish(organiser, fair.id, note="Sai khu", now=NOW)


def standing() -> list[tuple[str, int, str, str | None]]:
    reader().rollback()
    rows = reader().query(Badge).order_by(Badge.id)
    return [(b.holder_name, b.generation, b.state.value, b.revoke_reason) for b in rows]


def all_of(generation: int, state: str, reason: str | None):
    return [(name, generation, state, reason) for name in NAMES]


def test_released_booth_takes_the_badges_along(fair, organiser, code):
    assert standing() == all_of(0, "valid", None)

    take_booth(organiser, fair, code)

    assert standing() == all_of(0, "revoked", "Gian hàng đã thu hồi.")


def test_next_booth_brings_the_same_badges_with_the_next_generation(fair, organiser, code):
    old = token_of(reader().query(Badge).order_by(Badge.id).first())
    take_booth(organiser, fair, code)

    give_booth(organiser, fair, code)

    assert standing() == all_of(1, "valid", None)
    make_gate(fair)
    phone = phone_actor(pair_phone(fair))
    new = token_of(reader().query(Badge).order_by(Badge.id).first())
    sent = [sent_scan(old), sent_scan(new)]
    taken = scans.record_scans(phone, sent, now=FAIR_DAY, clock_shift=timedelta(0))
    assert [one.verdict.code for one in taken] == ["old_generation", "in"]


def test_last_generation_comes_back_under_another_number(fair, organiser, code):
    with transaction() as session:
        for badge in session.query(Badge):
            badge.generation = 15
    take_booth(organiser, fair, code)
    give_booth(organiser, fair, code)

    assert sorted(standing(), key=lambda row: row[2:])[-2:] == all_of(0, "valid", None)


def test_what_an_officer_revoked_stays_away_with_the_next_booth(fair, organiser, code):
    first = reader().query(Badge).order_by(Badge.id).first().public_id
    badges.revoke_badge(organiser, first, reason="Cho mượn thẻ", now=NOW)
    take_booth(organiser, fair, code)
    give_booth(organiser, fair, code)

    assert standing() == [
        (NAMES[0], 0, "revoked", "Cho mượn thẻ"),
        (NAMES[1], 1, "valid", None),
    ]


def test_badge_without_booth_is_not_issued_again_by_hand(fair, organiser, code):
    first = reader().query(Badge).order_by(Badge.id).first().public_id
    take_booth(organiser, fair, code)

    with pytest.raises(badges.BadgeVoidError):
        badges.reissue_badge(organiser, first, reason="Mất thẻ", now=NOW)


def test_move_and_new_days_keep_the_badges(fair, organiser, code):
    move_booth(
        organiser, fair.id, code, from_label="A01", to_label="A02", reason="Sửa điện", now=NOW
    )
    publish(organiser, fair.id, note="Sửa điện", now=NOW)
    accept_booth(SYSTEM, code, now=NOW)
    days = date(2026, 6, 19), date(2026, 6, 22)
    version = reader().get_one(type(fair), fair.id).version
    change_dates(organiser, fair.id, *days, reason="Mưa", seen_version=version, now=NOW)

    assert standing() == all_of(0, "valid", None)


def test_withdrawal_ends_the_badges(exhibitor, code):
    owner = builders.actor_of(builders.make_member(exhibitor), owns=(exhibitor,))

    withdraw_application(owner, code, reason=None, now=NOW)

    assert standing() == all_of(0, "revoked", "Cơ sở đã rút hồ sơ.")


def test_cancelled_fair_ends_the_badges(fair, organiser, code):
    version = reader().get_one(type(fair), fair.id).version
    set_fair_status(
        organiser, fair.id, FairStatus.CANCELLED, reason="Bão", seen_version=version, now=NOW
    )

    assert standing() == all_of(0, "revoked", "Hồ sơ đã hủy.")


def test_cancelled_conference_voids_the_badges_of_its_guests(organiser):
    conference = builders.make_conference()
    invitation = builders.make_invitation(
        conference, builders.make_exhibitor(), rsvp=Rsvp.ATTEND_ONLY, headcount=1
    )
    delegates.issue_to_delegates(organiser, invitation.id, now=NOW)
    badge = reader().scalars(select(Badge)).one()
    assert not badges.is_void(badge)

    seen = reader().get_one(type(conference), conference.id).version
    set_fair_status(
        organiser, conference.id, FairStatus.CANCELLED, reason="Bão", seen_version=seen, now=NOW
    )

    assert badges.is_void(reader().get_one(Badge, badge.id, populate_existing=True))


def test_issue_at_the_moment_of_withdrawal_leaves_no_good_badge(app, exhibitor, code):
    owner = builders.actor_of(builders.make_member(exhibitor), owns=(exhibitor,))
    with transaction() as session:
        for badge in session.query(Badge):
            session.delete(badge)
    start = threading.Barrier(2)

    def issue() -> None:
        with app.app_context():
            start.wait()
            with suppress(InvalidError):
                badges.issue_to_application(SYSTEM, code, now=NOW)

    other = threading.Thread(target=issue)
    other.start()
    start.wait()
    withdraw_application(owner, code, reason=None, now=NOW)
    other.join()

    assert {row[2] for row in standing()} <= {BadgeState.REVOKED.value}
