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
from tgfair.core.anchors import OnMoon, OnStep
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError
from tgfair.core.workflow import State
from tgfair.models import (
    Application,
    ApplicationProduct,
    DateChangeKind,
    Fair,
    FairDateChange,
    FairStatus,
    Message,
    MessageState,
    Role,
    Rsvp,
    Slot,
    SlotKind,
)
from tgfair.policy import SYSTEM
from tgfair.services import date_history
from tgfair.services.calendar_entries import fair_entry
from tgfair.services.date_history import Decision
from tgfair.services.fair_dates import DatesChanged, change_dates, preview_dates
from tgfair.services.fair_put_off import Undone, put_off, undo_dates, why_not_undone
from tgfair.services.fair_status import set_fair_status
from tgfair.services.message_context import ObsoleteError
from tgfair.services.message_rendering import rendered_message
from tgfair.services.notice_runs import run_notices
from tgfair.services.notices import NoticeData, add_notice, hang_step
from tgfair.services.uow import reader, transaction

LATER = NOW + timedelta(days=1)
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


def mails(kind="dates_changed"):
    reader().rollback()
    rows = reader().scalars(select(Message).where(Message.kind == kind).order_by(Message.id))
    return [(row.exhibitor_id, row.state) for row in rows]


def version(fair):
    """The fair's version, as a page would show it now."""
    reader().rollback()
    return reader().scalar(select(Fair.version).where(Fair.id == fair.id))


def undo(fair):
    change_id = reader().scalars(select(FairDateChange.id).order_by(FairDateChange.id.desc()))
    seen = version(fair)
    return undo_dates(SYSTEM, fair.id, change_id.first(), seen_version=seen, now=LATER)


def test_a_longer_fair_keeps_its_confirmations_and_says_who_decided(fair):
    confirmed = make_application(fair, make_exhibitor(), State.CONFIRMED, confirmed_at=NOW)

    result = change_dates(
        SYSTEM,
        fair.id,
        fair.first_day,
        date(2026, 6, 23),
        reason="Khách đông",
        decided_by="Phó Chủ tịch UBND tỉnh",
        seen_version=1,
        now=NOW,
    )

    row = reader().scalars(select(FairDateChange)).one()
    assert result == DatesChanged(told=1, asked_again=0)
    assert reader().get_one(Application, confirmed.id).state is State.CONFIRMED
    assert (row.kind, row.decided_by) == (DateChangeKind.EXTENDED, "Phó Chủ tịch UBND tỉnh")


def test_what_hangs_on_the_opening_or_the_moon_is_hung_anew(fair):
    anchors = {"badges_on": OnStep("opening", -4), "plan_published_on": OnMoon(4, 15)}
    for step, anchor in anchors.items():
        hang_step(SYSTEM, fair.id, step, anchor, seen_version=version(fair), now=NOW)

    change(fair, seen=version(fair))

    moved = reader().get_one(Fair, fair.id)
    assert (moved.badges_on, moved.plan_on) == (date(2026, 6, 7), date(2026, 5, 31))


def test_undone_days_are_exactly_the_old_ones_and_unsent_mails_are_taken_back(fair):
    confirmed = make_application(fair, make_exhibitor(), State.CONFIRMED, confirmed_at=NOW)
    submitted = make_application(fair, make_exhibitor(), State.SUBMITTED)
    with transaction() as session:
        before = date_history.snapshot(session, session.get_one(Fair, fair.id))
    change(fair)

    undone = undo(fair)

    with transaction() as session:
        row = session.get_one(Fair, fair.id)
        assert date_history.snapshot(session, row) == before
        assert row.ics_sequence == 2
    again = reader().get_one(Application, confirmed.id)
    assert undone == Undone(taken_back=2, told=0, confirmed=1)
    assert (again.state, again.confirmed_at) == (State.CONFIRMED, LATER)
    assert sorted(mails()) == sorted(
        (one.exhibitor_id, MessageState.CANCELLED) for one in (confirmed, submitted)
    )
    kinds = reader().scalars(select(FairDateChange.kind).order_by(FairDateChange.id)).all()
    assert kinds == [DateChangeKind.MOVED, DateChangeKind.UNDONE]


def test_who_was_told_already_is_told_of_the_undoing(fair):
    heard = make_application(fair, make_exhibitor(), State.SUBMITTED)
    make_application(fair, make_exhibitor(), State.SUBMITTED)
    change(fair)
    with transaction() as session:
        first = session.scalars(select(Message).where(Message.exhibitor_id == heard.exhibitor_id))
        first.one().state = MessageState.SENT

    undone = undo(fair)

    assert undone == Undone(taken_back=1, told=1, confirmed=0)
    assert mails()[-1] == (heard.exhibitor_id, MessageState.PROPOSED)


def test_who_came_after_the_change_is_told_of_the_undoing(fair):
    change(fair)
    late = make_exhibitor()
    make_invitation(fair, late, created_at=NOW + timedelta(hours=1))

    undone = undo(fair)

    assert undone == Undone(taken_back=0, told=1, confirmed=0)
    assert mails() == [(late.id, MessageState.PROPOSED)]


def test_days_are_not_undone_after_two_days(fair):
    change(fair)

    why = why_not_undone(SYSTEM, fresh(fair), now=NOW + timedelta(days=2, minutes=1))

    assert why == "Đã quá 2 ngày từ lần đổi đó. Hãy đổi ngày lần nữa thay vì hoàn tác."


def fresh(fair) -> Fair:
    return reader().get_one(Fair, fair.id)


def test_days_are_undone_once_only(fair):
    change(fair)
    undo(fair)

    assert why_not_undone(SYSTEM, reader().get_one(Fair, fair.id), now=LATER) == (
        "Không có lần đổi ngày nào để hoàn tác."
    )
    with pytest.raises(InvalidError, match="Không có lần đổi ngày"):
        undo(fair)


def test_a_fair_put_off_keeps_everything_and_gets_its_days_later(fair):
    confirmed = make_application(fair, make_exhibitor(), State.CONFIRMED, confirmed_at=NOW)

    told = put_off(SYSTEM, fair.id, Decision("Bão số 3"), seen_version=1, now=NOW)

    row = reader().get_one(Fair, fair.id)
    entry = fair_entry(row, ())
    assert told == DatesChanged(told=1, asked_again=0)
    assert (row.put_off_at, entry.cancelled, entry.sequence) == (NOW, True, 1)
    assert reader().get_one(Application, confirmed.id).state is State.CONFIRMED
    with pytest.raises(InvalidError, match="đang hoãn rồi"):
        put_off(SYSTEM, fair.id, Decision("Bão"), seen_version=2, now=NOW)
    resumed = change(fair, (fair.first_day, fair.last_day), seen=2)
    row = reader().get_one(Fair, fair.id)
    assert resumed == DatesChanged(told=1, asked_again=1)
    assert (row.put_off_at, fair_entry(row, ()).cancelled) == (None, False)


def test_putting_off_is_undone(fair):
    put_off(SYSTEM, fair.id, Decision("Bão số 3"), seen_version=1, now=NOW)

    undo(fair)

    assert reader().get_one(Fair, fair.id).put_off_at is None


def test_notices_move_along_and_rest_while_the_fair_is_put_off(fair):
    make_application(fair, make_exhibitor(), State.SUBMITTED)
    news = NoticeData("Dặn", OnStep("opening", -3), 8, "notice", (State.SUBMITTED,), "Thẻ.")
    add_notice(SYSTEM, fair.id, news, now=NOW)
    put_off(SYSTEM, fair.id, Decision("Bão"), seen_version=1, now=NOW)
    assert run_notices(datetime(2026, 6, 15, 3, 0, tzinfo=UTC)) == 0

    change(fair, (date(2026, 6, 25), date(2026, 6, 28)), seen=version(fair))

    assert run_notices(datetime(2026, 6, 15, 3, 0, tzinfo=UTC)) == 0
    assert run_notices(datetime(2026, 6, 22, 3, 0, tzinfo=UTC)) == 1
    assert len(mails("notice")) == 1


def test_only_its_organisers_put_a_fair_off_or_undo(fair):
    reviewer = make_staff(Role.REVIEWER)
    change(fair)

    for act in (
        lambda: put_off(reviewer, fair.id, Decision("Bão"), seen_version=2, now=NOW),
        lambda: undo_dates(reviewer, fair.id, 1, seen_version=2, now=NOW),
    ):
        with pytest.raises(ForbiddenError):
            act()


def test_a_fair_put_off_and_then_cancelled_is_cancelled_only(fair):
    put_off(SYSTEM, fair.id, Decision("Bão"), seen_version=1, now=NOW)
    seen = version(fair)

    set_fair_status(SYSTEM, fair.id, FairStatus.CANCELLED, reason="Bão", seen_version=seen, now=NOW)

    reader().rollback()
    row = reader().get_one(Fair, fair.id)
    assert (row.status, row.put_off_at) == (FairStatus.CANCELLED, None)


def test_cancelling_stands_in_the_history(fair):
    set_fair_status(
        SYSTEM,
        fair.id,
        FairStatus.CANCELLED,
        reason="Bão",
        decided_by="UBND tỉnh",
        seen_version=1,
        now=NOW,
    )

    row = reader().scalars(select(FairDateChange)).one()
    assert (row.kind, row.reason, row.decided_by) == (DateChangeKind.CANCELLED, "Bão", "UBND tỉnh")
    assert fair_entry(reader().get_one(Fair, fair.id), ()).cancelled


FURTHER = (date(2026, 6, 25), date(2026, 6, 28))


def change_again(fair, days, reason) -> DatesChanged:
    seen = version(fair)
    return change_dates(SYSTEM, fair.id, *days, reason=reason, seen_version=seen, now=LATER)


def mail_of(exhibitor) -> str:
    """The one mail on days that waits for somebody, as it would go out."""
    reader().rollback()
    message = reader().scalars(
        select(Message).where(
            Message.exhibitor_id == exhibitor.id, Message.state == MessageState.PROPOSED
        )
    )
    return rendered_message(reader(), message.one(), now=LATER).text


def test_two_changes_before_anybody_sends_are_one_mail_from_the_days_known(fair):
    confirmed = make_application(fair, make_exhibitor(), State.CONFIRMED, confirmed_at=NOW)
    submitted = make_application(fair, make_exhibitor(), State.SUBMITTED)
    guest = make_exhibitor()
    make_invitation(fair, guest)
    change(fair, reason="Bão số 1")

    again = change_again(fair, FURTHER, "Gõ nhầm ngày")

    told = [confirmed.exhibitor, submitted.exhibitor, guest]
    assert again == DatesChanged(told=3, asked_again=0)
    assert sorted(mails()) == sorted((one.id, MessageState.PROPOSED) for one in told)
    for one in (submitted.exhibitor, guest):
        text = mail_of(one)
        assert "Ngày mới: từ Thứ Năm, 25/06/2026" in text
        assert "Ngày cũ: 18/06/2026 đến 21/06/2026" in text
        assert "Lý do: Gõ nhầm ngày" in text


def test_what_waited_before_an_undone_change_tells_of_the_change_before(fair):
    waits = make_application(fair, make_exhibitor(), State.SUBMITTED)
    heard = make_application(fair, make_exhibitor(), State.SUBMITTED)
    change(fair, reason="Bão số 1")
    change_again(fair, FURTHER, "Gõ nhầm ngày")
    with transaction() as session:
        sent = session.scalars(select(Message).where(Message.exhibitor_id == heard.exhibitor_id))
        sent.one().state = MessageState.SENT

    undone = undo(fair)

    assert undone == Undone(taken_back=0, told=1, confirmed=0)
    text = mail_of(waits.exhibitor)
    assert "Ngày mới: từ Thứ Năm, 11/06/2026" in text
    assert "Ngày cũ: 18/06/2026 đến 21/06/2026" in text
    assert "Lý do: Bão số 1" in text
    assert "Ngày cũ: 25/06/2026 đến 28/06/2026" in mail_of(heard.exhibitor)


def test_days_changed_to_and_fro_before_anybody_sends_tell_nobody(fair):
    quiet = make_application(fair, make_exhibitor(), State.SUBMITTED)
    days = (fair.first_day, fair.last_day)
    change(fair)

    change_again(fair, days, "Gõ nhầm ngày")

    with pytest.raises(ObsoleteError, match="trở lại như cơ sở đang biết"):
        mail_of(quiet.exhibitor)


def test_who_heard_that_a_fair_is_put_off_hears_that_it_keeps_its_days(fair):
    heard = make_application(fair, make_exhibitor(), State.SUBMITTED)
    put_off(SYSTEM, fair.id, Decision("Bão số 3"), seen_version=1, now=NOW)
    with transaction() as session:
        session.scalars(select(Message)).one().state = MessageState.SENT

    change_again(fair, (fair.first_day, fair.last_day), "Bão đã tan")

    assert "Lý do: Bão đã tan" in mail_of(heard.exhibitor)
