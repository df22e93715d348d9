from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    make_application,
    make_exhibitor,
    make_fair,
    make_staff,
)
from tgfair.core.errors import ForbiddenError, InvalidError, NotFoundError
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import FairStatus, Invitation, Message, Role
from tgfair.services import invitations, letters
from tgfair.services.links import LinkRevokedError, invitation_by_token, invitation_url
from tgfair.services.queries.invitations import Candidates, invitation_lines, to_invite


@pytest.fixture
def here(app):
    with app.app_context():
        yield app


@pytest.fixture
def organiser(here):
    return make_staff(Role.ORGANISER)


def messages() -> list[tuple[str, str, str | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(Message).order_by(Message.id)).all()
    return [(m.kind, m.channel, m.email) for m in rows]


def token_of(fair, exhibitor) -> str:
    db.session.rollback()
    row = db.session.scalars(
        select(Invitation).where(
            Invitation.fair_id == fair.id, Invitation.exhibitor_id == exhibitor.id
        )
    ).one()
    return invitation_url(row).rpartition("/")[2]


def test_inviting_twice_invites_once_and_reaches_those_without_mail(organiser):
    fair = make_fair()
    with_mail = make_exhibitor(email="co@example.vn")
    without = make_exhibitor(email=None)
    ids = [with_mail.id, without.id]

    assert invitations.invite(organiser, fair.id, ids, now=NOW) == (1, 1)
    with pytest.raises(InvalidError):
        invitations.invite(organiser, fair.id, ids, now=NOW)

    assert sorted(messages()) == [
        ("invitation", "call", None),
        ("invitation", "email", "co@example.vn"),
    ]


def test_a_draft_fair_invites_nobody(organiser):
    fair = make_fair(status=FairStatus.DRAFT)

    with pytest.raises(InvalidError):
        invitations.invite(organiser, fair.id, [make_exhibitor().id], now=NOW)


def test_only_organisers_invite(here):
    fair, exhibitor = make_fair(), make_exhibitor()

    with pytest.raises(ForbiddenError):
        invitations.invite(make_staff(Role.REVIEWER), fair.id, [exhibitor.id], now=NOW)


def test_a_reprint_keeps_the_link_and_a_renewal_ends_it(organiser):
    fair, exhibitor = make_fair(), make_exhibitor()
    invitations.invite(organiser, fair.id, [exhibitor.id], now=NOW)
    line = invitation_lines(organiser, fair)[0]
    old = token_of(fair, exhibitor)

    letters.make_letters(organiser, fair, [line.id], now=NOW)
    assert token_of(fair, exhibitor) == old

    invitations.renew(organiser, line.id, now=NOW)
    assert invitation_by_token(db.session(), token_of(fair, exhibitor)).id == line.id
    with pytest.raises(LinkRevokedError):
        invitation_by_token(db.session(), old)


def test_a_revoked_or_mistyped_link_opens_nothing(organiser):
    fair, exhibitor = make_fair(), make_exhibitor()
    invitations.invite(organiser, fair.id, [exhibitor.id], now=NOW)
    token = token_of(fair, exhibitor)
    invitations.revoke(organiser, invitation_lines(organiser, fair)[0].id, now=NOW)

    for wrong in (
        token,
        "",
        "-",
        "1-",
        "zz-abc",
        token[:-1] + "x",
        "9" * 40,
        "ffffffff-" + "0" * 20,
    ):
        with pytest.raises(LinkRevokedError):
            invitation_by_token(db.session(), wrong)


def test_reminders_go_to_the_silent_only_and_once_a_day(organiser):
    fair = make_fair()
    silent, answered = make_exhibitor(), make_exhibitor()
    invitations.invite(organiser, fair.id, [silent.id, answered.id], now=NOW)
    make_application(fair, answered, State.SUBMITTED)

    assert invitations.remind_silent(organiser, fair.id, now=NOW) == (1, 0)
    with pytest.raises(InvalidError):
        invitations.remind_silent(organiser, fair.id, now=NOW)
    assert invitations.remind_silent(organiser, fair.id, now=NOW + timedelta(days=1)) == (1, 0)

    reminded = [email for kind, _, email in messages() if kind == "reminder"]
    assert reminded == [silent.email, silent.email]


def test_standing_follows_what_the_subject_did(organiser):
    fair = make_fair()
    names = ["Im lặng", "Đang soạn", "Đã gửi"]
    subjects = [make_exhibitor(name) for name in names]
    invitations.invite(organiser, fair.id, [e.id for e in subjects], now=NOW)
    make_application(fair, subjects[1], State.DRAFT)
    make_application(fair, subjects[2], State.SUBMITTED)

    lines = {line.name: line.standing for line in invitation_lines(organiser, fair)}
    assert lines == {"Im lặng": "silent", "Đang soạn": "draft", "Đã gửi": "answered"}


def test_the_filter_finds_without_diacritics_and_leaves_the_invited_out(organiser):
    fair = make_fair()
    wanted, other = make_exhibitor("Cơ sở Mắm Út Hạnh"), make_exhibitor("Tổ hợp tác Khác")

    found = to_invite(organiser, fair, Candidates(q="mam ut"))
    assert [e.id for e in found] == [wanted.id]
    assert to_invite(organiser, fair, Candidates(stars="5")) == []
    assert len(to_invite(organiser, fair, Candidates(group="food", stars="4"))) == 2

    invitations.invite(organiser, fair.id, [wanted.id], now=NOW)
    assert [e.id for e in to_invite(organiser, fair, Candidates())] == [other.id]


def test_a_foreign_invitation_is_not_found(organiser):
    fair, exhibitor = make_fair(), make_exhibitor()
    invitations.invite(organiser, fair.id, [exhibitor.id], now=NOW)
    elsewhere = make_staff(Role.ORGANISER, fair=make_fair())
    line = invitation_lines(organiser, fair)[0]

    with pytest.raises(NotFoundError):
        invitations.revoke(elsewhere, line.id, now=NOW)


def test_a_day_of_reminders_is_a_day_in_viet_nam(organiser):
    fair = make_fair()
    invitations.invite(organiser, fair.id, [make_exhibitor().id], now=NOW)
    before_midnight = datetime(2026, 5, 5, 16, 59, tzinfo=UTC)

    assert invitations.remind_silent(organiser, fair.id, now=before_midnight) == (1, 0)
    after = before_midnight + timedelta(minutes=2)
    assert invitations.remind_silent(organiser, fair.id, now=after) == (1, 0)
    with pytest.raises(InvalidError):
        invitations.remind_silent(organiser, fair.id, now=after + timedelta(hours=8))
