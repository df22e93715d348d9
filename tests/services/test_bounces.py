"""Returned mail marks the right address and puts a call on the list."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support.bounced import arf, dsn
from tests.support.builders import (
    NOW,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
    make_staff,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import (
    Bounce,
    Channel,
    Exhibitor,
    Message,
    MessageState,
    Role,
    Suppression,
    SuppressionReason,
    User,
)
from tgfair.services import messages
from tgfair.services.bounces import take_in
from tgfair.services.notifications import notify_application
from tgfair.services.outbox import deliver_due
from tgfair.services.uow import reader, transaction


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def sent(email="Htx@Example.vn"):
    """A mail that was taken by the server; return its token."""
    exhibitor = make_exhibitor(email=email)
    user = make_member(exhibitor)
    with transaction() as session:
        session.get_one(User, user.id).email = email.lower()
    application = make_application(make_fair(), exhibitor, State.APPROVED)
    with transaction() as session:
        notify_application(session, "approved", session.merge(application), dedupe="x", now=NOW)
    deliver_due(owner="w")
    reader().rollback()
    return reader().scalars(select(Message.message_id).order_by(Message.id.desc())).first()


def standing():
    reader().rollback()
    session = reader()
    return {
        "messages": [
            (m.channel, m.state) for m in session.scalars(select(Message).order_by(Message.id))
        ],
        "alone": list(session.scalars(select(Suppression.reason))),
        "marked": [
            bool(at)
            for at in (
                session.scalars(select(Exhibitor.email_bounced_at)).one(),
                session.scalars(
                    select(User.email_bounced_at).where(User.email == "htx@example.vn")
                ).one(),
            )
        ],
    }


@pytest.mark.parametrize(
    ("action", "status", "state", "marked"),
    [
        ("failed", "5.1.1", MessageState.DEAD, True),
        ("failed", "5.2.2", MessageState.DEAD, False),
        ("failed", "5.7.1", MessageState.DEAD, False),
        ("delayed", "4.4.1", MessageState.SENT, False),
        ("delivered", "2.0.0", MessageState.SENT, False),
    ],
)
def test_each_sort_of_report_marks_what_it_should(smtp_sink, action, status, state, marked):
    token = sent()
    raw = dsn(token, action=action, status=status, diagnostic="smtp; 5", recipients=("x@fw.vn",))

    take_in(raw, now=clock.real_now())
    take_in(raw, now=clock.real_now())

    call = [(Channel.CALL, MessageState.QUEUED)] if state is MessageState.DEAD else []
    assert standing() == {
        "messages": [(Channel.EMAIL, state), *call],
        "alone": [SuppressionReason.BOUNCED] if marked else [],
        "marked": [marked, marked],
    }
    assert [row.address for row in reader().scalars(select(Bounce))] == ["Htx@Example.vn"]


def test_a_report_on_no_mail_of_ours_marks_nothing(smtp_sink):
    sent()

    take_in(dsn("f" * 32, recipients=("htx@example.vn",)), now=clock.real_now())

    assert standing()["marked"] == [False, False]
    assert reader().scalars(select(Bounce.message_id)).all() == [None]


def test_a_complaint_stops_news_and_nothing_else(smtp_sink):
    take_in(arf(sent()), now=clock.real_now())

    found = standing()
    assert (found["alone"], found["marked"]) == ([SuppressionReason.COMPLAINT], [False, False])


def test_a_person_may_have_a_bounced_address_tried_again(smtp_sink):
    token = sent()
    take_in(dsn(token), now=clock.real_now())

    messages.retry_message(make_staff(Role.ORGANISER), token, now=NOW)

    assert standing()["alone"] == []
    assert deliver_due(owner="w").tried == 1
    assert standing()["messages"][0] == (Channel.EMAIL, MessageState.SENT)
