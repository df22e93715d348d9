"""One-click unsubscribe: a POST stops news for many, a GET changes nothing, decisions go on."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    csrf_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_user,
    sign_in,
)
from tgfair.core.workflow import State
from tgfair.mail.enqueue import Links
from tgfair.models import Message, MessageState, Role, Suppression, SuppressionReason
from tgfair.services.mail_batches import NO_MORE
from tgfair.services.notifications import notify_application, notify_exhibitor
from tgfair.services.outbox import deliver_due
from tgfair.services.stopping import leave_alone, mark_bounced
from tgfair.services.uow import reader, transaction


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def world():
    fair, exhibitor = make_fair(), make_exhibitor()
    return fair, exhibitor, make_application(fair, exhibitor, State.APPROVED)


def news(world, cause):
    fair, exhibitor, _ = world
    with transaction() as session:
        notify_exhibitor(
            session,
            "reminder",
            session.merge(exhibitor),
            dedupe=cause,
            now=NOW,
            links=Links(fair.id),
        )


def decision(world):
    with transaction() as session:
        notify_application(session, "approved", session.merge(world[2]), dedupe="x", now=NOW)


def told():
    reader().rollback()
    rows = reader().scalars(select(Message).order_by(Message.id))
    return [(row.kind, row.state, row.last_error) for row in rows]


def link_in(mail):
    return re.fullmatch(r"<http://localhost(/ngung-nhan/\S+)>", mail["List-Unsubscribe"])[1]


def test_one_click_stops_news_and_never_a_decision(client, world, smtp_sink):
    make_invitation(world[0], world[1])
    news(world, "1")
    deliver_due(owner="w")
    mail = smtp_sink.wait_for(1)[0]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    # As a mail program does it: no cookie, no token, from its own servers.
    answer = client.post(
        link_in(mail),
        data={"List-Unsubscribe": "One-Click"},
        headers={"Origin": "https://mail.example"},
    )
    news(world, "2")
    decision(world)
    deliver_due(owner="w")

    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "OK\n")
    assert told() == [
        ("reminder", MessageState.SENT, None),
        ("reminder", MessageState.CANCELLED, NO_MORE),
        ("approved", MessageState.SENT, None),
    ]
    approved = smtp_sink.wait_for(2)[1]
    assert (approved["List-Unsubscribe"], "ngung-nhan" in str(approved)) == (None, False)


def test_what_opens_every_link_changes_nothing(client, world, smtp_sink):
    make_invitation(world[0], world[1])
    news(world, "1")
    deliver_due(owner="w")
    mail = smtp_sink.wait_for(1)[0]
    links = re.findall(r"http://localhost(/\S+)", mail.get_body(("plain",)).get_content())
    assert any(link.startswith("/ngung-nhan/") for link in links)

    for link in {*links, link_in(mail)}:
        client.get(link)
        client.head(link)

    reader().rollback()
    assert reader().scalars(select(Suppression)).all() == []


def test_a_person_stops_and_takes_news_again_by_buttons(client, world, smtp_sink):
    make_invitation(world[0], world[1])
    news(world, "1")
    deliver_due(owner="w")
    link = link_in(smtp_sink.wait_for(1)[0])
    client.get(link)
    token = {"csrf_token": csrf_of(client)}

    assert "Đã ngừng gửi thư chung" in client.post(link, data=token).get_data(as_text=True)
    assert "Đã ngừng gửi thư chung" in client.get(link).get_data(as_text=True)
    assert "Đã nhận lại" in client.post(f"{link}/nhan-lai", data=token).get_data(as_text=True)
    reader().rollback()
    assert reader().scalars(select(Suppression)).all() == []


def test_who_follows_the_bulletin_sees_that_the_address_takes_no_news_and_undoes_it(client, world):
    exhibitor = world[1]
    sign_in(client, make_member(exhibitor))
    form = {"csrf_token": csrf_of(client), "exhibitor": exhibitor.public_id}
    client.post("/ho-so/theo-doi-tin", data=form)
    with transaction() as session:
        leave_alone(session, exhibitor.email.upper(), SuppressionReason.UNSUBSCRIBED, now=NOW)

    before = client.get("/ho-so/theo-doi-tin").text
    client.post("/ho-so/theo-doi-tin", data=form | {"act": "again"})
    after = client.get("/ho-so/theo-doi-tin").text

    said = ("đang ngừng nhận thư chung", "Đang nhận")
    assert [[words in page for words in said] for page in (before, after)] == [
        [True, False],
        [False, True],
    ]


def test_nobody_takes_up_the_news_of_another_subject(client, world):
    with transaction() as session:
        leave_alone(session, world[1].email, SuppressionReason.UNSUBSCRIBED, now=NOW)
    sign_in(client, make_member(make_exhibitor()))
    form = {"csrf_token": csrf_of(client), "exhibitor": world[1].public_id, "act": "again"}

    assert client.post("/ho-so/theo-doi-tin", data=form).status_code == 404


@pytest.mark.parametrize("token", ["x", "a-b", "0" * 32 + "-" + "0" * 20])
def test_a_made_up_link_is_not_found(client, token):
    assert client.get(f"/ngung-nhan/{token}").status_code == 404
    assert client.post(f"/ngung-nhan/{token}").status_code == 404


def test_the_inbox_shows_each_notice_once(client, world):
    exhibitor = world[1]
    with transaction() as session:
        session.merge(exhibitor).email = "khong-co@example.vn"
    decision(world)
    decision(world)
    sign_in(client, make_member(exhibitor))

    page = client.get("/ho-so/hop-thu").get_data(as_text=True)

    assert page.count("Hồ sơ được duyệt") == 1
    assert "1 chưa đọc" in page
    name = re.search(r"/ho-so/hop-thu/([0-9a-f]{32})", page)[1]
    assert "Kính gửi" in client.get(f"/ho-so/hop-thu/{name}").get_data(as_text=True)
    assert "1 chưa đọc" in client.get("/ho-so/").get_data(as_text=True)
    client.post("/ho-so/hop-thu", data={"csrf_token": csrf_of(client), "id": name})
    assert "Đã đọc hết." in client.get("/ho-so/hop-thu").get_data(as_text=True)


def test_a_link_of_a_notice_is_tapped_in_the_inbox(client, world):
    make_invitation(world[0], world[1])
    decision(world)
    [message] = reader().scalars(select(Message))
    sign_in(client, make_member(world[1]))

    page = client.get(f"/ho-so/hop-thu/{message.message_id}").text

    ours = re.search(r'<a href="http://localhost(/m/[^"]+)">http://localhost(/m/[^<]+)</a>', page)
    assert ours[1] == ours[2]


def test_nobody_reads_the_notices_of_another_subject(client, world):
    decision(world)
    [message] = reader().scalars(select(Message))
    sign_in(client, make_member(make_exhibitor()))

    assert client.get(f"/ho-so/hop-thu/{message.message_id}").status_code == 404


@pytest.mark.parametrize("reason", SuppressionReason)
def test_an_officer_sends_to_a_wrongly_marked_address_again(client, world, smtp_sink, reason):
    fair, exhibitor, _ = world
    address = exhibitor.email
    make_invitation(fair, exhibitor)
    with transaction() as session:
        if reason is SuppressionReason.BOUNCED:
            mark_bounced(session, address, now=NOW)
        else:
            leave_alone(session, address, reason, now=NOW)
    sign_in(client, make_user(Role.ORGANISER))
    path = f"/ql/chu-the/{exhibitor.public_id}/lien-lac"
    assert "Gửi lại vào địa chỉ này" in client.get(path).get_data(as_text=True)

    token = {"csrf_token": csrf_of(client)}
    client.post(f"{path}/gui-lai", data=token)

    page = client.get(path).get_data(as_text=True)
    assert f"Từ nay lại gửi thư tới {address}" in page
    assert "Gửi lại vào địa chỉ này" not in page
    news(world, "1")
    deliver_due(owner="w")
    assert [mail["To"] for mail in smtp_sink.wait_for(1)] == [address]
    client.post(f"{path}/gui-lai", data=token)
    assert "không bị dừng thư nữa" in client.get(path).get_data(as_text=True)
