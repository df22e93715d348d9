"""Answering a conference's invitation, and changing the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    actor_of,
    make_conference,
    make_exhibitor,
    make_invitation,
    make_member,
)
from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.core.workflow import State
from tgfair.models import Application, Invitation, Message, Rsvp
from tgfair.services.application_inputs import RegistrationClosedError
from tgfair.services.rsvp import ProductsSettledError, RsvpForm, answer_invitation
from tgfair.services.uow import reader, transaction


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def exhibitor(_in_app):
    return make_exhibitor("Hợp tác xã Hòa Lộc")


@pytest.fixture
def fair(_in_app):
    return make_conference()


@pytest.fixture
def owner(fair, exhibitor):
    make_invitation(fair, exhibitor)
    return actor_of(make_member(exhibitor), owns=(exhibitor,))


def say(actor, fair, exhibitor, answer, *, products=None, headcount="2", note="", key="", now=NOW):
    chosen = (exhibitor.products[0].public_id,) if products is None else products
    form = RsvpForm(answer, headcount, chosen, note)
    return answer_invitation(actor, fair.slug, exhibitor.public_id, form, key=key, now=now)


def standing() -> tuple[object, ...]:
    reader().rollback()
    invitation = reader().scalars(select(Invitation)).one()
    applications = reader().scalars(select(Application).order_by(Application.id)).all()
    kinds = reader().scalars(select(Message.kind).order_by(Message.id)).all()
    states = [(row.state, len(row.products)) for row in applications]
    return invitation.rsvp, invitation.headcount, states, list(kinds)


def test_yes_sends_an_application_with_one_receipt(owner, fair, exhibitor):
    assert say(owner, fair, exhibitor, "yes") is Rsvp.YES
    assert standing() == (Rsvp.YES, 2, [(State.SUBMITTED, 1)], ["rsvp_receipt"])


def test_attend_only_makes_no_application(owner, fair, exhibitor):
    say(owner, fair, exhibitor, "attend_only")

    assert standing() == (Rsvp.ATTEND_ONLY, 2, [], ["rsvp_receipt"])


def test_no_after_yes_withdraws_and_yes_again_files_anew(owner, fair, exhibitor):
    for minute, answer in enumerate(("yes", "no", "yes")):
        say(owner, fair, exhibitor, answer, now=NOW + timedelta(minutes=minute))

    assert standing() == (
        Rsvp.YES,
        2,
        [(State.WITHDRAWN, 1), (State.SUBMITTED, 1)],
        ["rsvp_receipt"] * 3,
    )


def test_note_reaches_reviewers_and_outlives_a_change_of_mind(owner, fair, exhibitor):
    say(owner, fair, exhibitor, "yes", note="Cần ổ điện cho tủ mát")
    first = reader().scalars(select(Application)).one()
    assert first.needs_note == "Cần ổ điện cho tủ mát"
    say(owner, fair, exhibitor, "no", note="Nhà có tang", now=NOW + timedelta(minutes=1))
    say(owner, fair, exhibitor, "yes", note="Thu xếp được", now=NOW + timedelta(minutes=2))

    reader().rollback()
    old, new = reader().scalars(select(Application).order_by(Application.id)).all()
    assert (old.needs_note, old.history[-1].reason) == ("Cần ổ điện cho tủ mát", "Nhà có tang")
    assert new.needs_note == "Thu xếp được"
    assert reader().scalars(select(Invitation.rsvp_note)).one() == "Thu xếp được"


def test_answer_sent_twice_with_one_key_counts_once(owner, fair, exhibitor):
    say(owner, fair, exhibitor, "yes", key="k")
    say(owner, fair, exhibitor, "yes", key="k", now=NOW + timedelta(seconds=1))

    assert standing() == (Rsvp.YES, 2, [(State.SUBMITTED, 1)], ["rsvp_receipt"])


@pytest.mark.parametrize(
    ("answer", "headcount", "products", "field"),
    [
        ("maybe", "1", None, "answer"),
        ("yes", "0", None, "headcount"),
        ("yes", "nhiều", None, "headcount"),
        ("yes", "1", (), "product"),
        ("yes", "1", ("foreign",), "product"),
    ],
)
def test_answer_with_a_mistake_changes_nothing(
    owner, fair, exhibitor, answer, headcount, products, field
):
    with pytest.raises(InvalidError) as caught:
        say(owner, fair, exhibitor, answer, headcount=headcount, products=products)

    assert (caught.value.field, standing()) == (field, (None, None, [], []))


def test_answer_after_the_deadline_is_refused(owner, fair, exhibitor):
    with pytest.raises(RegistrationClosedError):
        say(owner, fair, exhibitor, "no", now=fair.registration_closes_at + timedelta(minutes=1))


def test_products_change_no_more_once_approved(owner, fair, exhibitor):
    say(owner, fair, exhibitor, "yes")
    with transaction() as session:
        row = session.scalars(select(Application)).one()
        row.state = State.APPROVED
        row.answers = {**row.answers, "products": {"product": ["another"]}}

    with pytest.raises(ProductsSettledError):
        say(owner, fair, exhibitor, "yes", now=NOW + timedelta(minutes=1))


def test_foreign_invitation_is_not_found(owner, fair, exhibitor):
    stranger = make_exhibitor()
    make_invitation(fair, stranger)

    with pytest.raises(NotFoundError):
        say(owner, fair, stranger, "yes")
