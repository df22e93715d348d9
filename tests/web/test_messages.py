"""Pages of the outbox: send what was proposed, see failures, call list, preview."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    csrf_of,
    lengthen,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_staff,
    make_user,
    sign_in,
)
from tgfair.core.workflow import State
from tgfair.models import (
    Application,
    Channel,
    Exhibitor,
    FairStatus,
    Message,
    MessageState,
    Role,
)
from tgfair.services import invitations, outbox
from tgfair.services.notifications import notify_application
from tgfair.services.uow import reader, transaction


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def fair():
    return make_fair(slug="doan-ngo")


@pytest.fixture
def organiser(client):
    sign_in(client, make_user(Role.ORGANISER))
    return client


def queue(fair, kind, name, *, email=True, proposed=None):
    exhibitor = make_exhibitor(name, **({} if email else {"email": None}))
    make_invitation(fair, exhibitor)
    application = make_application(fair, exhibitor, State.APPROVED)
    with transaction() as session:
        application = session.merge(application)
        message = notify_application(
            session, kind, application, dedupe=name, now=NOW, proposed=proposed
        )
        return message.message_id


def row_of(message_id):
    reader().rollback()
    return reader().scalars(select(Message).where(Message.message_id == message_id)).one()


def post(client, path, **data):
    return client.post(path, data={"csrf_token": csrf_of(client), **data})


def test_proposals_are_grouped_and_sent_by_kind(organiser, fair):
    with_mail = queue(fair, "approved", "Hợp tác xã Một", proposed=True)
    without = queue(fair, "approved", "Hợp tác xã Hai", email=False, proposed=True)
    other = queue(fair, "returned", "Hợp tác xã Ba", proposed=True)

    page = organiser.get("/ql/doan-ngo/thong-bao").get_data(as_text=True)
    assert "Hồ sơ được duyệt" in page
    assert "Gửi 2 thư" in page
    answer = post(organiser, "/ql/doan-ngo/thong-bao/gui", kind="approved")

    assert answer.status_code == 303
    assert [row_of(m).state for m in (with_mail, without, other)] == [
        MessageState.QUEUED,
        MessageState.QUEUED,
        MessageState.PROPOSED,
    ]
    assert row_of(without).channel == Channel.CALL


def test_only_those_ticked_are_sent(organiser, fair):
    one = queue(fair, "approved", "Hợp tác xã Một", proposed=True)
    two = queue(fair, "approved", "Hợp tác xã Hai", proposed=True)

    post(organiser, "/ql/doan-ngo/thong-bao/gui", id=one)

    assert (row_of(one).state, row_of(two).state) == (MessageState.QUEUED, MessageState.PROPOSED)


def test_sending_nothing_says_so(organiser, fair):
    post(organiser, "/ql/doan-ngo/thong-bao/gui")

    page = organiser.get("/ql/doan-ngo/thong-bao").get_data(as_text=True)
    assert "Chưa chọn thư nào" in page


def test_cancelling_asks_first(organiser, fair):
    message = queue(fair, "approved", "Hợp tác xã Một", proposed=True)
    path = "/ql/doan-ngo/thong-bao/huy"

    asked = post(organiser, path, kind="approved")
    assert "Người nhận sẽ không được báo" in asked.get_data(as_text=True)
    assert row_of(message).state == MessageState.PROPOSED

    post(organiser, path, kind="approved", yes="1")
    assert row_of(message).state == MessageState.CANCELLED


def test_a_preview_shows_what_the_recipient_will_read(organiser, fair):
    message = queue(fair, "approved", "Hợp tác xã Mắm Gò Công")

    page = organiser.get(f"/ql/doan-ngo/thong-bao/{message}").get_data(as_text=True)
    html = organiser.get(f"/ql/doan-ngo/thong-bao/{message}/xem")

    assert "Hồ sơ của Hợp tác xã Mắm Gò Công" not in page
    assert "Chúc mừng cơ sở." in page
    assert "Hợp tác xã Mắm Gò Công" in html.get_data(as_text=True)
    assert html.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_dead_letter_is_listed_with_its_reason_and_can_be_tried_again(organiser, fair):
    message = queue(fair, "approved", "Hợp tác xã Một")
    with transaction() as session:
        row = session.scalars(select(Message)).one()
        row.state, row.lease_owner = MessageState.LEASED, "a"
    outbox._bury("a", row_of(message).id, "550 no such user", no_mailbox=True, now=NOW)

    page = organiser.get("/ql/doan-ngo/thong-bao?muc=khong-gui").get_data(as_text=True)
    assert "550 no such user" in page
    calls = organiser.get("/ql/doan-ngo/thong-bao?muc=goi").get_data(as_text=True)
    assert "Hợp tác xã Một" in calls

    with transaction() as session:
        session.scalars(select(Exhibitor)).one().email = "moi@example.vn"
        session.scalars(select(Message)).first().application.contact_email = "moi@example.vn"
    post(organiser, f"/ql/doan-ngo/thong-bao/{message}/gui-lai")

    again = row_of(message)
    assert (again.state, again.email, again.attempts) == (MessageState.QUEUED, "moi@example.vn", 0)
    assert reader().scalars(select(Exhibitor)).one().email_bounced_at is None
    states = [row.state for row in reader().scalars(select(Message).order_by(Message.id))]
    assert states == [MessageState.QUEUED, MessageState.CANCELLED]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("reached", MessageState.SENT),
        ("zalo", MessageState.SENT),
        ("no_answer", MessageState.QUEUED),
        ("wrong_number", MessageState.DEAD),
    ],
)
def test_what_came_of_a_call_is_written_down(organiser, fair, outcome, state):
    message = queue(fair, "approved", "Hợp tác xã Một", email=False)

    post(organiser, f"/ql/doan-ngo/thong-bao/{message}/da-goi", outcome=outcome)

    row = row_of(message)
    assert (row.state, row.outcome, row.attempts) == (state, outcome, 1)
    assert row.handled_by_id is not None


def test_an_unknown_outcome_changes_nothing(organiser, fair):
    message = queue(fair, "approved", "Hợp tác xã Một", email=False)

    answer = post(organiser, f"/ql/doan-ngo/thong-bao/{message}/da-goi", outcome="maybe")

    assert (answer.status_code, row_of(message).state) == (303, MessageState.QUEUED)


def test_the_call_list_holds_text_to_paste_and_prints(organiser, fair):
    queue(fair, "approved", "Hợp tác xã Một", email=False)

    page = organiser.get("/ql/doan-ngo/thong-bao?muc=goi").get_data(as_text=True)
    printed = organiser.get("/ql/doan-ngo/thong-bao?muc=goi&in=1").get_data(as_text=True)

    assert "Kính gửi Hợp tác xã Một. Hồ sơ" in page
    assert "/m/" in page
    assert "<nav" not in printed
    assert "Kính gửi Hợp tác xã Một. Hồ sơ" in printed


def test_nobody_is_called_about_an_invitation_that_was_answered(organiser, fair):
    names = ["Hợp tác xã Một", "Hợp tác xã Hai", "Hợp tác xã Ba"]
    silent, drafting, sent = (make_exhibitor(name, email=None) for name in names)
    caller = make_staff(Role.ORGANISER)
    invitations.invite(caller, fair.id, [e.id for e in (silent, drafting, sent)], now=NOW)
    make_application(fair, drafting, State.DRAFT)
    make_application(fair, sent, State.SUBMITTED)

    page = organiser.get("/ql/doan-ngo/thong-bao?muc=goi").text
    other = organiser.get("/ql/doan-ngo/thong-bao?muc=goi&q=hop+tac+xa+mot").text

    assert [f"<h2>{name}</h2>" in page for name in names] == [True, True, False]
    assert "2 cơ sở cần gọi, 2 tin" in page
    assert [f"<h2>{name}</h2>" in other for name in names] == [True, False, False]


@pytest.mark.parametrize(
    ("columns", "invited"),
    [
        ({}, True),
        ({"put_off_at": NOW}, False),
        ({"status": FairStatus.CANCELLED}, False),
    ],
    ids=["on", "put-off", "cancelled"],
)
def test_nobody_is_called_about_what_is_no_longer_true(organiser, fair, columns, invited):
    exhibitor = make_exhibitor("Hợp tác xã Một", email=None, phone="+84912345678")
    caller = make_staff(Role.ORGANISER)
    invitations.invite(caller, fair.id, [exhibitor.id], now=NOW)
    queue(fair, "approved", "Hợp tác xã Hai", email=False)
    with transaction() as session:
        session.merge(fair).status = columns.get("status", fair.status)
        session.merge(fair).put_off_at = columns.get("put_off_at")
        session.scalars(select(Application)).one().state = State.WITHDRAWN

    page = organiser.get("/ql/doan-ngo/thong-bao?muc=goi").text
    letters = post(organiser, "/ql/doan-ngo/thong-bao/goi/thu-giay")

    assert ("1 cơ sở cần gọi, 1 tin" in page, "Không còn ai phải gọi" in page) == (
        invited,
        not invited,
    )
    assert letters.mimetype == ("application/pdf" if invited else "text/html")


def test_a_subject_with_two_notices_is_called_once(organiser, fair):
    lengthen(fair)
    queue(fair, "approved", "Hợp tác xã Một", email=False)
    with transaction() as session:
        application = session.scalars(select(Application)).one()
        notify_application(session, "badge", application, dedupe="x", now=NOW, proposed=False)
        application.state = State.ALLOCATED

    calls = organiser.get("/ql/doan-ngo/thong-bao?muc=goi").text
    home = " ".join(re.sub(r"<[^>]+>", " ", organiser.get("/ql/").text).split())

    assert "1 cơ sở cần gọi, 2 tin" in calls
    assert "1 cơ sở cần gọi điện, nhắn Zalo" in home


@pytest.mark.parametrize("size", [1, 3])
def test_the_call_list_asks_the_database_no_more_for_more_lines(organiser, fair, size):
    from sqlalchemy import event

    from tgfair.extensions import db

    for number in range(size):
        queue(fair, "approved", f"Hợp tác xã {number}", email=False)
    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))

    organiser.get("/ql/doan-ngo/thong-bao?muc=goi")

    assert len(statements) <= 14


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.COMMUNE_OFFICER])
def test_other_staff_may_not_enter(client, fair, role):
    sign_in(client, make_user(role))

    assert client.get("/ql/doan-ngo/thong-bao").status_code == 403
    assert post(client, "/ql/doan-ngo/thong-bao/gui", kind="approved").status_code == 403


def test_an_organiser_of_another_fair_finds_no_message(client, fair):
    message = queue(fair, "approved", "Hợp tác xã Một", proposed=True)
    other = make_fair(slug="khac")
    sign_in(client, make_user(Role.ORGANISER, fair=other))

    assert client.get(f"/ql/khac/thong-bao/{message}").status_code == 404
    post(client, "/ql/khac/thong-bao/gui", id=message)
    assert row_of(message).state == MessageState.PROPOSED


def test_the_demo_mailbox_shows_mails_on_this_machine_only(client, fair):
    message = queue(fair, "approved", "Hợp tác xã Một")
    path = f"/demo/thu/{message}"

    assert "Hợp tác xã Một" in client.get(path).get_data(as_text=True)
    assert client.get(path, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 404
    assert client.get("/demo/thu").status_code == 200


def test_dead_letters_without_a_fair_are_the_administrators(client, fair):
    queue(fair, "approved", "Hợp tác xã Một")
    with transaction() as session:
        row = session.scalars(select(Message)).one()
        row.state, row.last_error, row.fair_id = MessageState.DEAD, "554 refused", None

    sign_in(client, make_user(Role.ADMIN))
    assert "554 refused" in client.get("/ql/thong-bao").get_data(as_text=True)
    sign_in(client, make_user(Role.ORGANISER))
    assert "554 refused" not in client.get("/ql/thong-bao").get_data(as_text=True)
