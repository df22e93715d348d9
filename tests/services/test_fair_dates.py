"""A fair moves to other days: history, mails, confirmation anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_staff,
    save,
)
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError
from tgfair.core.workflow import State
from tgfair.models import (
    Application,
    ApplicationProduct,
    Fair,
    FairDateChange,
    Message,
    MessageState,
    Role,
    Rsvp,
    Slot,
    SlotKind,
)
from tgfair.policy import SYSTEM
from tgfair.services.fair_dates import DatesChanged, change_dates, preview_dates
from tgfair.services.uow import reader

EARLIER = (date(2026, 6, 11), date(2026, 6, 14))


@pytest.fixture
def fair(app):
    with app.app_context():
        yield make_fair()


def change(fair, days=EARLIER, *, actor=SYSTEM, reason="Tránh mưa", seen=1) -> DatesChanged:
    return change_dates(actor, fair.id, *days, reason=reason, seen_version=seen, now=NOW)


def test_days_deadlines_and_slots_move_and_the_old_days_are_kept(fair):
    starts = datetime(2026, 6, 17, 0, 0, tzinfo=UTC)
    save(
        Slot(
            fair_id=fair.id,
            kind=SlotKind.LOAD_IN,
            place="Cổng 1",
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            capacity=5,
            free=5,
        )
    )
    closes, opened = fair.registration_closes_at, fair.registration_opens_at

    change(fair)

    moved = reader().get_one(Fair, fair.id)
    old = reader().scalars(select(FairDateChange)).one()
    assert (moved.first_day, moved.last_day, moved.ics_sequence) == (*EARLIER, 1)
    assert moved.opens_at == datetime(2026, 6, 11, 1, 0, tzinfo=UTC)
    assert moved.registration_closes_at == closes - timedelta(days=7)
    assert moved.registration_opens_at == opened  # has happened
    assert reader().scalars(select(Slot.starts_at)).one() == starts - timedelta(days=7)
    assert (old.old_first_day, old.new_last_day, old.reason) == (
        date(2026, 6, 18),
        EARLIER[1],
        "Tránh mưa",
    )


def test_confirmed_ones_are_asked_again_and_everybody_gets_a_proposed_mail(fair):
    confirmed = make_application(fair, make_exhibitor(), State.CONFIRMED, confirmed_at=NOW)
    submitted = make_application(fair, make_exhibitor(), State.SUBMITTED)
    make_application(fair, make_exhibitor(), State.WITHDRAWN)
    silent, refused = make_exhibitor(), make_exhibitor()
    make_invitation(fair, silent)
    make_invitation(fair, refused, rsvp=Rsvp.NO)
    make_invitation(fair, confirmed.exhibitor)

    result = change(fair)

    mails = reader().execute(
        select(Message.kind, Message.state, Message.exhibitor_id).order_by(Message.id)
    )
    told = {row.exhibitor_id for row in mails.all()}
    kinds = set(reader().execute(select(Message.kind, Message.state)).all())
    again = reader().get_one(Application, confirmed.id)
    assert result == DatesChanged(told=3, asked_again=1)
    assert told == {confirmed.exhibitor_id, submitted.exhibitor_id, silent.id}
    assert {tuple(kind) for kind in kinds} == {("dates_changed", MessageState.PROPOSED)}
    assert (again.state, again.confirmed_at) == (State.ALLOCATED, None)


def test_certificates_are_judged_on_the_new_last_day(fair):
    application = make_application(fair, make_exhibitor())
    row = application.products[0]
    with_end = date(2026, 6, 25)
    save_product(row, with_end)

    change(fair, (date(2026, 6, 25), date(2026, 6, 28)))

    assert reader().get_one(ApplicationProduct, row.id).certificate_state == "expired"


def save_product(row, expires_on):
    product = reader().get_one(ApplicationProduct, row.id)
    product.expires_on, product.certificate_state = expires_on, "expiring"
    reader().commit()


def test_one_more_day_is_a_change_too(fair):
    change(fair, (fair.first_day, date(2026, 6, 22)))

    assert reader().get_one(Fair, fair.id).last_day == date(2026, 6, 22)


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [
        ((date(2026, 6, 18), date(2026, 6, 21)), "Vì mưa", "opening"),
        ((date(2026, 6, 18), date(2026, 6, 17)), "Vì mưa", "closing"),
        ((date(2026, 1, 1), date(2026, 1, 2)), "Vì mưa", "opening"),
        (EARLIER, " ", "reason"),
    ],
)
def test_impossible_changes_are_refused_on_their_field(fair, days, reason, field):
    with pytest.raises(InvalidError) as refused:
        change(fair, days, reason=reason)

    assert refused.value.field == field
    assert reader().get_one(Fair, fair.id).first_day == date(2026, 6, 18)


def test_stale_pages_and_reviewers_are_refused(fair):
    with pytest.raises(ConflictError):
        change(fair, seen=0)
    with pytest.raises(ForbiddenError):
        change(fair, actor=make_staff(Role.REVIEWER))


def test_preview_counts_without_changing_anything(fair):
    make_application(fair, make_exhibitor(), State.CONFIRMED)
    make_invitation(fair, make_exhibitor())

    preview = preview_dates(SYSTEM, fair, *EARLIER, now=NOW)

    assert (preview.confirmed, preview.told, preview.slots) == (1, 2, 0)
    assert preview.steps[-2].after == EARLIER[0]
    assert reader().get_one(Fair, fair.id).first_day == date(2026, 6, 18)
