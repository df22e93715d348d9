from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_conference,
    make_exhibitor,
    make_fair,
    make_staff,
)
from tgfair.core.errors import ForbiddenError, InvalidError, NotFoundError
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import (
    Application,
    Assignment,
    AssignmentState,
    Booth,
    Message,
    MessageState,
    Role,
)
from tgfair.policy import SYSTEM
from tgfair.services.allocations import (
    UnsuitableError,
    assign_booth,
    block_booth,
    move_booth,
    release_booth,
    swap_booths,
)
from tgfair.services.booth_answers import confirm_booth, remind_unconfirmed
from tgfair.services.places import BoothTakenError
from tgfair.services.publications import (
    ChangesGrewError,
    mark_of_changes,
    pending_changes,
    publish,
    published_places,
    standing_places,
)
from tgfair.services.submissions import withdraw_application
from tgfair.services.uow import transaction

RIVALS = 20


@pytest.fixture
def here(app: Flask):
    with app.app_context():
        yield app


@pytest.fixture
def organiser(here):
    return make_staff(Role.ORGANISER)


@pytest.fixture
def fair(here):
    fair = make_fair()
    install_plan(fair)
    return fair


def approved(fair, **columns) -> Application:
    return make_application(fair, make_exhibitor(), State.APPROVED, **columns)


def standing(fair) -> dict[str, str]:
    """Booth label -> application code, read from the database as it is now."""
    db.session.rollback()
    rows = db.session.execute(
        select(Booth.label, Application.code)
        .join(Assignment, Assignment.booth_id == Booth.id)
        .join(Application, Application.id == Assignment.application_id)
        .where(Booth.fair_id == fair.id, Assignment.state == AssignmentState.LIVE)
    ).all()
    return {row[0]: row[1] for row in rows}


def fight(app: Flask, actor, fair_id: int, codes: list[str]) -> list[str]:
    """Let every application claim booth A01 at the same moment; say how each fared."""
    start = threading.Barrier(len(codes))
    outcomes: list[str] = []

    def claim(code: str) -> None:
        with app.app_context():
            start.wait()
            try:
                assign_booth(actor, fair_id, "A01", code, now=NOW)
                outcomes.append("won")
            except BoothTakenError as error:
                outcomes.append(error.message())

    threads = [threading.Thread(target=claim, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_twenty_threads_fight_for_one_booth_and_exactly_one_wins(here, fair, organiser):
    fair_id = fair.id
    codes = [approved(fair).code for _ in range(RIVALS)]

    outcomes = fight(here, organiser, fair_id, codes)

    assert outcomes.count("won") == 1
    losers = [outcome for outcome in outcomes if outcome != "won"]
    assert len(losers) == RIVALS - 1
    assert all("Gian A01" in said and "Hãy chọn gian khác" in said for said in losers)
    assert list(standing(fair)) == ["A01"]


def test_without_the_unique_index_the_same_insert_finds_two_winners(here, fair, organiser):
    """The negative control: the promise is the index's, not the look before it."""
    with transaction() as session:
        session.execute(text("DROP INDEX uq_assignment_booth_occupied"))
    first, second = approved(fair).code, approved(fair).code
    winners = []
    both_looked = threading.Barrier(2)

    def claim(code: str) -> None:
        with here.app_context():
            # As two requests that both looked while the booth was free.
            booth = db.session.scalars(
                select(Booth).where(Booth.fair_id == fair_id, Booth.label == "A01")
            ).one()
            application = db.session.scalars(
                select(Application).where(Application.code == code)
            ).one()
            row = {"fair_id": fair_id, "booth_id": booth.id, "application_id": application.id}
            db.session.rollback()
            both_looked.wait()
            with transaction() as session:
                session.add(Assignment(**row, source="hand", state="live", created_at=NOW))
            winners.append(code)

    fair_id = fair.id
    threads = [threading.Thread(target=claim, args=(code,)) for code in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(winners) == sorted([first, second])


def test_a_wrong_booth_needs_a_reason(fair, organiser):
    application = approved(fair, cooking=True, power_w=3000)

    with pytest.raises(UnsuitableError) as caught:
        assign_booth(organiser, fair.id, "A01", application.code, now=NOW)
    assert {reason.code for reason in caught.value.reasons} >= {"power", "cooking"}

    assign_booth(organiser, fair.id, "A01", application.code, reason="Có máy phát riêng", now=NOW)
    assert standing(fair) == {"A01": application.code}


def test_more_booths_than_asked_for_need_a_reason(fair, organiser):
    one, two = approved(fair), approved(fair, booths_wanted=2)
    for label, code in (("A01", one.code), ("A02", two.code), ("A03", two.code)):
        assign_booth(organiser, fair.id, label, code, now=NOW)

    for code, has in ((one.code, 1), (two.code, 2)):
        with pytest.raises(InvalidError, match=f"đã có đủ {has} gian như đã đăng ký"):
            assign_booth(organiser, fair.id, "A04", code, now=NOW)
    assign_booth(organiser, fair.id, "A04", one.code, reason="Gian bên cạnh còn trống", now=NOW)

    held = {"A01": one.code, "A02": two.code, "A03": two.code, "A04": one.code}
    assert standing(fair) == held


def test_move_swap_and_release_keep_one_holder_each(fair, organiser):
    one, two = approved(fair), approved(fair)
    assign_booth(organiser, fair.id, "A01", one.code, now=NOW)
    assign_booth(organiser, fair.id, "A02", two.code, now=NOW)

    swap_booths(organiser, fair.id, "A01", "A02", reason=None, now=NOW)
    assert standing(fair) == {"A01": two.code, "A02": one.code}

    move_booth(organiser, fair.id, one.code, from_label="A02", to_label="A03", reason=None, now=NOW)
    assert standing(fair) == {"A01": two.code, "A03": one.code}

    with pytest.raises(BoothTakenError):
        move_booth(
            organiser, fair.id, one.code, from_label="A03", to_label="A01", reason=None, now=NOW
        )
    assert standing(fair) == {"A01": two.code, "A03": one.code}

    release_booth(organiser, fair.id, "A01", two.code, reason=None, now=NOW)
    assert standing(fair) == {"A03": one.code}


def test_publish_moves_states_and_only_proposes_mails(fair, organiser):
    application = approved(fair)
    assign_booth(organiser, fair.id, "A01", application.code, now=NOW)

    assert publish(organiser, fair.id, note=None, now=NOW) == 1

    fresh = db.session.get(Application, application.id)
    assert fresh.state == State.ALLOCATED
    messages = db.session.scalars(select(Message)).all()
    assert [(m.kind, m.state, m.params["booths"]) for m in messages] == [
        ("booth_assigned", "proposed", ["A01"])
    ]
    with pytest.raises(InvalidError):
        publish(organiser, fair.id, note=None, now=NOW)


def test_a_change_after_publication_needs_a_reason_and_asks_to_confirm_again(fair, organiser):
    application = approved(fair)
    assign_booth(organiser, fair.id, "A01", application.code, now=NOW)
    publish(organiser, fair.id, note=None, now=NOW)
    confirm_booth(organiser, application.code, now=NOW)

    with pytest.raises(InvalidError):
        move_booth(
            organiser,
            fair.id,
            application.code,
            from_label="A01",
            to_label="A02",
            reason=None,
            now=NOW,
        )
    move_booth(
        organiser,
        fair.id,
        application.code,
        from_label="A01",
        to_label="A02",
        reason="Cây che lối",
        now=NOW,
    )
    with pytest.raises(InvalidError):
        publish(organiser, fair.id, note="", now=NOW)
    publish(organiser, fair.id, note="Cây che lối", now=NOW)

    fresh = db.session.get(Application, application.id)
    assert (fresh.state, fresh.confirmed_at) == (State.ALLOCATED, None)
    mails = db.session.execute(select(Message.kind, Message.state).order_by(Message.id)).all()
    assert [tuple(mail) for mail in mails] == [
        ("booth_assigned", MessageState.CANCELLED),
        ("booth_moved", MessageState.PROPOSED),
    ]


@pytest.mark.parametrize("sent", [False, True], ids=["unsent", "sent"])
def test_who_was_not_told_of_the_first_booth_gets_one_mail_that_names_the_second(
    fair, organiser, sent
):
    application = approved(fair)
    assign_booth(organiser, fair.id, "A01", application.code, now=NOW)
    publish(organiser, fair.id, note=None, now=NOW)
    if sent:
        with transaction() as session:
            session.scalars(select(Message)).one().state = MessageState.SENT
    move_booth(
        organiser,
        fair.id,
        application.code,
        from_label="A01",
        to_label="A02",
        reason="Nhầm",
        now=NOW,
    )

    later = NOW + timedelta(days=1)

    publish(organiser, fair.id, note="Nhầm", now=later)

    mails = db.session.scalars(select(Message).where(Message.state == MessageState.PROPOSED)).all()
    kind = "booth_moved" if sent else "booth_assigned"
    assert [(mail.kind, mail.params["booths"], mail.created_at) for mail in mails] == [
        (kind, ["A02"], later)
    ]


def test_only_the_changes_that_were_shown_are_published(fair, organiser):
    one, other = approved(fair), approved(fair)
    assign_booth(organiser, fair.id, "A01", one.code, now=NOW)
    with transaction() as session:
        seen = mark_of_changes(session, fair.id)
    assign_booth(organiser, fair.id, "A02", other.code, now=NOW)

    with pytest.raises(ChangesGrewError):
        publish(organiser, fair.id, note=None, seen=seen, now=NOW)

    with transaction() as session:
        assert published_places(session, fair.id) == set()
        seen = mark_of_changes(session, fair.id)
    assert publish(organiser, fair.id, note=None, seen=seen, now=NOW) == 1


def test_only_those_who_have_not_answered_are_reminded_and_once_a_day(fair, organiser):
    silent, answered = approved(fair), approved(fair)
    for label, application in (("A01", silent), ("A02", answered)):
        assign_booth(organiser, fair.id, label, application.code, now=NOW)
    publish(organiser, fair.id, note=None, now=NOW)
    confirm_booth(organiser, answered.code, now=NOW)

    assert remind_unconfirmed(organiser, fair.id, now=NOW) == (1, 0)
    with pytest.raises(InvalidError):
        remind_unconfirmed(organiser, fair.id, now=NOW)
    assert remind_unconfirmed(organiser, fair.id, now=NOW + timedelta(days=1)) == (1, 0)

    reminded = select(Message.application_id).where(Message.kind == "confirm_reminder")
    assert db.session.scalars(reminded).all() == [silent.id, silent.id]


def test_allocated_means_published_and_standing(fair, organiser):
    """Booth truth (design.md, rulings): after each publication the two agree."""
    first, second = approved(fair), approved(fair)
    for label, application in (("A01", first), ("A02", second)):
        assign_booth(organiser, fair.id, label, application.code, now=NOW)
    publish(organiser, fair.id, note=None, now=NOW)
    release_booth(organiser, fair.id, "A01", first.code, reason="Rút hàng", now=NOW)
    publish(organiser, fair.id, note="Rút hàng", now=NOW)

    session = db.session()
    seen = {a for a, _ in published_places(session, fair.id)}
    states = {a.id: a.state for a in session.scalars(select(Application))}
    assert standing_places(session, fair.id) == published_places(session, fair.id)
    assert {a for a, state in states.items() if state in {"allocated", "confirmed"}} == seen
    assert states[first.id] == State.APPROVED
    assert not pending_changes(session, fair.id).any


def test_two_subjects_share_a_table_and_a_third_is_refused(here):
    organiser, fair = make_staff(Role.ORGANISER), make_conference()
    install_plan(fair, "hoi-nghi-truoc-tet.json")
    one, two, three = (approved(fair) for _ in range(3))
    assign_booth(organiser, fair.id, "T01", one.code, now=NOW)

    assert assign_booth(organiser, fair.id, "T01", two.code, now=NOW).shared
    with pytest.raises(BoothTakenError):
        assign_booth(organiser, fair.id, "T01", three.code, now=NOW)

    release_booth(organiser, fair.id, "T01", one.code, reason=None, now=NOW)
    assert standing(fair) == {"T01": two.code}


def test_only_organisers_assign_and_only_approved_applications(fair, organiser):
    submitted = make_application(fair, make_exhibitor(), State.SUBMITTED)

    with pytest.raises(InvalidError):
        assign_booth(organiser, fair.id, "A01", submitted.code, now=NOW)
    with pytest.raises(ForbiddenError):
        assign_booth(make_staff(Role.REVIEWER), fair.id, "A01", approved(fair).code, now=NOW)
    with pytest.raises(NotFoundError):
        assign_booth(organiser, fair.id, "Z99", approved(fair).code, now=NOW)


def test_a_blocked_booth_is_not_given_away(fair, organiser):
    block_booth(organiser, fair.id, "A01", reason="Cột điện", now=NOW)

    with pytest.raises(UnsuitableError):
        assign_booth(organiser, fair.id, "A01", approved(fair).code, now=NOW)


def test_who_withdraws_gets_no_mail_about_the_booth_any_more(fair, organiser):
    application = approved(fair)
    assign_booth(organiser, fair.id, "A01", application.code, now=NOW)
    publish(organiser, fair.id, note=None, now=NOW)

    withdraw_application(SYSTEM, application.code, reason="x" * 600, now=NOW)

    assert standing(fair) == {}
    messages = db.session.execute(select(Message.kind, Message.state).order_by(Message.id)).all()
    assert [tuple(message) for message in messages] == [
        ("booth_assigned", "cancelled"),
        ("withdrawn", "queued"),
    ]
