"""Drafts, sending, withdrawing: through the services, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from tests.support.builders import (
    NOW,
    actor_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_staff,
    make_user,
)
from tgfair.core.application.steps import Step
from tgfair.core.calendar_text import VIETNAM
from tgfair.core.errors import ForbiddenError, InvalidError, NotFoundError
from tgfair.core.phone import display_phone
from tgfair.core.workflow import EDITABLE, Event, State
from tgfair.models import (
    Application,
    ApplicationEvent,
    Consent,
    Fix,
    IntakeMode,
    MemberRole,
    Message,
    Product,
    Role,
)
from tgfair.policy import Actor
from tgfair.services.application_inputs import RegistrationClosedError
from tgfair.services.applications import (
    DraftChangedError,
    NotEditableError,
    mark,
    reopen_application,
    save_step,
    start_application,
    step_answers,
)
from tgfair.services.queries.my_applications import timeline
from tgfair.services.submissions import (
    IncompleteError,
    submit_application,
    withdraw_application,
)
from tgfair.services.uow import reader, transaction

PEOPLE = {"name1": ["Trần Văn Bé"], "phone1": ["0912345678"]}


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def fair(_in_app):
    fair = make_fair()
    install_plan(fair)
    return fair


@pytest.fixture
def exhibitor(_in_app):
    return make_exhibitor("Hợp tác xã Hòa Lộc")


@pytest.fixture
def owner(exhibitor) -> Actor:
    return actor_of(make_member(exhibitor), owns=(exhibitor,))


def linked(invitation, *, session_id: int = 7, verified: bool = False) -> Actor:
    """The actor behind a personal link."""
    return Actor(
        label="HTX (đường dẫn mời)",
        invitation_id=invitation.id,
        invited_exhibitor_id=invitation.exhibitor_id,
        invited_fair_id=invitation.fair_id,
        verified=verified,
        session_id=session_id,
    )


def load(code: str) -> Application:
    reader().rollback()
    return reader().scalars(select(Application).where(Application.code == code)).one()


def count(model, *criteria) -> int:
    reader().rollback()
    return reader().scalar(select(func.count()).select_from(model).where(*criteria)) or 0


def ready(actor, fair, exhibitor) -> str:
    """A draft with nothing missing."""
    code = start_application(actor, fair.slug, exhibitor.public_id, now=NOW)
    save_step(actor, code, Step.PEOPLE, PEOPLE, seen=None, now=NOW)
    return code


def submit(actor, code, *, key="k", now=NOW, consent=True) -> str:
    return submit_application(actor, code, consent=consent, key=key, now=now)


def test_start_prefills_from_the_register(owner, fair, exhibitor):
    code = start_application(owner, fair.slug, exhibitor.public_id, now=NOW)

    product = exhibitor.products[0].public_id
    assert load(code).answers == {
        "contact": {
            "name": "Nguyễn Thị Út Hạnh",
            "phone": f"0{exhibitor.phone[3:6]} {exhibitor.phone[6:9]} {exhibitor.phone[9:]}",
            "email": exhibitor.email,
        },
        "products": {"product": [product]},
        "booth": {"booths": "1", "fascia": "Hợp tác xã Hòa Lộc"},
        "people": {},
    }


def test_start_again_returns_the_live_application(owner, fair, exhibitor):
    first = start_application(owner, fair.slug, exhibitor.public_id, now=NOW)

    assert start_application(owner, fair.slug, exhibitor.public_id, now=NOW) == first


def test_start_at_the_same_moment_makes_one(app, owner, fair, exhibitor):
    slug, public_id, barrier, codes = fair.slug, exhibitor.public_id, Barrier(4), []

    def press():
        with app.app_context():
            barrier.wait()
            codes.append(start_application(owner, slug, public_id, now=NOW))

    threads = [Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(codes), len(set(codes)), count(Application)) == (4, 1, 1)


def test_start_for_a_foreign_subject_is_not_found(owner, fair):
    stranger = make_exhibitor()

    with pytest.raises(NotFoundError):
        start_application(owner, fair.slug, stranger.public_id, now=NOW)


def test_start_after_the_deadline_says_since_when(owner, fair, exhibitor):
    late = fair.registration_closes_at + timedelta(minutes=1)

    with pytest.raises(RegistrationClosedError) as caught:
        start_application(owner, fair.slug, exhibitor.public_id, now=late)

    assert caught.value.message() == (
        "Đã hết hạn đăng ký lúc 09:00 ngày 25/05/2026. Gọi 0900 000 001 nếu cần."
    )


def test_save_keeps_invalid_answers_and_says_what_is_wrong(owner, fair, exhibitor):
    code = start_application(owner, fair.slug, exhibitor.public_id, now=NOW)
    typed = {"name": ["Út"], "phone": ["0912 345"], "state": ["approved"]}

    saved = save_step(owner, code, Step.CONTACT, typed, seen=None, now=NOW)

    assert [(p.field, p.sentence) for p in saved.problems] == [
        ("phone", "Số điện thoại thiếu 3 chữ số.")
    ]
    assert step_answers(load(code), Step.CONTACT) == {"name": "Út", "phone": "0912 345"}


def test_the_last_minute_counts_whole(owner, fair, exhibitor):
    code = ready(owner, fair, exhibitor)
    last = fair.registration_closes_at + timedelta(seconds=59)

    with pytest.raises(RegistrationClosedError):
        submit(owner, code, now=last + timedelta(seconds=1))
    submit(owner, code, now=last)

    assert load(code).state is State.SUBMITTED


def test_save_after_the_deadline_still_keeps_what_was_typed(owner, fair, exhibitor):
    code = start_application(owner, fair.slug, exhibitor.public_id, now=NOW)
    late = fair.registration_closes_at + timedelta(hours=1)

    save_step(owner, code, Step.PEOPLE, PEOPLE, seen=None, now=late)

    assert step_answers(load(code), Step.PEOPLE) == {
        "name1": "Trần Văn Bé",
        "phone1": "0912345678",
    }
    with pytest.raises(RegistrationClosedError):
        submit(owner, code, now=late)


def test_save_over_another_phones_work_shows_it_first(owner, fair, exhibitor):
    code = start_application(owner, fair.slug, exhibitor.public_id, now=NOW)
    seen = mark(step_answers(load(code), Step.PEOPLE))
    other = replace(owner, session_id=2)
    save_step(other, code, Step.PEOPLE, {"name1": ["Lê Thị Tư"]}, seen=seen, now=NOW)

    with pytest.raises(DraftChangedError) as caught:
        save_step(owner, code, Step.PEOPLE, PEOPLE, seen=seen, now=NOW)
    save_step(owner, code, Step.PEOPLE, PEOPLE, seen=caught.value.seen, now=NOW)

    assert caught.value.saved == {"name1": "Lê Thị Tư"}
    assert step_answers(load(code), Step.PEOPLE)["name1"] == "Trần Văn Bé"


def test_save_again_from_the_same_session_never_conflicts(owner, fair, exhibitor):
    code = start_application(owner, fair.slug, exhibitor.public_id, now=NOW)
    save_step(owner, code, Step.PEOPLE, PEOPLE, seen="", now=NOW)

    save_step(owner, code, Step.PEOPLE, {"name1": ["Bé"]}, seen="0" * 12, now=NOW)

    assert step_answers(load(code), Step.PEOPLE) == {"name1": "Bé"}


def test_submit_fills_columns_and_owes_one_receipt(owner, fair, exhibitor):
    code = ready(owner, fair, exhibitor)

    submit(owner, code)

    row = load(code)
    (product,) = row.products
    assert (row.state, row.contact_name, row.contact_phone, row.booths_wanted, row.on_behalf) == (
        State.SUBMITTED,
        "Nguyễn Thị Út Hạnh",
        exhibitor.phone,
        1,
        False,
    )
    assert (product.name, product.stars, product.certificate_state) == ("Mắm tôm chà", 4, "valid")
    assert [(person.name, person.phone) for person in row.people] == [
        ("Trần Văn Bé", "+84912345678")
    ]
    assert (count(Message, Message.kind == "receipt"), count(Consent)) == (1, 1)


def test_submit_twice_with_one_key_makes_one(owner, fair, exhibitor):
    code = ready(owner, fair, exhibitor)

    assert [submit(owner, code, key="same"), submit(owner, code, key="same")] == [code, code]
    assert count(ApplicationEvent) == 1


def test_submit_twice_with_two_keys_says_that_it_was_sent(owner, fair, exhibitor):
    code = ready(owner, fair, exhibitor)
    submit(owner, code, key="one")

    with pytest.raises(NotEditableError) as caught:
        submit(owner, code, key="two")

    assert caught.value.message() == (
        "Hồ sơ đang “Đã gửi” nên không sửa được. Hãy xem trang hồ sơ."
    )


def test_submit_with_gaps_names_them_all_and_changes_nothing(owner, fair, exhibitor):
    code = start_application(owner, fair.slug, exhibitor.public_id, now=NOW)
    save_step(owner, code, Step.PRODUCTS, {}, seen=None, now=NOW)

    with pytest.raises(IncompleteError) as caught:
        submit(owner, code, consent=False)

    assert [(p.step, p.field) for p in caught.value.problems] == [
        ("products", "product"),
        ("people", "name1"),
    ]
    assert (caught.value.consent, load(code).state, count(Message)) == (False, State.DRAFT, 0)


def test_submit_needs_the_paper_that_the_organisers_require(owner, exhibitor):
    fair = make_fair(texts={"papers": ["attp!"]})
    code = ready(owner, fair, exhibitor)

    with pytest.raises(IncompleteError) as caught:
        submit(owner, code)

    assert [p.sentence for p in caught.value.problems] == [
        "Còn thiếu: Giấy chứng nhận an toàn thực phẩm"
    ]


def test_submit_of_a_foreign_application_is_not_found(fair, exhibitor):
    application = make_application(fair, exhibitor, State.DRAFT)
    stranger = actor_of(make_user(), owns=(make_exhibitor(),))

    with pytest.raises(NotFoundError):
        submit(stranger, application.code)


@pytest.mark.parametrize("state", [state for state in State if state not in EDITABLE])
def test_submit_in_any_other_state_is_refused(owner, fair, exhibitor, state):
    application = make_application(fair, exhibitor, state)

    with pytest.raises(NotEditableError):
        submit(owner, application.code)


def test_product_that_expires_before_the_last_day_is_noted(owner, fair, exhibitor):
    with transaction() as session:
        product = session.get(Product, exhibitor.products[0].id)
        product.certificates[0].expires_on = fair.last_day - timedelta(days=1)
    code = start_application(owner, fair.slug, exhibitor.public_id, now=NOW)
    unticked = step_answers(load(code), Step.PRODUCTS)
    ticks = {"product": [exhibitor.products[0].public_id]}
    save_step(owner, code, Step.PRODUCTS, ticks, seen=None, now=NOW)
    save_step(owner, code, Step.PEOPLE, PEOPLE, seen=None, now=NOW)

    submit(owner, code)

    assert (unticked, load(code).products[0].certificate_state) == ({"product": []}, "expired")


def test_officer_files_on_behalf_and_both_names_stand_in_the_history(fair, exhibitor):
    officer = make_staff(Role.COMMUNE_OFFICER, unit_code=exhibitor.unit_new, name="Lê Cán Bộ")
    code = ready(officer, fair, exhibitor)

    submit(officer, code)

    row = load(code)
    assert (row.on_behalf, row.submitted_by_id) == (True, officer.user_id)
    assert [event.actor_label for event in row.history] == ["Lê Cán Bộ (nộp hộ Nguyễn Thị Út Hạnh)"]


def test_history_says_who_withdrew_for_whom(owner, fair, exhibitor):
    organiser = make_staff(Role.ORGANISER, name="Cô Hạnh")
    code = ready(owner, fair, exhibitor)
    submit(owner, code)

    withdraw_application(organiser, code, reason="Cơ sở gọi", now=NOW)

    said = "Cô Hạnh (rút hộ Nguyễn Thị Út Hạnh)"
    row = load(code)
    assert (row.history[-1].actor_label, timeline(row)[-1].note) == (said, said)


def test_officer_of_another_commune_does_not_see_the_subject(fair, exhibitor):
    officer = make_staff(Role.COMMUNE_OFFICER, unit_code="99999")

    with pytest.raises(NotFoundError):
        start_application(officer, fair.slug, exhibitor.public_id, now=NOW)


def test_revoked_invitation_opens_no_event_that_invites(exhibitor):
    fair = make_fair(intake=IntakeMode.INVITED)
    invitation = make_invitation(fair, exhibitor)
    owner = actor_of(make_member(exhibitor), owns=(exhibitor,))
    with transaction() as session:
        session.merge(invitation).revoked_at = NOW

    with pytest.raises(InvalidError, match="theo danh sách mời"):
        start_application(owner, fair.slug, exhibitor.public_id, now=NOW)

    with transaction() as session:
        session.merge(invitation).revoked_at = None
    assert start_application(owner, fair.slug, exhibitor.public_id, now=NOW)


def test_bare_link_may_not_change_the_number_on_record(fair, exhibitor):
    link = linked(make_invitation(fair, exhibitor))
    code = ready(link, fair, exhibitor)
    typed = {"name": ["Út"], "phone": ["0987654321"], "email": ["ke@example.net"]}

    saved = save_step(link, code, Step.CONTACT, typed, seen=None, now=NOW)
    proven = save_step(replace(link, verified=True), code, Step.CONTACT, typed, seen=None, now=NOW)

    assert [p.field for p in saved.problems] == ["phone", "email"]
    assert f"số đã đăng ký ({display_phone(exhibitor.phone)})" in saved.problems[0].sentence
    assert proven.problems == ()


def test_link_resumes_the_same_draft_on_another_phone(fair, exhibitor):
    invitation = make_invitation(fair, exhibitor)
    code = ready(linked(invitation, session_id=1), fair, exhibitor)

    again = start_application(
        linked(invitation, session_id=2), fair.slug, exhibitor.public_id, now=NOW
    )

    assert (again, step_answers(load(code), Step.PEOPLE)["name1"]) == (code, "Trần Văn Bé")


def test_withdraw_by_a_bare_link_needs_a_code(fair, exhibitor):
    application = make_application(fair, exhibitor)
    link = linked(make_invitation(fair, exhibitor))

    with pytest.raises(ForbiddenError):
        withdraw_application(link, application.code, reason=None, now=NOW)
    withdraw_application(replace(link, verified=True), application.code, reason="Bận", now=NOW)

    row = load(application.code)
    assert (row.state, [(e.event, e.reason) for e in row.history]) == (
        State.WITHDRAWN,
        [(Event.WITHDRAW, "Bận")],
    )
    assert count(Message, Message.kind == "withdrawn") == 1


def test_staff_of_the_subject_may_not_withdraw(fair, exhibitor):
    application = make_application(fair, exhibitor)
    staff = actor_of(make_member(exhibitor, MemberRole.STAFF), staffs=(exhibitor,))

    with pytest.raises(ForbiddenError):
        withdraw_application(staff, application.code, reason=None, now=NOW)


def test_nobody_withdraws_once_the_fair_is_over(owner, fair, exhibitor):
    application = make_application(fair, exhibitor, State.CONFIRMED)
    last_evening = datetime.combine(fair.last_day, time(23, 59), VIETNAM).astimezone(UTC)

    with pytest.raises(InvalidError, match="đã kết thúc"):
        withdraw_application(
            owner, application.code, reason=None, now=last_evening + timedelta(minutes=1)
        )
    assert load(application.code).state is State.CONFIRMED
    withdraw_application(owner, application.code, reason=None, now=last_evening)
    assert load(application.code).state is State.WITHDRAWN


def test_reopen_copies_the_answers_into_a_new_draft(owner, fair, exhibitor):
    code = ready(owner, fair, exhibitor)
    withdraw_application(owner, code, reason=None, now=NOW)

    new = reopen_application(owner, code, now=NOW)

    old, copy = load(code), load(new)
    assert (new != code, copy.state, copy.answers) == (True, State.DRAFT, old.answers)


def test_returned_application_is_mended_and_sent_again(owner, fair, exhibitor):
    code = ready(owner, fair, exhibitor)
    submit(owner, code, key="first")
    _return(code, [("people", "name1", "Ghi đủ họ tên"), ("booth", "fascia", "Viết ngắn lại")])
    late = fair.registration_closes_at + timedelta(days=1)

    save_step(owner, code, Step.PEOPLE, {"name1": ["Trần Văn Bé Ba"]}, seen=None, now=late)
    submit(owner, code, key="second", now=late)

    row = load(code)
    assert [(fix.field, fix.resolved_at) for fix in row.fixes] == [
        ("name1", late),
        ("fascia", None),
    ]
    assert (row.state, row.people[0].name) == (State.SUBMITTED, "Trần Văn Bé Ba")


def test_returned_application_past_its_own_deadline_is_refused(owner, fair, exhibitor):
    code = ready(owner, fair, exhibitor)
    submit(owner, code)
    _return(code, [])

    with pytest.raises(RegistrationClosedError) as caught:
        submit(owner, code, key="second", now=fair.registration_closes_at + timedelta(days=4))

    assert caught.value.message() == (
        "Đã hết hạn bổ sung lúc 09:00 ngày 28/05/2026. Gọi 0900 000 001 nếu cần."
    )


def _return(code: str, fixes: list[tuple[str, str, str]]) -> None:
    with transaction() as session:
        row = session.scalars(select(Application).where(Application.code == code)).one()
        row.state = State.CHANGES_REQUESTED
        row.fix_until = row.fair.registration_closes_at + timedelta(days=3)
        row.fixes = [Fix(round=1, step=step, field=field, text=text) for step, field, text in fixes]
