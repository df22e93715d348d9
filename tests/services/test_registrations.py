"""Open registration by somebody without a record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    actor_of,
    make_conference,
    make_exhibitor,
    make_fair,
    make_user,
)
from tgfair.core.errors import ForbiddenError, InvalidError
from tgfair.models import Application, Exhibitor, MemberRole, Membership, MergeProposal
from tgfair.policy import ANONYMOUS
from tgfair.services.application_inputs import RegistrationClosedError
from tgfair.services.registrations import NewExhibitor, register_and_start
from tgfair.services.uow import reader

NEW = NewExhibitor(
    name="Cơ sở bánh phồng Bà Ba",
    kind="producer_household",
    representative="Lê Thị Ba",
    phone="0912 345 678",
    address="Ấp 3, xã Hòa Hưng, tỉnh Đồng Tháp",
)


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def newcomer(_in_app):
    return actor_of(make_user())


def register(actor, fair, data=NEW, *, key="", now=NOW) -> str:
    return register_and_start(actor, fair.slug, data, key=key, now=now)


def rows(model):
    return reader().scalars(select(model).order_by(model.id)).all()


def test_register_makes_an_unverified_record_with_an_owner_and_a_draft(newcomer):
    code = register(newcomer, make_fair())

    (exhibitor,) = rows(Exhibitor)
    (membership,) = rows(Membership)
    (application,) = rows(Application)
    assert (exhibitor.name, exhibitor.phone, exhibitor.is_verified, exhibitor.in_register) == (
        "Cơ sở bánh phồng Bà Ba",
        "+84912345678",
        False,
        False,
    )
    assert (membership.user_id, membership.role) == (newcomer.user_id, MemberRole.OWNER)
    assert (application.code, application.answers["contact"]["name"]) == (code, "Lê Thị Ba")


def test_register_twice_with_one_key_makes_one(newcomer):
    fair = make_fair()

    assert register(newcomer, fair, key="k") == register(newcomer, fair, key="k")
    assert len(rows(Exhibitor)) == 1


def test_register_again_goes_on_with_the_own_record_and_its_draft(newcomer):
    fair = make_fair()
    code = register(newcomer, fair)
    owner = replace(newcomer, owns=frozenset({rows(Exhibitor)[0].id}))

    again = replace(NEW, name="CƠ SỞ BÁNH PHỒNG BÀ BA", phone="0912 345 679")

    assert register(owner, fair, again) == code
    assert len(rows(Exhibitor)) == len(rows(Application)) == 1


def test_register_alike_proposes_a_merge_and_blocks_nobody(newcomer):
    known = make_exhibitor("Cơ Sở Bánh Phồng Bà Ba")

    register(newcomer, make_fair())

    (proposal,) = rows(MergeProposal)
    assert (proposal.first_id, proposal.reason) == (known.id, "Cơ sở tự đăng ký, trùng tên")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x 1"}, "name"),
        ({"name": "X" * 201}, "name"),
        ({"kind": "vendor"}, "kind"),
        ({"phone": "0912"}, "phone"),
        ({"tax_code": "1234567890"}, "tax_code"),
        ({"address": ""}, "address"),
    ],
)
def test_register_with_a_mistake_names_the_field(newcomer, changes, field):
    with pytest.raises(InvalidError) as caught:
        register(newcomer, make_fair(), replace(NEW, **changes))

    assert (caught.value.field, rows(Exhibitor)) == (field, [])


def test_register_for_a_conference_is_by_list_only(newcomer):
    with pytest.raises(InvalidError):
        register(newcomer, make_conference())


def test_register_after_the_deadline_is_refused(newcomer):
    fair = make_fair()

    with pytest.raises(RegistrationClosedError):
        register(newcomer, fair, now=fair.registration_closes_at + timedelta(minutes=1))


def test_register_without_an_account_is_refused():
    with pytest.raises(ForbiddenError):
        register(ANONYMOUS, make_fair())
