"""Background work: beside the web server, and the commands around it."""

from __future__ import annotations

import threading
import time
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from tests.services.test_message_rendering import World
from tests.support.builders import NOW, make_fair, make_staff
from tests.support.databases import SECRET
from tests.support.gate_world import make_badges
from tgfair.cli.main import cli
from tgfair.cli.worker import background
from tgfair.models import AuditEntry, Badge, JobState, Role
from tgfair.policy import SYSTEM
from tgfair.services import jobs
from tgfair.services.audit import record
from tgfair.services.queries.jobs import job_of
from tgfair.services.uow import reader, transaction


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def environment(config, monkeypatch):
    """The settings of the test's installation, as a command finds them."""
    config.instance_dir.mkdir(parents=True, exist_ok=True)
    for name, value in {
        "TGFAIR_SECRET_KEY": SECRET,
        "TGFAIR_DATABASE_URL": config.database_url,
        "TGFAIR_BASE_URL": "http://localhost",
        "TGFAIR_INSTANCE": str(config.instance_dir),
    }.items():
        monkeypatch.setenv(name, value)


def test_mail_is_not_kept_waiting_by_a_long_job(app, smtp_sink, monkeypatch):
    gate = threading.Event()
    monkeypatch.setitem(jobs.REGISTRY, "probe", lambda _id, _progress: gate.wait(10) and {})
    with app.app_context():
        actor = make_staff(Role.ORGANISER)
        with transaction() as session:
            public_id = jobs.enqueue_job(session, actor, "probe", now=NOW).public_id
        with background(app):
            World().message("receipt")
            smtp_sink.wait_for(1)
            gate.set()
            deadline = time.monotonic() + 10
            while job_of(actor, public_id).state != JobState.DONE:
                assert time.monotonic() < deadline
                reader().rollback()
                time.sleep(0.05)


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(("demo", "name"), [("0", "(đã xóa tên)"), ("1", "Trần Văn Đức")])
def test_a_drain_ends_what_is_kept_no_longer_but_not_in_the_demo(app, monkeypatch, demo, name):
    monkeypatch.setenv("TGFAIR_DEMO", demo)
    with app.app_context():
        make_badges(
            make_fair(first_day=date(2020, 6, 18), last_day=date(2020, 6, 21)), "Trần Văn Đức"
        )

    assert CliRunner().invoke(cli, ["worker", "--drain"], catch_exceptions=False).exit_code == 0

    with app.app_context():
        assert reader().scalars(select(Badge.holder_name)).all() == [name]


@pytest.mark.usefixtures("environment")
def test_audit_verify_prints_the_digest_and_finds_a_change(app):
    with app.app_context():
        fair = make_fair()
        with transaction() as session:
            record(session, SYSTEM, "fair.opened", fair, now=NOW)

    fine = CliRunner().invoke(cli, ["audit", "verify"])
    assert fine.exit_code == 0
    digest = fine.output.split()[-1]
    assert CliRunner().invoke(cli, ["audit", "verify", "--expect", digest]).exit_code == 0

    with app.app_context(), transaction() as session:
        session.execute(update(AuditEntry).values(actor_label="Ai đó"))
    assert CliRunner().invoke(cli, ["audit", "verify"]).exit_code == 1
