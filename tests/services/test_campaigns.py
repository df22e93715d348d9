"""Notices to many: whom they find, the check, the send, the undo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_staff,
)
from tests.support.mailbox import text_of
from tgfair import clock
from tgfair.core.campaign.lint import Level
from tgfair.core.decision import Decision
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import Event, State
from tgfair.models import (
    Campaign,
    CampaignState,
    Channel,
    Job,
    JobState,
    Message,
    MessageState,
    Role,
    Rsvp,
    SuppressionReason,
)
from tgfair.services import campaign_jobs, campaigns, reviews, stopping, unreached
from tgfair.services import campaign_sending as sending
from tgfair.services.campaigns import CampaignMovedError, Draft
from tgfair.services.jobs import JobStoppedError, run_due
from tgfair.services.messages import Selection, send_proposed
from tgfair.services.outbox import deliver_due
from tgfair.services.queries import campaigns as queries
from tgfair.services.queries.audiences import Wanted, clean_wanted, targets
from tgfair.services.uow import reader, transaction

BODY = "Kính gửi {cơ sở},\n\nMời cơ sở vào gian trước {hạn xác nhận}.\n{đường dẫn}"


@pytest.fixture
def database_url(sqlite_url, request):
    """SQLite; the life of a notice from press to mail on PostgreSQL too."""
    return (
        request.getfixturevalue("postgres_url") if "postgres" in request.node.name else sqlite_url
    )


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def organiser():
    return make_staff(Role.ORGANISER)


@pytest.fixture
def fair():
    return make_fair()


def draft(**changes):
    values = {
        "title": "Giờ vào gian",
        "source": "applications",
        "subject": "Giờ vào gian {sự kiện}",
        "body": BODY,
        "per_minute": 6000,
    }
    return Draft(**{**values, **changes})


def create(organiser, fair, **changes):
    return campaigns.create_campaign(organiser, fair.slug, draft(**changes), now=NOW, key="")


def send(organiser, name, **changes):
    values = {"seen_version": campaign(name).version, "send_at": None, "now": NOW, **changes}
    return sending.send_campaign(organiser, name, **values)


def campaign(name):
    reader().rollback()
    return reader().scalars(select(Campaign).where(Campaign.public_id == name)).one()


def messages():
    reader().rollback()
    return reader().scalars(select(Message).order_by(Message.id)).all()


def later(**ahead):
    return lambda: clock.real_now() + timedelta(**ahead)


def names(organiser, fair, source, **conditions):
    wanted = clean_wanted(source, conditions)
    return [target.exhibitor.name for target in targets(organiser, fair, wanted)]


def test_filters_find_whom_they_name(organiser, fair):
    approved, waiting, guest = (make_exhibitor(name) for name in ("HTX A", "HTX B", "HTX C"))
    make_application(fair, approved, State.APPROVED, wishes=["B"])
    make_application(fair, waiting, State.WAITLISTED)
    make_invitation(fair, guest, rsvp=Rsvp.ATTEND_ONLY)
    make_invitation(fair, waiting, rsvp=Rsvp.NO)
    make_application(make_fair(), guest, State.APPROVED)

    assert names(organiser, fair, "exhibitors") == ["HTX A", "HTX B", "HTX C"]
    assert names(organiser, fair, "exhibitors", invited=["no"]) == ["HTX A"]
    assert names(organiser, fair, "applications") == ["HTX A", "HTX B"]
    assert names(organiser, fair, "applications", states=["waitlisted"]) == ["HTX B"]
    assert names(organiser, fair, "applications", zones=["B"]) == ["HTX A"]
    assert names(organiser, fair, "delegates") == ["HTX C"]
    assert names(organiser, fair, "delegates", rsvps=["no"]) == ["HTX B"]
    assert names(organiser, fair, "booths") == []
    assert names(organiser, fair, "badges") == []
    assert names(organiser, fair, "exhibitors", communes=["99999"]) == []


def test_a_filter_keeps_only_what_its_source_knows():
    wanted = clean_wanted("booths", {"zones": ["A"], "stars": ["4"], "states": ["approved", "x"]})
    assert wanted == Wanted(wanted.source, {"zones": ["A"], "states": ["approved"]})


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def test_a_notice_waits_ten_minutes_and_then_goes_out_once(database, organiser, fair, smtp_sink):
    for name in ("HTX A", "HTX B"):
        make_application(fair, make_exhibitor(name), State.APPROVED)
    make_application(fair, make_exhibitor("HTX C", email=None), State.APPROVED)
    name = create(organiser, fair)

    check = send(organiser, name)

    assert (check.by_mail, check.to_call, len(check.findings)) == (2, 1, 0)
    assert run_due("w") is True
    assert deliver_due(owner="w").tried == 0
    assert deliver_due(owner="w", tick=later(minutes=11)).tried == 2
    assert [m.channel for m in messages()] == [Channel.EMAIL, Channel.EMAIL, Channel.CALL]
    mail = smtp_sink.wait_for(2)[0]
    assert str(mail["Subject"]) == f"Giờ vào gian {fair.name}"
    assert "Kính gửi HTX A," in text_of(mail)
    report = queries.reports_of([campaign(name).id])[campaign(name).id]
    assert (report.sent, report.to_call, report.left) == (2, 1, 0)


def test_an_undone_notice_is_a_draft_again_and_may_be_sent_again(organiser, fair):
    make_application(fair, make_exhibitor(), State.APPROVED)
    name = create(organiser, fair)
    send(organiser, name)
    run_due("w")

    sending.undo_campaign(organiser, name, now=NOW)

    assert messages() == []
    assert campaign(name).state is CampaignState.DRAFT
    send(organiser, name)
    run_due("w")
    assert [m.state for m in messages()] == [MessageState.QUEUED]


def test_a_job_that_runs_after_the_undo_writes_nothing(organiser, fair):
    make_application(fair, make_exhibitor(), State.APPROVED)
    name = create(organiser, fair)
    send(organiser, name)
    number = campaign(name).job_id
    sending.undo_campaign(organiser, name, now=NOW)

    with pytest.raises(JobStoppedError):
        campaign_jobs.write_messages(number, lambda *_: None)

    assert messages() == []


def test_nothing_can_be_undone_once_it_was_hurried(organiser, fair, smtp_sink):
    make_application(fair, make_exhibitor(), State.APPROVED)
    name = create(organiser, fair)
    send(organiser, name)
    run_due("w")

    sending.hurry_campaign(organiser, name, now=NOW)

    assert deliver_due(owner="w").tried == 1
    with pytest.raises(CampaignMovedError):
        sending.undo_campaign(organiser, name, now=NOW)


def test_a_paused_notice_sends_nothing_until_it_goes_on(organiser, fair, smtp_sink):
    make_application(fair, make_exhibitor(), State.APPROVED)
    name = create(organiser, fair)
    send(organiser, name)
    run_due("w")

    assert sending.pause_campaign(organiser, name, now=NOW) == 1
    assert deliver_due(owner="w", tick=later(hours=1)).tried == 0
    assert sending.resume_campaign(organiser, name, now=NOW) == 1
    assert deliver_due(owner="w", tick=later(hours=1)).tried == 1


def test_a_stopped_notice_names_the_reason_of_each(organiser, fair):
    make_application(fair, make_exhibitor(), State.APPROVED)
    name = create(organiser, fair)
    send(organiser, name)
    run_due("w")

    assert sending.stop_campaign(organiser, name, now=NOW) == 1
    assert [(m.state, m.last_error) for m in messages()] == [
        (MessageState.CANCELLED, sending.STOPPED)
    ]


def test_the_job_run_twice_adds_nothing(organiser, fair):
    make_application(fair, make_exhibitor(), State.APPROVED)
    name = create(organiser, fair)
    send(organiser, name)
    run_due("w")
    with transaction() as session:
        job = session.get_one(Job, campaign(name).job_id)
        job.state, job.attempt = JobState.QUEUED, 0

    assert run_due("w") is True
    assert len(messages()) == 1


def test_a_text_with_an_error_is_not_sent(organiser, fair):
    make_application(fair, make_exhibitor(), State.APPROVED)
    name = create(organiser, fair, body=BODY + "\n{gian hàng} [điền]")

    with pytest.raises(InvalidError):
        send(organiser, name)

    check = queries.check_campaign(organiser, name, now=NOW)
    assert [f.code for f in check.findings if f.level is Level.ERROR] == [
        "empty_placeholder",
        "missing_value",
    ]


def test_who_left_the_state_is_skipped_with_the_reason(organiser, fair, smtp_sink):
    application = make_application(fair, make_exhibitor(), State.APPROVED)
    name = create(organiser, fair, conditions={"states": ["approved"]})
    send(organiser, name)
    run_due("w")
    with transaction() as session:
        session.merge(application).state = State.WITHDRAWN

    deliver_due(owner="w", tick=later(minutes=11))

    assert [(m.state, m.last_error) for m in messages()] == [
        (MessageState.CANCELLED, "Hồ sơ nay đã ở trạng thái “Đã rút”.")
    ]


def test_a_test_mail_shows_the_notice_to_its_writer(organiser, fair, smtp_sink):
    make_application(fair, make_exhibitor("HTX Mẫu"), State.APPROVED)
    name = create(organiser, fair)
    check = queries.check_campaign(organiser, name, now=NOW)

    address = campaigns.send_test(organiser, name, check.targets[0], now=NOW)
    deliver_due(owner="w")

    mail = smtp_sink.wait_for(1)[0]
    assert (str(mail["To"]), str(mail["Subject"])) == (
        address,
        f"[Thử] Giờ vào gian {fair.name}",
    )
    assert "HTX Mẫu" in text_of(mail)


def test_both_languages_and_attachments_go_along(organiser, fair, smtp_sink):
    make_application(fair, make_exhibitor(), State.APPROVED)
    name = create(
        organiser,
        fair,
        language="both",
        subject_en="Setup on {ngày tổ chức}",
        body_en="Dear {co so}, please come on 18/06/2026.",
        with_letter=True,
        with_calendar=True,
    )
    send(organiser, name)
    run_due("w")
    deliver_due(owner="w", tick=later(minutes=11))

    mail = smtp_sink.wait_for(1)[0]
    text = text_of(mail)
    assert text.index("Kính gửi") < text.index("Dear Hợp tác xã")
    files = {part.get_filename(): part.get_content_type() for part in mail.iter_attachments()}
    assert files == {
        f"thu-{fair.slug}.pdf": "application/pdf",
        f"{fair.slug}.ics": "text/calendar",
    }


def test_an_english_notice_is_english_throughout(organiser, smtp_sink):
    at = datetime(2026, 6, 17, 0, 30, tzinfo=UTC)
    fair = make_fair(setup_from=at, setup_until=at + timedelta(hours=9))
    make_application(fair, make_exhibitor("HTX Gò Công"), State.APPROVED)
    body = "From {giờ vào gian}; {trạng thái hồ sơ}; {hạn xác nhận}; {ngày tổ chức}."
    name = create(organiser, fair, language="en", subject_en="Setting up", body_en=body)
    send(organiser, name)
    run_due("w")
    deliver_due(owner="w", tick=later(minutes=11))

    mail = smtp_sink.wait_for(1)[0]
    text = text_of(mail)
    assert (
        "From 07:30 on Wednesday, 17 June 2026 to 16:30 on Wednesday, 17 June 2026; Approved; "
        "09:00 on Tuesday, 9 June 2026; "
        "Thursday, 18 June 2026 to Sunday, 21 June 2026, opening at 08:00." in text
    )
    assert "For help please call Cô Hạnh" in text
    assert "Unsubscribe:" in text
    html = mail.get_body(("html",)).get_content()
    assert '<html lang="en">' in html
    for said in (text, html):
        assert not {word for word in ("Cần hỗ trợ", "Thư gửi", "Ngừng nhận") if word in said}


def test_the_hours_for_setting_up_follow_a_word_for_from(organiser, smtp_sink):
    at = datetime(2026, 6, 17, 0, 30, tzinfo=UTC)
    fair = make_fair(setup_from=at, setup_until=at + timedelta(hours=9))
    make_application(fair, make_exhibitor("HTX Gò Công"), State.APPROVED)
    name = create(organiser, fair, body="Dựng gian từ {giờ vào gian}.")
    check = queries.preview_campaign(organiser, campaign(name), 1, "vi", now=NOW)

    assert "Dựng gian từ 07:30 ngày 17/06/2026 đến 16:30 ngày 17/06/2026." in check.mail.text


def test_the_letter_of_a_notice_says_what_the_notice_says(organiser, fair, smtp_sink):
    make_application(fair, make_exhibitor("HTX Gò Công"), State.APPROVED)
    body = "Kính gửi {cơ sở},\n\nGian mở lúc 7 giờ.\nXem lối vào: {đường dẫn}\n\nMang thẻ."
    name = create(organiser, fair, body=body, with_letter=True)
    send(organiser, name)
    run_due("w")
    deliver_due(owner="w", tick=later(minutes=11))

    [part] = smtp_sink.wait_for(1)[0].iter_attachments()
    page = pypdfium2.PdfDocument(part.get_content())[0].get_textpage().get_text_range()
    text = " ".join(page.split())
    assert (
        f"THÔNG BÁO Giờ vào gian {fair.name} Kính gửi: HTX Gò Công Gian mở lúc 7 giờ. "
        "Xem lối vào: trang có mã bên dưới. Mang thẻ." in text
    )
    assert "Trả lời trước" not in text


def test_the_check_names_who_is_left_alone(organiser, fair):
    exhibitor = make_exhibitor("HTX Yên", email="Yen@Example.vn")
    make_application(fair, exhibitor, State.APPROVED)
    with transaction() as session:
        stopping.leave_alone(session, "yen@example.vn", SuppressionReason.UNSUBSCRIBED, now=NOW)
    name = create(organiser, fair)

    check = queries.check_campaign(organiser, name, now=NOW)

    assert (check.by_mail, check.skipped) == (0, ["HTX Yên"])


def test_the_same_form_sent_twice_begins_one_notice(organiser, fair):
    first = campaigns.create_campaign(organiser, fair.slug, draft(), now=NOW, key="k")
    assert campaigns.create_campaign(organiser, fair.slug, draft(), now=NOW, key="k") == first


def test_a_saved_filter_is_changed_by_its_name(organiser, fair):
    for stars in ("4", "5"):
        wanted = clean_wanted("exhibitors", {"stars": [stars]})
        campaigns.save_filter(organiser, fair.slug, " Sao  cao ", wanted, now=NOW)
    with pytest.raises(InvalidError):
        campaigns.save_filter(organiser, fair.slug, " ", wanted, now=NOW)


def test_a_bulk_approval_of_forty_sends_nothing_until_somebody_presses_send(
    organiser, fair, smtp_sink
):
    reviewer = make_staff(Role.REVIEWER)
    chosen = [make_application(fair, make_exhibitor()) for _ in range(40)]
    seen = {one.code: one.version for one in chosen}
    decision = Decision(Event.APPROVE)
    reviews.bulk_decide(reviewer, fair.id, seen, decision, dry_run=False, now=NOW)
    assert deliver_due(owner="w", tick=later(days=1)).tried == 0

    released = send_proposed(organiser, fair.slug, Selection(kind="approved"), now=NOW)
    assert (released.count, deliver_due(owner="w").tried) == (40, 0)
    sending.undo_campaign(organiser, released.campaign_id, now=NOW)
    assert deliver_due(owner="w", tick=later(days=1)).tried == 0
    assert {m.state for m in messages()} == {MessageState.PROPOSED}

    send_proposed(organiser, fair.slug, Selection(kind="approved"), now=NOW)
    assert deliver_due(owner="w", tick=later(minutes=11)).tried == 40
    assert len(smtp_sink.wait_for(40)) == 40


def test_what_a_colleague_holds_back_is_not_sent_with_others_of_its_kind(
    organiser, fair, smtp_sink
):
    reviewer = make_staff(Role.REVIEWER)

    def approve(count):
        seen = {
            one.code: one.version
            for one in (make_application(fair, make_exhibitor()) for _ in range(count))
        }
        decision = Decision(Event.APPROVE)
        reviews.bulk_decide(reviewer, fair.id, seen, decision, dry_run=False, now=NOW)

    approve(2)
    held = send_proposed(organiser, fair.slug, Selection(kind="approved"), now=NOW).campaign_id
    sending.pause_campaign(organiser, held, now=NOW)
    approve(1)

    assert send_proposed(organiser, fair.slug, Selection(kind="approved"), now=NOW).count == 1
    assert deliver_due(owner="w", tick=later(days=1)).tried == 1
    sending.undo_campaign(organiser, held, now=NOW)

    assert send_proposed(organiser, fair.slug, Selection(kind="approved"), now=NOW).count == 2


def test_those_not_reached_are_called_at_one_click(organiser, fair, smtp_sink):
    gone, quiet = make_exhibitor(email="het@x.vn"), make_exhibitor(email="thoi@x.vn")
    for exhibitor in (gone, quiet, make_exhibitor()):
        make_application(fair, exhibitor, State.APPROVED)
    with transaction() as session:
        stopping.leave_alone(session, "het@x.vn", SuppressionReason.BOUNCED, now=NOW)
        stopping.leave_alone(session, "thoi@x.vn", SuppressionReason.UNSUBSCRIBED, now=NOW)
    name = create(organiser, fair)
    send(organiser, name)
    run_due("w")
    deliver_due(owner="w", tick=later(minutes=11))

    assert unreached.call_unreached(organiser, name, now=NOW) == 1
    assert unreached.call_unreached(organiser, name, now=NOW) == 0

    calls = [m for m in messages() if m.channel is Channel.CALL]
    assert {m.exhibitor_id for m in calls} == {gone.id, quiet.id}
    assert {m.state for m in calls} == {MessageState.QUEUED}
