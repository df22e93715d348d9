"""Signing in by mail and telephone: who becomes whom, and who may not this way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

from tests.support.builders import (
    NOW,
    actor_of,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_staff,
    make_user,
    session_token,
)
from tgfair import clock
from tgfair.core.errors import ForbiddenError, InvalidError, NotFoundError
from tgfair.models import AuditEntry, AuthSession, MemberRole, Message, OneTimeCode, Role, User
from tgfair.policy import Actor
from tgfair.services import accounts, members, one_time_codes, sessions, users
from tgfair.services.one_time_codes import LinkOverError
from tgfair.services.uow import reader, transaction


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


def by_mail(email, *, demo=False):
    """Sign in with the code of a fresh mail; return the actor."""
    code_id = accounts.request_sign_in(email, now=NOW).code_id
    row = reader().get_one(OneTimeCode, code_id)
    _, digits = one_time_codes.secrets_of(row.id, row.nonce)
    signed = accounts.sign_in_with_code(code_id, digits, user_agent="", now=NOW, demo=demo)
    return sessions.actor_for(signed.token, now=NOW)


def test_unknown_address_gets_an_account_without_any_exhibitor():
    actor = by_mail("moi@example.vn")

    assert (actor.owns, actor.staffs, actor.grants, actor.verified) == (
        frozenset(),
        frozenset(),
        (),
        True,
    )


def test_address_on_an_exhibitors_record_makes_its_holder_the_owner():
    exhibitor = make_exhibitor(email="htx.nhi.binh@example.vn")

    assert by_mail("htx.nhi.binh@example.vn").owns == frozenset({exhibitor.id})
    assert by_mail("htx.nhi.binh@example.vn").owns == frozenset({exhibitor.id})


def test_answer_is_the_same_for_known_unknown_and_locked_addresses():
    make_user(email="khoa@example.vn", is_active=False)
    make_user(email="quen@example.vn")

    handles = [
        accounts.request_sign_in(email, now=NOW).code_id
        for email in ("khoa@example.vn", "quen@example.vn", "la@example.vn")
    ]

    assert all(isinstance(handle, int) and handle > 0 for handle in handles)
    sent = reader().scalars(select(Message.email).order_by(Message.email)).all()
    assert sent == ["la@example.vn", "quen@example.vn"]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.ORGANISER])
def test_mailbox_alone_does_not_open_an_organisers_account(role):
    make_user(role, email="btc@example.vn")

    with pytest.raises(InvalidError, match="mật khẩu và mã xác thực"):
        by_mail("btc@example.vn")
    assert by_mail("btc@example.vn", demo=True).has(role)


def test_reviewer_signs_in_by_mail():
    make_user(Role.REVIEWER, email="xet@example.vn")

    assert by_mail("xet@example.vn").has(Role.REVIEWER)


def test_officer_reads_out_a_code_for_the_own_commune_only():
    own = make_exhibitor(unit_new="28585")
    other = make_exhibitor(unit_new="28594")
    officer = make_staff(Role.COMMUNE_OFFICER, unit_code="28585")

    phone, digits = accounts.read_out_code(officer, own.public_id, now=NOW)

    assert phone == own.phone
    actor = sessions.actor_for(
        accounts.sign_in_with_phone(phone, digits, user_agent="", now=NOW).token, now=NOW
    )
    assert actor.owns == frozenset({own.id})
    with pytest.raises(NotFoundError):
        accounts.read_out_code(officer, other.public_id, now=NOW)


def test_reviewer_reads_no_code_out():
    exhibitor = make_exhibitor()

    with pytest.raises(ForbiddenError):
        accounts.read_out_code(make_staff(Role.REVIEWER), exhibitor.public_id, now=NOW)


def test_reading_a_code_out_is_audited_and_told_to_the_subject():
    exhibitor = make_exhibitor(email="htx@example.vn")
    officer = make_staff(Role.COMMUNE_OFFICER)

    accounts.read_out_code(officer, exhibitor.public_id, now=NOW)

    entry = reader().scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id, entry.object_id) == (
        "exhibitor.code_read_out",
        officer.user_id,
        exhibitor.public_id,
    )
    assert reader().scalars(select(Message.kind)).all() == ["code_read_out"]


def test_code_read_out_speaks_for_the_called_record_only():
    shared = "+84912000001"
    called = make_exhibitor(phone=shared)
    make_exhibitor(phone=shared)
    officer = make_staff(Role.COMMUNE_OFFICER)

    _, digits = accounts.read_out_code(officer, called.public_id, now=NOW)
    signed = accounts.sign_in_with_phone(shared, digits, user_agent="", now=NOW)

    assert sessions.actor_for(signed.token, now=NOW).owns == frozenset({called.id})


def test_code_read_out_does_not_open_a_colleagues_account():
    phone = "+84912000002"
    make_user(Role.REVIEWER, phone=phone)
    exhibitor = make_exhibitor(phone=phone)

    _, digits = accounts.read_out_code(make_staff(Role.ADMIN), exhibitor.public_id, now=NOW)

    with pytest.raises(InvalidError, match="Tài khoản cán bộ"):
        accounts.sign_in_with_phone(phone, digits, user_agent="", now=NOW)


def test_number_without_a_code_is_a_code_that_is_over():
    with pytest.raises(LinkOverError):
        accounts.sign_in_with_phone("+84912999999", "123456", user_agent="", now=NOW)


def test_demo_gives_one_link_for_each_role_and_none_outside():
    for role in Role:
        make_user(role)
    make_member(make_exhibitor())

    links = accounts.demo_sign_in_links(demo=True)

    assert [link.role for link in links] == [*Role, None]
    signed = [
        accounts.sign_in_with_link(link.token, user_agent="", now=NOW, demo=True) for link in links
    ]
    assert [one.is_staff for one in signed] == [True] * len(Role) + [False]
    with pytest.raises(InvalidError):
        accounts.demo_sign_in_links(demo=False)


# --- sessions ---


def test_sign_out_acts_at_once():
    token = session_token(make_user())

    sessions.sign_out(sessions.actor_for(token, now=NOW))

    assert sessions.actor_for(token, now=NOW) is None


def test_sign_out_everywhere_ends_all_sessions_of_this_account_only():
    user, other = make_user(), make_user()
    tokens = [session_token(user) for _ in range(3)]
    foreign = session_token(other)

    assert sessions.sign_out_everywhere(sessions.actor_for(tokens[0], now=NOW), now=NOW) == 3
    assert [sessions.actor_for(token, now=NOW) for token in tokens] == [None] * 3
    assert sessions.actor_for(foreign, now=NOW) is not None


def test_somebody_elses_session_cannot_be_ended():
    mine, foreign = session_token(make_user()), session_token(make_user())
    target = sessions.actor_for(foreign, now=NOW).session_id

    with pytest.raises(NotFoundError):
        sessions.end_own_session(sessions.actor_for(mine, now=NOW), target)


@pytest.mark.parametrize(
    ("roles", "demo", "idle", "alive"),
    [
        ((), False, timedelta(hours=11), True),
        ((), False, timedelta(hours=13), False),
        ((Role.REVIEWER,), False, timedelta(minutes=29), True),
        ((Role.REVIEWER,), False, timedelta(minutes=31), False),
        ((Role.REVIEWER,), True, timedelta(minutes=31), True),
    ],
)
def test_idle_session_ends(roles, demo, idle, alive):
    token = session_token(make_user(*roles))
    _change_sessions(last_seen_at=clock.real_now() - idle)

    assert (sessions.actor_for(token, demo=demo, now=NOW) is not None) == alive


def test_session_ends_after_its_longest_life():
    token = session_token(make_user())
    _change_sessions(expires_at=clock.real_now())

    assert sessions.actor_for(token, now=NOW) is None


def _change_sessions(**values):
    with transaction() as session:
        session.execute(update(AuthSession).values(**values))


def test_use_keeps_a_session_alive():
    token = session_token(make_user())
    _change_sessions(last_seen_at=clock.real_now() - timedelta(hours=11))

    sessions.actor_for(token, now=NOW)

    seen = reader().scalar(select(AuthSession.last_seen_at))
    assert clock.real_now() - seen < timedelta(minutes=1)


def test_role_taken_away_acts_at_once():
    user = make_user(Role.REVIEWER)
    grant_id = user.grants[0].id
    token = session_token(user)
    users.remove_role(make_staff(Role.ADMIN), user.id, grant_id, now=NOW)

    assert sessions.actor_for(token, now=NOW).grants == ()


def test_locked_account_is_out_at_once():
    user = make_user(Role.REVIEWER)
    token = session_token(user)

    users.set_active(make_staff(Role.ADMIN), user.id, active=False, now=NOW)

    assert sessions.actor_for(token, now=NOW) is None


def test_member_taken_out_loses_the_exhibitor_at_once():
    exhibitor = make_exhibitor()
    owner, helper = make_member(exhibitor), make_member(exhibitor, MemberRole.STAFF)
    token = session_token(helper)
    before = sessions.actor_for(token, now=NOW)
    membership = next(m.id for m in _fresh(exhibitor).memberships if m.user_id == helper.id)

    members.remove_member(
        actor_of(owner, owns=(exhibitor,)), exhibitor.public_id, membership, now=NOW
    )

    assert before.staffs == frozenset({exhibitor.id})
    assert sessions.actor_for(token, now=NOW).staffs == frozenset()


def _fresh(row):
    return reader().get_one(type(row), row.id, populate_existing=True)


def test_session_of_a_personal_link_ends_when_the_link_is_replaced_or_revoked():
    invitation = make_invitation(make_fair(), make_exhibitor())
    token = session_token(invitation=invitation, verified=False)
    assert sessions.actor_for(token, now=NOW).invited_exhibitor_id == invitation.exhibitor_id

    with transaction() as session:
        session.merge(invitation).revision += 1

    assert sessions.actor_for(token, now=NOW) is None


def test_session_of_a_revoked_link_is_over():
    invitation = make_invitation(make_fair(), make_exhibitor())
    token = session_token(invitation=invitation, verified=False)

    with transaction() as session:
        session.merge(invitation).revoked_at = NOW

    assert sessions.actor_for(token, now=NOW) is None


def test_database_holds_no_session_token():
    token = session_token(make_user())

    assert reader().scalar(select(func.count()).where(AuthSession.token_hash == token)) == 0


# --- members ---


def test_owner_adds_a_colleague_who_then_acts_for_the_exhibitor():
    exhibitor = make_exhibitor()
    owner = actor_of(make_member(exhibitor), owns=(exhibitor,))

    members.add_member(
        owner, exhibitor.public_id, name="Lê Thị Sáu", email="Sau@Example.vn", now=NOW
    )

    assert by_mail("sau@example.vn").staffs == frozenset({exhibitor.id})
    with pytest.raises(InvalidError, match="đã có tên"):
        members.add_member(owner, exhibitor.public_id, name="Sáu", email="sau@example.vn", now=NOW)


def test_officer_is_not_drawn_into_a_subject_that_is_then_nobodys_to_decide_about():
    exhibitor = make_exhibitor()
    owner = actor_of(make_member(exhibitor), owns=(exhibitor,))
    officer = reader().get_one(User, make_staff(Role.REVIEWER).user_id)

    with pytest.raises(InvalidError, match="cán bộ chương trình"):
        members.add_member(owner, exhibitor.public_id, name="Cán bộ", email=officer.email, now=NOW)


@pytest.mark.parametrize(
    ("contact", "sentence"),
    [
        ({"email": "cu@example.vn"}, "Hãy đổi thư điện tử của cơ sở trước"),
        ({"phone": "+84912000001"}, "Hãy đổi số của cơ sở trước"),
    ],
)
def test_owner_whom_the_contact_on_record_lets_in_again_is_not_removed(contact, sentence):
    exhibitor = make_exhibitor(**contact)
    former, owner = make_member(exhibitor), make_member(exhibitor)
    with transaction() as session:
        row = session.get_one(User, former.id)
        for column, value in contact.items():
            setattr(row, column, value)
    membership = next(m.id for m in _fresh(exhibitor).memberships if m.user_id == former.id)
    remove = partial(
        members.remove_member, actor_of(owner, owns=(exhibitor,)), exhibitor.public_id, membership
    )

    with pytest.raises(InvalidError, match=sentence):
        remove(now=NOW)
    with transaction() as session:
        record = session.get_one(type(exhibitor), exhibitor.id)
        record.email = record.phone = None
    remove(now=NOW)

    assert [m.user_id for m in _fresh(exhibitor).memberships] == [owner.id]


def test_colleague_adds_and_removes_nobody():
    exhibitor = make_exhibitor()
    helper = actor_of(make_member(exhibitor, MemberRole.STAFF), staffs=(exhibitor,))

    with pytest.raises(ForbiddenError):
        members.add_member(helper, exhibitor.public_id, name="A", email="a@example.vn", now=NOW)


def test_foreign_exhibitor_is_not_found():
    exhibitor = make_exhibitor()
    stranger = actor_of(make_member(make_exhibitor()))

    with pytest.raises(NotFoundError):
        members.add_member(stranger, exhibitor.public_id, name="A", email="a@example.vn", now=NOW)


def test_last_owner_stays():
    exhibitor = make_exhibitor()
    owner = make_member(exhibitor)
    membership = _fresh(exhibitor).memberships[0].id

    with pytest.raises(InvalidError, match="ít nhất một người"):
        members.remove_member(
            actor_of(owner, owns=(exhibitor,)), exhibitor.public_id, membership, now=NOW
        )


def test_actor_without_account_has_no_sessions_to_end():
    with pytest.raises(NotFoundError):
        sessions.sign_out_everywhere(Actor(), now=NOW)
    assert reader().scalar(select(func.count()).select_from(User)) == 0


def test_what_a_personal_link_opened_ends_with_its_fair():
    fair, exhibitor = make_fair(), make_exhibitor("H" * 200)
    token = session_token(invitation=make_invitation(fair, exhibitor), verified=False)
    last_evening = datetime(2026, 6, 21, 16, 59, tzinfo=UTC)  # 23:59 in Viet Nam

    assert len(sessions.actor_for(token, now=last_evening).label) <= 200
    assert sessions.actor_for(token, now=last_evening + timedelta(minutes=1)) is None


def test_an_address_as_long_as_they_get_signs_in():
    email = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.vn"

    actor = by_mail(email)

    assert actor.label == email[:120]
