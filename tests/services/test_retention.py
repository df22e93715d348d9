"""What is promised to end ends, piece by piece, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.support import builders
from tests.support.builders import make_exhibitor, make_fair, save
from tests.support.gate_world import (
    make_badges,
    make_gate,
    pair_phone,
    phone_actor,
    sent_scan,
    token_of,
)
from tgfair import clock
from tgfair.core.retention import Retention
from tgfair.core.vietnamese import fold
from tgfair.core.workflow import State
from tgfair.mail.enqueue import Links, Recipient, enqueue
from tgfair.models import (
    AnswerState,
    Application,
    ApplicationPerson,
    Area,
    AuditEntry,
    AuthSession,
    Badge,
    Booth,
    Bulletin,
    BulletinAnswer,
    BulletinKind,
    BulletinState,
    CodePurpose,
    Fair,
    GateDevice,
    IdempotencyKey,
    Inspection,
    InspectionStatus,
    Invitation,
    Job,
    JobState,
    Message,
    MessageState,
    OneTimeCode,
    Role,
    Rsvp,
    Scan,
)
from tgfair.policy import SYSTEM
from tgfair.services import badges, file_store, retention, scans
from tgfair.services.identifiers import public_id
from tgfair.services.jobs import run_due
from tgfair.services.uow import reader, transaction

LAST_DAY = date(2026, 6, 21)
OPEN_DAY = datetime(2026, 6, 18, 2, 14, tzinfo=UTC)
GONE = "(đã xóa tên)"
NAMES = ["Nguyễn Thị Út Hạnh", "Trần Văn Đức"]
ANSWERS = {"contact": {"name": NAMES[0]}, "people": {"name1": NAMES[0]}}


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


AFTER_BADGES = on(LAST_DAY + timedelta(days=91))
AFTER_GATES = on(date(2027, 6, 22))
AFTER_CONTACTS = on(date(2028, 6, 22))


def end_all(now: datetime) -> int:
    """How many rows ended, however many pieces it took."""
    total = 0
    while piece := retention.end_personal_data(now):
        total += piece
    reader().rollback()
    return total


def make_ended(last_day: date = LAST_DAY, exhibitor=None) -> Fair:
    """A fair with two people at a booth, one of them let in by order, and what was written."""
    fair = make_fair(last_day=last_day)
    for badge in make_badges(fair, *NAMES, exhibitor=exhibitor)[:1]:
        make_gate(fair)
        phone = pair_phone(fair)
        sent = sent_scan(token_of(badge), override=True, reason="Chị Lan bảo lãnh")
        scans.record_scans(phone_actor(phone), [sent], now=OPEN_DAY, clock_shift=timedelta(0))
    with transaction() as session:
        application = session.scalars(
            select(Application).where(Application.fair_id == fair.id)
        ).one()
        application.answers = ANSWERS
    return fair


def rows(model, column, fair, *joins):
    statement = select(column).select_from(model)
    for join in joins:
        statement = statement.join(join)
    return reader().scalars(statement.where(Fair.id == fair.id).order_by(model.id)).all()


def badge_names(fair):
    return rows(Badge, Badge.holder_name, fair, Fair)


def people(fair):
    return rows(ApplicationPerson, ApplicationPerson.name, fair, Application, Fair)


def application_of(fair) -> Application:
    statement = select(Application).where(Application.fair_id == fair.id)
    return reader().scalars(statement.execution_options(populate_existing=True)).one()


def ended(fair):
    """What the audit trail says of the fair: act, sort and number."""
    lines = reader().scalars(
        select(AuditEntry)
        .where(AuditEntry.fair_id == fair.id, AuditEntry.action.endswith("_ended"))
        .order_by(AuditEntry.id)
    )
    return [(line.action, line.data["what"], line.data["count"]) for line in lines]


def test_names_on_badges_go_90_days_after_the_fair():
    fair, later = make_ended(), make_ended(LAST_DAY + timedelta(days=1))

    assert end_all(on(LAST_DAY + timedelta(days=90))) == 0
    assert end_all(AFTER_BADGES) == 5
    assert (badge_names(fair), people(fair)) == ([GONE, GONE], [GONE, GONE])
    assert (badge_names(later), people(later)) == (NAMES, NAMES)
    assert application_of(fair).answers == {"contact": ANSWERS["contact"]}
    assert application_of(later).answers == ANSWERS
    assert ended(fair) == [
        ("fair.names_ended", "badge", 2),
        ("fair.names_ended", "application_person", 2),
        ("fair.names_ended", "application", 1),
    ]
    assert (ended(later), end_all(AFTER_BADGES)) == ([], 0)
    found = reader().scalar(
        select(func.count()).where(Badge.search_fold.contains(fold("Trần Văn Đức")))
    )
    assert found == 1


def test_badges_without_names_and_the_days_of_a_fair_put_off_are_left_alone():
    fair = make_ended()
    with transaction() as session:
        session.get_one(Fair, fair.id).put_off_at = OPEN_DAY

    assert end_all(AFTER_CONTACTS) == 0

    with transaction() as session:
        session.get_one(Fair, fair.id).put_off_at = None
        one, two = session.scalars(select(Badge).where(Badge.fair_id == fair.id))
        one.holder_name = ""
        code = two.application.code
    end_all(AFTER_BADGES)

    assert badge_names(fair) == ["", GONE]
    assert badges.issue_to_application(SYSTEM, code, now=AFTER_BADGES).added == 0


def test_why_a_badge_was_revoked_goes_with_its_name():
    fair = make_ended()
    public_ids = rows(Badge, Badge.public_id, fair, Fair)
    badges.revoke_badge(SYSTEM, public_ids[0], reason="Anh Đức làm mất", now=OPEN_DAY)

    end_all(AFTER_BADGES)

    reasons = rows(Badge, Badge.revoke_reason, fair, Fair)
    assert reasons == ["(đã xóa theo hạn lưu)", None]


def test_printed_sheets_of_badges_go_with_the_names():
    fair = make_ended()
    digest = file_store.file_store().put(b"%PDF- two badges")
    job = Job(
        public_id=public_id(),
        kind="badge_sheets",
        state=JobState.DONE,
        result={"text": "Đã vẽ 2 thẻ.", "sha256": digest},
        fair_id=fair.id,
        created_at=OPEN_DAY,
    )
    save(job)
    while run_due("w"):
        pass
    assert digest in list(file_store.file_store())

    end_all(AFTER_BADGES)
    while run_due("w"):
        pass

    assert digest not in list(file_store.file_store())
    assert rows(Job, Job.result, fair, Fair)[0] == {"text": "Tệp in thẻ đã xóa theo hạn lưu."}


def test_gate_log_names_nobody_12_months_after_the_fair():
    fair, later = make_ended(), make_ended(LAST_DAY + timedelta(days=1))
    builders.install_plan(fair, "hoi-nghi-truoc-tet.json")
    booth = reader().scalars(select(Booth.id).where(Booth.fair_id == fair.id).limit(1)).one()
    look = {"inspection_id": "0" * 32, "booth_id": booth, "note": "Gặp anh Đức"}
    times = {"at": OPEN_DAY, "received_at": OPEN_DAY}
    save(Inspection(fair_id=fair.id, status=InspectionStatus.PRESENT, **look, **times))
    before = rows(Scan, Scan.badge_id, fair, Fair)
    end_all(on(date(2027, 6, 21)))
    assert rows(Scan, Scan.override_reason, fair, Fair) == ["Chị Lan bảo lãnh"]

    end_all(AFTER_GATES)

    assert rows(Scan, Scan.override_reason, fair, Fair) == [None]
    assert rows(Scan, Scan.override_reason, later, Fair) == ["Chị Lan bảo lãnh"]
    assert reader().scalars(select(GateDevice.name).order_by(GateDevice.id)).all() == [
        GONE,
        "Máy của Lan",
    ]
    assert reader().scalars(select(Inspection.note)).all() == [""]
    assert rows(Scan, Scan.badge_id, fair, Fair) == before
    assert ended(fair)[3:] == [
        ("fair.gate_log_ended", "scan", 1),
        ("fair.gate_log_ended", "gate_device", 1),
        ("fair.gate_log_ended", "inspection", 1),
    ]


def contact_of(fair):
    one = application_of(fair)
    return one.contact_name, one.contact_phone, one.contact_email, one.answers


def test_contacts_go_24_months_after_the_last_fair_and_decisions_stay():
    gone, back = make_exhibitor(), make_exhibitor()
    fair, again = make_ended(exhibitor=gone), make_ended(exhibitor=back)
    newer = make_ended(LAST_DAY + timedelta(days=1), exhibitor=back)
    before = application_of(fair)
    kept = (before.state, before.code, before.fascia_name, before.wishes, len(before.products))

    end_all(AFTER_CONTACTS - timedelta(days=1))
    assert contact_of(fair)[0] == NAMES[0]
    end_all(AFTER_CONTACTS)

    assert contact_of(fair) == (None, None, None, {})
    assert contact_of(again)[:3] == (NAMES[0], back.phone, back.email)
    assert contact_of(newer)[:3] == (NAMES[0], back.phone, back.email)
    one = application_of(fair)
    assert (one.state, one.code, one.fascia_name, one.wishes, len(one.products)) == kept
    assert (one.exhibitor.representative, one.exhibitor.phone) == (NAMES[0], gone.phone)
    assert end_all(AFTER_CONTACTS) == 0


def test_words_of_a_guest_go_unless_the_guest_came_again():
    silent, guest = make_exhibitor(), make_exhibitor()
    fair, newer = make_fair(last_day=LAST_DAY), make_fair(last_day=LAST_DAY + timedelta(days=9))
    noted = {"rsvp": Rsvp.ATTEND_ONLY, "headcount": 2, "rsvp_note": "Anh Đức và chị Lan"}
    for exhibitor in (silent, guest):
        builders.make_invitation(fair, exhibitor, **noted)
    builders.make_invitation(newer, silent)
    builders.make_invitation(newer, guest, rsvp=Rsvp.YES)

    end_all(AFTER_CONTACTS)

    assert rows(Invitation, Invitation.rsvp_note, fair, Fair) == [None, "Anh Đức và chị Lan"]
    assert rows(Invitation, Invitation.headcount, fair, Fair) == [2, 2]


def make_class(last_day: date, exhibitor, name: str) -> BulletinAnswer:
    """A class with one place taken, under this name."""
    item = save(
        Bulletin(
            public_id=public_id(),
            kind=BulletinKind.CLASS,
            state=BulletinState.PUBLISHED,
            title="Lớp tập huấn",
            place="Mỹ Tho",
            area=Area.PROVINCE,
            first_day=last_day,
            last_day=last_day,
            search_fold="lop tap huan",
            created_at=OPEN_DAY,
            changed_at=OPEN_DAY,
        )
    )
    who = {"person": name, "phone": "+84900000009", "note": "Ăn chay", "answered_at": OPEN_DAY}
    ids = {"public_id": public_id(), "bulletin_id": item.id, "exhibitor_id": exhibitor.id}
    return save(BulletinAnswer(state=AnswerState.PLACED, **ids, **who))


def test_who_was_named_for_a_class_goes_with_the_contacts(client):
    exhibitor = make_exhibitor()
    answer = make_class(LAST_DAY, exhibitor, NAMES[0])
    make_class(LAST_DAY + timedelta(days=1), exhibitor, NAMES[1])
    item = answer.bulletin.public_id

    assert end_all(AFTER_CONTACTS) == 1

    rows_now = reader().scalars(select(BulletinAnswer).order_by(BulletinAnswer.id)).all()
    assert [(one.person, one.phone, one.note) for one in rows_now] == [
        (GONE, None, None),
        (NAMES[1], "+84900000009", "Ăn chay"),
    ]
    line = reader().scalars(select(AuditEntry).where(AuditEntry.object_id == item)).one()
    assert (line.action, line.fair_id, line.data["count"]) == ("bulletin.contacts_ended", None, 1)
    builders.sign_in(client, builders.make_user(Role.ORGANISER))
    pages = [f"/ql/tin/{item}", f"/ql/tin/{item}/danh-sach.xlsx"]
    assert [client.get(page).status_code for page in pages] == [200, 200]


@pytest.mark.parametrize("came_again", [False, True], ids=["gone", "came-again"])
def test_addresses_of_messages_about_no_fair_go_by_their_own_age(came_again):
    exhibitor = make_exhibitor()
    if came_again:
        builders.make_application(make_fair(last_day=date(2028, 1, 1)), exhibitor)
    sent = on(LAST_DAY)
    with transaction() as session:
        for key, when in (("old", sent), ("later", sent + timedelta(days=1))):
            who = Recipient(NAMES[0], "hanh@example.vn", None, exhibitor.id)
            enqueue(session, "contact_changed", who, dedupe=key, links=Links(), now=when)
        known = Recipient("hanh@example.vn", "hanh@example.vn", None)
        enqueue(session, "sign_in", known, dedupe="code", links=Links(), now=sent)

    end_all(AFTER_CONTACTS)

    kept = select(Message.email).order_by(Message.id)
    old = "hanh@example.vn" if came_again else None
    assert reader().scalars(kept).all() == [old, "hanh@example.vn", None]


def test_codes_sessions_and_keys_of_forms_go_when_they_are_long_over():
    fresh, old = clock.real_now(), clock.real_now() - timedelta(days=31)
    for when in (fresh, old):
        code = OneTimeCode(purpose=CodePurpose.SIGN_IN, email="hanh@example.vn", expires_at=when)
        code.nonce, code.token_hash, code.code_hash = "n", str(when), ""
        code.created_at = when
        save(code)
        save(AuthSession(token_hash=str(when), created_at=when, last_seen_at=when, expires_at=when))
        save(IdempotencyKey(key=str(when), body_hash="", created_at=when))

    assert end_all(clock.real_now()) == 3

    for column in (OneTimeCode.expires_at, AuthSession.expires_at, IdempotencyKey.created_at):
        assert reader().scalars(select(column)).all() == [fresh]


def test_addresses_of_messages_go_and_what_was_never_sent_stays_unsent():
    fair = make_fair(last_day=LAST_DAY)
    exhibitor = make_exhibitor()
    application = builders.make_application(fair, exhibitor, State.REJECTED)
    with transaction() as session:
        enqueue(
            session,
            "rejected",
            Recipient(NAMES[0], "hanh@example.vn", "+84900000009", exhibitor.id),
            dedupe="one",
            links=Links(fair_id=fair.id, application_id=application.id),
            now=OPEN_DAY,
        )

    end_all(AFTER_CONTACTS)

    message = reader().scalars(select(Message)).one()
    assert (message.recipient_name, message.email, message.phone) == (GONE, None, None)
    assert message.state is MessageState.CANCELLED


def test_a_sweep_goes_piece_by_piece(monkeypatch):
    fair = make_ended()
    monkeypatch.setattr(retention, "AT_A_TIME", 1)

    assert retention.end_personal_data(AFTER_BADGES) == 3
    assert badge_names(fair) == [GONE, NAMES[1]]
    assert (retention.end_personal_data(AFTER_BADGES), end_all(AFTER_BADGES)) == (2, 0)


def test_the_settings_say_how_long(app, client):
    fair = make_ended()
    app.config["TGFAIR"] = replace(app.config["TGFAIR"], retention=Retention(7, 1, 6))

    end_all(on(LAST_DAY + timedelta(days=8)))

    assert badge_names(fair) == [GONE, GONE]
    page = client.get("/rieng-tu").get_data(as_text=True)
    assert "giữ 6 tháng" in page
    assert "trên thẻ 7 ngày, nhật ký cổng 1 tháng" in page


def text_of(page):
    return page.get_data(as_text=True) if page.mimetype == "text/html" else ""


def test_pages_of_an_ended_fair_still_answer(app):
    exhibitor = make_exhibitor()
    fair = make_ended(exhibitor=exhibitor)
    code = application_of(fair).code
    (badge, _) = rows(Badge, Badge.public_id, fair, Fair)
    message = reader().scalars(select(Message.message_id).where(Message.fair_id == fair.id)).one()
    officer, member = app.test_client(), app.test_client()
    builders.sign_in(officer, builders.make_user(Role.ORGANISER))
    builders.sign_in(member, builders.make_member(exhibitor))
    desk, own = f"/ql/{fair.slug}", f"/ho-so/{code}"
    paths = {
        officer: [
            f"{desk}/the",
            f"{desk}/the/{badge}",
            f"{desk}/the/{badge}.pdf",
            f"{desk}/the/thieu-ten",
            f"{desk}/cong",
            f"{desk}/cong/co-mat",
            f"{desk}/cong/bao-cao",
            f"{desk}/ho-so",
            f"{desk}/ho-so/{code}",
            f"{desk}/ho-so/xuat",
            f"{desk}/giay-moi",
            f"{desk}/thong-bao",
            f"{desk}/thong-bao/{message}",
            f"{desk}/khung-gio",
            f"{desk}/khung-gio.xlsx",
        ],
        member: [f"{own}/", f"{own}/the", f"{own}/the.pdf", f"{own}/gian", f"{own}/da-gui"],
    }
    before = {path: client.get(path) for client, some in paths.items() for path in some}

    assert end_all(AFTER_CONTACTS) > 0

    for client, some in paths.items():
        for path in some:
            page = client.get(path)
            assert (path, page.status_code) == (path, before[path].status_code) == (path, 200)
            assert [word for word in ("Trần Văn Đức", "Máy của Lan") if word in text_of(page)] == []
