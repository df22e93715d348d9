"""Staff: set-up by a one-time link, password and authenticator, accounts by the administrator."""

from __future__ import annotations

import base64
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from tests.support.builders import NOW, actor_of, make_fair, make_staff, make_user, session_token
from tgfair import clock
from tgfair.core.errors import ForbiddenError, InvalidError, NotFoundError
from tgfair.models import AuthSession, Message, Role, User
from tgfair.policy import SYSTEM
from tgfair.services import sessions, staff_sign_in, users
from tgfair.services.one_time_codes import LinkOverError
from tgfair.services.queries.accounts import role_limits
from tgfair.services.queries.exhibitors import all_communes
from tgfair.services.uow import reader, transaction
from tgfair.services.users import AlreadyInstalledError, NewUser

PASSWORD = "cá rô kho tộ miệt vườn"
EMAIL = "hanh@example.vn"
WRONG = "Thư điện tử, mật khẩu hoặc mã xác thực không đúng."


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


def secret_of(token):
    return staff_sign_in.staff_setup(token, site_name="tgfair").totp_secret


def code_for(secret, step=0):
    return pyotp.TOTP(secret).at(clock.real_now() + timedelta(seconds=30 * step))


@pytest.fixture
def admin():
    """An administrator who has just set up, with the authenticator's secret."""
    token = users.create_first_admin(email=EMAIL, name="Trần Hạnh", now=NOW)
    secret = secret_of(token)
    try:
        complete(token, code_for(secret, -1))
    except InvalidError:  # the half minute turned over between the code and its check
        complete(token, code_for(secret, -1))
    return secret


def complete(token, totp="", password=PASSWORD):
    return staff_sign_in.complete_staff_setup(token, password, totp, user_agent="", now=NOW)


def enter(totp="", *, email=EMAIL, password=PASSWORD, demo=False):
    return staff_sign_in.sign_in_with_password(
        email, password, totp, user_agent="", demo=demo, now=NOW
    )


def test_first_administrator_sets_password_and_authenticator_and_is_in():
    token = users.create_first_admin(email=EMAIL, name="Trần Hạnh", now=NOW)

    signed = complete(token, code_for(secret_of(token)))

    actor = sessions.actor_for(signed.token, now=NOW)
    assert (actor.has(Role.ADMIN), actor.label) == (True, "Trần Hạnh")


def test_the_database_does_not_hold_the_authenticator_secret(admin):
    user = reader().scalars(select(User)).one()

    assert len(user.totp_secret) == 64
    assert admin not in user.totp_secret
    raw = base64.b32decode(admin)
    assert raw not in base64.urlsafe_b64decode(user.totp_secret)
    assert enter(code_for(admin)).is_staff


def test_the_secret_of_one_account_opens_no_other(admin):
    other = make_user(Role.ADMIN)
    with transaction() as session:
        mine = session.scalars(select(User).where(User.email == EMAIL)).one()
        session.get_one(User, other.id).totp_secret = mine.totp_secret
        session.get_one(User, other.id).password_hash = mine.password_hash

    with pytest.raises(InvalidError, match=WRONG):
        enter(code_for(admin), email=other.email)


def test_under_another_secret_key_nobody_enters(app, admin, caplog):
    app.config["SECRET_KEY"] = "another key for tests only, longer than 32 characters"

    with pytest.raises(InvalidError, match=WRONG):
        enter(code_for(admin))

    assert "cannot be read" in caplog.text


def test_setup_link_works_once():
    token = users.create_first_admin(email=EMAIL, name="Trần Hạnh", now=NOW)
    complete(token, code_for(secret_of(token)))

    with pytest.raises(LinkOverError):
        staff_sign_in.staff_setup(token, site_name="tgfair")
    with pytest.raises(LinkOverError):
        complete(token, "000000")


def test_setup_page_shows_the_same_secret_again():
    token = users.create_first_admin(email=EMAIL, name="Trần Hạnh", now=NOW)

    assert secret_of(token) == secret_of(token)


def test_setup_with_a_wrong_code_changes_nothing_and_leaves_the_link():
    token = users.create_first_admin(email=EMAIL, name="Trần Hạnh", now=NOW)

    with pytest.raises(InvalidError) as caught:
        complete(token, "12 34")

    assert caught.value.field == "totp"
    user = reader().scalars(select(User)).one()
    assert (user.password_hash, user.totp_secret) == (None, None)
    complete(token, code_for(secret_of(token)))


@pytest.mark.parametrize(
    "password",
    ["ngắn", "x" * 129, "aaaaaaaaaaaa", "tgfair-ocop-2024", "Trần Hạnh 123", "matkhau123456"],
)
def test_password_that_is_easy_to_guess_is_refused(password):
    token = users.create_first_admin(email=EMAIL, name="Trần Hạnh", now=NOW)

    with pytest.raises(InvalidError) as caught:
        complete(token, code_for(secret_of(token)), password)
    assert caught.value.field == "password"


def test_second_first_administrator_is_refused(admin):
    with pytest.raises(AlreadyInstalledError):
        users.create_first_admin(email="khac@example.vn", name="Khác", now=NOW)


def test_lost_first_link_is_made_anew_and_the_old_one_ends():
    lost = users.create_first_admin(email=EMAIL, name="Trần Hạnh", now=NOW)

    again = users.create_first_admin(email=EMAIL, name="Trần Hạnh", now=NOW)

    with pytest.raises(LinkOverError):
        staff_sign_in.staff_setup(lost, site_name="tgfair")
    assert staff_sign_in.staff_setup(again, site_name="tgfair").email == EMAIL


def test_password_and_authenticator_open_a_session(admin):
    assert sessions.actor_for(enter(code_for(admin)).token, now=NOW).has(Role.ADMIN)


def test_authenticator_code_works_once(admin):
    code = code_for(admin)
    enter(code)

    with pytest.raises(InvalidError):
        enter(code)


def test_older_authenticator_code_does_not_follow_a_newer_one(admin):
    enter(code_for(admin))

    with pytest.raises(InvalidError):
        enter(code_for(admin, -1))


@pytest.mark.parametrize(
    ("email", "password", "totp"),
    [
        ("la@example.vn", PASSWORD, "right"),
        (EMAIL, "không phải mật khẩu", "right"),
        (EMAIL, PASSWORD, "000000"),
        (EMAIL, PASSWORD, ""),
        (EMAIL, "", "right"),
    ],
)
def test_every_wrong_sign_in_gets_the_same_sentence(admin, email, password, totp):
    typed = code_for(admin) if totp == "right" else totp

    with pytest.raises(InvalidError) as caught:
        enter(typed, email=email, password=password)
    assert caught.value.message() == WRONG


def test_demo_asks_for_no_authenticator(admin):
    assert enter(demo=True).is_staff


def test_locked_account_does_not_open(admin):
    second = make_staff(Role.ADMIN, password_hash="x")
    users.set_active(second, users.staff_id(SYSTEM, EMAIL), active=False, now=NOW)

    with pytest.raises(InvalidError):
        enter(code_for(admin))


def test_account_without_password_does_not_open():
    make_user(Role.REVIEWER, email="xet@example.vn")

    with pytest.raises(InvalidError):
        enter(email="xet@example.vn", password="")


def test_reviewer_needs_a_password_only():
    _, token = users.add_user(
        make_staff(Role.ADMIN), NewUser("Lê Xét", "xet@example.vn", Role.REVIEWER), now=NOW
    )
    assert secret_of(token) is None
    complete(token)

    assert enter(email="xet@example.vn").is_staff


def test_new_setup_link_ends_sessions_only_when_it_is_used(admin):
    before = session_token(reader().scalars(select(User).where(User.email == EMAIL)).one())
    _, token = users.renew_setup_link(SYSTEM, users.staff_id(SYSTEM, EMAIL), now=NOW)
    assert sessions.actor_for(before, now=NOW) is not None

    complete(token, code_for(secret_of(token)))

    assert sessions.actor_for(before, now=NOW) is None


# --- accounts by the administrator ---


def test_added_account_gets_one_role_limited_to_a_fair_and_a_mail():
    fair = make_fair()
    new = NewUser("Lê Xét", "Xet@Example.vn", Role.REVIEWER, fair_slug=fair.slug)

    users.add_user(make_staff(Role.ADMIN), new, now=NOW)

    user = reader().scalars(select(User).where(User.email == "xet@example.vn")).one()
    assert [(g.role, g.fair_id, g.unit_code) for g in user.grants] == [
        (Role.REVIEWER, fair.id, None)
    ]
    assert reader().scalars(select(Message.kind)).all() == ["staff_setup"]


def test_second_role_goes_to_the_same_account_and_ends_its_sessions():
    user = make_user(Role.REVIEWER, name="Trần Xét", email="xet@example.vn")
    token = session_token(user)

    name, _ = users.add_user(
        make_staff(Role.ADMIN), NewUser("Lê Xét", "xet@example.vn", Role.ORGANISER), now=NOW
    )

    assert name == "Trần Xét"
    assert sessions.actor_for(token, now=NOW) is None
    fresh = reader().get_one(User, user.id, populate_existing=True)
    assert {grant.role for grant in fresh.grants} == {Role.REVIEWER, Role.ORGANISER}


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewUser("", "a@example.vn", Role.REVIEWER), "name"),
        (NewUser("A", "không phải thư", Role.REVIEWER), "email"),
        (NewUser("A", "a@example.vn", Role.ADMIN, unit_code="28585"), "role"),
        (NewUser("A", "a@example.vn", Role.REVIEWER, unit_code="28585"), "unit_code"),
        (NewUser("A", "a@example.vn", Role.COMMUNE_OFFICER, unit_code="99999"), "unit_code"),
    ],
)
def test_account_that_makes_no_sense_is_refused(new, field):
    with pytest.raises(InvalidError) as caught:
        users.add_user(make_staff(Role.ADMIN), new, now=NOW)
    assert caught.value.field == field


def test_unknown_fair_is_not_found():
    new = NewUser("A", "a@example.vn", Role.REVIEWER, fair_slug="khong-co")

    with pytest.raises(NotFoundError):
        users.add_user(make_staff(Role.ADMIN), new, now=NOW)


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.REVIEWER, Role.COMMUNE_OFFICER])
def test_only_administrators_manage_accounts(role):
    with pytest.raises(ForbiddenError):
        users.add_user(make_staff(role), NewUser("A", "a@example.vn", Role.ADMIN), now=NOW)


def test_last_administrator_can_neither_be_locked_nor_lose_the_role(admin):
    me = users.staff_id(SYSTEM, EMAIL)
    grant = reader().get_one(User, me).grants[0].id

    with pytest.raises(InvalidError, match="ít nhất một quản trị"):
        users.set_active(SYSTEM, me, active=False, now=NOW)
    with pytest.raises(InvalidError, match="ít nhất một quản trị"):
        users.remove_role(SYSTEM, me, grant, now=NOW)


def test_an_administrator_who_never_set_a_password_keeps_nobody_in(admin):
    make_user(Role.ADMIN)

    with pytest.raises(InvalidError, match="ít nhất một quản trị"):
        users.set_active(SYSTEM, users.staff_id(SYSTEM, EMAIL), active=False, now=NOW)


def test_nobody_takes_the_administrator_s_role_from_themselves():
    me = make_user(Role.ADMIN, password_hash="x")
    make_user(Role.ADMIN, password_hash="x")

    with pytest.raises(InvalidError, match="Không tự bỏ vai trò"):
        users.remove_role(actor_of(me), me.id, me.grants[0].id, now=NOW)


def test_communes_stand_in_the_order_of_the_alphabet():
    names = [name for _, name in role_limits(make_staff(Role.ADMIN))[1]]

    wards = [name for name in names if name in {"Phường Gò Công", "Phường Đạo Thạnh"}]
    assert wards == ["Phường Đạo Thạnh", "Phường Gò Công"]
    assert names == [name for _, name in all_communes()]


def test_sessions_of_an_account_end_by_the_administrator():
    user = make_user(Role.REVIEWER)
    session_token(user)
    session_token(user)

    users.end_sessions_of(make_staff(Role.ADMIN), user.id, now=NOW)

    assert reader().scalars(select(AuthSession)).all() == []
