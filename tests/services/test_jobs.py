"""Jobs: one run, fenced; progress; failures keep a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tests.support.builders import NOW, make_staff
from tgfair import clock
from tgfair.core.errors import InvalidError, NotFoundError, UnavailableError
from tgfair.models import JobState, Role
from tgfair.services import jobs
from tgfair.services.queries.jobs import job_of
from tgfair.services.uow import BusyError, transaction


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def kind(monkeypatch):
    """Register a function under a name of this test's own."""

    def registered(function):
        monkeypatch.setitem(jobs.REGISTRY, "probe", function)

    return registered


def start(actor, **params):
    with transaction() as session:
        return jobs.enqueue_job(session, actor, "probe", now=NOW, params=params).public_id


def seen(actor, public_id):
    job = job_of(actor, public_id)
    return job.state, job.done, job.total, job.text, job.result


def test_run_due_reports_progress_and_keeps_the_result(kind):
    actor = make_staff(Role.ORGANISER)
    public_id, during = start(actor), []

    def work(_job_id, progress):
        progress(3, 10, "Đang đọc dòng 3")
        during.append(seen(actor, public_id)[:4])
        progress(10, 10)
        return {"text": "Đã đọc 10 dòng.", "url": "/ql/"}

    kind(work)

    assert jobs.run_due("a") is True
    assert during == [(JobState.RUNNING, 3, 10, "Đang đọc dòng 3")]
    assert seen(actor, public_id) == (
        JobState.DONE,
        10,
        10,
        "Đã đọc 10 dòng.",
        {"text": "Đã đọc 10 dòng.", "url": "/ql/"},
    )
    assert jobs.run_due("a") is False


def test_a_refusal_leaves_its_sentence(kind):
    actor = make_staff(Role.ORGANISER)
    public_id = start(actor)

    def work(_job_id, _progress):
        raise InvalidError("Tệp không có cột tên chủ thể.")

    kind(work)
    jobs.run_due("a")

    assert seen(actor, public_id)[0::3] == (JobState.FAILED, "Tệp không có cột tên chủ thể.")


def test_an_unexpected_error_leaves_a_sentence_too(kind):
    actor = make_staff(Role.ORGANISER)
    public_id = start(actor)
    kind(lambda _job_id, _progress: 1 // 0)

    jobs.run_due("a")

    assert seen(actor, public_id)[0::3] == (JobState.FAILED, jobs.UNEXPECTED)


def failing_once(error):
    """A job that meets `error` on its first run."""
    runs = []

    def work(_job_id, _progress):
        runs.append("run")
        if len(runs) == 1:
            raise error
        return {"text": "Xong."}

    return work


@pytest.mark.parametrize(
    "error",
    [
        BusyError(),
        UnavailableError(),
        OperationalError("SELECT 1", {}, Exception("server closed the connection unexpectedly")),
        PoolTimeoutError(),
    ],
)
def test_a_job_that_meets_an_outage_is_run_again(kind, error):
    actor = make_staff(Role.ORGANISER)
    public_id = start(actor)
    kind(failing_once(error))

    jobs.run_due("a")

    assert seen(actor, public_id)[0::3] == (JobState.RUNNING, jobs.PUT_OFF)
    assert jobs.run_due("a", now=clock.real_now() + timedelta(seconds=2)) is False
    assert jobs.run_due("a", now=clock.real_now() + timedelta(seconds=15)) is True
    assert seen(actor, public_id)[0::3] == (JobState.DONE, "Xong.")


def test_a_job_that_meets_an_outage_every_time_fails_with_a_sentence(kind):
    actor = make_staff(Role.ORGANISER)
    public_id = start(actor)

    def work(_job_id, _progress):
        raise BusyError

    kind(work)
    for hours in range(1, jobs.MAX_ATTEMPTS + 1):
        jobs.run_due("a", now=clock.real_now() + timedelta(hours=hours))

    assert seen(actor, public_id)[0::3] == (JobState.FAILED, BusyError().message())


def test_a_cancelled_job_stops_at_its_next_report(kind):
    actor = make_staff(Role.ORGANISER)
    public_id, reached = start(actor), []

    def work(_job_id, progress):
        jobs.cancel_job(actor, public_id)
        progress(1, 2)
        reached.append("after")

    kind(work)
    jobs.run_due("a")

    assert (reached, seen(actor, public_id)[0]) == ([], JobState.CANCELLED)
    with pytest.raises(jobs.JobOverError):
        jobs.cancel_job(actor, public_id)


def test_a_job_whose_worker_died_is_taken_over_and_the_old_one_is_fenced(kind):
    actor = make_staff(Role.ORGANISER)
    public_id, runs = start(actor), []

    def work(_job_id, progress):
        runs.append("run")
        if len(runs) == 1:  # while this run hangs, its lease ends and another worker comes
            jobs.run_due("b", now=clock.real_now() + timedelta(minutes=3))
            progress(1, 2)
            runs.append("never")
        return {"run": len(runs)}

    kind(work)
    jobs.run_due("a")

    assert runs == ["run", "run"]
    assert seen(actor, public_id)[0::4] == (JobState.DONE, {"run": 2})


def test_a_job_that_kills_its_worker_is_given_up(kind):
    actor = make_staff(Role.ORGANISER)
    public_id = start(actor)

    def work(_job_id, _progress):
        raise SystemExit  # as kill -9 leaves it: no end is written

    kind(work)
    for hours in range(jobs.MAX_ATTEMPTS):
        with pytest.raises(SystemExit):
            jobs.run_due("a", now=clock.real_now() + timedelta(hours=hours))

    assert jobs.run_due("a", now=clock.real_now() + timedelta(days=1)) is False
    assert seen(actor, public_id)[0::3] == (JobState.FAILED, jobs.INTERRUPTED)


def test_a_foreign_job_is_not_found():
    public_id = start(make_staff(Role.ORGANISER))
    stranger = make_staff(Role.ORGANISER)

    with pytest.raises(NotFoundError):
        job_of(stranger, public_id)
    with pytest.raises(NotFoundError):
        jobs.cancel_job(stranger, public_id)
