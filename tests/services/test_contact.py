"""The contact on record: proving that one holds it, and changing it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    actor_of,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_staff,
    session_token,
)
from tgfair.core.errors import ForbiddenError, InvalidError, NotFoundError
from tgfair.models import Exhibitor, MemberRole, Message, OneTimeCode, Role, User
from tgfair.services import accounts, contact, one_time_codes, sessions
from tgfair.services.one_time_codes import LinkOverError, WrongCodeError
from tgfair.services.uow import reader, transaction

OLD, NEW = "cu@example.vn", "moi@example.vn"
OLD_PHONE, NEW_PHONE = "+84912000001", "+84912000002"


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def exhibitor():
    return make_exhibitor(email=OLD, phone=OLD_PHONE)


@pytest.fixture
def owner(exhibitor):
    return actor_of(make_member(exhibitor), owns=(exhibitor,))


@pytest.fixture
def visitor(exhibitor):
    """The cookie of somebody who came by the personal link."""
    invitation = make_invitation(make_fair(), exhibitor)
    return session_token(invitation=invitation, verified=False)


def digits():
    row = reader().scalars(select(OneTimeCode).order_by(OneTimeCode.id.desc())).first()
    return one_time_codes.secrets_of(row.id, row.nonce)[1]


def record_of(exhibitor):
    return reader().get_one(Exhibitor, exhibitor.id, populate_existing=True)


def sent():
    return reader().execute(select(Message.kind, Message.email).order_by(Message.id)).all()


def test_email_changes_with_the_code_sent_to_the_new_address_and_tells_the_old_one(
    exhibitor, owner
):
    contact.request_email_change(owner, exhibitor.public_id, " Moi@Example.VN ", now=NOW)
    assert record_of(exhibitor).email == OLD

    contact.confirm_change(owner, exhibitor.public_id, digits(), now=NOW)

    assert record_of(exhibitor).email == NEW
    assert record_of(exhibitor).contact_source == "self"
    assert sent() == [("confirm_code", NEW), ("contact_changed", OLD)]


def test_wrong_code_changes_nothing(exhibitor, owner):
    contact.request_email_change(owner, exhibitor.public_id, NEW, now=NOW)
    wrong = f"{(int(digits()) + 1) % 1_000_000:06d}"

    with pytest.raises(WrongCodeError):
        contact.confirm_change(owner, exhibitor.public_id, wrong, now=NOW)
    assert record_of(exhibitor).email == OLD


def test_change_code_works_once(exhibitor, owner):
    contact.request_email_change(owner, exhibitor.public_id, NEW, now=NOW)
    code = digits()
    contact.confirm_change(owner, exhibitor.public_id, code, now=NOW)

    with pytest.raises(LinkOverError):
        contact.confirm_change(owner, exhibitor.public_id, code, now=NOW)


@pytest.fixture
def holder(exhibitor):
    """The owner who signs in with the address on record."""
    code = accounts.request_sign_in(OLD, now=NOW).code_id
    token = accounts.sign_in_with_code(code, digits(), user_agent="", now=NOW).token
    return sessions.actor_for(token, now=NOW)


def emails():
    return sorted(reader().scalars(select(User.email)))


def test_account_that_signs_in_with_the_old_address_follows(exhibitor, holder):
    contact.request_email_change(holder, exhibitor.public_id, NEW, now=NOW)
    contact.confirm_change(holder, exhibitor.public_id, digits(), now=NOW)

    assert emails() == [NEW]


def test_account_of_the_owner_follows_the_verified_personal_link(exhibitor, holder, visitor):
    contact.request_step_up(sessions.actor_for(visitor, now=NOW), now=NOW)
    contact.step_up(sessions.actor_for(visitor, now=NOW), digits(), now=NOW)
    verified = sessions.actor_for(visitor, now=NOW)
    contact.request_email_change(verified, exhibitor.public_id, NEW, now=NOW)
    contact.confirm_change(verified, exhibitor.public_id, digits(), now=NOW)

    assert emails() == [NEW]


def test_account_of_another_owner_stays_when_one_of_them_changes_the_contact(
    exhibitor, holder, owner
):
    contact.request_email_change(owner, exhibitor.public_id, NEW, now=NOW)
    contact.confirm_change(owner, exhibitor.public_id, digits(), now=NOW)

    assert (record_of(exhibitor).email, OLD in emails(), NEW in emails()) == (NEW, True, False)


def test_colleague_does_not_take_the_contact_and_with_it_the_owners_account(exhibitor):
    helper = actor_of(make_member(exhibitor, MemberRole.STAFF), staffs=(exhibitor,))

    with pytest.raises(ForbiddenError):
        contact.request_email_change(helper, exhibitor.public_id, NEW, now=NOW)


def test_account_of_somebody_else_with_the_old_address_stays(exhibitor, owner):
    stranger = make_member(make_exhibitor())
    with transaction() as session:
        session.get_one(User, stranger.id).email = OLD

    contact.request_email_change(owner, exhibitor.public_id, NEW, now=NOW)
    contact.confirm_change(owner, exhibitor.public_id, digits(), now=NOW)

    assert reader().get_one(User, stranger.id, populate_existing=True).email == OLD


def test_new_phone_is_called_and_its_code_read_out(exhibitor, owner):
    officer = make_staff(Role.COMMUNE_OFFICER)
    contact.request_phone_change(owner, exhibitor.public_id, "0912 000 002", now=NOW)

    called, code = contact.read_out_change_code(officer, exhibitor.public_id, now=NOW)
    contact.confirm_change(owner, exhibitor.public_id, code, now=NOW)

    assert called == NEW_PHONE
    assert record_of(exhibitor).phone == NEW_PHONE
    assert sent() == [("contact_changed", OLD)]


def test_no_change_waits_to_be_read_out(exhibitor):
    with pytest.raises(NotFoundError):
        contact.read_out_change_code(make_staff(Role.ADMIN), exhibitor.public_id, now=NOW)


@pytest.mark.parametrize("typed", ["", "khong phai thu", "a@b", OLD, "a@b..vn"])
def test_address_that_cannot_be_used_is_refused(exhibitor, owner, typed):
    with pytest.raises(InvalidError):
        contact.request_email_change(owner, exhibitor.public_id, typed, now=NOW)


def test_personal_link_alone_changes_no_contact(exhibitor, visitor):
    with pytest.raises(ForbiddenError):
        contact.request_email_change(
            sessions.actor_for(visitor, now=NOW), exhibitor.public_id, NEW, now=NOW
        )


def test_code_sent_to_the_record_verifies_the_session_of_a_personal_link(exhibitor, visitor):
    contact.request_step_up(sessions.actor_for(visitor, now=NOW), now=NOW)

    contact.step_up(sessions.actor_for(visitor, now=NOW), digits(), now=NOW)

    assert sessions.actor_for(visitor, now=NOW).verified
    assert sent() == [("confirm_code", OLD)]
    contact.request_email_change(
        sessions.actor_for(visitor, now=NOW), exhibitor.public_id, NEW, now=NOW
    )


def test_code_read_out_verifies_the_session_of_a_personal_link(exhibitor, visitor):
    _, code = accounts.read_out_code(make_staff(Role.ADMIN), exhibitor.public_id, now=NOW)

    contact.step_up(sessions.actor_for(visitor, now=NOW), code, now=NOW)

    assert sessions.actor_for(visitor, now=NOW).verified


def test_code_of_another_subject_verifies_nothing(visitor):
    other = make_exhibitor()
    _, code = accounts.read_out_code(make_staff(Role.ADMIN), other.public_id, now=NOW)

    with pytest.raises(LinkOverError):
        contact.step_up(sessions.actor_for(visitor, now=NOW), code, now=NOW)


def test_subject_without_email_is_told_to_telephone():
    exhibitor = make_exhibitor(email=None)
    invitation = make_invitation(make_fair(), exhibitor)
    visitor = session_token(invitation=invitation, verified=False)

    with pytest.raises(InvalidError, match="cán bộ đọc mã"):
        contact.request_step_up(sessions.actor_for(visitor, now=NOW), now=NOW)


def test_account_of_a_member_has_nothing_to_verify(owner):
    with pytest.raises(NotFoundError):
        contact.request_step_up(owner, now=NOW)
