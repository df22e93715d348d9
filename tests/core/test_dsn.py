"""Reports as different servers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.bounced import TOKEN, arf, dsn, qmail, vacation, x_failed
from tgfair.core.dsn import Report, Sort, read_reports


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "sort"),
    [
        ("failed", "5.1.1", "smtp; 550 5.1.1 user unknown", Sort.NO_MAILBOX),
        ("failed", "5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", Sort.NO_MAILBOX),
        ("failed", "5.2.1", "smtp; 550 disabled", Sort.NO_MAILBOX),
        ("failed", "5.0.0", "smtp; 550 5.1.1 no such user", Sort.NO_MAILBOX),
        ("failed", "5.0.0", "smtp; 550 No such user here", Sort.NO_MAILBOX),
        ("failed", "5.2.2", "smtp; 552 5.2.2 mailbox full", Sort.FULL),
        ("failed", "4.2.2", "smtp; 452 4.2.2 over quota", Sort.FULL),
        ("failed", "5.7.1", "smtp; 550 5.7.1 blocked", Sort.REFUSED),
        ("failed", "5.7.26", "smtp; 550 5.7.26 unauthenticated", Sort.REFUSED),
        ("failed", "4.4.7", "smtp; 4.4.7 delivery time expired", Sort.REFUSED),
        ("delayed", "4.4.1", "smtp; connection timed out", Sort.DELAYED),
        ("delivered", "2.0.0", "", Sort.DELIVERED),
        ("relayed", "2.0.0", "", Sort.DELIVERED),
    ],
)
def test_a_report_is_sorted_by_its_status(action, status, diagnostic, sort):
    [report] = read_reports(dsn(action=action, status=status, diagnostic=diagnostic))

    assert (report.token, report.sort, report.address) == (TOKEN, sort, "htx@example.vn")


def test_headers_alone_name_the_mail_too():
    assert read_reports(dsn(whole=False))[0].token == TOKEN


def test_a_report_on_several_recipients_gives_each():
    found = read_reports(dsn(recipients=("a@x.vn", "b@x.vn")))
    assert [report.address for report in found] == ["a@x.vn", "b@x.vn"]


def test_servers_without_status_are_read_by_their_words():
    assert read_reports(qmail())[0].sort is Sort.NO_MAILBOX
    assert read_reports(qmail())[0].token == TOKEN
    assert read_reports(x_failed())[0] == Report(
        TOKEN,
        Sort.NO_MAILBOX,
        "htx@example.vn",
        "",
        read_reports(x_failed())[0].diagnostic,
    )


def test_a_complaint_is_no_bounce():
    assert read_reports(arf()) == [Report(TOKEN, Sort.COMPLAINT)]


def test_an_answer_of_somebody_away_is_no_report():
    assert read_reports(vacation()) == []
    assert read_reports(b"") == []


@given(st.binary(max_size=2000))
def test_any_bytes_are_read(raw):
    read_reports(raw)
    read_reports(b"From: MAILER-DAEMON\nContent-Type: multipart/report\n\n" + raw)
