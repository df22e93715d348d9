"""Two requests at the same moment: one of them waits, and then sees what the other did."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    actor_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_staff,
    make_user,
)
from tgfair.core.errors import ConflictError, TgfairError, UnavailableError
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.mail.enqueue import Links, Recipient, enqueue
from tgfair.models import (
    Application,
    Assignment,
    AssignmentState,
    Booth,
    Message,
    MessageState,
    Role,
    RoleGrant,
    User,
)
from tgfair.policy import SYSTEM
from tgfair.services.allocations import assign_booth, release_booth
from tgfair.services.attachments import Upload, add_attachment
from tgfair.services.messages import mark_call
from tgfair.services.places import lock_places
from tgfair.services.publications import publish, published_places, standing_places
from tgfair.services.submissions import leave, withdraw_application
from tgfair.services.transitions import write
from tgfair.services.uow import find, fresh_reader, optimistic_transaction, transaction
from tgfair.services.users import set_active

HEAD_START = 0.5  # seconds, in which the other request comes as far as it can


class Other(threading.Thread):
    """Another request, begun while the test holds what it changed."""

    def __init__(self, app: Flask, act: Callable[[], object]) -> None:
        super().__init__()
        self.app, self.act = app, act
        self.said: str | None = None
        self.start()
        self.join(HEAD_START)

    def run(self) -> None:
        with self.app.app_context():
            try:
                self.act()
                self.said = "done"
            except (TgfairError, UnavailableError) as error:
                self.said = error.code

    def end(self) -> str | None:
        self.join()
        return self.said


@pytest.fixture(autouse=True)
def here(app: Flask):
    with app.app_context():
        yield app


@pytest.fixture
def organiser():
    return make_staff(Role.ORGANISER)


@pytest.fixture
def fair():
    fair = make_fair()
    install_plan(fair)
    return fair


def approved(fair) -> Application:
    return make_application(fair, make_exhibitor(), State.APPROVED)


def test_no_booth_goes_to_an_application_that_is_being_withdrawn(here, fair, organiser):
    application, fair_id = approved(fair), fair.id
    code = application.code

    with transaction() as session:
        leave(session, SYSTEM, session.merge(application), reason=None, now=NOW)
        session.flush()
        other = Other(here, lambda: assign_booth(organiser, fair_id, "A01", code, now=NOW))
        waited = other.said is None

    assert (waited, other.end()) == (True, "invalid")
    assert standing_places(db.session(), fair_id) == set()


def test_withdrawing_frees_a_booth_that_is_being_given(here, fair):
    application, fair_id = approved(fair), fair.id
    code = application.code
    booth_id = db.session.scalars(select(Booth.id).where(Booth.fair_id == fair_id)).first()

    with transaction() as session:
        lock_places(session, fair_id)
        session.add(
            Assignment(
                fair_id=fair_id,
                booth_id=booth_id,
                application_id=application.id,
                source="hand",
                state=AssignmentState.LIVE,
                created_at=NOW,
            )
        )
        session.flush()
        other = Other(here, lambda: withdraw_application(SYSTEM, code, reason="x" * 500, now=NOW))
        waited = other.said is None

    assert (waited, other.end()) == (True, "done")
    assert standing_places(db.session(), fair_id) == set()


def test_a_booth_released_while_the_plan_is_published_is_either_in_it_or_not(here, fair, organiser):
    one, two, fair_id = approved(fair), approved(fair), fair.id
    assign_booth(organiser, fair_id, "A01", one.code, now=NOW)
    assign_booth(organiser, fair_id, "A02", two.code, now=NOW)
    code = two.code

    acts = [
        Other(here, lambda: publish(organiser, fair_id, note=None, now=NOW)),
        Other(
            here,
            lambda: release_booth(organiser, fair_id, "A02", code, reason="Rút hàng", now=NOW),
        ),
    ]

    assert [act.end() for act in acts] == ["done", "done"]
    told = select(Application.id).where(Application.state == State.ALLOCATED)
    published = {application_id for application_id, _ in published_places(db.session(), fair_id)}
    assert set(db.session.scalars(told)) == published


def test_of_two_who_publish_at_the_same_moment_one_finds_nothing_left(here, fair, organiser):
    application, fair_id = approved(fair), fair.id
    assign_booth(organiser, fair_id, "A01", application.code, now=NOW)

    with transaction() as session:
        lock_places(session, fair_id)
        acts = [
            Other(here, lambda: publish(organiser, fair_id, note=None, now=NOW)) for _ in range(2)
        ]

    assert sorted(str(act.end()) for act in acts) == ["done", "invalid"]


def test_two_officers_do_not_write_down_one_call_twice(here, fair, organiser):
    application = approved(fair)
    with transaction() as session:
        line = enqueue(
            session,
            "approved",
            Recipient("Hợp tác xã", None, "+84900000123", application.exhibitor_id),
            dedupe="x",
            now=NOW,
            links=Links(fair.id, application.id),
        )
        session.flush()
        line_id, name = line.id, line.message_id

    with transaction() as session:
        session.get_one(Message, line_id).state = MessageState.SENT
        session.flush()
        other = Other(here, lambda: mark_call(organiser, name, "no_answer", now=NOW))

    assert other.end() == "message_gone"


def test_what_was_changed_while_it_is_sent_is_not_overwritten(here, fair):
    code = make_application(fair, make_exhibitor(), State.SUBMITTED).code
    with fresh_reader() as session:
        application = find(session, Application, Application.code == code)

    def change():
        with transaction() as session:
            find(session, Application, Application.code == code).fascia_name = "MẮM ÚT HẠNH"

    assert Other(here, change).end() == "done"
    with pytest.raises(ConflictError), optimistic_transaction() as session:
        write(session, application, fascia_name="MẮM CŨ")

    with fresh_reader() as session:
        kept = find(session, Application, Application.code == code)
    assert kept.fascia_name == "MẮM ÚT HẠNH"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_writers_of_several_processes_stand_in_one_queue(here):
    queue = Path(f"{db.engine.url.database}-queue")
    with transaction(), queue.open() as another, pytest.raises(BlockingIOError):
        fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)

    with queue.open() as another:
        fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_two_administrators_who_lock_each_other_leave_one(here):
    one, two = make_user(Role.ADMIN), make_user(Role.ADMIN)
    actor, target = actor_of(two), one.id

    with transaction() as session:
        session.execute(select(RoleGrant.id).order_by(RoleGrant.id).with_for_update())
        session.get_one(User, two.id).is_active = False
        session.flush()
        other = Other(here, lambda: set_active(actor, target, active=False, now=NOW))

    assert other.end() == "invalid"


def test_photos_that_come_at_the_same_moment_are_all_kept(here, fair):
    application = make_application(fair, make_exhibitor(), State.DRAFT)
    code = application.code

    def send(number: int) -> None:
        add_attachment(
            SYSTEM, code, Upload("ocop_cert", f"{number}.pdf", b"%PDF-1.4 %%EOF"), now=NOW
        )

    with transaction() as session:
        session.refresh(session.get_one(Application, application.id), with_for_update=True)
        acts = [Other(here, lambda number=number: send(number)) for number in range(2)]

    assert [act.end() for act in acts] == ["done", "done"]
