from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    actor_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_staff,
    make_user,
    save,
)
from tgfair.core.decision import Decision, FixRequest
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tgfair.core.workflow import Event, IllegalMoveError, State
from tgfair.extensions import db
from tgfair.models import (
    Application,
    ApplicationEvent,
    Assignment,
    Attachment,
    Exhibitor,
    Fix,
    MemberRole,
    Membership,
    Message,
    Role,
)
from tgfair.services import reviews
from tgfair.services.allocations import assign_booth
from tgfair.services.queries.applications import Filter, board
from tgfair.services.queries.reviews import changes_since, review_page
from tgfair.services.reviews import BulkResult, Chosen, Refused

UNTIL = NOW + timedelta(days=5)
FIXES = (
    FixRequest("files", "label_photo", "Ảnh nhãn mờ, hãy chụp lại"),
    FixRequest("contact", "phone", "Số này không gọi được"),
)


@pytest.fixture
def fair(app):
    with app.app_context():
        yield make_fair()


@pytest.fixture
def reviewer(fair):
    return make_staff(Role.REVIEWER)


def fresh(code: str) -> Application:
    db.session.rollback()
    return db.session.scalars(
        select(Application)
        .where(Application.code == code)
        .execution_options(populate_existing=True)
    ).one()


def mails() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(Message).order_by(Message.id)).all()
    return [(one.kind, one.state) for one in rows]


def history(code: str) -> list[tuple[str, str, str]]:
    rows = db.session.scalars(
        select(ApplicationEvent).where(ApplicationEvent.application_id == fresh(code).id)
    ).all()
    return [(one.event, one.from_state, one.to_state) for one in rows]


def test_approving_moves_notes_who_and_sends_one_mail(fair, reviewer):
    one = make_application(fair, make_exhibitor())

    reviews.approve(reviewer, one.code, seen_version=one.version, now=NOW)

    row = fresh(one.code)
    assert (row.state, row.decided_by_id, row.decided_at) == ("approved", reviewer.user_id, NOW)
    assert history(one.code) == [("approve", "submitted", "approved")]
    assert mails() == [("approved", "queued")]


def test_the_waiting_list_and_a_rejection_send_theirs(fair, reviewer):
    one, two = (make_application(fair, make_exhibitor()) for _ in range(2))

    reviews.waitlist(reviewer, one.code, seen_version=one.version, now=NOW)
    reviews.reject(reviewer, two.code, kind="cert_expired", seen_version=two.version, now=NOW)

    assert (fresh(one.code).state, fresh(two.code).state) == ("waitlisted", "rejected")
    assert fresh(two.code).decision_reason == "Chứng nhận hết hạn"
    assert mails() == [("waitlisted", "queued"), ("rejected", "queued")]


def test_a_return_is_one_complete_list_with_a_deadline(fair, reviewer):
    one = make_application(fair, make_exhibitor())

    reviews.return_for_fixes(
        reviewer, one.code, fixes=FIXES, until=UNTIL, seen_version=one.version, now=NOW
    )

    row = fresh(one.code)
    assert (row.state, row.fix_until) == ("changes_requested", UNTIL)
    assert [(fix.round, fix.step, fix.field, fix.text) for fix in row.fixes] == [
        (1, "files", "label_photo", "Ảnh nhãn mờ, hãy chụp lại"),
        (1, "contact", "phone", "Số này không gọi được"),
    ]
    message = db.session.scalars(select(Message)).one()
    assert (message.kind, message.state) == ("returned", "queued")
    assert message.params["fixes"] == [[fix.step, fix.field, fix.text] for fix in FIXES]


def test_a_second_return_is_a_second_round(fair, reviewer):
    one = make_application(fair, make_exhibitor())
    save(Fix(application_id=one.id, round=1, step="booth", field="fascia", text="Sai tên"))

    reviews.return_for_fixes(
        reviewer, one.code, fixes=FIXES[:1], until=UNTIL, seen_version=one.version, now=NOW
    )

    assert [fix.round for fix in fresh(one.code).fixes] == [1, 2]


def test_a_return_without_fixes_changes_nothing(fair, reviewer):
    one = make_application(fair, make_exhibitor())

    with pytest.raises(InvalidError):
        reviews.return_for_fixes(
            reviewer, one.code, fixes=(), until=UNTIL, seen_version=one.version, now=NOW
        )

    assert (fresh(one.code).state, mails()) == ("submitted", [])


def test_what_the_table_does_not_list_is_refused(fair, reviewer):
    draft = make_application(fair, make_exhibitor(), State.DRAFT)

    with pytest.raises(IllegalMoveError):
        reviews.approve(reviewer, draft.code, seen_version=draft.version, now=NOW)
    assert mails() == []


def test_the_second_officer_does_not_overwrite(fair, reviewer):
    one = make_application(fair, make_exhibitor())
    other = make_staff(Role.ORGANISER)
    reviews.approve(reviewer, one.code, seen_version=one.version, now=NOW)

    with pytest.raises(ConflictError):
        reviews.reject(other, one.code, kind="no_space", seen_version=one.version, now=NOW)

    assert (fresh(one.code).state, mails()) == ("approved", [("approved", "queued")])


def test_two_officers_at_the_same_moment_decide_once(app, fair):
    one = make_application(fair, make_exhibitor())
    officers = [make_staff(Role.REVIEWER) for _ in range(2)]
    start, outcomes = threading.Barrier(2), []

    def decide(officer, event: Event) -> None:
        with app.app_context():
            start.wait()
            try:
                decision = Decision(event, "Hết chỗ")
                reviews.decide(officer, one.code, decision, seen_version=one.version, now=NOW)
                outcomes.append("won")
            except ConflictError:
                outcomes.append("conflict")

    threads = [
        threading.Thread(target=decide, args=pair)
        for pair in zip(officers, (Event.APPROVE, Event.REJECT), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["conflict", "won"]
    assert len(history(one.code)) == 1
    assert len(mails()) == 1


def test_nobody_decides_on_the_own_subject(fair):
    exhibitor = make_exhibitor()
    one = make_application(fair, exhibitor)
    for role in (Role.ADMIN, Role.ORGANISER, Role.REVIEWER):
        insider = actor_of(make_user(role), owns=(exhibitor,))
        with pytest.raises(ForbiddenError):
            reviews.approve(insider, one.code, seen_version=one.version, now=NOW)
    assert fresh(one.code).state == "submitted"


def test_foreign_applications_are_not_found_and_others_may_not(fair):
    one = make_application(fair, make_exhibitor())
    elsewhere = make_staff(Role.REVIEWER, fair=make_fair())
    commune = make_staff(Role.COMMUNE_OFFICER, unit_code="28582")

    with pytest.raises(NotFoundError):
        reviews.approve(elsewhere, one.code, seen_version=one.version, now=NOW)
    with pytest.raises(ForbiddenError):
        reviews.approve(commune, one.code, seen_version=one.version, now=NOW)


def test_cancelling_frees_the_booth(fair):
    install_plan(fair)
    organiser = make_staff(Role.ORGANISER)
    one = make_application(fair, make_exhibitor(), State.APPROVED)
    assign_booth(organiser, fair.id, "A01", one.code, reason="thử", now=NOW)

    with pytest.raises(InvalidError):
        reviews.cancel(organiser, one.code, reason=" ", seen_version=one.version, now=NOW)
    reviews.cancel(organiser, one.code, reason="Cơ sở đã giải thể", seen_version=1, now=NOW)

    assert fresh(one.code).state == "cancelled"
    assert [one.state for one in db.session.scalars(select(Assignment))] == ["released"]
    assert mails() == [("cancelled", "queued")]


def test_a_reviewer_may_not_cancel(fair, reviewer):
    one = make_application(fair, make_exhibitor())
    with pytest.raises(ForbiddenError):
        reviews.cancel(reviewer, one.code, reason="x", seen_version=one.version, now=NOW)


def test_a_note_is_kept_for_staff_and_a_long_one_is_refused(fair, reviewer):
    one = make_application(fair, make_exhibitor())

    reviews.save_note(reviewer, one.code, " Đã  gọi ", seen_version=one.version, now=NOW)
    with pytest.raises(InvalidError):
        reviews.save_note(reviewer, one.code, "x" * 1001, seen_version=one.version, now=NOW)

    assert (fresh(one.code).staff_note, mails()) == ("Đã gọi", [])


def test_applications_are_given_to_an_officer_who_is_no_insider(fair, reviewer):
    exhibitor = make_exhibitor()
    own, other = make_application(fair, exhibitor), make_application(fair, make_exhibitor())
    officer = make_user(Role.REVIEWER, name="Cô Hạnh")
    save(
        Membership(
            user_id=officer.id,
            exhibitor_id=exhibitor.id,
            role=MemberRole.STAFF,
            valid_from=NOW.date(),
        )
    )
    codes = [own.code, other.code]

    result = reviews.assign_reviewer(reviewer, fair.id, codes, officer.id, now=NOW)

    assert [one.code for one in result.will] == [other.code]
    assert [one.sentence for one in result.cannot] == ["Cô Hạnh là người của cơ sở này."]
    assert (fresh(own.code).reviewer_id, fresh(other.code).reviewer_id) == (None, officer.id)
    reviews.assign_reviewer(reviewer, fair.id, codes, None, now=NOW)
    assert fresh(other.code).reviewer_id is None


def test_only_reviewers_of_the_fair_are_given_applications(fair, reviewer):
    one = make_application(fair, make_exhibitor())
    for user in (make_user(), make_user(Role.REVIEWER, fair=make_fair())):
        with pytest.raises(InvalidError):
            reviews.assign_reviewer(reviewer, fair.id, [one.code], user.id, now=NOW)


def test_a_dry_run_tells_and_writes_nothing(fair, reviewer):
    sent = make_application(fair, make_exhibitor("Hợp tác xã Một"))
    draft = make_application(fair, make_exhibitor("Hợp tác xã Hai"), State.DRAFT)
    seen = dict.fromkeys((sent.code, draft.code, "KHONG-CO"))

    result = reviews.bulk_decide(
        reviewer, fair.id, seen, Decision(Event.REJECT), dry_run=True, now=NOW
    )

    sentence = "Hồ sơ đang “Đang soạn” nên không làm được việc “Không duyệt”."
    assert result == BulkResult(
        (Chosen(sent.code, "Hợp tác xã Một", 1),),
        (Refused(draft.code, "Hợp tác xã Hai", sentence),),
    )
    assert (fresh(sent.code).state, mails()) == ("submitted", [])


def test_bulk_decides_the_possible_ones_and_only_proposes_mails(fair, reviewer):
    chosen = [make_application(fair, make_exhibitor()) for _ in range(3)]
    changed = make_application(fair, make_exhibitor())
    seen = {one.code: one.version for one in chosen} | {changed.code: changed.version}
    reviews.save_note(reviewer, changed.code, "Chờ", seen_version=changed.version, now=NOW)

    result = reviews.bulk_decide(
        reviewer, fair.id, seen, Decision(Event.APPROVE), dry_run=False, now=NOW
    )

    assert [one.code for one in result.will] == [one.code for one in chosen]
    assert [one.code for one in result.cannot] == [changed.code]
    assert {fresh(one.code).state for one in chosen} == {"approved"}
    assert fresh(changed.code).state == "submitted"
    assert mails() == [("approved", "proposed")] * 3


def test_a_bulk_rejection_without_a_reason_changes_nothing(fair, reviewer):
    one = make_application(fair, make_exhibitor())
    with pytest.raises(InvalidError):
        reviews.bulk_decide(
            reviewer, fair.id, {one.code: 1}, Decision(Event.REJECT), dry_run=False, now=NOW
        )
    assert fresh(one.code).state == "submitted"


def test_a_bulk_return_gives_every_one_the_same_list(fair, reviewer):
    several = [make_application(fair, make_exhibitor()) for _ in range(2)]
    decision = Decision(Event.RETURN, "", FIXES, UNTIL)

    reviews.bulk_decide(
        reviewer, fair.id, {one.code: 1 for one in several}, decision, dry_run=False, now=NOW
    )

    assert [len(fresh(one.code).fixes) for one in several] == [2, 2]
    assert mails() == [("returned", "proposed")] * 2


def test_bulk_leaves_own_subjects_and_other_fairs_alone(fair):
    exhibitor = make_exhibitor()
    own = make_application(fair, exhibitor)
    foreign = make_application(make_fair(), make_exhibitor())
    insider = actor_of(make_user(Role.REVIEWER), staffs=(exhibitor,))

    result = reviews.bulk_decide(
        insider,
        fair.id,
        dict.fromkeys((own.code, foreign.code)),
        Decision(Event.APPROVE),
        dry_run=False,
        now=NOW,
    )

    assert (result.will, [one.code for one in result.cannot]) == ((), [own.code])
    assert (fresh(own.code).state, fresh(foreign.code).state) == ("submitted", "submitted")


# The board.


def codes(actor, fair, **wanted) -> list[str]:
    return [line.code for line in board(actor, fair, Filter(**wanted)).lines]


def test_the_board_finds_by_each_filter(fair, reviewer):
    one = make_application(
        fair, make_exhibitor("Cơ sở Mắm Út Hạnh", unit_new="28582"), wishes=["A"]
    )
    two = make_application(
        fair, make_exhibitor("HTX Đồng Xoài", unit_new="28270"), State.APPROVED, wishes=["B", "C"]
    )
    officer = make_user(Role.REVIEWER)
    reviews.assign_reviewer(reviewer, fair.id, [two.code], officer.id, now=NOW)
    every = [one.code, two.code]

    assert codes(reviewer, fair) == every
    assert codes(reviewer, fair, state="approved") == [two.code]
    assert codes(reviewer, fair, group="food") == every
    assert codes(reviewer, fair, group="drink") == []
    assert codes(reviewer, fair, stars="4") == every
    assert codes(reviewer, fair, stars="5") == []
    assert codes(reviewer, fair, commune="28270") == [two.code]
    assert codes(reviewer, fair, zone="C") == [two.code]
    assert codes(reviewer, fair, reviewer=str(officer.id)) == [two.code]
    assert codes(reviewer, fair, reviewer="chua") == [one.code]
    assert codes(reviewer, fair, reviewer="toi") == []
    assert codes(actor_of(officer), fair, reviewer="toi") == [two.code]
    assert codes(reviewer, fair, since=NOW.date()) == every
    assert codes(reviewer, fair, until=NOW.date() - timedelta(days=1)) == []
    assert codes(reviewer, fair, q="dong xoai") == [two.code]
    assert codes(reviewer, fair, q=one.code.lower()) == [one.code]
    assert codes(reviewer, fair, papers="thieu") == every
    assert codes(reviewer, fair, papers="du") == []
    assert codes(reviewer, fair, certificate="loi") == []
    assert codes(reviewer, fair, twins="1") == []


def test_a_paper_that_came_is_not_missing(fair, reviewer):
    one = make_application(fair, make_exhibitor())
    save(
        Attachment(
            public_id="a1",
            application_id=one.id,
            kind="product_photo",
            filename="anh.jpg",
            content_type="image/jpeg",
            size=1,
            sha256="0" * 64,
            uploaded_at=NOW,
        )
    )
    assert codes(reviewer, fair, papers="du") == [one.code]


def test_a_certificate_that_ends_before_the_last_day_is_a_problem(fair, reviewer):
    one = make_application(fair, make_exhibitor())
    one = db.session.get(Application, one.id)
    one.products[0].expires_on = fair.last_day - timedelta(days=1)
    db.session.commit()

    assert codes(reviewer, fair, certificate="loi") == [one.code]
    assert codes(reviewer, fair, certificate="expired") == [one.code]
    assert codes(reviewer, fair, certificate="revoked") == []


def twins(actor, fair) -> dict[str, list[tuple[str, str, str]]]:
    return {
        line.code: [(one.name, one.how, one.code) for one in line.twins]
        for line in board(actor, fair, Filter()).lines
    }


def test_twins_are_found_by_tax_code_phone_and_name(fair, reviewer):
    first = make_exhibitor(
        "HTX Một", tax_code="1200001111", is_verified=False, phone="+84900000099"
    )
    make_exhibitor("HTX Hai", tax_code="1200001111", is_verified=False)
    third = make_exhibitor("HTX Ba", phone="+84900000099")
    one, three = make_application(fair, first), make_application(fair, third)
    named = make_application(fair, make_exhibitor("Cơ sở Hòa"))
    make_exhibitor("CƠ SỞ  HOÀ")

    assert twins(reviewer, fair) == {
        one.code: [("HTX Hai", "tax_code", ""), ("HTX Ba", "phone", three.code)],
        three.code: [("HTX Một", "phone", one.code)],
        named.code: [("CƠ SỞ  HOÀ", "name", "")],
    }
    assert codes(reviewer, fair, twins="1") == [one.code, three.code, named.code]


def test_one_contact_for_two_applications_is_a_hint_and_a_final_one_is_none(fair, reviewer):
    one = make_application(fair, make_exhibitor("HTX Một"), contact_phone="+84911222333")
    make_application(fair, make_exhibitor("HTX Hai"), contact_phone="+84911222333", code="F-2")
    make_application(
        fair,
        make_exhibitor("HTX Ba"),
        State.WITHDRAWN,
        contact_phone="+84911222333",
        code="F-3",
    )
    assert twins(reviewer, fair) == {
        one.code: [("HTX Hai", "phone", "F-2")],
        "F-2": [("HTX Một", "phone", one.code)],
        "F-3": [],
    }


def test_counts_stand_beside_the_chips(fair, reviewer):
    for state in (State.SUBMITTED, State.SUBMITTED, State.DRAFT, State.REJECTED):
        make_application(fair, make_exhibitor(), state)

    found = board(reviewer, fair, Filter(state="submitted"))

    assert (len(found.lines), found.total) == (2, 4)
    assert found.states == {"submitted": 2, "draft": 1, "rejected": 1}
    assert (found.missing, found.twins, found.mine) == (2, 0, 0)
    first, second = (line.code for line in found.lines)
    assert (found.neighbours(first), found.neighbours(second)) == (("", second), (first, ""))
    assert found.neighbours("x") == ("", first)


def test_a_commune_officer_sees_the_own_commune_only_and_no_twins(fair):
    mine = make_application(fair, make_exhibitor("HTX Một", phone="+84900000099"))
    make_application(fair, make_exhibitor("HTX Hai", phone="+84900000099", unit_new="28270"))
    officer = make_staff(Role.COMMUNE_OFFICER, unit_code="28582")

    assert twins(officer, fair) == {mine.code: []}


def queries_of(call) -> int:
    count = 0

    def counted(*_args) -> None:
        nonlocal count
        count += 1

    engine = db.engine
    sa_event.listen(engine, "before_cursor_execute", counted)
    try:
        call()
    finally:
        sa_event.remove(engine, "before_cursor_execute", counted)
    return count


def test_the_board_asks_as_often_for_three_as_for_one(fair, reviewer):
    make_application(fair, make_exhibitor())
    one = queries_of(lambda: board(reviewer, fair, Filter()))
    for _ in range(2):
        make_application(fair, make_exhibitor())
    assert queries_of(lambda: board(reviewer, fair, Filter())) == one


# One application, and what changed meanwhile.


def page(actor, fair, code):
    db.session.rollback()
    return review_page(actor, fair, code, now=NOW)


def test_the_page_offers_what_workflow_and_policy_allow(fair, reviewer):
    one = make_application(fair, make_exhibitor())
    four = (Event.RETURN, Event.APPROVE, Event.WAITLIST, Event.REJECT)

    assert page(reviewer, fair, one.code).events == four
    assert page(make_staff(Role.ORGANISER), fair, one.code).events == (*four, Event.CANCEL)
    assert page(make_staff(Role.COMMUNE_OFFICER), fair, one.code).events == ()
    approved = make_application(fair, make_exhibitor(), State.APPROVED)
    assert page(reviewer, fair, approved.code).events == ()


def test_the_page_knows_the_other_fairs_and_the_revoked_certificate(fair, reviewer):
    exhibitor = make_exhibitor()
    one = make_application(fair, exhibitor)
    before = make_application(make_fair(), exhibitor, State.CONFIRMED)
    product = db.session.get(Exhibitor, exhibitor.id).products[0]
    product.certificates[0].revoked = True
    db.session.get(Application, one.id).products[0].product_id = product.id
    db.session.commit()

    found = page(reviewer, fair, one.code)

    assert [other.code for other in found.elsewhere] == [before.code]
    assert found.checks[0].sentence == "Mắm tôm chà: chứng nhận đã bị thu hồi."


def test_the_difference_names_who_when_and_what(fair, reviewer):
    one = make_application(fair, make_exhibitor())
    seen = page(reviewer, fair, one.code).seen
    hanh = replace(make_staff(Role.REVIEWER), label="Cô Hạnh")
    reviews.reject(hanh, one.code, kind="no_space", seen_version=one.version, now=NOW)

    changes = changes_since(page(reviewer, fair, one.code), seen)

    assert [(h.who, h.at, h.what, h.reason) for h in changes.happenings] == [
        ("Cô Hạnh", NOW, "Không duyệt: Đã gửi → Không được duyệt", "Hết chỗ")
    ]
    assert [(d.label, d.before, d.after) for d in changes.differences] == [
        ("Trạng thái", "Đã gửi", "Không được duyệt")
    ]


def test_a_note_of_a_colleague_is_a_difference_too(fair, reviewer):
    one = make_application(fair, make_exhibitor())
    seen = page(reviewer, fair, one.code).seen
    reviews.save_note(reviewer, one.code, "Đã gọi", seen_version=one.version, now=NOW)

    changes = changes_since(page(reviewer, fair, one.code), seen)

    assert [h.what for h in changes.happenings] == ["Sửa ghi chú"]
    assert [(d.label, d.after) for d in changes.differences] == [("Ghi chú", "Đã gọi")]


@pytest.mark.parametrize(
    "seen", ["", "x", "[]", '["a", {}]', "[1]", "[1, 2]", "[" * 9000, "9" * 9000]
)
def test_an_unreadable_memory_shows_everything(fair, reviewer, seen):
    one = make_application(fair, make_exhibitor())
    reviews.approve(reviewer, one.code, seen_version=one.version, now=NOW)

    changes = changes_since(page(reviewer, fair, one.code), seen)

    assert len(changes.happenings) == 1
    assert changes.differences == ()


def test_a_foreign_application_has_no_page(fair, reviewer):
    other = make_application(make_fair(), make_exhibitor())
    with pytest.raises(NotFoundError):
        page(reviewer, fair, other.code)
