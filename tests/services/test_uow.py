from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from tests.support.builders import NOW, make_fair, make_user
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.extensions import db
from tgfair.models import Fair, MemberRole, Membership, User
from tgfair.services.uow import transaction


@pytest.fixture(autouse=True)
def here(app: Flask):
    with app.app_context():
        yield app


def names() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(db.select(User.name)))


def test_what_somebody_else_took_at_the_same_moment_is_a_conflict():
    user = make_user(email="mot@example.vn")

    with pytest.raises(ConflictError), transaction() as session:
        session.add(User(name="Hai", email="mot@example.vn", created_at=NOW))

    assert names() == [user.name]


def test_a_row_that_somebody_deleted_meanwhile_is_a_conflict():
    user = make_user()

    with pytest.raises(ConflictError), transaction() as session:
        session.add(
            Membership(
                user_id=user.id,
                exhibitor_id=987_654,
                role=MemberRole.OWNER,
                valid_from=date(2026, 1, 1),
            )
        )


def test_a_fault_of_ours_stays_a_fault():
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Fair(name="Không có ngày"))


# SQLite keeps texts of any length and any character.
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_what_no_column_can_hold_gets_a_sentence():
    with pytest.raises(InvalidError, match="quá dài"), transaction() as session:
        session.add(User(name="x" * 500, created_at=NOW))
    with pytest.raises(InvalidError), transaction() as session:
        session.add(User(name="H\0a", created_at=NOW))

    assert names() == []


def test_a_unit_inside_a_unit_is_refused_and_loses_nothing():
    fair = make_fair()

    def both() -> None:
        with transaction() as session:
            session.get_one(Fair, fair.id).theme = "Trái cây"
            session.flush()
            with transaction():
                pass

    with pytest.raises(RuntimeError, match="inside"):
        both()

    with transaction() as session:
        assert session.get_one(Fair, fair.id).theme is None


def test_values_stay_out_of_error_messages():
    with pytest.raises(SQLAlchemyError) as caught:
        db.session.execute(text("SELECT :code FROM nowhere"), {"code": "123456"})

    assert "123456" not in str(caught.value)
