"""A link works once, for its purpose; a code has five tries, counted by the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.support.builders import NOW
from tgfair import clock
from tgfair.extensions import db
from tgfair.models import AuthSession, CodePurpose, Message, OneTimeCode
from tgfair.services import accounts, one_time_codes
from tgfair.services.one_time_codes import LinkOverError, WrongCodeError
from tgfair.services.uow import reader, transaction

EMAIL = "ut.hanh@example.vn"
KNOCKERS = 50


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


def issued(purpose=CodePurpose.SIGN_IN, **columns):
    """A fresh code: (id, link token, digits)."""
    with transaction() as session:
        row = OneTimeCode(purpose=purpose, **{"email": EMAIL, **columns})
        one_time_codes.issue(session, row)
        return row.id, *one_time_codes.secrets_of(row.id, row.nonce)


def age(code_id, minutes):
    with transaction() as session:
        session.execute(
            update(OneTimeCode)
            .where(OneTimeCode.id == code_id)
            .values(expires_at=clock.real_now() - timedelta(minutes=minutes))
        )


def sessions_open():
    return reader().scalar(select(func.count()).select_from(AuthSession))


def wrong(digits):
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def at_once(app, knock):
    """What 50 callers at the same moment got: True, or the name of the error."""

    def one(_number):
        with app.app_context():
            try:
                knock()
            except (LinkOverError, WrongCodeError) as error:
                return type(error).__name__
            finally:
                db.session.remove()
            return True

    db.session.remove()
    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(one, range(KNOCKERS)))


def test_link_pressed_fifty_times_at_once_opens_one_session(app):
    _, token, _ = issued()

    got = at_once(app, lambda: accounts.sign_in_with_link(token, user_agent="", now=NOW))

    assert sorted(map(str, got)) == ["LinkOverError"] * (KNOCKERS - 1) + ["True"]
    assert sessions_open() == 1


def test_code_typed_fifty_times_at_once_opens_at_most_one_session(app):
    code_id, _, digits = issued()

    got = at_once(app, lambda: accounts.sign_in_with_code(code_id, digits, user_agent="", now=NOW))

    assert got.count(True) == 1
    assert sessions_open() == 1


def test_fifty_wrong_codes_at_once_use_up_the_five_tries_and_no_more(app):
    code_id, _, digits = issued()

    got = at_once(
        app, lambda: accounts.sign_in_with_code(code_id, wrong(digits), user_agent="", now=NOW)
    )

    assert (got.count("WrongCodeError"), got.count("LinkOverError")) == (5, KNOCKERS - 5)
    with pytest.raises(LinkOverError):
        accounts.sign_in_with_code(code_id, digits, user_agent="", now=NOW)


def test_wrong_code_says_how_many_tries_are_left():
    code_id, _, digits = issued()

    said = []
    for _ in range(5):
        with pytest.raises(WrongCodeError) as caught:
            one_time_codes.try_code(code_id, wrong(digits), {CodePurpose.SIGN_IN})
        said.append(caught.value.left)

    assert said == [4, 3, 2, 1, 0]


def test_code_may_be_typed_with_blanks():
    code_id, _, digits = issued()

    one_time_codes.try_code(code_id, f" {digits[:3]} {digits[3:]} ", {CodePurpose.SIGN_IN})


def test_old_link_and_code_are_over():
    code_id, token, digits = issued()
    age(code_id, 1)

    with pytest.raises(LinkOverError):
        accounts.check_sign_in_link(token)
    with pytest.raises(LinkOverError):
        accounts.sign_in_with_link(token, user_agent="", now=NOW)
    with pytest.raises(LinkOverError):
        accounts.sign_in_with_code(code_id, digits, user_agent="", now=NOW)


@pytest.mark.parametrize(
    "purpose", [CodePurpose.STEP_UP, CodePurpose.STAFF_SETUP, CodePurpose.CHANGE_CONTACT]
)
def test_code_for_something_else_signs_nobody_in(purpose):
    code_id, token, digits = issued(purpose)

    with pytest.raises(LinkOverError):
        accounts.sign_in_with_link(token, user_agent="", now=NOW)
    with pytest.raises(LinkOverError):
        accounts.sign_in_with_code(code_id, digits, user_agent="", now=NOW)
    assert sessions_open() == 0


def test_new_code_ends_the_one_before():
    _, older, _ = issued()
    _, newer, _ = issued()

    with pytest.raises(LinkOverError):
        accounts.check_sign_in_link(older)
    accounts.check_sign_in_link(newer)


def test_database_holds_neither_link_nor_code():
    code_id, token, digits = issued()
    row = reader().get_one(OneTimeCode, code_id)
    stored = [str(getattr(row, column.key)) for column in OneTimeCode.__table__.columns]

    assert [value for value in stored if token in value or value == digits] == []


def test_link_pressed_by_a_scanner_leaves_the_code_to_the_person():
    code_id, token, digits = issued()
    accounts.sign_in_with_link(token, user_agent="scanner", now=NOW)

    accounts.sign_in_with_code(code_id, digits, user_agent="person", now=NOW)

    with pytest.raises(LinkOverError):
        accounts.sign_in_with_code(code_id, digits, user_agent="", now=NOW)


def test_fourth_request_in_a_quarter_of_an_hour_sends_nothing_and_gives_no_new_tries():
    asked = [accounts.request_sign_in(EMAIL, now=NOW) for _ in range(6)]

    assert [one.too_often for one in asked] == [False] * 3 + [True] * 3
    assert {one.code_id for one in asked[3:]} == {asked[2].code_id}
    assert reader().scalar(select(func.count()).select_from(Message)) == 3


def ask_all_day(net, times, purpose=CodePurpose.SIGN_IN):
    """Codes that were asked for from one network, sixteen minutes apart, until now."""
    for number in range(times, 0, -1):
        code_id, *_ = issued(purpose, net=net)
        with transaction() as session:
            asked_at = clock.real_now() - timedelta(minutes=16 * number)
            session.get_one(OneTimeCode, code_id).created_at = asked_at


def test_stranger_who_asks_all_day_uses_up_no_share_but_the_own():
    ask_all_day("203.0.113.0/24", one_time_codes.PER_DAY)

    stranger = accounts.request_sign_in(EMAIL, net="203.0.113.0/24", now=NOW)
    owner = accounts.request_sign_in(EMAIL, net="198.51.100.0/24", now=NOW)

    assert (stranger.too_often, owner.too_often) == (True, False)
    assert reader().scalar(select(func.count()).select_from(Message)) == 1


def test_mailbox_gets_no_more_than_forty_codes_a_day_from_all_networks():
    for number in range(4):
        ask_all_day(f"203.0.{number}.0/24", one_time_codes.PER_DAY)

    assert accounts.request_sign_in(EMAIL, net="198.51.100.0/24", now=NOW).too_often


def test_codes_for_something_else_use_up_no_sign_in():
    ask_all_day("", one_time_codes.PER_DAY, CodePurpose.CHANGE_CONTACT)
    issued(CodePurpose.STEP_UP)

    assert not accounts.request_sign_in(EMAIL, now=NOW).too_often
