"""`tgfair bounce` and `tgfair doctor mail` as a mail server and an administrator call them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support.bounced import dsn
from tests.support.processes import Site
from tgfair.models import Bounce
from tgfair.services.uow import reader


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def site(app, config):
    return Site(config.database_url, config.instance_dir)


def test_a_piped_report_is_taken_in(app, site):
    done = site.call("bounce", given=dsn())

    assert (done.returncode, done.stdout.decode()) == (0, "1 mails read, 1 reports in them.\n")
    with app.app_context():
        assert [row.sort for row in reader().scalars(select(Bounce))] == ["no_mailbox"]


def test_a_mailbox_without_an_address_is_named(site):
    done = site.call("bounce", "--imap")

    assert done.returncode == 1
    assert "TGFAIR_BOUNCE_IMAP" in done.stderr.decode()


def test_a_sender_at_localhost_is_bad(site):
    done = site.call("doctor", "mail")

    assert done.returncode == 1
    assert "BAD  localhost is no domain of the internet" in done.stdout.decode()
    assert "lines marked BAD" in done.stderr.decode()
