"""Delivery against a server that fails in every way it can."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import NOW, make_application, make_exhibitor, make_fair
from tests.support.faulty_smtp import FaultySmtp
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.mail.catalog import KINDS
from tgfair.mail.enqueue import Links, Recipient
from tgfair.models import Channel, Exhibitor, Lane, Message, MessageState
from tgfair.services.notifications import notify_application, notify_exhibitor
from tgfair.services.outbox import BACKOFF, Round, deliver_due
from tgfair.services.uow import reader, transaction


@pytest.fixture
def smtp_sink():
    server = FaultySmtp()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def queue(count=1, kind="receipt"):
    """Queue a message to each of `count` applications; return their Message-IDs."""
    fair = make_fair()
    tokens = []
    for _ in range(count):
        state = min(KINDS[kind].while_in, default=State.SUBMITTED)
        application = make_application(fair, make_exhibitor(), state)
        with transaction() as session:
            application = session.merge(application)
            message = notify_application(session, kind, application, dedupe="x", now=NOW)
            assert message is not None
            tokens.append(f"<{message.message_id}@localhost>")
    return tokens


def rows():
    reader().rollback()
    return reader().scalars(select(Message).order_by(Message.id)).all()


def states():
    return [row.state for row in rows()]


def later(**ahead):
    return lambda: clock.real_now() + timedelta(**ahead)


def test_a_mail_goes_out_once_over_one_connection(smtp_sink):
    tokens = queue(3)

    assert deliver_due(owner="a") == Round(3)
    assert deliver_due(owner="a") == Round(0)
    assert (smtp_sink.ids(), smtp_sink.connections) == (tokens, 1)
    assert states() == [MessageState.SENT] * 3
    assert rows()[0].sent_at is not None


def test_mails_are_marked_whatever_the_driver_forgets_meanwhile(smtp_sink):
    """psycopg drops every prepared statement of a connection that rolls back, not only its own."""
    for _ in range(3):
        queue()
        deliver_due(owner="a")
        with ExitStack() as stack:
            every = [stack.enter_context(db.engine.connect()) for _ in range(4)]
            for connection in every * 8:  # from the sixth time on, psycopg prepares it
                connection.execute(select(1)).all()

    assert states() == [MessageState.SENT] * 3
    assert len(smtp_sink.ids()) == 3


def test_personal_mail_goes_before_bulk(smtp_sink):
    fair, exhibitor = make_fair(), make_exhibitor()
    application = make_application(fair, exhibitor)
    with transaction() as session:
        application = session.merge(application)
        links = Links(fair_id=fair.id)
        for kind in ("reminder", "receipt"):
            notify_exhibitor(
                session,
                kind,
                application.exhibitor,
                dedupe=kind,
                now=NOW,
                links=Links(links.fair_id, application.id),
            )

    deliver_due(owner="a", limit=1)

    assert [row.lane for row in rows() if row.state == MessageState.SENT] == [Lane.PERSONAL]


@pytest.mark.parametrize(
    "fault",
    ["451 try later", "data:451 try later", "421 closing", "data:421 closing", "drop_in_data"],
)
def test_a_temporary_failure_is_tried_again_with_the_same_id(smtp_sink, fault):
    smtp_sink._faults.append(fault)
    tokens = queue()

    assert deliver_due(owner="a") == Round(1)
    (row,) = rows()
    assert (row.state, row.attempts, row.lease_owner) == (MessageState.FAILED, 1, None)
    assert row.last_error

    assert deliver_due(owner="a") == Round(0), "not before its time"
    deliver_due(owner="a", tick=later(seconds=61))
    assert (smtp_sink.ids(), states()) == (tokens, [MessageState.SENT])


def test_a_server_that_hangs_up_after_each_mail_loses_none(smtp_sink):
    smtp_sink._faults += ["drop_after_250"] * 4
    tokens = queue(4)

    deliver_due(owner="a")
    deliver_due(owner="a", tick=later(minutes=2))

    assert sorted(smtp_sink.ids()) == sorted(tokens)
    assert states() == [MessageState.SENT] * 4


@pytest.mark.parametrize("fault", ["550 no such user", "data:550 5.1.1 no such user"])
def test_an_unknown_mailbox_becomes_a_line_of_the_call_list(smtp_sink, fault):
    smtp_sink._faults.append(fault)
    queue(kind="returned")

    deliver_due(owner="a")

    dead, line = rows()
    assert (dead.state, dead.last_error[:3]) == (MessageState.DEAD, "550")
    assert (line.channel, line.state, line.phone) == (
        Channel.CALL,
        MessageState.QUEUED,
        dead.phone,
    )
    exhibitor = reader().scalars(select(Exhibitor)).one()
    assert exhibitor.email_bounced_at is not None


def test_nothing_more_is_sent_to_a_bounced_address(smtp_sink):
    queue(kind="returned")
    with transaction() as session:
        session.scalars(select(Exhibitor)).one().email_bounced_at = NOW

    deliver_due(owner="a")

    assert (smtp_sink.connections, rows()[0].state) == (0, MessageState.DEAD)


def test_a_refused_relay_tells_nothing_about_the_mailbox(smtp_sink):
    smtp_sink._faults.append("550 5.7.1 relaying denied")
    queue(kind="returned")

    deliver_due(owner="a")

    assert rows()[0].state == MessageState.DEAD
    assert reader().scalars(select(Exhibitor)).one().email_bounced_at is None


def test_after_five_days_of_failures_a_person_must_see_to_it(smtp_sink):
    smtp_sink._faults += ["451 later"] * 20
    queue(kind="returned")

    waited = timedelta()
    for delay in (timedelta(), *BACKOFF):
        waited += delay + timedelta(seconds=1)
        start = waited
        deliver_due(owner="a", tick=lambda start=start: clock.real_now() + start)

    assert timedelta(days=5) <= waited < timedelta(days=6)
    dead, line = rows()
    assert (dead.state, line.channel, line.state) == (
        MessageState.DEAD,
        Channel.CALL,
        MessageState.QUEUED,
    )


def test_a_server_out_of_reach_is_left_in_peace(smtp_sink):
    queue(10)
    smtp_sink.close()

    assert deliver_due(owner="a") == Round(3, server_down=True)
    assert states().count(MessageState.QUEUED) == 7
    assert [row.attempts for row in rows()] == [1, 1, 1] + [0] * 7


def test_without_a_server_messages_stay_queued(app):
    app.extensions["mail"].server = ""
    queue()

    assert deliver_due(owner="a") == Round()
    assert states() == [MessageState.QUEUED]


def test_a_code_that_ran_out_is_not_sent(smtp_sink):
    from tgfair.services.notifications import notify_address

    with transaction() as session:
        notify_address(
            session, "sign_in", Recipient("A", "a@b.vn"), dedupe="1", now=NOW, code_id=999
        )

    deliver_due(owner="a")

    assert (smtp_sink.connections, states()) == (0, [MessageState.CANCELLED])


def test_a_worker_that_lost_its_lease_marks_nothing(smtp_sink):
    queue()

    def another_worker():
        with transaction() as session:
            row = session.scalars(select(Message)).one()
            row.lease_owner = "b"

    smtp_sink.on_data = another_worker_in(another_worker)
    deliver_due(owner="a")

    (row,) = rows()
    assert (row.state, row.lease_owner) == (MessageState.LEASED, "b")


def another_worker_in(function):
    """Run it in the server's thread, within an app context of its own."""
    from flask import current_app

    app = current_app._get_current_object()

    def run():
        with app.app_context():
            function()

    return run


def test_two_workers_send_no_mail_twice(app, smtp_sink):
    tokens = queue(30)

    def work(owner):
        with app.app_context():
            while deliver_due(owner=owner, limit=4).tried:
                pass

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(smtp_sink.ids()) == sorted(tokens)
    assert states() == [MessageState.SENT] * 30


def test_a_domain_that_puts_off_ten_in_a_row_is_left_in_peace(smtp_sink):
    queue(12)
    smtp_sink.refuse(*["451 4.7.1 later"] * 10)

    assert deliver_due(owner="a").tried == 12
    assert len(smtp_sink.messages) == 2

    queue(2)
    assert (deliver_due(owner="a").tried, len(smtp_sink.messages)) == (2, 2)
    queued = [row for row in rows() if row.state is MessageState.QUEUED]
    assert [row.attempts for row in queued] == [0, 0]

    while deliver_due(owner="a", tick=later(minutes=30)).tried:
        pass
    assert states() == [MessageState.SENT] * 14
