"""The page of a job, with and without script."""

from __future__ import annotations

import pytest

from tests.support.builders import NOW, actor_of, csrf_of, make_user, sign_in
from tgfair.models import Role
from tgfair.services import jobs
from tgfair.services.uow import transaction


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def job(app, client):
    """A job of the signed-in organiser."""
    with app.app_context():
        user = make_user(Role.ORGANISER)
        sign_in(client, user)
        with transaction() as session:
            return jobs.enqueue_job(session, actor_of(user), "probe", now=NOW, total=5).public_id


def test_a_waiting_job_reloads_itself_and_answers_scripts(client, job):
    page = client.get(f"/viec/{job}").get_data(as_text=True)
    data = client.get(f"/viec/{job}", headers={"Accept": "application/json"}).get_json()

    assert 'http-equiv="refresh" content="3"' in page
    assert data == {
        "id": job,
        "state": "queued",
        "state_label": "Đang chờ",
        "done": 0,
        "total": 5,
        "text": "",
        "result_url": "",
    }


def test_a_job_can_be_stopped_once(app, client, job):
    with app.app_context():
        token = csrf_of(client)
    for sentence in ("Đã dừng.", "không dừng được nữa"):
        client.post(f"/viec/{job}/dung", data={"csrf_token": token})
        page = client.get(f"/viec/{job}").get_data(as_text=True)
        assert sentence in page


def test_a_result_links_within_the_site_only(app, client, job, monkeypatch):
    monkeypatch.setitem(
        jobs.REGISTRY, "probe", lambda _id, _progress: {"url": "https://evil.example/"}
    )
    with app.app_context():
        jobs.run_due("a")

    answer = client.get(f"/viec/{job}", headers={"Accept": "application/json"}).get_json()

    assert (answer["state"], answer["result_url"]) == ("done", "/")


def test_a_foreign_job_is_not_found(app, job):
    with app.app_context():
        client = app.test_client()
        sign_in(client, make_user(Role.ORGANISER))

        assert client.get(f"/viec/{job}").status_code == 404
        assert client.get("/viec/none").status_code == 404
